"""The few strokes every chart is made of; whatever comes from data is escaped here."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import cache

from markupsafe import Markup, escape

from tracker.kernel.money import format_yuan, round_fen

SPENT, HELD, THIS, OVER = "#1f59a8", "#5587c9", "#6a48b0", "#c0342b"
INK, QUIET, GRID, TRACK, PLAN = "#15212f", "#586779", "#e1e7ee", "#eef2f7", "#8492a4"
SERIES = ("#1f59a8", "#4f86c6", "#2b8c86", "#7a66b8", "#b9852f", "#8492a4")
FONT = "Segoe UI, PingFang SC, Microsoft YaHei, Noto Sans CJK SC, sans-serif"

Ratio = Decimal | Fraction | float
Attribute = str | int | float


def tag(name: str, content: Markup | str = "", /, **attributes: Attribute) -> Markup:
    """Write one element; ``stroke_width`` becomes ``stroke-width``, numbers keep one decimal, texts are escaped."""
    written = "".join(
        f' {_spelt(key)}="{escape(value) if isinstance(value, str) else figure(value)}"'
        for key, value in attributes.items()
    )
    inner = escape(content)
    return Markup(f"<{name}{written}>{inner}</{name}>" if inner or name == "svg" else f"<{name}{written}/>")  # noqa: S704  every part is escaped above


@cache
def _spelt(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def figure(value: Attribute) -> str:
    """Write a coordinate with at most one decimal; leave words alone."""
    return value if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def words(x: float, y: float, content: Markup | str, *, fill: str = QUIET, **attributes: Attribute) -> Markup:
    """Write a text with its base line at a point."""
    return tag("text", content, x=x, y=y, fill=fill, **attributes)


def picture(width: float, height: float, *parts: Markup, label: str) -> Markup:
    """Frame a chart; ``label`` says its finding in one sentence to whoever cannot see it."""
    return tag(
        "svg",
        Markup("").join(parts),
        class_="chart",
        viewBox=f"0 0 {figure(width)} {figure(height)}",
        width=width,
        height=height,
        role="img",
        aria_label=label,
        font_family=FONT,
        font_size=12,
    )


def share(part: int, whole: int) -> float:
    """Tell which part of a whole this is, between 0 and 1; nothing of nothing is 0."""
    return min(1.0, max(0.0, part / whole)) if whole > 0 else 0.0


def within(ratio: Ratio) -> float:
    """Bring a ratio between 0 and 1, to place it on a scale."""
    return min(1.0, max(0.0, float(ratio)))


def wan(fen: int) -> str:
    """Write fen in 万元 with one decimal, for figures inside a chart."""
    return format_yuan(round_fen(Decimal(fen) / 100_000) * 10)[:-1]
