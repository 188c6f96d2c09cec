"""Which half-yearly confirmations are due, overdue and done; whose last day comes near."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.kernel.actors import Actor
from tracker.secondments.halves import REMIND, Half, asked
from tracker.secondments.lifecycle import State
from tracker.secondments.models import Confirmation, Secondment
from tracker.secondments.queries import visible

PAGE = 50


class Due(StrEnum):
    """Where a half-year's confirmation lies."""

    EARLY = "early"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"


DUE_NAMES: dict[Due, str] = {Due.EARLY: "未到时间", Due.DUE: "待确认", Due.OVERDUE: "逾期未确认", Due.DONE: "已确认"}


@dataclass(frozen=True)
class Asked:
    """A half-year of one secondment, and its confirmation if there is one."""

    half: Half
    due: Due
    confirmation: Confirmation | None


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


def count_waiting(session: Session, today: date, *, seen_by: Actor) -> dict[Half, int]:
    """Count those who wait for confirmation, for each of the last three half-years that may be confirmed now."""
    return {
        half: session.scalar(select(func.count()).select_from(Secondment).where(visible(seen_by), _waits(half))) or 0
        for half in asked(today)
        if due_of(half, today) is not Due.EARLY
    }


def halves_of(session: Session, secondment: Secondment, today: date) -> list[Asked]:
    """List the half-years asked of one secondment so far, latest first, with their confirmations."""
    mine = select(Confirmation).options(joinedload(Confirmation.person), joinedload(Confirmation.scan))
    there = {
        confirmation.half: confirmation
        for confirmation in session.scalars(mine.where(Confirmation.secondment_id == secondment.id))
    }
    found: list[Asked] = []
    half = Half.of(today)
    while half.due_on >= secondment.begins_on:
        if half.due_on < secondment.ends_before or half.code in there:
            confirmation = there.get(half.code)
            found.append(Asked(half, Due.DONE if confirmation else due_of(half, today), confirmation))
        half = half.before()
    return found


def _waits(half: Half) -> ColumnElement[bool]:
    confirmed = select(Confirmation.id).where(
        Confirmation.secondment_id == Secondment.id, Confirmation.half == half.code
    )
    return (
        (Secondment.state == State.RUNNING)
        & (Secondment.begins_on <= half.due_on)
        & (Secondment.ends_before > half.due_on)
        & ~or_(confirmed.exists())
    )
