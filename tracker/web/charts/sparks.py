"""A row's recent course in the width of a word."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from tracker.kernel.money import format_yuan
from tracker.web.charts.drawing import SERIES, figure, tag
from tracker.web.i18n import gettext

_WIDTH, _HEIGHT, _MARGIN = 60.0, 20.0, 3.0


def spark(values_fen: Sequence[int], *, label: str = "") -> Markup:
    """Draw amounts in their order as a line; one value, or only equal ones, lie flat."""
    low, high = min(values_fen, default=0), max(values_fen, default=0)
    room, step = _HEIGHT - 2 * _MARGIN, _WIDTH / max(len(values_fen) - 1, 1)
    heights = [(fen - low) / (high - low) if high > low else 0.0 for fen in values_fen]
    points = [(index * step, _HEIGHT - _MARGIN - room * height) for index, height in enumerate(heights)]
    if len(points) == 1:
        points.append((_WIDTH, points[0][1]))
    line = tag(
        "polyline",
        points=" ".join(f"{figure(x)},{figure(y)}" for x, y in points),
        fill="none",
        stroke=SERIES[1],
        stroke_width="1.6",
    )
    said = label or gettext("最近一期 %(yuan)s 元", yuan=format_yuan(values_fen[-1] if values_fen else None))
    return tag("svg", line, width=60, height=20, viewBox="0 0 60 20", role="img", aria_label=said)
