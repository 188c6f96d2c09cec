"""Print how well invoices are read: fields by family, wrong keys and time, for a manifest or our specimens.

Usage: python benchmarks/evidence_accuracy.py FOLDER      a folder with manifest.csv beside its files
       python benchmarks/evidence_accuracy.py             specimens made by the tests, ``--count`` of each family
       python benchmarks/evidence_accuracy.py --write     the same, and put the table into docs/evidence.md
"""

from __future__ import annotations

import argparse
import csv
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.evidence import specimens, variants, vendors  # noqa: E402
from tracker.evidence import bounded  # noqa: E402
from tracker.evidence.archive import Unreadable  # noqa: E402
from tracker.evidence.reading.facts import Reading  # noqa: E402

FIELDS = {
    "kind": "票种",
    "invoice_code": "代码",
    "invoice_number": "号码",
    "issue_date": "日期",
    "buyer_name": "购方",
    "buyer_tax_id": "购方税号",
    "seller_name": "销方",
    "seller_tax_id": "销方税号",
    "amount_ex_tax_fen": "不含税",
    "tax_amount_fen": "税额",
    "total_fen": "合计",
    "red_letter": "红字",
}
_COLUMNS = {
    "invoice_type": "kind",
    "invoice_code": "invoice_code",
    "invoice_number": "invoice_number",
    "issue_date": "issue_date",
    "buyer_name": "buyer_name",
    "buyer_tax_id": "buyer_tax_id",
    "seller_name": "seller_name",
    "seller_tax_id": "seller_tax_id",
    "amount_ex_tax": "amount_ex_tax_fen",
    "tax_amount": "tax_amount_fen",
    "total": "total_fen",
    "red_letter": "red_letter",
}
_START, _END = "<!-- accuracy:start -->", "<!-- accuracy:end -->"


@dataclass
class Score:
    """One family's counts: right and asked per field, wrong values, wrong keys and seconds per file."""

    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    asked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    wrong: int = 0
    wrong_keys: int = 0
    seconds: list[float] = field(default_factory=list)
    refused: int = 0


def main() -> None:
    """Read everything, print the table, and write it into the documentation when asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--count", type=int, default=30, help="specimens of each family")
    parser.add_argument("--write", action="store_true", help="put the table into docs/evidence.md")
    parser.add_argument("--show", action="store_true", help="name every field that differs")
    chosen = parser.parse_args()
    bounded.warm_up()
    scores: dict[str, Score] = defaultdict(Score)
    for family, name, data, expected in _manifest(chosen.folder) if chosen.folder else _specimens(chosen.count):
        _judge(scores[family], name, data, expected, show=chosen.show)
    table = _table(scores)
    print(table)
    if chosen.write:
        _write(table)


def _specimens(count: int) -> Iterator[tuple[str, str, bytes, dict[str, object]]]:
    for one in specimens.specimens(count):
        yield one.family, one.name, one.data, {name: one.expected[name] for name in FIELDS if name in one.expected}
    for variant in variants.VARIANTS:
        for seed in range(max(1, count // 3)):
            one = variants.variant(variant, seed)
            asked = {name: one.expected[name] for name in FIELDS if name in one.expected}
            yield f"少见写法：{variant.partition('：')[0]}", one.name, one.data, asked
    for form in vendors.FORMS:
        for seed in range(max(1, count // 3)):
            one = vendors.form(form, seed)
            asked = {name: one.expected[name] for name in FIELDS if name in one.expected}
            yield f"别家版式：{form.partition('：')[0]}", one.name, one.data, asked


def _manifest(folder: Path) -> Iterator[tuple[str, str, bytes, dict[str, object]]]:
    with (folder / "manifest.csv").open(encoding="utf-8-sig") as rows:
        for row in csv.DictReader(rows):
            expected = {name: _value(name, row[column]) for column, name in _COLUMNS.items() if column in row}
            yield f"{row['media']}：{row['invoice_type']}", row["file"], (folder / row["file"]).read_bytes(), expected


def _value(name: str, text: str) -> object:
    if name == "red_letter":
        return text == "Y"
    if not text:
        return None
    if name == "issue_date":
        return date.fromisoformat(text)
    if name.endswith("_fen"):
        whole, _, cents = text.partition(".")
        return int(whole + cents.ljust(2, "0")[:2])
    return text


def _judge(score: Score, name: str, data: bytes, expected: dict[str, object], *, show: bool) -> None:
    started = time.perf_counter()
    try:
        reading = bounded.run("read", data, name=name)
    except Unreadable as refusal:
        score.refused += 1
        reading = Reading()
        print(f"{name}: {refusal.sentence}", file=sys.stderr)
    score.seconds.append(time.perf_counter() - started)
    for key, value in expected.items():
        found = getattr(reading, key)
        score.asked[key] += 1
        score.right[key] += found == value
        if found != value and found is not None:
            score.wrong += 1
        if found != value and show:
            print(f"{name}: {FIELDS[key]} 读作 {found!r}，应为 {value!r}", file=sys.stderr)
    if reading.key is not None and {"invoice_number", "invoice_code"} <= expected.keys():
        score.wrong_keys += reading.key != (expected["invoice_code"] or "", expected["invoice_number"])


def _table(scores: dict[str, Score]) -> str:
    heads = ["来源", "份数", *FIELDS.values(), "错值", "错号", "中位毫秒"]
    rows = [f"| {' | '.join(heads)} |", "|" + " --- |" * len(heads)]
    for family, score in [*scores.items(), ("合计", _sum(scores))]:
        shares = [_share(score.right[name], score.asked[name]) for name in FIELDS]
        cells = [
            family,
            str(len(score.seconds)),
            *shares,
            str(score.wrong),
            str(score.wrong_keys),
            f"{statistics.median(score.seconds) * 1000:.0f}",
        ]
        rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _share(right: int, asked: int) -> str:
    return "—" if not asked else "100" if right == asked else f"{100 * right / asked:.1f}"


def _sum(scores: dict[str, Score]) -> Score:
    whole = Score()
    for score in scores.values():
        for name in FIELDS:
            whole.right[name] += score.right[name]
            whole.asked[name] += score.asked[name]
        whole.wrong += score.wrong
        whole.wrong_keys += score.wrong_keys
        whole.seconds += score.seconds
    return whole


def _write(table: str) -> None:
    page = ROOT / "docs" / "evidence.md"
    text = page.read_text(encoding="utf-8")
    head, rest = text.split(_START)
    page.write_text(f"{head}{_START}\n{table}\n{_END}{rest.split(_END)[1]}", encoding="utf-8")


if __name__ == "__main__":
    main()
