"""Money, days, waits and masks are written one way everywhere, and a missing value is always --."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po
from flask import Flask

from tests.web.checked_client import CheckedClient
from tracker.web import i18n
from tracker.web.shell import TRANSLATIONS

NIGHT = datetime(2026, 3, 4, 16, 20, tzinfo=UTC)
"""Twenty past midnight of 5 March in the office."""


@pytest.mark.parametrize("name", sorted(set(i18n.FILTERS) - {"tint", "until", "percent_of"}))
def test_a_missing_value_is_two_dashes(name: str) -> None:
    assert i18n.FILTERS[name](None) == "--"


@pytest.mark.parametrize(
    ("name", "value", "written"),
    [
        ("yuan", 123450, "1,234.50"),
        ("yuan", 0, "0.00"),
        ("yuan_sign", 123450, "¥1,234.50"),
        ("yuan_sign", -5, "-¥0.05"),
        ("wan", 56178010, "56.18"),
        ("wan", 49, "0.00"),
        ("wan", 5000, "0.01"),
        ("wan", 300000000, "300.00"),
        ("capitals", 343500, "叁仟肆佰叁拾伍元整"),
        ("day", date(2026, 3, 5), "2026-03-05"),
        ("day", NIGHT, "2026-03-05"),
        ("moment", NIGHT, "2026-03-05 00:20"),
        ("moment_short", NIGHT, "03-05 00:20"),
        ("waited", timedelta(days=2, hours=4, minutes=59), "2 天 4 小时"),
        ("waited", timedelta(days=1, minutes=59), "1 天"),
        ("waited", timedelta(hours=5, minutes=3), "5 小时"),
        ("waited", timedelta(minutes=40), "40 分钟"),
        ("waited", timedelta(seconds=59), "刚刚"),
        ("waited", timedelta(seconds=-5), "刚刚"),
        ("percent", Decimal("0.2645"), "26.5%"),
        ("percent", Fraction(1, 3), "33.3%"),
        ("percent", 0.2645, "26.5%"),
        ("percent", 0, "0.0%"),
        ("percent", Decimal("12.5"), "1,250.0%"),
        ("masked", "13812345678", "138****5678"),
        ("masked", "320802199001011234", "320***********1234"),
        ("masked", "张三", "张*"),
        ("masked", "12345", "1***5"),
        ("masked", "7", "7"),
        ("card_tail", "6222 0212 3456 8821", "尾号 8821"),
    ],
)
def test_a_value_is_written_the_office_way(name: str, value: object, written: str) -> None:
    assert i18n.FILTERS[name](value) == written


def test_a_wait_is_measured_from_its_beginning_to_the_moment_given() -> None:
    assert i18n.waited(NIGHT, NIGHT + timedelta(days=3)) == "3 天"


def test_of_nothing_there_is_no_percentage() -> None:
    assert i18n.percent_of(5, 0) == "--"
    assert i18n.percent_of(None, 5) == "--"
    assert i18n.percent_of(264, 1000) == "26.4%"


def test_a_range_of_one_day_is_that_day() -> None:
    assert i18n.span_of_days(date(2026, 3, 3), date(2026, 3, 5)) == "2026-03-03 至 2026-03-05"
    assert i18n.span_of_days(date(2026, 3, 3), date(2026, 3, 3)) == "2026-03-03"
    assert i18n.span_of_days(None, None) == "--"


def test_english_speaks_from_its_catalogue(zhou: CheckedClient) -> None:
    zhou.set_cookie("lang", "en")
    page = zhou.get("/").text

    assert '<html lang="en">' in page
    assert "Skip to content" in page
    assert "Sign out" in page


def test_every_sentence_of_the_shell_has_its_english(app: Flask) -> None:

    home = Path(TRANSLATIONS).parent
    with (TRANSLATIONS / "en" / "LC_MESSAGES" / "messages.po").open("rb") as lines:
        english = {message.id: message.string for message in read_po(lines, locale="en")}
    folders = {
        "templates/layout": "jinja2",
        "templates/components": "jinja2",
        "templates/errors": "jinja2",
        "tracker/web": "python",
    }
    said = {
        message
        for folder, how in folders.items()
        for _, _, message, _, _ in extract_from_dir(
            home / folder,
            method_map=[("**.html" if how == "jinja2" else "**.py", how)],
            keywords={"_": None, "gettext": None},
        )
    }

    assert len(said) > 60
    assert sorted(sentence for sentence in said if not english.get(sentence)) == []
