"""The half-yearly confirmations: who waits for one, and the form of the home unit."""

from __future__ import annotations

from flask import Response, url_for
from sqlalchemy.orm import Session

from tracker.funds.views.scans import stored_scan
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Forbidden, Refused
from tracker.logistics.forms.secondments import ConfirmForm, HalfNoteForm
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.secondments import READERS, keeper
from tracker.logistics.views.secondments_keeping import order, to
from tracker.secondments import operations, policy, queries, reminders
from tracker.secondments.halves import REMIND, Half, asked
from tracker.secondments.models import Confirmation, Secondment
from tracker.secondments.reminders import Asked, Due
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_choice, asked_number
from tracker.web.database import reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page


@blueprint.get("/secondments/confirmations")
@seated(*READERS)
def confirmations() -> Response:
    """List who waits for a half-year's confirmation; the latest that may be confirmed stands first."""
    by, today, session = current_actor(), day_of(now()), reader()
    counted = reminders.count_waiting(session, today, seen_by=by)
    halves = [half.code for half in reminders.halves_since(session, today, seen_by=by)]
    chosen = Half.read(asked_choice("half", halves, next(iter(counted)).code))
    shown = sorted({*asked(today), *counted, chosen}, reverse=True)
    found = reminders.waiting(session, chosen, seen_by=by, after=asked_number("after"))
    further = url_for(".confirmations", half=chosen.code, after=found.rows[-1].id) if found.has_more else ""
    return page(
        "logistics/secondment_halves.html",
        found=found,
        chosen=chosen,
        due=reminders.due_of(chosen, today),
        remind_from=chosen.due_on - REMIND,
        halves=[(half, counted.get(half, 0)) for half in shown],
        changes=_changes(session, by),
        further=further,
        first=url_for(".confirmations", half=chosen.code) if asked_number("after") else "",
        speaks_for=by.units({SeatKind.HOME_UNIT}),
        kept_units=by.units(),
        early=Due.EARLY,
    )


@blueprint.route("/secondments/<int:secondment_id>/confirm/<half_code>", methods=["GET", "POST"])
@seated(SeatKind.HOME_UNIT, SeatKind.REVIEWER, SeatKind.HEAD)
def confirm(secondment_id: int, half_code: str) -> Response:
    """Confirm a half-year in the home unit's seat, or enter its paper as the lead unit."""
    half = Half.read(half_code)
    one = queries.one(reader(), secondment_id, seen_by=current_actor())
    form = _form(one)
    if form.sent_and_valid():
        try:
            paper = form.paper(stored_scan(form.scan.data)) if "scan" in form else None
            with unit_of_work() as session:
                operations.confirm(
                    session, one.id, half, form.answers(), order(form), note=form.note.data or "", paper=paper
                )
            return to(one.id, _("已确认 %(half)s", half=half_words(half)))
        except Refused as refusal:
            form.refuse(refusal)
    elif refused := _why_not(one, half):
        return page("logistics/secondment_half_closed.html", one=one, half=half, refused=refused)
    post = queries.as_row(reader(), one, on=half.due_on).post
    may_waive = policy.keeps(current_actor(), one.team.lead_unit_id)
    return page("logistics/secondment_confirm.html", form=form, one=one, half=half, post=post, may_waive=may_waive)


@blueprint.route("/secondments/<int:secondment_id>/halves/<half_code>/<any(waive,settle):act>", methods=["GET", "POST"])
@keeper
def note_half(secondment_id: int, half_code: str, act: str) -> Response:
    """Note why nobody confirms a half-year any more, or what was done about a change the home unit reported."""
    half = Half.read(half_code)
    one = queries.one(reader(), secondment_id, seen_by=current_actor())
    policy.require_keeper(current_actor(), one.team.lead_unit_id)
    form = HalfNoteForm()
    if form.sent_and_valid():
        try:
            note_it = operations.waive if act == "waive" else operations.settle
            with unit_of_work() as session:
                note_it(session, one.id, half, form.note.data or "", order(form))
            said = (
                _("已写明 %(half)s 不再确认", half=half_words(half))
                if act == "waive"
                else _("已写明 %(half)s 变化的处理结果", half=half_words(half))
            )
            return to(one.id, said)
        except Refused as refusal:
            form.refuse(refusal)
    asked_of = next((told for told in _halves_of(one) if told.half == half), None)
    return page("logistics/secondment_half_note.html", form=form, one=one, half=half, act=act, asked_of=asked_of)


def half_words(half: Half) -> str:
    """Name a half-year in the reader's language."""
    first, second = _("%(year)s 年上半年", year=half.year), _("%(year)s 年下半年", year=half.year)
    return first if half.number == 1 else second


def _why_not(one: Secondment, half: Half) -> str:
    return operations.why_not(reader(), one, half, day_of(now()))


def _halves_of(one: Secondment) -> list[Asked]:
    return reminders.halves_of(reader(), one, day_of(now()))


def _changes(session: Session, by: Actor) -> list[tuple[Secondment, Half, Confirmation]]:
    """Pair what home units reported as changed with whose it is; only the lead unit notes what was done."""
    if not by.units():
        return []
    found = reminders.changes(session, seen_by=by)
    people = queries.some(session, [one.secondment_id for one in found], seen_by=by)
    return [(people[one.secondment_id], Half.read(one.half), one) for one in found]


def _form(one: Secondment) -> ConfirmForm:
    by = current_actor()
    form = ConfirmForm()
    if policy.speaks_for_home(by, one.home_unit_id):
        del form.paper_number, form.paper_dated, form.scan
    elif not policy.keeps(by, one.team.lead_unit_id):
        raise Forbidden("由原单位确认；原单位交来书面确认时，由牵头单位登记")
    return form
