"""OFD pages painted with Pillow, twice as large as shown and then reduced, so that thin lines stay smooth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import Image, ImageChops, ImageDraw, ImageFont

from tracker.evidence.ofd import OfdDocument
from tracker.evidence.reading.ofd_reader import read_picture
from tracker.evidence.rendering.fonts import font
from tracker.evidence.rendering.ofd_drawing import Drawing, Letters, Pasted, Path

if TYPE_CHECKING:
    from tracker.evidence.ofd import OfdPage

_OVERSAMPLING: Final = 2
_SANS: Final = ("黑", "hei", "arial", "helvetica", "sans", "yahei")


def paint_pages(data: bytes, *, most: int, longest: int) -> list[Image.Image]:
    """Paint at most that many pages with the given longest side in pixels. Raises Unreadable."""
    document = OfdDocument(data)
    return [_paint(document, page, longest) for page in document.pages[:most]]


def _paint(document: OfdDocument, page: OfdPage, longest: int) -> Image.Image:
    wide, high = page.box[2], page.box[3]
    scale = longest / max(wide, high)
    size = (max(1, round(wide * scale)), max(1, round(high * scale)))
    canvas = Image.new("RGB", (size[0] * _OVERSAMPLING, size[1] * _OVERSAMPLING), "white")
    pen = ImageDraw.Draw(canvas)
    for mark in Drawing(document, page).marks():
        if isinstance(mark, Path):
            _paint_path(pen, mark, scale * _OVERSAMPLING)
        elif isinstance(mark, Letters):
            _paint_letters(canvas, pen, mark, scale * _OVERSAMPLING)
        else:
            _paint_picture(document, canvas, mark, scale * _OVERSAMPLING)
    return canvas.resize(size, Image.Resampling.LANCZOS)


def _paint_path(pen: ImageDraw.ImageDraw, mark: Path, scale: float) -> None:
    for line in mark.lines:
        points = [(x * scale, y * scale) for x, y in line]
        if mark.fill is not None and len(points) > 2:  # noqa: PLR2004  an area needs three corners
            pen.polygon(points, fill=mark.fill)
        if mark.stroke is not None:
            pen.line(points, fill=mark.stroke, width=max(1, min(200, round(mark.width * scale))))


def _paint_letters(canvas: Image.Image, pen: ImageDraw.ImageDraw, mark: Letters, scale: float) -> None:
    pixels = round(mark.size * scale)
    if not 2 <= pixels <= 2000:  # noqa: PLR2004  invisible or larger than a page
        return
    face = font(_style(mark.family), pixels)
    colour = _faded(mark.colour, mark.opacity)
    for char, (x, y) in zip(mark.text, mark.points, strict=False):
        if char.isspace():
            continue
        where = (x * scale, y * scale)
        if abs(mark.turn) < 1:
            pen.text(where, char, font=face, fill=colour, anchor="ls")
        else:
            _paint_turned(canvas, char, where, face, mark)


def _paint_turned(
    canvas: Image.Image, char: str, where: tuple[float, float], face: ImageFont.FreeTypeFont, mark: Letters
) -> None:
    """Turn a letter about its base point: it is drawn in the middle of a square and rotated there."""
    half = round(face.size * 1.5)
    stamp = Image.new("L", (2 * half, 2 * half), 0)
    ImageDraw.Draw(stamp).text((half, half), char, font=face, fill=255, anchor="ls")
    stamp = stamp.rotate(-mark.turn, resample=Image.Resampling.BILINEAR)
    canvas.paste(_faded(mark.colour, mark.opacity), (round(where[0]) - half, round(where[1]) - half), stamp)


def _paint_picture(document: OfdDocument, canvas: Image.Image, mark: Pasted, scale: float) -> None:
    x0, y0, x1, y1 = (round(edge * scale) for edge in mark.box)
    size = (min(x1 - x0, canvas.width * 2), min(y1 - y0, canvas.height * 2))
    picture = read_picture(document.archive.read(mark.part)) if min(size) > 0 else None
    if picture is None:
        return
    layer = picture.convert("RGBA").resize(size)
    mask = layer.getchannel("A").point(lambda value: round(value * mark.opacity))
    if mark.darken:
        # A stamp laid over text: the darker of the two shows, as ink on ink does.
        below = Image.new("RGB", size, "white")
        below.paste(canvas.crop((x0, y0, x0 + size[0], y0 + size[1])))
        canvas.paste(ImageChops.darker(below, layer.convert("RGB")), (x0, y0), mask)
    else:
        canvas.paste(layer.convert("RGB"), (x0, y0), mask)


def _faded(colour: tuple[int, int, int], opacity: float) -> tuple[int, int, int]:
    red, green, blue = (round(255 - (255 - part) * opacity) for part in colour)
    return red, green, blue


def _style(family: str) -> str:
    return "sans" if any(word in family.lower() for word in _SANS) else "serif"
