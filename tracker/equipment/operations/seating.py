"""Seat people at the desks of rooms, for as long as the room is provided."""

from __future__ import annotations

from collections.abc import Sequence
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
from tracker.teams.models import Seat
from tracker.teams.queries import held_on


def seat_at_desk(session: Session, room_id: int, number: int, person_id: int, order: Order) -> Desk:
    """Give a person a desk of a room from today, for as long as the room is provided or till it goes to others.

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
    desk = Desk(
        room_id=room.id,
        number=number,
        person_id=person.id,
        begins_on=today,
        ends_before=_ends(session, room.id, [person.id], today)[person.id],
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


def settle_desks(session: Session, room_id: int, today: date, *, ended: Provision | None = None) -> list[str]:
    """End the desks of a room with the term it is provided for, or before its next; return who sits there.

    A next term of the same team that follows at once lets them sit on. A room nobody has now is left by its people
    when a team's term begins, but for those who are of that team. ``ended`` is the term that a taking back just ended.
    """
    desks = session.scalars(
        select(Desk)
        .options(joinedload(Desk.person))
        .where(Desk.room_id == room_id, running_on(today, Desk))
        .order_by(Desk.number)
    ).all()
    people = [desk.person_id for desk in desks]
    ends = dict.fromkeys(people, _until(session, ended)) if ended else _ends(session, room_id, people, today)
    for desk in desks:
        until = ends[desk.person_id]
        if until is not None and desk.begins_on >= until:
            session.delete(desk)
        else:
            desk.ends_before = until
    session.flush()
    return [desk.person.name for desk in desks]


def _ends(session: Session, room_id: int, people: Sequence[int], today: date) -> dict[int, date | None]:
    """Tell of each person the day before which a desk of the room ends, by the terms of the room."""
    if (term := running(session, room_id, today)) is not None:
        return dict.fromkeys(people, _until(session, term))
    later = select(Provision).where(Provision.room_id == room_id, Provision.begins_on > today)
    coming = session.scalar(later.order_by(Provision.begins_on).limit(1))
    if coming is None:
        return dict.fromkeys(people)
    of_team = select(Seat.person_id).where(
        Seat.person_id.in_(people), Seat.team_id == coming.team_id, held_on(coming.begins_on)
    )
    stay = _until(session, coming)
    return {**dict.fromkeys(people, coming.begins_on), **dict.fromkeys(session.scalars(of_team), stay)}


def _until(session: Session, term: Provision) -> date | None:
    """Follow the terms of the same team that follow each other at once to the end of the last."""
    later = select(Provision).where(Provision.room_id == term.room_id, Provision.begins_on > term.begins_on)
    until = term.ends_before
    for following in session.scalars(later.order_by(Provision.begins_on)):
        if following.team_id == term.team_id and following.begins_on == until:
            until = following.ends_before
    return until
