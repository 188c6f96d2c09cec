"""Specimen papers as small PDFs: text and lines in one typeface cut down to the characters the sample needs."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO

from fontTools import subset
from fontTools.ttLib import TTFont

from tracker.evidence.rendering.fonts import font_file

_EM = 1000
_HALF_WIDTHS = 0x7F


@dataclass
class Sheet:
    """A page in the making; places are points from its upper left corner, a text's place is its baseline."""

    width: float
    height: float
    marks: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: float = 9, *, ink: str = "0 0 0") -> None:
        """Write a text."""
        codes = "".join(f"{_typeface().cid(character):04X}" for character in text)
        place = f"1 0 0 1 {x:.1f} {self.height - y:.1f} Tm"
        self.marks.append(f"BT /F {size:g} Tf {ink} rg {place} <{codes}> Tj ET")

    def right(self, x: float, y: float, text: str, size: float = 9) -> None:
        """Write a text that ends at ``x``."""
        self.text(x - _typeface().width(text) * size / _EM, y, text, size)

    def centre(self, x: float, y: float, text: str, size: float = 9, *, ink: str = "0 0 0") -> None:
        """Write a text around ``x``."""
        self.text(x - _typeface().width(text) * size / _EM / 2, y, text, size, ink=ink)

    def line(self, x: float, y: float, to_x: float, to_y: float, *, ink: str = "0.5 0.2 0.1") -> None:
        """Draw a thin line."""
        start, end = f"{x:.1f} {self.height - y:.1f} m", f"{to_x:.1f} {self.height - to_y:.1f} l"
        self.marks.append(f"{ink} RG 0.6 w {start} {end} S")

    def box(self, x: float, y: float, width: float, height: float, *, ink: str = "0.5 0.2 0.1") -> None:
        """Draw a frame from its upper left corner."""
        self.marks.append(f"{ink} RG 0.8 w {x:.1f} {self.height - y - height:.1f} {width:.1f} {height:.1f} re S")


def written(sheet: Sheet) -> bytes:
    """Write a sheet as a PDF of one page."""
    face = _typeface()
    content = zlib.compress("\n".join(sheet.marks).encode(), 6)
    box = f"[0 0 {sheet.width:g} {sheet.height:g}]"
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox{box}/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>".encode(),
        _stream(content, "/Filter/FlateDecode"),
        b"<</Type/Font/Subtype/Type0/BaseFont/Specimen/Encoding/Identity-H/DescendantFonts[6 0 R]/ToUnicode 9 0 R>>",
        f"<</Type/Font/Subtype/CIDFontType0/BaseFont/Specimen/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)"
        f"/Supplement 0>>/FontDescriptor 7 0 R/DW {_EM}/W[{face.widths}]>>".encode(),
        _DESCRIPTOR,
        _stream(face.outlines, "/Subtype/CIDFontType0C/Filter/FlateDecode"),
        _stream(face.to_unicode, "/Filter/FlateDecode"),
    ]
    return _file(objects)


def _stream(data: bytes, entries: str) -> bytes:
    return f"<<{entries}/Length {len(data)}>>stream\n".encode() + data + b"\nendstream\n"


def _file(objects: Iterable[bytes]) -> bytes:
    out = BytesIO()
    out.write(b"%PDF-1.7\n%\xe4\xb8\xad\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj".encode() + body + b"endobj\n")
    start = out.tell()
    out.write(f"xref\n0 {len(places) + 1}\n0000000000 65535 f \n".encode())
    out.write("".join(f"{place:010d} 00000 n \n" for place in places).encode())
    out.write(f"trailer<</Size {len(places) + 1}/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


_DESCRIPTOR = (
    b"<</Type/FontDescriptor/FontName/Specimen/Flags 4/FontBBox[-100 -300 1100 1000]/ItalicAngle 0/Ascent 880"
    b"/Descent -120/CapHeight 730/StemV 80/FontFile3 8 0 R>>"
)


class Typeface:
    """The sans serif, cut down to some characters."""

    def __init__(self, characters: str) -> None:
        path, index = font_file("sans")
        options = subset.Options(layout_features=[], name_IDs=[], notdef_outline=True, desubroutinize=True)
        options.drop_tables += ["GSUB", "GPOS", "BASE", "VORG", "vhea", "vmtx", "STAT"]
        cutter = subset.Subsetter(options)
        with TTFont(path, fontNumber=index, lazy=True) as font:
            cutter.populate(text=characters)
            cutter.subset(font)
            self._cids = {chr(point): int(name.removeprefix("cid")) for point, name in font.getBestCmap().items()}
            advances = {point: font["hmtx"][name][0] for point, name in font.getBestCmap().items()}
            self._widths = {chr(point): advance for point, advance in advances.items()}
            self.outlines = zlib.compress(
                font["CFF "].compile(font) if font.isLoaded("CFF ") else font.getTableData("CFF ")
            )
        narrow = sorted((self._cids[one], self._widths[one]) for one in self._widths if self._widths[one] != _EM)
        self.widths = " ".join(f"{cid}[{width}]" for cid, width in narrow)
        self.to_unicode = zlib.compress(self._unicode_map().encode())

    def cid(self, character: str) -> int:
        """Return a character's number in the typeface. Raises KeyError for one it was not cut to hold."""
        return self._cids[character]

    def width(self, text: str) -> int:
        """Return a text's width in thousandths of its size."""
        return sum(self._widths[character] for character in text)

    def _unicode_map(self) -> str:
        pairs = [f"<{cid:04X}><{ord(one):04X}>" for one, cid in sorted(self._cids.items(), key=lambda pair: pair[1])]
        groups = [pairs[at : at + 100] for at in range(0, len(pairs), 100)]
        listed = "\n".join(f"{len(group)} beginbfchar\n" + "\n".join(group) + "\nendbfchar" for group in groups)
        return (
            "/CIDInit/ProcSet findresource begin 12 dict begin begincmap/CMapType 2 def\n"
            f"1 begincodespacerange<0000><FFFF>endcodespacerange\n{listed}\nendcmap end end"
        )


class _Characters:
    wanted = ""


def use_characters(text: str) -> None:
    """Say which characters the specimens will need; ASCII is always there."""
    _Characters.wanted = "".join(sorted(set(text) | {chr(point) for point in range(0x20, _HALF_WIDTHS)}))
    _typeface.cache_clear()


@cache
def _typeface() -> Typeface:
    return Typeface(_Characters.wanted)
