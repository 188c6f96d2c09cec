"""Give a seat for a term, extend it, end it. A seat that was ever held stays on record."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.audit.operations import record
from tracker.audit.queries import what_changed
from tracker.identity.models import Person, Unit
from tracker.kernel.actors import SEAT_NAMES, Actor, SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.money import LARGEST_FEN
from tracker.kernel.text import tell
from tracker.storage.statements import take_turn
from tracker.teams import policy
from tracker.teams.models import Seat, Team
from tracker.teams.policy import Held, Place

_DAY = timedelta(days=1)
_LONGEST_YEARS = 30
_LONGEST_BACK = timedelta(days=366)
"""A document may be older than its entry here, but a seat of years ago would open days nobody looks at any more."""


@dataclass(frozen=True)
class SeatFacts:
    """A seat to be given; ``last_day`` is the last day it is held, None for no end set yet."""

    kind: SeatKind
    held_from: date
    last_day: date | None = None
    team_id: int | None = None
    unit_id: int | None = None
    quota_fen: int | None = None


def give_seat(
    session: Session,
    person_id: int,
    facts: SeatFacts,
    *,
    by: Actor,
    at: datetime,
    command_id: str,
    through_secondment: bool = False,
) -> Seat:
    """Give a person a seat. The same command a second time returns the seat it gave.

    Raises Forbidden for who may not give it, Refused for a place, term or quota that does not fit and for a
    seat that does not go with another of the same person.
    """
    take_turn(session, command_id)
    done = session.scalar(select(Seat).where(Seat.command_id == command_id))
    if done is not None and done.person_id == person_id:
        return done
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound
    wanted = _wanted(session, facts)
    policy.require_giver(by, facts.kind, wanted.lead_unit_id)
    policy.require_not_self(by, person_id)
    if person.disabled_at is not None:
        raise Refused(tell("%(person)s的账号已停用，请先由系统管理员启用再授予席位", person=person.name))
    if not through_secondment:
        _check_start(facts.held_from, at)
    _check_quota(facts)
    _refuse_conflicts(person, wanted, held_by(session, person_id))
    seat = Seat(
        person_id=person_id,
        kind=facts.kind,
        team_id=wanted.team_id,
        unit_id=wanted.unit_id,
        held_from=wanted.held_from,
        held_until=wanted.held_until,
        quota_fen=facts.quota_fen,
        given_by=by.person_id,
        given_at=at,
        command_id=command_id,
    )
    session.add(seat)
    session.flush()
    _record(session, "seat.give", seat, person, wanted, by=by, at=at, after=_told(seat, wanted))
    return seat


def seat_member(
    session: Session, person_id: int, facts: SeatFacts, *, by: Actor, at: datetime, command_id: str
) -> Seat:
    """Give the member seat of a secondment, or put the one the team gave before it was recorded under it.

    The term of such a seat follows the secondment: ``change_term`` and ``cancel_seat`` refuse it unless they are
    told that they come through it. Raises what ``give_seat`` raises, and Refused when a seat given before begins on
    another day.
    """
    mine = select(Seat).where(Seat.person_id == person_id, Seat.kind == facts.kind, Seat.team_id == facts.team_id)
    last = facts.last_day or facts.held_from
    overlaps = (Seat.held_from <= last) & or_(Seat.held_until.is_(None), Seat.held_until > facts.held_from)
    given = session.scalar(mine.where(overlaps, ~Seat.by_secondment).with_for_update())
    if given is None:
        seat = give_seat(session, person_id, facts, by=by, at=at, command_id=command_id, through_secondment=True)
    elif given.held_from != facts.held_from:
        raise Refused(
            tell(
                "已经有 %(held_from)s 起的组员席位，抽调第一天请填同一天，或先结束那个席位",
                held_from=given.held_from.isoformat(),
            ),
            field="held_from",
        )
    else:
        seat = change_term(
            session, given.id, facts.last_day, by=by, at=at, version=given.version, through_secondment=True
        )
    seat.by_secondment = True
    session.flush()
    return seat


def change_term(
    session: Session,
    seat_id: int,
    last_day: date | None,
    *,
    by: Actor,
    at: datetime,
    version: int,
    through_secondment: bool = False,
) -> Seat:
    """End a seat on a day, or extend it; a past day cannot be taken back.

    An ended seat is not revived, except by a paper that extends a secondment after its last day. Raises Forbidden
    for who may not give such a seat, NotFound, Refused, and Stale when somebody changed the seat since the page
    was drawn.
    """
    seat, person, held = _locked(session, seat_id)
    _refuse_apart_from_secondment(seat, through_secondment=through_secondment)
    policy.require_giver(by, seat.kind, held.lead_unit_id)
    policy.require_not_self(by, seat.person_id)
    today = day_of(at)
    wanted = _with_end(held, last_day)
    if wanted == held:
        return seat
    if version != seat.version:
        raise Stale(what_changed(session, ("seat", seat.id), tell("%(held)s的任期", held=held.name())))
    if seat.held_until is not None and seat.held_until <= today and not through_secondment:
        raise Refused("这一任期已经结束，不能再改；需要时请另给一个席位")
    _check_end(seat, last_day, today)
    others = [one for one in held_by(session, seat.person_id, besides=seat.id) if one.overlaps(wanted)]
    _refuse_conflicts(person, wanted, others)
    before = _told(seat, held)
    seat.held_until = wanted.held_until
    seat.version += 1
    session.flush()
    _record(session, "seat.change_term", seat, person, held, by=by, at=at, before=before, after=_told(seat, held))
    return seat


def change_start(session: Session, seat_id: int, held_from: date, *, by: Actor, at: datetime, version: int) -> Seat:
    """Put right the first day of a secondment's seat. Raises what ``change_term`` raises."""
    seat, person, held = _locked(session, seat_id)
    policy.require_giver(by, seat.kind, held.lead_unit_id)
    policy.require_not_self(by, seat.person_id)
    if version != seat.version:
        raise Stale(what_changed(session, ("seat", seat.id), tell("%(held)s的任期", held=held.name())))
    wanted = replace(held, held_from=held_from)
    others = [one for one in held_by(session, seat.person_id, besides=seat.id) if one.overlaps(wanted)]
    _refuse_conflicts(person, wanted, others)
    before = _told(seat, held)
    seat.held_from = held_from
    seat.version += 1
    session.flush()
    _record(session, "seat.change_term", seat, person, held, by=by, at=at, before=before, after=_told(seat, held))
    return seat


