"""The drawn voucher says what the record says, on every machine with the same bytes, and nothing else gets in."""

from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from pypdf import PdfReader

from tests.vouchers.papers import NOON, a_reception, a_voucher, deducted, with_lines
from tests.vouchers.reading import attached, squeezed, words
from tracker.kernel.money import format_yuan
from tracker.vouchers import fonts
from tracker.vouchers.content import Payee, VoucherContent, content_hash, from_json, to_json
from tracker.vouchers.drawing import VoidMark, draw, draw_many

VARIANTS = {
    "three lines": lambda: a_voucher(3),
    "eight lines": lambda: a_voucher(8),
    "deducted": lambda: deducted(a_voucher(8)),
    "sixty lines": lambda: a_voucher(60),
    "sixty lines deducted": lambda: deducted(a_voucher(60)),
    "reception": a_reception,
}


def facts(content: VoucherContent) -> Iterator[str]:
    """Yield what a reader must find on the paper."""
    yield from (
        content.number,
        content.title,
        content.fund_name,
        content.team,
        content.lead_unit,
        content.beneficiary,
        content.filer,
        content.home_unit,
        content.places,
        content.purpose,
        content.capitals,
        content.verify_url,
        f"附单据{content.attachment_count}张",
        content.kind_label,
        content_hash(to_json(content))[:16].upper(),
        f"¥{format_yuan(content.approved_fen)}",
    )
    yield from (day.isoformat() for day in (content.period_from, content.period_to) if day)
    for label, text in content.details:
        yield label
        yield from text.splitlines()
    for line in content.lines:
        yield from (line.category, line.economic_code, line.summary, *line.bill_numbers, line.deduction_reason)
        yield format_yuan(line.approved_fen)
        if content.deducted_fen:
            yield format_yuan(line.claimed_fen)
        if line.deducted_fen:
            yield format_yuan(line.deducted_fen)
    if content.quota:
        yield from map(format_yuan, (content.quota.annual_fen, content.quota.spent_fen, content.quota.left_fen))
    for payee in content.payees:
        yield from (payee.name, payee.bank, payee.account, payee.method)
    for signature in content.signatures:
        yield from (signature.seat, signature.name)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_name_number_and_amount_of_the_record_is_on_the_paper(variant: str) -> None:
    content = VARIANTS[variant]()
    paper = "".join(words(draw(content)))
    missing = [fact for fact in facts(content) if squeezed(fact) not in paper]
    assert missing == []


def test_the_moments_of_the_signatures_are_the_offices_own_time() -> None:
    paper = words(draw(a_voucher(3)))[0]
    assert "2026年3月2日09:12" in paper
    assert "2026年3月4日12:00" in paper


def test_finance_and_cashier_boxes_stay_empty_to_be_signed() -> None:
    paper = words(draw(a_voucher(3)))[0]
    assert paper.count("年月日") == 2


def test_three_amount_columns_only_when_something_was_deducted() -> None:
    plain, cut = words(draw(a_voucher(8)))[0], words(draw(deducted(a_voucher(8))))[0]
    assert "申报" not in plain
    assert "核减原因" not in plain
    assert "申报核减核定" in cut
    assert "核减原因：住宿超出广州市每晚400.00元限额标准" in cut


