"""What a PDF may unfold to: measured before it is opened, refused beyond an invoice's size, however it is packed."""

from __future__ import annotations

import base64
import binascii
import io
import tracemalloc
import zlib
from collections.abc import Callable

import pypdf
import pytest

from tests.evidence import hostile, specimens
from tests.evidence.hostile import pdf_of, pdf_stream
from tracker.evidence import bounded
from tracker.evidence.archive import Unreadable
from tracker.evidence.pdf import opened
from tracker.evidence.unfolding import MAX_PICTURE_BYTES, MAX_STREAM_BYTES, require_bounded

PAGE = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
SCAN = (2900, 3600)
"""An A4 page at about 300 dpi; in colour 31 MB of pixels."""


def stream(content: bytes, head: bytes = b"/Filter/FlateDecode") -> bytes:
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (head, len(content), content)


def page_of(*streams: bytes, contents: bytes = b"4 0 R", more: bytes = b"") -> bytes:
    """Give a one-page PDF with numbered streams from object 4 on."""
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents %s%s>>" % (contents, more)
    return pdf_of([*PAGE, page, *streams])


def scan(wide: int, high: int, *, head: bytes = b"", colours: bytes = b"/DeviceRGB", depth: int = 3) -> bytes:
    """Give a PDF whose page is one picture, packed without loss."""
    packed = zlib.compress(b"\xf4" * (wide * high * depth), 1)
    picture = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace%s" % (wide, high, colours)
    return page_of(
        stream(b"q 600 0 0 800 0 0 cm /S Do Q", b""),
        stream(packed, picture + b"/Filter/FlateDecode" + head),
        more=b"/Resources<</XObject<</S 5 0 R>>>>",
    )


