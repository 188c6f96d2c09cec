"""Where a value stands around its label: right of it, wrapped to the next lines of its cell, or below it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.evidence.reading import values
from tracker.evidence.reading.lines import Label, Sheet, Span, follows, group_lines, split_at_gaps

if TYPE_CHECKING:
    from tracker.evidence.pagetext import Glyph

NAME_GAP: Final = 2.2
CODE_GAP: Final = 1.3
"""The widest gap inside a name and inside a code, in character sizes."""

_FULL: Final = 4.0
"""A line that ends this near to its cell's edge, in character sizes, may go on below."""

_PITCH: Final = (0.62, 1.65)
"""How far the next line of a cell stands below, in character sizes."""

_MOST_LINES: Final = 3
_LONG: Final = 16
_END_OF_NAME: Final = re.compile(
    r"[\u4e00-\u9fff()]{0,24}(?:公司|企业|集团|店|厂|行|部|院|所|站|处|局|中心|委员会|学校|学会)"
)
_OTHER_WORDS: Final = re.compile("[0-9A-Z]{15}|:|仅供|买票|发货|12306|遗失|订单|开票人")
"""Found in what forms print below a party: an unknown label, a tax id, or advice to the traveller."""


def right_of(sheet: Sheet, label: Label, widest: float) -> list[Span]:
    """Find the pieces to the right of a label on its own height, nearest first; wrapped values are not joined here."""
    span, limit = label.span, sheet.right_limit(label)
    near = [
        glyph
        for glyph in sheet.free
        if follows(glyph, label)
        and (glyph.x0 + glyph.x1) / 2 < limit
        and label.level(glyph.middle, 0.6 * max(span.size, glyph.size))
    ]
    pieces: list[Span] = []
    for line in sorted(group_lines(near, share=0.35), key=lambda one: abs(one[0].middle - span.middle)):
        pieces.extend(split_at_gaps(sheet.page, line, widest))
    return pieces


def under(sheet: Sheet, label: Label, widest: float) -> Span | None:
    """Find what stands one line below a label at its left edge, as a cell too narrow for both prints a value."""
    return _next_line(sheet, label.span, _starts(label), sheet.right_limit(label), widest)


def under_elsewhere(sheet: Sheet, label: Label, widest: float) -> list[Span]:
    """Find the pieces one line below a label that end where it ends, or begin where its line begins.

    A cell set to its right edge breaks so, and running text does that has no cells.
    """
    span = label.span
    start = min((line.x0 for line in sheet.lines if span.glyphs[0] in line.glyphs), default=span.x0)
    nearest, furthest = (share * span.size for share in _PITCH)
    row = [glyph for glyph in sheet.free if nearest < glyph.middle - span.middle <= furthest]
    return [
        piece
        for line in group_lines(row, share=0.35)[:1]
        for piece in split_at_gaps(sheet.page, line, widest)
        if min(abs(piece.x1 - span.x1), abs(piece.x0 - start)) <= 0.6 * span.size
    ]


def _starts(label: Label) -> tuple[float, ...]:
    """Where a line under a label may begin: at its start, or at that of its part after a side title."""
    return tuple(piece.x0 for piece in split_at_gaps(label.span.page, label.span.glyphs, 0.8))


def goes_on(sheet: Sheet, label: Label, main: Span, widest: float) -> list[Span]:
    """Find the lines that continue a full line of a cell: they start under its own start or under its label."""
    limit = sheet.right_limit(label)
    edge = min(limit, max(glyph.x1 for glyph in sheet.page.glyphs))
    lines: list[Span] = []
    last = main
    while len(lines) + 1 < _MOST_LINES:
        following = _next_line(sheet, last, (*_starts(label), main.x0), limit, widest)
        if (
            following is None
            or (widest == NAME_GAP and _OTHER_WORDS.search(values.fold(following.text)))
            or not (edge - last.x1 <= _FULL * last.size or _completes(last, following))
            or abs(following.size - main.size) > 0.2 * main.size
            or _owned_by_other(sheet, label, following)
        ):
            break
        lines.append(following)
        last = following
    return lines


