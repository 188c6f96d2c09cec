"""The audit chain verifies from first to last entry, and no chain has lost its head or its entries (invariant 7)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Select, String, Text, cast, func, literal, select, type_coerce, union
from sqlalchemy.orm import Session

from tracker.audit.chain import GENESIS, canonical, digest_of, piece
from tracker.audit.models import AuditEntry, ChainHead
from tracker.storage.statements import dialect_of, run, table


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where a chain is broken."""
    heads = {head.chain: head for head in session.scalars(select(ChainHead))}
    chains = union(select(AuditEntry.chain), select(ChainHead.chain)).subquery()
    for chain in session.scalars(select(chains.c.chain).order_by(chains.c.chain)):
        yield from _chain_breaches(session, chain, heads.get(chain))


def _chain_breaches(session: Session, chain: str, head: ChainHead | None) -> Iterator[str]:
    previous, position = GENESIS, 0
    links = run(session, _links(dialect_of(session)).where(_ENTRY.chain == chain))
    with links:  # one broken link ends the walk; the cursor must not outlive it
        for link in links:
            at_position, named, before, after, note, stated_previous, stated = tuple(link)
            position += 1
            if at_position != position:
                yield f"审计链 {chain} 在第 {position} 条断开：缺少记录"
                return
            covered = [named.encode(), _facts(before), _facts(after), note.encode()]
            if stated_previous != previous or stated != digest_of(previous, covered):
                yield f"审计链 {chain} 第 {position} 条内容与摘要不符"
                return
            previous = stated
    if head is None:
        yield f"审计链 {chain} 有 {position} 条记录，链头却不见了"
    elif (position, previous) != (head.length, head.digest):
        yield f"审计链 {chain} 应有 {head.length} 条，实有 {position} 条或末条不符"


_ENTRY = table(AuditEntry).c


@cache
def _links(dialect: str) -> Select[Any]:
    """Select a chain's links, what a digest covers already put together as ``chain.piece`` writes it.

    There are millions, and the database joins texts far faster than we do; only the facts, whose canonical spelling
    it does not know, come as they are.
    """
    covered: list[ColumnElement[str]] = [
        _ENTRY.chain,
        cast(_ENTRY.position, Text),
        _moment(dialect),
        cast(_ENTRY.person_id, Text),
        _ENTRY.person_name,
        _ENTRY.seat,
        _ENTRY.action,
        _ENTRY.subject_kind,
        cast(_ENTRY.subject_id, Text),
        _ENTRY.subject_name,
    ]
    named = _piece(dialect, covered[0])
    for field in covered[1:]:
        named = named + _piece(dialect, field)
    return (
        select(
            _ENTRY.position,
            named,
            cast(_ENTRY.before, Text),
            cast(_ENTRY.after, Text),
            _piece(dialect, _ENTRY.note),
            _ENTRY.previous,
            _ENTRY.digest,
        )
        .order_by(_ENTRY.position)
        .execution_options(yield_per=2000)
    )


def _piece(dialect: str, field: ColumnElement[str]) -> ColumnElement[str]:
    """Write a field as ``chain.piece`` does: its length in bytes, a colon, the field."""
    size = func.octet_length(field) if dialect == "postgresql" else func.length(cast(field, LargeBinary))
    return cast(size, Text) + literal(":") + field


def _moment(dialect: str) -> ColumnElement[str]:
    """Write the moment as ``chain.link_fields`` does; SQLite keeps it in UTC, a space where that has a T."""
    if dialect == "postgresql":
        moment = func.to_char(func.timezone("UTC", _ENTRY.at), 'YYYY-MM-DD"T"HH24:MI:SS.US', type_=Text)
    else:
        moment = func.replace(type_coerce(_ENTRY.at, String), " ", "T", type_=Text)
    return moment + literal("+00:00")


@lru_cache(maxsize=65_536)
def _facts(text: str) -> bytes:
    """Write kept facts as a digest covers them; what an act left is mostly what the next one found."""
    return piece(canonical(json.loads(text)))
