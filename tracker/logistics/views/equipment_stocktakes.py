"""盘点: open a session, count by phone or from the list, explain what differs, sign, print the report."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for

from tracker.equipment import operations, policy
from tracker.equipment.models import StocktakeLine, StocktakeTag
from tracker.equipment.models.counts import OUTCOME_NAMES, Outcome
from tracker.equipment.operations.counting import StocktakeFacts
from tracker.equipment.queries import counts, items, rooms
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused, Stale
from tracker.logistics.equipment_papers import stocktake_report
from tracker.logistics.forms.equipment import ActForm, CountForm, ExplainForm, SignForm, StocktakeForm, tag_of
from tracker.logistics.sheets import Column, written
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import frame, order, readers, words
from tracker.logistics.views.equipment_papers import pdf
from tracker.logistics.views.equipment_sheets import xlsx
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_choice, asked_number, asked_text
from tracker.web.database import read_again, reader
from tracker.web.forms import SiteForm
from tracker.web.i18n import gettext as _
from tracker.web.limits import limiter
from tracker.web.pages import page

openers = seated(SeatKind.REVIEWER, SeatKind.HEAD)
EVERYTHING = 50_000


@blueprint.get("/equipment/stocktakes")
@readers
def stocktakes() -> Response:
    """List the sessions the reader may see."""
    by = current_actor()
    sessions = counts.sessions(reader(), seen_by=by)
    far = counts.progress(reader(), [one.id for one in sessions])
    facts: dict[str, Any] = {"sessions": sessions, "progress": far, "may_open": bool(by.units())}
    return page("logistics/stocktakes.html", **words(), **frame(by, "stocktakes"), **facts)


@blueprint.route("/equipment/stocktakes/new", methods=["GET", "POST"])
@openers
def new_stocktake() -> Response:
    """Open a session."""
    form = StocktakeForm()
    _offer(form)
    if form.sent_and_valid():
        try:
            facts = StocktakeFacts(
                name=form.name.data or "",
                unit_id=form.unit_id.data or 0,
                closes_on=form.closes_on.data,
                counters=form.counters.data or (),
                team_id=form.team_id.data,
                room_id=form.room_id.data,
            )
            with unit_of_work() as session:
                made = operations.open_stocktake(session, facts, order(form))
            flash(_("已发起盘点"))
            return _to(made.id)
        except Refused as refusal:
            form.refuse(refusal)
            read_again()
            _offer(form)
    return page("logistics/stocktake_form.html", form=form)


@blueprint.get("/equipment/stocktakes/<int:stocktake_id>")
@readers
def stocktake(stocktake_id: int) -> Response:
    """Show a session: how far it is, what differs, and what this person can do."""
    return _session_page(stocktake_id, None)


@blueprint.post("/equipment/stocktakes/<int:stocktake_id>/count")
@readers
def count_thing(stocktake_id: int) -> Response:
    """Note that a thing was found; a number the scope does not know becomes an unknown tag."""
    by = current_actor()
    one = counts.one(reader(), stocktake_id, seen_by=by)
    form = CountForm()
    form.room_id.offer((room.id, room.title) for room in rooms.counted_places(reader(), one.unit_id, seen_by=by))
    if form.sent_and_valid():
        number = tag_of(form.number.data or "")
        try:
            with unit_of_work() as session:
                done = operations.count_item(session, stocktake_id, number, order(form), room_id=form.room_id.data)
                flash(*_told(done, number))
            if request.form.get("back") == "item" and not isinstance(done, StocktakeTag):
                return redirect(url_for("logistics.equipment_item", number=number), 303)  # type: ignore[return-value]
            return _to(stocktake_id)
        except Refused as refusal:
            form.refuse(refusal)
    return _session_page(stocktake_id, form)


def _told(done: StocktakeLine | StocktakeTag, number: str) -> tuple[str, str]:
    """Say what became of a scan, and how it is to be taken."""
    if isinstance(done, StocktakeTag):
        return _("%(number)s 不在这次盘点范围，已记在范围外标签里", number=number), "warn"
    if done.outcome is Outcome.ELSEWHERE and done.found_room is not None:
        book = done.book_room.title if done.book_room else _("没有登记位置")
        return _(
            "%(number)s 位置不符：账面在%(book)s，已记在%(found)s",
            number=number,
            book=book,
            found=done.found_room.title,
        ), "warn"
    return _("%(number)s 已盘到", number=number), "ok"


@blueprint.post("/equipment/stocktakes/<int:stocktake_id>/tags/<int:row_id>/drop")
@readers
def drop_tag(stocktake_id: int, row_id: int) -> Response:
    """Take out a tag that was noted by mistake."""
    form = ActForm()
    with unit_of_work() as session:
        operations.drop_tag(session, stocktake_id, row_id, order(form))
    flash(_("已撤去误记的标签，操作记录里留有原号"))
    return _to(stocktake_id)


@blueprint.post("/equipment/stocktakes/<int:stocktake_id>/<any(lines,tags):what>/<int:row_id>")
@openers
def explain_difference(stocktake_id: int, what: str, row_id: int) -> Response:
    """Write why a thing is not where the book has it, or what an unknown tag is."""
    form = ExplainForm()
    if form.sent_and_valid():
        act = operations.explain if what == "lines" else operations.explain_tag
        try:
            with unit_of_work() as session:
                act(session, stocktake_id, row_id, form.explanation.data or "", order(form))
            flash(_("已说明"))
            return _to(stocktake_id)
        except Refused as refusal:
            form.refuse(refusal)
    return _session_page(stocktake_id, form)


@blueprint.post("/equipment/stocktakes/<int:stocktake_id>/sign")
@openers
def sign_stocktake(stocktake_id: int) -> Response:
    """Sign a session."""
    form = SignForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.close_stocktake(
                    session, stocktake_id, form.opinion.data or "", order(form), version=form.version.data or 0
                )
            flash(_("已签字，可以打印报告"))
            return _to(stocktake_id)
        except Refused as refusal:
            form.refuse(refusal)
    return _session_page(stocktake_id, form)


@blueprint.get("/equipment/stocktakes/<int:stocktake_id>.pdf")
@readers
@limiter.limit("30 per minute")
def stocktake_paper(stocktake_id: int) -> Response:
    """Print the report."""
    one = counts.one(reader(), stocktake_id, seen_by=current_actor())
    every = counts.lines(reader(), one.id, limit=EVERYTHING)
    different = [line for line in every if line.outcome is not Outcome.FOUND]
    data = stocktake_report(
        one,
        counts.progress(reader(), [one.id])[one.id],
        counters=counts.counters(reader(), one.id),
        differences=different,
        tags=counts.tags(reader(), one.id),
        at=one.signed_at or now(),
    )
    return pdf(data, f"{one.name}.pdf")


@blueprint.get("/equipment/stocktakes/<int:stocktake_id>.xlsx")
@readers
@limiter.limit("20 per minute")
def stocktake_sheet(stocktake_id: int) -> Response:
    """Hand out the whole list with what was found."""
    one = counts.one(reader(), stocktake_id, seen_by=current_actor())
    titles = ("资产编号", "名称", "账面位置", "账面使用人", "结果", "实际位置", "盘点人", "说明")
    rows = [
        (
            line.item.number,
            line.item.name,
            line.book_room.title if line.book_room else "",
            line.book_holder.name if line.book_holder else "",
            OUTCOME_NAMES[line.outcome] if line.outcome else "未盘",
            line.found_room.title if line.found_room else "",
            line.counter.name if line.counter else "",
            line.explanation,
        )
        for line in counts.lines(reader(), one.id, limit=EVERYTHING)
    ]
    rows += [
        (tag.tag, "", "", "", "范围外标签", tag.room.title if tag.room else "", tag.noter.name, tag.explanation)
        for tag in counts.tags(reader(), one.id)
    ]
    return xlsx(written("盘点", [Column(title, 18) for title in titles], rows), one.name)


def _session_page(stocktake_id: int, sent: SiteForm | None) -> Response:
    by = current_actor()
    session = read_again() if sent is not None else reader()
    one = counts.one(session, stocktake_id, seen_by=by)
    if isinstance(sent, SignForm) and sent.status == Stale.status:
        sent.renew(one.version)  # the page below shows it
    which = asked_choice("which", ["open", "different", "found"], "different" if one.signed_at else "open")
    lines = counts.lines(session, one.id, which=which, after=asked_number("after", 0) or 0)
    counters = counts.counters(session, one.id)
    outside = tag_of(asked_text("tag", most=60))
    scanned = {"number": outside, "room_id": one.room_id} if outside else {}
    tag_form = sent if isinstance(sent, CountForm) else CountForm.afresh(**scanned)
    tag_form.room_id.offer((room.id, room.title) for room in rooms.counted_places(session, one.unit_id, seen_by=by))
    is_closed = one.signed_at is not None or day_of(now()) > one.closes_on
    here = url_for("logistics.stocktake", stocktake_id=one.id)
    return page(
        "logistics/stocktake.html",
        **words(),
        one=one,
        sent=sent,
        far=counts.progress(session, [one.id]).get(one.id, counts.Progress()),
        counters=counters,
        lines=lines,
        tags=counts.tags(session, one.id),
        which=which,
        outside=outside,
        older=f"{here}?which={which}&after={lines[-1].id}" if len(lines) == counts.PAGE else "",
        is_counter=any(person.id == by.person_id for person in counters),
        is_closed=is_closed,
        may_explain=one.signed_at is None and (policy.keeps(by, one.unit_id) or policy.heads(by, one.unit_id)),
        may_sign=one.signed_at is None and policy.heads(by, one.unit_id),
        tag_form=tag_form,
        sign=sent if isinstance(sent, SignForm) else SignForm.afresh(version=one.version),
        act=ActForm.afresh(),
        address=lambda word: f"{here}?which={word}",
    )


def _offer(form: StocktakeForm) -> None:
    by, today = current_actor(), day_of(now())
    units = items.own_units(reader(), by)
    form.unit_id.offer((unit.id, unit.name) for unit in units)
    if len(units) == 1 and form.unit_id.data is None:
        form.unit_id.data = units[0].id
    ids = [unit.id for unit in units]
    form.team_id.offer((team.id, team.name) for team in items.led_teams(reader(), ids))
    form.room_id.offer((room.id, room.title) for room in rooms.choices(reader(), seen_by=by))
    people = {person.id: person.name for unit_id in ids for person in counts.counters_to_name(reader(), unit_id, today)}
    form.counters.offer(people.items())


def _to(stocktake_id: int) -> Response:
    return redirect(url_for("logistics.stocktake", stocktake_id=stocktake_id), 303)  # type: ignore[return-value]
