"""Where things stand on the paper: pages cut as planned, sums carried over, signatures never alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.vouchers.papers import a_reception, a_voucher, deducted, with_lines
from tests.vouchers.reading import boxes, place, squeezed, words
from tracker.kernel.money import format_yuan
from tracker.vouchers.content import LineContent, Payee, Signature, VoucherContent
from tracker.vouchers.drawing import draw
from tracker.vouchers.rows import LINE_TABLES
from tracker.vouchers.sheets import FIRST_TOP, HEIGHT, LATER_TOP, Paper, Sheet, paper
from tracker.vouchers.wrapping import wrap

TOP_MARGIN, LEFT, RIGHT = 8.0, 14.0, 200.0
FOOT = 140.0

GOLDEN = {
    "专款专用": (17.3, 13.3),
    "单据编号": (14.0, 28.7),
    "招商组团": (17.0, 34.6),
    "报销事由": (17.0, 45.3),
    "序号": (15.2, 51.0),
    "28381869445666949582": (133.6, 56.3),
    "2,313.00": (186.9, 56.3),
    "69.00": (191.5, 93.9),
    "人民币玖仟伍佰叁拾叁元叁角壹分": (38.4, 100.2),
    "年度额度": (38.1, 108.4),
    "顾嘉远　公务卡还款": (160.9, 104.6),
    "叶梓超": (116.2, 124.3),
    "本单限用于": (14.1, 134.9),
    "校验码": (36.4, 143.5),
    "共 1 页": (193.3, 143.1),
}


def test_the_paper_of_eight_lines_is_laid_out_as_the_office_knows_it() -> None:
    pdf = draw(a_voucher(8))
    found = {text: place(pdf, text) for text in GOLDEN}
    wrong = {
        text: (found[text], wanted)
        for text, wanted in GOLDEN.items()
        if max(abs(a - b) for a, b in zip(found[text], wanted, strict=True)) > 0.6
    }
    assert wrong == {}


def used(sheet: Sheet, *, is_first: bool) -> float:
    height = FIRST_TOP if is_first else LATER_TOP
    for table in sheet.tables:
        height += sum(row.height for row in table.rows) + (table.head.height if table.head else 0)
    return height + (sheet.tail.height if sheet.tail else 0)


def check_planned(cut: Paper) -> None:
    for sheet in cut.sheets:
        assert used(sheet, is_first=sheet.number == 1) <= HEIGHT
        assert sheet.tables, "a page without a row"
    assert [sheet.tail is not None for sheet in cut.sheets] == [False] * (len(cut.sheets) - 1) + [True]


def check_drawn(content: VoucherContent) -> str:
    """Nothing leaves the page or reaches the footer; as many pages as planned."""
    pdf = draw(content)
    pages = boxes(pdf)
    assert len(pages) == len(paper(content).sheets)
    for page in pages:
        body = [box for box in page if box[3] < FOOT]
        feet = [box for box in page if box[3] >= FOOT]
        assert all(141 < box[3] < 144.5 for box in feet), feet
        assert all(box[3] <= TOP_MARGIN + HEIGHT + 0.8 for box in body)
        assert all(box[0] >= LEFT - 0.5 and box[2] <= RIGHT + 0.5 for box in page)
    return "".join(words(pdf))


@pytest.mark.parametrize("count", [*range(1, 14), 20, 24, 25, 26, 43, 44, 45, 60])
@pytest.mark.parametrize("is_cut", [False, True])
def test_any_number_of_lines_fits_its_pages(count: int, is_cut: bool) -> None:
    content = deducted(a_voucher(max(count, 5))) if is_cut else a_voucher(count)
    check_planned(paper(content))


@pytest.mark.parametrize("content", [a_voucher(1), a_voucher(9), deducted(a_voucher(20)), a_voucher(44), a_reception()])
def test_what_is_drawn_is_what_was_planned(content: VoucherContent) -> None:
    check_drawn(content)


def test_eight_lines_stand_on_one_page() -> None:
    assert len(paper(a_voucher(8)).sheets) == 1


@pytest.mark.parametrize("count", range(8, 70))
def test_the_signatures_never_stand_alone(count: int) -> None:
    last = paper(a_voucher(count)).sheets[-1]
    lines = [row for table in last.tables if table.style in LINE_TABLES for row in table.rows if row.amounts.lines]
    assert lines


def test_sums_are_carried_from_page_to_page_and_end_in_the_total() -> None:
    content = deducted(a_voucher(60))
    cut = paper(content)
    assert len(cut.sheets) > 2
    sums = [
        {
            row.cells[0].lines[0].text: [cell.lines[0].text for cell in row.cells[1:]]
            for table in sheet.tables
            for row in table.rows
            if row.kind == "subtotal"
        }
        for sheet in cut.sheets
    ]
    done = [0, 0, 0]
    for sheet, said in zip(cut.sheets, sums, strict=True):
        if sheet.number > 1:
            assert said["承前页"] == [format_yuan(fen) for fen in done]
        lines = [
            content.lines[int(row.cells[0].lines[0].text) - 1]
            for table in sheet.tables
            for row in table.rows
            if row.amounts.lines
        ]
        here = [sum(getattr(line, name) for line in lines) for name in ("claimed_fen", "deducted_fen", "approved_fen")]
        done = [a + b for a, b in zip(done, here, strict=True)]
        assert said["本页小计"] == [format_yuan(fen) for fen in here]
        if sheet.tail is None:
            assert said["过次页"] == [format_yuan(fen) for fen in done]
        else:
            assert said["合计"] == [format_yuan(fen) for fen in done]
            assert "过次页" not in said
    assert done == [content.claimed_fen, content.deducted_fen, content.approved_fen]


def test_a_single_page_carries_nothing() -> None:
    page = words(draw(a_voucher(8)))[0]
    assert not any(word in page for word in ("承前页", "过次页", "本页小计"))


def test_labels_and_number_are_repeated_on_every_page() -> None:
    for number, page in enumerate(words(draw(a_voucher(60))), 1):
        assert "序号日期费用类别" in page
        assert "ZSBX-2026-000001" in page
        assert f"第{number}页共4页" in page


LONG = "赴广州、昆山对接 Display industry 产业链（重点）企业，" * 80


def test_two_thousand_characters_anywhere_run_over_pages_whole() -> None:
    text = LONG[:2000]
    line = replace(
        a_voucher(1).lines[0],
        summary=text,
        deduction_reason=text,
        category=text[:300],
        deducted_fen=1,
        approved_fen=a_voucher(1).lines[0].claimed_fen - 1,
    )
    content = with_lines(
        a_voucher(
            1,
            purpose=text,
            team=text,
            home_unit=text,
            places=text,
            title=text,
            fund_name=text,
            details=((text[:50], text),),
        ),
        (line, a_voucher(2).lines[1]),
    )
    check_planned(paper(content))
    drawn = check_drawn(content)
    assert squeezed(text[:100]) in drawn
    assert drawn.count("对接Displayindustry") > 200


def test_words_without_a_break_are_broken() -> None:
    line = replace(a_voucher(1).lines[0], summary="W" * 2000, bill_numbers=("9" * 400, "8" * 400))
    content = with_lines(a_voucher(1), (line,))
    check_planned(paper(content))
    check_drawn(content)


def test_the_longest_names_and_every_signer_fit() -> None:
    content = a_voucher(
        9,
        number="Z" * 32,
        capitals="玖" * 54,
        verify_url="https://" + "v" * 292,
        payees=tuple(
            Payee(name="名" * 120, bank="行" * 120, account="9" * 40, method="法" * 20, amount_fen=99_999_999_999)
            for _ in range(7)
        ),
        signatures=tuple(
            Signature(seat="审" * 24, name="名" * 60, at=datetime(2026, 12, 30, 15, 59, tzinfo=UTC)) for _ in range(20)
        ),
    )
    check_planned(paper(content))
    check_drawn(content)


def test_the_largest_amounts_stay_inside_their_columns() -> None:
    line = replace(a_voucher(1).lines[0], claimed_fen=99_999_999_999, approved_fen=99_999_999_998, deducted_fen=1)
    content = with_lines(a_voucher(1), (line,) * 9)
    assert check_drawn(content).count("999,999,999.99") == 9


@pytest.mark.parametrize(
    ("annual_fen", "used_fen"), [(999_999_999, 888_888_888), (99_999_999_999, 0), (99_999_999_999, 88_888_888_888)]
)
def test_the_largest_quota_stays_out_of_the_payees_cell(annual_fen: int, used_fen: int) -> None:
    one = a_voucher(1)
    assert one.quota is not None
    quota = replace(
        one.quota, annual_fen=annual_fen, spent_fen=used_fen, left_fen=annual_fen - used_fen - one.quota.this_fen
    )
    with pypdfium2.PdfDocument(draw(replace(one, quota=quota))) as document:
        page = document[0].get_textpage()
        text = page.get_text_range()
        left = format_yuan(quota.left_fen)
        end = page.get_charbox(text.rindex(left) + len(left) - 1)[2]
        beside = page.get_charbox(text.index("收款账户"))[0]

    assert end < beside, "the remainder and the label beside it"


texts = st.text(st.sampled_from("广州昆山，。（）《》“”、—…ABCxyz 0123.,%\n喆堃\u3000-W"), max_size=260)


@st.composite
def any_voucher(drawer: st.DrawFn) -> VoucherContent:
    lines = []
    for position in range(1, drawer(st.integers(1, 12)) + 1):
        claimed, less = drawer(st.integers(1, 10**11)), drawer(st.sampled_from([0, 0, 1]))
        lines.append(
            LineContent(
                position=position,
                date=None,
                category=drawer(texts)[:60],
                economic_code="30211",
                summary=drawer(texts),
                bill_numbers=tuple(drawer(st.lists(st.from_regex(r"\A[0-9]{8,24}\Z"), max_size=3))),
                claimed_fen=claimed,
                deducted_fen=less,
                approved_fen=claimed - less,
                deduction_reason=drawer(texts) if less else "",
            )
        )
    return with_lines(
        a_voucher(
            1,
            purpose=drawer(texts),
            team=drawer(texts),
            places=drawer(texts),
            title=drawer(texts)[:60],
            details=tuple(drawer(st.lists(st.tuples(texts.map(lambda one: one[:12]), texts), max_size=4))),
        ),
        tuple(lines),
    )


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_voucher())
def test_whatever_is_written_every_page_is_planned_to_fit(content: VoucherContent) -> None:
    check_planned(paper(content))


@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(any_voucher())
def test_whatever_is_written_is_drawn_as_planned(content: VoucherContent) -> None:
    check_drawn(content)


@settings(max_examples=200, deadline=None)
@given(texts, st.floats(12, 170))
def test_breaking_lines_loses_no_character(text: str, room: float) -> None:
    assert squeezed("".join(wrap(text, room_mm=room, points=8.5))) == squeezed(text)


def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one() -> None:
    for room in range(20, 120, 3):
        lines = wrap("接待考察组（七人），含《公函》；住宿“两晚”，餐费（人均）80元。" * 4, room_mm=room, points=8.5)
        assert not any(line[0] in "，。；）》”" for line in lines)
        assert not any(line[-1] in "（《“" for line in lines)
