"""The gauge: how much of the budget is spent, against how much of the year is gone."""

from __future__ import annotations

from math import cos, pi, sin

from markupsafe import Markup

from tracker.web.charts.drawing import INK, OVER, SPENT, TRACK, Ratio, picture, tag, within, words
from tracker.web.i18n import gettext, percent

_CENTRE, _RADIUS, _WIDTH = 100.0, 81.0, 15
_START, _END = 0.02, pi - 0.02


def gauge(rate: Ratio, elapsed: Ratio, *, label: str = "") -> Markup:
    """Draw the execution rate (0.264) as an arc with a tick at the part of the year gone by."""
    said = label or gettext("执行率 %(rate)s，时序进度 %(elapsed)s", rate=percent(rate), elapsed=percent(elapsed))
    return picture(
        200,
        118,
        _arc(_START, _END, TRACK),
        _arc(_START, max(_START + 0.001, min(_END, within(rate) * pi)), OVER if float(rate) > 1 else SPENT),
        _tick(within(elapsed) * pi),
        words(100, 92, percent(rate), fill=INK, text_anchor="middle", font_weight=600, font_size=30),
        words(100, 112, gettext("时序进度 %(elapsed)s", elapsed=percent(elapsed)), text_anchor="middle"),
        label=said,
    )


def _point(angle: float, radius: float) -> tuple[float, float]:
    return _CENTRE - radius * cos(angle), _CENTRE - radius * sin(angle)


def _arc(start: float, end: float, colour: str) -> Markup:
    (x0, y0), (x1, y1) = _point(start, _RADIUS), _point(end, _RADIUS)
    path = f"M{x0:.2f} {y0:.2f}A{_RADIUS:.0f} {_RADIUS:.0f} 0 0 1 {x1:.2f} {y1:.2f}"
    return tag("path", d=path, fill="none", stroke=colour, stroke_width=_WIDTH, stroke_linecap="round")


def _tick(angle: float) -> Markup:
    (x0, y0), (x1, y1) = _point(angle, 70), _point(angle, 92)
    return tag("line", x1=x0, y1=y0, x2=x1, y2=y1, stroke=INK, stroke_width="2.5")
