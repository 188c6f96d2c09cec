"""Keep rooms: write them down and change what is written."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.audit.operations import record
from tracker.equipment import policy
from tracker.equipment.facts import Order, RoomFacts
from tracker.equipment.models import Building, Desk, Provision, Room
from tracker.equipment.operations.items import lock_unit
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.text import tell
from tracker.storage.statements import take_turn

MOST_SEATS = 200
_DAY = timedelta(days=1)


def add_room(session: Session, unit_id: int, facts: RoomFacts, order: Order) -> Room:
    """Write down a room the unit owns. The same command a second time returns the room it wrote."""
    policy.require_keeper(order.by, unit_id)
    lock_unit(session, unit_id)
    take_turn(session, order.command_id)
    done = session.scalar(select(Room).where(Room.command_id == order.command_id))
    if done is not None:
        return done
    _check(facts)
    building = session.scalar(select(Building).where(Building.name == facts.building))
    if building is None:
        building = Building(name=facts.building, address=facts.address)
        session.add(building)
        session.flush()
    _refuse_same(session, building.id, facts.name, None)
    room = Room(
        building_id=building.id,
        building=building,
        name=facts.name,
        use=facts.use,
        area_dm2=facts.area_dm2,
        seats=facts.seats,
        owner_unit_id=unit_id,
        note=facts.note,
        command_id=order.command_id,
    )
    session.add(room)
    session.flush()
    note_down(session, "room.add", room, order, after=_told(facts))
    return room


def change_room(session: Session, room_id: int, facts: RoomFacts, order: Order, *, version: int) -> Room:
    """Change what is written about a room; desks somebody sits at cannot be taken away.

    Raises NotFound, Forbidden, Stale, Refused naming the field.
    """
    room = locked_room(session, room_id, order)
    if room.version != version:
        raise Stale(tell("%(room)s刚刚被别人改过，请看过最新内容后再改", room=room.title))
    _check(facts)
    _refuse_same(session, room.building_id, facts.name, room.id)
    last = session.scalar(
        select(func.max(Desk.number)).where(Desk.room_id == room.id, running_on(day_of(order.at), Desk))
    )
    if facts.seats < (last or 0):
        raise Refused(tell("%(last)s 号工位还有人坐，工位数不能少于 %(last)s；请先腾空工位", last=last), field="seats")
    before = {"name": room.name, "seats": room.seats, "area": _area(room.area_dm2)}
    room.name, room.use, room.area_dm2 = facts.name, facts.use, facts.area_dm2
    room.seats, room.note = facts.seats, facts.note
    room.version += 1
    session.flush()
    note_down(session, "room.change", room, order, before=before, after=_told(facts))
    return room


def locked_room(session: Session, room_id: int, order: Order) -> Room:
    """Load a room for its keeper, so that nobody else changes it meanwhile. Raises NotFound, Forbidden."""
    query = select(Room).options(joinedload(Room.building)).where(Room.id == room_id, policy.visible_rooms(order.by))
    room = session.scalar(query.with_for_update(of=Room).execution_options(populate_existing=True))
    if room is None:
        raise NotFound
    policy.require_keeper(order.by, room.owner_unit_id)
    return room


def _check(facts: RoomFacts) -> None:
    if not facts.building:
        raise Refused("请填写楼宇", field="building")
    if not facts.name:
        raise Refused("请填写房间号", field="name")
    if not 0 < facts.area_dm2 < 10_000_000:  # noqa: PLR2004  100,000 m² is no room
        raise Refused("面积应大于 0 平方米", field="area")
    if not 0 <= facts.seats <= MOST_SEATS:
        raise Refused(tell("工位数应在 0 到 %(most)s 之间", most=MOST_SEATS), field="seats")


def _refuse_same(session: Session, building_id: int, name: str, room_id: int | None) -> None:
    same = session.scalar(select(Room.id).where(Room.building_id == building_id, Room.name == name))
    if same is not None and same != room_id:
        raise Refused(tell("这栋楼已经有 %(name)s 房间，请核对房间号", name=name), field="name")


def _area(area_dm2: int) -> str:
    return f"{area_dm2 // 100}.{area_dm2 % 100:02d}"


def _told(facts: RoomFacts) -> dict[str, Any]:
    return {"name": facts.name, "seats": facts.seats, "area": _area(facts.area_dm2)}


def note_down(
    session: Session,
    action: str,
    room: Room,
    order: Order,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    note: str = "",
) -> None:
    """Put into the trail what was done to a room."""
    record(
        session,
        by=order.by,
        at=order.at,
        action=action,
        subject=("room", room.id, room.title),
        seat=SeatKind.REVIEWER,
        before=before,
        after=after,
        note=note,
    )


def running_on(day: date, model: type[Provision | Desk]) -> Any:
    """Make the condition that a term is not over on a day."""
    return or_(model.ends_before.is_(None), model.ends_before > day)
