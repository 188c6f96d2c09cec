"""Lines, labels and columns found on a page by geometry, whatever order the text was stored in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from tracker.evidence.reading.facts import Box
from tracker.evidence.reading.labels import BROKEN, LABEL
from tracker.evidence.reading.values import CAPITAL_CHARS, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tracker.evidence.pagetext import Glyph, PageText

# Side titles are written downwards; their first characters start a chain.
_SIDE_TITLES: Final = {
    "buyer": ("购买方信息", "购买方", "购货单位", "购方"),
    "seller": ("销售方信息", "销售方", "销货单位", "销方"),
    "cipher": ("密码区",),
    "remarks": ("备注",),
}
_LINE_SHARE: Final = 0.5
_TOUCHING: Final = 0.25
_INSIDE_LABEL: Final = 0.6
_BROKEN_PITCH: Final = 1.7
_SEVERAL_LINES: Final = 4
_OF_PARTIES: Final = frozenset({"name", "buyer_name", "seller_name", "tax_id", "buyer_tax_id", "seller_tax_id"})
_OF_SUMS: Final = frozenset({"capitals", "total", "price_total", "sum", "subtotal"})
"""The rows between the parties' areas: a tight form's side title reaches into their height."""

_RUNS_ON: Final = re.compile("[*\u4e00-\u9fff][\u4e00-\u9fff]")
_EXPLICIT: Final = 5
"""A label of so many characters is one even where the value follows without a gap."""


@dataclass(frozen=True, slots=True)
class Span:
    """Some characters of one page taken together, in reading order."""

    page: PageText
    glyphs: tuple[Glyph, ...]

    @property
    def x0(self) -> float:
        """The left edge."""
        return min(glyph.x0 for glyph in self.glyphs)

    @property
    def x1(self) -> float:
        """The right edge."""
        return max(glyph.x1 for glyph in self.glyphs)

    @property
    def y0(self) -> float:
        """The top edge."""
        return min(glyph.y0 for glyph in self.glyphs)

    @property
    def y1(self) -> float:
        """The bottom edge."""
        return max(glyph.y1 for glyph in self.glyphs)

    @property
    def middle(self) -> float:
        """The height of the middle line."""
        return sum(glyph.middle for glyph in self.glyphs) / len(self.glyphs)

    @property
    def size(self) -> float:
        """The largest character size."""
        return max(glyph.size for glyph in self.glyphs)

    @property
    def text(self) -> str:
        """The characters, with a space where a gap shows between Latin letters or digits."""
        parts = [self.glyphs[0].text]
        for before, after in pairwise(self.glyphs):
            gap = after.x0 - before.x1
            latin = ord(before.text[-1]) < 0x2E80 or ord(after.text[0]) < 0x2E80  # noqa: PLR2004
            if latin and gap > _TOUCHING * max(before.size, after.size):
                parts.append(" ")
            parts.append(after.text)
        return "".join(parts)

    @property
    def box(self) -> Box:
        """The place as fractions of the page."""
        wide, high = self.page.width, self.page.height
        return Box(
            self.page.page,
            max(0.0, self.x0 / wide),
            max(0.0, self.y0 / high),
            min(1.0, self.x1 / wide),
            min(1.0, self.y1 / high),
        )


@dataclass(frozen=True, slots=True)
class Label:
    """A printed label and the span it covers; one ``broken`` by its narrow cell covers two lines."""

    kind: str
    span: Span
    broken: bool = False

    def level(self, middle: float, within: float) -> bool:
        """Whether a height is this label's own: ``within`` so far of its middle, or beside any line of a broken one."""
        return abs(middle - self.span.middle) <= within or (self.broken and self.span.y0 <= middle <= self.span.y1)


