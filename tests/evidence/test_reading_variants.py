"""Known families in unusual forms are read like any other, and what a form does not state stays empty."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.evidence import variants, vendors
from tests.evidence.specimens import Specimen
from tests.evidence.test_reading_specimens import misread
from tracker.evidence.reading.reader import read
from tracker.evidence.reading.values import capitals_fen

FORMS = [(variants.variant, name, 4) for name in variants.VARIANTS] + [
    (vendors.form, name, 8) for name in vendors.FORMS
]
"""What makes a form, its name, and how many of it are read."""


@pytest.mark.parametrize(("make", "name", "count"), FORMS, ids=[name for _make, name, _count in FORMS])
def test_an_unusual_form_is_read_like_any_other(make: Callable[[str, int], Specimen], name: str, count: int) -> None:
    wrong = {}
    for seed in range(count):
        one = make(name, seed)
        reading = read(one.data, one.name)
        if differing := misread(reading, one.expected):
            wrong[one.name] = differing, reading.conflicts, reading.notes

    assert not wrong


def test_two_invoices_on_one_page_are_said_to_be_two() -> None:
    reading = read(variants.variant("数电票 PDF：一页两张", 1).data)

    assert reading.key is None
    assert any("一页上有多张发票" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("words", "fen"),
    [
        ("壹拾伍元整", 1500),
        ("拾伍元整", 1500),
        ("壹仟零伍元整", 100_500),
        ("壹拾万零柒仟元整", 10_700_000),
        ("壹亿零伍拾万元整", 10_050_000_000),
        ("壹伍元整", None),
        ("壹佰拾元整", None),
        ("拾伍仟元整", None),
        ("壹仟叁仟元整", None),
    ],
)
def test_capitals_with_a_part_missing_are_no_amount(words: str, fen: int | None) -> None:
    assert capitals_fen(words) == fen
