"""Funds, accounts and the explanation of an available figure, entry by entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.funds.models import (
    BookEntry,
    BookTransaction,
    BudgetPaper,
    Bucket,
    Cell,
    CellKind,
    Fund,
    MonthlySpending,
    Verb,
)
from tracker.kernel.errors import NotFound


def fund(session: Session, fund_id: int) -> Fund:
    """Load a fund with its categories. Raises NotFound."""
    found = session.scalar(select(Fund).options(selectinload(Fund.categories)).where(Fund.id == fund_id))
    if found is None:
        raise NotFound()
    return found


def funds(session: Session, *, year: int | None = None) -> Sequence[Fund]:
    """List the funds, latest year first."""
    wanted = select(Fund).options(selectinload(Fund.categories)).order_by(Fund.year.desc(), Fund.id)
    return session.scalars(wanted if year is None else wanted.where(Fund.year == year)).all()


def cells(session: Session, fund_id: int) -> Sequence[Cell]:
    """List the cells of a fund with their teams and categories."""
    return session.scalars(
        select(Cell)
        .options(joinedload(Cell.team), joinedload(Cell.category), joinedload(Cell.fund))
        .where(Cell.fund_id == fund_id)
        .order_by(Cell.id)
    ).all()


def cell(session: Session, cell_id: int) -> Cell:
    """Load one cell. Raises NotFound."""
    found = session.scalar(
        select(Cell)
        .options(joinedload(Cell.team), joinedload(Cell.category), joinedload(Cell.fund))
        .where(Cell.id == cell_id)
    )
    if found is None:
        raise NotFound()
    return found


def team_cell(session: Session, fund_id: int, team_id: int) -> Cell | None:
    """Find a team's own cell, if it has a quota of the fund."""
    return session.scalar(
        select(Cell).where(Cell.fund_id == fund_id, Cell.team_id == team_id, Cell.kind == CellKind.TEAM)
    )


def papers(session: Session, fund_id: int) -> Sequence[BudgetPaper]:
    """List a fund's budget papers in the order they were recorded."""
    return session.scalars(select(BudgetPaper).where(BudgetPaper.fund_id == fund_id).order_by(BudgetPaper.id)).all()


@dataclass(frozen=True)
class AccountLine:
    """One transaction's effect on an account, in fen, with the balances after it."""

    transaction_id: int
    at: datetime
    verb: Verb
    document_kind: str
    document_id: int
    document_name: str
    by_person: int
    available_fen: int
    held_fen: int
    spent_fen: int
    available_after_fen: int


def account_lines(session: Session, cell_id: int, *, after: int = 0, most: int = 100) -> list[AccountLine]:
    """Explain a cell's available figure: its transactions in order, each with the balance it left.

    ``after`` is the transaction id of the last line of the page before.
    """
    rows = session.execute(
        select(BookTransaction, BookEntry.bucket, BookEntry.amount_fen)
        .join(BookEntry, BookEntry.transaction_id == BookTransaction.id)
        .where(BookEntry.cell_id == cell_id, BookEntry.bucket != Bucket.SOURCE)
        .order_by(BookTransaction.id, BookEntry.id)
    )
    lines: list[AccountLine] = []
    left = 0
    by_transaction: dict[int, tuple[BookTransaction, dict[Bucket, int]]] = {}
    for transaction, bucket, amount in rows:
        _, sums = by_transaction.setdefault(transaction.id, (transaction, {}))
        sums[bucket] = sums.get(bucket, 0) + amount
    for transaction, sums in by_transaction.values():
        left += sums.get(Bucket.AVAILABLE, 0)
        lines.append(
            AccountLine(
                transaction_id=transaction.id,
                at=transaction.at,
                verb=transaction.verb,
                document_kind=transaction.document_kind,
                document_id=transaction.document_id,
                document_name=transaction.document_name,
                by_person=transaction.by_person,
                available_fen=sums.get(Bucket.AVAILABLE, 0),
                held_fen=sums.get(Bucket.HELD, 0),
                spent_fen=sums.get(Bucket.SPENT, 0),
                available_after_fen=left,
            )
        )
    return [line for line in lines if line.transaction_id > after][:most]


def monthly(session: Session, fund_id: int) -> Sequence[MonthlySpending]:
    """List a fund's monthly spending by team and category."""
    return session.scalars(select(MonthlySpending).where(MonthlySpending.fund_id == fund_id)).all()
