"""Rooms as cards: to whom each is provided, who sits in it, what stands in it; and a team's area a head."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from tracker.equipment import policy
from tracker.equipment.kinds import KIND_NAMES, ItemKind, RoomUse
from tracker.equipment.models import Building, Desk, Item, Provision, Room
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound
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
    given = select(Provision.room_id).where(runs(Provision, on))
    query = (
        select(Room)
        .join(Building, Building.id == Room.building_id)
        .options(contains_eager(Room.building), joinedload(Room.owner_unit))
        .where(policy.visible_rooms(seen_by), Room.closed_at.is_(None))
        .order_by(Room.id.not_in(given), Building.name, Room.name, Room.id)
    )
    return _cards(session, session.scalars(query.limit(limit).offset(skip)).all(), on)


def count(session: Session, *, seen_by: Actor) -> int:
    """Count the rooms the reader may see."""
    query = select(func.count()).select_from(Room).where(policy.visible_rooms(seen_by), Room.closed_at.is_(None))
    return session.scalar(query) or 0


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


class Place(NamedTuple):
    """A room as forms and filters offer it."""

    id: int
    title: str


def choices(session: Session, *, seen_by: Actor, unit_id: int | None = None) -> list[Place]:
    """List the rooms a form or a filter may offer, by building and name."""
    query = select(Room.id, Building.name, Room.name).join(Building, Building.id == Room.building_id)
    query = query.where(policy.visible_rooms(seen_by), Room.closed_at.is_(None))
    if unit_id is not None:
        query = query.where(Room.owner_unit_id == unit_id)
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


def runs(model: type[Provision | Desk], on: date) -> ColumnElement[bool]:
    """Make the condition that a half-open term covers the day."""
    return (model.begins_on <= on) & or_(model.ends_before.is_(None), model.ends_before > on)


def _cards(session: Session, rooms: Sequence[Room], on: date) -> list[Card]:
    ids = [room.id for room in rooms]
    given = {
        provision.room_id: provision
        for provision in session.scalars(
            select(Provision).options(joinedload(Provision.team)).where(Provision.room_id.in_(ids), runs(Provision, on))
        )
    }
    desks: dict[int, dict[int, Desk]] = defaultdict(dict)
    seated = select(Desk).options(joinedload(Desk.person)).where(Desk.room_id.in_(ids), runs(Desk, on))
    for desk in session.scalars(seated.order_by(Desk.number)):
        desks[desk.room_id][desk.number] = desk
    things: dict[int, dict[ItemKind, int]] = defaultdict(dict)
    there = select(Item.room_id, Item.kind, func.sum(Item.pieces)).where(Item.room_id.in_(ids))
    for room_id, kind, pieces in session.execute(there.group_by(Item.room_id, Item.kind)):
        if room_id is not None:
            things[room_id][kind] = int(pieces)
    return [Card(room, given.get(room.id), desks[room.id], things[room.id]) for room in rooms]
