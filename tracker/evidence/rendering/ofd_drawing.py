"""What an OFD page draws, as plain strokes, letters and pictures in millimetres: the base of PNG and SVG."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from math import atan2, degrees
from typing import TYPE_CHECKING, Final

from tracker.evidence.archive import Unreadable
from tracker.evidence.markup import children, local_name
from tracker.evidence.ofd import MAX_CHARACTERS, MAX_OBJECTS, deltas, number_or, numbers, step_at

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

    from tracker.evidence.ofd import OfdDocument, OfdPage

Matrix = tuple[float, float, float, float, float, float]
Colour = tuple[int, int, int]
Point = tuple[float, float]

_BLACK: Final[Colour] = (0, 0, 0)
_MAX_NESTING: Final = 12
_MAX_POINTS: Final = 400_000
_CURVE_STEPS: Final = 12
_COMMAND: Final = re.compile(r"[SMLQBAC]|-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,2})?")
_ARGUMENTS: Final = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


@dataclass(frozen=True, slots=True)
class Path:
    """Polylines in page millimetres; curves are already flattened."""

    lines: tuple[tuple[Point, ...], ...]
    stroke: Colour | None
    fill: Colour | None
    width: float


@dataclass(frozen=True, slots=True)
class Letters:
    """Characters with the base point of each, one size and colour; ``turn`` in degrees, clockwise."""

    text: str
    points: tuple[Point, ...]
    size: float
    colour: Colour
    turn: float
    family: str
    opacity: float


@dataclass(frozen=True, slots=True)
class Pasted:
    """A picture resource placed in a box of page millimetres."""

    part: str
    box: tuple[float, float, float, float]
    opacity: float
    darken: bool


Mark = Path | Letters | Pasted


@dataclass(frozen=True, slots=True)
class _Style:
    """Inherited drawing parameters."""

    stroke: Colour = _BLACK
    fill: Colour | None = None
    """Unless a colour is stated, shapes are not filled and letters are black (GB/T 33190)."""
    width: float = 0.353
    opacity: float = 1.0


class Drawing:
    """The marks of one page, bounded in number."""

    def __init__(self, document: OfdDocument, page: OfdPage) -> None:
        """Prepare a page of a document for drawing."""
        self.document = document
        self.page = page
        self._objects = 0
        self._points = 0

    def marks(self) -> Iterator[Mark]:
        """Yield templates, page content and annotations in drawing order. Raises Unreadable beyond the limits."""
        origin: Matrix = (1.0, 0.0, 0.0, 1.0, -self.page.box[0], -self.page.box[1])
        for root in self.page.layers():
            for layer in children(root, "Layer"):
                style = self._parameters(_Style(), layer.get("DrawParam"))
                yield from self._group(layer, origin, style, 0)
        for appearance in self.document.annotations(self.page):
            box = numbers(appearance.get("Boundary", ""))
            shift = _shifted(origin, box[0], box[1]) if len(box) == 4 else origin  # noqa: PLR2004
            yield from self._group(appearance, shift, _Style(), 0)

    def _group(self, group: Element, matrix: Matrix, style: _Style, depth: int) -> Iterator[Mark]:
        if depth > _MAX_NESTING:
            raise Unreadable("OFD 页面结构嵌套过深，已拒绝")
        for one in group:
            self._objects += 1
            if self._objects > MAX_OBJECTS:
                raise Unreadable("OFD 页面里的图形对象过多，不像发票，已拒绝")
            if one.get("Visible", "true").lower() == "false":
                continue
            kind = local_name(one)
            if kind == "PageBlock":
                yield from self._group(one, matrix, style, depth + 1)
                continue
            if kind not in ("PathObject", "TextObject", "ImageObject"):
                continue
            box = numbers(one.get("Boundary", ""))
            placed = _shifted(matrix, box[0], box[1]) if len(box) == 4 else matrix  # noqa: PLR2004
            own = numbers(one.get("CTM", ""))
            inner = _times(placed, _matrix(own)) if len(own) == 6 else placed  # noqa: PLR2004
            drawn = self._styled(one, self._parameters(style, one.get("DrawParam")))
            if kind == "PathObject":
                yield from self._path(one, inner, drawn)
            elif kind == "TextObject":
                yield from self._letters(one, inner, drawn)
            else:
                yield from self._picture(one, inner, drawn)

    def _parameters(self, style: _Style, name: str | None, seen: int = 0) -> _Style:
        found = self.document.draw_params.get(name or "")
        if found is None or seen > _MAX_NESTING:
            return style
        return self._styled(found, self._parameters(style, found.get("Relative"), seen + 1))

    @staticmethod
    def _styled(element: Element, style: _Style) -> _Style:
        stroke = _colour(next(children(element, "StrokeColor"), None), style.stroke) or style.stroke
        fill = _colour(next(children(element, "FillColor"), None), style.fill)
        return replace(
            style,
            stroke=stroke,
            fill=fill,
            width=number_or(element.get("LineWidth"), style.width),
            opacity=min(1.0, max(0.0, number_or(element.get("Alpha"), style.opacity * 255) / 255)),
        )

    def _path(self, element: Element, matrix: Matrix, style: _Style) -> Iterator[Mark]:
        data = text_of_whole(next(children(element, "AbbreviatedData"), None))
        lines = [tuple(_moved(matrix, point) for point in line) for line in outline(data)]
        self._points += sum(map(len, lines))
        if self._points > _MAX_POINTS:
            raise Unreadable("OFD 页面里的线条过多，不像发票，已拒绝")
        stroke = style.stroke if element.get("Stroke", "true").lower() != "false" else None
        fill = style.fill if element.get("Fill", "false").lower() == "true" else None
        scale = abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]) ** 0.5
        yield Path(tuple(line for line in lines if line), stroke, fill, style.width * scale)

    def _letters(self, element: Element, matrix: Matrix, style: _Style) -> Iterator[Mark]:
        size = number_or(element.get("Size"), 3.0)
        scale = abs(matrix[0] * matrix[3] - matrix[1] * matrix[2]) ** 0.5 or 1.0
        x = y = 0.0
        family = self.document.fonts.get(element.get("Font", ""), "")
        for code in children(element, "TextCode"):
            text = "".join(code.itertext())[:MAX_CHARACTERS]
            self._objects += len(text) // 8
            x, y = number_or(code.get("X"), x), number_or(code.get("Y"), y)
            right, down = deltas(code.get("DeltaX", ""), len(text)), deltas(code.get("DeltaY", ""), len(text))
            points = []
            at_x, at_y = x, y
            for index, char in enumerate(text):
                points.append(_moved(matrix, (at_x, at_y)))
                wide = size * (0.5 if ord(char) < 0x2E80 else 1.0)  # noqa: PLR2004  CJK starts there
                at_x += step_at(right, index, 0.0 if down else wide)
                at_y += step_at(down, index, 0.0)
            yield Letters(text, tuple(points), size * scale, style.fill or _BLACK, _turn(matrix), family, style.opacity)

    def _picture(self, element: Element, matrix: Matrix, style: _Style) -> Iterator[Mark]:
        part = self.document.media.get(element.get("ResourceID", ""))
        if part and self.document.archive.has(part):
            corners = [_moved(matrix, point) for point in ((0.0, 0.0), (1.0, 1.0))]
            (x0, y0), (x1, y1) = corners
            yield Pasted(
                part,
                (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)),
                style.opacity,
                element.get("BlendMode", "").lower() in ("darken", "multiply"),
            )


def outline(data: str) -> Iterator[list[Point]]:
    """Turn abbreviated path data (M, L, Q, B, A, C) into polylines; nonsense ends the path."""
    words = _COMMAND.findall(data)
    line: list[Point] = []
    position = 0
    while position < len(words):
        command = words[position]
        count = _ARGUMENTS.get(command)
        if count is None:
            break
        arguments = [number_or(word, 0.0) for word in words[position + 1 : position + 1 + count]]
        if len(arguments) < count:
            break
        position += 1 + count
        if command in ("S", "M"):
            if len(line) > 1:
                yield line
            line = [(arguments[0], arguments[1])]
        elif command == "C":
            if line:
                line.append(line[0])
        elif line:
            line.extend(_flattened(line[-1], command, arguments))
    if len(line) > 1:
        yield line


def text_of_whole(element: Element | None) -> str:
    """Return an element's text without the limit that fields have: paths are long."""
    return (element.text or "")[:200_000] if element is not None else ""