@dataclass(frozen=True, slots=True)
class Side:
    """A title written downwards, such as 购买方信息, that names the area to its right."""

    kind: str
    x0: float
    x1: float
    y0: float
    y1: float


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page taken apart: side titles, labels and the characters that belong to neither."""

    page: PageText
    sides: tuple[Side, ...]
    labels: tuple[Label, ...]
    free: tuple[Glyph, ...]
    lines: tuple[Span, ...]

    def named(self, *kinds: str) -> list[Label]:
        """Pick the labels of these kinds, in reading order."""
        return [label for label in self.labels if label.kind in kinds]

    def right_limit(self, label: Label) -> float:
        """Where a value to the right of this label must end: the next label or side title on its height."""
        span = label.span
        limits = [self.page.width * 1.02]
        limits += [
            other.span.x0
            for other in self.labels
            if other.span.x0 >= span.x1 - 0.2 * span.size
            and other is not label
            and label.level(other.span.middle, 0.55 * max(span.size, other.span.size))
        ]
        # A title beside several lines, written level: what stands right of it belongs to it, on all their heights.
        limits += [
            other.span.x0
            for other in self.named("remarks_label", "cipher_label")
            if label.kind in _OF_PARTIES
            and other.span.x0 > span.x1
            and abs(other.span.middle - span.middle) < _SEVERAL_LINES * span.size
        ]
        limits += [
            side.x0
            for side in self.sides
            if label.kind not in _OF_SUMS
            and side.x0 > span.x1
            and side.y0 - 1.5 * span.size <= span.middle <= side.y1 + 1.5 * span.size
        ]
        return min(limits)


def follows(glyph: Glyph, label: Label) -> bool:
    """Whether a character stands to the right of a label; tightly set forms let it overlap the label's end."""
    return (glyph.x0 + glyph.x1) / 2 >= label.span.x1 - 0.9 * label.span.size and glyph.x0 > label.span.x0


def take_apart(page: PageText) -> Sheet:
    """Find side titles, lines and labels of a page."""
    sides, used = _side_titles(page.glyphs)
    rest = [glyph for glyph in page.glyphs if id(glyph) not in used]
    lines = tuple(Span(page, tuple(line)) for line in group_lines(rest))
    labels = _broken_labels(page, lines)
    claimed = {id(glyph) for label in labels for glyph in label.span.glyphs}
    for line in lines:
        left = tuple(glyph for glyph in line.glyphs if id(glyph) not in claimed)
        for label in _labels_of(Span(page, left)) if left else ():
            labels.append(label)
            claimed.update(id(glyph) for glyph in label.span.glyphs)
    free = tuple(glyph for glyph in rest if id(glyph) not in claimed)
    return Sheet(page, tuple(sides), tuple(labels), free, lines)


def group_lines(glyphs: Iterable[Glyph], *, share: float = _LINE_SHARE) -> list[list[Glyph]]:
    """Group characters into lines by their middle heights, each line from left to right, lines top down."""
    lines: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda one: (one.middle, one.x0)):
        if lines:
            last = lines[-1]
            height = sum(one.middle for one in last) / len(last)
            if abs(glyph.middle - height) <= share * min(glyph.size, max(one.size for one in last)):
                last.append(glyph)
                continue
        lines.append([glyph])
    return [sorted(line, key=lambda one: one.x0) for line in lines]


def nearest_lines(lines: list[list[Glyph]], span: Span) -> list[list[Glyph]]:
    """Keep the lines nearest to a span's height: tightly set, the line above or below reaches into its height too."""
    away = [abs(sum(glyph.middle for glyph in line) / len(line) - span.middle) for line in lines]
    return [line for line, one in zip(lines, away, strict=True) if one <= min(away) + 0.25 * span.size]


def split_at_gaps(page: PageText, line: Sequence[Glyph], widest: float) -> list[Span]:
    """Cut a line wherever the gap between neighbours is wider than ``widest`` character sizes."""
    pieces: list[list[Glyph]] = []
    for glyph in line:
        if pieces and glyph.x0 - pieces[-1][-1].x1 <= widest * max(glyph.size, pieces[-1][-1].size):
            pieces[-1].append(glyph)
        else:
            pieces.append([glyph])
    return [Span(page, tuple(piece)) for piece in pieces]


