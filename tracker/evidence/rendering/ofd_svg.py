"""OFD pages as SVG with selectable text, for laying them into a PDF bundle; never served to a browser."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape, quoteattr

from tracker.evidence.ofd import OfdDocument
from tracker.evidence.reading.ofd_reader import read_picture
from tracker.evidence.rendering.ofd_drawing import Drawing, Letters, Pasted, Path
from tracker.evidence.rendering.pictures import as_picture

if TYPE_CHECKING:
    from tracker.evidence.ofd import OfdPage

_FONTS: Final = "Noto Serif SC, Noto Serif CJK SC, serif"
_LONGEST_PICTURE: Final = 1200


def ofd_svgs(data: bytes, *, most: int = 20) -> list[str]:
    """Draw an OFD's pages as SVG documents sized in millimetres: shapes, text and data-URI pictures only.

    Every text of the file is escaped and every number formatted here; no script, link or style comes through.
    Raises Unreadable.
    """
    document = OfdDocument(data)
    return [_page(document, page) for page in document.pages[:most]]


def _page(document: OfdDocument, page: OfdPage) -> str:
    wide, high = page.box[2], page.box[3]
    body = []
    for mark in Drawing(document, page).marks():
        if isinstance(mark, Path):
            body.append(_path(mark))
        elif isinstance(mark, Letters):
            body.append(_letters(mark))
        else:
            body.append(_picture(document, mark))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{wide:g}mm" '
        f'height="{high:g}mm" viewBox="0 0 {wide:g} {high:g}">{"".join(body)}</svg>'
    )


def _path(mark: Path) -> str:
    if not mark.lines or (mark.stroke is None and mark.fill is None):
        return ""
    data = " ".join("M" + " L".join(f"{x:.3f} {y:.3f}" for x, y in line) for line in mark.lines)
    stroke = f'stroke="{_hex(mark.stroke)}" stroke-width="{mark.width:.3f}"' if mark.stroke is not None else ""
    return f'<path d="{data}" fill="{_hex(mark.fill) if mark.fill is not None else "none"}" {stroke}/>'


def _letters(mark: Letters) -> str:
    shown = [
        (char, point)
        for char, point in zip(mark.text, mark.points, strict=False)
        if char.isprintable() and not char.isspace()
    ]
    if not shown:
        return ""
    text = escape("".join(char for char, _ in shown))
    if abs(mark.turn) < 1:
        xs, ys = " ".join(f"{x:.3f}" for _, (x, _) in shown), " ".join(f"{y:.3f}" for _, (_, y) in shown)
        return (
            f'<text x="{xs}" y="{ys}" font-family={quoteattr(_FONTS)} font-size="{mark.size:.3f}" '
            f'fill="{_hex(mark.colour)}" fill-opacity="{mark.opacity:.2f}">{text}</text>'
        )
    return "".join(
        f'<text transform="translate({x:.3f} {y:.3f}) rotate({mark.turn:.2f})" font-family={quoteattr(_FONTS)} '
        f'font-size="{mark.size:.3f}" fill="{_hex(mark.colour)}">{escape(char)}</text>'
        for char, (x, y) in shown
    )


def _picture(document: OfdDocument, mark: Pasted) -> str:
    picture = read_picture(document.archive.read(mark.part))
    if picture is None:
        return ""
    picture.thumbnail((_LONGEST_PICTURE, _LONGEST_PICTURE))
    x0, y0, x1, y1 = mark.box
    data = b64encode(as_picture(picture).png).decode()
    return (
        f'<image x="{x0:.3f}" y="{y0:.3f}" width="{x1 - x0:.3f}" height="{y1 - y0:.3f}" '
        f'preserveAspectRatio="none" opacity="{mark.opacity:.2f}" xlink:href="data:image/png;base64,{data}"/>'
    )


def _hex(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
