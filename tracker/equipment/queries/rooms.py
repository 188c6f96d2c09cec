"""Rooms as cards: to whom each is provided, who sits in it, what stands in it; and a team's area a head."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ColumnElement, Date, Integer, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from tracker.equipment import policy
from tracker.equipment.kinds import KIND_NAMES, ItemKind, RoomUse
from tracker.equipment.models import Building, Desk, Item, Provision, Room
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound
from tracker.storage.statements import run
from tracker.teams.models import Team

CARDS_A_PAGE = 60
_TOLD_KINDS = 4


@dataclass(frozen=True)
class Card:
    """A room on a day: the team it is provided to, its people by desk, its things by class."""

    room: Room
    provision: Provision | None
    desks: dict[int, Desk] = field(default_factory=dict)
    things: dict[ItemKind, int] = field(default_factory=dict)

    @property
    def team(self) -> Team | None:
        """Return the team it is provided to."""
        return self.provision.team if self.provision else None

    @property
    def taken(self) -> int:
        """Count the desks somebody sits at."""
        return len(self.desks)

    @property
    def told_things(self) -> list[tuple[str, int]]:
        """Name the most frequent classes with their numbers."""
        most = sorted(self.things.items(), key=lambda pair: -pair[1])[:_TOLD_KINDS]
        return [(KIND_NAMES[kind], count) for kind, count in most]


@dataclass(frozen=True)
class Space:
    """What a team has on a day: office area in 0.01 m², desks, and rooms."""

    area_dm2: int = 0
    seats: int = 0
    rooms: int = 0


def cards(session: Session, *, seen_by: Actor, on: date, limit: int = CARDS_A_PAGE, skip: int = 0) -> list[Card]:
    """List the rooms the reader may see after the first ``skip``, provided ones first, by building and name."""
    found = session.scalars(_cards_of(seen_by), {"on": on, "limit": limit, "skip": skip})
    return _cards(session, found.all(), on)


@lru_cache(maxsize=256)
def _cards_of(seen_by: Actor) -> Select[Room]:
    given = select(Provision.room_id).where(runs(Provision, _ON))
    return (
        select(Room)
        .join(Building, Building.id == Room.building_id)
        .options(contains_eager(Room.building), joinedload(Room.owner_unit))
        .where(policy.visible_rooms(seen_by), Room.closed_at.is_(None))
        .order_by(Room.id.not_in(given), Building.name, Room.name, Room.id)
        .limit(bindparam("limit", type_=Integer))
        .offset(bindparam("skip", type_=Integer))
    )


def count(session: Session, *, seen_by: Actor) -> int:
    """Count the rooms the reader may see."""
    return run(session, _count_of(seen_by)).scalar_one() or 0


@lru_cache(maxsize=256)
def _count_of(seen_by: Actor) -> Select[int]:
    return select(func.count()).select_from(Room).where(policy.visible_rooms(seen_by), Room.closed_at.is_(None))


def card(session: Session, room_id: int, *, seen_by: Actor, on: date) -> Card:
    """Load one room as a card. Raises NotFound."""
    query = select(Room).options(joinedload(Room.building), joinedload(Room.owner_unit))
    room = session.scalar(query.where(Room.id == room_id, policy.visible_rooms(seen_by)))
    if room is None:
        raise NotFound
    return _cards(session, [room], on)[0]


def provisions(session: Session, room_id: int) -> Sequence[Provision]:
    """List to whom a room was provided, latest first."""
    query = select(Provision).options(joinedload(Provision.team)).where(Provision.room_id == room_id)
    return session.scalars(query.order_by(Provision.begins_on.desc(), Provision.id.desc())).all()


def desks_of(session: Session, person_id: int, *, since: date) -> Sequence[Desk]:
    """List the desks a person has on a day or later."""
    lasts = or_(Desk.ends_before.is_(None), Desk.ends_before > since)
    query = select(Desk).options(joinedload(Desk.room).joinedload(Room.building))
    return session.scalars(query.where(Desk.person_id == person_id, lasts).order_by(Desk.begins_on)).all()


def free_from(provisions: Sequence[Provision], today: date) -> date | None:
    """Tell from which day a room can be provided again: today at the earliest, never while one runs without an end."""
    ends = [term.ends_before for term in provisions if term.ends_before is not None]
    return max([today, *ends]) if len(ends) == len(provisions) else None


class Place(NamedTuple):
    """A room as forms and filters offer it."""

    id: int
    title: str


def choices(session: Session, *, seen_by: Actor, unit_id: int | None = None) -> list[Place]:
    """List the rooms a form or a filter may offer, by building and name."""
    rows = run(session, _choices_of(seen_by, unit_id))
    return [Place(room_id, f"{building} {name}") for room_id, building, name in rows]


@lru_cache(maxsize=256)
def _choices_of(seen_by: Actor, unit_id: int | None) -> Select[int, str, str]:
    query = select(Room.id, Building.name, Room.name).join(Building, Building.id == Room.building_id)
    query = query.where(policy.visible_rooms(seen_by), Room.closed_at.is_(None))
    if unit_id is not None:
        query = query.where(Room.owner_unit_id == unit_id)
    return query.order_by(Building.name, Room.name)


def counted_places(session: Session, unit_id: int, *, seen_by: Actor) -> list[Place]:
    """List where a thing of a unit may turn up in a count: every room of the unit, stores with them, and one's own."""
    query = select(Room.id, Building.name, Room.name).join(Building, Building.id == Room.building_id)
    query = query.where(or_(Room.owner_unit_id == unit_id, policy.visible_rooms(seen_by)), Room.closed_at.is_(None))
    rows = session.execute(query.order_by(Building.name, Room.name))
    return [Place(room_id, f"{building} {name}") for room_id, building, name in rows]


