"""Read one file: sniff what it is, have its reader say what stands in it, and merge what was found."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

from tracker.evidence.markup import parse_xml
from tracker.evidence.media import Media, Unreadable, open_image, sniff
from tracker.evidence.reading import qr, structured
from tracker.evidence.reading.facts import Findings, Reading
from tracker.evidence.reading.merge import merge
from tracker.evidence.reading.ofd_reader import read_ofd
from tracker.evidence.reading.pdf_reader import read_pdf
from tracker.kernel.text import tell

if TYPE_CHECKING:
    from collections.abc import Callable


def read(data: bytes, name: str = "", *, today: date | None = None) -> Reading:
    """Read one evidence file (not a ZIP of them); ``name`` is a hint for messages only.

    ``today`` is the office's day, for the check that an invoice is not from the future; without it the
    check allows for every time zone. Raises Unreadable with a sentence for files that are refused.
    """
    media = sniff(data)
    if media is Media.ZIP:
        raise Unreadable(tell("%(name)s是压缩包，请用批量上传拆开后再读取", name=name or "这个文件"))
    return merge(_READERS[media](data), today=today or date.today() + timedelta(days=1))  # noqa: DTZ011


def _read_xml(data: bytes) -> list[Findings]:
    return [structured.read_tree(parse_xml(data), reader="发票数据文件")]


def _read_photo(data: bytes) -> list[Findings]:
    found = qr.read_codes(qr.decode(open_image(data), thorough=True))
    if found.facts or found.notes:
        return [found]
    return [Findings(notes=("图片里没有认出发票二维码，请手工填写，或上传电子发票原文件",))]


_READERS: dict[Media, Callable[[bytes], list[Findings]]] = {
    Media.PDF: read_pdf,
    Media.OFD: read_ofd,
    Media.XML: _read_xml,
    Media.JPEG: _read_photo,
    Media.PNG: _read_photo,
    Media.HEIC: _read_photo,
}
