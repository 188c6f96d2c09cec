"""Close a secondment (返岗): nothing may be open; the seat ends, the return note stays, the account may end too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.identity.models import Person
from tracker.identity.operations import disable_on_leaving
from tracker.kernel.actors import SEAT_NAMES
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Refused
from tracker.kernel.text import listed, tell
from tracker.secondments import policy
from tracker.secondments.facts import Document, checked_note, checked_reason
from tracker.secondments.lifecycle import LIFE, Move, State
from tracker.secondments.models import PaperKind, Secondment
from tracker.secondments.operations.term import move_end
from tracker.secondments.operations.writing import Command, kept, note_down
from tracker.secondments.reminders import overdue_of
from tracker.teams.models import Seat

_DAY = timedelta(days=1)
_NOTE_MOST = Secondment.return_note.type.length
_MOST_NAMED = 8
HALVES = "半年确认"


@dataclass(frozen=True)
class OpenMatter:
    """Something that keeps a person from leaving: what it is, by its name, where to settle it."""

    subject: str
    """What kind of thing: 报销单, 设备, 席位."""
    name: str
    href: str = ""


OpenMatters = Callable[[Session, int, int, date], Sequence[OpenMatter]]
"""Told (session, person_id, team_id, today), lists what is open there."""

_asked: dict[str, OpenMatters] = {}


def ask_before_leaving(subject: str, open_matters: OpenMatters) -> None:
    """Have a package above or beside asked, under its subject, before anybody leaves; asked once however often told."""
    _asked[subject] = open_matters


def subjects() -> list[str]:
    """List what is asked before leaving, besides seats."""
    return [HALVES, *_asked]


def open_matters(session: Session, secondment: Secondment, *, on: date, today: date | None = None) -> list[OpenMatter]:
    """List everything that keeps the person from leaving: seats in the team, half-years nobody confirmed, the others'.

    ``on`` is the last day of work; a half-year that ends by then is open once it is overdue today.
    """
    found = [
        OpenMatter("席位", f"{SEAT_NAMES[seat.kind]}席位", f"/people/{secondment.person_id}")
        for seat in _other_seats(session, secondment, on)
    ]
    found += [
        OpenMatter(
            HALVES,
            tell("%(half)s逾期未确认", half=half.name),
            f"/secondments/{secondment.id}/confirm/{half.code}",
        )
        for half in overdue_of(session, secondment, until=on, today=today or on)
    ]
    for ask in _asked.values():
        found += ask(session, secondment.person_id, secondment.team_id, today or on)
    return found


@dataclass(frozen=True)
class LeavingFacts:
    """The last day of work (inclusive), the return note, the paper if it ends earlier, and whether the account ends."""

    last_day: date
    note: str
    paper: Document | None = None
    reason: str = ""
    end_account: bool = False


def leave(session: Session, secondment_id: int, facts: LeavingFacts, order: Command) -> Secondment:
    """Close a secondment. A second click finds it closed.

    Raises Refused naming what is open, for a last day that has not come or lies after the term, or when it ends
    early without a paper.
    """
    known = session.get(Secondment, secondment_id)
    if known is not None and known.state is State.LEFT and policy.keeps(order.by, known.team.lead_unit_id):
        return known
    secondment = kept(session, secondment_id, Move.LEAVE, order)
    policy.require_another(order.by, secondment.person_id, "办返岗")
    note = checked_note(facts.note, _NOTE_MOST, field="note")
    if not note:
        raise Refused("请填写返岗鉴定意见", field="note")
    _check_last_day(secondment, facts.last_day, order.at)
    _refuse_open(open_matters(session, secondment, on=facts.last_day, today=day_of(order.at)))
    if facts.last_day + _DAY < secondment.ends_before:
        if facts.paper is None:
            raise Refused("比原定日期提前返岗，请填提前结束的文号和日期", field="paper_number")
        why = checked_reason(facts.reason or "提前返岗", needed=True)
        move_end(session, secondment, facts.last_day, facts.paper, order, kind=PaperKind.EARLY_END, reason=why)
    secondment.state = LIFE.after(secondment.state, Move.LEAVE)
    secondment.return_note, secondment.left_by, secondment.left_at = note, order.by.person_id, order.at
    secondment.version += 1
    session.flush()
    ended = facts.end_account and _end_account(session, secondment, facts.last_day, order)
    after = {"last_day": facts.last_day, "account_ended": ended}
    note_down(session, "secondment.leave", secondment, order, after=after, note=note)
    return secondment


def _check_last_day(secondment: Secondment, last_day: date, at: datetime) -> None:
    if last_day > day_of(at):
        raise Refused("返岗在最后一天或之后办理，最后一天不能晚于今天", field="last_day")
    if last_day >= secondment.ends_before:
        planned = (secondment.ends_before - _DAY).isoformat()
        raise Refused(
            tell("抽调期到 %(planned)s 为止，最后一天不能再晚；实际更晚的请先办延长", planned=planned), field="last_day"
        )


def _refuse_open(found: Sequence[OpenMatter]) -> None:
    if not found:
        return
    named = listed((matter.name for matter in found[:_MOST_NAMED]), "、")
    more = tell("等 %(count)s 项", count=len(found)) if len(found) > _MOST_NAMED else ""
    raise Refused(
        tell("还有事项没有了结：%(named)s%(more)s。请先办结或移交，再办返岗", named=named, more=more),
        matters=tuple(found),
    )


def _other_seats(session: Session, secondment: Secondment, on: date) -> Sequence[Seat]:
    mine = select(Seat).where(
        Seat.person_id == secondment.person_id,
        Seat.team_id == secondment.team_id,
        Seat.by_secondment.is_(False),
        or_(Seat.held_until.is_(None), Seat.held_until > on + _DAY),
    )
    return session.scalars(mine.order_by(Seat.id)).all()


def _end_account(session: Session, secondment: Secondment, last_day: date, order: Command) -> bool:
    still = select(Seat.id).where(
        Seat.person_id == secondment.person_id,
        Seat.id != secondment.seat_id,
        or_(Seat.held_until.is_(None), Seat.held_until > last_day + _DAY),
    )
    if session.scalar(still.limit(1)) is not None:
        raise Refused("这个人还有别的席位，账号不能停用；请去掉「停用账号」再办", field="end_account")
    person = session.get_one(Person, secondment.person_id)
    disable_on_leaving(session, person, by=order.by, at=order.at)
    return True
