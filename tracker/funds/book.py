"""The fund book: every command adds one transaction whose entries sum to zero, then moves the cells it names.

Cells move last in the transaction, in one order, each by one guarded UPDATE; a guard that does not hold
refuses the whole command. Correct on both engines without retries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Executable, Update, bindparam, func, insert, select, update
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
from tracker.kernel.text import listed, tell
from tracker.storage import Base
from tracker.storage.statements import changed, dialect_of, insert_in, run, table


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
    transaction = {
        "command_id": command_id,
        "fund_id": fund_id,
        "verb": verb,
        "document_kind": document.kind,
        "document_id": document.id,
        "document_name": document.name,
        "period": month_of(day_of(at)),
        "by_person": by.person_id,
        "at": at,
    }
    transaction_id = run(session, _ADD_TRANSACTION, transaction).scalar_one()
    entries = [_entry(transaction_id, fund_id, line) for line in lines if line.amount_fen]
    if entries:  # a paper may set a limit to what it already is
        run(session, _ADD_ENTRIES, entries)


_ADD_TRANSACTION = insert(table(BookTransaction)).returning(table(BookTransaction).c.id)
_ADD_ENTRIES = insert(table(BookEntry))


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
        changes = {bucket: amount for bucket, amount in sorted(deltas[cell_id].items()) if amount}
        if not changes:
            continue
        guard = _guard(tuple((bucket, amount < 0) for bucket, amount in changes.items()))
        amounts = {f"{bucket}_by": amount for bucket, amount in changes.items()}
        least = {f"{bucket}_least": -amount for bucket, amount in changes.items() if amount < 0}
        if changed(run(session, guard, {"this_cell": cell_id, **amounts, **least})) != 1:
            raise _short(session, deltas)


@cache
def _guard(changes: tuple[tuple[Bucket, bool], ...]) -> Update:
    """Make the update that moves these buckets of one cell; of one that gives (True), no more than it has."""
    cell = table(Cell)
    guard = update(cell).where(cell.c.id == bindparam("this_cell"))
    for bucket, gives in changes:
        column = cell.c[_COLUMNS[bucket].key]
        least: BindParameter[int] = bindparam(f"{bucket}_least")
        if gives and bucket is Bucket.AVAILABLE:
            guard = guard.where(column.is_(None) | (column >= least))
        elif gives:
            guard = guard.where(column >= least)
    columns = {bucket: cell.c[_COLUMNS[bucket].key] for bucket, _ in changes}
    return guard.values({column.key: column + bindparam(f"{bucket}_by") for bucket, column in columns.items()})


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
    each = listed(
        tell(
            "%(name)s还剩 %(left)s 元，这次要用 %(asked)s 元，超出 %(over)s 元",
            name=name,
            left=format_yuan(left),
            asked=format_yuan(asked),
            over=format_yuan(asked - left),
        )
        for name, left, asked in short
    )
    return NotEnoughLeft(
        tell("额度不足：%(each)s。可以减少金额，或请财政局追加、调剂额度后再办", each=each), short=short
    )


def cell_name(cell: Cell) -> str:
    """Name a cell as the office would: 「新能源招商组团 · 差旅费」限额."""
    if cell.kind is CellKind.FUND:
        return tell("「%(fund)s」统筹预留", fund=cell.fund.name)
    if cell.kind is CellKind.TEAM and cell.team is not None:
        return tell("「%(team)s」额度", team=cell.team.name)
    if cell.kind is CellKind.TEAM_CATEGORY and cell.team is not None and cell.category is not None:
        return tell("「%(team)s · %(category)s」限额", team=cell.team.name, category=cell.category.name)
    category = cell.category.name if cell.category is not None else ""
    return tell("「全部组团 · %(category)s」限额", category=category)


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
        for cell in session.scalars(_CELLS_OF, {"of_fund": shares.fund_id, "of_team": shares.team_id})
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


_CELLS_OF = select(Cell).where(
    Cell.fund_id == bindparam("of_fund"),
    (Cell.team_id == bindparam("of_team")) | (Cell.kind == CellKind.FUND_CATEGORY),
)


def count_spending(session: Session, shares: Shares, *, sign: int, at: datetime) -> None:
    """Keep the summaries that reports read, in the transaction that spends (sign 1) or takes back (-1).

    By month and category for the year's reports, by day for the board's last weeks.
    """
    dialect, account = dialect_of(session), {"fund_id": shares.fund_id, "team_id": shares.team_id}
    months = [
        {**account, "category_id": category_id, "period": month_of(day_of(at)), "spent_fen": sign * fen}
        for category_id, fen in sorted(shares.by_category.items())
    ]
    if months:
        run(session, _add_to(dialect, MonthlySpending), months)
    day = {**account, "day": day_of(at), "spent_fen": sign * shares.total_fen, "payments": sign}
    run(session, _add_to(dialect, DailySpending), day)


@cache
def _add_to(dialect: str, summary: type[Base]) -> Executable:
    """Make the insert of a summary's row that adds its figures to the row already there."""
    row = insert_in(dialect, summary)
    figures = [column for column in table(summary).c if not column.primary_key]
    added = {column.key: column + row.excluded[column.key] for column in figures}
    return row.on_conflict_do_update(index_elements=list(table(summary).primary_key), set_=added)


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
