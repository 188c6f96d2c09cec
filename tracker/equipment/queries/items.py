"""One thing with its history, things by number or holder, and the choices of the forms."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from sqlalchemy import BigInteger, Date, Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from tracker.equipment import policy
from tracker.equipment.models import Handover, HandoverLine, HandoverMark, Intake, Item, Room
from tracker.evidence.models import Evidence
from tracker.identity.models import Person, Unit
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound
from tracker.storage.statements import run
from tracker.teams.models import Seat, Team
from tracker.teams.queries import held_on


def overdue(session: Session, *, seen_by: Actor, on: date) -> int:
    """Count the things lent and not back by the day agreed."""
    return run(session, _overdue_of(seen_by), {"on": on}).scalar_one() or 0


@lru_cache(maxsize=256)
def _overdue_of(seen_by: Actor) -> Select[int]:
    return select(func.count()).where(policy.visible_items(seen_by), Item.due_on < bindparam("on", type_=Date))


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


def of_intake(session: Session, intake_id: int) -> Sequence[Item]:
    """List the things an intake wrote cards of."""
    return session.scalars(select(Item).where(Item.intake_id == intake_id).order_by(Item.id)).all()


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
    lines = session.scalars(_HISTORY, {"this_item": item_id, "limit": limit}).all()
    marks: dict[int, list[HandoverMark]] = defaultdict(list)
    papers = {line.handover_id: line.handover for line in lines}
    for mark in session.scalars(_MARKS, {"papers": list(papers)}) if papers else ():
        marks[mark.handover_id].append(mark)
    for paper in papers.values():
        set_committed_value(paper, "marks", marks[paper.id])
    return lines


_OF_HISTORY = joinedload(HandoverLine.handover, innerjoin=True)
_HISTORY = (
    select(HandoverLine)
    .where(HandoverLine.item_id == bindparam("this_item", type_=BigInteger))
    .options(
        _OF_HISTORY.joinedload(Handover.to_person),
        _OF_HISTORY.joinedload(Handover.to_room).joinedload(Room.building),
        _OF_HISTORY.joinedload(Handover.to_team),
        _OF_HISTORY.joinedload(Handover.to_unit),
        _OF_HISTORY.joinedload(Handover.hander, innerjoin=True),
        joinedload(HandoverLine.from_team),
        joinedload(HandoverLine.from_holder),
    )
    .order_by(HandoverLine.event.desc())
    .limit(bindparam("limit", type_=Integer))
)
_MARKS = (
    select(HandoverMark)
    .where(HandoverMark.handover_id.in_(bindparam("papers", expanding=True)))
    .order_by(HandoverMark.id)
)
"""A loading option would build this anew each time."""


def held_by(session: Session, person_id: int) -> Sequence[Item]:
    """List what a person holds: nobody leaves with a thing in hand."""
    return session.scalars(whole().where(Item.holder_id == person_id).order_by(Item.id)).all()


def kept_units(session: Session, by: Actor) -> Sequence[Unit]:
    """List the units whose things the actor keeps, by name."""
    return session.scalars(_KEPT, {"units": sorted(policy.kept_units(by))}).all()


_KEPT = (
    select(Unit).where(Unit.id.in_(bindparam("units", expanding=True)), Unit.closed_at.is_(None)).order_by(Unit.name)
)


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
    return session.scalars(_teams_seen_by(by)).all()


@lru_cache(maxsize=256)
def _teams_seen_by(by: Actor) -> Select[Team]:
    query = select(Team).options(joinedload(Team.lead_unit, innerjoin=True))
    query = query.where(Team.closed_at.is_(None)).order_by(Team.id)
    if not policy.reads_all(by):
        own = [seat.team_id for seat in by.seats if seat.team_id is not None]
        query = query.where(or_(Team.lead_unit_id.in_(by.units()), Team.id.in_(own)))
    return query


def whole() -> Select[Item]:
    """Start a query of things with what a list names."""
    return select(Item).options(
        joinedload(Item.holder),
        joinedload(Item.room).joinedload(Room.building),
        joinedload(Item.team),
        joinedload(Item.owner_unit),
        joinedload(Item.borrower_unit),
    )
