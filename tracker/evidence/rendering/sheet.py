"""An XML invoice drawn as a readable sheet, since data alone has no page to show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from tracker.evidence.reading import Reading
from tracker.evidence.reading.facts import AMOUNT_FIELDS, FIELD_NAMES, HEADER_FIELDS
from tracker.evidence.reading.merge import shown
from tracker.evidence.reading.reader import read
from tracker.evidence.rendering.fonts import font

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDE: Final = 1240
_MARGIN: Final = 60
_ROW: Final = 46
_MAX_ROWS: Final = 60
_INK: Final = (21, 33, 47)
_SOFT: Final = (88, 103, 121)
_LINE: Final = (225, 231, 238)


def paint_sheet(data: bytes) -> Image.Image:
    """Draw what an XML invoice says as label and value rows. Raises Unreadable."""
    reading = read(data)
    rows = list(_rows(reading))[:_MAX_ROWS]
    canvas = Image.new("RGB", (_WIDE, 2 * _MARGIN + _ROW * (len(rows) + 2)), "white")
    pen = ImageDraw.Draw(canvas)
    pen.text((_MARGIN, _MARGIN), reading.kind or "发票数据", font=font("sans", 34), fill=_INK)
    pen.text((_MARGIN, _MARGIN + _ROW), "由 XML 数据文件生成的显示页，以原文件为准", font=font("sans", 20), fill=_SOFT)
    for index, (label, value) in enumerate(rows, 2):
        top = _MARGIN + _ROW * index
        pen.line(((_MARGIN, top), (_WIDE - _MARGIN, top)), fill=_LINE, width=1)
        pen.text((_MARGIN, top + 10), label, font=font("sans", 22), fill=_SOFT)
        pen.text((_MARGIN + 240, top + 10), _fitting(value), font=font("sans", 22), fill=_INK)
    return canvas


def _rows(reading: Reading) -> Iterator[tuple[str, str]]:
    for field in (*HEADER_FIELDS, "red_of", "remarks"):
        value = getattr(reading, field)
        if value is not None:
            yield FIELD_NAMES[field], ("¥" if field in AMOUNT_FIELDS else "") + shown(value)
    for item in reading.items:
        parts = [
            item.name,
            item.spec,
            f"{item.quantity}{item.unit}",
            item.tax_rate,
            "" if item.amount_fen is None else f"¥{shown(item.amount_fen)}",
            "" if item.tax_fen is None else f"税额 ¥{shown(item.tax_fen)}",
        ]
        yield "项目", "　".join(part for part in parts if part)


def _fitting(value: str) -> str:
    return value if len(value) <= 44 else value[:43] + "…"  # noqa: PLR2004  what fits on a row
