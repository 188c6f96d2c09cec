"""Count again what of a claim somebody has to look at: a file of it has been read, or a likeness was explained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from tracker.claims.lifecycle import HOLDING_STATES
from tracker.claims.models import Attachment, Claim
from tracker.claims.verdict import open_questions
from tracker.evidence.operations import explain
from tracker.kernel.actors import Actor
from tracker.storage.statements import run, table

# Whatever their state: one that is being submitted just now waits, or is waited for, and is counted with the file.
_WITH_FILES = (
    select(Claim)
    .where(
        Claim.id.in_(select(Attachment.claim_id).where(Attachment.evidence_id.in_(bindparam("files", expanding=True))))
    )
    .order_by(Claim.id)
    .with_for_update(of=Claim, key_share=True)
    .execution_options(populate_existing=True)
)
_CLAIM = table(Claim)
_COUNT = update(_CLAIM).where(_CLAIM.c.id == bindparam("this_claim")).values(to_look_at=bindparam("count"))


@contextmanager
def counting_again(session: Session, *evidence_ids: int, at: datetime) -> Iterator[None]:
    """Keep what lists say of the checks of the claims files are laid with, while something is learned of the files.

    The claims are locked first, as whoever decides on one does: nobody waits for the other in a ring, and of two files
    learned of at once the one counted last knows of both. Only the count changes: a claim's version is that of its
    record, and nobody's page goes stale by a reading.
    """
    laid = session.scalars(_WITH_FILES, {"files": evidence_ids}).all()
    yield
    for claim in laid:
        if claim.state in HOLDING_STATES:
            run(session, _COUNT, {"this_claim": claim.id, "count": len(open_questions(session, claim, at=at))})


def explain_alike(
    session: Session, evidence_id: int, other_id: int, reason: str, *, settles: bool, by: Actor, at: datetime
) -> None:
    """Keep why two files that look alike may both stand, and count again. Raises Refused, NotFound."""
    with counting_again(session, evidence_id, other_id, at=at):
        explain(session, evidence_id, other_id, reason, settles=settles, by=by, at=at)
