"""The first page of a home unit: the people it sent, and which half-years of theirs wait for its word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from tracker.kernel.actors import Actor
from tracker.secondments import queries, reminders
from tracker.secondments.halves import REMIND, Half
from tracker.secondments.models import Secondment
from tracker.secondments.queries import Counts, Row, Wanted
from tracker.secondments.reminders import Due

_SHOWN = 20


@dataclass(frozen=True)
class Sent:
    """Who is away, who waits for which half-year, and when the next one opens."""

    counts: Counts
    waiting: Sequence[tuple[Half, bool, Sequence[Secondment], int]]
    """Each half-year with somebody waiting: whether it is overdue, the first people, and how many there are."""
    people: Sequence[Row]
    next_half: Half
    opens_on: date

    @property
    def asked(self) -> int:
        """How many confirmations are asked for."""
        return sum(count for _half, _late, _people, count in self.waiting)


def sent_of(session: Session, actor: Actor, *, on: date) -> Sent:
    """Read the first page of somebody who speaks for a home unit."""
    counted: Mapping[Half, int] = reminders.count_waiting(session, on, seen_by=actor)
    waiting = [
        (
            half,
            reminders.due_of(half, on) is Due.OVERDUE,
            reminders.waiting(session, half, seen_by=actor, most=_SHOWN).rows,
            count,
        )
        for half, count in counted.items()
        if count
    ]
    upcoming = Half.of(on)
    if reminders.due_of(upcoming, on) is not Due.EARLY:
        upcoming = Half(on.year, 2) if upcoming.number == 1 else Half(on.year + 1, 1)
    return Sent(
        counts=queries.counts(session, seen_by=actor, on=on),
        waiting=waiting,
        people=queries.roster(session, Wanted(), seen_by=actor, on=on, most=_SHOWN).rows,
        next_half=upcoming,
        opens_on=upcoming.due_on - REMIND,
    )
