"""A seal: what the trail and the book said on a day, small enough to be kept on paper or another machine.

The chain already shows a changed line; a seal also shows a chain that was rewritten from end to end, because the
head it names is kept by somebody else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.audit.models import AuditEntry, ChainHead
from tracker.funds.models import BookEntry, BookTransaction
from tracker.kernel.money import format_yuan

SETTLED = timedelta(minutes=2)
"""Book lines younger than this are left to the next seal: a slower writer may still hold an earlier number."""


@dataclass(frozen=True)
class ChainSeal:
    """A chain's length and the digest of its last link."""

    length: int
    digest: str


@dataclass(frozen=True)
class BookSeal:
    """The book up to a transaction: how many entries, and the sum of each bucket in fen."""

    through: int
    entries: int
    sums_fen: dict[str, int]


@dataclass(frozen=True)
class Seal:
    """What is kept outside."""

    made_at: str
    chains: dict[str, ChainSeal]
    book: BookSeal


def made(session: Session, *, at: datetime) -> Seal:
    """Make the seal of this moment."""
    heads = session.scalars(select(ChainHead).order_by(ChainHead.chain))
    chains = {head.chain: ChainSeal(head.length, head.digest) for head in heads}
    settled = select(func.max(BookTransaction.id)).where(BookTransaction.at <= at - SETTLED)
    return Seal(at.isoformat(timespec="seconds"), chains, _book(session, session.scalar(settled) or 0))


def _book(session: Session, through: int) -> BookSeal:
    rows = session.execute(
        select(BookEntry.bucket, func.count(), func.sum(BookEntry.amount_fen))
        .where(BookEntry.transaction_id <= through)
        .group_by(BookEntry.bucket)
    ).all()
    return BookSeal(through, sum(int(row[1]) for row in rows), {str(row[0]): int(row[2]) for row in rows})


def breaches(session: Session, kept: Seal) -> Iterator[str]:
    """Say, in a sentence each, where the database no longer says what the seal says."""
    for chain, sealed in kept.chains.items():
        digest = session.scalar(
            select(AuditEntry.digest).where(AuditEntry.chain == chain, AuditEntry.position == sealed.length)
        )
        if digest is None and sealed.length:
            yield f"审计链 {chain} 封存时有 {sealed.length} 条，现在没有第 {sealed.length} 条"
        elif digest is not None and digest != sealed.digest:
            yield f"审计链 {chain} 第 {sealed.length} 条与封存的摘要不符：封存以后被改写过"
    now = _book(session, kept.book.through)
    if now.entries != kept.book.entries:
        yield f"台账到第 {kept.book.through} 笔封存时有 {kept.book.entries} 条分录，现在有 {now.entries} 条"
    for bucket in sorted({*now.sums_fen, *kept.book.sums_fen}):
        before, after = kept.book.sums_fen.get(bucket, 0), now.sums_fen.get(bucket, 0)
        if before != after:
            yield (
                f"台账到第 {kept.book.through} 笔的「{bucket}」封存时合计 {format_yuan(before)} 元，"
                f"现在 {format_yuan(after)} 元"
            )


def to_json(seal: Seal) -> str:
    """Write a seal as text people can read."""
    return json.dumps(asdict(seal), ensure_ascii=False, indent=2, sort_keys=True)


def from_json(text: str) -> Seal:
    """Read back what ``to_json`` wrote. Raises ValueError for anything else."""
    data = json.loads(text)
    try:
        chains = {str(name): ChainSeal(int(one["length"]), str(one["digest"])) for name, one in data["chains"].items()}
        book = data["book"]
        sums = {str(bucket): int(fen) for bucket, fen in book["sums_fen"].items()}
        return Seal(str(data["made_at"]), chains, BookSeal(int(book["through"]), int(book["entries"]), sums))
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a seal") from error
