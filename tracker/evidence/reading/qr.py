"""The tax QR code: found in pictures, read by its eight fields, trusted only when it is the only one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import zxingcpp
from PIL import ImageOps

from tracker.evidence.reading import kinds, values
from tracker.evidence.reading.facts import Box, Fact, Findings, Source

if TYPE_CHECKING:
    from PIL.Image import Image

READER: Final = "二维码"
_FIRST_TRY: Final = 1800
_SECOND_TRY: Final = 3600
_CODE = re.compile(r"01,(\d{2}),(\d{0,12}),(\d{8,24}),(-?\d+(?:\.\d{1,2})?)?,(\d{8}),([^,]{0,40}),?.{0,80}")


def decode(image: Image, *, thorough: bool = False) -> list[tuple[str, Box]]:
    """Find QR codes in a picture and return (text, place); ``thorough`` tries again for hard photos."""
    grey = ImageOps.exif_transpose(image).convert("L")
    for attempt in range(4 if thorough else 1):
        picture = _attempt(grey, attempt)
        if picture is None:
            continue
        found = _decode_once(picture)
        if found:
            return found
    return []


def read_codes(codes: list[tuple[str, Box]], *, page: int = 0) -> Findings:
    """Turn decoded texts into findings; two different invoices in one picture give a note and no fact."""
    readable = {text: box for text, box in codes if _CODE.fullmatch(text.strip())}
    keys = {_CODE.fullmatch(text.strip()).group(2, 3) for text in readable}  # type: ignore[union-attr]
    if len(keys) > 1:
        return Findings(notes=("图片里有多张发票的二维码，无法判断是哪一张，请每张发票单独上传",))
    for text, box in readable.items():
        return Findings(facts=read_text(text, box=Box(page, box.x0, box.y0, box.x1, box.y1)))
    return Findings()


def read_text(text: str, *, box: Box | None = None, reader: str = READER) -> tuple[Fact, ...]:
    """Read ``01,kind,code,number,amount,yyyymmdd,check,crc``; nothing for any other text.

    A 20-digit number comes with the total, an older code and number with the amount without tax
    (seen in real files: invoices.md section 3.2).
    """
    match = _CODE.fullmatch(text.strip())
    if match is None:
        return ()
    kind, code, number, amount, day, _check = match.groups()
    found: list[Fact] = []

    def add(field: str, value: object) -> None:
        if isinstance(value, str | int) or hasattr(value, "year"):
            found.append(Fact(field, value, Source.QR, reader, box=box))  # type: ignore[arg-type]

    add("kind", kinds.QR_KINDS.get(kind))
    add("invoice_code", code or None)
    add("invoice_number", number)
    add("issue_date", values.day(day))
    if amount:
        add("amount_ex_tax_fen" if code else "total_fen", values.amount_fen(amount))
    return tuple(found)


def _attempt(grey: Image, attempt: int) -> Image | None:
    longest = max(grey.size)
    if attempt == 0:
        return _shrunk(grey, _FIRST_TRY)
    if attempt == 1:
        return _shrunk(grey, _SECOND_TRY) if longest > _FIRST_TRY else grey.resize((grey.width * 2, grey.height * 2))
    if attempt == 2:  # noqa: PLR2004  faint or badly lit paper
        return ImageOps.autocontrast(_shrunk(grey, _FIRST_TRY), cutoff=5)
    return _shrunk(grey, _FIRST_TRY // 2) if longest > _FIRST_TRY // 2 else None


def _shrunk(image: Image, longest: int) -> Image:
    factor = longest / max(image.size)
    if factor >= 1:
        return image
    return image.resize((max(1, round(image.width * factor)), max(1, round(image.height * factor))))


def _decode_once(picture: Image) -> list[tuple[str, Box]]:
    found = []
    for code in zxingcpp.read_barcodes(picture, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)):
        place = code.position
        corners = (place.top_left, place.top_right, place.bottom_left, place.bottom_right)
        xs, ys = [corner.x for corner in corners], [corner.y for corner in corners]
        box = Box(
            0, min(xs) / picture.width, min(ys) / picture.height, max(xs) / picture.width, max(ys) / picture.height
        )
        found.append((code.text, box))
    return found
