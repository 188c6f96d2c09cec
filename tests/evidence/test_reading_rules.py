"""What the reader does where real invoices set traps, and where two places of one file disagree."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.evidence import specimens
from tests.evidence.specimens import Face, Invoice, Word
from tracker.evidence.reading import Findings, Reading, Source, Sureness
from tracker.evidence.reading.facts import Fact
from tracker.evidence.reading.merge import merge
from tracker.evidence.reading.reader import read
from tracker.evidence.reading.values import day
from tracker.evidence.titles import Title, TitleAnswer, check_title

NOON = date(2027, 1, 1)


def an_invoice(seed: int = 2, *, older: bool = False) -> Invoice:
    """Give a blue invoice to a unit, with taxed lines."""
    for number in range(seed, seed + 200):
        one = specimens.invoice(number, older=older)
        if one.total > 0 and one.buyer != "个人" and one.tax:
            return one
    raise AssertionError("no such invoice among the seeds")


def face_of(one: Invoice, seed: int = 1, *, coded: bool = False) -> Face:
    """Give the invoice's form."""
    rng = random.Random(seed)
    return specimens.older_face(one, rng, coded=coded) if one.code else specimens.digital_face(one, rng, coded=coded)


def changed(face: Face, tag: str, text: str) -> Face:
    """Give the form with another text in one field."""
    face.words = [replace(word, text=text) if word.tag == tag else word for word in face.words]
    return face


def conflict_fields(reading: Reading) -> set[str]:
    """Give the fields left open because of disagreement."""
    return {one.field for one in reading.conflicts}


# ---- words of an item that are labels elsewhere


@pytest.mark.parametrize("older", [False, True])
@pytest.mark.parametrize("name", ["*经营租赁*通行费", "*交通运输*车费", "*物流服务*收费金额", "*会议服务*合计"])
def test_an_item_is_named_whole_though_its_name_is_a_label_elsewhere(name: str, older: bool) -> None:
    one = next(each for each in (specimens.invoice(seed, older=older, count=1) for seed in range(9)) if each.total > 0)
    one = replace(one, lines=(replace(one.lines[0], name=name),))
    assert [item.name for item in read(specimens.pdf([face_of(one)])).items] == [name]


# ---- disagreement leaves a field empty


def test_page_and_code_that_state_different_totals_leave_the_total_open_with_both_readings() -> None:
    one = an_invoice()
    face = face_of(replace(one, total=one.total), coded=True)
    assert face.code is not None
    face.code = (specimens.qr_text(replace(one, total=one.total + 10000)), *face.code[1:])

    reading = read(specimens.pdf([face]))

    assert reading.total_fen is None
    total = next(each for each in reading.conflicts if each.field == "total_fen")
    assert {text for _, text in total.readings} == {specimens.yuan(one.total), specimens.yuan(one.total + 10000)}


def test_page_and_code_that_state_different_numbers_give_no_key() -> None:
    one = an_invoice()
    face = face_of(one, coded=True)
    assert face.code is not None
    face.code = (
        specimens.qr_text(replace(one, number=one.number[:-1] + str((int(one.number[-1]) + 1) % 10))),
        *face.code[1:],
    )

    reading = read(specimens.pdf([face]))

    assert reading.key is None
    assert "invoice_number" in conflict_fields(reading)


def test_document_keys_that_contradict_the_page_leave_the_amount_open() -> None:
    one = an_invoice()

    reading = read(specimens.pdf([face_of(one)], info={"TotalTaxAm": specimens.yuan((one.tax or 0) + 1)}))

    assert reading.tax_amount_fen is None
    assert "tax_amount_fen" in conflict_fields(reading)


def test_capitals_that_contradict_the_figures_leave_the_total_open() -> None:
    one = an_invoice()
    face = face_of(one)
    face.words = [
        replace(word, text="玖佰玖拾玖圆整")
        if word.text.removeprefix("ⓧ").endswith(("整", "分", "角")) and not word.tag
        else word
        for word in face.words
    ]

    reading = read(specimens.pdf([face]))

    assert reading.total_fen is None
    assert "total_fen" in conflict_fields(reading)