def big(size: int = MAX_STREAM_BYTES + 1) -> bytes:
    return zlib.compress(b"0 0 m " * (size // 6 + 1), 9)


def encrypted(data: bytes) -> bytes:
    """Give the file with an owner's password alone: everybody may open it."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.encrypt("", owner_password="owner", algorithm="AES-128")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def lzw_of_zeros(length: int) -> bytes:
    """Pack a run of zeros as LZW: each code names the run one longer than the code before."""
    bits: list[str] = []
    done = 0
    while done < length:
        bits.append(f"{256:012b}" if bits else f"{256:09b}")
        for count in range(3800):
            code, width = (257 + count, (258 + count).bit_length()) if count else (0, 9)
            bits.append(f"{code:0{width}b}")
            done += count + 1
    text = "".join(bits)
    return int(text.ljust(-(-len(text) // 8) * 8, "0"), 2).to_bytes(-(-len(text) // 8), "big")


BOMBS: dict[str, Callable[[], bytes]] = {
    "一段内容": lambda: pdf_stream(b"0 0 m " * (MAX_STREAM_BYTES // 6 + 1)),
    "一段内容点名多次": lambda: page_of(stream(big(3_000_000)), contents=b"[" + b"4 0 R " * 9 + b"]"),
    "点名的清单在别处": lambda: page_of(stream(big(3_000_000)), b"[" + b"4 0 R " * 9 + b"]", contents=b"5 0 R"),
    "清单藏在对象流": lambda: page_of(
        stream(big(3_000_000)),
        stream(zlib.compress(b"6 0 [" + b"4 0 R " * 9 + b"]"), b"/Type/ObjStm/N 1/First 4/Filter/FlateDecode"),
        contents=b"6 0 R",
    ),
    "内容自称图片": lambda: page_of(stream(big(), b"/Subtype/Image/Width 9/Height 9/Filter/FlateDecode")),
    "名称用十六进制写": lambda: page_of(stream(big(), b"/Subtype/Image/Filter/FlateDecode")).replace(
        b"/Contents", b"/Cont#65nts"
    ),
    "表单": lambda: page_of(
        stream(b"/F Do", b""),
        stream(big(), b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Filter/FlateDecode"),
        more=b"/Resources<</XObject<</F 5 0 R>>>>",
    ),
    "表单自称图片": lambda: page_of(
        stream(b"/F Do", b""), stream(big(), b"/Subtype/Image/Subtype/Form/BBox[0 0 9 9]/Filter/FlateDecode")
    ),
    "对象流": lambda: page_of(stream(b"", b""), stream(big(), b"/Type/ObjStm/N 9/First 20/Filter/FlateDecode")),
    "交叉引用流": lambda: page_of(stream(b"", b""), stream(big(), b"/Type/XRef/W[1 2 1]/Filter/FlateDecode")),
    "压缩两遍": lambda: page_of(stream(zlib.compress(big(200_000_000)), b"/Filter[/FlateDecode/FlateDecode]")),
    "先压缩后写成文字": lambda: page_of(
        stream(base64.a85encode(big()) + b"~>", b"/Filter[/ASCII85Decode/FlateDecode]")
    ),
    "先压缩后写成十六进制": lambda: page_of(stream(binascii.hexlify(big()) + b">", b"/Filter[/AHx/Fl]")),
    "LZW": lambda: page_of(stream(lzw_of_zeros(MAX_STREAM_BYTES + 1), b"/Filter/LZWDecode")),
    "字典不写压缩方式": lambda: page_of(b"6 0 R", stream(big(), b"/Filter 6 0 R"), b"/FlateDecode"),
    "字典前塞满空白": lambda: page_of(stream(big(), b" " * 9000 + b"/Subtype/Image/Filter/FlateDecode")),
    "许多段合起来": lambda: page_of(*[stream(big(20_000_000))] * 6, contents=b"4 0 R"),
    "图片展开 200 MB": lambda: scan(8000, 8400),
    "图片自称六万见方": lambda: scan(10, 10).replace(b"/Width 10/Height 10", b"/Width 60000/Height 60000"),
    "许多大图片": lambda: page_of(
        *[stream(zlib.compress(bytes(110_000_000), 1), b"/Subtype/Image/Width 9/Height 9/Filter/FlateDecode")] * 7
    ),
    "加密后的内容": lambda: encrypted(pdf_stream(b"0 0 m " * (MAX_STREAM_BYTES // 6 + 1))),
    "一万个对象": lambda: pdf_of([*PAGE, b"<</Type/Page>>", *[stream(b"", b"")] * 10_000]),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_unfolds_beyond_an_invoices_size_is_refused_before_it_is_drawn(name: str) -> None:
    data = BOMBS[name]()
    for work in ("read", "page_pictures"):
        with pytest.raises(Unreadable, match=r"过大|过多"):
            bounded.run(work, data, seconds=6.0, memory_mb=200)


def test_measuring_a_bomb_holds_little_of_it() -> None:
    data = BOMBS["压缩两遍"]()
    tracemalloc.start()
    with pytest.raises(Unreadable):
        require_bounded(data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert peak < 8_000_000


@pytest.mark.parametrize(
    "one",
    [
        pytest.param(lambda: scan(*SCAN), id="彩色 300 dpi"),
        pytest.param(lambda: scan(4960, 7016, colours=b"/DeviceGray", depth=1), id="灰度 600 dpi"),
        pytest.param(lambda: encrypted(scan(*SCAN)), id="只限修改的扫描件"),
    ],
)
def test_a_genuine_scan_of_thirty_megabytes_of_pixels_is_read_and_drawn(one: Callable[[], bytes]) -> None:
    data = one()
    assert bounded.run("read", data).invoice_number is None
    assert len(bounded.run("page_pictures", data)) == 1


def test_a_twenty_page_scan_in_colour_passes() -> None:
    packed = zlib.compress(b"\xf4" * (SCAN[0] * SCAN[1] * 2), 1)
    head = b"/Type/XObject/Subtype/Image/Width 2900/Height 3600/BitsPerComponent 8/ColorSpace/DeviceRGB"
    require_bounded(page_of(stream(b"q Q", b""), *[stream(packed, head + b"/Filter/FlateDecode")] * 20))


def test_a_picture_at_the_bound_passes_and_one_row_more_does_not() -> None:
    wide = 4096
    rows = MAX_PICTURE_BYTES // (wide * 3)
    require_bounded(scan(wide, rows))
    with pytest.raises(Unreadable, match="图片展开后过大"):
        require_bounded(scan(wide, rows + 1))


def test_an_invoice_with_an_owners_password_is_read_like_any_other() -> None:
    honest = specimens.specimen("PDF 数电票（标签旁值）", 1)
    assert bounded.run("read", encrypted(honest.data)).invoice_number == honest.expected["invoice_number"]


def test_the_words_stream_and_obj_in_a_text_harm_nobody() -> None:
    data = pdf_stream(b"BT (1 0 obj stream\n endstream [4 0 R 4 0 R]) Tj ET")
    require_bounded(data)
    with opened(data) as document:
        assert len(document) == 1


def test_the_hostile_page_needs_no_exception() -> None:
    assert "PDF 页面展开 150 MB" not in hostile.MAY_PASS
