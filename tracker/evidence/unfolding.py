"""What a PDF's packed streams unfold to, counted piece by piece before anybody parses or draws them.

Readers of PDF inflate what the file tells them to. Here every stream of the file is measured first, wherever it lies
and whatever its dictionary calls it, and of what comes out nothing is kept but the length.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import re
import zlib
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Final

from tracker.evidence.archive import Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

MAX_STREAM_BYTES: Final = 24 * 1024 * 1024
"""A page's instructions together, a form, a font. A drawn invoice has 0.1 MB, a whole Chinese font up to 20 MB."""

MAX_PLAIN_BYTES: Final = 96 * 1024 * 1024
"""Everything in the file that is no picture."""

MAX_PICTURE_BYTES: Final = 128 * 1024 * 1024
"""One picture as bare pixels: an A4 page in colour has 26 MB at 300 dpi and 104 MB at 600 dpi."""

MAX_ALL_BYTES: Final = 640 * 1024 * 1024
"""The whole file: twenty A4 pages scanned in colour at 300 dpi have 520 MB."""

MAX_STREAMS: Final = 8_000

_PIECE: Final = 256 * 1024
_DEEPEST: Final = 4
_WINDOW: Final = 2048
_STREAM: Final = re.compile(rb"(?<!end)stream[^\r\n]{0,80}(?:\r\n|\n|\r)")
_OBJECT: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+obj")
_REFERENCE: Final = re.compile(rb"(\d{1,10})\s+\d{1,5}\s+R")
_LISTS: Final = (re.compile(rb"/Contents(\s+\d{1,10}\s+\d{1,5}\s+R)"), re.compile(rb"\[([^\[\]]*)\]"))
_ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
_PICTURE: Final = re.compile(rb"/Subtype\s*/Image\b")
_NO_PICTURE: Final = re.compile(rb"/(?:BBox|Form|ObjStm|XRef|PatternType|Length1|FunctionType)\b")
_SIDES: Final = (re.compile(rb"/Width\s+(\d{1,10})\s*[/>]"), re.compile(rb"/Height\s+(\d{1,10})\s*[/>]"))
_DEPTH: Final = re.compile(rb"/BitsPerComponent\s+(\d{1,2})\b")
_ONE_BIT: Final = re.compile(rb"/ImageMask\s+true|/CCITTFax|/CCF|/JBIG2")
_ONE_COLOUR: Final = re.compile(rb"Gray|/Indexed")
_SPELLED: Final[tuple[tuple[re.Pattern[bytes], bytes, Callable[[bytes], bytes]], ...]] = (
    (re.compile(rb"/(?:ASCII85Decode|A85)\b"), b"~>", base64.a85decode),
    (re.compile(rb"/(?:ASCIIHexDecode|AHx)\b"), b">", lambda text: binascii.unhexlify(text + b"0" * (len(text) % 2))),
)
_LZW: Final = re.compile(rb"/(?:LZWDecode|LZW)\b")
_CLEAR: Final = 256
_END: Final = 257
_WIDEST_CODE: Final = 12


@dataclass
class _Measured:
    """What is left of the bounds, how long each numbered stream is, and the inflated object streams."""

    plain_left: int = MAX_PLAIN_BYTES
    left: int = MAX_ALL_BYTES
    lengths: dict[int, int] = field(default_factory=dict)
    texts: list[bytes] = field(default_factory=list)