def test_the_same_content_gives_the_same_bytes_here_and_in_another_process() -> None:
    content = deducted(a_voucher(30))
    here = draw(content, attachments=[("发票.xml", b"<EInvoice/>", "application/xml")])
    assert draw(from_json(to_json(content)), attachments=[("发票.xml", b"<EInvoice/>", "application/xml")]) == here
    program = (
        "import sys,hashlib;from tracker.vouchers.content import from_json;from tracker.vouchers.drawing import draw;"
        "pdf=draw(from_json(sys.stdin.read()),attachments=[('发票.xml',b'<EInvoice/>','application/xml')]);"
        "print(hashlib.sha256(pdf).hexdigest())"
    )
    there = subprocess.run(
        [sys.executable, "-c", program],
        input=to_json(content),
        capture_output=True,
        text=True,
        check=True,
        env={"TZ": "America/New_York", "LANG": "C.UTF-8", "PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(sys.path)},
    )
    assert there.stdout.strip() == hashlib.sha256(here).hexdigest()


def test_dates_come_from_the_approval() -> None:
    info = PdfReader(io.BytesIO(draw(a_voucher(3)))).metadata
    assert info is not None
    assert info.creation_date == info.modification_date == NOON
    assert info.title == "精准招商工作经费报销单 ZSBX-2026-000001"


def test_the_record_and_the_originals_travel_inside_built_to_pdf_a_3u() -> None:
    content = a_voucher(3)
    pdf = draw(
        content, attachments=[("发票.ofd", b"original", "application/ofd"), ("发票.ofd", b"second", "application/ofd")]
    )
    inside = attached(pdf)
    assert inside["000-ZSBX-2026-000001.json"] == [to_json(content).encode()]
    assert inside["001-发票.ofd"] == [b"original"]
    assert inside["002-发票.ofd"] == [b"second"]
    root: Any = PdfReader(io.BytesIO(pdf)).root_object
    xmp = root["/Metadata"].get_object().get_data()
    assert b'part="3"' in xmp
    assert b'conformance="U"' in xmp
    assert len(root["/AF"]) == 3
    kinds = [one.get_object()["/EF"]["/F"].get_object()["/Subtype"] for one in root["/AF"]]
    assert kinds == ["/application/json", "/application/ofd", "/application/ofd"]
    assert [one.get_object()["/AFRelationship"] for one in root["/AF"]] == ["/Data", "/Source", "/Source"]
    assert "电子凭证原件与结构化数据嵌入" in words(pdf)[0]
    assert "电子凭证原件" not in words(draw(content))[0]


def test_a_reprint_says_which_print_it_is() -> None:
    assert "第3次打印" in words(draw(a_voucher(60), copy_number=3))[-1]
    assert "次打印" not in words(draw(a_voucher(3)))[0]


def test_a_void_voucher_says_so_on_every_page_with_number_and_day() -> None:
    pages = words(draw(a_voucher(60), void=VoidMark(date(2026, 3, 9), "金额填写有误")))
    assert len(pages) == 4
    for page in pages:
        assert "作废" in page
        assert "ZSBX-2026-0000012026年3月9日" in page
        assert "本凭证已于2026年3月9日作废：金额填写有误" in page


def test_the_qr_code_leads_to_the_verification_page_with_the_head_of_the_hash() -> None:
    import pypdfium2 as pdfium  # noqa: PLC0415  the same
    import zxingcpp  # noqa: PLC0415  only this test looks at pixels

    content = a_voucher(8)
    picture = pdfium.PdfDocument(draw(content))[0].render(scale=4).to_pil()
    read = [one.text for one in zxingcpp.read_barcodes(picture)]
    assert read == [f"{content.verify_url}?h={content_hash(to_json(content))[:16]}"]


HOSTILE = (
    "<script>alert(1)</script>",
    "<img src='http://evil.example/x.png'>",
    "</td></tr></table><h1>PAID</h1>",
    "<style>@import url(file:///etc/passwd);body{display:none}</style>",
    "{{ 7*7 }}{% raw %}",
    "<svg onload=x><text>svg",
    "<link rel=attachment href=file:///etc/passwd>",
    "<a href='javascript:x'>a</a>",
    "url(http://evil.example/)",
    "&lt;b&gt;&amp;",
    "<!--",
    "]]>",
    "%s %n",
    '"><base href=//evil.example>',
)


def test_markup_in_any_text_stays_text() -> None:
    base = a_voucher(len(HOSTILE))
    lines = tuple(
        replace(line, summary=text, category=text, deduction_reason=text)
        for line, text in zip(base.lines, HOSTILE, strict=True)
    )
    everywhere = HOSTILE[0]
    content = with_lines(
        replace(
            base,
            team=everywhere,
            lead_unit=everywhere,
            home_unit=everywhere,
            beneficiary=everywhere,
            filer=HOSTILE[1],
            places=everywhere,
            purpose=" ".join(HOSTILE),
            title=everywhere,
            fund_name=everywhere,
            details=((everywhere, HOSTILE[2]),),
        ),
        lines,
    )
    pdf = draw(content, copy_number=2)
    paper = "".join(words(pdf))
    for text in HOSTILE:
        assert squeezed(text) in paper
    assert set(attached(pdf)) == {"000-ZSBX-2026-000001.json"}
    assert all("/Annots" not in page for page in PdfReader(io.BytesIO(pdf)).pages)


def test_control_direction_and_zero_width_characters_do_not_reach_the_paper() -> None:
    dirty = "广\u202e州\u200b、\x00昆\x1b山\u2066\ufeff\u0085"
    clean = draw(a_voucher(1, places="广州、昆山"))
    drawn = draw(a_voucher(1, places=dirty))
    assert "广州、昆山" in words(drawn)[0]
    assert len(words(clean)) == len(words(drawn))


@pytest.mark.parametrize(("text", "named"), [("שלום", "「ש」"), ("مرحبا", "「ا」"), ("ক", "U+0995")])
def test_a_character_no_typeface_has_is_named_not_replaced(text: str, named: str) -> None:
    with pytest.raises(fonts.MissingGlyph) as refusal:
        draw(a_voucher(1, purpose=text))
    assert named in refusal.value.sentence


def test_rare_names_print_with_real_glyphs() -> None:
    names = "喆堃昇翀犇玥镕"
    pdf = draw(a_voucher(1, beneficiary=names))
    assert names in words(pdf)[0]
    pages: Any = PdfReader(io.BytesIO(pdf)).pages
    used = {
        font["/BaseFont"].partition("+")[2]
        for page in pages
        for font in (one.get_object() for one in page["/Resources"]["/Font"].values())
    }
    assert used <= {"Noto-Serif-SC", "Voucher-Serif-Bold"}


def test_a_name_from_extension_b_prints_too() -> None:
    name = "李\U00020021\U0002a6d6"
    pdf = draw(a_voucher(1, beneficiary=name))
    assert name in words(pdf)[0]


def test_several_payees_are_listed_with_their_amounts() -> None:
    payees = tuple(
        Payee(
            name=f"收款人{n}", bank="中国工商银行淮安分行", account=f"尾号 {n:04d}", method="转账", amount_fen=1000 + n
        )
        for n in range(1, 6)
    )
    paper = "".join(words(draw(a_voucher(3, payees=payees))))
    for payee in payees:
        row = f"{payee.name}{payee.bank}{payee.account}{payee.method}{format_yuan(payee.amount_fen)}"
        assert squeezed(row) in paper


def test_a_set_numbers_the_pages_of_each_voucher_by_itself() -> None:
    pages = words(draw_many([a_voucher(3), a_voucher(60, number="ZSBX-2026-000002")], copy_numbers=[1, 2]))
    assert ["共1页" in page for page in pages] == [True, False, False, False, False]
    assert "第2页共4页" in pages[2]
    assert "第1次打印" in pages[0]
    assert "第2次打印" in pages[4]
