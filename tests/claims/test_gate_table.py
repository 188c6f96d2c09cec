"""Who may do what to a claim at each place of its life, and what that does to the money: the whole table, walked.

The table below is written from the office's rules (who sits where, what a verb does to the hold), not from the
program's own tables, and everything it does not name must be refused and change nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from itertools import product

import pytest
from sqlalchemy.orm import Session

import tracker.audit.checks
import tracker.claims.checks
import tracker.evidence.keys
import tracker.funds.checks
import tracker.vouchers.checks
from tests.office import (
    NOON,
    PEOPLE,
    TODAY,
    Office,
    a_draft,
    a_filing,
    a_paid,
    a_payee,
    a_submitted,
    an_accepted,
    an_approved,
    command,
)
from tracker.claims import operations, queries
from tracker.claims.filing import Filing
from tracker.claims.lifecycle import Move, State, Step
from tracker.claims.models import Claim, Payee
from tracker.claims.operations.drafts import DraftHeader
from tracker.claims.operations.payments import PaymentFacts
from tracker.claims.policy import open_moves
from tracker.funds.queries import team_cell
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.teams.models import Seat
from tracker.vouchers import queries as vouchers

CLAIMED = (200_000, 400_000)
TOTAL = sum(CLAIMED)
PART = 150_000

REVIEWERS = {"reviewer", "second_reviewer"}
SEEN_AND_CONCERNED = {"member", "liaison", "reviewer", "second_reviewer", "head", "officer", "cashier"}
"""Whoever takes part in a document may speak on it; the auditor sees it and stays silent."""


THOSE_WHO_ACT = ("member", "reviewer", "head", "officer", "cashier", "auditor")
"""Refusals are the same on both engines; the second is walked with those whose acts reach its money."""


@dataclass(frozen=True)
class Effect:
    """The state an act leads to and what it adds to the team's held and spent money, in fen."""

    state: State
    held: int = 0
    spent: int = 0


Row = tuple[set[str], Effect]

IN_ROUTE, APPROVED, ACCEPTED = State.IN_ROUTE, State.APPROVED, State.ACCEPTED
SPEAK = {"comment": (SEEN_AND_CONCERNED, Effect(IN_ROUTE))}

FILERS: dict[str, Row] = {
    "discard": ({"member"}, Effect(State.DISCARDED)),
    "submit": ({"member"}, Effect(IN_ROUTE, held=TOTAL)),
}

