"""A claim accepts only days inside the secondment; leaving asks for what is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.office import TODAY, Office, a_draft, a_filing, command
from tests.secondments.seconded import a_document, order, recorded
from tracker.claims import operations as claims
from tracker.claims.leaving import open_claims
from tracker.kernel.errors import Refused
from tracker.secondments import operations

JOINED = date(2026, 3, 2)


def submit(office: Office, day: date) -> None:
    """Have somebody newly seconded claim something bought on a day."""
    filer = office.actor("nobody")
    filing = a_filing(office, 120_000, person="nobody")
    filing = replace(filing, lines=tuple(replace(line, spent_on=day) for line in filing.lines))
    claim_id = a_draft(office, filing, by=filer)
    with office.database.writing() as session:
        claims.submit(session, claim_id, filing, command(filer))


@pytest.mark.parametrize(("day", "fits"), [(date(2026, 3, 1), False), (JOINED, True), (TODAY, True)])
def test_a_day_before_the_term_is_not_claimed(district: Office, day: date, *, fits: bool) -> None:
    recorded(district, "nobody", begins_on=JOINED)
    if fits:
        submit(district, day)
        return
    with pytest.raises(Refused, match="不在这个组团的任期内"):
        submit(district, day)


def test_a_day_after_an_early_end_is_not_claimed(district: Office) -> None:
    made = recorded(district, "nobody", begins_on=JOINED)
    with district.database.writing() as session:
        ended = date(2026, 3, 8)
        operations.end_early(session, made, ended, a_document(), order(district), reason="工作需要")
    filing, agent = a_filing(district, 120_000, person="nobody"), district.actor("agent")
    last, after = (replace(filing, lines=(replace(filing.lines[0], spent_on=day),)) for day in (ended, TODAY))
    claim_id = a_draft(district, after, by=agent)
    with pytest.raises(Refused, match="不在这个组团的任期内"), district.database.writing() as session:
        claims.submit(session, claim_id, after, command(agent))
    with district.database.writing() as session:
        assert claims.submit(session, claim_id, last, command(agent)).number


def test_leaving_asks_for_drafts_and_claims_in_the_gate(small_district: Office) -> None:
    recorded(small_district, "nobody", begins_on=JOINED)
    submit(small_district, JOINED)
    a_draft(small_district, a_filing(small_district, 5_000, person="nobody"), by=small_district.actor("nobody"))
    with small_district.database.reading() as session:
        person = small_district.people["nobody"]
        named = [matter.name for matter in open_claims(session, person, small_district.team_id)]
        elsewhere = open_claims(session, person, small_district.other_team_id)
    assert len(named) == 2
    assert named[0].startswith("BX-2026-")
    assert named[1] == "草稿「购置招商资料用纸」"
    assert elsewhere == []
