"""The tax QR code: found in pictures, read by its eight fields, trusted only when it is the only one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import zxingcpp
from PIL import ImageFilter, ImageOps
from PIL.Image import Resampling

from tracker.evidence.reading import kinds, values
from tracker.evidence.reading.facts import Box, Fact, Findings, Source

if TYPE_CHECKING:
    from collections.abc import Callable

    from PIL.Image import Image

READER: Final = "二维码"
_FIRST_TRY: Final = 1800
_SECOND_TRY: Final = 3600
_TURN: Final = 30
_EVERYWHERE: Final = Box(0, 0.0, 0.0, 1.0, 1.0)
_CODE = re.compile(r"01,(\d{2}),(\d{0,12}),(\d{8,24}),(-?\d+(?:\.\d{1,2})?)?,(\d{8}),([^,]{0,40}),?.{0,80}")


def decode(image: Image, *, thorough: bool = False) -> list[tuple[str, Box]]:
    """Find QR codes in a picture and return (text, place); ``thorough`` tries again for hard photos."""
    grey = ImageOps.exif_transpose(image).convert("L")
    for attempt in _ATTEMPTS if thorough else _ATTEMPTS[:1]:
        picture = attempt(grey)
        found = _decode_once(picture) if picture is not None else []
        if found:
            return found
    if thorough:
        # Blurred and standing on a corner it is found when turned; whose place on the page it was, is not told then.
        turned = _grown(grey).rotate(_TURN, expand=True, fillcolor=128, resample=Resampling.BICUBIC)
        return [(text, _EVERYWHERE) for text, _ in _decode_once(turned)]
    return []


def read_codes(codes: list[tuple[str, Box]], *, page: int = 0) -> Findings:
    """Turn decoded texts into findings; two different invoices in one picture give a note and no fact."""
    readable = {text: box for text, box in codes if _CODE.fullmatch(text.strip())}
    keys = {_CODE.fullmatch(text.strip()).group(2, 3) for text in readable}  # type: ignore[union-attr]
    if len(keys) > 1:
        return Findings(notes=("图片里有多张发票的二维码，无法判断是哪一张，请每张发票单独上传",))
    for text, box in readable.items():
        place = None if box is _EVERYWHERE else Box(page, box.x0, box.y0, box.x1, box.y1)
        return Findings(facts=read_text(text, box=place))
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


def _grown(image: Image) -> Image:
    """Large enough for a code of few pixels a module, and no larger than a decoder looks through quickly."""
    longest = max(image.size)
    if longest > _FIRST_TRY:
        return _shrunk(image, _SECOND_TRY)
    return image.resize((image.width * 2, image.height * 2), Resampling.BICUBIC)


def _in_thirds(image: Image) -> Image | None:
    return image.resize((image.width * 3, image.height * 3), Resampling.BICUBIC) if max(image.size) <= _SMALL else None


def _halved(image: Image) -> Image | None:
    return _shrunk(image, _FIRST_TRY // 2) if max(image.size) > _FIRST_TRY // 2 else None


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


_SMALL: Final = 1200
_ATTEMPTS: Final[tuple[Callable[[Image], Image | None], ...]] = (
    lambda grey: _shrunk(grey, _FIRST_TRY),
    _grown,
    # Faint or badly lit paper.
    lambda grey: ImageOps.autocontrast(_shrunk(grey, _FIRST_TRY), cutoff=5),
    lambda grey: ImageOps.autocontrast(_grown(grey), cutoff=1).filter(ImageFilter.UnsharpMask(5, 250, 0)),
    _in_thirds,
    _halved,
)
