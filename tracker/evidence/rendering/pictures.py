"""A finished page picture: PNG bytes drawn anew, with no metadata of the original."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from PIL import Image


@dataclass(frozen=True, slots=True)
class Picture:
    """One page as PNG bytes, with its size in pixels."""

    png: bytes
    width: int
    height: int


def as_picture(image: Image.Image) -> Picture:
    """Encode a drawn page; transparency becomes white paper and nothing but pixels is kept."""
    clean = Image.new("RGB", image.size, "white")
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layer = image.convert("RGBA")
        clean.paste(layer, mask=layer.getchannel("A"))
    else:
        clean.paste(image.convert("RGB"))
    out = BytesIO()
    clean.save(out, "PNG", compress_level=4)
    return Picture(out.getvalue(), clean.width, clean.height)