def cancel_seat(
    session: Session, seat_id: int, *, by: Actor, at: datetime, version: int, through_secondment: bool = False
) -> None:
    """Take back a seat whose term has not begun: nobody ever held it, the trail alone remembers it.

    Raises Refused once the term has begun, Stale when somebody changed the seat since the page was drawn.
    """
    seat, person, held = _locked(session, seat_id)
    _refuse_apart_from_secondment(seat, through_secondment=through_secondment)
    policy.require_giver(by, seat.kind, held.lead_unit_id)
    policy.require_not_self(by, seat.person_id)
    if version != seat.version:
        raise Stale(what_changed(session, ("seat", seat.id), tell("%(held)s的任期", held=held.name())))
    if seat.held_from <= day_of(at):
        raise Refused("任期已经开始，不能取消；请改任期的最后一天")
    _record(session, "seat.cancel", seat, person, held, by=by, at=at, before=_told(seat, held))
    session.delete(seat)


def held_by(session: Session, person_id: int, *, besides: int | None = None) -> list[Held]:
    """List a person's seats, ended and coming ones too, as the policy looks at them."""
    rows = select(Seat).options(joinedload(Seat.team), joinedload(Seat.unit)).where(Seat.person_id == person_id)
    return [_as_held(seat) for seat in session.scalars(rows) if seat.id != besides]


def _as_held(seat: Seat) -> Held:
    place = seat.team.short_name if seat.team else seat.unit.short_name if seat.unit else ""
    lead_unit_id = seat.team.lead_unit_id if seat.team else None
    return Held(seat.kind, seat.held_from, seat.held_until, seat.team_id, seat.unit_id, lead_unit_id, place)


def _wanted(session: Session, facts: SeatFacts) -> Held:
    until = None if facts.last_day is None else facts.last_day + _DAY
    if facts.last_day is None and facts.kind in policy.END_REQUIRED:
        raise Refused(tell("%(seat)s要写明任期的最后一天", seat=SEAT_NAMES[facts.kind]), field="last_day")
    if until is not None and until <= facts.held_from:
        raise Refused("最后一天不能早于任期开始的那天", field="last_day")
    if until is not None and until.year - facts.held_from.year > _LONGEST_YEARS:
        raise Refused("任期太长，请核对最后一天的年份", field="last_day")
    where = policy.PLACES[facts.kind]
    if where is Place.TEAM:
        team = session.get(Team, facts.team_id) if facts.team_id is not None else None
        if team is None or team.closed_at is not None:
            raise Refused("请从列表中选择组团", field="team_id")
        return Held(facts.kind, facts.held_from, until, team.id, None, team.lead_unit_id, team.short_name)
    if where is Place.UNIT:
        unit = session.get(Unit, facts.unit_id) if facts.unit_id is not None else None
        if unit is None or unit.closed_at is not None:
            raise Refused("请从列表中选择单位", field="unit_id")
        return Held(facts.kind, facts.held_from, until, None, unit.id, None, unit.short_name)
    return Held(facts.kind, facts.held_from, until)


