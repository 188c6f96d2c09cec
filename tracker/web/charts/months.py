"""The year month by month: what each month spent, the running total, and the even pace."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from tracker.web.charts.drawing import GRID, INK, PLAN, SERIES, SPENT, Attribute, figure, picture, tag, wan, words
from tracker.web.i18n import gettext

_WIDTH, _HEIGHT = 560.0, 236.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52.0, 16.0, 30.0, 28.0
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_STEPS = 4


def monthly(spent_fen: Sequence[int], budget_fen: int, day_of_year: int, *, days: int = 365, label: str = "") -> Markup:
    """Draw the months' spending (at most twelve, January first) and its running total up to today.

    ``day_of_year`` counts from 1; ``days`` is 366 in a leap year. Without ``label`` the pace is said.
    """
    months = [max(0, fen) for fen in spent_fen[:12]]
    today = min(max(day_of_year, 0), days)
    running = sum(months)
    even = budget_fen * today // days
    scale = _Scale(days=days, top_fen=max(budget_fen, running, 1))
    said = label or gettext(
        "累计支出 %(spent)s 万元，均衡进度 %(even)s 万元，年度预算 %(budget)s 万元",
        spent=wan(running),
        even=wan(even),
        budget=wan(budget_fen),
    )
    return picture(
        _WIDTH,
        _HEIGHT,
        *_grid(scale),
        *_today(scale, today),
        *_columns(scale, months),
        _even_pace(scale, budget_fen),
        *_running_total(scale, months, today, even),
        *_names(scale),
        label=said,
    )


@dataclass(frozen=True)
class _Scale:
    days: int
    top_fen: int

    def x(self, day: float) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * day / self.days

    def y(self, fen: float) -> float:
        return _TOP + (_HEIGHT - _TOP - _BOTTOM) * (1 - fen / self.top_fen)

    def month(self, index: int) -> tuple[int, int]:
        """Return the days between which a month lies."""
        lengths = [length + (self.days == 366 and number == 1) for number, length in enumerate(_MONTH_DAYS)]  # noqa: PLR2004
        return sum(lengths[:index]), sum(lengths[: index + 1])

    def middle(self, index: int) -> float:
        return self.x(sum(self.month(index)) / 2)


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str, **more: Attribute) -> Markup:
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=stroke, **more)


def _grid(scale: _Scale) -> list[Markup]:
    drawn = [words(_LEFT - 8, 14, gettext("万元"), text_anchor="end", font_size=11)]
    for step in range(_STEPS + 1):
        fen = scale.top_fen * step // _STEPS
        y = scale.y(fen)
        figures = f"{fen // 1_000_000:,}" if scale.top_fen >= 4_000_000 else wan(fen)  # noqa: PLR2004  four whole 万
        drawn += [_line(_LEFT, y, _WIDTH - _RIGHT, y, GRID), words(_LEFT - 8, y + 4, figures, text_anchor="end")]
    return drawn


def _today(scale: _Scale, today: int) -> list[Markup]:
    x = scale.x(today)
    return [
        _line(x, _TOP - 8, x, _HEIGHT - _BOTTOM, "#c9d2dd", stroke_dasharray="2 3"),
        words(min(max(x, _LEFT + 12), _WIDTH - _RIGHT - 12), 18, gettext("今天"), text_anchor="middle"),
    ]


def _columns(scale: _Scale, months: list[int]) -> list[Markup]:
    width = (_WIDTH - _LEFT - _RIGHT) / 12 * 0.46
    floor = scale.y(0)
    return [
        tag(
            "rect",
            x=scale.middle(index) - width / 2,
            y=scale.y(fen),
            width=width,
            height=floor - scale.y(fen),
            rx=2,
            fill=SERIES[1],
            fill_opacity=".5",
        )
        for index, fen in enumerate(months)
        if fen
    ]


def _polyline(points: Sequence[tuple[float, float]], stroke: str, **more: Attribute) -> Markup:
    path = " ".join(f"{figure(x)},{figure(y)}" for x, y in points)
    return tag("polyline", points=path, fill="none", stroke=stroke, **more)


def _even_pace(scale: _Scale, budget_fen: int) -> Markup:
    ends = [(scale.x(0), scale.y(0)), (scale.x(scale.days), scale.y(budget_fen))]
    return _polyline(ends, PLAN, stroke_width="1.5", stroke_dasharray="5 4")


def _running_total(scale: _Scale, months: list[int], today: int, even_fen: int) -> list[Markup]:
    reached, points = 0, [(scale.x(0), scale.y(0))]
    for index, fen in enumerate(months):
        reached += fen
        points.append((scale.x(min(scale.month(index)[1], today)), scale.y(reached)))
    x, y = points[-1]
    is_late = x > _WIDTH * 0.55
    said = gettext("累计 %(spent)s 万", spent=wan(reached)), gettext("，均衡进度 %(even)s 万", even=wan(even_fen))
    aside = tag("tspan", said[1], font_weight=400, fill="#586779")
    return [
        _polyline(points, SPENT, stroke_width="2.5", stroke_linejoin="round"),
        tag("circle", cx=x, cy=y, r="4.5", fill=SPENT, stroke="#fff", stroke_width=2),
        words(
            x - 12 if is_late else x + 12,
            min(y + 18, _HEIGHT - _BOTTOM - 8) if not is_late else max(y - 12, _TOP + 12),
            Markup("{}{}").format(said[0], aside),
            fill=INK,
            font_weight=600,
            text_anchor="end" if is_late else "start",
        ),
    ]


def _names(scale: _Scale) -> list[Markup]:
    return [
        words(scale.middle(index), _HEIGHT - 8, gettext("%(month)s月", month=index + 1), text_anchor="middle")
        for index in range(12)
    ]
