"""Read a finished PDF back: its words, where they stand, what is attached."""

from __future__ import annotations

import io
import unicodedata

import pypdfium2 as pdfium
from pypdf import PdfReader

MM = 25.4 / 72


def words(pdf: bytes) -> list[str]:
    """Return each page's text without white space, which broken lines and letter-spaced titles would scatter in it."""
    document = pdfium.PdfDocument(pdf)
    pages = ["".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    return [unicodedata.normalize("NFC", page.replace("\ufffe", "")) for page in pages]


def squeezed(text: str) -> str:
    """Write a text as ``words`` does."""
    return "".join(text.split())


def boxes(pdf: bytes) -> list[list[tuple[float, float, float, float]]]:
    """Return for each page the rectangles of its text in mm: left, top, right, bottom from the upper left corner."""
    document = pdfium.PdfDocument(pdf)
    pages = []
    for page in document:
        height = page.get_height()
        text = page.get_textpage()
        found = [text.get_rect(index) for index in range(text.count_rects())]
        pages.append(
            [(left * MM, (height - top) * MM, right * MM, (height - bottom) * MM) for left, bottom, right, top in found]
        )
    document.close()
    return pages


def place(pdf: bytes, text: str, page: int = 0) -> tuple[float, float]:
    """Return where a text begins on a page: mm from the left and from the top to its lower edge."""
    document = pdfium.PdfDocument(pdf)
    sheet = document[page]
    reader = sheet.get_textpage()
    found = reader.search(text).get_next()
    assert found is not None, f"{text} is not on page {page + 1}"
    left, bottom, _, _ = reader.get_charbox(found[0])
    where = (left * MM, (sheet.get_height() - bottom) * MM)
    document.close()
    return where


def attached(pdf: bytes) -> dict[str, list[bytes]]:
    """Return the files inside a PDF by name."""
    return dict(PdfReader(io.BytesIO(pdf)).attachments)
