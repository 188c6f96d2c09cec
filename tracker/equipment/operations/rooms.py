"""Keep rooms: write them down, provide them to teams for terms, seat people at their desks."""

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
from tracker.identity.models import Person
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.text import tell
from tracker.storage.statements import take_turn
from tracker.teams.models import Team

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
    _note_down(session, "room.add", room, order, after=_told(facts))
    return room


def change_room(session: Session, room_id: int, facts: RoomFacts, order: Order, *, version: int) -> Room:
    """Change what is written about a room; desks somebody sits at cannot be taken away.

    Raises NotFound, Forbidden, Stale, Refused naming the field.
    """
    room = _locked(session, room_id, order)
    if room.version != version:
        raise Stale(tell("%(room)s刚刚被别人改过，请看过最新内容后再改", room=room.title))
    _check(facts)
    _refuse_same(session, room.building_id, facts.name, room.id)
    last = session.scalar(select(func.max(Desk.number)).where(Desk.room_id == room.id, _until(day_of(order.at), Desk)))
    if facts.seats < (last or 0):
        raise Refused(tell("%(last)s 号工位还有人坐，工位数不能少于 %(last)s；请先腾空工位", last=last), field="seats")
    before = {"name": room.name, "seats": room.seats, "area": _area(room.area_dm2)}
    room.name, room.use, room.area_dm2 = facts.name, facts.use, facts.area_dm2
    room.seats, room.note = facts.seats, facts.note
    room.version += 1
    session.flush()
    _note_down(session, "room.change", room, order, before=before, after=_told(facts))
    return room


def provide(
    session: Session,
    room_id: int,
    team_id: int,
    order: Order,
    *,
    begins_on: date,
    last_day: date | None,
    paper: str = "",
) -> Provision:
    """Provide a room to a team of the unit for a term; terms of one room never overlap.

    The same command a second time returns the first's. Raises NotFound, Forbidden, Refused naming the field.
    """
    room = _locked(session, room_id, order)
    take_turn(session, order.command_id)
    done = session.scalar(select(Provision).where(Provision.command_id == order.command_id))
    if done is not None:
        return done
    team = session.get(Team, team_id)
    if team is None or team.closed_at is not None:
        raise Refused("请从列表中选择组团", field="team_id")
    ends_before = _end(begins_on, last_day)
    other = session.scalar(
        select(Provision)
        .options(joinedload(Provision.team))
        .where(Provision.room_id == room.id, _overlaps(Provision, begins_on, ends_before))
        .limit(1)
    )
    if other is not None:
        raise Refused(
            tell(
                "%(room)s从 %(begins_on)s 起提供给%(team)s，时间重叠；请先收回",
                room=room.title,
                begins_on=other.begins_on.isoformat(),
                team=other.team.name,
            ),
            field="begins_on",
        )
    provision = Provision(
        room_id=room.id,
        team_id=team.id,
        begins_on=begins_on,
        ends_before=ends_before,
        paper=paper,
        given_by=order.by.person_id,
        given_at=order.at,
        command_id=order.command_id,
    )
    session.add(provision)
    room.version += 1
    session.flush()
    facts = {"team": team.name, "held_from": begins_on, "last_day": last_day, "paper": paper}
    _note_down(session, "room.provide", room, order, after=facts)
    return provision


def take_back(session: Session, room_id: int, last_day: date, order: Order) -> Provision:
    """End the running provision of a room on a day, today at the earliest one before it.

    Raises NotFound, Forbidden, Refused when none runs or the day does not fit.
    """
    room = _locked(session, room_id, order)
    today = day_of(order.at)
    running = session.scalar(
        select(Provision)
        .options(joinedload(Provision.team))
        .where(Provision.room_id == room.id, Provision.begins_on <= today, _until(today, Provision))
    )
    if running is None:
        raise Refused(tell("%(room)s现在没有提供给组团，不用收回", room=room.title))
    if last_day < max(running.begins_on, today - _DAY):
        raise Refused("最后一天不能早于昨天，也不能早于开始的那天", field="last_day")
    running.ends_before = last_day + _DAY
    room.version += 1
    session.flush()
    _note_down(session, "room.take_back", room, order, after={"team": running.team.name, "last_day": last_day})
    return running