def _refuse_apart_from_secondment(seat: Seat, *, through_secondment: bool) -> None:
    if seat.by_secondment and not through_secondment:
        raise Refused("这是抽调带来的组员席位，任期随抽调文件走，请到「专职人员」办理延长、提前结束或返岗")


def _with_end(held: Held, last_day: date | None) -> Held:
    until = None if last_day is None else last_day + _DAY
    return Held(held.kind, held.held_from, until, held.team_id, held.unit_id, held.lead_unit_id, held.place)


def _check_start(held_from: date, at: datetime) -> None:
    earliest = day_of(at) - _LONGEST_BACK
    if held_from < earliest:
        raise Refused(
            tell("任期最早从一年前（%(earliest)s）算起，请核对文件上的日期", earliest=earliest.isoformat()),
            field="held_from",
        )


def _check_quota(facts: SeatFacts) -> None:
    if facts.quota_fen is None:
        return
    if facts.kind not in policy.QUOTA_ALLOWED:
        raise Refused("只有报账员可以设年度限额", field="quota_fen")
    if not 0 < facts.quota_fen <= LARGEST_FEN:
        raise Refused("年度限额要大于 0，不超过 999,999,999.99 元", field="quota_fen")


def _check_end(seat: Seat, last_day: date | None, today: date) -> None:
    if last_day is None:
        if seat.kind in policy.END_REQUIRED:
            raise Refused(tell("%(seat)s要写明任期的最后一天", seat=SEAT_NAMES[seat.kind]), field="last_day")
        return
    if last_day < seat.held_from:
        raise Refused(
            tell("最后一天不能早于任期开始的那天（%(held_from)s）", held_from=seat.held_from.isoformat()),
            field="last_day",
        )
    if last_day < today - _DAY:
        raise Refused("任期不能倒着结束：最早到昨天为止，之前已经办过的事仍然算数", field="last_day")
    if last_day.year - seat.held_from.year > _LONGEST_YEARS:
        raise Refused("任期太长，请核对最后一天的年份", field="last_day")


def _refuse_conflicts(person: Person, wanted: Held, held: list[Held]) -> None:
    for other, why in policy.conflicts(wanted, held):
        raise Refused(
            tell(
                "%(person)s已是%(other)s（%(other2)s），不能同时是%(wanted)s：%(why)s",
                person=person.name,
                other=other.name(),
                other2=_span(other),
                wanted=wanted.name(),
                why=why,
            )
        )


def _span(held: Held) -> str:
    if held.held_until is None:
        return f"{held.held_from.isoformat()} 起"
    return f"{held.held_from.isoformat()} 至 {(held.held_until - _DAY).isoformat()}"


def _locked(session: Session, seat_id: int) -> tuple[Seat, Person, Held]:
    seat = session.get(Seat, seat_id)
    if seat is None:
        raise NotFound
    person = session.get_one(Person, seat.person_id, with_for_update=True)
    session.refresh(seat)
    return seat, person, _as_held(seat)


def _told(seat: Seat, held: Held) -> dict[str, Any]:
    told: dict[str, Any] = {
        "seat": held.name(),
        "held_from": seat.held_from,
        "last_day": seat.held_until - _DAY if seat.held_until else None,
    }
    return told if seat.quota_fen is None else {**told, "quota_fen": seat.quota_fen}


def _record(session: Session, action: str, seat: Seat, person: Person, held: Held, *, by: Actor, **more: Any) -> None:
    subject = ("seat", seat.id, f"{person.name} {held.name()}")
    record(session, action=action, subject=subject, by=by, seat=_giving_seat(by, held), **more)


def _giving_seat(by: Actor, held: Held) -> str:
    """Name the seat in which somebody gives a seat: the administrator's, else the one in the lead unit."""
    if by.holds(SeatKind.ADMINISTRATOR):
        return SeatKind.ADMINISTRATOR
    mine = (kind for kind in (SeatKind.HEAD, SeatKind.REVIEWER) if by.holds(kind, unit_id=held.lead_unit_id))
    return next(mine, "")
