"""Page pictures of any evidence file, and a likeness by which a picture saved again is recognised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import Image, ImageOps

from tracker.evidence import pdf
from tracker.evidence.archive import Unreadable
from tracker.evidence.media import Media, open_image, sniff
from tracker.evidence.rendering.ofd_png import paint_pages
from tracker.evidence.rendering.pictures import Picture, as_picture
from tracker.evidence.rendering.sheet import paint_sheet

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_VIEWER_PAGES: Final = 20
DEFAULT_LONGEST: Final = 1600
_LARGEST_LONGEST: Final = 3000
_LIKENESS_SIDE: Final = 16


def page_pictures(
    data: bytes, media: Media | str | None = None, *, most: int = MAX_VIEWER_PAGES, longest: int = DEFAULT_LONGEST
) -> list[Picture]:
    """Draw a file's pages as PNG, at most ``most`` of them (20 at the outside), longest side in pixels.

    Pictures are drawn anew: no metadata, script or link of the original comes through. Raises Unreadable.
    """
    kind = Media(media) if media is not None else sniff(data)
    if kind is Media.ZIP:
        raise Unreadable("压缩包没有页面，请先拆开")
    most, longest = min(max(most, 1), MAX_VIEWER_PAGES), min(max(longest, 50), _LARGEST_LONGEST)
    return [as_picture(image) for image in _painted(kind, data, most, longest)]


def likeness(data: bytes, media: Media | str | None = None) -> str:
    """Return a 256-bit difference hash of the first page as 64 hex digits.

    Up to 8 differing bits are the same picture saved or scaled again. It does not know a paper photographed anew:
    forms of one kind look more alike than two photos of one form.
    """
    kind = Media(media) if media is not None else sniff(data)
    image = _painted(kind, data, 1, 400)[0]
    small = image.convert("L").resize((_LIKENESS_SIDE + 1, _LIKENESS_SIDE), Image.Resampling.LANCZOS)
    pixels = small.tobytes()
    bits = 0
    for row in range(_LIKENESS_SIDE):
        for column in range(_LIKENESS_SIDE):
            place = row * (_LIKENESS_SIDE + 1) + column
            bits = bits << 1 | (pixels[place] > pixels[place + 1])
    return f"{bits:064x}"


def _painted(kind: Media, data: bytes, most: int, longest: int) -> list[Image.Image]:
    images = _PAINTERS[kind](data, most, longest)
    if not images:
        raise Unreadable("文件里没有可以显示的页面，请重新下载原文件")
    return images


def _paint_pdf(data: bytes, most: int, longest: int) -> list[Image.Image]:
    with pdf.opened(data) as document:
        found = []
        for number in range(min(most, len(document))):
            page = document[number]
            try:
                side = max(*page.get_size(), 1.0)
                found.append(page.render(scale=min(longest / side, 10.0), may_draw_forms=False).to_pil())
            finally:
                page.close()
        return found


def _paint_ofd(data: bytes, most: int, longest: int) -> list[Image.Image]:
    return paint_pages(data, most=most, longest=longest)


def _paint_xml(data: bytes, _most: int, longest: int) -> list[Image.Image]:
    image = paint_sheet(data)
    image.thumbnail((longest, longest))
    return [image]


def _paint_photo(data: bytes, _most: int, longest: int) -> list[Image.Image]:
    image = open_image(data)
    image.thumbnail((longest, longest))
    return [ImageOps.exif_transpose(image)]


_PAINTERS: Final[dict[Media, Callable[[bytes, int, int], list[Image.Image]]]] = {
    Media.PDF: _paint_pdf,
    Media.OFD: _paint_ofd,
    Media.XML: _paint_xml,
    Media.JPEG: _paint_photo,
    Media.PNG: _paint_photo,
    Media.HEIC: _paint_photo,
}