@dataclass
class _Meter:
    """Counts what one stream unfolds to, every layer of it, and stops at the bound."""

    bound: int
    refusal: Callable[[], Unreadable]
    length: int = 0
    kept: list[bytes] | None = None

    def through(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """Let pieces through while there is room. Raises the refusal."""
        for piece in pieces:
            self.length += len(piece)
            if self.length > self.bound:
                raise self.refusal()
            if self.kept is not None:
                self.kept.append(piece)
            yield piece


def require_bounded(data: bytes) -> None:
    """Refuse a PDF whose streams unfold to more than an invoice or its scan has. Raises Unreadable with a sentence.

    Holds no more of what is unfolded than one piece and the object streams, which name what a page is made of.
    """
    measured = _Measured()
    for count, found in enumerate(_STREAM.finditer(data), 1):
        if count > MAX_STREAMS:
            raise Unreadable("PDF 里的对象过多，不像发票，已拒绝；请只上传发票本身", streams=count)
        _measure(data, found, measured)
    for text in (data, *measured.texts):
        _require_short_pages(_plain_names(text), measured.lengths)


def _measure(data: bytes, found: re.Match[bytes], measured: _Measured) -> None:
    window = _plain_names(data[max(0, found.start() - _WINDOW) : found.start()])
    number, head = _object_of(window)
    is_picture = _PICTURE.search(head) is not None and _NO_PICTURE.search(head) is None
    refusal = _too_large_picture if is_picture else _too_large
    if is_picture and _stated_bytes(head) > MAX_PICTURE_BYTES:
        raise refusal()
    bound = MAX_PICTURE_BYTES if is_picture else min(MAX_STREAM_BYTES, measured.plain_left)
    meter = _Meter(min(bound, measured.left), refusal, kept=[] if b"/ObjStm" in head else None)
    _unfold(data, found.end(), window, meter)
    measured.left -= meter.length
    measured.plain_left -= 0 if is_picture else meter.length
    if meter.kept:
        measured.texts.append(b"".join(meter.kept))
    if number is not None:
        as_it_is = max(0, data.find(b"endstream", found.end()) - found.end())
        measured.lengths[number] = max(meter.length or as_it_is, measured.lengths.get(number, 0))


def _require_short_pages(text: bytes, lengths: Mapping[int, int]) -> None:
    """Hold what one page draws to the bound: it may name a picture as its instructions, or one stream many times."""
    for found in chain.from_iterable(pattern.finditer(text) for pattern in _LISTS):
        if sum(lengths.get(int(one), 0) for one in _REFERENCE.findall(found[1])) > MAX_STREAM_BYTES:
            raise _too_large()


def _too_large() -> Unreadable:
    return Unreadable("PDF 里的内容展开后过大，不像发票，已拒绝；请重新下载原文件，或打印后拍照上传")


def _too_large_picture() -> Unreadable:
    return Unreadable("PDF 里的图片展开后过大，已拒绝；请用 300 dpi 重新扫描，或拍照上传")


def _plain_names(text: bytes) -> bytes:
    """Write names plainly: ``/Cont#65nts`` means /Contents."""
    return _ESCAPED.sub(lambda one: bytes([int(one[1], 16)]), text) if b"#" in text else text


def _object_of(window: bytes) -> tuple[int | None, bytes]:
    """Find the object's number and dictionary; of one that hides its beginning nothing is believed."""
    found = list(_OBJECT.finditer(window))
    return (int(found[-1][1]), window[found[-1].end() :]) if found else (None, b"")


def _stated_bytes(head: bytes) -> int:
    """Work out what a picture takes as pixels by the size it states; 0 where the size is written elsewhere."""
    sides = [int(found[1]) for side in _SIDES if (found := side.search(head))]
    if len(sides) != len(_SIDES):
        return 0
    if _ONE_BIT.search(head):
        return sides[0] * sides[1] // 8
    depth = _DEPTH.search(head)
    colours = 1 if _ONE_COLOUR.search(head) else 4 if b"CMYK" in head else 3
    return sides[0] * sides[1] * colours * (int(depth[1]) if depth else 8) // 8


def _unfold(data: bytes, start: int, window: bytes, meter: _Meter) -> None:
    """Unfold the stream that begins at a place, packing within packing.

    Deflated bytes are known by themselves; the other packings only by their name, so it counts wherever it stands.
    """
    if _LZW.search(window):
        _drain(meter.through(_unpacked(data, start)), meter, 1)
    for name, end, spell in _SPELLED:
        if name.search(window):
            close = data.find(end, start)
            text = b"".join(data[start : close if close >= 0 else len(data)].split())
            with contextlib.suppress(ValueError):
                _drain(meter.through([spell(text)]), meter, 1)
    _drain(_pieces(data, start), meter, 0)


def _drain(pieces: Iterator[bytes], meter: _Meter, depth: int) -> None:
    """Inflate as often as what comes out is deflated again, and count every layer."""
    first = next(pieces, b"")
    if depth < _DEEPEST and _is_deflated(first):
        _drain(meter.through(_inflated(chain([first], pieces), to_the_end=depth > 0)), meter, depth + 1)
    elif depth:
        for _ in pieces:
            pass


def _is_deflated(first: bytes) -> bool:
    """Tell by the two bytes of a zlib head (RFC 1950): method 8, a window of at most 32 KB, and their check."""
    return len(first) > 1 and first[0] & 0x8F == 8 and (first[0] << 8 | first[1]) % 31 == 0  # noqa: PLR2004


def _pieces(data: bytes, start: int) -> Iterator[bytes]:
    for place in range(start, len(data), _PIECE):
        yield data[place : place + _PIECE]


def _inflated(pieces: Iterator[bytes], *, to_the_end: bool) -> Iterator[bytes]:
    """Inflate in pieces; what breaks off counts as far as it came, and the rest of an outer layer is still pulled."""
    unpacker = zlib.decompressobj()
    with contextlib.suppress(zlib.error):
        for packed in pieces:
            rest = packed
            while rest and not unpacker.eof:
                yield unpacker.decompress(rest, _PIECE)
                rest = unpacker.unconsumed_tail
            if unpacker.eof:
                break
    if to_the_end:
        for _ in pieces:
            pass


def _unpacked(data: bytes, start: int) -> Iterator[bytes]:
    """Unpack LZW as PDF has it: codes of 9 to 12 bits, highest bit first, one code early (ISO 32000-1, 7.4.4)."""
    table: list[bytes] = []
    width, held, bits = 9, 0, 0
    before = b""
    piece = bytearray()
    for byte in memoryview(data)[start:]:
        held, bits = (held << 8 | byte) & 0xFFFFF, bits + 8
        if bits < width:
            continue
        bits -= width
        code = held >> bits & (1 << width) - 1
        if code == _END or (code > _CLEAR and code - _END - 1 > len(table)):
            break
        if code == _CLEAR:
            table, width, before = [], 9, b""
            continue
        entry = bytes([code]) if code < _CLEAR else _entry(table, code - _END - 1, before)
        if before and len(table) < (1 << _WIDEST_CODE) - _END - 1:
            table.append(before + entry[:1])
            width = min(_WIDEST_CODE, (len(table) + _END + 2).bit_length())
        before = entry
        piece += entry
        if len(piece) > _PIECE:
            yield bytes(piece)
            piece.clear()
    yield bytes(piece)


def _entry(table: list[bytes], place: int, before: bytes) -> bytes:
    return table[place] if place < len(table) else before + before[:1]