def _completes(last: Span, following: Span) -> bool:
    """Whether a long name, not seen to fill its cell, is plainly ended by the line below it."""
    return len(last.glyphs) >= _LONG and bool(_END_OF_NAME.fullmatch(values.fold(following.text)))


def _next_line(sheet: Sheet, last: Span, starts: tuple[float, ...], limit: float, widest: float) -> Span | None:
    nearest, furthest = (share * last.size for share in _PITCH)
    left = min(starts) - 0.6 * last.size
    row = [
        glyph
        for glyph in sheet.free
        if nearest < glyph.middle - last.middle <= furthest and left <= glyph.x0 and (glyph.x0 + glyph.x1) / 2 < limit
    ]
    for line in group_lines(row, share=0.35)[:1]:
        piece = split_at_gaps(sheet.page, line, widest)[0]
        begins = any(abs(piece.x0 - start) <= 0.6 * last.size for start in starts)
        # A colon tells of a label that is not known, and another field's value behind it.
        if begins and _begins(sheet, last, piece):
            return piece
    return None


def name_span(sheet: Sheet, label: Label) -> Span | None:
    """Find a party's name to the right of its label, joined from the lines it wraps to in its cell."""
    span, limit = label.span, sheet.right_limit(label)
    in_column = [
        glyph
        for glyph in sheet.free
        if follows(glyph, label)
        and (glyph.x0 + glyph.x1) / 2 < limit
        and abs(glyph.middle - span.middle) <= 1.4 * max(span.size, glyph.size)
    ]
    lines = []
    for line in group_lines(in_column, share=0.35):
        piece = split_at_gaps(sheet.page, line, NAME_GAP)[0]
        if _begins(sheet, span, piece) and not _owned_by_other(sheet, label, piece):
            lines.append(piece)
    away = [abs(line.middle - span.middle) for line in lines]
    level = [
        line
        for line, one in zip(lines, away, strict=True)
        if one <= min(0.6 * max(span.size, line.size), min(away) + 0.25 * span.size)
    ]
    if len(level) == 1:
        following = goes_on(sheet, label, level[0], NAME_GAP)
        lines = [level[0], *following] if following else _neighbours(lines, level[0])
    elif not _evenly_around(lines, span):
        return None
    glyphs: list[Glyph] = [glyph for line in lines for glyph in line.glyphs]
    return Span(sheet.page, tuple(glyphs)) if glyphs else None


def _begins(sheet: Sheet, start: Span, piece: Span) -> bool:
    """Whether a piece is the start of its words, not the rest of a line that began further left than ``start``."""
    own = {id(glyph) for glyph in (*start.glyphs, *piece.glyphs)}
    left, middle, size = piece.x0, piece.middle, piece.size
    return not any(
        left - 0.8 * size < (glyph.x0 + glyph.x1) / 2 < left
        and abs(glyph.middle - middle) < 0.3 * size
        and id(glyph) not in own
        for line in sheet.lines
        for glyph in line.glyphs
    )


def _neighbours(lines: list[Span], main: Span) -> list[Span]:
    """Keep the main line and lines that plainly continue it: same left edge, same size, one line apart."""
    return [
        line
        for line in lines
        if line is main
        or (
            abs(line.x0 - main.x0) < 0.6 * main.size
            and abs(line.size - main.size) < 0.2 * main.size
            and abs(line.middle - main.middle) <= 1.35 * main.size
        )
    ]


def _evenly_around(lines: list[Span], span: Span) -> bool:
    """Two lines set around the label's height, as a centred cell wraps them."""
    return (
        len(lines) == 2  # noqa: PLR2004
        and abs(sum(line.middle for line in lines) / 2 - span.middle) < 0.7 * span.size
        and abs(lines[0].x0 - lines[1].x0) < 0.6 * lines[0].size
    )


def _owned_by_other(sheet: Sheet, label: Label, piece: Span) -> bool:
    return any(
        other is not label
        and abs(other.span.middle - piece.middle) < 0.5 * max(other.span.size, piece.size)
        and other.span.x1 <= piece.x0 + piece.size
        and other.span.x0 < piece.x0
        and other.span.x0 > label.span.x0 - 6 * label.span.size
        for other in sheet.labels
    )
