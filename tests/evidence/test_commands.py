"""`evidence read --json` prints one object a line for each file, with amounts as text and the source of each field."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from tests.evidence import hostile, specimens
from tracker.evidence import bounded
from tracker.evidence.commands import evidence_commands

PROMISED = {
    "invoice_code",
    "invoice_number",
    "issue_date",
    "buyer_name",
    "buyer_tax_id",
    "seller_name",
    "seller_tax_id",
    "amount_ex_tax",
    "tax_amount",
    "total",
    "kind",
    "red_letter",
    "sources",
}


def test_each_file_gives_one_line_and_a_bad_one_gives_its_sentence(tmp_path: Path) -> None:
    one = specimens.invoice(5, older=True)
    good, bad = tmp_path / "好.ofd", tmp_path / "坏.pdf"
    good.write_bytes(
        specimens.ofd(specimens.Face(210, 140), attached={"original_invoice.xml": specimens.older_xml(one)})
    )
    bad.write_bytes(hostile.FILES["PDF 截断"]())

    answer = CliRunner().invoke(evidence_commands, ["read", "--json", str(good), str(bad), str(tmp_path / "没有.pdf")])
    bounded.shut_down()

    first, second, third = (json.loads(line) for line in answer.output.splitlines())
    assert answer.exit_code == 0
    assert first.keys() >= PROMISED
    assert first["total"] == specimens.yuan(one.total)
    assert first["issue_date"] == one.day.isoformat()
    assert (first["invoice_code"], first["invoice_number"], first["kind"]) == (one.code, one.number, one.kind)
    assert first["sources"]["total"] == "structured"
    assert second.keys() == third.keys() == {"file", "error"}
    assert "PDF" in second["error"]


def test_what_is_not_read_is_null_and_has_no_source(tmp_path: Path) -> None:
    one = specimens.rail(2)
    ticket = tmp_path / "票.pdf"
    ticket.write_bytes(specimens.pdf([specimens.rail_face(one, __import__("random").Random(1))]))

    answer = CliRunner().invoke(evidence_commands, ["read", "--json", str(ticket)])
    bounded.shut_down()

    found = json.loads(answer.output)
    assert found["tax_amount"] is None
    assert "tax_amount" not in found["sources"]
    assert found["total"] == specimens.yuan(one.total)
    assert found["sources"]["total"] == "text"
