"""Over two hundred invented invoices of every family are read right, field by field, and no key is ever wrong."""

from __future__ import annotations

import csv
import statistics
import time
from pathlib import Path

import pytest

from tests.evidence import specimens
from tracker.evidence.reading import Reading
from tracker.evidence.reading.reader import read

PER_FAMILY = 12
KEPT = Path(__file__).parent / "invoices"


def misread(reading: Reading, expected: dict[str, object]) -> dict[str, tuple[object, object]]:
    """Give the fields that differ, as (read, expected)."""
    return {
        name: (getattr(reading, name), value) for name, value in expected.items() if getattr(reading, name) != value
    }


def test_there_are_at_least_two_hundred_specimens() -> None:
    assert len(specimens.FAMILIES) * PER_FAMILY >= 200


@pytest.mark.parametrize("family", specimens.FAMILIES)
def test_every_field_of_a_family_is_read_right(family: str) -> None:
    wrong = {}
    for seed in range(PER_FAMILY):
        one = specimens.specimen(family, seed)
        reading = read(one.data, one.name)
        differing = misread(reading, one.expected)
        if one.items is not None and len(reading.items) != one.items:
            differing["items"] = (len(reading.items), one.items)
        if differing:
            wrong[one.name] = differing, reading.conflicts

    assert not wrong


def test_invoices_made_elsewhere_are_read_as_their_manifest_says() -> None:
    """Generated, fictional samples of another generator (shared data, copied with their manifest)."""
    with (KEPT / "manifest.csv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows):
            reading = read((KEPT / row["file"]).read_bytes(), row["file"])
            found = {
                "invoice_type": reading.kind,
                "invoice_code": reading.invoice_code,
                "invoice_number": reading.invoice_number,
                "issue_date": reading.issue_date and reading.issue_date.isoformat(),
                "buyer_name": reading.buyer_name,
                "buyer_tax_id": reading.buyer_tax_id,
                "seller_name": reading.seller_name,
                "seller_tax_id": reading.seller_tax_id,
                "amount_ex_tax": specimens.yuan(reading.amount_ex_tax_fen),
                "tax_amount": specimens.yuan(reading.tax_amount_fen),
                "total": specimens.yuan(reading.total_fen),
                "red_letter": "Y" if reading.red_letter else "N",
            }
            assert {name: value or "" for name, value in found.items()} == {name: row[name] for name in found}, row[
                "file"
            ]


def test_the_same_invoice_as_data_and_as_page_has_one_key() -> None:
    first, second = (
        read((KEPT / name).read_bytes()) for name in ("dev07_shudian_ordinary.xml", "dev08_shudian_ordinary_inline.pdf")
    )

    assert first.key == second.key == ("", "26322000009999990001")


@pytest.mark.parametrize(
    ("family", "most_seconds"),
    [("PDF 数电票（标签旁值）", 0.3), ("OFD 2019 数据", 0.3), ("OFD 标签（平铺）", 0.3), ("数电票 XML", 0.05)],
)
def test_a_warm_reading_costs_no_more_than_promised(family: str, most_seconds: float) -> None:
    """Processor time, so that a busy machine does not decide; the wall clock is the benchmark's business."""
    spent = []
    for seed in range(5):
        data = specimens.specimen(family, seed).data
        started = time.process_time()
        read(data)
        spent.append(time.process_time() - started)

    assert statistics.median(spent) <= most_seconds
