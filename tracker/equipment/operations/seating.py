"""Seat people at the desks of rooms, for as long as the room is provided."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.equipment.facts import Order
from tracker.equipment.models import Desk, Provision, Room
from tracker.equipment.operations.rooms import locked_room, note_down, running_on
from tracker.identity.models import Person
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Refused
from tracker.kernel.text import tell


def seat_at_desk(session: Session, room_id: int, number: int, person_id: int, order: Order) -> Desk:
    """Give a person a desk of a room from today, for as long as the room is provided.

    Raises NotFound, Forbidden, Refused naming the field.
    """
    room = locked_room(session, room_id, order)
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
    held = session.scalar(taken.where(Desk.room_id == room.id, Desk.number == number, running_on(today, Desk)))
    if held is not None:
        if held.person_id == person.id:
            return held
        raise Refused(
            tell("%(number)s 号工位现在是%(person)s在用，请换一个", number=number, person=held.person.name),
            field="number",
        )
    sits = session.scalar(taken.where(Desk.person_id == person.id, running_on(today, Desk)))
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
    term = running(session, room.id, today)
    desk = Desk(
        room_id=room.id,
        number=number,
        person_id=person.id,
        begins_on=today,
        ends_before=_until(session, term) if term else None,
        given_by=order.by.person_id,
        given_at=order.at,
        command_id=order.command_id,
    )
    session.add(desk)
    room.version += 1
    session.flush()
    note_down(session, "room.seat", room, order, after={"person": person.name, "seat_number": number})
    return desk


def free_desk(session: Session, room_id: int, number: int, order: Order) -> None:
    """Free a desk from today; one that is free already stays so. Raises NotFound, Forbidden."""
    room = locked_room(session, room_id, order)
    today = day_of(order.at)
    desk = session.scalar(
        select(Desk)
        .options(joinedload(Desk.person))
        .where(Desk.room_id == room.id, Desk.number == number, running_on(today, Desk))
    )
    if desk is None:
        return
    if desk.begins_on >= today:
        session.delete(desk)
    else:
        desk.ends_before = today
    room.version += 1
    session.flush()
    note_down(session, "room.free", room, order, before={"person": desk.person.name, "seat_number": number})


def running(session: Session, room_id: int, today: date) -> Provision | None:
    """Find the provision of a room that runs on a day."""
    return session.scalar(
        select(Provision)
        .options(joinedload(Provision.team))
        .where(Provision.room_id == room_id, Provision.begins_on <= today, running_on(today, Provision))
    )


def settle_desks(session: Session, term: Provision, today: date) -> list[str]:
    """End the desks of a room with the term it is provided for; return who sits there.

    A next term of the same team that follows at once lets them sit on.
    """
    until = _until(session, term)
    desks = session.scalars(
        select(Desk)
        .options(joinedload(Desk.person))
        .where(Desk.room_id == term.room_id, running_on(today, Desk))
        .order_by(Desk.number)
    ).all()
    for desk in desks:
        if until is not None and desk.begins_on >= until:
            session.delete(desk)
        else:
            desk.ends_before = until
    session.flush()
    return [desk.person.name for desk in desks]


def _until(session: Session, term: Provision) -> date | None:
    """Follow the terms of the same team that follow each other at once to the end of the last."""
    later = select(Provision).where(Provision.room_id == term.room_id, Provision.begins_on > term.begins_on)
    until = term.ends_before
    for following in session.scalars(later.order_by(Provision.begins_on)):
        if following.team_id == term.team_id and following.begins_on == until:
            until = following.ends_before
    return until