def test_sums_one_fen_off_are_not_taken_over() -> None:
    one = an_invoice()
    wrong = replace(one, tax=(one.tax or 0) + 1)

    reading = read(specimens.digital_xml(wrong))

    assert (reading.amount_ex_tax_fen, reading.tax_amount_fen) == (None, None)
    assert reading.total_fen == one.total, "the capitals confirm the total"


def test_a_name_that_wraps_differently_on_the_page_does_not_empty_the_stated_name() -> None:
    one = an_invoice()
    face = changed(face_of(one), "SellerName", one.seller[:-2] if one.seller else "")

    reading = read(specimens.ofd(face, attached={"inv.xml": specimens.inv_xbrl(one, "2023-05-15")}))

    assert reading.seller_name == one.seller
    assert any("销售方名称" in note for note in reading.notes)


# ---- keys


def test_an_eight_digit_number_without_its_code_is_no_key() -> None:
    one = an_invoice(older=True)

    reading = read(specimens.pdf([changed(face_of(one), "InvoiceCode", "")]))

    assert reading.key is None
    assert reading.total_fen == one.total


@pytest.mark.parametrize("number", ["2632200000999999000", "263220000099999900011"])
def test_a_number_one_digit_short_or_long_is_no_key(number: str) -> None:
    assert read(specimens.pdf([changed(face_of(an_invoice()), "InvoiceNo", number)])).key is None


def test_a_printed_number_of_another_year_than_the_date_is_no_key_unless_a_second_place_agrees() -> None:
    one = an_invoice()
    other = replace(one, number=f"{(one.day.year + 3) % 100:02d}" + one.number[2:])

    alone = read(specimens.pdf([face_of(other)]))
    agreed = read(specimens.pdf([face_of(other, coded=True)]))

    assert alone.key is None
    assert agreed.key == ("", other.number)
    assert any("年份" in note for note in agreed.notes)


def test_a_download_count_set_before_the_number_does_not_join_it() -> None:
    one = an_invoice()
    face = face_of(one)
    number = next(word for word in face.words if word.tag == "InvoiceNo")
    face.words.insert(face.words.index(number), Word(209, number.y - 10, 2.5, "下载次数：1", turn=90))

    assert read(specimens.pdf([face], order="stacked")).invoice_number == one.number


def test_an_e_ticket_number_is_not_the_invoice_number() -> None:
    one = specimens.rail(4)

    assert read(specimens.pdf([specimens.rail_face(one, random.Random(1))])).invoice_number == one.number


def test_two_invoices_in_one_pdf_are_asked_for_one_by_one() -> None:
    reading = read(specimens.pdf([face_of(an_invoice(2)), face_of(an_invoice(40))]))

    assert reading.key is None
    assert any("多张发票" in note for note in reading.notes)


def test_two_codes_in_one_photo_give_no_key() -> None:
    first, second = face_of(an_invoice(2), coded=True), face_of(an_invoice(40), coded=True)
    assert first.code is not None
    assert second.code is not None
    both = Face(210, 140, code=first.code)
    picture = specimens.photo(both, random.Random(1), kind="PNG")
    joined = specimens.side_by_side(
        picture, specimens.photo(Face(210, 140, code=second.code), random.Random(2), kind="PNG")
    )

    reading = read(joined)

    assert reading.key is None
    assert any("多张发票" in note for note in reading.notes)


# ---- traps of real files


def test_the_sum_named_in_document_values_is_without_tax_and_never_the_total() -> None:
    one = an_invoice()
    values = {
        "发票号码": one.number,
        "合计金额": specimens.yuan(one.ex_tax),
        "开票日期": specimens.chinese_day(one.day),
    }

    reading = read(specimens.ofd(Face(210, 140), values=values))

    assert (reading.amount_ex_tax_fen, reading.total_fen) == (one.ex_tax, None)


