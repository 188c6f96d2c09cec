"""The budget bar: 已支出, 在途, 本单 and what is left, with the tick of time elapsed."""

from __future__ import annotations

from markupsafe import Markup

from tracker.kernel.money import format_yuan
from tracker.web.charts.drawing import HELD, INK, OVER, SPENT, THIS, Ratio, figure, share, tag, within
from tracker.web.i18n import gettext

_LENGTH, _SLIT, _TICK = 1000.0, 2.0, 4.0
_SIZES = {"": "bar", "thin": "bar thin", "thick": "bar thick"}


def bar(
    total_fen: int,
    spent_fen: int = 0,
    held_fen: int = 0,
    this_fen: int = 0,
    *,
    label: str = "",
    size: str = "",
    elapsed: Ratio | None = None,
) -> Markup:
    """Draw a budget bar. ``size`` is "", "thin" or "thick"; ``elapsed`` the part of the year gone by.

    Without ``label`` the figures themselves are said. What exceeds the total turns this document red.
    """
    is_over = spent_fen + held_fen + this_fen > total_fen
    colours = (SPENT, HELD, OVER if is_over else THIS)
    edge, pieces = 0.0, []
    for amount, colour in zip((spent_fen, held_fen, this_fen), colours, strict=True):
        length = min(share(amount, total_fen) * _LENGTH, _LENGTH - edge)
        if amount > 0 and is_over and colour == OVER:
            length = max(length, min(_LENGTH / 50, _LENGTH))
            edge = min(edge, _LENGTH - length)
        if length > 0:
            pieces.append(_piece(edge, length, colour))
            edge += length
    if elapsed is not None:
        at = within(elapsed) * _LENGTH
        pieces.append(_piece(min(max(at - _TICK / 2, 0), _LENGTH - _TICK), _TICK, INK, slit=False))
    drawing = tag(
        "svg",
        Markup("").join(pieces),
        viewBox=f"0 0 {figure(_LENGTH)} 10",
        width="100%",
        height="10",
        preserveAspectRatio="none",
        aria_hidden="true",
        focusable="false",
    )
    said = label or _finding(total_fen, spent_fen, held_fen, this_fen)
    return tag("div", drawing, class_=_SIZES[size], role="img", aria_label=said)


def _piece(x: float, length: float, colour: str, *, slit: bool = True) -> Markup:
    body = tag("rect", x=x, y=0, width=length, height=10, fill=colour)
    if not slit or x + length >= _LENGTH or length <= _SLIT:
        return body
    return body + tag("rect", x=x + length - _SLIT, y=0, width=_SLIT, height=10, fill="#fff")


def _finding(total_fen: int, spent_fen: int, held_fen: int, this_fen: int) -> str:
    left_fen = total_fen - spent_fen - held_fen - this_fen
    figures = [
        gettext("已支出 %(yuan)s 元", yuan=format_yuan(spent_fen)),
        gettext("在途 %(yuan)s 元", yuan=format_yuan(held_fen)),
    ]
    if this_fen:
        figures.append(gettext("本单 %(yuan)s 元", yuan=format_yuan(this_fen)))
    if left_fen < 0:
        figures.append(gettext("超出 %(yuan)s 元", yuan=format_yuan(-left_fen)))
    else:
        figures.append(gettext("可用 %(yuan)s 元", yuan=format_yuan(left_fen)))
    return gettext("，").join(figures)
