"""Lines of text broken by our own measure, so that the height of everything on the paper is known before drawing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from tracker.vouchers import fonts

_NEVER_FIRST: Final = frozenset("，。、；：？！）〕】》〉」』”’％%,.;:?!)]}·…—")
_NEVER_LAST: Final = frozenset("（〔【《〈「『“‘([{¥￥")
_PIECE: Final = re.compile(r"[!-~\u00a0-\u024f]+ ?|.", re.DOTALL)
_SLACK_MM: Final = 0.3


def wrap(text: str, *, room_mm: float, points: float, bold: bool = False) -> tuple[str, ...]:
    """Break a text into lines no wider than the room; line breaks in the text stay.

    Latin words and numbers stay whole where a line can hold them; no line begins with a closing mark or ends with an
    opening one. A text without characters is one empty line.
    """
    room = room_mm - _SLACK_MM
    lines: list[str] = []
    for paragraph in fonts.printable(text, lines=True).split("\n"):
        lines.extend(_wrapped(paragraph.strip(), room, points, bold=bold))
    return tuple(lines)


def _wrapped(text: str, room: float, points: float, *, bold: bool) -> Iterator[str]:
    line: list[str] = []
    used = 0.0
    for piece, width in _pieces(text, room, points, bold=bold):
        if line and used + width > room:
            carried = _carried(line, piece)
            yield "".join(line[: len(line) - len(carried)]).strip()
            line = carried
            used = sum(fonts.width_mm(one, points, bold=bold) for one in line)
            if used + width > room:
                yield "".join(line).strip()
                line, used = [], 0.0
        line.append(piece)
        used += width
    yield "".join(line).strip()


def _pieces(text: str, room: float, points: float, *, bold: bool) -> Iterator[tuple[str, float]]:
    """Cut into what may not be broken; a word wider than a whole line is cut into characters."""
    for piece in _PIECE.findall(text):
        width = fonts.width_mm(piece.rstrip(" "), points, bold=bold)
        if width > room:
            yield from ((one, fonts.width_mm(one, points, bold=bold)) for one in piece)
        else:
            yield piece, fonts.width_mm(piece, points, bold=bold)


def _carried(line: list[str], piece: str) -> list[str]:
    """Tell which pieces of a full line go down with the next piece, so that no mark stands on the wrong side."""
    last = len(line)
    if piece[0] in _NEVER_FIRST:
        last -= 1
        while last > 0 and line[last][0] in _NEVER_FIRST:
            last -= 1
    while last > 0 and line[last - 1][-1] in _NEVER_LAST:
        last -= 1
    return line[last:] if last > 0 else []