TABLE: dict[str, dict[str, Row]] = {
    "draft": {**FILERS, "save": ({"member"}, Effect(State.DRAFT))},
    "withdrawn": {**FILERS, "save": ({"member"}, Effect(State.DRAFT))},
    "returned": {**FILERS, "save": ({"member"}, Effect(State.RETURNED))},
    "at the reviewer": {
        **SPEAK,
        "withdraw": ({"member"}, Effect(State.DRAFT, held=-TOTAL)),
        "return": (REVIEWERS, Effect(State.RETURNED, held=-TOTAL)),
        "deduct": (REVIEWERS, Effect(IN_ROUTE, held=-1)),
        "approve": (REVIEWERS, Effect(IN_ROUTE)),
        "reject": (REVIEWERS, Effect(State.REJECTED, held=-TOTAL)),
    },
    "at the head": {
        **SPEAK,
        "return": ({"head"}, Effect(State.RETURNED, held=-TOTAL)),
        "step back": ({"head"}, Effect(IN_ROUTE)),
        "approve": ({"head"}, Effect(APPROVED)),
        "reject": ({"head"}, Effect(State.REJECTED, held=-TOTAL)),
    },
    "stepped back to the reviewer": {
        **SPEAK,
        "return": (REVIEWERS, Effect(State.RETURNED, held=-TOTAL)),
        "deduct": (REVIEWERS, Effect(IN_ROUTE, held=-1)),
        "approve": (REVIEWERS, Effect(IN_ROUTE)),
        "reject": (REVIEWERS, Effect(State.REJECTED, held=-TOTAL)),
    },
    "at finance": {
        "comment": (SEEN_AND_CONCERNED, Effect(APPROVED)),
        "verify": ({"officer"}, Effect(ACCEPTED)),
        "finance return": ({"officer"}, Effect(IN_ROUTE)),
        "void": ({"head"}, Effect(IN_ROUTE)),
    },
    "returned by finance": {
        **SPEAK,
        "return": ({"head"}, Effect(State.RETURNED, held=-TOTAL)),
        "step back": ({"head"}, Effect(IN_ROUTE)),
        "approve": ({"head"}, Effect(APPROVED)),
        "reject": ({"head"}, Effect(State.REJECTED, held=-TOTAL)),
    },
    "its voucher void": {
        **SPEAK,
        "return": ({"head"}, Effect(State.RETURNED, held=-TOTAL)),
        "step back": ({"head"}, Effect(IN_ROUTE)),
        "approve": ({"head"}, Effect(APPROVED)),
        "reject": ({"head"}, Effect(State.REJECTED, held=-TOTAL)),
    },
    "to be paid": {
        "comment": (SEEN_AND_CONCERNED, Effect(ACCEPTED)),
        "void": ({"head"}, Effect(IN_ROUTE)),
        "pay part": ({"cashier"}, Effect(State.PART_PAID, held=-PART, spent=PART)),
        "pay rest": ({"cashier"}, Effect(State.PAID, held=-TOTAL, spent=TOTAL)),
    },
    "paid in part": {
        "pay part": ({"cashier"}, Effect(State.PART_PAID, held=-PART, spent=PART)),
        "pay rest": ({"cashier"}, Effect(State.PAID, held=PART - TOTAL, spent=TOTAL - PART)),
        "payment returned": ({"cashier"}, Effect(ACCEPTED, held=PART, spent=-PART)),
    },
    "paid in two parts": {
        "payment returned": ({"cashier"}, Effect(State.PART_PAID, held=PART, spent=-PART)),
    },
    "paid": {
        "payment returned": ({"cashier"}, Effect(ACCEPTED, held=TOTAL, spent=-TOTAL)),
    },
    "rejected": {},
    "discarded": {},
}


FILINGS: dict[object, Filing] = {}
"""What the member files again, made before a transaction is open: making it writes the member's account."""


def _do(office: Office, claim_id: int, act: str, who: str) -> Claim:
    FILINGS[office.database.url] = a_filing(office, *CLAIMED)
    with office.database.writing() as session:
        return ACTS[act](session, office, claim_id, office.actor(who))


def _walked(*path: tuple[str, str], start: Callable[..., int] = a_submitted) -> Callable[[Office], int]:
    def build(office: Office) -> int:
        claim_id = start(office, *CLAIMED)
        for act, who in path:
            _do(office, claim_id, act, who)
        return claim_id

    return build


def _drafted(office: Office, *amounts_fen: int) -> int:
    return a_draft(office, a_filing(office, *amounts_fen))


PLACES: dict[str, Callable[[Office], int]] = {
    "draft": _walked(start=_drafted),
    "withdrawn": _walked(("withdraw", "member")),
    "returned": _walked(("return", "reviewer")),
    "at the reviewer": _walked(),
    "at the head": _walked(("approve", "reviewer")),
    "stepped back to the reviewer": _walked(("approve", "reviewer"), ("step back", "head")),
    "at finance": _walked(start=an_approved),
    "returned by finance": _walked(("finance return", "officer"), start=an_approved),
    "its voucher void": _walked(("void", "head"), start=an_accepted),
    "to be paid": _walked(start=an_accepted),
    "paid in part": _walked(("pay part", "cashier"), start=an_accepted),
    "paid in two parts": _walked(("pay part", "cashier"), ("pay rest", "cashier"), start=an_accepted),
    "paid": _walked(start=a_paid),
    "rejected": _walked(("reject", "reviewer")),
    "discarded": _walked(("discard", "member"), start=_drafted),
}


