"""整套标准: take over a whole table from its document, and say from which day the office goes by a standard."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for
from werkzeug.datastructures import FileStorage

from tracker.equipment import operations
from tracker.equipment.editions import Records
from tracker.equipment.operations.books import BookFacts
from tracker.equipment.queries.standards import book_records, records
from tracker.equipment.standards.books import SORT_NAMES, TITLES, Sort
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import tell
from tracker.logistics import standard_sheet
from tracker.logistics.forms.equipment import BookForm, RulingForm
from tracker.logistics.sheets import MOST_BYTES, BadCell
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import order, readers
from tracker.logistics.views.equipment_figures import figures_page, officer
from tracker.logistics.views.equipment_sheets import xlsx
from tracker.storage import unit_of_work
from tracker.web.asked import asked_choice
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.limits import limiter
from tracker.web.pages import page

_RENAMED = {"since": "from_day", "number": "basis", "remark": "grounds"}
_SHOWN = 200


@blueprint.route("/equipment/standards/import", methods=["GET", "POST"])
@officer
@limiter.limit("30 per minute")
def import_standard() -> Response:
    """Take over a whole standard; every cell that is wrong is named, and nothing is taken over until all are right."""
    form = BookForm(data={"sort": Sort.FIGURES, "standing": "unverified"})
    _offer(form)
    bad: list[BadCell] = []
    if form.sent_and_valid():
        try:
            table = standard_sheet.read(*_sent(), form.sort.data)
            bad = table.bad
            _require_clean(bad)
            with unit_of_work() as session:
                book = operations.take_over(session, _facts(form, table.rows), order(form))
            flash(
                _(
                    "已导入 %(count)s 行，其中 %(unjudged)s 行没有对应的设备类别，只供查阅",
                    count=book.rows,
                    unjudged=table.unjudged,
                )
            )
            if form.sort.data is Sort.FIGURES:
                return redirect(url_for("logistics.equipment_figures", set=book.set_key), 303)  # type: ignore[return-value]
            return redirect(url_for("logistics.standard_books"), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
            read_again()
            _offer(form)
    return page("logistics/standard_import.html", form=form, bad=bad[:_SHOWN], sort_names=SORT_NAMES)


@blueprint.get("/equipment/standards/import/template.xlsx")
@officer
def standard_template() -> Response:
    """Hand out the table to fill in (``?sort=``), with the figures of a standard (``?set=``) if one is named."""
    sort = Sort(asked_choice("sort", [sort.value for sort in Sort], Sort.FIGURES))
    known = records(reader()).known(day_of(now()))
    chosen = known[asked_choice("set", known) or next(iter(known))]
    return xlsx(standard_sheet.template(sort, chosen), _("标准模板"))


@blueprint.get("/equipment/standards/books")
@readers
def standard_books() -> Response:
    """List the tables the office took over, with document, day, standing and rows."""
    chosen, standing = asked_choice("key", _keys(records(reader()))), records(reader())
    shown = next((book for book in standing.books if book.key == chosen), None)
    return page(
        "logistics/standard_books.html",
        books=book_records(reader()),
        standing=standing,
        shown=shown,
        titles=TITLES,
        sort_names=SORT_NAMES,
        today=day_of(now()),
    )


@blueprint.post("/equipment/standards/figures/<string:set_key>/ruling")
@officer
def rule_standard(set_key: str) -> Response:
    """Say from which day the office goes by a standard, or no longer."""
    form = RulingForm()
    if set_key not in _keys(records(reader())):
        raise NotFound
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.rule(session, set_key, form.facts(), order(form))
            flash(_("已记录，从那天起照此执行"))
            return _back(set_key)
        except Refused as refusal:
            refusal.field = _RENAMED.get(refusal.field or "", refusal.field)
            form.refuse(refusal)
            read_again()
    return figures_page(set_key, ruling=form)


def _back(set_key: str) -> Response:
    if set_key in records(reader()).sets:
        return redirect(url_for("logistics.equipment_figures", set=set_key), 303)  # type: ignore[return-value]
    return redirect(url_for("logistics.standard_books", key=set_key), 303)  # type: ignore[return-value]


def _offer(form: BookForm) -> None:
    standing, today = records(reader()), day_of(now())
    own = [(key, one.title) for key, one in standing.known(today).items() if one.is_adopted]
    own += [
        (book.key, book.title)
        for book in standing.books
        if book.sort is not Sort.FIGURES and standing.is_own(book.key, today)
    ]
    form.replaces.offer(own)


def _sent() -> tuple[bytes, str]:
    sent = request.files.get("sheet")
    if not isinstance(sent, FileStorage) or not sent.filename:
        raise Refused(_("请选 XLSX 或 CSV 表格"), field="sheet")
    return sent.stream.read(MOST_BYTES + 1), sent.filename


def _require_clean(bad: list[BadCell]) -> None:
    if bad:
        raise Refused(tell("有 %(count)s 处要改，没有导入；改好再传", count=len(bad)), field="sheet")


def _facts(form: BookForm, rows: list[dict[str, str]]) -> BookFacts:
    return BookFacts(
        sort=form.sort.data,
        title=form.title.data or "",
        number=form.number.data or "",
        clause=form.clause.data or "",
        source=form.source.data or "",
        since=form.since.data,
        is_verified=form.standing.data == "verified",
        rows=rows,
        replaces=form.replaces.data or (),
    )


def _keys(standing: Records) -> dict[str, Any]:
    return {**standing.sets, **{book.key: book for book in standing.books}}
