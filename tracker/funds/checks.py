"""What must always hold of the fund book (domain.md, invariants 1, 2 and 9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from tracker.funds.book import balances, cell_name
from tracker.funds.models import (
    MONEY_CELLS,
    BookEntry,
    BookTransaction,
    Bucket,
    Cell,
    CellKind,
    DailySpending,
    Fund,
    MonthlySpending,
)
from tracker.kernel.clock import month_of
from tracker.kernel.money import format_yuan


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where the book does not hold."""
    yield from _unbalanced(session)
    for fund in session.scalars(select(Fund).order_by(Fund.id)):
        cells = session.scalars(
            select(Cell)
            .options(joinedload(Cell.team), joinedload(Cell.category), joinedload(Cell.fund))
            .where(Cell.fund_id == fund.id)
        ).all()
        yield from _cells(session, cells)
        yield from _fund_equals_teams(session, fund, cells)
        yield from _monthly(session, fund)
        yield from _daily(session, fund)


def _unbalanced(session: Session) -> Iterator[str]:
    odd = session.execute(
        select(BookEntry.transaction_id, func.sum(BookEntry.amount_fen))
        .group_by(BookEntry.transaction_id)
        .having(func.sum(BookEntry.amount_fen) != 0)
    )
    for transaction_id, total in odd:
        yield f"台账第 {transaction_id} 笔分录不平，差 {format_yuan(int(total))} 元"


def _cells(session: Session, cells: Sequence[Cell]) -> Iterator[str]:
    sums = balances(session, [cell.id for cell in cells])
    for cell in cells:
        held, spent = sums.get((cell.id, Bucket.HELD), 0), sums.get((cell.id, Bucket.SPENT), 0)
        available = sums.get((cell.id, Bucket.AVAILABLE), 0)
        name = cell_name(cell)
        if cell.held != held or cell.spent != spent:
            yield (
                f"{name}余额与分录不符：在途 {format_yuan(cell.held)} / {format_yuan(held)}，"
                f"已支出 {format_yuan(cell.spent)} / {format_yuan(spent)}"
            )
        if cell.available is not None and cell.available != available:
            yield f"{name}可用额与分录不符：{format_yuan(cell.available)} / {format_yuan(available)}"
        if cell.available is None and available != -(held + spent):
            yield f"{name}没有限额，分录却有 {format_yuan(available + held + spent)} 元"
        if min(cell.available or 0, cell.held, cell.spent, cell.lapsed) < 0:
            yield f"{name}出现负数余额"


def _fund_equals_teams(session: Session, fund: Fund, cells: Sequence[Cell]) -> Iterator[str]:
    in_cells = sum(cell.ceiling_fen or 0 for cell in cells if cell.kind in MONEY_CELLS)
    papers = -int(
        session.scalar(
            select(func.coalesce(func.sum(BookEntry.amount_fen), 0))
            .join(Cell, Cell.id == BookEntry.cell_id)
            .where(BookEntry.fund_id == fund.id, BookEntry.bucket == Bucket.SOURCE, Cell.kind.in_(MONEY_CELLS))
        )
        or 0
    )
    if in_cells != papers:
        yield f"「{fund.name}」各组团额度与预留合计 {format_yuan(in_cells)}，指标文件合计 {format_yuan(papers)}"
    for bucket in ("held", "spent"):
        teams = sum(getattr(cell, bucket) for cell in cells if cell.kind is CellKind.TEAM)
        parts = sum(getattr(cell, bucket) for cell in cells if cell.kind is CellKind.TEAM_CATEGORY)
        wholes = sum(getattr(cell, bucket) for cell in cells if cell.kind is CellKind.FUND_CATEGORY)
        if not teams == parts == wholes:
            yield f"「{fund.name}」组团、组团科目、全区科目的合计不一致：{teams} / {parts} / {wholes}（{bucket}，分）"


def _monthly(session: Session, fund: Fund) -> Iterator[str]:
    kept: dict[tuple[int | None, int | None, str], int] = {
        (row.team_id, row.category_id, row.period): row.spent_fen
        for row in session.scalars(select(MonthlySpending).where(MonthlySpending.fund_id == fund.id))
    }
    entered = {
        (team_id, category_id, period): int(total)
        for team_id, category_id, period, total in session.execute(
            select(BookEntry.team_id, BookEntry.category_id, BookTransaction.period, func.sum(BookEntry.amount_fen))
            .join(BookTransaction, BookTransaction.id == BookEntry.transaction_id)
            .join(Cell, Cell.id == BookEntry.cell_id)
            .where(
                BookEntry.fund_id == fund.id,
                BookEntry.bucket == Bucket.SPENT,
                Cell.kind == CellKind.TEAM_CATEGORY,
            )
            .group_by(BookEntry.team_id, BookEntry.category_id, BookTransaction.period)
        )
    }
    for key in sorted(kept.keys() | entered.keys()):
        if kept.get(key, 0) != entered.get(key, 0):
            yield f"「{fund.name}」{key[2]} 月度汇总与台账不符（组团 {key[0]}，科目 {key[1]}）"


def _daily(session: Session, fund: Fund) -> Iterator[str]:
    """Compare the days of a team's month with the categories of that month."""
    months: dict[tuple[int, str], int] = defaultdict(int)
    for row in session.scalars(select(MonthlySpending).where(MonthlySpending.fund_id == fund.id)):
        months[row.team_id, row.period] += row.spent_fen
    days: dict[tuple[int, str], int] = defaultdict(int)
    for day in session.scalars(select(DailySpending).where(DailySpending.fund_id == fund.id)):
        days[day.team_id, month_of(day.day)] += day.spent_fen
    for key in sorted(months.keys() | days.keys()):
        if months.get(key, 0) != days.get(key, 0):
            yield f"「{fund.name}」{key[1]} 逐日汇总与月度汇总不符（组团 {key[0]}）"
