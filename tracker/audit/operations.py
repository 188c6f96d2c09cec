"""Add a link to the trail, inside the transaction of the write it records."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, bindparam, insert, select, update
from sqlalchemy.orm import Session

from tracker.audit.chain import GENESIS, digest, link_fields, plain
from tracker.audit.models import AuditEntry, ChainHead
from tracker.kernel.actors import Actor
from tracker.storage.statements import insert_or, run, table

OFFICE_CHAIN = "office"
"""The chain of writes that concern no fund: people, units, teams, seats."""


def fund_chain(fund_id: int) -> str:
    """Name the chain of a fund."""
    return f"fund:{fund_id}"


def record(
    session: Session,
    *,
    chain: str = OFFICE_CHAIN,
    by: Actor,
    at: datetime,
    action: str,
    subject: tuple[str, int, str],
    seat: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> None:
    """Record one act; ``subject`` is (kind, id, name as people know it)."""
    head = _head(session, chain)
    kind, subject_id, name = subject
    link: dict[str, Any] = {
        "chain": chain,
        "position": head.length + 1,
        "at": at.astimezone(UTC),
        "person_id": by.person_id,
        "person_name": by.name[:60],
        "seat": seat,
        "action": action,
        "subject_kind": kind,
        "subject_id": subject_id,
        "subject_name": name[:120],
        "before": plain(before),
        "after": plain(after),
        "note": note[:1000],
    }
    link["previous"] = head.digest
    link["digest"] = digest(head.digest, link_fields(link))
    run(session, _ADD, link)
    run(session, _MOVE_HEAD, {"of_chain": chain, "length": link["position"], "digest": link["digest"]})


_HEAD_TABLE = table(ChainHead)
_OF_CHAIN = _HEAD_TABLE.c.chain == bindparam("of_chain")
_HEAD = select(_HEAD_TABLE.c.length, _HEAD_TABLE.c.digest).where(_OF_CHAIN).with_for_update()
_ADD = insert(table(AuditEntry))
_MOVE_HEAD = update(_HEAD_TABLE).where(_OF_CHAIN)


def _head(session: Session, chain: str) -> Row[Any]:
    """Lock and return the chain's head, made on first use by an insert that two at once cannot both win."""
    head = run(session, _HEAD, {"of_chain": chain}).one_or_none()
    if head is None:
        first = insert_or(session, ChainHead).values(chain=chain, length=0, digest=GENESIS).on_conflict_do_nothing()
        session.execute(first)
        head = run(session, _HEAD, {"of_chain": chain}).one()
    return head
