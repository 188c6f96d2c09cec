"""The fund book: every command adds one transaction whose entries sum to zero, then moves the cells it names.

Cells move last in the transaction, in one order, each by one guarded UPDATE; a guard that does not hold
refuses the whole command. Correct on both engines without retries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session, joinedload

from tracker.funds.models import (
    BookEntry,
    BookTransaction,
    Bucket,
    Cell,
    CellKind,
    DailySpending,
    MonthlySpending,
    Verb,
)
from tracker.kernel.actors import Actor
from tracker.kernel.clock import day_of, month_of
from tracker.kernel.errors import Refused
from tracker.kernel.money import format_yuan
from tracker.storage.statements import changed, insert_or, table


class NotEnoughLeft(Refused):
    """A cell holds less than was asked; ``facts["short"]`` lists (name, left_fen, asked_fen)."""


class NoQuota(Refused):
    """The team has no quota of this fund yet."""


@dataclass(frozen=True)
class Line:
    """One entry to be: a signed amount in fen on a bucket of a cell."""

    cell: Cell
    bucket: Bucket
    amount_fen: int


@dataclass(frozen=True)
class Document:
    """What an entry rests on: kind (paper, claim, payment), id, and the name people know."""

    kind: str
    id: int
    name: str


def post(
    session: Session,
    *,
    command_id: str,
    fund_id: int,
    verb: Verb,
    document: Document,
    lines: Sequence[Line],
    by: Actor,
    at: datetime,
) -> None:
    """Add one transaction with its entries; ``settle`` must follow in the same unit of work.

    Raises ValueError when the entries do not sum to zero: that is our mistake, never a user's.
    """
    if sum(line.amount_fen for line in lines) != 0:
        raise ValueError("a transaction's entries must sum to zero")
    transaction_id = session.execute(
        insert(table(BookTransaction))
        .values(
            command_id=command_id,
            fund_id=fund_id,
            verb=verb,
            document_kind=document.kind,
            document_id=document.id,
            document_name=document.name,
            period=month_of(day_of(at)),
            by_person=by.person_id,
            at=at,
        )
        .returning(BookTransaction.id)
    ).scalar_one()
    entries = [_entry(transaction_id, fund_id, line) for line in lines if line.amount_fen]
    if entries:  # a paper may set a limit to what it already is
        session.execute(insert(table(BookEntry)), entries)


def _entry(transaction_id: int, fund_id: int, line: Line) -> dict[str, Any]:
    return {
        "transaction_id": transaction_id,
        "fund_id": fund_id,
        "cell_id": line.cell.id,
        "team_id": line.cell.team_id,
        "category_id": line.cell.category_id,
        "bucket": line.bucket,
        "amount_fen": line.amount_fen,
    }


_COLUMNS = {
    Bucket.AVAILABLE: Cell.available,
    Bucket.HELD: Cell.held,
    Bucket.SPENT: Cell.spent,
    Bucket.LAPSED: Cell.lapsed,
}


def settle(session: Session, lines: Sequence[Line]) -> None:
    """Move the cached balances of the cells, guarded. Raises NotEnoughLeft naming every cell that is short."""
    deltas: dict[int, dict[Bucket, int]] = defaultdict(lambda: defaultdict(int))
    for line in lines:
        if line.bucket is not Bucket.SOURCE:
            deltas[line.cell.id][line.bucket] += line.amount_fen
    for cell_id in sorted(deltas):
        changes = {bucket: amount for bucket, amount in deltas[cell_id].items() if amount}
        guard = update(table(Cell)).where(Cell.id == cell_id)
        for bucket, amount in changes.items():
            column = _COLUMNS[bucket]
            if amount < 0 and bucket is Bucket.AVAILABLE:
                guard = guard.where(Cell.available.is_(None) | (Cell.available >= -amount))
            elif amount < 0:
                guard = guard.where(column >= -amount)
        new = {_COLUMNS[bucket].key: _COLUMNS[bucket] + amount for bucket, amount in changes.items()}
        moved = session.execute(guard.values(new))
        if changes and changed(moved) != 1:
            raise _short(session, deltas)


def _short(session: Session, deltas: Mapping[int, Mapping[Bucket, int]]) -> NotEnoughLeft:
    """Name every cell of the command that cannot give what is asked."""
    cells = session.scalars(
        select(Cell)
        .options(joinedload(Cell.team), joinedload(Cell.category), joinedload(Cell.fund))
        .where(Cell.id.in_(deltas))
        .order_by(Cell.id)
        .execution_options(populate_existing=True)
    ).all()
    short = []
    for cell in cells:
        asked = -deltas[cell.id].get(Bucket.AVAILABLE, 0)
        if cell.available is not None and asked > cell.available:
            short.append((cell_name(cell), cell.available, asked))
    if not short:
        return NotEnoughLeft("额度刚刚发生变化，这一步没有保存；请刷新页面后再试", short=[])
    sentences = "；".join(
        f"{name}还剩 {format_yuan(left)} 元，这次要用 {format_yuan(asked)} 元，超出 {format_yuan(asked - left)} 元"
        for name, left, asked in short
    )
    return NotEnoughLeft(f"额度不足：{sentences}。可以减少金额，或请财政局追加、调剂额度后再办", short=short)


def cell_name(cell: Cell) -> str:
    """Name a cell as the office would: 「新能源招商组团 · 差旅费」限额."""
    if cell.kind is CellKind.FUND:
        return f"「{cell.fund.name}」统筹预留"
    if cell.kind is CellKind.TEAM and cell.team is not None:
        return f"「{cell.team.name}」额度"
    if cell.kind is CellKind.TEAM_CATEGORY and cell.team is not None and cell.category is not None:
        return f"「{cell.team.name} · {cell.category.name}」限额"
    category = cell.category.name if cell.category is not None else ""
    return f"「全部组团 · {category}」限额"


_PATHS: dict[Verb, tuple[Bucket, Bucket]] = {
    Verb.HOLD: (Bucket.AVAILABLE, Bucket.HELD),
    Verb.RELEASE: (Bucket.HELD, Bucket.AVAILABLE),
    Verb.SPEND: (Bucket.HELD, Bucket.SPENT),
    Verb.UNSPEND: (Bucket.SPENT, Bucket.HELD),
}


@dataclass(frozen=True)
class Shares:
    """What a document takes from a team's categories: category id → fen."""

    fund_id: int
    team_id: int
    by_category: Mapping[int, int]

    @property
    def total_fen(self) -> int:
        """The sum of the shares in fen."""
        return sum(self.by_category.values())


