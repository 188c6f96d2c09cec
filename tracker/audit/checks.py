"""The audit chain verifies from first to last entry."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.audit.chain import GENESIS, digest, link_fields
from tracker.audit.models import AuditEntry, ChainHead
from tracker.storage.statements import table


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where a chain is broken."""
    for head in session.scalars(select(ChainHead).order_by(ChainHead.chain)):
        yield from _chain_breaches(session, head)


def _chain_breaches(session: Session, head: ChainHead) -> Iterator[str]:
    previous, position = GENESIS, 0
    entries = table(AuditEntry)
    links = session.execute(
        select(entries).where(entries.c.chain == head.chain).order_by(entries.c.position),
        execution_options={"yield_per": 2000},
    )
    with links:  # one broken link ends the walk; the cursor must not outlive it
        for row in links.mappings():
            position += 1
            if row["position"] != position:
                yield f"审计链 {head.chain} 在第 {position} 条断开：缺少记录"
                return
            if row["previous"] != previous or row["digest"] != digest(previous, link_fields(dict(row))):
                yield f"审计链 {head.chain} 第 {position} 条内容与摘要不符"
                return
            previous = row["digest"]
    if (position, previous) != (head.length, head.digest):
        yield f"审计链 {head.chain} 应有 {head.length} 条，实有 {position} 条或末条不符"
