"""A claim that was sent once: what may change when it is sent again, who still sees it, what the trail keeps of it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.holds import nothing_broken
from tests.office import (
    NOON,
    TODAY,
    Office,
    a_bill_number,
    a_draft,
    a_file,
    a_filing,
    a_paid,
    a_submitted,
    an_approved,
    command,
)
from tests.pages import Browse
from tracker.audit.models import AuditEntry
from tracker.claims import operations, queries
from tracker.claims.filing import Filing
from tracker.claims.lifecycle import State, Step
from tracker.claims.models import Claim
from tracker.claims.operations.drafts import DraftHeader
from tracker.claims.operations.payments import PaymentFacts
from tracker.evidence.models import EvidenceKind
from tracker.evidence.operations import FileRead, StoredFile, keep
from tracker.evidence.reading import Reading
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.errors import NotFound, Refused
from tracker.storage.files import current_files
from tracker.teams.models import Seat


def _returned_to_head(office: Office, filing: Filing) -> int:
    """The head sent it back and wants to see it again first."""
    claim_id = a_draft(office, filing)
    with office.database.writing() as session:
        operations.submit(session, claim_id, filing, command(office.member))
    with office.database.writing() as session:
        operations.approve(session, claim_id, command(office.reviewer))
    with office.database.writing() as session:
        operations.send_back(session, claim_id, command(office.head, comment="改一下事由"), to_me_again=True)
    return claim_id


def _submit(office: Office, claim_id: int, filing: Filing, by: Actor | None = None) -> Claim:
    with office.database.writing() as session:
        return operations.submit(session, claim_id, filing, command(by or office.member))


def test_what_asks_no_more_goes_straight_back_to_the_one_who_returned_it(small_office: Office) -> None:
    filing = a_filing(small_office, 600_000, 100_000)
    claim_id = _returned_to_head(small_office, filing)
    less = replace(filing.lines[1], claimed_fen=99_999)
    again = replace(filing, purpose="改好的事由", lines=(filing.lines[0], less))
    assert _submit(small_office, claim_id, again).step is Step.HEAD


def test_one_fen_more_restarts_the_route(small_office: Office) -> None:
    filing = a_filing(small_office, 600_000)
    claim_id = _returned_to_head(small_office, filing)
    line = filing.lines[0]
    more = replace(line, claimed_fen=600_001, facts={**line.facts, "face_fen": 600_001})
    assert _submit(small_office, claim_id, replace(filing, lines=(more,))).step is Step.REVIEW


def test_a_line_in_another_category_restarts_the_route(small_office: Office) -> None:
    filing = a_filing(small_office, 600_000)
    claim_id = _returned_to_head(small_office, filing)
    other = replace(filing.lines[0], category_id=small_office.categories["宣传印刷"])
    assert _submit(small_office, claim_id, replace(filing, lines=(other,))).step is Step.REVIEW


def test_a_further_line_restarts_the_route(small_office: Office) -> None:
    filing = a_filing(small_office, 600_000)
    claim_id = _returned_to_head(small_office, filing)
    further = a_filing(small_office, 1_000).lines[0]
    with small_office.database.writing() as session:
        evidence_id = a_file(session, small_office.member, data=further.key.encode())
        operations.attach(session, claim_id, evidence_id, further.key, by=small_office.member, at=NOON)
    assert _submit(small_office, claim_id, replace(filing, lines=(*filing.lines, further))).step is Step.REVIEW


def test_what_was_deducted_is_seen_again_by_who_deducted_it(small_office: Office) -> None:
    """Else the filer would get the deducted money back past the reviewer, straight at the head."""
    filing = a_filing(small_office, 600_000)
    claim_id = a_draft(small_office, filing)
    _submit(small_office, claim_id, filing)
    with small_office.database.reading() as session:
        line_id = session.get_one(Claim, claim_id).lines[0].id
    acts: list[Callable[[Session], Claim]] = [
        lambda s: operations.deduct(s, claim_id, line_id, 1, command(small_office.reviewer, comment="超标准")),
        lambda s: operations.approve(s, claim_id, command(small_office.reviewer)),
        lambda s: operations.send_back(s, claim_id, command(small_office.head, comment="改"), to_me_again=True),
    ]
    for act in acts:
        with small_office.database.writing() as session:
            act(session)
    assert _submit(small_office, claim_id, filing).step is Step.REVIEW


def test_a_claim_that_was_sent_stays_its_beneficiarys(small_office: Office) -> None:
    agent, filing = small_office.agent, a_filing(small_office, 100_000)
    claim_id = a_draft(small_office, filing, by=agent)
    _submit(small_office, claim_id, filing, agent)
    with small_office.database.writing() as session:
        operations.withdraw(session, claim_id, command(agent))
    header = DraftHeader(filing.kind, filing.fund_id, filing.team_id, small_office.people["colleague"])
    with small_office.database.writing() as session, pytest.raises(Refused, match="另开一张"):
        operations.save_draft(session, claim_id, header, [], version=3, by=agent, at=NOON)


def _agent_of_two_teams(office: Office) -> Actor:
    with office.database.writing() as session:
        session.add(
            Seat(
                person_id=office.people["agent"],
                kind=SeatKind.AGENT,
                team_id=office.other_team_id,
                held_from=date(2026, 1, 1),
                held_until=date(2027, 1, 1),
                given_by=office.people["administrator"],
                given_at=NOON,
            )
        )
    return office.agent


def test_a_claim_that_was_sent_stays_in_its_team(small_office: Office) -> None:
    agent = _agent_of_two_teams(small_office)
    filing = a_filing(small_office, 100_000)
    claim_id = a_draft(small_office, filing, by=agent)
    _submit(small_office, claim_id, filing, agent)
    with small_office.database.writing() as session:
        operations.withdraw(session, claim_id, command(agent))
    moved = replace(
        a_filing(small_office, 100_000, person="outsider"), team_id=small_office.other_team_id, lines=filing.lines
    )
    with pytest.raises(Refused, match="另开一张"):
        _submit(small_office, claim_id, moved, agent)
    header = DraftHeader(moved.kind, moved.fund_id, moved.team_id, moved.beneficiary_id)
    with small_office.database.writing() as session, pytest.raises(Refused, match="另开一张"):
        operations.save_draft(session, claim_id, header, [], version=3, by=agent, at=NOON)


def test_the_form_of_a_claim_that_was_sent_offers_its_own_team_and_fund(small_office: Office, browse: Browse) -> None:
    agent = _agent_of_two_teams(small_office)
    filing = a_filing(small_office, 100_000)
    claim_id = a_draft(small_office, filing, by=agent)
    other = f'value="{small_office.other_team_id}:{small_office.people["outsider"]}"'
    assert other in browse("agent").get(f"/claims/{claim_id}/edit").text
    _submit(small_office, claim_id, filing, agent)
    with small_office.database.writing() as session:
        operations.withdraw(session, claim_id, command(agent))
    assert other not in browse("agent").get(f"/claims/{claim_id}/edit").text


def test_a_claim_given_up_after_it_was_paid_and_taken_back_is_still_there_for_all_who_saw_it(
    small_office: Office, browse: Browse
) -> None:
    claim_id = a_paid(small_office)
    with small_office.database.reading() as session:
        claim = session.get_one(Claim, claim_id)
        payment_id, handle = claim.payments[0].id, claim.attachments[0].evidence.handle
    acts = (
        lambda s: operations.payment_returned(
            s, claim_id, payment_id, TODAY, command(small_office.cashier, comment="账号已注销")
        ),
        lambda s: operations.void_voucher(s, claim_id, command(small_office.head, comment="收款人不对")),
        lambda s: operations.send_back(s, claim_id, command(small_office.second_reviewer, comment="请重填")),
        lambda s: operations.discard(s, claim_id, by=small_office.member, at=NOON),
    )
    for act in acts:
        with small_office.database.writing() as session:
            act(session)
    for name in ("member", "auditor", "officer", "cashier", "reviewer"):
        client = browse(name)
        assert "已作废" in client.get(f"/claims/{claim_id}").text, name
        assert client.get(f"/evidence/{handle}").status_code == 200, name
    assert browse("outsider").get(f"/claims/{claim_id}").status_code == 404
    nothing_broken(small_office.database)


def test_a_draft_never_sent_is_gone_once_it_is_thrown_away(small_office: Office) -> None:
    claim_id = a_draft(small_office, a_filing(small_office))
    with small_office.database.writing() as session:
        operations.discard(session, claim_id, by=small_office.member, at=NOON)
    with small_office.database.reading() as session:
        for name in ("member", "auditor", "reviewer"):
            with pytest.raises(NotFound):
                queries.one(session, claim_id, seen_by=small_office.actor(name))


def test_a_claim_taken_back_is_its_filers_alone_and_the_auditors(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office)
    with small_office.database.writing() as session:
        operations.withdraw(session, claim_id, command(small_office.member))
    seen = {
        name: browse(name).get(f"/claims/{claim_id}").status_code
        for name in ("reviewer", "head", "officer", "cashier", "auditor")
    }
    assert seen == {"reviewer": 404, "head": 404, "officer": 404, "cashier": 404, "auditor": 200}


def test_the_trail_keeps_what_was_sent_each_time(small_office: Office) -> None:
    filing = a_filing(small_office, 100_000)
    claim_id = a_draft(small_office, filing)
    _submit(small_office, claim_id, filing)
    with small_office.database.writing() as session:
        operations.withdraw(session, claim_id, command(small_office.member))
    _submit(small_office, claim_id, replace(filing, lines=(replace(filing.lines[0], claimed_fen=90_000),)))
    with small_office.database.reading() as session:
        sent = session.scalars(
            select(AuditEntry.after).where(AuditEntry.action == "claim.submit").order_by(AuditEntry.id)
        ).all()
    assert [[line["claimed_fen"] for line in after["lines"]] for after in sent] == [[100_000], [90_000]]
    assert sent[0]["beneficiary_id"] == small_office.people["member"]


def test_the_trail_names_the_line_that_was_deducted_and_the_seat_of_every_act(small_office: Office) -> None:
    claim_id = a_submitted(small_office, 100_000, 200_000)
    with small_office.database.reading() as session:
        second = session.get_one(Claim, claim_id).lines[1].id
    with small_office.database.writing() as session:
        operations.deduct(session, claim_id, second, 5_000, command(small_office.reviewer, comment="超标准"))
    with small_office.database.writing() as session:
        operations.approve(session, claim_id, command(small_office.reviewer))
    with small_office.database.reading() as session:
        deducted = session.scalars(select(AuditEntry).where(AuditEntry.action == "claim.deduct")).one()
        issued = session.scalars(select(AuditEntry).where(AuditEntry.action == "voucher.issue")).one()
        acts = session.scalars(select(AuditEntry).where(AuditEntry.action.startswith("claim."))).all()
    assert (deducted.before["line"], deducted.before["line_deducted_fen"]) == (2, 0)
    assert (deducted.after["line"], deducted.after["line_deducted_fen"]) == (2, 5_000)
    assert issued.seat == SeatKind.REVIEWER
    assert {entry.action for entry in acts if not entry.seat} == set()


def test_a_payment_is_not_dated_before_finance_accepted(small_office: Office) -> None:
    filing, days_later = a_filing(small_office), NOON + timedelta(days=5)
    claim_id = a_draft(small_office, filing)
    _submit(small_office, claim_id, filing)
    with small_office.database.writing() as session:
        operations.approve(session, claim_id, command(small_office.reviewer, at=days_later))
    with small_office.database.writing() as session:
        operations.verify(session, claim_id, command(small_office.officer, at=days_later))
    assert filing.payee_id is not None
    early = PaymentFacts(filing.payee_id, 120_000, days_later.date() - timedelta(days=1))
    with small_office.database.writing() as session, pytest.raises(Refused, match="早于财政复核"):
        operations.pay(session, claim_id, early, command(small_office.cashier, at=days_later))
    with small_office.database.writing() as session:
        on_the_day = replace(early, paid_on=days_later.date())
        paid = operations.pay(session, claim_id, on_the_day, command(small_office.cashier, at=days_later))
    assert paid.state is State.PAID


def test_who_took_a_payment_back_has_acted_at_payment(small_office: Office) -> None:
    claim_id = a_paid(small_office)
    with small_office.database.reading() as session:
        payment_id = session.get_one(Claim, claim_id).payments[0].id
    with small_office.database.writing() as session:
        operations.payment_returned(
            session, claim_id, payment_id, TODAY, command(small_office.cashier, comment="账号已注销")
        )
    with small_office.database.reading() as session:
        assert session.get_one(Claim, claim_id).decisions[-1].at_step is Step.PAY


def test_a_page_that_decided_once_decides_nothing_else(small_office: Office) -> None:
    first, second = a_submitted(small_office), a_submitted(small_office)
    sent = command(small_office.reviewer, comment="不属于开支范围")
    with small_office.database.writing() as session:
        operations.approve(session, first, sent)
    other_person = replace(sent, by=small_office.second_reviewer)
    for claim_id, act, order in (
        (second, operations.reject, sent),
        (first, operations.reject, sent),
        (first, operations.approve, other_person),
    ):
        with small_office.database.writing() as session, pytest.raises(Refused):
            act(session, claim_id, order)
    with small_office.database.writing() as session:
        assert operations.approve(session, first, sent).state is State.APPROVED, "the second click is answered"


def _with_one_invoice(office: Office, person: str, *, typed: bool, extra: bool = False) -> tuple[int, Filing]:
    """A draft with the same e-invoice as others', its number typed or left out."""
    by, filing = office.actor(person), a_filing(office, person=person)
    number = "26322000000012345678"
    facts = {key: value for key, value in filing.lines[0].facts.items() if key != "bill_number"}
    if typed:
        facts["bill_number"] = number
    elif extra:
        facts["bill_number"] = a_bill_number()
    filing = replace(filing, lines=(replace(filing.lines[0], facts=facts),))
    header = DraftHeader(filing.kind, filing.fund_id, filing.team_id, filing.beneficiary_id, filing.purpose)
    with office.database.writing() as session:
        claim_id = operations.open_draft(session, header, by=by, at=NOON, draft_key=uuid.uuid4().hex)
        file = StoredFile(current_files().put(b"%PDF-1.4 one e-invoice"), 22, "pdf", "发票.pdf")
        reading = Reading(invoice_number=number, total_fen=120_000)
        evidence = keep(session, file, EvidenceKind.INVOICE, by=by, at=NOON, read=FileRead(reading))
        operations.attach(session, claim_id, evidence.id, filing.lines[0].key, by=by, at=NOON)
    return claim_id, filing


