"""A claim accepts only days inside the secondment; leaving asks for what is open."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from tests.office import NOON, TODAY, Office, a_draft, a_filing, command
from tests.secondments.seconded import a_document, order, recorded
from tracker.audit.models import AuditEntry
from tracker.claims import checks as claim_checks
from tracker.claims import operations as claims
from tracker.claims.leaving import open_claims
from tracker.claims.lifecycle import Move, Step
from tracker.claims.models import Claim
from tracker.claims.policy import met_before
from tracker.kernel.errors import Forbidden, Refused
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
        named = [matter.name for matter in open_claims(session, person, small_district.team_id, TODAY)]
        elsewhere = open_claims(session, person, small_district.other_team_id, TODAY)
    assert len(named) == 2
    assert named[0].startswith("BX-2026-")
    assert named[1] == "草稿「购置招商资料用纸」"
    assert elsewhere == []


def hand_over(office: Office, *, to: str = "agent", by: str = "reviewer", command_id: str = "hand-1") -> list[int]:
    told = claims.moves.Command(office.actor(by), NOON, command_id, comment="返岗交接")
    with office.database.writing() as session:
        done = claims.hand_over_claims(session, office.people["nobody"], office.team_id, office.people[to], told)
        return [claim.id for claim in done]


def test_open_claims_are_handed_to_the_filing_agent_by_name(small_district: Office) -> None:
    office = small_district
    recorded(office, "nobody", begins_on=JOINED)
    submit(office, JOINED)
    draft = a_draft(office, a_filing(office, 5_000, person="nobody"), by=office.actor("nobody"))
    sent, kept = hand_over(office)
    assert kept == draft
    assert hand_over(office) == [sent, kept]  # the second click

    with office.database.reading() as session:
        assert open_claims(session, office.people["nobody"], office.team_id, TODAY) == []
        claim = session.get_one(Claim, sent)
        assert claim.filer_id == office.people["agent"]
        assert claim.beneficiary_id == office.people["nobody"]
        assert [one.person_id for one in claim.decisions if one.move is Move.SUBMIT] == [office.people["nobody"]]
        assert "移交给何静继续办理" in claim.decisions[-1].comment
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "claim.hand_over")).first()
        assert entry is not None
        assert list(claim_checks.breaches(session)) == []

    agent = office.actor("agent")
    with office.database.writing() as session:
        claims.withdraw(session, sent, command(agent))
        claims.discard(session, draft, by=agent, at=NOON)


def test_only_the_lead_unit_hands_over_and_only_to_a_filing_agent(small_district: Office) -> None:
    recorded(small_district, "nobody", begins_on=JOINED)
    submit(small_district, JOINED)
    for by in ("colleague", "agent", "other_reviewer", "officer"):
        with pytest.raises(Forbidden):
            hand_over(small_district, by=by)
    for to in ("colleague", "reviewer", "nobody"):
        with pytest.raises(Refused, match="报账员"):
            hand_over(small_district, to=to)


def test_who_submitted_it_never_decides_on_it_after_handing_over(small_district: Office) -> None:
    recorded(small_district, "nobody", begins_on=JOINED)
    submit(small_district, JOINED)
    [sent] = hand_over(small_district)
    with small_district.database.reading() as session:
        claim = session.get_one(Claim, sent)
        claim.beneficiary_id = small_district.people["member"]
        assert "由你提交过" in met_before(small_district.people["nobody"], claim, Step.REVIEW)
        session.rollback()
