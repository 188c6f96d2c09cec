"""Nights of a stay, from what a hotel writes into the remarks: 入住 … 离店."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from tracker.evidence.reading import Reading

_DAY: Final = r"(?:(\d{4})\s*[年./-]\s*)?(\d{1,2})\s*[月./-]\s*(\d{1,2})\s*日?(?:\s*\d{1,2}[:：]\d{2})?"
_IN: Final = r"(?:入住|抵店|到店|住宿)(?:日期|时间)?"
_OUT: Final = r"(?:离店|退房|离开)(?:日期|时间)?"
_GAP: Final = r"[^0-9]{0,12}?"
_STAYS: Final = (
    re.compile(rf"{_IN}{_GAP}{_DAY}{_GAP}{_OUT}{_GAP}{_DAY}"),
    re.compile(rf"{_IN}{_GAP}{_DAY}\s*(?:至|到|—+|-+|~|～|–)\s*{_DAY}"),
    re.compile(rf"{_DAY}\s*(?:至|到|—+|-+|~|～|–)\s*{_DAY}\s*(?:住宿|入住)"),
)
_MOST_NIGHTS: Final = 60


@dataclass(frozen=True)
class Stay:
    """A stay as the hotel wrote it: the day of arrival and the day of leaving."""

    arrives: date
    leaves: date

    @property
    def nights(self) -> int:
        """The nights between."""
        return (self.leaves - self.arrives).days


def stay_of(reading: Reading) -> Stay | None:
    """Find the stay in an invoice's remarks; None unless both days are there and make one to sixty nights.

    A day without a year is of the year of issue, or of the year before where it would lie after the issue.
    """
    for pattern in _STAYS:
        found = pattern.search(reading.remarks or "")
        if found:
            first = _day(found[1], found[2], found[3], reading.issue_date)
            last = _day(found[4] or found[1], found[5], found[6], reading.issue_date)
            if first and last and 1 <= (last - first).days <= _MOST_NIGHTS:
                return Stay(first, last)
    return None


def _day(year: str | None, month: str, day: str, issued: date | None) -> date | None:
    if year is None and issued is None:
        return None
    try:
        found = date(int(year) if year else issued.year if issued else 0, int(month), int(day))
    except ValueError:
        return None
    if year is None and issued is not None and (found - issued).days > _MOST_NIGHTS:
        return found.replace(year=found.year - 1) if (found.month, found.day) != (2, 29) else None
    return found
