"""What must always hold of the fund book (domain.md, invariants 1, 2, 7 and 9)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Date, case, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from tracker.audit.models import AuditEntry
from tracker.audit.operations import fund_chain
from tracker.funds.book import balances, cell_name
from tracker.funds.models import (
    MONEY_CELLS,
    BookEntry,
    BookTransaction,
    Bucket,
    Category,
    Cell,
    CellKind,
    DailySpending,
    Fund,
    MonthlySpending,
    Verb,
)
from tracker.funds.policy import is_pay
from tracker.kernel.clock import OFFICE, day_of, month_of
from tracker.kernel.money import format_yuan
from tracker.storage.statements import dialect_of


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where the book does not hold."""
    funds = {fund.id: fund for fund in session.scalars(select(Fund).order_by(Fund.id))}
    named = (joinedload(Cell.team), joinedload(Cell.category), joinedload(Cell.fund))
    cells = session.scalars(select(Cell).options(*named).order_by(Cell.id)).all()
    yield from _unbalanced(session)
    yield from _cells(session, cells)
    for fund in funds.values():
        yield from _fund_equals_teams(session, fund, [cell for cell in cells if cell.fund_id == fund.id])
    yield from _pay(session, funds)
    yield from _periods(session, funds)
    yield from _summaries(session, funds)
    yield from _trails(session, funds)


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
    money_cells = [cell.id for cell in cells if cell.kind in MONEY_CELLS]
    papers = -int(
        session.scalar(
            select(func.coalesce(func.sum(BookEntry.amount_fen), 0)).where(
                BookEntry.cell_id.in_(money_cells), BookEntry.bucket == Bucket.SOURCE
            )
        )
        or 0
    )
    if in_cells != papers:
        yield f"「{fund.name}」各组团额度与预留合计 {format_yuan(in_cells)}，指标文件合计 {format_yuan(papers)}"
    for bucket, name in (("held", "占用"), ("spent", "已支出")):
        teams = sum(getattr(cell, bucket) for cell in cells if cell.kind is CellKind.TEAM)
        parts = sum(getattr(cell, bucket) for cell in cells if cell.kind is CellKind.TEAM_CATEGORY)
        wholes = sum(getattr(cell, bucket) for cell in cells if cell.kind is CellKind.FUND_CATEGORY)
        if not teams == parts == wholes:
            sums = " / ".join(map(format_yuan, (teams, parts, wholes)))
            yield f"「{fund.name}」{name}的合计不一致（元）：组团、组团科目、全区科目各为 {sums}"


def _pay(session: Session, funds: dict[int, Fund]) -> Iterator[str]:
    open_ones = select(Category).where(Category.closed_at.is_(None)).order_by(Category.id)
    for category in session.scalars(open_ones):
        if is_pay(category.economic_code, category.name, category.economic_name):
            fund = funds[category.fund_id].name
            yield f"「{fund}」的科目「{category.name}」属于工资福利性支出，专项经费不能开支"


def _periods(session: Session, funds: dict[int, Fund]) -> Iterator[str]:
    """A transaction belongs to the month it was made in: so do the first and the last of every period."""
    rows = session.execute(
        select(
            BookTransaction.fund_id,
            BookTransaction.period,
            func.min(BookTransaction.at),
            func.max(BookTransaction.at),
        )
        .group_by(BookTransaction.fund_id, BookTransaction.period)
        .order_by(BookTransaction.fund_id, BookTransaction.period)
    )
    for fund_id, period, first, last in rows:
        astray = [at for at in (first, last) if month_of(day_of(at)) != period]
        if astray:
            yield f"「{funds[fund_id].name}」{period} 期间里有 {day_of(astray[0])} 入账的台账记录"


Month = tuple[int, int | None, int | None, str]
"""Fund, team, category and period."""

Day = tuple[int, int | None, date]
"""Fund, team and day."""


