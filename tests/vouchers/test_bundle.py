"""The bundle: every evidence page behind the voucher, and a page that says so where one cannot be shown."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable, Sequence

import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    RectangleObject,
    TextStringObject,
)

from tests.evidence.hostile import pdf_stream
from tests.vouchers.papers import a_voucher
from tests.vouchers.reading import words
from tracker.kernel.errors import Refused
from tracker.vouchers.bundle import BundleItem, bundle, bundle_bounded
from tracker.vouchers.drawing import draw


@pytest.fixture(scope="module")
def voucher() -> bytes:
    return draw(a_voucher(3))


def item(name: str, media: str, data: bytes) -> BundleItem:
    return BundleItem(name=name, media=media, data=data, sha256=hashlib.sha256(data).hexdigest())


def photo(kind: str = "JPEG", size: tuple[int, int] = (1600, 900)) -> bytes:
    out = io.BytesIO()
    image = Image.new("RGB", size, "navy")
    ImageDraw.Draw(image).rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red")
    image.save(out, kind)
    return out.getvalue()


def saved(writer: PdfWriter) -> bytes:
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def copied(pdf: bytes) -> PdfWriter:
    writer = PdfWriter()
    writer.append(io.BytesIO(pdf))
    return writer


def test_every_page_of_the_evidence_follows_with_its_stamp(voucher: bytes) -> None:
    invoice = draw(a_voucher(60))
    evidence = [
        item("发票.pdf", "pdf", invoice),
        item("现场照片.jpg", "image/jpeg", photo()),
        item("截图.png", "png", photo("PNG")),
    ]
    out = bundle(voucher, evidence)
    pages = words(out)
    assert len(pages) == 1 + 4 + 1 + 1
    assert pages[0] == words(voucher)[0]
    for at in range(1, 5):
        assert f"附件1/3发票.pdf第{at}/4页sha256{evidence[0].sha256[:16]}" in pages[at]
        assert words(invoice)[at - 1] in pages[at] or words(invoice)[at - 1][:200] in pages[at]
    assert f"附件2/3现场照片.jpg第1/1页sha256{evidence[1].sha256[:16]}" in pages[5]
    assert f"附件3/3截图.png第1/1页sha256{evidence[2].sha256[:16]}" in pages[6]
    sizes = [(round(page.mediabox.width), round(page.mediabox.height)) for page in PdfReader(io.BytesIO(out)).pages]
    assert sizes == [(595, 420)] + [(595, 842)] * 6


def test_the_same_files_give_the_same_bundle(voucher: bytes) -> None:
    evidence = [item("发票.pdf", "pdf", draw(a_voucher(8))), item("坏.pdf", "pdf", b"%PDF-1.4 broken")]
    assert bundle(voucher, evidence) == bundle(voucher, evidence)


def test_without_evidence_the_bundle_is_the_voucher(voucher: bytes) -> None:
    assert words(bundle(voucher, [])) == words(voucher)


def test_pictures_are_seen_on_the_page(voucher: bytes) -> None:
    out = bundle(voucher, [item("a.jpg", "jpeg", photo())])
    seen = pdfium.PdfDocument(out)[1].render(scale=1).to_pil()
    assert seen.getpixel((40, 40))[0] > 200
    assert seen.getpixel((400, 250))[2] > 100


def test_a_sideways_photo_stands_upright(voucher: bytes) -> None:
    out = io.BytesIO()
    image = Image.new("RGB", (900, 500), "navy")
    exif = image.getexif()
    exif[0x0112] = 6
    image.save(out, "JPEG", exif=exif)
    seen = pdfium.PdfDocument(bundle(voucher, [item("a.jpg", "jpeg", out.getvalue())]))[1].render(scale=1).to_pil()
    column = [seen.getpixel((297, y)) == (255, 255, 255) for y in range(30, 800)]
    row = [seen.getpixel((x, 200)) == (255, 255, 255) for x in range(20, 575)]
    assert column.count(False) > row.count(False)


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_a_turned_or_cropped_page_is_shown_as_a_reader_shows_it(voucher: bytes, turned: int) -> None:
    writer = copied(voucher)
    writer.pages[0].cropbox = RectangleObject((30, 20, 570, 410))
    writer.pages[0].rotate(turned)
    data = saved(writer)
    whole = pdfium.PdfDocument(data)[0].render(scale=0.5).to_pil().convert("L")
    page = pdfium.PdfDocument(bundle(voucher, [item("a.pdf", "pdf", data)]))[1]
    width, height = (540, 390) if turned in (0, 180) else (390, 540)
    left, top = (595.276 - width) / 2, 20
    shown = (
        page.render(scale=0.5)
        .to_pil()
        .convert("L")
        .crop((round(left / 2), round(top / 2), round((left + width) / 2), round((top + height) / 2)))
        .resize(whole.size)
    )
    grid = [(x, y) for x in range(0, whole.width - 20, 20) for y in range(0, whole.height - 20, 20)]
    differing = [1 for x, y in grid if abs(_mean(whole, x, y) - _mean(shown, x, y)) > 40]
    assert len(differing) < len(grid) // 20


def _mean(image: Image.Image, x: int, y: int) -> float:
    part = image.crop((x, y, x + 20, y + 20)).tobytes()
    return sum(part) / len(part)


def test_scripts_links_and_attachments_of_a_file_stay_behind(voucher: bytes) -> None:
    writer = copied(voucher)
    writer.add_attachment("evil.exe", b"MZ evil payload")
    action = DictionaryObject(
        {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("evil()")}
    )
    link = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (0, 0, 500, 400)]),
            NameObject("/A"): DictionaryObject(
                {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject("http://evil.example/")}
            ),
        }
    )
    writer.root_object[NameObject("/OpenAction")] = action
    writer.pages[0][NameObject("/AA")] = DictionaryObject({NameObject("/O"): action})
    writer.pages[0][NameObject("/Annots")] = ArrayObject([link])
    out = bundle(voucher, [item("a.pdf", "pdf", saved(writer))])
    reader = PdfReader(io.BytesIO(out))
    assert "/OpenAction" not in reader.root_object
    assert "/AcroForm" not in reader.root_object
    assert not reader.attachments
    for page in reader.pages:
        assert "/AA" not in page
        assert "/Annots" not in page
    for bad in (b"evil", b"JavaScript", b"/URI"):
        assert bad not in out


def locked(pdf: bytes, user: str, owner: str) -> bytes:
    writer = copied(pdf)
    writer.encrypt(user, owner, algorithm="RC4-128")
    return saved(writer)


def test_a_file_open_to_all_but_locked_for_editing_is_shown(voucher: bytes) -> None:
    out = bundle(voucher, [item("a.pdf", "pdf", locked(voucher, "", "owner"))])
    assert "未能打印" not in words(out)[1]
    assert words(voucher)[0][:100] in words(out)[1]


def explode(_data: bytes, _media: str) -> Sequence[bytes]:
    raise ZeroDivisionError


def refuse(_data: bytes, _media: str) -> Sequence[bytes]:
    raise Refused("这份 OFD 没有页面，请重新下载")


def hang(_data: bytes, _media: str) -> Sequence[bytes]:
    time.sleep(60)
    return []


def two_pages(_data: bytes, _media: str) -> Sequence[bytes]:
    return [photo("PNG", (300, 400)), photo("PNG", (400, 300))]


BROKEN: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "truncated": ("pdf", lambda pdf: pdf[:4000], "文件已损坏或不完整"),
    "locked": ("pdf", lambda pdf: locked(pdf, "secret", "owner"), "文件有打开密码"),
    "empty": ("pdf", lambda _pdf: b"", "文件已损坏或不完整"),
    "not a pdf": ("application/pdf", lambda _pdf: b"MZ\x90", "文件已损坏或不完整"),
    "no pages": ("pdf", lambda _pdf: saved(PdfWriter()), "文件"),
    "broken picture": ("png", lambda _pdf: photo("PNG")[:60], "图片已损坏"),
    "text as picture": ("image/jpeg", lambda _pdf: b"hello", "图片已损坏"),
    "no painter": ("ofd", lambda _pdf: b"PK", "没有可打印的页面"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_cannot_be_shown_gets_a_page_that_names_it_and_says_why(voucher: bytes, case: str) -> None:
    media, made, why = BROKEN[case]
    pages = words(bundle(voucher, [item("餐费发票.bin", media, made(voucher)), item("好.png", "png", photo("PNG"))]))
    assert len(pages) == 3
    assert "此附件未能打印" in pages[1]
    assert "餐费发票.bin" in pages[1]
    assert why in pages[1]
    assert "附件2/2好.png" in pages[2]


def test_other_kinds_are_drawn_by_the_painter_given(voucher: bytes) -> None:
    pages = words(bundle(voucher, [item("a.ofd", "ofd", b"PK")], pictures=two_pages))
    assert len(pages) == 3
    assert "第2/2页" in pages[2]


def test_what_the_painter_refuses_is_said_in_its_words(voucher: bytes) -> None:
    assert "这份OFD没有页面，请重新下载" in words(bundle(voucher, [item("a.ofd", "ofd", b"PK")], pictures=refuse))[1]


def test_a_painter_that_fails_costs_one_page_only(voucher: bytes) -> None:
    pages = words(bundle(voucher, [item("a.ofd", "ofd", b"PK"), item("b.png", "png", photo("PNG"))], pictures=explode))
    assert "未能打印" in pages[1]
    assert len(pages) == 3


def test_a_file_that_takes_for_ever_costs_one_page_only(voucher: bytes) -> None:
    evidence = [item("a.ofd", "ofd", b"PK"), item("b.png", "png", photo("PNG"))]
    pages = words(bundle_bounded(voucher, evidence, pictures=hang, seconds=6))
    assert "规定的时间" in pages[1]
    assert "附件2/2" in pages[2]


def test_a_name_that_cannot_be_printed_shows_boxes(voucher: bytes) -> None:
    pages = words(bundle(voucher, [item("ש<b>\u202e票.png", "png", photo("PNG"))]))
    assert "□<b>票.png" in pages[1]


def test_a_hostile_pdf_costs_a_page_not_the_bundle(voucher: bytes) -> None:
    loop = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    pages = words(bundle(voucher, [item("loop.pdf", "pdf", loop)]))
    assert len(pages) == 2
    assert "loop.pdf" in pages[1]


def test_a_page_that_unfolds_beyond_bounds_is_named_and_not_drawn(voucher: bytes) -> None:
    bomb = pdf_stream(b"0 0 m " * 25_000_000)
    pages = words(bundle(voucher, [item("大.pdf", "pdf", bomb), item("好.png", "png", photo("PNG"))]))
    assert "内容展开后过大" in pages[1]
    assert "附件2/2好.png" in pages[2]
