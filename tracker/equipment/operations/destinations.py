"""Where a handover takes its things: checked against the unit that has every one of them in use."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.equipment import policy
from tracker.equipment.facts import HandingFacts, Order
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.models import Item, Provision, Room
from tracker.identity.models import Unit
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import listed, tell
from tracker.teams.models import Team
from tracker.teams.queries import actor


def destination(session: Session, facts: HandingFacts, items: Sequence[Item], order: Order) -> Destination:
    """Check where things of one owner go, and leave out what the kind has no use for.

    What is used or moved on stays with the unit that has it, the owner or the borrower, so all things have to be with
    one. Raises Refused naming the field.
    """
    kind, to = facts.kind, facts.to
    if kind in {Handing.REPAIR, Handing.REPAIRED, Handing.DISPOSE}:
        return Destination()
    if kind is Handing.RETURN:
        to = Destination(room_id=to.room_id)
    elif kind is not Handing.LEND:
        to = Destination(to.person_id, to.room_id, to.team_id)
    policy.require_other(order.by, to.person_id)
    owner_id = items[0].owner_unit_id
    team = _team(session, to.team_id)
    if kind is not Handing.RETURN:
        unit = _borrower(session, to.unit_id, owner_id) if kind is Handing.LEND else _user(session, items)
        _check_team(team, unit, owner_id)
        _check_person(session, to, team, unit, order)
    _check_room(session, to, day_of(order.at))
    return to


def _borrower(session: Session, unit_id: int | None, owner_id: int) -> Unit:
    unit = session.get(Unit, unit_id)
    if unit is None or unit.closed_at is not None or unit.id == owner_id:
        raise Refused("请选择借用单位，不能是产权单位自己", field="unit_id")
    return unit


def _user(session: Session, items: Sequence[Item]) -> Unit:
    """Return the one unit that has all the things in use; some lent and some not are told apart by name."""
    units = {item.user_unit_id for item in items}
    if len(units) == 1:
        return session.get_one(Unit, *units)
    lent = [
        tell("%(item)s借给了%(unit)s", item=item.label, unit=item.borrower_unit.short_name)
        for item in items
        if item.borrower_unit is not None
    ]
    raise Refused(tell("一张单上的设备要在同一个单位使用：%(lent)s；请分开办理", lent=listed(lent, "，")))


def _check_team(team: Team | None, unit: Unit, owner_id: int) -> None:
    if team is None or team.lead_unit_id == unit.id:
        return
    if unit.id == owner_id:
        sentence = tell("%(team)s由别的单位牵头，跨单位使用请办借用，产权不变", team=team.name)
    else:
        sentence = tell("%(team)s不属于%(unit)s，请核对借用单位或组团", team=team.name, unit=unit.name)
    raise Refused(sentence, field="team_id")


def _team(session: Session, team_id: int | None) -> Team | None:
    if team_id is None:
        return None
    team = session.get(Team, team_id)
    if team is None or team.closed_at is not None:
        raise Refused("请从列表中选择组团", field="team_id")
    return team


def _check_person(session: Session, to: Destination, team: Team | None, unit: Unit, order: Order) -> None:
    if to.person_id is None:
        return
    try:
        person = actor(session, to.person_id, on=day_of(order.at))
    except NotFound:
        raise Refused("请从列表中选择使用人", field="person_id") from None
    if team is not None and not any(seat.team_id == team.id for seat in person.seats):
        sentence = tell("%(person)s今天不在%(team)s任职，请核对使用人或组团", person=person.name, team=team.name)
        raise Refused(sentence, field="person_id")
    led = set(session.scalars(select(Team.id).where(Team.lead_unit_id == unit.id)))
    if not any(seat.unit_id == unit.id or seat.team_id in led for seat in person.seats):
        sentence = tell(
            "%(person)s今天不在%(unit)s或它牵头的组团任职，请核对使用人", person=person.name, unit=unit.name
        )
        raise Refused(sentence, field="person_id")


def _check_room(session: Session, to: Destination, today: object) -> None:
    if to.room_id is None:
        return
    room = session.scalar(select(Room).options(joinedload(Room.building)).where(Room.id == to.room_id))
    if room is None or room.closed_at is not None:
        raise Refused("请从列表中选择位置", field="room_id")
    if to.team_id is None:
        return
    other = session.scalar(
        select(Team.name)
        .join(Provision, Provision.team_id == Team.id)
        .where(
            Provision.room_id == room.id,
            Provision.begins_on <= today,
            (Provision.ends_before.is_(None)) | (Provision.ends_before > today),
            Team.id != to.team_id,
        )
    )
    if other is not None:
        sentence = tell("%(room)s现在提供给%(other)s使用，请核对位置", room=room.title, other=other)
        raise Refused(sentence, field="room_id")
