"""Money: read as people type it, rounded in one place, written in capitals as the regulation asks."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.kernel.money import LARGEST_FEN, BadAmount, capitals, format_yuan, parse_yuan, round_fen

CASES = list(
    csv.DictReader((Path(__file__).parent / "data" / "rmb_uppercase_cases.csv").read_text("utf-8").splitlines())
)
"""Pairs collected from public regulations, invoices and test suites; each row names its source."""

AMOUNTS = st.integers(min_value=0, max_value=10**14)


@pytest.mark.parametrize("case", [c for c in CASES if c["status"] == "default"], ids=lambda c: c["amount"])
def test_capitals_follow_the_regulation(case: dict[str, str]) -> None:
    assert capitals(int(Decimal(case["amount"]) * 100)) == case["uppercase"]


@pytest.mark.parametrize("case", [c for c in CASES if c["status"] == "rejected"], ids=lambda c: c["uppercase"])
def test_capitals_the_regulation_rejects_are_never_written(case: dict[str, str]) -> None:
    assert capitals(int(Decimal(case["amount"]) * 100)) != case["uppercase"]


@given(AMOUNTS)
def test_capitals_read_back_to_the_same_fen(fen: int) -> None:
    assert _read(capitals(fen)) == fen


@given(AMOUNTS)
def test_capitals_never_double_a_zero_and_end_as_they_must(fen: int) -> None:
    words = capitals(fen)
    assert "零零" not in words
    assert words.endswith("整") == (fen % 10 == 0)


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("1,234.5", 123_450),
        ("１２３４．５", 123_450),
        ("¥1234", 123_400),
        ("￥ 1，234．56", 123_456),
        ("1234元", 123_400),
        (".5", 50),
        ("7.", 700),
        ("0.01", 1),
        ("999,999,999.99", LARGEST_FEN),
        ("1 234 567.8", 123_456_780),
        ("1'234", 123_400),
        (" ¥ 12 元 ", 1_200),
    ],
)
def test_an_amount_is_read_as_people_type_it(typed: str, fen: int) -> None:
    assert parse_yuan(typed) == fen


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("1.234", "两位小数"),
        ("-5", "负数"),
        ("0", "不能是 0"),
        ("0.00", "不能是 0"),
        ("1,000,000,000.00", "999,999,999.99"),
        ("999999999.995", "两位小数"),
        ("十二", "只能填数字"),
        ("", "只能填数字"),
        ("1e5", "只能填数字"),
        ("12 34 56 78 90 12 34 56 78", "分隔号"),
        ("12,50", "分隔号"),
        ("1,5", "分隔号"),
        ("1、5", "分隔号"),
        ("1 2", "分隔号"),
        ("1_0", "分隔号"),
        ("1,2345", "分隔号"),
        ("1234,567", "分隔号"),
        ("1,234 567", "分隔号"),
        ("1,,234", "分隔号"),
        ("1,234.567", "两位小数"),
        ("1.234,50", "只能填数字"),
        (",234", "只能填数字"),
        ("1,", "只能填数字"),
        (".", "只能填数字"),
        ("٣٤", "只能填数字"),
        ("1.2.3", "只能填数字"),
        ("NaN", "只能填数字"),
    ],
)
def test_what_is_no_amount_is_refused_with_a_sentence(typed: str, word: str) -> None:
    with pytest.raises(BadAmount, match=word):
        parse_yuan(typed)


@given(st.integers(min_value=1, max_value=LARGEST_FEN))
def test_an_amount_written_is_read_back(fen: int) -> None:
    assert parse_yuan(format_yuan(fen)) == fen


@given(st.integers(min_value=1, max_value=LARGEST_FEN), st.data())
def test_a_mark_between_digits_changes_no_amount(fen: int, data: st.DataObject) -> None:
    """A comma set anywhere is read as what it parts, or not at all: it never makes another amount."""
    plain = f"{fen // 100}.{fen % 100:02d}"
    place = data.draw(st.integers(min_value=1, max_value=len(plain) - 1))
    marked = plain[:place] + data.draw(st.sampled_from(",，、' _")) + plain[place:]
    whole = len(plain) - 3
    try:
        assert parse_yuan(marked) == fen
        assert whole - place == 3
        assert place <= 3
    except BadAmount:
        assert not (whole - place == 3 and place <= 3)


@given(st.text(max_size=30))
def test_any_text_is_an_amount_or_a_sentence(typed: str) -> None:
    try:
        fen = parse_yuan(typed)
    except BadAmount as refusal:
        sentence = refusal.sentence
        fen = None
    assert (0 < fen <= LARGEST_FEN) if fen is not None else sentence


@pytest.mark.parametrize(("exact", "fen"), [("0.5", 1), ("1.5", 2), ("2.4999", 2), ("-0.5", -1)])
def test_half_a_fen_is_rounded_away_from_zero(exact: str, fen: int) -> None:
    assert round_fen(Decimal(exact)) == fen


def _read(words: str) -> int:
    """Read capitals back by a second, independent way: weigh each digit by the units behind it."""
    total, section, digit = 0, 0, 0
    whole, _, rest = words.removesuffix("整").partition("元")
    if "元" not in words:
        whole, rest = "", words.removesuffix("整")
    for character in whole:
        if character in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character in "拾佰仟":
            section += digit * 10 ** ("拾佰仟".index(character) + 1)
            digit = 0
        else:
            scale = {"万": 10**4, "亿": 10**8}[character]
            section += digit
            digit = 0
            if scale == 10**8:
                total = (total + section) * scale
            else:
                total += section * scale
            section = 0
    fen = (total + section + digit) * 100
    for character in rest:
        if character in "零壹贰叁肆伍陆柒捌玖":
            digit = "零壹贰叁肆伍陆柒捌玖".index(character)
        elif character == "角":
            fen += digit * 10
        elif character == "分":
            fen += digit
    return fen