def seat_at_desk(session: Session, room_id: int, number: int, person_id: int, order: Order) -> Desk:
    """Give a person a desk of a room from today. Raises NotFound, Forbidden, Refused naming the field."""
    room = _locked(session, room_id, order)
    today = day_of(order.at)
    person = session.get(Person, person_id, with_for_update=True)
    if person is None or person.disabled_at is not None:
        raise Refused("请从列表中选择人员", field="person_id")
    if not 0 < number <= room.seats:
        raise Refused(
            tell("%(room)s有 %(seats)s 个工位，没有 %(number)s 号", room=room.title, seats=room.seats, number=number),
            field="number",
        )
    taken = select(Desk).options(joinedload(Desk.person), joinedload(Desk.room).joinedload(Room.building))
    held = session.scalar(taken.where(Desk.room_id == room.id, Desk.number == number, _until(today, Desk)))
    if held is not None:
        if held.person_id == person.id:
            return held
        raise Refused(
            tell("%(number)s 号工位现在是%(person)s在用，请换一个", number=number, person=held.person.name),
            field="number",
        )
    sits = session.scalar(taken.where(Desk.person_id == person.id, _until(today, Desk)))
    if sits is not None:
        raise Refused(
            tell(
                "%(person)s已在%(room)s %(sits)s 号工位，请先腾空",
                person=person.name,
                room=sits.room.title,
                sits=sits.number,
            ),
            field="person_id",
        )
    desk = Desk(
        room_id=room.id,
        number=number,
        person_id=person.id,
        begins_on=today,
        given_by=order.by.person_id,
        given_at=order.at,
        command_id=order.command_id,
    )
    session.add(desk)
    room.version += 1
    session.flush()
    _note_down(session, "room.seat", room, order, after={"person": person.name, "seat_number": number})
    return desk


def free_desk(session: Session, room_id: int, number: int, order: Order) -> None:
    """Free a desk from today; one that is free already stays so. Raises NotFound, Forbidden."""
    room = _locked(session, room_id, order)
    today = day_of(order.at)
    desk = session.scalar(
        select(Desk)
        .options(joinedload(Desk.person))
        .where(Desk.room_id == room.id, Desk.number == number, _until(today, Desk))
    )
    if desk is None:
        return
    if desk.begins_on >= today:
        session.delete(desk)
    else:
        desk.ends_before = today
    room.version += 1
    session.flush()
    _note_down(session, "room.free", room, order, before={"person": desk.person.name, "seat_number": number})


def _locked(session: Session, room_id: int, order: Order) -> Room:
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


def _end(begins_on: date, last_day: date | None) -> date | None:
    if last_day is not None and last_day < begins_on:
        raise Refused("最后一天不能早于第一天，请核对", field="last_day")
    return last_day + _DAY if last_day else None


def _overlaps(model: type[Provision], begins_on: date, ends_before: date | None) -> Any:
    lasts = or_(model.ends_before.is_(None), model.ends_before > begins_on)
    return lasts if ends_before is None else lasts & (model.begins_on < ends_before)


def _until(day: date, model: type[Provision | Desk]) -> Any:
    return or_(model.ends_before.is_(None), model.ends_before > day)


def _area(area_dm2: int) -> str:
    return f"{area_dm2 // 100}.{area_dm2 % 100:02d}"


def _told(facts: RoomFacts) -> dict[str, Any]:
    return {"name": facts.name, "seats": facts.seats, "area": _area(facts.area_dm2)}


def _note_down(
    session: Session,
    action: str,
    room: Room,
    order: Order,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    record(
        session,
        by=order.by,
        at=order.at,
        action=action,
        subject=("room", room.id, room.title),
        seat=SeatKind.REVIEWER,
        before=before,
        after=after,
    )
