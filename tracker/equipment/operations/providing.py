"""Provide rooms to teams for terms, take them back, cancel what has not begun."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.equipment.facts import Order
from tracker.equipment.models import Provision
from tracker.equipment.operations.rooms import locked_room, note_down
from tracker.equipment.operations.seating import running, settle_desks
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Refused
from tracker.kernel.text import tell
from tracker.storage.statements import take_turn
from tracker.teams.models import Team

_DAY = timedelta(days=1)


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
    room = locked_room(session, room_id, order)
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
    settle_desks(session, room.id, day_of(order.at))
    facts = {"team": team.name, "held_from": begins_on, "last_day": last_day, "paper": paper}
    note_down(session, "room.provide", room, order, after=facts)
    return provision


def take_back(session: Session, room_id: int, last_day: date, order: Order) -> Provision:
    """End the running provision of a room before its time, at the earliest today; who sits there sits till then.

    Taking back never lengthens a term: that is a new provision, with its paper. A second click finds it done.
    Raises NotFound, Forbidden, Refused when none runs or the day does not fit.
    """
    room = locked_room(session, room_id, order)
    today = day_of(order.at)
    term = running(session, room.id, today)
    if term is None or last_day < term.begins_on:
        ended = _ended_with(session, room.id, last_day)
        if ended is not None:
            return ended
    if term is None:
        raise Refused(tell("%(room)s现在没有提供给组团，不用收回", room=room.title))
    if last_day < max(term.begins_on, today - _DAY):
        raise Refused("最后一天不能早于昨天，也不能早于开始的那天", field="last_day")
    ends_before = last_day + _DAY
    if term.ends_before == ends_before:
        return term
    if term.ends_before is not None and ends_before > term.ends_before:
        raise Refused(
            tell(
                "%(room)s只提供到 %(last_day)s，收回不能延长；要接着用，请另办提供给组团，并填新的文号",
                room=room.title,
                last_day=(term.ends_before - _DAY).isoformat(),
            ),
            field="last_day",
        )
    term.ends_before = ends_before
    session.flush()
    seated = settle_desks(session, room.id, today, ended=term)
    room.version += 1
    session.flush()
    facts = {"team": term.team.name, "last_day": last_day, **({"person": "、".join(seated)} if seated else {})}
    note_down(session, "room.take_back", room, order, after=facts)
    return term


def _ended_with(session: Session, room_id: int, last_day: date) -> Provision | None:
    """Find the term of a room that ended with a day: taken back with yesterday as its last, it runs no more."""
    return session.scalar(
        select(Provision)
        .options(joinedload(Provision.team))
        .where(Provision.room_id == room_id, Provision.ends_before == last_day + _DAY)
    )


def cancel_provision(session: Session, room_id: int, provision_id: int, reason: str, order: Order) -> None:
    """Cancel a provision that has not begun; the trail keeps what it was and why it fell away.

    One that is cancelled already stays so. Raises NotFound, Forbidden, Refused without a reason or once it has begun.
    """
    room = locked_room(session, room_id, order)
    coming = session.scalar(
        select(Provision)
        .options(joinedload(Provision.team))
        .where(Provision.id == provision_id, Provision.room_id == room.id)
    )
    if coming is None:
        return
    if coming.begins_on <= day_of(order.at):
        raise Refused(tell("提供给%(team)s已经开始，不能取消；请办收回", team=coming.team.name), field="reason")
    if not reason:
        raise Refused("请写明为什么取消", field="reason")
    last_day = coming.ends_before - _DAY if coming.ends_before else None
    before = {"team": coming.team.name, "held_from": coming.begins_on, "last_day": last_day, "paper": coming.paper}
    session.delete(coming)
    room.version += 1
    session.flush()
    settle_desks(session, room.id, day_of(order.at))
    note_down(session, "room.cancel", room, order, before=before, note=reason)


def _end(begins_on: date, last_day: date | None) -> date | None:
    if last_day is not None and last_day < begins_on:
        raise Refused("最后一天不能早于第一天，请核对", field="last_day")
    return last_day + _DAY if last_day else None


def _overlaps(model: type[Provision], begins_on: date, ends_before: date | None) -> Any:
    lasts = or_(model.ends_before.is_(None), model.ends_before > begins_on)
    return lasts if ends_before is None else lasts & (model.begins_on < ends_before)