def _filing(session: Session, office: Office, claim_id: int) -> Filing:
    """The same claim again, with the evidence it already has."""
    claim, filing = session.get_one(Claim, claim_id), FILINGS[office.database.url]
    keys = [attachment.line_key for attachment in claim.attachments]
    return replace(filing, lines=tuple(replace(line, key=key) for line, key in zip(filing.lines, keys, strict=False)))


def _save(session: Session, office: Office, claim_id: int, by: Actor) -> Claim:
    filing = FILINGS[office.database.url]
    header = DraftHeader(filing.kind, filing.fund_id, filing.team_id, filing.beneficiary_id, "改过的事由")
    claim = session.get_one(Claim, claim_id)
    operations.save_draft(session, claim_id, header, [["purpose", "改过的事由"]], version=claim.version, by=by, at=NOON)
    session.refresh(claim)
    return claim


def _discard(session: Session, office: Office, claim_id: int, by: Actor) -> Claim:
    del office
    operations.discard(session, claim_id, by=by, at=NOON)
    claim = session.get_one(Claim, claim_id)
    session.refresh(claim)
    return claim


def _deduct(session: Session, office: Office, claim_id: int, by: Actor) -> Claim:
    del office
    lines = session.get_one(Claim, claim_id).lines
    line_id = lines[0].id if lines else 1
    return operations.deduct(session, claim_id, line_id, 1, command(by, comment="按标准核减"))


def _pay(amount: int | None) -> Callable[[Session, Office, int, Actor], Claim]:
    def pay(session: Session, office: Office, claim_id: int, by: Actor) -> Claim:
        claim = session.get_one(Claim, claim_id)
        facts = PaymentFacts(_payee(session, office), amount or max(claim.payable_fen, 1), TODAY, "2026030900009")
        return operations.pay(session, claim_id, facts, command(by))

    return pay


def _payee(session: Session, office: Office) -> int:
    return session.query(Payee.id).filter_by(person_id=office.people["member"]).limit(1).scalar() or 0


def _payment_returned(session: Session, office: Office, claim_id: int, by: Actor) -> Claim:
    del office
    payments = session.get_one(Claim, claim_id).payments
    payment_id = payments[0].id if payments else 1
    return operations.payment_returned(session, claim_id, payment_id, TODAY, command(by, comment="账号已注销"))


def _gate(operation: Callable[..., Claim]) -> Callable[[Session, Office, int, Actor], Claim]:
    return lambda session, _office, claim_id, by: operation(session, claim_id, command(by, comment="原因"))


ACTS: dict[str, Callable[[Session, Office, int, Actor], Claim]] = {
    "save": _save,
    "discard": _discard,
    "submit": lambda session, office, claim_id, by: operations.submit(
        session, claim_id, _filing(session, office, claim_id), command(by)
    ),
    "withdraw": _gate(operations.withdraw),
    "return": _gate(operations.send_back),
    "step back": _gate(operations.step_back),
    "deduct": _deduct,
    "approve": _gate(operations.approve),
    "reject": _gate(operations.reject),
    "comment": _gate(operations.comment),
    "verify": _gate(operations.verify),
    "finance return": _gate(operations.finance_return),
    "void": _gate(operations.void_voucher),
    "pay part": _pay(PART),
    "pay rest": _pay(None),
    "payment returned": _payment_returned,
}


def _attempt(office: Office, claim_id: int, act: str, by: Actor) -> Effect | Refused:
    """Try one act and undo it."""
    FILINGS[office.database.url] = a_filing(office, *CLAIMED)
    with office.database.writing() as session:
        return _tried(session, office, claim_id, act, by)


def _tried(session: Session, office: Office, claim_id: int, act: str, by: Actor) -> Effect | Refused:
    """Try an act, tell what it did to claim and money, find nothing broken, and give everything back."""
    attempt = session.begin_nested()
    try:
        before = _money(session, office)
        claim = ACTS[act](session, office, claim_id, by)
        after = _money(session, office)
        told = Effect(claim.state, after[0] - before[0], after[1] - before[1])
        assert list(_breaches(session)) == []
    except Refused as refusal:
        return refusal
    finally:
        attempt.rollback()
        session.expire_all()
    return told


