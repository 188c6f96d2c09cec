"""JBIG2 pictures, which older invoices use for their QR code, decoded by pdfium inside a one-picture PDF."""

from __future__ import annotations

import struct
from typing import Final

import pypdfium2 as pdfium
from PIL import Image

from tracker.evidence.media import MAX_IMAGE_PIXELS

_MAGIC: Final = b"\x97JB2\r\n\x1a\n"
_PAGE_INFORMATION: Final = 48
_MAX_SIDE: Final = 4000


def is_jbig2(content: bytes) -> bool:
    """Tell whether bytes are a JBIG2 file, with its file header or as bare segments."""
    return content.startswith(_MAGIC) or _bare_size(content) is not None


def decode_jbig2(content: bytes) -> Image.Image | None:
    """Decode a JBIG2 picture to greyscale; None when it is damaged or absurdly large."""
    body = content
    if content.startswith(_MAGIC):
        sequential_known = content[8:9] and not content[8] & 2
        body = content[13:] if sequential_known else content[9:]
    size = _bare_size(body)
    if (
        size is None
        or not 0 < size[0] <= _MAX_SIDE
        or not 0 < size[1] <= _MAX_SIDE
        or size[0] * size[1] > MAX_IMAGE_PIXELS
    ):
        return None
    try:
        document = pdfium.PdfDocument(_as_pdf(body, *size))
        try:
            drawn: Image.Image = document[0].render(scale=1).to_pil()
            return drawn.convert("L")
        finally:
            document.close()
    except pdfium.PdfiumError:
        return None


def _bare_size(body: bytes) -> tuple[int, int] | None:
    """Read width and height from a first segment that is page information."""
    if len(body) < 19 or body[:4] != b"\0\0\0\0" or body[4] & 0x3F != _PAGE_INFORMATION:  # noqa: PLR2004
        return None
    width, height = struct.unpack(">II", body[11:19])
    return width, height


def _as_pdf(body: bytes, width: int, height: int) -> bytes:
    drawing = f"q {width} 0 0 {height} 0 0 cm /I Do Q".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents 4 0 R"
        "/Resources<</XObject<</I 5 0 R>>>>>>".encode(),
        b"<</Length %d>>stream\n%s\nendstream" % (len(drawing), drawing),
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceGray/BitsPerComponent 1"
        b"/Filter/JBIG2Decode/Length %d>>stream\n%s\nendstream" % (width, height, len(body), body),
    ]
    out = bytearray(b"%PDF-1.5\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(out)
