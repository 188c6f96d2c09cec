"""Count again what of a claim somebody has to look at: a file of it has been read, or a likeness was explained."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from tracker.claims.lifecycle import HOLDING_STATES
from tracker.claims.models import Attachment, Claim
from tracker.claims.verdict import open_questions
from tracker.evidence.operations import explain
from tracker.kernel.actors import Actor
from tracker.storage.statements import run, table

_WITH_FILE = (
    select(Claim)
    .join(Attachment, Attachment.claim_id == Claim.id)
    .where(Attachment.evidence_id == bindparam("file"), Claim.state.in_(HOLDING_STATES))
    .order_by(Claim.id)
)
_CLAIM = table(Claim)
_COUNT = update(_CLAIM).where(_CLAIM.c.id == bindparam("this_claim")).values(to_look_at=bindparam("count"))


def count_again(session: Session, evidence_id: int, *, at: datetime) -> None:
    """Keep what lists say of the checks of the claims a file is laid with, in the transaction that keeps its reading.

    Only the count changes: a claim's version is that of its record, and nobody's page goes stale by a reading.
    """
    for claim in session.scalars(_WITH_FILE, {"file": evidence_id}).all():
        run(session, _COUNT, {"this_claim": claim.id, "count": len(open_questions(session, claim, at=at))})


def explain_alike(
    session: Session, evidence_id: int, other_id: int, reason: str, *, settles: bool, by: Actor, at: datetime
) -> None:
    """Keep why two files that look alike may both stand, and count again. Raises Refused, NotFound."""
    explain(session, evidence_id, other_id, reason, settles=settles, by=by, at=at)
    for laid in (evidence_id, other_id):
        count_again(session, laid, at=at)
