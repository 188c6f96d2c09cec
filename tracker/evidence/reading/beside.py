"""Where a value stands around its label: right of it, wrapped to the next lines of its cell, or below it."""

from __future__ import annotations

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

_PITCH: Final = (0.8, 1.75)
"""How far the next line of a cell stands below, in character sizes."""

_MOST_LINES: Final = 3


def right_of(sheet: Sheet, label: Label, widest: float) -> list[Span]:
    """Find the pieces to the right of a label on its own height, nearest first; wrapped values are not joined here."""
    span, limit = label.span, sheet.right_limit(label)
    near = [
        glyph
        for glyph in sheet.free
        if follows(glyph, label)
        and (glyph.x0 + glyph.x1) / 2 < limit
        and abs(glyph.middle - span.middle) <= 0.6 * max(span.size, glyph.size)
    ]
    pieces: list[Span] = []
    for line in sorted(group_lines(near, share=0.35), key=lambda one: abs(one[0].middle - span.middle)):
        pieces.extend(split_at_gaps(sheet.page, line, widest))
    return pieces


def under(sheet: Sheet, label: Label, widest: float) -> Span | None:
    """Find what stands one line below a label at its left edge, as a cell too narrow for both prints a value."""
    return _next_line(sheet, label.span, (label.span.x0,), sheet.right_limit(label), widest)


def goes_on(sheet: Sheet, label: Label, main: Span, widest: float) -> list[Span]:
    """Find the lines that continue a full line of a cell: they start under its own start or under its label."""
    limit = sheet.right_limit(label)
    edge = min(limit, max(glyph.x1 for glyph in sheet.page.glyphs))
    lines: list[Span] = []
    last = main
    while edge - last.x1 <= _FULL * last.size and len(lines) + 1 < _MOST_LINES:
        following = _next_line(sheet, last, (label.span.x0, main.x0), limit, widest)
        if following is None or abs(following.size - main.size) > 0.2 * main.size:
            break
        lines.append(following)
        last = following
    return lines


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
        if begins and ":" not in values.fold(piece.text):
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
        if not _owned_by_other(sheet, label, piece):
            lines.append(piece)
    level = [line for line in lines if abs(line.middle - span.middle) <= 0.6 * max(span.size, line.size)]
    if len(level) == 1:
        following = goes_on(sheet, label, level[0], NAME_GAP)
        lines = [level[0], *following] if following else _neighbours(lines, level[0])
    elif not _evenly_around(lines, span):
        return None
    glyphs: list[Glyph] = [glyph for line in lines for glyph in line.glyphs]
    return Span(sheet.page, tuple(glyphs)) if glyphs else None


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