@pytest.mark.parametrize(("first", "second"), [(False, False), (True, False), (False, True)])
def test_an_invoice_read_off_its_file_is_used_once_whether_its_number_is_typed_or_not(
    small_office: Office, first: bool, second: bool
) -> None:
    claim_id, filing = _with_one_invoice(small_office, "member", typed=first)
    _submit(small_office, claim_id, filing)
    other_id, other = _with_one_invoice(small_office, "colleague", typed=second)
    with pytest.raises(Refused, match="26322000000012345678"):
        _submit(small_office, other_id, other, small_office.colleague)
    with small_office.database.writing() as session:
        operations.withdraw(session, claim_id, command(small_office.member))
    assert _submit(small_office, other_id, other, small_office.colleague).state is State.IN_ROUTE
    nothing_broken(small_office.database)


def test_a_second_invoice_at_a_line_is_used_up_with_it(small_office: Office) -> None:
    claim_id, filing = _with_one_invoice(small_office, "member", typed=False, extra=True)
    _submit(small_office, claim_id, filing)
    other_id, other = _with_one_invoice(small_office, "colleague", typed=True)
    with pytest.raises(Refused, match="26322000000012345678"):
        _submit(small_office, other_id, other, small_office.colleague)


def test_an_approved_claim_cannot_be_given_up(small_office: Office) -> None:
    claim_id = an_approved(small_office)
    with small_office.database.writing() as session, pytest.raises(Refused):
        operations.discard(session, claim_id, by=small_office.member, at=NOON)
