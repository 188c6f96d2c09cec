"""Who holds which seat on a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, ColumnElement, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.identity.models import Person
from tracker.kernel.actors import FINANCE_SEATS, Actor, HeldSeat, SeatKind
from tracker.kernel.errors import NotFound
from tracker.storage.statements import run, table
from tracker.teams.models import Seat, Team


def held_on(day: date | BindParameter[date]) -> ColumnElement[bool]:
    """Make the condition that a seat's half-open term covers the day."""
    return (Seat.held_from <= day) & or_(Seat.held_until.is_(None), Seat.held_until > day)


def actor(session: Session, person_id: int, *, on: date) -> Actor:
    """Load a person with the seats of the day. Raises NotFound for nobody and for an ended account."""
    rows = run(session, _ACTOR, {"person": person_id, "day": on}).all()
    if not rows:
        raise NotFound
    seats = tuple(HeldSeat(kind, team_id, unit_id) for _, kind, team_id, unit_id in rows if kind is not None)
    return Actor(person_id, rows[0].name, seats)


_ACTOR = (
    select(Person.name, Seat.kind, Seat.team_id, Seat.unit_id)
    .outerjoin(Seat, (Seat.person_id == Person.id) & held_on(bindparam("day")))
    .where(Person.id == bindparam("person"), Person.disabled_at.is_(None))
)


@dataclass(frozen=True)
class Holder:
    """Who holds a seat."""

    kind: SeatKind
    person_id: int
    name: str


def holders(session: Session, kinds: Iterable[SeatKind], *, team_id: int, unit_id: int, on: date) -> Sequence[Holder]:
    """List who holds seats of these kinds on a day, by name: those of a team, of a unit, and of the finance bureau."""
    rows = run(session, _HOLDERS, {"kinds": list(kinds), "team": team_id, "unit": unit_id, "day": on})
    return [Holder(kind, person_id, name) for kind, person_id, name in rows]


_HOLDERS = (
    select(Seat.kind, Person.id, Person.name)
    .join(Person, Person.id == Seat.person_id)
    .where(
        Seat.kind.in_(bindparam("kinds", expanding=True)),
        (Seat.team_id == bindparam("team")) | (Seat.unit_id == bindparam("unit")) | Seat.kind.in_(FINANCE_SEATS),
        held_on(bindparam("day")),
        Person.disabled_at.is_(None),
    )
    .distinct()
    .order_by(Person.name, Person.id)
)


def was_member(session: Session, person_id: int, team_id: int, *, on: date) -> bool:
    """Tell whether the person was seconded to the team on the day."""
    seat = select(Seat.id).where(
        Seat.person_id == person_id, Seat.team_id == team_id, Seat.kind == SeatKind.MEMBER, held_on(on)
    )
    return session.scalar(seat.limit(1)) is not None


def member_terms(session: Session, person_id: int, team_id: int) -> Sequence[tuple[date, date | None]]:
    """List the half-open terms (first day, day after the last or None) of a person's secondment to a team."""
    terms = run(session, _TERMS, {"person": person_id, "team": team_id})
    return [(term.held_from, term.held_until) for term in terms]


_SEAT = table(Seat).c
_TERMS = select(_SEAT.held_from, _SEAT.held_until).where(
    _SEAT.person_id == bindparam("person"), _SEAT.team_id == bindparam("team"), _SEAT.kind == SeatKind.MEMBER
)


def team(session: Session, team_id: int) -> Team:
    """Load a team with its lead unit. Raises NotFound."""
    found = session.scalar(select(Team).options(joinedload(Team.lead_unit)).where(Team.id == team_id))
    if found is None:
        raise NotFound
    return found


def teams(session: Session, *, with_closed: bool = False) -> Sequence[Team]:
    """List the teams with their lead units."""
    wanted = select(Team).options(joinedload(Team.lead_unit)).order_by(Team.id)
    return session.scalars(wanted if with_closed else wanted.where(Team.closed_at.is_(None))).all()
