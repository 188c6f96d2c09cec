"""The audit chain verifies from first to last entry, and no chain has lost its head or its entries (invariant 7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, String, Text, cast, select, type_coerce, union
from sqlalchemy.orm import Session

from tracker.audit.chain import GENESIS, canonical, digest
from tracker.audit.models import AuditEntry, ChainHead
from tracker.storage.statements import run, table


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where a chain is broken."""
    heads = {head.chain: head for head in session.scalars(select(ChainHead))}
    chains = union(select(AuditEntry.chain), select(ChainHead.chain)).subquery()
    for chain in session.scalars(select(chains.c.chain).order_by(chains.c.chain)):
        yield from _chain_breaches(session, chain, heads.get(chain))


def _chain_breaches(session: Session, chain: str, head: ChainHead | None) -> Iterator[str]:
    previous, position = GENESIS, 0
    with run(session, _LINKS.where(_ENTRY.chain == chain)) as links:
        for link in links:  # one broken link ends the walk; the cursor must not outlive it
            position += 1
            if link.position != position:
                yield f"审计链 {chain} 在第 {position} 条断开：缺少记录"
                return
            if link.previous != previous or link.digest != digest(previous, _fields(link)):
                yield f"审计链 {chain} 第 {position} 条内容与摘要不符"
                return
            previous = link.digest
    if head is None:
        yield f"审计链 {chain} 有 {position} 条记录，链头却不见了"
    elif (position, previous) != (head.length, head.digest):
        yield f"审计链 {chain} 应有 {head.length} 条，实有 {position} 条或末条不符"


_ENTRY = table(AuditEntry).c
# As the driver gives it: millions of links are read, and turning each into what the models hold is most of the work.
_LINKS = (
    select(
        _ENTRY.chain,
        _ENTRY.position,
        type_coerce(_ENTRY.at, String).label("at"),
        _ENTRY.person_id,
        _ENTRY.person_name,
        _ENTRY.seat,
        _ENTRY.action,
        _ENTRY.subject_kind,
        _ENTRY.subject_id,
        _ENTRY.subject_name,
        cast(_ENTRY.before, Text).label("before"),
        cast(_ENTRY.after, Text).label("after"),
        _ENTRY.note,
        _ENTRY.previous,
        _ENTRY.digest,
    )
    .order_by(_ENTRY.position)
    .execution_options(yield_per=2000)
)


def _fields(link: Row[Any]) -> list[str]:
    """List what the link's digest covers, in the order of ``chain.link_fields``."""
    chain, position, at, person_id, name, seat, action, kind, subject_id, subject, before, after, note = tuple(link)[
        :13
    ]
    return [
        chain,
        str(position),
        _moment(at),
        str(person_id),
        name,
        seat,
        action,
        kind,
        str(subject_id),
        subject,
        _facts(before),
        _facts(after),
        note,
    ]


_MOMENT_LENGTH = len("2026-03-09 04:00:00.000000")


def _moment(at: str | datetime) -> str:
    """Write a moment as the digest has it; SQLite keeps it in UTC with another letter between day and time."""
    if isinstance(at, str):
        if len(at) == _MOMENT_LENGTH:
            return f"{at[:10]}T{at[11:]}+00:00"
        at = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _facts(text: str) -> str:
    """Write kept facts as the digest has them; most are empty."""
    return text if text == "{}" else canonical(json.loads(text))
