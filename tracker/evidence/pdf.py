"""PDF files opened by pdfium: pages, characters with places, document keys and attached data."""

from __future__ import annotations

import ctypes
import io
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import pypdf
import pypdf.errors
import pypdfium2 as pdfium
from pypdfium2 import raw

from tracker.evidence.archive import Unreadable
from tracker.evidence.pagetext import Glyph, PageText
from tracker.evidence.unfolding import require_bounded
from tracker.kernel.text import tell

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_PAGES: Final = 200
MAX_READ_PAGES: Final = 3
MAX_CHARACTERS: Final = 60_000
MAX_ATTACHMENTS: Final = 10
MAX_ATTACHMENT_BYTES: Final = 5 * 1024 * 1024
_PASSWORD: Final = 4
_RIGHT_ANGLE: Final = 90


@contextmanager
def opened(data: bytes) -> Iterator[pdfium.PdfDocument]:
    """Open a PDF and close it again. Raises Unreadable for damaged, locked and outsized files.

    What its streams unfold to is measured before anything of it is parsed.
    """
    require_bounded(data)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD or "assword" in str(error):
            raise Unreadable("PDF 有打开密码，系统无法读取，请去掉密码后上传") from error
        raise Unreadable("PDF 已损坏，无法打开，请重新下载原文件") from error
    try:
        require_bounded_inside(document)
        pages = len(document)
        if pages == 0:
            raise Unreadable("PDF 里没有页面，请重新下载原文件")
        if pages > MAX_PAGES:
            raise Unreadable(
                tell("PDF 有 %(pages)s 页，超过 %(most)s 页，不像发票，请只上传发票本身", pages=pages, most=MAX_PAGES),
                pages=pages,
            )
        yield document
    except pdfium.PdfiumError as error:
        raise Unreadable("PDF 页面已损坏，无法读取，请重新下载原文件") from error
    finally:
        document.close()


def require_bounded_inside(document: pdfium.PdfDocument) -> None:
    """Measure an encrypted file's streams once more, decrypted: packed and encrypted they tell nothing.

    Many issuers forbid changes with an owner's password alone; such a file opens without one. Raises Unreadable.
    """
    if raw.FPDF_GetSecurityHandlerRevision(document.raw) >= 0:
        plain = io.BytesIO()
        document.save(plain, flags=raw.FPDF_REMOVE_SECURITY)
        require_bounded(plain.getvalue())


def read_pages(document: pdfium.PdfDocument) -> list[int]:
    """Name the pages worth reading: the first three, and the last one, where a long invoice has its sums."""
    return sorted({*range(min(MAX_READ_PAGES, len(document))), len(document) - 1})


def information(document: pdfium.PdfDocument, names: tuple[str, ...]) -> dict[str, str]:
    """Read keys of the document information dictionary, the issuer's own ones too."""
    found = {}
    for name in names:
        length = raw.FPDF_GetMetaText(document.raw, name.encode(), None, 0)
        if 2 < length <= 2000:  # noqa: PLR2004  bytes of UTF-16 with its closing NUL
            buffer = ctypes.create_string_buffer(length)
            raw.FPDF_GetMetaText(document.raw, name.encode(), buffer, length)
            found[name] = buffer.raw[: length - 2].decode("utf-16-le", "replace").strip()
    return found


def attachments(document: pdfium.PdfDocument, data: bytes) -> list[tuple[str, bytes]]:
    """Return (name, bytes) of attached files: from the name tree, else from /AF and file annotations."""
    found = []
    for index in range(min(document.count_attachments(), MAX_ATTACHMENTS)):
        attachment = document.get_attachment(index)
        length = ctypes.c_ulong()
        raw.FPDFAttachment_GetFile(attachment.raw, None, 0, length)
        if 0 < length.value <= MAX_ATTACHMENT_BYTES:
            found.append((attachment.get_name(), bytes(attachment.get_data())))
    if not found and (b"/AF" in data or b"/FileAttachment" in data):
        found = _associated(data)
    return found


