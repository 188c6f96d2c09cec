"""One thing with its history, things by number or holder, and the choices of the forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.equipment import policy
from tracker.equipment.models import Handover, HandoverLine, Intake, Item, Room
from tracker.evidence.models import Evidence
from tracker.identity.models import Person, Unit
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound
from tracker.teams.models import Seat, Team
from tracker.teams.queries import held_on


def overdue(session: Session, *, seen_by: Actor, on: date) -> int:
    """Count the things lent and not back by the day agreed."""
    query = select(func.count()).where(policy.visible_items(seen_by), Item.due_on < on)
    return session.scalar(query) or 0


def one(session: Session, number: str, *, seen_by: Actor) -> Item:
    """Load a thing with everything its card names. Raises NotFound."""
    query = whole().options(joinedload(Item.intake).joinedload(Intake.writer), joinedload(Item.photo))
    query = query.options(joinedload(Item.first_room).joinedload(Room.building))
    is_seen = or_(policy.visible_items(seen_by), policy.counted_items(seen_by))
    item = session.scalar(query.where(Item.number == number, is_seen))
    if item is None:
        raise NotFound
    return item


def some(session: Session, numbers: Sequence[str], *, seen_by: Actor) -> Sequence[Item]:
    """Load things by their numbers, in the order of their cards; unknown ones are left out."""
    query = whole().where(Item.number.in_(numbers), policy.visible_items(seen_by))
    return session.scalars(query.order_by(Item.id)).all()


def written_by(session: Session, command_id: str) -> int:
    """Count the cards a command has written; 0 before it has."""
    return session.scalar(select(Intake.items).where(Intake.command_id == command_id)) or 0


def photo(session: Session, number: str, *, seen_by: Actor) -> Evidence:
    """Load the picture of a thing. Raises NotFound."""
    item = one(session, number, seen_by=seen_by)
    if item.photo is None:
        raise NotFound
    return item.photo


def history(session: Session, item_id: int, *, limit: int = 30) -> Sequence[HandoverLine]:
    """List the handovers of a thing, latest first."""
    query = select(HandoverLine).where(HandoverLine.item_id == item_id).order_by(HandoverLine.event.desc())
    handover = joinedload(HandoverLine.handover)
    query = query.options(
        handover.joinedload(Handover.to_person),
        handover.joinedload(Handover.to_room).joinedload(Room.building),
        handover.joinedload(Handover.to_team),
        handover.joinedload(Handover.to_unit),
        handover.joinedload(Handover.hander),
        handover.selectinload(Handover.marks),
        joinedload(HandoverLine.from_team),
        joinedload(HandoverLine.from_holder),
    )
    return session.scalars(query.limit(limit)).all()


def held_by(session: Session, person_id: int) -> Sequence[Item]:
    """List what a person holds: nobody leaves with a thing in hand."""
    return session.scalars(whole().where(Item.holder_id == person_id).order_by(Item.id)).all()


def kept_units(session: Session, by: Actor) -> Sequence[Unit]:
    """List the units whose things the actor keeps, by name."""
    query = select(Unit).where(Unit.id.in_(policy.kept_units(by)), Unit.closed_at.is_(None))
    return session.scalars(query.order_by(Unit.name)).all()


def own_units(session: Session, by: Actor) -> Sequence[Unit]:
    """List the units the actor keeps or heads, by name."""
    query = select(Unit).where(Unit.id.in_(by.units()), Unit.closed_at.is_(None))
    return session.scalars(query.order_by(Unit.name)).all()


def receivers(session: Session, unit_id: int, *, on: date) -> Sequence[Person]:
    """List who may be handed a unit's things: people seated there or in its teams, by name."""
    led = select(Team.id).where(Team.lead_unit_id == unit_id)
    near = select(Seat.person_id).where(held_on(on), or_(Seat.unit_id == unit_id, Seat.team_id.in_(led)))
    query = select(Person).where(Person.id.in_(near), Person.disabled_at.is_(None))
    query = query.options(joinedload(Person.home_unit)).order_by(Person.name, Person.id)
    return session.scalars(query).all()


def teams_of(session: Session, person_ids: Sequence[int], *, on: date) -> dict[int, set[int]]:
    """Tell of each person the teams with a seat of his on a day."""
    found: dict[int, set[int]] = {}
    query = select(Seat.person_id, Seat.team_id).where(held_on(on), Seat.team_id.is_not(None))
    for person_id, team_id in session.execute(query.where(Seat.person_id.in_(person_ids))):
        found.setdefault(person_id, set()).add(team_id or 0)
    return found


def borrowers(session: Session, unit_id: int) -> Sequence[Unit]:
    """List the units a unit can lend to, by name."""
    query = select(Unit).where(Unit.id != unit_id, Unit.closed_at.is_(None))
    return session.scalars(query.order_by(Unit.name)).all()


def led_teams(session: Session, unit_ids: Sequence[int]) -> Sequence[Team]:
    """List the open teams of some units."""
    query = select(Team).where(Team.lead_unit_id.in_(unit_ids), Team.closed_at.is_(None))
    return session.scalars(query.order_by(Team.id)).all()


def seen_teams(session: Session, by: Actor) -> Sequence[Team]:
    """List the teams by which the actor may filter: all for finance and audit, else of the own unit or seat."""
    query = select(Team).where(Team.closed_at.is_(None)).order_by(Team.id)
    if not policy.reads_all(by):
        own = [seat.team_id for seat in by.seats if seat.team_id is not None]
        query = query.where(or_(Team.lead_unit_id.in_(by.units()), Team.id.in_(own)))
    return session.scalars(query).all()


def whole() -> Select[Item]:
    """Start a query of things with what a list names."""
    return select(Item).options(
        joinedload(Item.holder),
        joinedload(Item.room).joinedload(Room.building),
        joinedload(Item.team),
        joinedload(Item.owner_unit),
        joinedload(Item.borrower_unit),
    )
