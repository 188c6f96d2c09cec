"""Cards, handovers and rooms of the tests' office, as its keeper would make them."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from tests.office import NOON, Office
from tracker.equipment import checks
from tracker.equipment.facts import HandingFacts, ItemFacts, Order, RoomFacts
from tracker.equipment.kinds import ItemKind, RoomUse
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.models import Handover, Item, Room
from tracker.equipment.operations import add_room, hand_over, register
from tracker.identity.models import Unit
from tracker.kernel.actors import Actor


def order(by: Actor, *, at: datetime = NOON, command_id: str = "") -> Order:
    """An order as a page sends it."""
    return Order(by, at, command_id or uuid.uuid4().hex)


def a_card(**more: Any) -> ItemFacts:
    """A laptop's card within the standard."""
    facts = {
        "name": "笔记本电脑 14 英寸",
        "kind": ItemKind.LAPTOP,
        "price_fen": 628_000,
        "bought_on": date(2026, 1, 12),
        "life_years": 6,
        "model": "国产化配置",
    }
    return ItemFacts(**{**facts, **more})


def a_thing(office: Office, **more: Any) -> str:
    """Write a card in the lead unit's name; return its number."""
    return some_things(office, 1, **more)[0]


def some_things(office: Office, count: int, **more: Any) -> list[str]:
    """Write some cards alike; return their numbers."""
    with office.database.writing() as session:
        intake = register(
            session, office.lead_unit_id, [a_card(**more) for _ in range(count)], order(office.actor("reviewer"))
        )
        numbers = select(Item.number).where(Item.intake_id == intake.id).order_by(Item.id)
        return list(session.scalars(numbers))


def the_thing(office: Office, number: str) -> Item:
    """Read a thing as it is now."""
    with office.database.reading() as session:
        return session.scalars(select(Item).where(Item.number == number)).one()


def handed(
    office: Office,
    kind: Handing,
    *numbers: str,
    by: str = "reviewer",
    to: Destination | None = None,
    reason: str = "工作需要",
    paper: str = "",
    at: datetime = NOON,
    command_id: str = "",
) -> Handover:
    """Make a handover of things as they are now."""
    with office.database.reading() as session:
        rows = session.execute(select(Item.id, Item.version).where(Item.number.in_(numbers)))
        versions = {row.id: row.version for row in rows}
    facts = HandingFacts(kind, versions, to or Destination(), reason, paper)
    with office.database.writing() as session:
        return hand_over(session, facts, order(office.actor(by), at=at, command_id=command_id))


def to_member(office: Office, room_id: int | None = None) -> Destination:
    """To the member, in the team."""
    return Destination(office.people["member"], room_id, office.team_id)


def a_room(office: Office, name: str = "508", *, seats: int = 8, use: RoomUse = RoomUse.OFFICE) -> int:
    """Write down a room of the lead unit; return its id."""
    facts = RoomFacts("行政中心 A 座", name, use, 4260, seats)
    with office.database.writing() as session:
        return add_room(session, office.lead_unit_id, facts, order(office.actor("reviewer"))).id


def other_unit_id(office: Office) -> int:
    """The unit that leads the other team."""
    with office.database.reading() as session:
        return session.scalars(select(Unit.id).where(Unit.short_name == "区科技局")).one()


def the_room(office: Office, room_id: int) -> Room:
    """Read a room as it is now."""
    with office.database.reading() as session:
        return session.get_one(Room, room_id)


def nothing_amiss(office: Office) -> None:
    """Everything that must hold of things and rooms holds."""
    with office.database.reading() as session:
        assert list(checks.breaches(session)) == []