def page_text(document: pdfium.PdfDocument, number: int) -> PageText:
    """Read one page's characters as the page is shown: turned upright, origin at the top left."""
    page = document[number]
    try:
        text_page = page.get_textpage()
        try:
            return _characters(page, text_page, number)
        finally:
            text_page.close()
    finally:
        page.close()


def _characters(page: pdfium.PdfPage, text_page: pdfium.PdfTextPage, number: int) -> PageText:
    count = text_page.count_chars()
    if count > MAX_CHARACTERS:
        raise Unreadable("PDF 一页里的文字过多，不像发票，请只上传发票本身", characters=count)
    handle = text_page.raw
    left, bottom, right, top = ctypes.c_float(), ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
    if not raw.FPDF_GetPageBoundingBox(page.raw, raw.FS_RECTF()):
        raise Unreadable("PDF 页面已损坏，无法读取，请重新下载原文件")
    area = raw.FS_RECTF()
    raw.FPDF_GetPageBoundingBox(page.raw, area)
    left.value, bottom.value, right.value, top.value = area.left, area.bottom, area.right, area.top
    found = []
    box = raw.FS_RECTF()
    for index in range(count):
        code = raw.FPDFText_GetUnicode(handle, index)
        if code < 32 or 0xD800 <= code <= 0xDFFF or code in (0xFFFE, 0xFFFF, 0x00AD) or chr(code).isspace():  # noqa: PLR2004
            continue
        if not raw.FPDFText_GetLooseCharBox(handle, index, box):
            continue
        angle = round(raw.FPDFText_GetCharAngle(handle, index) * 57.29578 / _RIGHT_ANGLE) % 4
        found.append(
            (
                chr(code),
                angle,
                box.left - left.value,
                box.bottom - bottom.value,
                box.right - left.value,
                box.top - bottom.value,
            )
        )
    wide, high = right.value - left.value, top.value - bottom.value
    rotation = page.get_rotation() // _RIGHT_ANGLE
    upright = Counter(angle for _, angle, *_ in found).most_common(1)[0][0] if found else 0
    shown_wide, shown_high = (high, wide) if rotation % 2 else (wide, high)
    glyphs = [
        _shown(char, (x0, y0, x1, y1), wide, high, rotation)
        for char, angle, x0, y0, x1, y1 in found
        # Text turned against the rest, such as 下载次数 up the edge, would glue itself to what it crosses.
        if angle == upright
    ]
    return PageText(number, shown_wide or 1.0, shown_high or 1.0, tuple(glyphs))


def _shown(char: str, box: tuple[float, float, float, float], wide: float, high: float, rotation: int) -> Glyph:
    """Turn a box from page space (origin bottom left) to the page as shown (origin top left)."""
    x0, y0, x1, y1 = box
    if rotation == 1:
        placed = (y0, x0, y1, x1)
    elif rotation == 2:  # noqa: PLR2004
        placed = (wide - x1, y0, wide - x0, y1)
    elif rotation == 3:  # noqa: PLR2004
        placed = (high - y1, wide - x1, high - y0, wide - x0)
    else:
        placed = (x0, high - y1, x1, high - y0)
    return Glyph(char, *placed, max(placed[3] - placed[1], 0.1))


def _associated(data: bytes) -> list[tuple[str, bytes]]:
    """Files hung on the catalogue or a page instead of the name tree, which pdfium does not list."""
    found: list[tuple[str, bytes]] = []
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        holders = [reader.trailer["/Root"].get_object()]
        page = reader.pages[0]
        specs = [spec for holder in [*holders, page] for spec in holder.get("/AF", [])]  # type: ignore[union-attr]
        specs += [note.get_object().get("/FS") for note in page.get("/Annots", [])]
        for spec in [one.get_object() for one in specs if one is not None][:MAX_ATTACHMENTS]:
            stream = spec.get("/EF", {}).get("/F")
            if stream is not None:
                content = stream.get_object().get_data()
                if 0 < len(content) <= MAX_ATTACHMENT_BYTES:
                    found.append((str(spec.get("/UF", spec.get("/F", ""))), content))
    except (pypdf.errors.PyPdfError, KeyError, TypeError, AttributeError, ValueError, RecursionError):
        return []
    return found