def _money(session: Session, office: Office) -> tuple[int, int]:
    cell = team_cell(session, office.fund_id, office.team_id)
    assert cell is not None
    session.refresh(cell)
    return cell.held, cell.spent


def _breaches(session: Session) -> Iterator[str]:
    session.expire_all()
    yield from tracker.funds.checks.breaches(session)
    yield from tracker.claims.checks.breaches(session)
    yield from tracker.evidence.keys.breaches(session)
    yield from tracker.vouchers.checks.breaches(session)
    yield from tracker.audit.checks.breaches(session)


@pytest.mark.parametrize("place", TABLE)
def test_each_seat_may_do_what_the_office_gave_it_and_nothing_else(office: Office, place: str) -> None:
    a_payee(office)
    claim_id = PLACES[place](office)
    walked = PEOPLE if office.database.is_sqlite else THOSE_WHO_ACT
    actors = {who: office.actor(who) for who in walked}
    FILINGS[office.database.url] = a_filing(office, *CLAIMED)
    wrong = []
    with office.database.writing() as session:
        for act, (who, by) in product(ACTS, actors.items()):
            people, effect = TABLE[place].get(act, (set(), None))
            told = _tried(session, office, claim_id, act, by)
            if who in people and told != effect:
                wrong.append(f"{act} by {who}: wanted {effect}, got {told!r}")
            if who not in people and not isinstance(told, Refused):
                wrong.append(f"{act} by {who}: wanted a refusal, got {told}")
    assert wrong == []


@pytest.mark.parametrize("place", TABLE)
def test_the_page_offers_exactly_what_the_gate_lets_through(small_office: Office, place: str) -> None:
    """The buttons come from the same rules as the acts: none is drawn that is refused, none is missing."""
    drawn = {
        Move.SAVE: "save", Move.DISCARD: "discard", Move.SUBMIT: "submit", Move.WITHDRAW: "withdraw",
        Move.RETURN: "return", Move.STEP_BACK: "step back", Move.DEDUCT: "deduct", Move.PASS: "approve",
        Move.APPROVE: "approve", Move.REJECT: "reject", Move.COMMENT: "comment", Move.VERIFY: "verify",
        Move.FINANCE_RETURN: "finance return", Move.VOID: "void", Move.PAY_PART: "pay", Move.PAY_REST: "pay",
        Move.PAYMENT_RETURNED: "payment returned", Move.LAST_PAYMENT_RETURNED: "payment returned",
    }  # fmt: skip
    a_payee(small_office)
    claim_id = PLACES[place](small_office)
    for who in PEOPLE:
        by = small_office.actor(who)
        allowed = {
            act.split(" ")[0] if act.startswith("pay ") else act
            for act, (people, _) in TABLE[place].items()
            if who in people
        }
        with small_office.database.reading() as session:
            try:
                claim = queries.one(session, claim_id, seen_by=by)
            except NotFound:
                assert allowed == set(), f"{who} may act on what they cannot see"
                continue
            offered = {drawn[move] for move, one in open_moves(by, claim).items() if not one.refused}
        assert offered == allowed, f"{place}: {who}"


def test_a_claim_returned_with_come_back_to_me_goes_straight_to_who_returned_it(office: Office) -> None:
    claim_id = PLACES["at the head"](office)
    with office.database.writing() as session:
        operations.send_back(session, claim_id, command(office.head, comment="补会议通知"), to_me_again=True)
    assert _do(office, claim_id, "submit", "member").step is Step.HEAD


def test_a_claim_returned_plainly_starts_again_at_the_first_step(office: Office) -> None:
    claim_id = PLACES["at the head"](office)
    _do(office, claim_id, "return", "head")
    assert _do(office, claim_id, "submit", "member").step is Step.REVIEW