def test_stars_and_exempt_are_a_stated_zero() -> None:
    one = an_invoice(older=True)
    lines = tuple(replace(line, rate="免税", tax=None) for line in one.lines)
    exempt = replace(one, lines=lines, tax=0, total=one.ex_tax or 0)

    for data in (
        specimens.ofd(face_of(exempt), attached={"original_invoice.xml": specimens.older_xml(exempt)}),
        specimens.pdf([face_of(exempt)]),
    ):
        assert (read(data).tax_amount_fen, read(data).total_fen) == (0, one.ex_tax)


def test_a_discount_line_does_not_make_an_invoice_red_but_a_negative_total_does() -> None:
    line = specimens.Line("*住宿服务*住宿费", "", "", "", "", -8491, "6%", -509)
    one = an_invoice()
    discounted = replace(
        one, lines=(*one.lines, line), ex_tax=(one.ex_tax or 0) - 8491, tax=(one.tax or 0) - 509, total=one.total - 9000
    )
    red = replace(one, lines=(line,), ex_tax=-8491, tax=-509, total=-9000)

    assert read(specimens.digital_xml(discounted)).red_letter is False
    assert read(specimens.digital_xml(red)).red_letter is True
    assert read(specimens.pdf([face_of(red)])).total_fen == -9000


def test_a_red_invoice_names_its_blue_one() -> None:
    one = an_invoice()
    blue = "26322000001234567890"
    remark = f"被红冲蓝字数电发票号码：{blue}"
    red = replace(
        one,
        lines=(specimens.Line("*餐饮服务*餐费", "", "", "", "", -100, "6%", -6),),
        ex_tax=-100,
        tax=-6,
        total=-106,
        remark=remark,
        red_of=blue,
    )

    for data in (specimens.digital_xml(red), specimens.pdf([face_of(red)])):
        reading = read(data)
        assert (reading.red_letter, reading.red_of) == (True, blue)


def test_the_travel_day_is_not_the_day_of_issue_and_rail_tax_is_not_guessed_from_the_page() -> None:
    one = specimens.rail(7)
    assert one.route is not None

    reading = read(specimens.pdf([specimens.rail_face(one, random.Random(2))]))

    assert reading.issue_date == one.day
    assert reading.legs[0].day == one.route[3]
    assert (reading.legs[0].from_place, reading.legs[0].to_place, reading.legs[0].number) == one.route[:3]
    assert (reading.amount_ex_tax_fen, reading.tax_amount_fen, reading.seller_name) == (None, None, None)
    assert reading.passenger == one.passenger


def test_a_refunded_ticket_is_pointed_out() -> None:
    one = specimens.rail(7)
    data = specimens.rai_xbrl(one, "2023-05-15").replace("售".encode(), "退".encode())

    reading = read(specimens.ofd(Face(210, 140), attached={"rai.xml": data}))

    assert any("退票" in note for note in reading.notes)


def test_the_fund_on_an_itinerary_is_neither_amount_nor_tax() -> None:
    one = specimens.air(3)

    reading = read(specimens.ofd(Face(210, 148), attached={"atr.xml": specimens.atr_xbrl(one, "2021-09-30")}))

    assert reading.other_charges_fen == one.air["fund"] + one.air["other"]
    assert (reading.amount_ex_tax_fen or 0) + (reading.tax_amount_fen or 0) + (
        reading.other_charges_fen or 0
    ) == one.total


def test_a_data_file_hung_on_the_catalogue_is_found_too() -> None:
    one = specimens.rail(9)
    data = specimens.pdf(
        [specimens.rail_face(one, random.Random(1))], attached={"rai.xml": specimens.rai_xbrl(one, "2021-11-30")}
    )
    moved = data.replace(b"/Names<</EmbeddedFiles<</Names[(rai.xml) ", b"/AF[").replace(
        b" 0 R]>>>>>>\nendobj", b" 0 R]>>\nendobj"
    )

    reading = read(moved)

    assert reading.tax_amount_fen == one.tax
    assert reading.sources["tax_amount_fen"] is Source.STRUCTURED


def test_a_future_date_is_kept_and_pointed_out() -> None:
    one = an_invoice()

    reading = read(specimens.digital_xml(one), today=one.day - timedelta(days=1))

    assert reading.issue_date == one.day
    assert any("晚于今天" in note for note in reading.notes)


