"""Half-years: the home unit confirms the first by 30 June and the second by 31 December."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple, Self

from tracker.kernel.errors import NotFound

_CODE = re.compile(r"(20\d\d)H([12])")
_FIRST_HALF_MONTHS = 6
REMIND = timedelta(days=30)
"""A confirmation is asked for this long before its last day."""


class Half(NamedTuple):
    """A half-year, as ``2026H1``."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Self:
        """Tell in which half-year a day lies."""
        return cls(day.year, 1 if day.month <= _FIRST_HALF_MONTHS else 2)

    @classmethod
    def read(cls, code: str) -> Self:
        """Read a half-year's code. Raises NotFound for what is none."""
        found = _CODE.fullmatch(code)
        if found is None:
            raise NotFound("没有这个半年")
        return cls(int(found[1]), int(found[2]))

    @property
    def code(self) -> str:
        """Write it as ``2026H1``."""
        return f"{self.year}H{self.number}"

    @property
    def first_day(self) -> date:
        """The half-year's first day."""
        return date(self.year, 1 if self.number == 1 else 7, 1)

    @property
    def due_on(self) -> date:
        """The last day to confirm on, which is the half-year's own last day."""
        return date(self.year, 6, 30) if self.number == 1 else date(self.year, 12, 31)

    @property
    def name(self) -> str:
        """Name it in Chinese."""
        return f"{self.year} 年{'上' if self.number == 1 else '下'}半年"

    def before(self) -> Half:
        """Return the half-year before."""
        return Half(self.year, 1) if self.number == 2 else Half(self.year - 1, 2)  # noqa: PLR2004  the second half


def asked(today: date, count: int = 3) -> list[Half]:
    """List the half-years to look at from a day, latest first: the one that is due next, then those before."""
    halves = [Half.of(today)]
    while len(halves) < count:
        halves.append(halves[-1].before())
    return halves
