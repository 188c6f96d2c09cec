"""Confirm for a half-year that the terms are unchanged: in the home unit's seat, or on its paper by the lead unit."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.kernel.clock import day_of
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.kernel.text import tell
from tracker.secondments import policy
from tracker.secondments.facts import Document, checked_note, checked_reason
from tracker.secondments.halves import REMIND, Half
from tracker.secondments.lifecycle import LIFE, Move, State
from tracker.secondments.models import Confirmation, HalfMark, HalfNote, Secondment, Through
from tracker.secondments.operations.writing import Command, kept, kept_scan, locked, note_down
from tracker.storage.statements import take_turn

_NOTE_MOST = Confirmation.note.type.length


@dataclass(frozen=True)
class Answers:
    """What stayed as it was: 职务, 职级, 职称, 工资福利; and whether the person is there full-time."""

    duty_same: bool
    rank_same: bool
    title_same: bool
    pay_same: bool
    full_time: bool

    @property
    def is_unchanged(self) -> bool:
        """Tell whether nothing changed."""
        return all(asdict(self).values())


def confirm(
    session: Session,
    secondment_id: int,
    half: Half,
    answers: Answers,
    order: Command,
    *,
    note: str = "",
    paper: Document | None = None,
) -> Confirmation:
    """Confirm a half-year once. A second time by the same command returns the first's.

    In the home unit's seat no paper is asked for; the lead unit enters the home unit's paper with its scan. Raises
    NotFound, Forbidden, and Refused for a half-year not yet asked for, not in the term, or already confirmed.
    """
    take_turn(session, order.command_id)
    done = session.scalar(select(Confirmation).where(Confirmation.command_id == order.command_id))
    if done is not None and done.secondment_id == secondment_id:
        return done
    secondment = locked(session, secondment_id)
    if not policy.may_see(order.by, secondment):
        raise NotFound
    through = _through(secondment, order, paper)
    policy.require_another(order.by, secondment.person_id, "确认")
    LIFE.after(secondment.state, Move.CONFIRM)
    _require_half(session, secondment, half, order)
    note = checked_note(note, _NOTE_MOST)
    if not answers.is_unchanged and not note:
        raise Refused("有变化的请写明是什么变化、原单位文件的文号", field="note")
    checked = paper.checked(order.at) if paper else None
    confirmation = Confirmation(
        secondment_id=secondment.id,
        half=half.code,
        **asdict(answers),
        note=note,
        through=through,
        paper_number=checked.number if checked else "",
        paper_dated=checked.dated if checked else None,
        scan_id=kept_scan(session, checked.scan, order) if checked else None,
        confirmed_by=order.by.person_id,
        confirmed_at=order.at,
        command_id=order.command_id,
    )
    session.add(confirmation)
    session.flush()
    after = {"half": half.code, **asdict(answers), "paper": confirmation.paper_number}
    note_down(session, "secondment.confirm", secondment, order, after=after, note=note)
    return confirmation


def _through(secondment: Secondment, order: Command, paper: Document | None) -> Through:
    if policy.speaks_for_home(order.by, secondment.home_unit_id):
        return Through.SEAT
    if not policy.keeps(order.by, secondment.team.lead_unit_id):
        raise Forbidden("由原单位确认；原单位交来书面确认时，由牵头单位登记")
    if paper is None or paper.scan is None:
        raise Refused("牵头单位登记原单位的书面确认，请填文号、日期并上传扫描件", field="scan")
    return Through.PAPER


def waive(session: Session, secondment_id: int, half: Half, reason: str, order: Command) -> HalfNote:
    """Note, for a reason, that a half-year will not be confirmed any more: it leaves the lists, the reason stays.

    The same command a second time returns the first's. Raises Refused without a reason, or when the half-year is not
    asked for, confirmed, or waived already.
    """
    if (done := _noted(session, order)) is not None:
        return done
    secondment = kept(session, secondment_id, Move.WAIVE, order)
    policy.require_another(order.by, secondment.person_id, "办半年确认")
    why = checked_reason(reason, needed=True, field="note")
    _require_half(session, secondment, half, order)
    return _note(session, secondment, half, HalfMark.WAIVED, why, order)


def settle(session: Session, secondment_id: int, half: Half, note: str, order: Command) -> HalfNote:
    """Note what was done about a change the home unit reported. The same command a second time returns the first's.

    Raises Refused without words, when the home unit reported no change, or when it was noted already.
    """
    if (done := _noted(session, order)) is not None:
        return done
    secondment = kept(session, secondment_id, Move.SETTLE, order)
    policy.require_another(order.by, secondment.person_id, "办半年确认")
    what = checked_reason(note, needed=True, field="note")
    said = session.scalar(
        select(Confirmation).where(Confirmation.secondment_id == secondment.id, Confirmation.half == half.code)
    )
    if said is None or said.is_unchanged:
        raise Refused(tell("原单位没有说%(half)s有变化，不用写处理结果", half=half.name))
    if _note_of(session, secondment, half, HalfMark.SETTLED) is not None:
        raise Refused(tell("%(half)s的变化已经写过处理结果", half=half.name))
    return _note(session, secondment, half, HalfMark.SETTLED, what, order)


def why_not(session: Session, secondment: Secondment, half: Half, today: date) -> str:
    """Say why a half-year of a secondment cannot be confirmed on a day; '' when it can."""
    if secondment.state is State.CANCELLED:
        return tell("这次抽调已取消，%(half)s不用确认", half=half.name)
    if not is_asked(secondment, half):
        return tell("%(half)s的最后一天不在抽调期内，不用确认", half=half.name)
    same = select(Confirmation.id).where(Confirmation.secondment_id == secondment.id, Confirmation.half == half.code)
    if session.scalar(same) is not None:
        return tell("%(half)s已经确认过，不用再确认", half=half.name)
    if _note_of(session, secondment, half, HalfMark.WAIVED) is not None:
        return tell("%(half)s已注明不再确认", half=half.name)
    if today < half.due_on - REMIND:
        opens = (half.due_on - REMIND).isoformat()
        return tell("%(half)s从 %(opens)s 起确认，现在还早", half=half.name, opens=opens)
    return ""


def _require_half(session: Session, secondment: Secondment, half: Half, order: Command) -> None:
    if sentence := why_not(session, secondment, half, day_of(order.at)):
        raise Refused(sentence)


def _noted(session: Session, order: Command) -> HalfNote | None:
    take_turn(session, order.command_id)
    return session.scalar(select(HalfNote).where(HalfNote.command_id == order.command_id))


def _note_of(session: Session, secondment: Secondment, half: Half, mark: HalfMark) -> HalfNote | None:
    mine = select(HalfNote).where(HalfNote.secondment_id == secondment.id, HalfNote.half == half.code)
    return session.scalar(mine.where(HalfNote.mark == mark))


def _note(  # noqa: PLR0917  in the order of the row
    session: Session, secondment: Secondment, half: Half, mark: HalfMark, note: str, order: Command
) -> HalfNote:
    noted = HalfNote(
        secondment_id=secondment.id,
        half=half.code,
        mark=mark,
        note=note,
        noted_by=order.by.person_id,
        noted_at=order.at,
        command_id=order.command_id,
    )
    session.add(noted)
    session.flush()
    act = "secondment.waive" if mark is HalfMark.WAIVED else "secondment.settle"
    note_down(session, act, secondment, order, after={"half": half.code}, note=note)
    return noted


def is_asked(secondment: Secondment, half: Half) -> bool:
    """Tell whether a half-year is to be confirmed: the term covers the half-year's last day."""
    return secondment.begins_on <= half.due_on < secondment.ends_before