def test_whoever_examined_may_not_also_give_the_last_signature(office: Office) -> None:
    with office.database.writing() as session:
        session.add(
            Seat(
                person_id=office.people["reviewer"],
                kind=SeatKind.HEAD,
                unit_id=office.lead_unit_id,
                held_from=date(2026, 1, 1),
                held_until=None,
                given_by=1,
                given_at=NOON,
            )
        )
    claim_id = PLACES["at the head"](office)
    told = _attempt(office, claim_id, "approve", office.actor("reviewer"))
    assert isinstance(told, Refused)
    assert "「牵头单位审核」，不相容" in told.sentence


def test_everything_deducted_cannot_be_approved_but_can_be_returned_or_rejected(office: Office) -> None:
    claim_id = a_submitted(office, *CLAIMED)
    with office.database.reading() as session:
        lines = [(line.id, line.claimed_fen) for line in session.get_one(Claim, claim_id).lines]
    for line_id, claimed_fen in lines:
        with office.database.writing() as session:
            operations.deduct(session, claim_id, line_id, claimed_fen, command(office.reviewer, comment="不在开支范围"))
    reviewer = office.actor("reviewer")
    refusal = _attempt(office, claim_id, "approve", reviewer)
    assert isinstance(refusal, Refused)
    assert "核定金额是 0" in refusal.sentence
    assert _attempt(office, claim_id, "return", reviewer) == Effect(State.RETURNED)
    assert _attempt(office, claim_id, "reject", reviewer) == Effect(State.REJECTED)


def test_one_fen_more_than_the_line_claims_cannot_be_deducted(office: Office) -> None:
    claim_id = a_submitted(office, 100_000)
    with office.database.reading() as session:
        line = session.get_one(Claim, claim_id).lines[0]
    with pytest.raises(Refused, match=r"1,000\.00"), office.database.writing() as session:
        operations.deduct(session, claim_id, line.id, 100_001, command(office.reviewer, comment="超标准"))


def test_a_deduction_is_taken_back_only_while_the_money_is_still_there(office: Office) -> None:
    quota = 60_000_000
    claim_id = a_submitted(office, quota)
    with office.database.reading() as session:
        line = session.get_one(Claim, claim_id).lines[0]
    with office.database.writing() as session:
        operations.deduct(session, claim_id, line.id, 100, command(office.reviewer, comment="先核减"))
    a_submitted(office, 100)
    with pytest.raises(Refused, match=r"超出 1\.00 元"), office.database.writing() as session:
        operations.deduct(session, claim_id, line.id, 0, command(office.reviewer, comment="改回"))


def test_two_reviewers_at_once_are_one_decision_and_the_second_is_told_who_was_first(office: Office) -> None:
    claim_id = a_submitted(office, *CLAIMED)
    with office.database.reading() as session:
        version = session.get_one(Claim, claim_id).version
    with office.database.writing() as session:
        operations.approve(session, claim_id, command(office.reviewer, version=version))
    with pytest.raises(Stale, match="周敏于 03-09 12:00 已「同意」"), office.database.writing() as session:
        operations.approve(session, claim_id, command(office.second_reviewer, version=version))


def test_the_second_click_finds_the_first_answer(office: Office) -> None:
    claim_id = a_submitted(office, *CLAIMED)
    order = command(office.reviewer)
    for _ in range(2):
        with office.database.writing() as session:
            claim = operations.approve(session, claim_id, order)
            assert (claim.step, len([d for d in claim.decisions if d.step is Step.REVIEW])) == (Step.HEAD, 1)


def test_a_void_voucher_keeps_its_number_and_the_next_approval_takes_the_next_one(office: Office) -> None:
    claim_id = an_approved(office, *CLAIMED)
    _do(office, claim_id, "finance return", "officer")
    _do(office, claim_id, "approve", "head")
    with office.database.reading() as session:
        papers = vouchers.of_claim(session, claim_id)
        assert [(paper.number, paper.voided_at is not None) for paper in papers] == [
            ("ZSBX-2026-000001", True),
            ("ZSBX-2026-000002", False),
        ]