def _flattened(start: Point, command: str, numbers_: list[float]) -> list[Point]:
    ends = list(zip(numbers_[::2], numbers_[1::2], strict=False))
    if command == "L":
        return [ends[0]]
    if command == "A":
        return [(numbers_[5], numbers_[6])]
    controls = [start, *ends]
    return [_on_curve(controls, step / _CURVE_STEPS) for step in range(1, _CURVE_STEPS + 1)]


def _on_curve(controls: list[Point], share: float) -> Point:
    points = controls
    while len(points) > 1:
        points = [(ax + (bx - ax) * share, ay + (by - ay) * share) for (ax, ay), (bx, by) in pairwise(points)]
    return points[0]


def _colour(element: Element | None, otherwise: Colour | None) -> Colour | None:
    if element is None:
        return otherwise
    parts = [max(0, min(255, int(value))) for value in numbers(element.get("Value", ""))]
    if len(parts) == 3:  # noqa: PLR2004  red, green, blue
        return parts[0], parts[1], parts[2]
    if len(parts) == 1:
        return parts[0], parts[0], parts[0]
    if len(parts) == 4:  # noqa: PLR2004  CMYK in hundredths or bytes
        c, m, y, k = (part / 255 for part in parts)
        return round(255 * (1 - c) * (1 - k)), round(255 * (1 - m) * (1 - k)), round(255 * (1 - y) * (1 - k))
    return otherwise


def _matrix(values: list[float]) -> Matrix:
    return values[0], values[1], values[2], values[3], values[4], values[5]


def _times(outer: Matrix, inner: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def _shifted(matrix: Matrix, x: float, y: float) -> Matrix:
    return _times(matrix, (1.0, 0.0, 0.0, 1.0, x, y))


def _moved(matrix: Matrix, point: Point) -> Point:
    x, y = point
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f


def _turn(matrix: Matrix) -> float:
    return degrees(atan2(matrix[1], matrix[0]))