def test_a_tax_id_that_fails_its_check_is_kept_and_pointed_out() -> None:
    one = replace(an_invoice(), buyer_id="12320804MB0X000190")

    reading = read(specimens.digital_xml(one))

    assert reading.buyer_tax_id == "12320804MB0X000190"
    assert any("校验位" in note for note in reading.notes)


def test_a_letter_is_no_invoice_and_gives_no_field() -> None:
    face = Face(210, 297)
    for row, text in enumerate(
        ("邀请函", "尊敬的先生：", "兹定于2026年10月12日在淮安举行招商推介会，总投资10000.00元。")
    ):
        face.put(20, 30 + row * 8, text)

    reading = read(specimens.pdf([face]))

    assert (reading.key, reading.kind, reading.total_fen, reading.issue_date) == (None, None, None, None)
    assert reading.notes


# ---- where facts come from


def test_each_field_remembers_its_source_sureness_and_place() -> None:
    one = an_invoice()
    reading = read(specimens.pdf([face_of(one, coded=True)]))

    assert reading.sources["invoice_number"] is Source.QR
    assert reading.sureness["invoice_number"] is Sureness.AGREED
    assert reading.sources["buyer_name"] is Source.TEXT
    box = reading.boxes["seller_name"]
    assert box.page == 0
    assert 0.5 < box.x0 < box.x1 <= 1
    assert 0 < box.y0 < box.y1 < 0.5


def test_a_photo_is_read_by_its_code_alone_and_the_rest_is_asked_for() -> None:
    one = an_invoice(older=True)

    reading = read(specimens.photo(face_of(one, coded=True), random.Random(3)))

    assert reading.key == (one.code, one.number)
    assert reading.amount_ex_tax_fen == one.ex_tax
    assert (reading.total_fen, reading.buyer_name) == (None, None)
    assert set(reading.sources.values()) == {Source.QR}


def test_a_total_that_data_and_page_agree_on_outweighs_capitals_read_badly() -> None:
    def fact(field: str, value: int, source: Source, reader: str) -> Fact:
        return Fact(field, value, source, reader)

    reading = merge(
        [
            Findings(
                (
                    fact("total_fen", 10600, Source.QR, "二维码"),
                    fact("total_fen", 10600, Source.TEXT, "票面文字"),
                    fact("amount_ex_tax_fen", 10000, Source.TEXT, "票面文字"),
                    fact("tax_amount_fen", 600, Source.TEXT, "票面文字"),
                    fact("capitals_fen", 600, Source.TEXT, "票面文字"),
                )
            )
        ],
        today=NOON,
    )

    assert reading.total_fen == 10600
    assert any("大写" in note for note in reading.notes)


# ---- what an older red invoice takes back


def test_a_red_older_invoice_names_its_blue_by_code_and_number() -> None:
    one = an_invoice(older=True)
    one = replace(one, remark="对应正数发票代码:032001900211号码:12345678")

    reading = read(specimens.pdf([face_of(one)]))

    assert (reading.red_letter, reading.red_of) == (True, "032001900211-12345678")


# ---- sums in tight forms


def test_an_amount_in_words_that_its_cell_breaks_is_read_whole() -> None:
    one = an_invoice()
    one = replace(one, total=123_459, ex_tax=116_471, tax=6_988)
    face = face_of(one)
    words = next(word for word in face.words if specimens._is_capitals(word.text))
    face.words.remove(words)
    text = words.text
    face.words += [replace(words, x=106, text=text[:-2]), replace(words, x=106, y=words.y + 4, text=text[-2:])]

    reading = read(specimens.pdf([face]))

    assert reading.total_fen == one.total


def test_a_side_title_close_below_the_total_does_not_cut_its_words() -> None:
    one = replace(an_invoice(older=True), total=123_459, ex_tax=116_471, tax=6_988)
    face = face_of(one)
    words = next(word for word in face.words if specimens._is_capitals(word.text))
    edge = words.x + specimens.width(words.text[:-2], words.size) - 0.2
    face.words = [
        replace(word, x=edge, y=word.y - 2.5) if word.text in "备注" and word.x > 100 else word for word in face.words
    ]

    reading = read(specimens.pdf([face]))

    assert reading.total_fen == one.total


