"""What must always hold of claims (domain.md, invariants 2, 3, 4, 5 and 8)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from tracker.claims.lifecycle import FILERS_STATES, HOLDING_STATES, Move, State
from tracker.claims.models import Attachment, Claim, ClaimLine, Decision, Payment
from tracker.evidence.models import Evidence, InvoiceKey, InvoiceShare
from tracker.funds.models import BookEntry, BookTransaction, Bucket, Cell, CellKind
from tracker.kernel.actors import SeatKind
from tracker.kernel.money import format_yuan
from tracker.teams.models import Seat
from tracker.vouchers.models import Voucher


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where claims do not hold."""
    yield from _totals(session)
    yield from _payments(session)
    yield from _cells_equal_claims(session)
    yield from _book_equals_claims(session)
    yield from _seats(session)
    yield from _terms(session)
    yield from _keys(session)
    yield from _kept(session)


def _totals(session: Session) -> Iterator[str]:
    sums = (
        select(
            ClaimLine.claim_id,
            func.sum(ClaimLine.claimed_fen).label("claimed"),
            func.sum(ClaimLine.deducted_fen).label("deducted"),
        )
        .group_by(ClaimLine.claim_id)
        .subquery()
    )
    rows = session.execute(
        select(Claim.id, Claim.number)
        .outerjoin(sums, sums.c.claim_id == Claim.id)
        .where(
            Claim.state.not_in([*FILERS_STATES, State.DISCARDED]),
            (func.coalesce(sums.c.claimed, 0) != Claim.claimed_fen)
            | (func.coalesce(sums.c.deducted, 0) != Claim.deducted_fen),
        )
    )
    for claim_id, number in rows:
        yield f"单据 {number or claim_id} 的合计与明细不符"


def _payments(session: Session) -> Iterator[str]:
    sums = (
        select(Payment.claim_id, func.sum(Payment.amount_fen).label("paid"))
        .where(Payment.returned_at.is_(None))
        .group_by(Payment.claim_id)
        .subquery()
    )
    rows = session.execute(
        select(Claim.number, Claim.state, Claim.claimed_fen - Claim.deducted_fen, Claim.paid_fen, sums.c.paid)
        .outerjoin(sums, sums.c.claim_id == Claim.id)
        .where((Claim.paid_fen > 0) | sums.c.paid.is_not(None) | Claim.state.in_([State.PAID, State.PART_PAID]))
    )
    for number, state, approved, paid, payments in rows:
        if paid != (payments or 0):
            yield f"单据 {number} 已付 {format_yuan(paid)}，支付记录净额 {format_yuan(int(payments or 0))}"
        if (state is State.PAID) != (paid == approved and paid > 0):
            yield f"单据 {number} 状态与已付金额不符"
    split = select(Payment.number, Payment.amount_fen, Payment.shares)
    for number, amount, shares in session.execute(split, execution_options={"yield_per": 5000}):
        if sum(shares.values()) != amount:
            yield f"支付 {number} 的科目分摊与金额不符"


def _cells_equal_claims(session: Session) -> Iterator[str]:
    """Fund = Σ teams = Σ claims by state: held is what claims still hold, spent is what was paid, by category."""
    held: dict[tuple[int, int, int], int] = defaultdict(int)
    spent: dict[tuple[int, int, int], int] = defaultdict(int)
    rows = session.execute(
        select(
            Claim.fund_id,
            Claim.team_id,
            ClaimLine.category_id,
            func.sum(ClaimLine.claimed_fen - ClaimLine.deducted_fen),
        )
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .where(Claim.state.in_([*HOLDING_STATES, State.PAID]))
        .group_by(Claim.fund_id, Claim.team_id, ClaimLine.category_id)
    )
    for fund_id, team_id, category_id, total in rows:
        held[fund_id, team_id, category_id] += int(total)
    paid = session.execute(
        select(Claim.fund_id, Claim.team_id, Payment.shares)
        .join(Claim, Claim.id == Payment.claim_id)
        .where(Payment.returned_at.is_(None))
    )
    for fund_id, team_id, shares in paid:
        for category, fen in shares.items():
            held[fund_id, team_id, int(category)] -= fen
            spent[fund_id, team_id, int(category)] += fen
    for cell in session.scalars(select(Cell).where(Cell.kind == CellKind.TEAM_CATEGORY)):
        key = (cell.fund_id, cell.team_id or 0, cell.category_id or 0)
        if cell.held != held.pop(key, 0) or cell.spent != spent.pop(key, 0):
            yield f"经费 {key[0]} 组团 {key[1]} 科目 {key[2]} 的在途或已支出与单据不符"
    for key in {key for key, fen in held.items() if fen} | {key for key, fen in spent.items() if fen}:
        yield f"经费 {key[0]} 组团 {key[1]} 科目 {key[2]} 有单据占用，却没有账户"


