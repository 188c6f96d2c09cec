"""The content of a voucher is frozen: written one way, read back whole, known by its hash."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vouchers.papers import NOON, a_reception, a_voucher, deducted, with_lines
from tracker.vouchers.content import (
    BadContent,
    FrozenFile,
    LineContent,
    Payee,
    QuotaFigures,
    Signature,
    VoucherContent,
    content_hash,
    from_json,
    to_json,
)

short = st.text(max_size=20)
days = st.dates()
moments = st.datetimes(
    min_value=datetime(1990, 1, 1),  # noqa: DTZ001  the zone is drawn beside it
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))]),
)


@st.composite
def line(draw: st.DrawFn) -> LineContent:
    claimed, deducted_fen = draw(st.integers(0, 10**11)), draw(st.integers(0, 10**6))
    return LineContent(
        position=draw(st.integers(1, 999)),
        date=draw(st.none() | days),
        category=draw(st.text()),
        economic_code=draw(short),
        summary=draw(st.text()),
        bill_numbers=tuple(draw(st.lists(short, max_size=3))),
        bill_count=draw(st.integers(0, 99)),
        claimed_fen=claimed,
        deducted_fen=deducted_fen,
        approved_fen=claimed - deducted_fen,
        deduction_reason=draw(st.text()),
    )


@st.composite
def content(draw: st.DrawFn) -> VoucherContent:
    lines = tuple(draw(st.lists(line(), max_size=4)))
    kept = a_voucher(1)
    names = ("title", "fund_name", "team", "lead_unit", "beneficiary", "filer", "home_unit", "places", "purpose")
    texts: dict[str, Any] = {name: draw(st.text()) for name in names}
    fen = st.integers(-(10**12), 10**12)
    return with_lines(
        replace(kept, **texts),
        lines,
        capitals="零元整",
        filed_on=draw(days),
        period_from=draw(st.none() | days),
        period_to=draw(st.none() | days),
        details=tuple(draw(st.lists(st.tuples(st.text(), st.text()), max_size=3))),
        quota=draw(st.none() | st.builds(QuotaFigures, annual_fen=fen, spent_fen=fen, this_fen=fen, left_fen=fen)),
        files=draw(
            st.none()
            | st.lists(
                st.builds(FrozenFile, evidence_id=fen, sha256=short, name=st.text(), media=short, size=fen), max_size=3
            ).map(tuple)
        ),
        payees=tuple(
            draw(
                st.lists(
                    st.builds(Payee, name=short, bank=short, account=short, method=short, amount_fen=fen), max_size=3
                )
            )
        ),
        signatures=tuple(
            draw(st.lists(st.builds(Signature, seat=short, name=short, at=st.none() | moments), max_size=3))
        ),
        approved_at=draw(moments),
    )


@settings(max_examples=60, deadline=None)
@given(content())
def test_what_was_frozen_is_read_back_whole_and_written_the_same(one: VoucherContent) -> None:
    text = to_json(one)
    again = from_json(text)
    assert again == one
    assert to_json(again) == text
    assert content_hash(text) == content_hash(to_json(again))


def test_the_text_is_canonical() -> None:
    text = to_json(a_voucher(2))
    data = json.loads(text)
    assert text == json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    assert "顾嘉远" in text
    assert data["approved_at"] == "2026-03-04T04:00:00+00:00"


def test_the_same_moment_in_another_zone_is_the_same_text() -> None:
    here = NOON.astimezone(timezone(timedelta(hours=8)))
    assert to_json(a_voucher(2, approved_at=here)) == to_json(a_voucher(2))


def test_one_fen_changes_the_hash() -> None:
    lines = list(a_voucher(2).lines)
    lines[0] = replace(lines[0], claimed_fen=lines[0].claimed_fen + 1, approved_fen=lines[0].approved_fen + 1)
    assert content_hash(to_json(with_lines(a_voucher(2), tuple(lines)))) != content_hash(to_json(a_voucher(2)))
    assert len(content_hash("")) == 64


@pytest.mark.parametrize(
    "broken",
    [
        "",
        "[]",
        "null",
        "{",
        '{"number":"1"}',
        '{"nosuch":1}',
        '"文"',
        "NaN",
    ],
)
def test_what_is_not_a_voucher_is_refused(broken: str) -> None:
    with pytest.raises(BadContent):
        from_json(broken)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("claimed_fen", 953331.0),
        ("claimed_fen", "953331"),
        ("claimed_fen", True),
        ("lines", {}),
        ("title", 7),
        ("approved_at", "2026-03-04T04:00:00"),
        ("filed_on", "2026-02-30"),
        ("details", [["一"]]),
        ("approved_fen", 1),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(key: str, value: Any) -> None:
    data = json.loads(to_json(a_voucher(8)))
    data[key] = value
    with pytest.raises(BadContent):
        from_json(json.dumps(data))


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(BadContent):
        to_json(a_voucher(1, approved_at=datetime(2026, 3, 4)))  # noqa: DTZ001  that is the point


def test_figures_must_add_up_to_the_fen() -> None:
    with pytest.raises(BadContent):
        replace(a_voucher(3), approved_fen=a_voucher(3).approved_fen + 1)
    with pytest.raises(BadContent):
        replace(a_voucher(3).lines[0], deducted_fen=1)


def test_a_number_no_paper_has_room_for_is_refused() -> None:
    with pytest.raises(BadContent):
        replace(a_voucher(1), number="Z" * 33)


def test_every_fact_is_in_the_text() -> None:
    files = (FrozenFile(evidence_id=7, sha256="0" * 64, name="发票.pdf", media="pdf", size=1024),)
    for one in (a_voucher(8), deducted(a_voucher(8)), a_reception()):
        told = json.loads(to_json(replace(one, files=files)))
        assert set(told) == {field.name for field in fields(VoucherContent)}
        assert set(told["files"][0]) == {field.name for field in fields(FrozenFile)}


def test_a_voucher_of_before_files_were_frozen_keeps_its_text_and_so_its_hash() -> None:
    old = to_json(a_voucher(2))
    assert "files" not in json.loads(old)
    assert from_json(old).files is None
    assert to_json(from_json(old)) == old
    assert json.loads(to_json(replace(a_voucher(2), files=())))["files"] == []
