"""The clock is read once, at the edge; moments are UTC, days are days in Asia/Shanghai."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

OFFICE = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    """Tell the present moment in UTC."""
    return datetime.now(UTC)


def day_of(moment: datetime) -> date:
    """Tell the office's calendar day of a moment."""
    return moment.astimezone(OFFICE).date()


def month_of(day: date) -> str:
    """Name the accounting period of a day: ``2026-03``."""
    return f"{day.year:04d}-{day.month:02d}"