@pytest.mark.parametrize(
    "words", ["2 0 2 6 年 0 9 月 1 8 日", "2 0 2 6-0 9-1 8", "2026  09  18", "2026-09-1814:22:09", "2026/9/18 14:22"]
)
def test_a_day_is_read_however_its_figures_are_set(words: str) -> None:
    assert day(words) == date(2026, 9, 18)


# ---- whose an id is, and which amount was paid


def listed(*rows: tuple[float, float, str]) -> Reading:
    """Read a page with a title, code, number and these words at their places."""
    face = Face(210, 140)
    face.put(70, 12, "江苏通用机打发票", size=6)
    face.put(10, 22, "发票代码：132002400001")
    face.put(80, 22, "发票号码：12345678")
    for x, y, text in rows:
        face.put(x, y, text)
    return read(specimens.pdf([face]))


def test_an_id_that_a_long_name_pushes_down_stays_with_its_name() -> None:
    reading = listed(
        (10, 30, "购买方名称：淮安市样例国际样本科技成果转化"),
        (27.6, 34, "与供应链管理有限公司"),
        (110, 30, "销售方名称：南京样例停车有限公司"),
        (10, 44, "纳税人识别号：12320804MB0X000190"),
        (110, 36, "纳税人识别号：91320804MA1X000191"),
    )

    assert (reading.buyer_tax_id, reading.seller_tax_id) == ("12320804MB0X000190", "91320804MA1X000191")


def test_one_id_belongs_to_the_party_named_before_it() -> None:
    reading = listed(
        (10, 30, "收款方名称：南京样例停车有限公司"),
        (10, 36, "纳税人识别号：91320804MA1X000191"),
        (10, 42, "付款方名称：个人"),
    )

    assert (reading.buyer_tax_id, reading.seller_tax_id) == (None, "91320804MA1X000191")


def test_an_id_beside_two_parties_named_on_one_line_is_nobodys() -> None:
    reading = listed(
        (10, 30, "收款方名称：南京样例停车有限公司"),
        (110, 30, "付款方名称：样例会计服务中心"),
        (10, 36, "纳税人识别号：91320804MA1X000191"),
    )

    assert (reading.buyer_tax_id, reading.seller_tax_id) == (None, None)


@pytest.mark.parametrize(
    ("rows", "fen"),
    [
        (("应收金额：￥27.00", "优惠金额：￥2.00", "实收金额：￥25.00"), 2500),
        (("应收金额：￥27.00", "实收金额：￥50.00", "找零：￥23.00"), 2700),
        (("应收金额：￥27.00", "实收金额：￥25.00", "实收金额：￥26.00"), None),
        (("应收金额：￥27.00", "实收金额：￥25.00", "合计（大写）：贰拾柒元整"), None),
        (("合计金额：￥27.00",), 2700),
    ],
)
def test_what_was_received_is_the_total_unless_change_was_given_or_words_contradict(
    rows: tuple[str, ...], fen: int | None
) -> None:
    assert listed(*((10, 40 + place * 7, row) for place, row in enumerate(rows))).total_fen == fen


def test_a_sum_named_beside_the_tax_is_not_taken_where_both_do_not_make_the_total() -> None:
    reading = listed(
        (10, 40, "合计金额：￥106.00"), (80, 40, "合计税额：￥6.00"), (10, 47, "价税合计（小写）：￥106.00")
    )

    assert (reading.amount_ex_tax_fen, reading.tax_amount_fen, reading.total_fen) == (None, None, 10600)


def test_a_machine_printed_invoice_must_bear_the_units_title_and_a_coach_ticket_none() -> None:
    office = [Title("样例会计服务中心", "12320804MB0X000190", date(2026, 1, 1))]
    printed = listed((10, 30, "付款方名称：样例书店"), (10, 36, "付款方识别号：91320804MA1X000191"))

    assert check_title(printed, office) not in (TitleAnswer.EXEMPT, TitleAnswer.GOOD)
    assert check_title(replace(printed, kind="客运汽车票"), office) is TitleAnswer.EXEMPT
