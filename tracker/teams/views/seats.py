"""Give a seat, change its term, take back one that has not begun."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for

from tracker.identity import queries
from tracker.kernel.actors import SEAT_NAMES, SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Forbidden, Refused, Stale
from tracker.storage import unit_of_work
from tracker.teams import directory, operations, policy
from tracker.teams.forms import SeatForm, TermForm
from tracker.teams.views.blueprint import blueprint
from tracker.teams.views.people import lead_unit_or_keeper
from tracker.web.access import current_actor
from tracker.web.asked import asked_choice
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page


@blueprint.route("/people/<int:person_id>/seats/new", methods=["GET", "POST"])
@lead_unit_or_keeper
def give_seat(person_id: int) -> Response:
    """Give a person a seat of the kind the address names."""
    by = current_actor()
    person = directory.person(reader(), person_id, seen_by=by, on=day_of(now()))
    kinds = [kind for kind in SeatKind if kind in policy.may_give(by)]
    if not kinds:
        raise Forbidden("席位由系统管理员或牵头单位授予")
    kind = SeatKind(asked_choice("kind", [one.value for one in kinds], kinds[0].value))
    form = _seat_form(kind)
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.give_seat(
                    session, person_id, form.facts(kind), by=by, at=now(), command_id=form.command_id.data or ""
                )
            flash(_("已授予席位"), "ok")
            return redirect(url_for(".person", person_id=person_id), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
    return page("teams/seat_form.html", form=form, person=person, kind=kind, kinds=kinds, seat_names=SEAT_NAMES)


@blueprint.route("/seats/<int:seat_id>", methods=["GET", "POST"])
@lead_unit_or_keeper
def change_term(seat_id: int) -> Response:
    """End a seat's term or extend it."""
    by = current_actor()
    seat = directory.seat(reader(), seat_id, seen_by=by)
    line = directory.as_line(seat, seen_by=by, on=day_of(now()))
    form = TermForm(data={"last_day": line.last_day, "version": line.version})
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.change_term(
                    session, seat_id, form.last_day.data, by=by, at=now(), version=form.version.data or 0
                )
            flash(_("已修改任期"), "ok")
            return redirect(url_for(".person", person_id=seat.person_id), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
            _renew(form, refusal, seat_id)
    return _term_page(seat_id, form)


@blueprint.post("/seats/<int:seat_id>/cancel")
@lead_unit_or_keeper
def cancel_seat(seat_id: int) -> Response:
    """Take back a seat whose term has not begun."""
    by = current_actor()
    person_id = directory.seat(reader(), seat_id, seen_by=by).person_id
    form = TermForm()
    try:
        with unit_of_work() as session:
            operations.cancel_seat(session, seat_id, by=by, at=now(), version=form.version.data or 0)
        flash(_("已取消这个席位"), "ok")
        return redirect(url_for(".person", person_id=person_id), 303)  # type: ignore[return-value]
    except Refused as refusal:
        form.refuse(refusal)
        _renew(form, refusal, seat_id)
    return _term_page(seat_id, form)


def _term_page(seat_id: int, form: TermForm) -> Response:
    by, today = current_actor(), day_of(now())
    seat = directory.seat(read_again(), seat_id, seen_by=by)
    line = directory.as_line(seat, seen_by=by, on=today)
    if not line.may_change and not form.was_turned_down:
        policy.require_giver(by, seat.kind, seat.team.lead_unit_id if seat.team else None)
        policy.require_not_self(by, seat.person_id)
    return page("teams/term_form.html", form=form, person=seat.person, seat=line, today=today)


def _renew(form: TermForm, refusal: Refused, seat_id: int) -> None:
    if isinstance(refusal, Stale):
        form.renew(directory.seat(read_again(), seat_id, seen_by=current_actor()).version)


def _seat_form(kind: SeatKind) -> SeatForm:
    form = SeatForm(data={"held_from": day_of(now())})
    form.team_id.offer((team.id, team.name) for team in directory.teams_to_seat(reader(), current_actor()))
    form.unit_id.offer((unit.id, unit.name) for unit in queries.units(reader()))
    form.shape(kind)
    return form
