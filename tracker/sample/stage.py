"""The stage the sample's year is played on: stories take turns by time, each turn through the real operations.

A story is a generator: it yields the moment of its next act, and acts when it is called again. The stage calls the
stories in the order of their moments, one unit of work for each day of the office, and stops at the present.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.claims.operations.moves import Command
from tracker.funds.models import Category
from tracker.kernel.actors import Actor
from tracker.kernel.clock import OFFICE, day_of
from tracker.sample.people import District
from tracker.storage import unit_of_work
from tracker.storage.cipher import Cipher
from tracker.teams.queries import actor

Story = Iterator[datetime]
_SATURDAY = 5


@dataclass
class Stage:
    """What every story sees: the year, chance (seeded), the ids, and in its turn the session and the moment."""

    year: int
    until: datetime
    rng: random.Random
    district: District
    cipher: Cipher
    fund_id: int = 0
    categories: dict[str, int] = field(default_factory=dict)
    name: str = "sample"
    """What its commands are named after."""
    first_bill: int = 1
    _turn: tuple[Session, datetime] | None = None
    _commands: Iterator[int] = field(default_factory=count)

    @property
    def session(self) -> Session:
        """The session of the day; only during a turn."""
        return self._now[0]

    @property
    def at(self) -> datetime:
        """The moment of the turn."""
        return self._now[1]

    @property
    def _now(self) -> tuple[Session, datetime]:
        if self._turn is None:
            raise RuntimeError("a story acts only in its turn")
        return self._turn

    def actor(self, sign_in_name: str) -> Actor:
        """Load a person with the seats of the moment."""
        return actor(self.session, self.district.people[sign_in_name], on=day_of(self.at))

    def command(self, sign_in_name: str, comment: str = "") -> Command:
        """Make a person's command at this moment."""
        return Command(by=self.actor(sign_in_name), at=self.at, command_id=self.next_command_id(), comment=comment)

    def next_command_id(self) -> str:
        """Name the next command."""
        return f"{self.name}-{next(self._commands)}"

    def learn_categories(self) -> None:
        """Remember the ids of the fund's categories by name."""
        rows = self.session.execute(select(Category.name, Category.id).where(Category.fund_id == self.fund_id))
        self.categories = dict(rows.all())

    def bill_number(self, day: date) -> str:
        """Make the next 20-digit number of an e-invoice."""
        self.first_bill += 1
        return f"{day.year % 100:02d}329{self.first_bill:015d}"

    @contextmanager
    def turn(self, session: Session, at: datetime) -> Iterator[None]:
        """Give somebody a turn in this session at this moment."""
        self._turn = (session, at)
        try:
            yield
        finally:
            self._turn = None

    def play(self, stories: Iterable[Story], progress: Callable[[float], None]) -> None:
        """Play the stories to their ends or to the present; ``progress`` is told the share of the year done."""
        order = count()
        waiting = [(when, next(order), story) for story in stories if (when := next(story, None)) is not None]
        heapq.heapify(waiting)
        begin = waiting[0][0]
        while waiting and waiting[0][0] <= self.until:
            day = day_of(waiting[0][0])
            with unit_of_work() as session:
                while waiting and day_of(waiting[0][0]) == day and waiting[0][0] <= self.until:
                    when, _, story = heapq.heappop(waiting)
                    session.expire_all()  # the operations read rows as a fresh session would
                    with self.turn(session, when):
                        following = next(story, None)
                    if following is not None:
                        heapq.heappush(waiting, (max(following, when), next(order), story))
                    session.flush()
            progress((datetime.combine(day, time(), OFFICE) - begin) / max(self.until - begin, timedelta(hours=1)))


def on(day: date, hour: int, minute: int = 0) -> datetime:
    """Name a moment of an office day."""
    return datetime.combine(day, time(hour, minute), OFFICE)


def working_day(day: date) -> date:
    """Return the day, or the Monday after it."""
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    return day


def later(after: datetime, rng: random.Random, days: float) -> datetime:
    """Name a moment of office hours about ``days`` after another."""
    far = after.astimezone(OFFICE) + timedelta(days=max(0.05, rng.gauss(days, days / 3)))
    day = working_day(far.date())
    moment = on(day, 9) + timedelta(minutes=rng.randint(0, 500))
    return max(moment, after + timedelta(minutes=rng.randint(7, 90)))