def _broken_labels(page: PageText, lines: Sequence[Span]) -> list[Label]:
    """Find the long labels that go on at the same edge one line below, in a column of labels too narrow for them."""
    found = []
    for place, line in enumerate(lines):
        for end in split_at_gaps(page, line.glyphs, _INSIDE_LABEL):
            heads = BROKEN.get(fold(end.text), ())
            # A value set to the middle of the cell stands between the two lines of its label.
            near = [one for one in lines[max(0, place - 2) : place] if heads and _is_above(one, end)]
            starts = [(kind, start) for one in near for head, kind in heads if (start := _starting(one, end.x0, head))]
            found += [Label(kind, Span(page, start + end.glyphs), broken=True) for kind, start in starts[:1]]
    return found


def _is_above(line: Span, end: Span) -> bool:
    return end.middle - line.middle <= _BROKEN_PITCH * end.size


def _starting(line: Span, edge: float, words: str) -> tuple[Glyph, ...]:
    """Take the characters of a line that stand at this left edge and print these words; none for other words."""
    taken: list[Glyph] = []
    for glyph in line.glyphs:
        if taken or abs(glyph.x0 - edge) <= 0.6 * glyph.size:
            taken.append(glyph)
            text = "".join(fold(one.text) for one in taken)
            if text == words:
                return tuple(taken)
            if not words.startswith(text):
                return ()
    return ()


def _labels_of(line: Span) -> list[Label]:
    folded, origin = [], []
    for glyph in line.glyphs:
        for char in fold(glyph.text):
            folded.append(char)
            origin.append(glyph)
    text = "".join(folded)
    matches = list(LABEL.finditer(text))
    starts, ends = {match.start() for match in matches}, {match.end() for match in matches}
    found = []
    for match in matches:
        start, end = match.span()
        in_words = (start not in ends and _is_joined(origin, text, start)) or (
            end not in starts
            and end - start < _EXPLICIT
            and _is_joined(origin, text, end)
            and text[end] not in CAPITAL_CHARS
        )
        glyphs = tuple(dict.fromkeys(origin[start:end]))
        if match.lastgroup and glyphs and (text[end - 1] in ":)" or not in_words):
            found.append(Label(match.lastgroup, Span(line.page, glyphs)))
    return found


def _is_joined(origin: Sequence[Glyph], text: str, place: int) -> bool:
    """Whether words run on over this place: 单位 in a party's name, 通行费 behind *经营租赁* are no labels."""
    if not place or not _RUNS_ON.fullmatch(text[place - 1 : place + 1]):
        return False
    before, after = origin[place - 1], origin[place]
    return after.x0 - before.x1 < _TOUCHING * max(before.size, after.size)


def _side_titles(glyphs: Sequence[Glyph]) -> tuple[list[Side], set[int]]:
    by_char: dict[str, list[Glyph]] = {}
    for glyph in glyphs:
        by_char.setdefault(fold(glyph.text), []).append(glyph)
    sides: list[Side] = []
    used: set[int] = set()
    for kind, titles in _SIDE_TITLES.items():
        for title in titles:
            for first in by_char.get(title[0], []):
                chain = _chain(first, title, by_char, used)
                if chain:
                    used.update(id(glyph) for glyph in chain)
                    sides.append(
                        Side(
                            kind, min(one.x0 for one in chain), max(one.x1 for one in chain), chain[0].y0, chain[-1].y1
                        )
                    )
    return sides, used


def _chain(first: Glyph, title: str, by_char: dict[str, list[Glyph]], used: set[int]) -> list[Glyph]:
    chain = [first]
    if id(first) in used:
        return []
    for char in title[1:]:
        last = chain[-1]
        below = [
            one
            for one in by_char.get(char, [])
            if id(one) not in used
            and abs((one.x0 + one.x1) - (last.x0 + last.x1)) < 1.2 * last.size
            and 0.7 * last.size < one.middle - last.middle < 5 * last.size
        ]
        if not below:
            return []
        chain.append(min(below, key=lambda one: one.middle))
    return chain
