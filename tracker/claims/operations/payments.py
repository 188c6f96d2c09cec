"""Payments: money sent out for an accepted claim, in parts and to several payees, and money that came back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from tracker.claims import policy, queries
from tracker.claims.lifecycle import Move, Step
from tracker.claims.models import Claim, Payee, Payment
from tracker.claims.operations.moves import (
    AlreadyDone,
    Command,
    Turn,
    begin,
    held_shares,
    move_money,
    require_reason,
    write,
)
from tracker.funds.book import Document, Shares, count_spending
from tracker.funds.models import Verb
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.money import format_yuan
from tracker.kernel.text import tell
from tracker.storage.numbering import next_number
from tracker.storage.statements import run, table


@dataclass(frozen=True)
class PaymentFacts:
    """What the cashier records of a payment; the amount is fen, ``reference`` the bank's own number."""

    payee_id: int
    amount_fen: int
    paid_on: date
    reference: str = ""


def pay(session: Session, claim_id: int, facts: PaymentFacts, command: Command) -> Claim:
    """Record a payment: held money becomes spent, by the amount paid.

    Raises Refused beyond what is still to be paid, for a day in the future or before acceptance, or for a payee
    that is not the claim's; Forbidden, Stale, NotOpen.
    """
    claim = queries.locked(session, claim_id, seen_by=command.by)
    rest = facts.amount_fen == claim.payable_fen
    try:
        turn = begin(session, claim_id, Move.PAY_REST if rest else Move.PAY_PART, command, claim=claim)
    except AlreadyDone as done:
        return done.claim
    payee = _payee(session, claim, facts)
    _require_sound(claim, facts, command)
    queries.furnish(session, claim, "lines", "payments")
    shares = _shares_of(claim, facts.amount_fen)
    number = f"ZF-{claim.fund.year}-{next_number(session, f'payment:{claim.fund.year}'):04d}"
    payment = {
        "number": number,
        "claim_id": claim.id,
        "command_id": command.command_id,
        "amount_fen": facts.amount_fen,
        "method": payee.method,
        "payee_id": payee.id,
        "holder": payee.holder,
        "bank": payee.bank,
        "tail": payee.tail,
        "paid_on": facts.paid_on,
        "reference": facts.reference[:60],
        "shares": {str(category): fen for category, fen in shares.by_category.items()},
        "paid_by": command.by.person_id,
        "paid_at": command.at,
    }
    payment_id = run(session, _ADD_PAYMENT, payment).scalar_one()
    session.expire(claim, ["payments"])
    write(
        turn,
        step=None if rest else Step.PAY,
        decides=False,
        amount_fen=facts.amount_fen,
        changes={
            "paid_fen": claim.paid_fen + facts.amount_fen,
            "waiting_since": None if rest else command.at,
        },
    )
    count_spending(session, shares, sign=1, at=command.at)
    move_money(turn, Verb.SPEND, shares, document=Document("payment", payment_id, number))
    return claim


_ADD_PAYMENT = insert(table(Payment)).returning(table(Payment).c.id)
_PAYEE = select(Payee).where(Payee.id == bindparam("payee"))


def payment_returned(session: Session, claim_id: int, payment_id: int, returned_on: date, command: Command) -> Claim:
    """Record that the bank sent a payment back (退票): spent money is held again and the claim is payable again."""
    reason = require_reason(command.comment, "登记退票")
    claim = queries.locked(session, claim_id, seen_by=command.by)
    payment = next((payment for payment in claim.payments if payment.id == payment_id), None)
    if payment is None:
        raise NotFound("没有找到这笔支付，请刷新页面")
    last = claim.paid_fen == payment.amount_fen
    try:
        move = Move.LAST_PAYMENT_RETURNED if last else Move.PAYMENT_RETURNED
        turn = begin(session, claim_id, move, command, claim=claim)
    except AlreadyDone as done:
        return done.claim
    if payment.returned_at is not None:
        raise Refused(tell("%(payment)s 已登记过退票，不用再登记", payment=payment.number))
    if not payment.paid_on <= returned_on <= day_of(command.at):
        raise Refused("退票日期要在支付日期之后、今天或以前，请核对", field="returned_on")
    _take_back(turn, payment, reason, returned_on)
    return turn.claim


def _take_back(turn: Turn, payment: Payment, reason: str, returned_on: date) -> None:
    claim, command = turn.claim, turn.command
    shares = Shares(claim.fund_id, claim.team_id, {int(key): fen for key, fen in payment.shares.items()})
    turn.session.execute(
        update(Payment)
        .where(Payment.id == payment.id, Payment.returned_at.is_(None))
        .values(
            returned_on=returned_on,
            returned_at=command.at,
            returned_by=command.by.person_id,
            return_reason=reason[:200],
        )
        .execution_options(synchronize_session=False)
    )
    turn.session.expire(claim, ["payments"])
    write(
        turn,
        step=Step.PAY,
        decides=False,
        acted_at=Step.PAY,
        amount_fen=payment.amount_fen,
        changes={"paid_fen": claim.paid_fen - payment.amount_fen, "waiting_since": command.at},
    )
    count_spending(turn.session, shares, sign=-1, at=command.at)
    move_money(turn, Verb.UNSPEND, shares, document=Document("payment", payment.id, payment.number))


def _payee(session: Session, claim: Claim, facts: PaymentFacts) -> Payee:
    payee = session.scalar(_PAYEE, {"payee": facts.payee_id})
    fits = payee is not None and (payee.person_id == claim.beneficiary_id or payee.team_id == claim.team_id)
    if payee is None or not fits or payee.closed_at is not None:
        raise Refused("收款账户不属于这张单据的报销人或组团，请重选收款账户", field="payee_id")
    return payee


def _require_sound(claim: Claim, facts: PaymentFacts, command: Command) -> None:
    if facts.amount_fen <= 0 or facts.amount_fen > claim.payable_fen:
        raise Refused(
            tell(
                "这张单据还应支付 %(payable)s 元，本次填了 %(amount)s 元；请填不超过应付余额的金额",
                payable=format_yuan(claim.payable_fen),
                amount=format_yuan(facts.amount_fen),
            ),
            field="amount_fen",
        )
    if facts.paid_on > day_of(command.at):
        raise Refused("支付日期不能晚于今天，请核对", field="paid_on")
    accepted = policy.decider_of(claim, Step.VERIFY)
    if accepted is not None and facts.paid_on < day_of(accepted.at):
        raise Refused("支付日期早于财政复核的日期，请核对", field="paid_on")


def _shares_of(claim: Claim, amount_fen: int) -> Shares:
    """Split a payment over what the claim still holds by category, in the order of its lines."""
    left, by_category = amount_fen, {}
    for category_id, held in held_shares(claim).by_category.items():
        part = min(left, held)
        if part:
            by_category[category_id] = part
        left -= part
    return Shares(claim.fund_id, claim.team_id, by_category)
