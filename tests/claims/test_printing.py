"""What the voucher cannot print is said while the claim is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.office import NOON, Office, a_draft, a_filing, a_submitted, command
from tracker.claims import findings, operations, queries
from tracker.claims.filing import Filing
from tracker.claims.findings import Level, NotReady
from tracker.claims.models import Claim
from tracker.vouchers.fonts import MissingGlyph

BIANG = "\N{CJK UNIFIED IDEOGRAPH-30EDD}"


def _blocked(office: Office, filing: Filing) -> list[tuple[str, str, str]]:
    claim_id = a_draft(office, filing)
    with office.database.reading() as session:
        claim = queries.one(session, claim_id, seen_by=office.member)
        found = findings.of_filing(session, claim, filing, at=NOON)
    return [(one.line, one.field, one.sentence) for one in found if one.level is Level.BLOCK]


def test_rare_characters_of_names_and_places_are_no_hindrance(small_office: Office) -> None:
    assert _blocked(small_office, replace(a_filing(small_office), purpose="赴喆堃昇翀犇玥镕公司考察")) == []


def test_a_character_no_typeface_has_is_named_at_its_place(small_office: Office) -> None:
    filing = a_filing(small_office, 100, 200)
    second = replace(filing.lines[1], summary=f"用纸{BIANG}")
    filing = replace(filing, purpose=f"考察{BIANG}", lines=(filing.lines[0], second))
    (_, field, header), (line, line_field, sentence) = _blocked(small_office, filing)
    assert (field, line, line_field) == ("purpose", second.key, "summary")
    assert BIANG in header
    assert sentence.startswith("第 2 行：")
    claim_id = a_draft(small_office, filing)
    with small_office.database.writing() as session, pytest.raises(NotReady, match="印不出来"):
        operations.submit(session, claim_id, filing, command(small_office.member))


def test_the_reason_of_a_deduction_must_print_too(small_office: Office) -> None:
    claim_id = a_submitted(small_office)
    with small_office.database.reading() as session:
        line_id = session.get_one(Claim, claim_id).lines[0].id
    order = command(small_office.reviewer, comment=f"超标准{BIANG}")
    with small_office.database.writing() as session, pytest.raises(MissingGlyph):
        operations.deduct(session, claim_id, line_id, 100, order)
