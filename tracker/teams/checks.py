"""No person holds two seats at once that do not go together, and every seat that was given is in the trail."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, groupby

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, joinedload

from tracker.audit.models import AuditEntry
from tracker.teams.models import Seat
from tracker.teams.policy import Held, conflicts


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where seats do not hold (domain.md, invariants 5, 7 and 8)."""
    yield from _together(session)
    yield from _given(session)


def _together(session: Session) -> Iterator[str]:
    seats = session.scalars(
        select(Seat)
        .options(joinedload(Seat.person), joinedload(Seat.team), joinedload(Seat.unit))
        .order_by(Seat.person_id, Seat.id)
    )
    for _, held_by_one in groupby(seats, key=lambda seat: seat.person_id):
        for first, second in combinations(held_by_one, 2):
            one, other = _held(first), _held(second)
            for _, why in conflicts(one, [other]):
                yield f"{first.person.name}的席位「{one.name()}」与「{other.name()}」任期重叠：{why}"


def _held(seat: Seat) -> Held:
    place = seat.team or seat.unit
    return Held(
        kind=seat.kind,
        held_from=seat.held_from,
        held_until=seat.held_until,
        team_id=seat.team_id,
        unit_id=seat.unit_id,
        lead_unit_id=seat.team.lead_unit_id if seat.team else None,
        place=place.short_name if place else "",
    )


def _given(session: Session) -> Iterator[str]:
    """A seat given by a command was recorded with it."""
    told = exists().where(
        AuditEntry.subject_kind == "seat", AuditEntry.subject_id == Seat.id, AuditEntry.action == "seat.give"
    )
    unknown = select(Seat).options(joinedload(Seat.person)).where(Seat.command_id.is_not(None), ~told)
    for seat in session.scalars(unknown.order_by(Seat.id)):
        yield f"{seat.person.name}的席位「{_held(seat).name()}」没有记入审计链"
