"""Who was received: one guest a line, by name, unit and post, and type; never by identity number."""

from __future__ import annotations

import re

import pytest

from tests.claims.form_pages import FormPage, a_picture, open_claim, upload
from tests.office import Office, a_payee
from tests.pages import Browse
from tracker.claims.guests import lack_of, rows_of
from tracker.claims.models import Claim, Kind

GOOD = "王明 某某电池公司总经理 企业人员"


@pytest.mark.parametrize(
    "row",
    [
        GOOD,
        "王明　某某电池公司总经理　企业人员",
        "王明、某某电池公司总经理、企业人员",
        "  王明  某某电池公司 副总经理、总工程师 企业人员 ",
        "Anna Schmidt Beispiel GmbH CEO 其他",
        "赵主任 外省投资促进中心主任 公职人员",
    ],
)
def test_a_guest_with_name_post_and_type_is_named_enough(row: str) -> None:
    assert lack_of(1, row) is None


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("李工 某公司厂长", "第 3 行「李工 某公司厂长」缺人员类别"),
        ("张三、李四、王五", "第 3 行「张三、李四、王五」缺人员类别"),
        ("李工 某公司厂长 企业家", "缺人员类别，请在行末写上其中一种：公职人员、企业人员、其他"),
        ("企业人员 李工 某公司厂长", "缺人员类别"),
        ("李工 某公司厂长企业人员", "缺人员类别"),
        ("李工 企业人员", "第 3 行「李工 企业人员」缺姓名或单位职务"),
        ("其他", "缺姓名或单位职务"),
        ("、　，", "缺人员类别"),
        ("长" * 25, f"「{'长' * 24}…」"),
    ],
)
def test_a_line_that_lacks_something_is_named_with_what_it_lacks(row: str, says: str) -> None:
    assert says in str(lack_of(3, row))


@pytest.mark.parametrize(
    "number", ["320102199001011234", "32010219900101123x", "３２０１０２１９９００１０１１２３４", "320102900101123"]
)
def test_an_identity_number_is_sent_away_and_not_repeated(number: str) -> None:
    sentence = str(lack_of(2, f"王明 {number} 某某公司总经理 企业人员"))
    assert "第 2 行有身份证号，请删去" in sentence
    assert number not in sentence


def test_lines_are_counted_as_the_box_shows_them() -> None:
    assert rows_of("甲\n\n \n乙　\n") == [(1, "甲"), (4, "乙")]


def a_reception(office: Office, browse: Browse, guests: str, visitors: str) -> FormPage:
    payee_id = a_payee(office)
    page = open_claim(browse("member"), office, Kind.RECEPTION)
    page.fill(purpose="接待电池企业考察团", pay_method="person")
    page.press("add")
    page.line(1, category=f"{office.categories['公务接待']}:gift")
    page.press("save")
    page.fill(about__visit_unit="某某电池公司", about__visited_on="2026-03-03", about__hosts="2")
    page.fill(about__visitors=visitors, about__guests=guests, payee_id=str(payee_id))
    page.line(1, spent_on="2026-03-03", summary="云湖特产两份", amount="300", people="2", rate_fen="150")
    page.line(1, bill_kind="其他", bill_count="1", face_fen="300")
    upload(page, (a_picture("纪念品"), "票据.png"), line=page.keys[0])
    return page


def test_a_list_of_before_opens_as_it_was_and_is_told_line_by_line_at_submission(
    small_office: Office, browse: Browse
) -> None:
    page = a_reception(small_office, browse, f"王工 技术总监\n{GOOD}\n李工 厂长", "3")
    page.press("save")
    assert page.value("about-guests").strip() == f"王工 技术总监\n{GOOD}\n李工 厂长"

    answer = page.press("submit")

    assert answer.status_code == 422
    told = re.findall(r'<a href="#about-guests"[^>]*>([^<]*)', answer.text)
    assert {text.partition("「")[0] for text in told} == {"来访人员名单第 1 行", "来访人员名单第 3 行"}
    page.fill(about__guests=f"王工 某公司技术总监 企业人员\n{GOOD}\n李工 某公司厂长 企业人员")
    assert page.press("submit").status_code == 303
    with small_office.database.reading() as session:
        assert session.get_one(Claim, page.claim_id).number is not None


def test_a_list_of_more_or_fewer_than_came_is_pointed_out_and_does_not_stop_the_claim(
    small_office: Office, browse: Browse
) -> None:
    page = a_reception(small_office, browse, f"{GOOD}\n", "2")
    assert "来访人员名单有 1 人，来访人数填了 2 人，请核对" in page.ask("check").text
    assert "来访人员名单有" not in page.fill(about__visitors="1").ask("check").text
    assert page.fill(about__visitors="2").press("submit").status_code == 303
