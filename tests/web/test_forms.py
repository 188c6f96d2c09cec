"""What the office may type, what it is told when it cannot be read, and what a second click gets."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms import FieldList, FormField

from tests.web.checked_client import CheckedClient, hidden
from tests.web.gallery import GalleryForm, RowForm
from tracker.kernel.errors import Refused, Stale
from tracker.web.forms import LineForm, MoneyField, Required, SiteForm, TextLine, parse_day

GOOD = {"purpose": "赴深圳", "amount": "1,234.5"}


def sent(app: Flask, form: type[SiteForm] = GalleryForm, /, **typed: Any) -> Any:
    with app.test_request_context("/", method="POST", data=MultiDict(typed)):
        opened = form()
        opened.is_good = opened.sent_and_valid()
        return opened


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1,234.5", 123450),
        ("１２３４．５", 123450),
        ("¥1234", 123400),
        ("￥1，234.50", 123450),
        ("1234。5", 123450),
        (" 0.01 ", 1),
        ("100元", 10000),
        ("999,999,999.99", 99_999_999_999),
    ],
)
def test_an_amount_is_read_however_it_is_typed(app: Flask, typed: str, fen: int) -> None:
    form = sent(app, purpose="x", amount=typed)

    assert form.amount.data == fen
    assert type(form.amount.data) is int


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1.234", "最多两位小数"),
        ("-5", "不能是负数"),
        ("0", "不能是 0"),
        ("1000000000", "999,999,999.99"),
        ("12a", "只能填数字"),
        ("1e9", "只能填数字"),
        ("٣", "只能填数字"),
        ("9" * 5000, ""),
    ],
)
def test_an_amount_that_cannot_be_booked_is_refused_in_words_and_stays_as_typed(
    app: Flask, typed: str, sentence: str
) -> None:
    form = sent(app, purpose="x", amount=typed)

    assert not form.is_good
    assert form.amount.data is None
    assert len(form.amount.errors) == 1
    assert sentence in form.amount.errors[0]
    assert form.amount._value() == typed.strip()


def test_an_amount_read_is_shown_back_the_office_way(app: Flask) -> None:
    form = sent(app, purpose="", amount="１２３４．５")

    assert not form.is_good
    assert form.amount._value() == "1,234.50"


def test_zero_is_an_amount_only_where_the_form_says_so(app: Flask) -> None:
    class Opening(SiteForm):
        opening = MoneyField("期初", zero=True)

    form = sent(app, Opening, opening="0")

    assert form.is_good
    assert form.opening.data == 0


@pytest.mark.parametrize(
    "typed",
    ["2026-03-05", "2026/3/5", "2026年3月5日", "2026.03.05", "20260305", "２０２６－０３－０５", " 2026 年 3 月 5 日 "],
)
def test_a_day_is_read_however_it_is_typed(typed: str) -> None:
    assert parse_day(typed) == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("2026-02-30", "没有 2026 年 2 月 30 日"),
        ("3月5日", "年-月-日"),
        ("0026-03-05", "年份 26"),
        ("", "年-月-日"),
        ("9999-01-01", "年份"),
    ],
)
def test_a_day_that_does_not_exist_is_refused_in_words(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        parse_day(typed)


def test_text_is_kept_without_invisible_characters(app: Flask) -> None:
    form = sent(app, purpose="  赴\u202e深圳\x07\t两天 ", amount="1", note="第一行\r\n\u200f第二行\x1b[31m")

    assert form.purpose.data == "赴深圳 两天"
    assert form.note.data == "第一行\n第二行[31m"


def test_text_too_long_by_one_says_how_much_to_delete(app: Flask) -> None:
    assert sent(app, purpose="字" * 30, amount="1").is_good
    form = sent(app, purpose="字" * 31, amount="1")

    assert form.purpose.errors == ["报销事由最多 30 字，请删去 1 字"]


def test_white_space_is_not_a_purpose(app: Flask) -> None:
    assert sent(app, purpose=" 　\t", amount="1").purpose.errors == ["请填写事由"]


@pytest.mark.parametrize("typed", ["3", "x", "1; DROP", "", "９"])
def test_only_what_was_offered_can_be_chosen(app: Flask, typed: str) -> None:
    form = sent(app, **GOOD, team=typed)

    assert form.team.data is None or form.team.errors == ["请从列表中选择招商组团"]
    assert form.is_good is (typed == "")


def test_a_choice_is_handed_over_in_its_own_kind(app: Flask) -> None:
    form = sent(app, **GOOD, team="2", pay_by="card")

    assert (form.team.data, form.pay_by.data) == (2, "card")


def test_tick_boxes_hand_over_only_what_was_offered(app: Flask) -> None:
    with app.test_request_context("/", method="POST", data=MultiDict([*GOOD.items(), ("tags", "a"), ("tags", "z")])):
        form = GalleryForm()
        assert not form.sent_and_valid()
        assert form.tags.errors == ["请从列表中选择标签"]


def test_counts_and_figures_are_read_or_refused(app: Flask) -> None:
    good = sent(app, **GOOD, nights="６０", rate="7.1234")
    bad = sent(app, **GOOD, nights="61", rate="7.12345")

    assert (good.nights.data, good.rate.data) == (60, Decimal("7.1234"))
    assert bad.nights.errors == ["晚数应在 0 到 60 之间"]
    assert bad.rate.errors == ["汇率最多 4 位小数"]


def test_a_file_sent_where_text_belongs_is_not_a_fault(zhou: CheckedClient) -> None:

    answer = zhou.post("/gallery", data={"amount": (io.BytesIO(b"x"), "x.txt"), "purpose": (io.BytesIO(b"y"), "y.txt")})

    assert answer.status_code == 422


def test_a_json_body_is_nothing_to_a_form(zhou: CheckedClient) -> None:
    for body in ("5", "[", '{"purpose": 1}', '"x"'):
        assert zhou.post("/gallery", data=body, content_type="application/json").status_code == 422


def test_the_command_id_is_minted_once_and_carried_back(zhou: CheckedClient) -> None:
    shown = hidden(zhou.get("/gallery").text, "command_id")
    again = zhou.post("/gallery", data={"command_id": shown, "purpose": ""}).text
    done = zhou.post("/gallery", data={"command_id": shown, **GOOD}).text

    assert re.fullmatch(r"[0-9a-f]{32}", shown)
    assert hidden(again, "command_id") == shown
    assert shown in done
    assert hidden(zhou.get("/gallery").text, "command_id") != shown


def test_a_made_up_command_id_is_replaced(zhou: CheckedClient) -> None:
    answer = zhou.post("/gallery", data={"command_id": "' OR 1=1", "purpose": ""})

    assert re.fullmatch(r"[0-9a-f]{32}", hidden(answer.text, "command_id"))


@pytest.mark.parametrize("version", [None, "", "-1", "x", "9" * 40, "1.5"])
def test_a_form_without_a_readable_version_is_turned_down(app: Flask, version: str | None) -> None:
    typed = {"purpose": "x"} | ({} if version is None else {"version": version})
    with app.test_request_context("/", method="POST", data=typed):
        form = RowForm(data={"version": 3})
        assert not form.sent_and_valid()
        assert "请刷新页面后再填一次" in form.wrongs()[-1].sentence


def test_a_refusal_goes_under_its_field_or_on_top(app: Flask) -> None:
    form = sent(app, **GOOD)
    form.refuse(Refused("额度不够"))
    form.refuse(Refused("不能大于票面", field="amount"))
    form.refuse(Refused("没有这一栏", field="nowhere"))

    assert [(w.control_id, w.sentence) for w in form.wrongs()] == [
        (None, "额度不够"),
        (None, "没有这一栏"),
        ("amount", "不能大于票面"),
    ]


def test_a_stale_form_answers_409_with_the_typed_text_kept(zhou: CheckedClient) -> None:
    answer = zhou.post("/row", data={"version": "2", "purpose": "我写的字"})

    assert answer.status_code == 409
    assert "别人刚改过事由" in answer.text
    assert 'value="我写的字"' in answer.text


def test_a_form_turned_down_answers_422_and_says_so_in_the_title(zhou: CheckedClient) -> None:
    answer = zhou.post("/gallery", data={"purpose": "", "amount": "0"})

    assert answer.status_code == 422
    assert "<title>有错误：" in answer.text
    assert '<a href="#purpose">请填写事由</a>' in answer.text
    assert 'aria-invalid="true"' in answer.text
    assert 'id="purpose-err"' in answer.text


def test_lines_say_which_line_is_wrong(app: Flask) -> None:
    class Line(LineForm):
        amount = MoneyField("金额", [Required("请填写金额")])

    class Claim(SiteForm):
        lines = FieldList(FormField(Line), min_entries=1)
        why = TextLine("事由")

    form = sent(app, Claim, **{"lines-0-amount": "1", "lines-1-amount": "1.234", "lines-2-amount": ""})

    assert [(w.control_id, w.sentence[:9]) for w in form.wrongs()] == [
        ("lines-1-amount", "第 2 行：金额最"),
        ("lines-2-amount", "第 3 行：请填写"),
    ]


def test_hidden_fields_carry_no_ids_so_two_forms_fit_one_page(app: Flask) -> None:
    with app.test_request_context("/"):
        written = RowForm(data={"version": 3}).hidden_tag()

    assert 'name="version"' in written
    assert 'value="3"' in written
    assert "id=" not in written


def test_stale_is_a_status_of_its_own() -> None:
    assert Stale("x").status == 409
