"""A claim's money: lines, payments and the book say the same, on the accounts of the claim's own team."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Select, and_, case, func, not_, select
from sqlalchemy.orm import Session, joinedload

from tracker.claims.lifecycle import FILERS_STATES, LIVE_STATES, State
from tracker.claims.models import Claim, ClaimLine, Payment
from tracker.funds.book import cell_name
from tracker.funds.models import BookEntry, BookTransaction, Bucket, Cell, CellKind
from tracker.kernel.money import format_yuan

_APPROVED = Claim.claimed_fen - Claim.deducted_fen


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where claims and the money do not agree."""
    yield from _totals(session)
    yield from _paid(session)
    yield from _cells_equal_claims(session)
    yield from _held_in_the_book(session)
    yield from _spent_in_the_book(session)


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


def _paid(session: Session) -> Iterator[str]:
    """What is recorded as paid is the payments net of returns, and the state says how much that is."""
    sums = (
        select(Payment.claim_id, func.sum(Payment.amount_fen).label("paid"))
        .where(Payment.returned_at.is_(None))
        .group_by(Payment.claim_id)
        .subquery()
    )
    payments = func.coalesce(sums.c.paid, 0)
    fits = case(
        (Claim.state == State.PAID, and_(Claim.paid_fen == _APPROVED, Claim.paid_fen > 0)),
        (Claim.state == State.PART_PAID, and_(Claim.paid_fen < _APPROVED, Claim.paid_fen > 0)),
        else_=Claim.paid_fen == 0,
    )
    rows = session.execute(
        select(Claim.number, Claim.paid_fen, payments, fits)
        .outerjoin(sums, sums.c.claim_id == Claim.id)
        .where((Claim.paid_fen != payments) | not_(fits))
    )
    for number, paid, net, is_fitting in rows:
        if paid != net:
            yield f"单据 {number} 已付 {format_yuan(paid)}，支付记录净额 {format_yuan(int(net))}"
        if not is_fitting:
            yield f"单据 {number} 状态与已付金额不符"


Account = tuple[CellKind, int, int | None, int | None]
"""A cell by what it is for: its kind, fund, team and category."""


def _cells_equal_claims(session: Session) -> Iterator[str]:
    """Fund = Σ teams = Σ claims by state: every account holds what claims still hold and has spent what was paid."""
    held: dict[Account, int] = defaultdict(int)
    spent: dict[Account, int] = defaultdict(int)
    approved = session.execute(
        select(
            Claim.fund_id,
            Claim.team_id,
            ClaimLine.category_id,
            func.sum(ClaimLine.claimed_fen - ClaimLine.deducted_fen),
        )
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .where(Claim.state.in_(LIVE_STATES))
        .group_by(Claim.fund_id, Claim.team_id, ClaimLine.category_id)
    )
    for fund_id, team_id, category_id, total in approved:
        for account in _accounts(fund_id, team_id, category_id):
            held[account] += int(total)
    by_category: dict[tuple[int, int, int], int] = defaultdict(int)
    yield from _split(session, by_category)
    for (fund_id, team_id, category_id), fen in by_category.items():
        for account in _accounts(fund_id, team_id, category_id):
            held[account] -= fen
            spent[account] += fen
    named = (joinedload(Cell.fund), joinedload(Cell.team), joinedload(Cell.category))
    for cell in session.scalars(select(Cell).options(*named).order_by(Cell.id)):
        account = (cell.kind, cell.fund_id, cell.team_id, cell.category_id)
        right = (held.pop(account, 0), spent.pop(account, 0))
        if (cell.held, cell.spent) != right:
            yield (
                f"{cell_name(cell)}的在途或已支出与单据不符："
                f"账上 {format_yuan(cell.held)}、{format_yuan(cell.spent)} 元，"
                f"单据合计 {format_yuan(right[0])}、{format_yuan(right[1])} 元"
            )
    for _, fund_id, of_team, of_category in [account for account, fen in (held | spent).items() if fen]:
        yield f"经费 {fund_id} 组团 {of_team} 科目 {of_category} 有单据占用，却没有账户"


