"""提醒 of logistics: confirmations a home unit owes, things not brought back, faults that wait, counts under way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.equipment.policy import kept_units
from tracker.equipment.queries import counts, faults, items
from tracker.kernel.actors import TEAM_SEATS, UNIT_SEATS, Actor, SeatKind
from tracker.secondments.reminders import Due, count_changes, count_waiting, due_of


class ReminderKind(StrEnum):
    """What is to be done."""

    OVERDUE = "overdue"
    CONFIRM = "confirm"
    CHANGED = "changed"
    LENT = "lent"
    FAULTS = "faults"
    COUNT = "count"


@dataclass(frozen=True)
class Reminder:
    """One thing to do: how many, or what it is called, and the page where it is done."""

    kind: ReminderKind
    count: int
    href: str
    name: str = ""


def reminders_of(session: Session, actor: Actor, *, on: date) -> list[Reminder]:
    """List what a person is to do for seconded people and things."""
    return [*_confirmations(session, actor, on), *_things(session, actor, on), *_counts(session, actor, on)]


def _confirmations(session: Session, actor: Actor, on: date) -> Iterator[Reminder]:
    if not actor.holds_any(UNIT_SEATS | {SeatKind.HOME_UNIT}):
        return
    for half, count in count_waiting(session, on, seen_by=actor).items():
        if count:
            kind = ReminderKind.OVERDUE if due_of(half, on) is Due.OVERDUE else ReminderKind.CONFIRM
            yield Reminder(kind, count, f"/secondments/confirmations?half={half.code}", half.name)
    if actor.holds_any(UNIT_SEATS) and (count := count_changes(session, seen_by=actor)):
        yield Reminder(ReminderKind.CHANGED, count, "/secondments/confirmations#changes")


def _things(session: Session, actor: Actor, on: date) -> Iterator[Reminder]:
    if not kept_units(actor):
        return
    if count := items.overdue(session, seen_by=actor, on=on):
        yield Reminder(ReminderKind.LENT, count, "/equipment?overdue=yes")
    if count := faults.waiting_count(session, kept_by=actor):
        yield Reminder(ReminderKind.FAULTS, count, "/equipment/faults")


def _counts(session: Session, actor: Actor, on: date) -> Iterator[Reminder]:
    if actor.holds_any(TEAM_SEATS | UNIT_SEATS):
        for one in counts.to_count(session, actor, on=on):
            yield Reminder(ReminderKind.COUNT, 1, f"/equipment/stocktakes/{one.id}", one.name)
