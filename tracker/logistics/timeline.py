"""Terms along the months, drawn as server-made SVG: one bar a person, the day asked for as a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from markupsafe import Markup

from tracker.secondments.queries import Phase, Row
from tracker.web.charts.drawing import GRID, HELD, INK, OVER, QUIET, SPENT, picture, tag, words
from tracker.web.i18n import gettext

Place = Callable[[date], float]
"""Tells where a day stands on the scale, in pixels."""

_WIDTH, _LEFT, _RIGHT, _TOP, _STEP = 980.0, 196.0, 16.0, 46.0, 30.0
_COLOURS = {Phase.PRESENT: SPENT, Phase.COMING: HELD, Phase.ENDED: OVER, Phase.LEFT: "#b9c4d0"}
_MOST_MONTHS = 18
_ROOM_FOR_DAYS = 150


def timeline(rows: Sequence[Row], on: date, today: date) -> Markup:
    """Draw the terms of the roster's rows; longer terms are cut at the edges of a year and a half around the day."""
    first, last = _window(rows, on)
    days = (last - first).days

    def x(day: date) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(max((day - first).days, 0), days) / days

    height = _TOP + _STEP * len(rows) + 8
    bars = [part for place, row in enumerate(rows) for part in _bar(row, place, x)]
    label = gettext("%(count)s 人的抽调期，%(first)s 至 %(last)s", count=len(rows), first=first, last=last)
    return picture(_WIDTH, height, *_months(first, last, x, height), *bars, *_mark(on, today, x, height), label=label)


def _window(rows: Sequence[Row], today: date) -> tuple[date, date]:
    first = min((row.secondment.begins_on for row in rows), default=today)
    last = max((row.secondment.ends_before for row in rows), default=today)
    half = timedelta(days=_MOST_MONTHS * 31 // 2)
    first, last = max(first, today - half), min(last, today + half)
    first = min(first, today).replace(day=1)
    return first, _next_month(max(last, today + timedelta(days=1)))


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _months(first: date, last: date, x: Place, height: float) -> list[Markup]:
    drawn: list[Markup] = []
    month = first
    while month < last:
        at = x(month)
        drawn.append(tag("line", x1=at, y1=_TOP - 6, x2=at, y2=height, stroke=GRID))
        name = f"{month:%y-%m}" if month.month == 1 or month == first else f"{month:%m}"
        drawn.append(words(at + 4, _TOP - 12, name, font_size=11))
        month = _next_month(month)
    return drawn


def _bar(row: Row, place: int, x: Place) -> list[Markup]:
    one, top = row.secondment, _TOP + _STEP * place
    left, right = x(one.begins_on), x(one.ends_before)
    said = f"{one.begins_on.isoformat()} 至 {row.last_day.isoformat()}"
    inside = right - left > _ROOM_FOR_DAYS
    pale = row.phase in {Phase.COMING, Phase.LEFT}
    drawn = [
        words(0, top + 19, one.person.name, fill=INK, font_size=13),
        words(64, top + 19, one.team.short_name, font_size=12),
        tag(
            "rect",
            x=left,
            y=top + 5,
            width=max(right - left, 3),
            height=18,
            rx=4,
            fill=_COLOURS[row.phase],
            fill_opacity=".5" if pale else "1",
        ),
    ]
    if inside:
        drawn.append(words(left + 8, top + 18, said, fill=INK if pale else "#fff", font_size=11))
    else:
        end = right > _WIDTH - _ROOM_FOR_DAYS
        drawn.append(
            words(left - 6 if end else right + 6, top + 18, said, font_size=11, text_anchor="end" if end else "start")
        )
    return drawn


def _mark(on: date, today: date, x: Place, height: float) -> list[Markup]:
    """Draw the day as a line, its name above the row of months."""
    at = x(on)
    return [
        tag("line", x1=at, y1=_TOP - 6, x2=at, y2=height, stroke="#c0342b", stroke_dasharray="3 3"),
        words(
            at, 12, gettext("今天") if on == today else on.isoformat(), fill=QUIET, text_anchor="middle", font_size=11
        ),
    ]