def given_to(session: Session, *, on: date) -> dict[int, int]:
    """Tell of each room that is provided to a team on a day which team that is."""
    query = select(Provision.room_id, Provision.team_id).where(runs(Provision, on))
    return {row.room_id: row.team_id for row in session.execute(query)}


def spaces(session: Session, team_ids: Sequence[int], *, on: date) -> dict[int, Space]:
    """Add up each team's office rooms on a day; common rooms and stores are not counted a head."""
    query = (
        select(Provision.team_id, func.sum(Room.area_dm2), func.sum(Room.seats), func.count())
        .join(Room, Room.id == Provision.room_id)
        .where(Provision.team_id.in_(team_ids), runs(Provision, on), Room.use == RoomUse.OFFICE)
        .group_by(Provision.team_id)
    )
    return {team: Space(int(area), int(seats), rooms) for team, area, seats, rooms in session.execute(query)}


def held_by_team(session: Session, team_ids: Sequence[int]) -> dict[int, dict[ItemKind, int]]:
    """Count the pieces each team uses, by class."""
    query = select(Item.team_id, Item.kind, func.sum(Item.pieces)).where(Item.team_id.in_(team_ids))
    found: dict[int, dict[ItemKind, int]] = defaultdict(dict)
    for team_id, kind, pieces in session.execute(query.group_by(Item.team_id, Item.kind)):
        if team_id is not None:
            found[team_id][kind] = int(pieces)
    return found


def runs(model: type[Provision | Desk], on: date | BindParameter[date]) -> ColumnElement[bool]:
    """Make the condition that a half-open term covers the day."""
    return (model.begins_on <= on) & or_(model.ends_before.is_(None), model.ends_before > on)


_ON = bindparam("on", type_=Date)
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_GIVEN = select(Provision).options(joinedload(Provision.team)).where(Provision.room_id.in_(_IDS), runs(Provision, _ON))
_SEATED = (
    select(Desk).options(joinedload(Desk.person)).where(Desk.room_id.in_(_IDS), runs(Desk, _ON)).order_by(Desk.number)
)
_THERE = (
    select(Item.room_id, Item.kind, func.sum(Item.pieces))
    .where(Item.room_id.in_(_IDS))
    .group_by(Item.room_id, Item.kind)
)


def _cards(session: Session, rooms: Sequence[Room], on: date) -> list[Card]:
    if not rooms:
        return []
    asked = {"ids": [room.id for room in rooms], "on": on}
    given = {provision.room_id: provision for provision in session.scalars(_GIVEN, asked)}
    desks: dict[int, dict[int, Desk]] = defaultdict(dict)
    for desk in session.scalars(_SEATED, asked):
        desks[desk.room_id][desk.number] = desk
    things: dict[int, dict[ItemKind, int]] = defaultdict(dict)
    for room_id, kind, pieces in run(session, _THERE, {"ids": asked["ids"]}):
        things[room_id][kind] = int(pieces)
    return [Card(room, given.get(room.id), desks[room.id], things[room.id]) for room in rooms]
