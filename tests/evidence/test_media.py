"""A file is what its content says, and its name is only shown."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.evidence import hostile, specimens
from tracker.evidence import bounded
from tracker.evidence.archive import Archive, Unreadable
from tracker.evidence.markup import parse_xml
from tracker.evidence.media import MAX_FILE_BYTES, Media, clean_display_name, open_image, sniff, unpack


@pytest.mark.parametrize(
    ("made", "media"),
    [
        (hostile.good_pdf, Media.PDF),
        (hostile.good_ofd, Media.OFD),
        (hostile.good_xml, Media.XML),
        (lambda: hostile.picture("JPEG"), Media.JPEG),
        (lambda: hostile.picture("PNG"), Media.PNG),
        (lambda: specimens.zipped({"a.pdf": b"%PDF-1.7"}), Media.ZIP),
        (lambda: specimens.digital_xml(specimens.invoice(1), encoding="GBK"), Media.XML),
        (lambda: specimens.digital_xml(specimens.invoice(1), encoding="utf-16"), Media.XML),
        (lambda: b"\xef\xbb\xbf" + hostile.good_xml(), Media.XML),
    ],
)
def test_the_content_names_the_kind(made: Callable[[], bytes], media: Media) -> None:
    assert sniff(made()) is media


def test_spoiled_pictures_are_refused_in_words_or_shown_never_anything_else() -> None:
    rng = random.Random(1)
    refused = 0
    for _ in range(400):
        data = bytearray(hostile.picture(rng.choice(("PNG", "JPEG")), (60, 40)))
        for _ in range(rng.randint(1, 8)):
            data[rng.randrange(8, len(data))] = rng.randrange(256)
        try:
            open_image(bytes(data[: rng.randrange(10, len(data) + 200)]))
        except Unreadable:
            refused += 1

    assert refused > 100


def test_a_file_one_byte_over_ten_megabytes_is_refused_and_ten_are_taken() -> None:
    assert sniff(b"%PDF-1.7\n".ljust(MAX_FILE_BYTES, b" ")) is Media.PDF
    with pytest.raises(Unreadable, match="10 MB"):
        sniff(b"%PDF-1.7\n".ljust(MAX_FILE_BYTES + 1, b" "))


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("发票.pdf", "发票.pdf"),
        ("C:\\Users\\x\\电子发票.ofd", "电子发票.ofd"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nSet-Cookie: x.pdf", "a Set-Cookie_ x.pdf"),
        ("invoice\u202egnp.exe", "invoicegnp.exe"),
        ("\u2066x\u2069\u200f.pdf", "x.pdf"),
        ("空\0字节.pdf", "空字节.pdf"),
        ("\ud800坏.pdf", "_坏.pdf"),
        ("", "未命名文件"),
        ("...", "未命名文件"),
        ("/", "未命名文件"),
        ("长" * 300 + ".pdf", "长" * 146 + ".pdf"),
        ('a<b>"c|d?.pdf', "a_b__c_d_.pdf"),
    ],
)
def test_a_client_name_is_cleaned_for_showing(given: str, shown: str) -> None:
    cleaned = clean_display_name(given)

    assert cleaned == shown
    assert len(cleaned) <= 150
    cleaned.encode("utf-8")


def test_a_parcel_gives_its_files_with_clean_names_and_leaves_litter_out() -> None:
    parcel = specimens.zipped(
        {
            "九月/发票一.pdf": hostile.good_pdf(),
            "发票二.ofd": hostile.good_ofd(),
            "__MACOSX/._发票一.pdf": b"x",
            ".DS_Store": b"x",
        }
    )

    assert [(name, sniff(data)) for name, data in unpack(parcel)] == [
        ("发票一.pdf", Media.PDF),
        ("发票二.ofd", Media.OFD),
    ]


def test_parcel_names_stored_as_gbk_are_shown_in_chinese() -> None:
    data = specimens.zipped({"fapiao_1.pdf": hostile.good_pdf()}).replace(b"fapiao_1", "住宿发票".encode("gbk"))

    assert [name for name, _ in unpack(data)] == ["住宿发票.pdf"]


def test_two_hundred_files_are_taken() -> None:
    assert len(unpack(specimens.zipped({f"{n}.xml": b"<EInvoice/>" for n in range(200)}))) == 200


def test_a_phone_photo_as_heic_is_read_and_shown() -> None:
    """The kept file shows a code with invented data; nothing here can write HEIC."""
    data = (Path(__file__).parent / "invoices" / "invented_code.heic").read_bytes()

    assert sniff(data) is Media.HEIC
    assert bounded.run("read", data).key == ("", "26322000001234567890")
    assert bounded.run("page_pictures", data)[0].png.startswith(b"\x89PNG")
    bounded.shut_down()


def test_a_part_is_found_without_regard_to_case_and_slashes() -> None:
    archive = Archive(specimens.zipped({"Doc_0\\Pages\\Content.xml": b"<a/>"}))

    assert archive.read("/doc_0/pages/content.XML") == b"<a/>"


def test_a_part_of_exactly_twenty_megabytes_is_taken_and_one_byte_more_refused() -> None:
    most = 20 * 1024 * 1024
    noise = bytes(range(251)) * (most // 251 + 1)

    def stored(size: int) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as parcel:
            parcel.writestr("x", noise[:size])
        return out.getvalue()

    assert len(Archive(stored(most)).read("x")) == most
    with pytest.raises(Unreadable):
        Archive(stored(most + 1))


def test_gbk_is_read_whatever_case_its_declaration_has() -> None:
    root = parse_xml('<?xml version="1.0" encoding="gb2312"?><EInvoice><a>淮阴区喆</a></EInvoice>'.encode("gb18030"))

    assert root[0].text == "淮阴区喆"


def test_a_malformed_tag_part_gets_one_repair() -> None:
    broken = '<?xml version="1.0"?><:eInvoice xmlns:=""><ofd:A x:b="1">甲 & 乙</ofd:A></:eInvoice>'.encode()

    with pytest.raises(Unreadable):
        parse_xml(broken)
    assert parse_xml(broken, repair=True)[0].text == "甲 & 乙"


def test_depth_sixty_four_is_taken_and_sixty_five_refused() -> None:
    assert parse_xml(b"<a>" * 64 + b"</a>" * 64).tag == "a"
    with pytest.raises(Unreadable):
        parse_xml(b"<a>" * 65 + b"</a>" * 65)