def _accounts(fund_id: int, team_id: int, category_id: int) -> tuple[Account, ...]:
    """List every account an amount of a team's category lies on; the fund's reserve is none of them."""
    return (
        (CellKind.TEAM, fund_id, team_id, None),
        (CellKind.TEAM_CATEGORY, fund_id, team_id, category_id),
        (CellKind.FUND_CATEGORY, fund_id, None, category_id),
    )


def _split(session: Session, by_category: dict[tuple[int, int, int], int]) -> Iterator[str]:
    """Add up what payments that stand took from each category; name those that do not split their amount."""
    rows = session.execute(
        select(
            Claim.fund_id, Claim.team_id, Payment.number, Payment.amount_fen, Payment.shares, Payment.returned_at
        ).join(Claim, Claim.id == Payment.claim_id),
        execution_options={"yield_per": 5000},
    )
    for fund_id, team_id, number, amount, shares, returned_at in rows:
        if sum(shares.values()) != amount:
            yield f"支付 {number} 的科目分摊与金额不符"
        if returned_at is None:
            for category, fen in shares.items():
                by_category[fund_id, team_id, int(category)] += fen


def _held_in_the_book(session: Session) -> Iterator[str]:
    """A claim's hold equals its payable part, on its own team's account; an ended claim holds nothing."""
    entered = _entered("claim", Bucket.HELD).join(Claim, Claim.id == BookTransaction.document_id).cte()
    right = case((Claim.state.in_(LIVE_STATES), _APPROVED), else_=0)
    own, other = func.coalesce(entered.c.own, 0), func.coalesce(entered.c.other, 0)
    rows = session.execute(
        select(Claim.id, Claim.number, right, own, other)
        .outerjoin(entered, entered.c.document_id == Claim.id)
        .where((own != right) | (other != 0))
    )
    for claim_id, number, should, held, astray in rows:
        if held != should:
            yield f"单据 {number or claim_id} 应占用 {format_yuan(should)} 元，台账是 {format_yuan(int(held))} 元"
        if astray:
            yield f"单据 {number or claim_id} 有 {format_yuan(int(astray))} 元占用记在别的组团账上"


def _spent_in_the_book(session: Session) -> Iterator[str]:
    """What a payment spent is its amount, on its claim's team; one that came back spent nothing."""
    entered = (
        _entered("payment", Bucket.SPENT)
        .join(Payment, Payment.id == BookTransaction.document_id)
        .join(Claim, Claim.id == Payment.claim_id)
        .cte()
    )
    right = case((Payment.returned_at.is_(None), Payment.amount_fen), else_=0)
    own, other = func.coalesce(entered.c.own, 0), func.coalesce(entered.c.other, 0)
    rows = session.execute(
        select(Payment.number, right, own, other)
        .outerjoin(entered, entered.c.document_id == Payment.id)
        .where((own != right) | (other != 0))
    )
    for number, should, spent, astray in rows:
        if spent != should:
            yield f"支付 {number} 应支出 {format_yuan(should)} 元，台账是 {format_yuan(int(spent))} 元"
        if astray:
            yield f"支付 {number} 有 {format_yuan(int(astray))} 元支出记在别的组团账上"


def _entered(kind: str, bucket: Bucket) -> Select[int, int, int]:
    """Sum a bucket's entries by document: on its claim's own team, and on others; the claim is still to be joined."""
    own = and_(Cell.fund_id == Claim.fund_id, Cell.team_id == Claim.team_id)
    return (
        select(
            BookTransaction.document_id.label("document_id"),
            func.sum(case((own, BookEntry.amount_fen), else_=0)).label("own"),
            func.sum(case((own, 0), else_=BookEntry.amount_fen)).label("other"),
        )
        .join(BookEntry, BookEntry.transaction_id == BookTransaction.id)
        .join(Cell, Cell.id == BookEntry.cell_id)
        .where(BookTransaction.document_kind == kind, BookEntry.bucket == bucket, Cell.kind == CellKind.TEAM)
        .group_by(BookTransaction.document_id)
    )
