"""Which half-yearly confirmations are due, overdue and done; whose last day comes near."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, Date, Select, case, func, literal, select, true
from sqlalchemy.orm import Session, joinedload

from tracker.kernel.actors import Actor
from tracker.secondments.halves import REMIND, Half, asked
from tracker.secondments.lifecycle import State
from tracker.secondments.models import Confirmation, HalfMark, HalfNote, Secondment
from tracker.secondments.queries import is_open_change, visible

PAGE = 50


class Due(StrEnum):
    """Where a half-year's confirmation lies."""

    EARLY = "early"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"
    CHANGED = "changed"
    SETTLED = "settled"
    WAIVED = "waived"


DUE_NAMES: dict[Due, str] = {
    Due.EARLY: "未到时间",
    Due.DUE: "待确认",
    Due.OVERDUE: "逾期未确认",
    Due.DONE: "已确认",
    Due.CHANGED: "有变化，待处理",
    Due.SETTLED: "有变化，已处理",
    Due.WAIVED: "不再确认",
}
MOST_CHANGES = 100


@dataclass(frozen=True)
class Asked:
    """A half-year of one secondment, its confirmation if there is one, and what the lead unit noted about it."""

    half: Half
    due: Due
    confirmation: Confirmation | None
    note: HalfNote | None = None


@dataclass(frozen=True)
class Waiting:
    """One page of secondments that wait for a half-year's confirmation, by home unit."""

    rows: Sequence[Secondment]
    has_more: bool


def due_of(half: Half, today: date) -> Due:
    """Tell where an unconfirmed half-year lies from a day."""
    if today > half.due_on:
        return Due.OVERDUE
    return Due.DUE if today >= half.due_on - REMIND else Due.EARLY


def waiting(session: Session, half: Half, *, seen_by: Actor, after: int | None = None, most: int = PAGE) -> Waiting:
    """Return a page of those whose home unit has not confirmed a half-year, in the order they were recorded."""
    query = (
        select(Secondment)
        .options(joinedload(Secondment.person), joinedload(Secondment.home_unit), joinedload(Secondment.team))
        .where(visible(seen_by), _waits(half), Secondment.id > (after or 0))
        .order_by(Secondment.id)
    )
    rows = session.scalars(query.limit(most + 1)).all()
    return Waiting(rows[:most], len(rows) > most)


def halves_since(session: Session, today: date, *, seen_by: Actor) -> list[Half]:
    """List the half-years from the first visible secondment on, latest first; three at least."""
    alive = Secondment.state != State.CANCELLED
    first = session.scalar(select(func.min(Secondment.begins_on)).where(visible(seen_by), alive))
    halves = asked(today)
    while first is not None and halves[-1].before().due_on >= first:
        halves.append(halves[-1].before())
    return halves


def count_waiting(session: Session, today: date, *, seen_by: Actor) -> dict[Half, int]:
    """Count those who wait for confirmation, for each half-year that may be confirmed now, latest first.

    The last three stand there whoever waits; older ones, back to the first secondment, while somebody does.
    """
    every = halves_since(session, today, seen_by=seen_by)
    halves = [half for half in every if due_of(half, today) is not Due.EARLY]
    wanted = visible(seen_by) & (Secondment.state != State.CANCELLED)
    figures = [func.count().filter(_covers(half)) for half in halves]
    counted = list(session.execute(select(*figures).select_from(Secondment).where(wanted)).one())
    due_on = {half.code: half.due_on for half in halves}
    done: dict[str, int] = defaultdict(int)
    for answer, also in ((Confirmation, true()), (HalfNote, HalfNote.mark == HalfMark.WAIVED)):
        last = case({code: literal(day, Date) for code, day in due_on.items()}, value=answer.half)
        answered = (
            select(answer.half, func.count())
            .join(Secondment, Secondment.id == answer.secondment_id)
            .where(wanted, also, answer.half.in_(due_on), Secondment.begins_on <= last, Secondment.ends_before > last)
            .group_by(answer.half)
        )
        for code, count in session.execute(answered):
            done[code] += count
    told = {half: count - done[half.code] for half, count in zip(halves, counted, strict=True)}
    recent = asked(today)
    return {half: count for half, count in told.items() if count or half in recent}


def changes(session: Session, *, seen_by: Actor, most: int = MOST_CHANGES) -> Sequence[Confirmation]:
    """List what home units reported as changed and nobody noted yet what was done about it, oldest first."""
    open_ones = _open_changes(seen_by).options(joinedload(Confirmation.person)).order_by(Confirmation.id)
    return session.scalars(open_ones.limit(most)).all()


def count_changes(session: Session, *, seen_by: Actor) -> int:
    """Count what ``changes`` would list."""
    return session.scalar(select(func.count()).select_from(_open_changes(seen_by).subquery())) or 0


def _open_changes(seen_by: Actor) -> Select[Confirmation]:
    mine = select(Confirmation).join(Secondment, Secondment.id == Confirmation.secondment_id)
    return mine.where(is_open_change(), visible(seen_by), Secondment.state != State.CANCELLED)


def halves_of(session: Session, secondment: Secondment, today: date) -> list[Asked]:
    """List the half-years asked of one secondment so far, latest first, with their confirmations."""
    mine = select(Confirmation).options(joinedload(Confirmation.person), joinedload(Confirmation.scan))
    there = {
        confirmation.half: confirmation
        for confirmation in session.scalars(mine.where(Confirmation.secondment_id == secondment.id))
    }
    notes = select(HalfNote).options(joinedload(HalfNote.person)).where(HalfNote.secondment_id == secondment.id)
    noted = {note.half: note for note in session.scalars(notes)}
    found: list[Asked] = []
    half = Half.of(today)
    while half.due_on >= secondment.begins_on:
        if half.due_on < secondment.ends_before or half.code in there:
            confirmation, note = there.get(half.code), noted.get(half.code)
            found.append(Asked(half, _state_of(half, confirmation, note, today), confirmation, note))
        half = half.before()
    return found


def overdue_of(session: Session, secondment: Secondment, *, until: date, today: date) -> list[Half]:
    """List the half-years of one secondment that end by a day, are overdue today, and are neither said nor waived."""
    return [
        one.half
        for one in reversed(halves_of(session, secondment, today))
        if one.due is Due.OVERDUE and one.half.due_on <= until
    ]


def _state_of(half: Half, confirmation: Confirmation | None, note: HalfNote | None, today: date) -> Due:
    if confirmation is None:
        return Due.WAIVED if note is not None and note.mark is HalfMark.WAIVED else due_of(half, today)
    if confirmation.is_unchanged:
        return Due.DONE
    return Due.SETTLED if note is not None and note.mark is HalfMark.SETTLED else Due.CHANGED


def _covers(half: Half) -> ColumnElement[bool]:
    return (Secondment.begins_on <= half.due_on) & (Secondment.ends_before > half.due_on)


def _waits(half: Half) -> ColumnElement[bool]:
    confirmed = select(Confirmation.id).where(
        Confirmation.secondment_id == Secondment.id, Confirmation.half == half.code
    )
    waived = select(HalfNote.id).where(
        HalfNote.secondment_id == Secondment.id, HalfNote.half == half.code, HalfNote.mark == HalfMark.WAIVED
    )
    return (Secondment.state != State.CANCELLED) & _covers(half) & ~confirmed.exists() & ~waived.exists()