def _book_equals_claims(session: Session) -> Iterator[str]:
    """A claim's hold equals its payable part; an ended claim holds nothing."""
    entered = (
        select(BookTransaction.document_id.label("claim_id"), func.sum(BookEntry.amount_fen).label("held"))
        .join(BookEntry, BookEntry.transaction_id == BookTransaction.id)
        .join(Cell, Cell.id == BookEntry.cell_id)
        .where(BookTransaction.document_kind == "claim", BookEntry.bucket == Bucket.HELD, Cell.kind == CellKind.TEAM)
        .group_by(BookTransaction.document_id)
        .subquery()
    )
    rows = session.execute(
        select(Claim.id, Claim.number, Claim.state, Claim.claimed_fen - Claim.deducted_fen, entered.c.held).outerjoin(
            entered, entered.c.claim_id == Claim.id
        )
    )
    for claim_id, number, state, approved, total in rows:
        right = approved if state in HOLDING_STATES or state is State.PAID else 0
        if (total or 0) != right:
            yield f"单据 {number or claim_id} 应占用 {format_yuan(right)} 元，台账是 {format_yuan(int(total or 0))} 元"


def _seats(session: Session) -> Iterator[str]:
    """No two incompatible seats on a document are one person."""
    deciding = [Move.PASS, Move.APPROVE, Move.VERIFY, Move.PAY_PART, Move.PAY_REST]
    own = (
        select(Claim.number)
        .join(Decision, Decision.claim_id == Claim.id)
        .where(Decision.move.in_(deciding), Decision.person_id.in_([Claim.filer_id, Claim.beneficiary_id]))
    )
    for number in session.scalars(own.distinct()):
        yield f"单据 {number}：填报人或报销人办理了自己的单据"
    twice = (
        select(Claim.number)
        .join(Decision, Decision.claim_id == Claim.id)
        .where(Decision.move.in_(deciding))
        .group_by(Claim.number, Decision.person_id)
        .having(func.count(func.distinct(Decision.at_step)) > 1)
    )
    for number in session.scalars(twice):
        yield f"单据 {number}：同一人办理了两个不相容的环节"


def _terms(session: Session) -> Iterator[str]:
    """Nobody claims for a day outside their secondment."""
    within = exists().where(
        Seat.person_id == Claim.beneficiary_id,
        Seat.team_id == Claim.team_id,
        Seat.kind == SeatKind.MEMBER,
        Seat.held_from <= ClaimLine.spent_on,
        Seat.held_until.is_(None) | (Seat.held_until > ClaimLine.spent_on),
    )
    rows = session.execute(
        select(Claim.number, ClaimLine.position, ClaimLine.spent_on)
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .where(Claim.state.in_([*HOLDING_STATES, State.PAID]), ~within)
    )
    for number, position, day in rows:
        yield f"单据 {number} 第 {position} 行的日期 {day} 不在报销人任期内"


def _keys(session: Session) -> Iterator[str]:
    """An invoice's key belongs to live claims only, and a live claim keeps what it took."""
    rows = session.execute(
        select(Claim.id, Claim.number, InvoiceKey.number)
        .join(InvoiceShare, InvoiceShare.claim_id == Claim.id)
        .join(InvoiceKey, InvoiceKey.id == InvoiceShare.key_id)
        .where(InvoiceShare.freed_at.is_(None), Claim.state.not_in([*HOLDING_STATES, State.PAID]))
    )
    for claim_id, number, invoice in rows:
        yield f"单据 {number or claim_id} 已不在办理中，票据 {invoice} 却还记在它名下"


def _kept(session: Session) -> Iterator[str]:
    """Whatever a voucher rests on is marked to be kept thirty years."""
    rows = session.execute(
        select(Voucher.number, Evidence.display_name)
        .join(Attachment, Attachment.claim_id == Voucher.claim_id)
        .join(Evidence, Evidence.id == Attachment.evidence_id)
        .where(Voucher.voided_at.is_(None), Evidence.keep_until.is_(None))
    )
    for number, name in rows:
        yield f"报销凭证 {number} 的附件「{name}」没有保管期限"