def _summaries(session: Session, funds: dict[int, Fund]) -> Iterator[str]:
    """The summaries by month and by day say what the entries say."""
    months: dict[Month, int] = defaultdict(int)
    days: dict[Day, tuple[int, int]] = {}
    # A payment has one entry on its team's account and may have several on the categories.
    spending = case((BookTransaction.verb == Verb.SPEND, 1), else_=-1)
    day = _day(session, BookTransaction.at)
    whose = or_(
        BookEntry.fund_id != Cell.fund_id,
        BookEntry.team_id.is_distinct_from(Cell.team_id),
        BookEntry.category_id.is_distinct_from(Cell.category_id),
    )
    rows = session.execute(
        select(
            Cell.kind,
            Cell.fund_id,
            Cell.team_id,
            Cell.category_id,
            BookTransaction.period,
            day,
            func.sum(BookEntry.amount_fen),
            func.sum(spending),
            func.sum(case((whose, 1), else_=0)),
        )
        .join(BookTransaction, BookTransaction.id == BookEntry.transaction_id)
        .join(Cell, Cell.id == BookEntry.cell_id)
        .where(BookEntry.bucket == Bucket.SPENT, Cell.kind.in_([CellKind.TEAM, CellKind.TEAM_CATEGORY]))
        .group_by(Cell.id, BookTransaction.period, day)
        .order_by(Cell.id, BookTransaction.period, day)
    )
    for kind, fund_id, team_id, category_id, period, on, total, payments, misnamed in rows:
        if misnamed:
            yield f"「{funds[fund_id].name}」{on} 有 {misnamed} 条支出分录写的组团或科目与所记账户不同"
        if kind is CellKind.TEAM_CATEGORY:
            months[fund_id, team_id, category_id, period] += int(total)
        else:
            fen, count = days.get((fund_id, team_id, on), (0, 0))
            days[fund_id, team_id, on] = (fen + int(total), count + int(payments))
    yield from _monthly(session, funds, months)
    yield from _daily(session, funds, days)


def _monthly(session: Session, funds: dict[int, Fund], entered: dict[Month, int]) -> Iterator[str]:
    kept: dict[Month, int] = {
        (row.fund_id, row.team_id, row.category_id, row.period): row.spent_fen
        for row in session.scalars(select(MonthlySpending))
    }
    for key in [*kept, *(entered.keys() - kept.keys())]:
        if kept.get(key, 0) != entered.get(key, 0):
            fund_id, team_id, category_id, period = key
            yield f"「{funds[fund_id].name}」{period} 月度汇总与台账不符（组团 {team_id}，科目 {category_id}）"


def _daily(session: Session, funds: dict[int, Fund], entered: dict[Day, tuple[int, int]]) -> Iterator[str]:
    kept: dict[Day, tuple[int, int]] = {
        (row.fund_id, row.team_id, row.day): (row.spent_fen, row.payments)
        for row in session.scalars(select(DailySpending))
    }
    for key in [*kept, *(entered.keys() - kept.keys())]:
        if kept.get(key, (0, 0)) != entered.get(key, (0, 0)):
            fund_id, team_id, day = key
            yield f"「{funds[fund_id].name}」{day} 逐日汇总与台账不符（组团 {team_id}）"


def _day(session: Session, moment: InstrumentedAttribute[datetime]) -> ColumnElement[date]:
    """Tell the office's day of a moment, in the database's own words; the office's clock has been UTC+8 since 1991."""
    if dialect_of(session) == "postgresql":
        return cast(func.timezone(OFFICE.key, moment), Date)
    return func.date(moment, "+8 hours", type_=Date)


def _trails(session: Session, funds: dict[int, Fund]) -> Iterator[str]:
    """Every fund has its chain: opening it was the first entry."""
    begun = set(session.scalars(select(AuditEntry.chain).where(AuditEntry.position == 1)))
    for fund in funds.values():
        if fund_chain(fund.id) not in begun:
            yield f"「{fund.name}」的审计链不见了，或没有第 1 条记录"
