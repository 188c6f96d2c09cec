"""标准数值: each standard's figures with document, days and standing; the finance officer checks and renews them."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, url_for

from tracker.equipment import operations
from tracker.equipment.editions import WHAT_NAMES, Entry, Records, What
from tracker.equipment.queries.standards import checks_of, records, rulings_of
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import NotFound, Refused
from tracker.logistics.forms.equipment import CheckForm, EditionForm, RulingForm
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import order, readers
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_choice
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

officer = seated(SeatKind.OFFICER)
RENAMED = {"number": "paper", "source": "origin"}
"""What the form calls the fields of an edition; a page holds two forms that ask for a document."""


@blueprint.get("/equipment/standards/figures")
@readers
def equipment_figures() -> Response:
    """List the figures of a standard (``?set=``) as they hold today."""
    known = records(reader()).known(day_of(now()))
    return figures_page(asked_choice("set", known) or next(iter(known)))


@blueprint.post("/equipment/standards/figures/<string:set_key>/check")
@officer
def check_standard(set_key: str) -> Response:
    """Record a check of all figures of a standard at once."""
    form = CheckForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                count = operations.check_figures(session, set_key, (), form.facts(), order(form))
            flash(_("已记录 %(count)s 项数值的核对结果", count=count))
            return redirect(url_for("logistics.equipment_figures", set=set_key), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
            read_again()
    return figures_page(set_key, check=form)


@blueprint.get("/equipment/standards/figures/<string:set_key>/<string:code>")
@readers
def equipment_figure(set_key: str, code: str) -> Response:
    """Show a figure with its editions and who checked it."""
    return _one(set_key, code, CheckForm.afresh(), EditionForm.afresh())


@blueprint.post("/equipment/standards/figures/<string:set_key>/<string:code>/check")
@officer
def check_figure(set_key: str, code: str) -> Response:
    """Record a check of one figure."""
    form = CheckForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.check_figures(session, set_key, [code], form.facts(), order(form))
            flash(_("核对结果已记录"))
            return redirect(_address(set_key, code), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
            read_again()
    return _one(set_key, code, form, EditionForm.afresh())


@blueprint.post("/equipment/standards/figures/<string:set_key>/<string:code>/edition")
@officer
def adopt_figure(set_key: str, code: str) -> Response:
    """Adopt a newer edition of one figure."""
    what = _entry(set_key, code).what
    form = EditionForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.adopt_edition(session, set_key, code, form.facts(what), order(form))
            flash(_("新标准已登记，核实之前只作提醒"))
            return redirect(_address(set_key, code), 303)  # type: ignore[return-value]
        except Refused as refusal:
            asked = {**RENAMED, "value": "cap" if what is What.CAP else "value"}
            refusal.field = asked.get(refusal.field or "", refusal.field)
            form.refuse(refusal)
            read_again()
    return _one(set_key, code, CheckForm.afresh(), form)


def figures_page(set_key: str, *, check: CheckForm | None = None, ruling: RulingForm | None = None) -> Response:
    """Draw a standard's figures with the forms to check it, and to go by it or no longer. Raises NotFound."""
    standing = records(reader())
    if set_key not in standing.sets:
        raise NotFound
    return page(
        "logistics/equipment_figures.html",
        **_facts(standing, set_key),
        known=standing.known(day_of(now())),
        entries=standing.entries(set_key),
        book=next((book for book in standing.books if book.key == set_key), None),
        rulings=rulings_of(reader(), set_key),
        form=check or CheckForm.afresh(),
        ruling=ruling or RulingForm.afresh(),
    )


def _one(set_key: str, code: str, check: CheckForm, edition: EditionForm) -> Response:
    standing = records(reader())
    entry = standing.entry(set_key, code) if set_key in standing.sets else None
    if entry is None:
        raise NotFound
    facts: dict[str, Any] = {"entry": entry, "check": check, "edition": edition}
    facts["checks"] = checks_of(reader(), set_key, code)
    return page("logistics/equipment_figure.html", **_facts(standing, set_key), **facts)


def _facts(standing: Records, set_key: str) -> dict[str, Any]:
    return {
        "chosen": standing.known(day_of(now()))[set_key],
        "what_names": WHAT_NAMES,
        "may_keep": current_actor().holds(SeatKind.OFFICER),
        "today": day_of(now()),
    }


def _entry(set_key: str, code: str) -> Entry:
    standing = records(reader())
    entry = standing.entry(set_key, code) if set_key in standing.sets else None
    if entry is None:
        raise NotFound
    return entry


def _address(set_key: str, code: str) -> str:
    return url_for("logistics.equipment_figure", set_key=set_key, code=code)
