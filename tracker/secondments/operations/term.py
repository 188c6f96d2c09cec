"""Extend a term or end it early, each by a paper; the member seat follows in the same transaction."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.kernel.errors import Refused
from tracker.kernel.text import tell
from tracker.secondments import policy
from tracker.secondments.facts import Document, checked_reason
from tracker.secondments.lifecycle import Move, State
from tracker.secondments.models import PaperKind, Secondment, TermPaper
from tracker.secondments.operations.writing import Command, kept, kept_scan, note_down
from tracker.storage.statements import take_turn
from tracker.teams.operations import change_term

_DAY = timedelta(days=1)


def extend(
    session: Session, secondment_id: int, last_day: date, paper: Document, order: Command, *, reason: str = ""
) -> Secondment:
    """Extend a secondment to a later last day. The same command a second time changes nothing.

    Raises Refused when the day is not later, or another secondment of the person begins before it.
    """
    if (done := _done(session, secondment_id, order)) is not None:
        return done
    secondment = kept(session, secondment_id, Move.EXTEND, order)
    policy.require_another(order.by, secondment.person_id, "延长抽调")
    if last_day < secondment.ends_before:
        now_last = secondment.ends_before - _DAY
        raise Refused(
            tell("延长后的最后一天要晚于现在的 %(now_last)s", now_last=now_last.isoformat()), field="last_day"
        )
    policy.check_term(secondment.begins_on, last_day)
    following = select(Secondment.begins_on).where(
        Secondment.person_id == secondment.person_id,
        Secondment.id != secondment.id,
        Secondment.state != State.CANCELLED,
        Secondment.begins_on >= secondment.ends_before,
        Secondment.begins_on <= last_day,
    )
    if (begins_on := session.scalar(following.order_by(Secondment.begins_on))) is not None:
        raise Refused(
            tell("与 %(begins_on)s 开始的另一期抽调重叠，请把最后一天提前", begins_on=begins_on.isoformat()),
            field="last_day",
        )
    return move_end(session, secondment, last_day, paper, order, kind=PaperKind.EXTENSION, reason=reason)


def end_early(
    session: Session, secondment_id: int, last_day: date, paper: Document, order: Command, *, reason: str
) -> Secondment:
    """Bring a secondment's last day forward. The same command a second time changes nothing.

    Raises Refused when the day is not earlier, lies before yesterday, or no reason is given.
    """
    if (done := _done(session, secondment_id, order)) is not None:
        return done
    secondment = kept(session, secondment_id, Move.END_EARLY, order)
    policy.require_another(order.by, secondment.person_id, "提前结束抽调")
    checked_reason(reason, needed=True)
    return move_end(session, secondment, last_day, paper, order, kind=PaperKind.EARLY_END, reason=reason)


def move_end(
    session: Session,
    secondment: Secondment,
    last_day: date,
    paper: Document,
    order: Command,
    *,
    kind: PaperKind,
    reason: str,
) -> Secondment:
    """Set another last day by a paper, on the secondment and on its seat."""
    if kind is PaperKind.EARLY_END and last_day + _DAY >= secondment.ends_before:
        now_last = secondment.ends_before - _DAY
        raise Refused(
            tell("提前结束的最后一天要早于现在的 %(now_last)s", now_last=now_last.isoformat()), field="last_day"
        )
    if secondment.seat is None:
        raise Refused("这次抽调没有组员席位，不能改期；请联系系统管理员核对")
    checked, why = paper.checked(order.at), checked_reason(reason, needed=False)
    before = {"last_day": secondment.ends_before - _DAY}
    change_term(
        session,
        secondment.seat.id,
        last_day,
        by=order.by,
        at=order.at,
        version=secondment.seat.version,
        through_secondment=True,
    )
    secondment.ends_before = last_day + _DAY
    secondment.version += 1
    session.add(
        TermPaper(
            secondment_id=secondment.id,
            kind=kind,
            number=checked.number,
            dated=checked.dated,
            reason=why,
            ends_before=secondment.ends_before,
            scan_id=kept_scan(session, checked.scan, order),
            recorded_by=order.by.person_id,
            recorded_at=order.at,
            command_id=order.command_id,
        )
    )
    session.flush()
    after = {"last_day": last_day, "paper": checked.number}
    note_down(session, f"secondment.{kind}", secondment, order, before=before, after=after, note=why)
    return secondment


def _done(session: Session, secondment_id: int, order: Command) -> Secondment | None:
    """Find the secondment if this very command already changed it."""
    take_turn(session, order.command_id)
    mine = select(TermPaper.id).where(
        TermPaper.command_id == order.command_id, TermPaper.secondment_id == secondment_id
    )
    return None if session.scalar(mine) is None else session.get_one(Secondment, secondment_id)