def carry(session: Session, verb: Verb, shares: Shares) -> list[Line]:
    """Make the entries of a hold, release, spend or unspend: category in the team, team, category across the fund.

    Raises NoQuota when the team has no cell in the fund.
    """
    source, target = _PATHS[verb]
    cells = {
        (cell.kind, cell.category_id): cell
        for cell in session.scalars(
            select(Cell).where(
                Cell.fund_id == shares.fund_id,
                (Cell.team_id == shares.team_id) | (Cell.kind == CellKind.FUND_CATEGORY),
            )
        )
    }
    wanted: list[tuple[CellKind, int | None, int]] = [(CellKind.TEAM, None, shares.total_fen)]
    for category_id, fen in sorted(shares.by_category.items()):
        wanted += [(CellKind.TEAM_CATEGORY, category_id, fen), (CellKind.FUND_CATEGORY, category_id, fen)]
    lines: list[Line] = []
    for kind, category, fen in wanted:
        if (kind, category) not in cells:
            raise NoQuota("这个组团还没有这项经费的额度，请联系财政局下达额度后再提交")
        cell = cells[kind, category]
        lines += [Line(cell, source, -fen), Line(cell, target, fen)]
    return lines


def count_spending(session: Session, shares: Shares, *, sign: int, at: datetime) -> None:
    """Keep the summaries that reports read, in the transaction that spends (sign 1) or takes back (-1).

    By month and category for the year's reports, by day for the board's last weeks.
    """
    for category_id, fen in sorted(shares.by_category.items()):
        row = insert_or(session, MonthlySpending).values(
            fund_id=shares.fund_id,
            team_id=shares.team_id,
            category_id=category_id,
            period=month_of(day_of(at)),
            spent_fen=sign * fen,
        )
        session.execute(
            row.on_conflict_do_update(
                index_elements=["fund_id", "team_id", "category_id", "period"],
                set_={"spent_fen": MonthlySpending.spent_fen + sign * fen},
            )
        )
    day = insert_or(session, DailySpending).values(
        fund_id=shares.fund_id,
        team_id=shares.team_id,
        day=day_of(at),
        spent_fen=sign * shares.total_fen,
        payments=sign,
    )
    session.execute(
        day.on_conflict_do_update(
            index_elements=["fund_id", "team_id", "day"],
            set_={
                "spent_fen": DailySpending.spent_fen + sign * shares.total_fen,
                "payments": DailySpending.payments + sign,
            },
        )
    )


def done_already(session: Session, command_id: str) -> BookTransaction | None:
    """Find the transaction a command has already made, so that a second click changes nothing."""
    return session.scalar(select(BookTransaction).where(BookTransaction.command_id == command_id))


def balances(session: Session, cell_ids: Iterable[int]) -> dict[tuple[int, Bucket], int]:
    """Sum the entries of cells by bucket, in fen: what the cached balances must equal."""
    rows = session.execute(
        select(BookEntry.cell_id, BookEntry.bucket, func.sum(BookEntry.amount_fen))
        .where(BookEntry.cell_id.in_(list(cell_ids)))
        .group_by(BookEntry.cell_id, BookEntry.bucket)
    )
    return {(cell_id, bucket): int(total) for cell_id, bucket, total in rows}
