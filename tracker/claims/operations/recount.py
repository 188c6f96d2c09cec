"""Count again what of a claim somebody has to look at: a file of it has been read, or a likeness was explained."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from tracker.claims.lifecycle import HOLDING_STATES
from tracker.claims.models import Attachment, Claim
from tracker.claims.verdict import open_questions
from tracker.evidence.operations import explain
from tracker.kernel.actors import Actor
from tracker.storage.statements import run, table

# Locked before anything is counted: of two files read at once, the one counted last knows of both.
_WITH_FILES = (
    select(Claim)
    .where(
        Claim.id.in_(select(Attachment.claim_id).where(Attachment.evidence_id.in_(bindparam("files", expanding=True)))),
        Claim.state.in_(HOLDING_STATES),
    )
    .order_by(Claim.id)
    .with_for_update(of=Claim, key_share=True)
    .execution_options(populate_existing=True)
)
_CLAIM = table(Claim)
_COUNT = update(_CLAIM).where(_CLAIM.c.id == bindparam("this_claim")).values(to_look_at=bindparam("count"))


def count_again(session: Session, evidence_id: int, *, at: datetime) -> None:
    """Keep what lists say of the checks of the claims a file is laid with, in the transaction that keeps its reading.

    Only the count changes: a claim's version is that of its record, and nobody's page goes stale by a reading.
    """
    _count(session, [evidence_id], at=at)


def explain_alike(
    session: Session, evidence_id: int, other_id: int, reason: str, *, settles: bool, by: Actor, at: datetime
) -> None:
    """Keep why two files that look alike may both stand, and count again. Raises Refused, NotFound."""
    explain(session, evidence_id, other_id, reason, settles=settles, by=by, at=at)
    _count(session, [evidence_id, other_id], at=at)


def _count(session: Session, evidence_ids: Collection[int], *, at: datetime) -> None:
    """Count of each claim once, in the order of their ids, so that two who count never wait for each other."""
    for claim in session.scalars(_WITH_FILES, {"files": evidence_ids}).all():
        run(session, _COUNT, {"this_claim": claim.id, "count": len(open_questions(session, claim, at=at))})
