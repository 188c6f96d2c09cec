"""A claim that is being sent and a term that is being moved: one of them is told."""

from __future__ import annotations

import threading
from datetime import date, timedelta
from typing import Any

import pytest

from tests.holds import nothing_broken
from tests.office import Office, a_draft, a_filing, command
from tests.secondments.seconded import recorded
from tests.secondments.test_correcting import correct
from tracker.claims import operations as claims
from tracker.kernel.errors import Refused
from tracker.logistics.leaving import ask_everybody
from tracker.teams.queries import member_terms


def test_a_first_day_moved_while_a_claim_is_sent_waits_and_is_refused(
    district: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask_everybody()
    made = recorded(district, "nobody", begins_on=date(2026, 3, 2))
    filing, filer = a_filing(district, 120_000, person="nobody"), district.actor("nobody")
    claim_id, spent_on = a_draft(district, filing, by=filer), filing.lines[0].spent_on
    assert spent_on is not None
    told: list[str] = []

    def move_the_term() -> None:
        try:
            correct(district, made, begins_on=spent_on + timedelta(days=1))
        except Refused as refusal:
            told.append(refusal.sentence)

    other, asked = threading.Thread(target=move_the_term), member_terms

    def once_the_terms_are_read(*facts: Any) -> Any:
        terms = asked(*facts)
        if not other.is_alive() and not told:
            other.start()
            other.join(1)
        return terms

    monkeypatch.setattr("tracker.claims.findings.member_terms", once_the_terms_are_read)
    with district.database.writing() as session:
        claims.submit(session, claim_id, filing, command(filer))
        assert other.is_alive(), "it waits for the claim"
    other.join(10)
    assert len(told) == 1
    nothing_broken(district.database)
