"""Many at once: the money is exact, one act has one effect, and the refused are told how much is left."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import func, select

from tests.holds import nothing_broken
from tests.office import NOON, TODAY, Office, a_draft, a_filing, a_paper, a_payee, a_submitted, an_accepted, command
from tracker.claims import operations
from tracker.claims.lifecycle import State
from tracker.claims.models import Claim, Decision, Payment
from tracker.claims.operations.payments import PaymentFacts
from tracker.evidence.keys import InvoiceTaken
from tracker.funds.book import NotEnoughLeft
from tracker.funds.models import Cell, CellKind, PaperKind
from tracker.funds.operations import RESERVE, PaperChanges, Transfer, record_paper
from tracker.kernel.errors import Refused

CLIENTS = 32


def at_once(works: Sequence[Callable[[], object]]) -> list[object]:
    """Run the works from as many threads at one signal; give back each result or refusal, in order."""
    answers: list[object] = [None] * len(works)
    gate = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], object]) -> None:
        gate.wait()
        try:
            answers[place] = work()
        except BaseException as failure:  # noqa: BLE001  the test looks at every one
            answers[place] = failure

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_32_clients_race_for_the_last_money_of_a_team(office: Office) -> None:
    """Room for exactly 20 claims of 1,000.00: 20 are accepted, 12 are told that 0.00 is left."""
    _leave(office, 2_000_000)
    member = office.actor("member")
    drafts = [(a_draft(office, filing), filing) for filing in (a_filing(office, 100_000) for _ in range(CLIENTS))]

    def submit(claim_id: int, filing: object) -> object:
        with office.database.writing() as session:
            return operations.submit(session, claim_id, filing, command(member)).number  # type: ignore[arg-type]

    answers = at_once([lambda d=draft: submit(*d) for draft in drafts])  # type: ignore[misc]

    refused = [answer for answer in answers if isinstance(answer, BaseException)]
    assert all(isinstance(answer, NotEnoughLeft) for answer in refused), refused
    assert len(refused) == CLIENTS - 20
    assert all("还剩 0.00 元" in str(answer) for answer in refused)
    assert len({answer for answer in answers if isinstance(answer, str)}) == 20
    with office.database.reading() as session:
        cell = session.scalars(select(Cell).where(Cell.team_id == office.team_id, Cell.kind == CellKind.TEAM)).one()
        assert (cell.available, cell.held) == (0, 2_000_000)
    nothing_broken(office.database)


def test_claims_race_a_quota_cut(office: Office) -> None:
    """Whoever comes first, the team never holds more than it has."""
    _leave(office, 1_000_000)
    member, officer = office.actor("member"), office.actor("officer")
    drafts = [(a_draft(office, filing), filing) for filing in (a_filing(office, 200_000) for _ in range(8))]

    def submit(claim_id: int, filing: object) -> object:
        with office.database.writing() as session:
            return operations.submit(session, claim_id, filing, command(member)).claimed_fen  # type: ignore[arg-type]

    def cut() -> object:
        with office.database.writing() as session:
            changes = PaperChanges(transfers=[Transfer(office.team_id, RESERVE, 600_000)])
            return record_paper(
                session, office.fund_id, PaperKind.RECALL, a_paper(), changes, by=officer, at=NOON, command_id="cut"
            )

    answers = at_once([cut, *[lambda d=draft: submit(*d) for draft in drafts]])

    assert all(isinstance(answer, NotEnoughLeft) for answer in answers if isinstance(answer, BaseException))
    held = sum(answer for answer in answers[1:] if isinstance(answer, int))
    room = 1_000_000 if isinstance(answers[0], BaseException) else 400_000
    assert held <= room
    assert held > room - 200_000
    nothing_broken(office.database)


def test_a_second_click_has_one_effect(office: Office) -> None:
    filing = a_filing(office, 300_000)
    claim_id = a_draft(office, filing)
    click = command(office.actor("member"))

    def submit() -> object:
        with office.database.writing() as session:
            return operations.submit(session, claim_id, filing, click).number

    answers = at_once([submit] * 8)

    assert len(set(answers)) == 1, answers
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Decision).where(Decision.claim_id == claim_id)) == 1
    nothing_broken(office.database)


def test_two_reviewers_at_once_one_decides_and_the_other_is_told_who(office: Office) -> None:
    claim_id = a_submitted(office, 100_000)
    with office.database.reading() as session:
        version = session.get_one(Claim, claim_id).version

    def decide(name: str) -> object:
        with office.database.writing() as session:
            return operations.approve(session, claim_id, command(office.actor(name), version=version)).state

    answers = at_once([lambda: decide("reviewer"), lambda: decide("second_reviewer")])

    [refused] = [answer for answer in answers if isinstance(answer, BaseException)]
    assert State.APPROVED in answers
    assert isinstance(refused, Refused)
    assert refused.status == 409
    assert "周敏" in refused.sentence or "吴桐" in refused.sentence
    nothing_broken(office.database)


def test_two_cashiers_windows_never_pay_twice(office: Office) -> None:
    claim_id = an_accepted(office, 100_000)
    payee_id = a_payee(office)
    cashier = office.actor("cashier")

    def pay() -> object:
        with office.database.writing() as session:
            return operations.pay(session, claim_id, PaymentFacts(payee_id, 100_000, TODAY), command(cashier)).paid_fen

    answers = at_once([pay] * 6)

    assert sum(answer == 100_000 for answer in answers) == 1
    assert all(isinstance(answer, Refused) for answer in answers if answer != 100_000)
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Payment)) == 1
    nothing_broken(office.database)


def test_one_invoice_raced_by_many_claims_is_used_once(office: Office) -> None:
    member = office.actor("member")
    filings = [a_filing(office, 100_000) for _ in range(8)]
    same = [
        replace(
            filing,
            lines=(replace(filing.lines[0], facts={**filing.lines[0].facts, "bill_number": "26322000000000000001"}),),
        )
        for filing in filings
    ]
    drafts = [(a_draft(office, filing), filing) for filing in same]

    def submit(claim_id: int, filing: object) -> object:
        with office.database.writing() as session:
            return operations.submit(session, claim_id, filing, command(member)).number  # type: ignore[arg-type]

    answers = at_once([lambda d=draft: submit(*d) for draft in drafts])  # type: ignore[misc]

    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert sum(isinstance(answer, InvoiceTaken) for answer in answers) == len(drafts) - 1
    nothing_broken(office.database)


def _leave(office: Office, left_fen: int) -> None:
    """Recall what the team has but for this much."""
    with office.database.writing() as session:
        changes = PaperChanges(transfers=[Transfer(office.team_id, RESERVE, 60_000_000 - left_fen)])
        record_paper(
            session,
            office.fund_id,
            PaperKind.RECALL,
            a_paper(),
            changes,
            by=office.actor("officer"),
            at=NOON,
            command_id=uuid.uuid4().hex,
        )
