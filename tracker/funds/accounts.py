"""An account explained: its transactions latest first, each with the balance it left, and the sum that must agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from tracker.funds.models import BookEntry, BookTransaction, Bucket, Cell, Verb


@dataclass(frozen=True)
class AccountLine:
    """One transaction's effect on an account, in fen, with the available balance it left."""

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


@dataclass(frozen=True)
class AccountSums:
    """The sums of an account's entries, in fen. Where no limit is set, available is what was taken, below zero."""

    available_fen: int
    held_fen: int
    spent_fen: int

    @property
    def put_in_fen(self) -> int:
        """What papers put into the account, less what they took out."""
        return self.available_fen + self.held_fen + self.spent_fen

    def agrees(self, cell: Cell) -> bool:
        """Tell whether the entries add up to the figures the cell keeps."""
        return (self.available_fen, self.held_fen, self.spent_fen) == (_kept(cell), cell.held, cell.spent)


@dataclass(frozen=True)
class AccountPage:
    """A page of an account, latest first; ``newer`` and ``older`` are the transaction ids to turn the page from."""

    lines: Sequence[AccountLine]
    newer: int | None
    older: int | None


def account_sums(session: Session, cell_id: int, *, most: int | None = None) -> AccountSums | None:
    """Add up an account's entries, all of them; with ``most`` None for an account that has more entries."""
    own = select(BookEntry.amount_fen).where(BookEntry.cell_id == cell_id)
    if most is not None and session.scalar(own.order_by(BookEntry.transaction_id).offset(most).limit(1)) is not None:
        return None
    row = session.execute(select(*map(_moved, _SHOWN)).where(BookEntry.cell_id == cell_id)).one()
    return AccountSums(*(int(fen or 0) for fen in row))


def account_page(
    session: Session, cell: Cell, *, before: int | None = None, after: int | None = None, most: int = 50
) -> AccountPage:
    """Read a page of an account, at most ``most`` transactions, latest first.

    ``before`` and ``after`` are transaction ids of the neighbouring page's end: older than that, newer than that.
    The balance is carried down from the figure the cell keeps, so that the latest page costs the same however
    long the account is.
    """
    moved = select(BookEntry.transaction_id, *map(_moved, _SHOWN)).where(
        BookEntry.cell_id == cell.id, BookEntry.bucket.in_(_SHOWN)
    )
    moved = moved.group_by(BookEntry.transaction_id)
    key = BookEntry.transaction_id
    if after is not None:
        rows = session.execute(moved.where(key > after).order_by(key).limit(most + 1)).all()
        has_newer, has_older, rows = len(rows) > most, True, rows[:most][::-1]
    else:
        if before is not None:
            moved = moved.where(key < before)
        rows = session.execute(moved.order_by(key.desc()).limit(most + 1)).all()
        has_newer, has_older, rows = before is not None, len(rows) > most, rows[:most]
    if not rows:
        return AccountPage((), None, None)
    lines = _lines(session, cell, [(int(row[0]), int(row[1]), int(row[2]), int(row[3])) for row in rows])
    newest, oldest = lines[0].transaction_id, lines[-1].transaction_id
    return AccountPage(lines, newest if has_newer else None, oldest if has_older else None)


def _kept(cell: Cell) -> int:
    """Tell what the entries of the cell must leave; without a limit, what was taken, below zero."""
    return -(cell.held + cell.spent) if cell.available is None else cell.available


_SHOWN = (Bucket.AVAILABLE, Bucket.HELD, Bucket.SPENT)


def _moved(bucket: Bucket) -> ColumnElement[int]:
    return func.sum(case((BookEntry.bucket == bucket, BookEntry.amount_fen), else_=0))


def _lines(session: Session, cell: Cell, rows: Sequence[tuple[int, int, int, int]]) -> list[AccountLine]:
    """Dress rows (transaction, available, held, spent; latest first) and carry the balance down from the top."""
    newer = session.scalar(
        select(func.coalesce(func.sum(BookEntry.amount_fen), 0)).where(
            BookEntry.cell_id == cell.id, BookEntry.transaction_id > rows[0][0], BookEntry.bucket == Bucket.AVAILABLE
        )
    )
    left = _kept(cell) - int(newer or 0)
    wanted = select(BookTransaction).where(BookTransaction.id.in_([row[0] for row in rows]))
    transactions = {row.id: row for row in session.scalars(wanted)}
    lines = []
    for transaction_id, available, held, spent in rows:
        transaction = transactions[transaction_id]
        lines.append(
            AccountLine(
                transaction_id=transaction_id,
                at=transaction.at,
                verb=transaction.verb,
                document_kind=transaction.document_kind,
                document_id=transaction.document_id,
                document_name=transaction.document_name,
                by_person=transaction.by_person,
                available_fen=available,
                held_fen=held,
                spent_fen=spent,
                available_after_fen=left,
            )
        )
        left -= available
    return lines
