"""What of a person's claims is still open when he leaves his team."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.claims.lifecycle import State
from tracker.claims.models import KIND_NAMES, Claim
from tracker.secondments.operations import OpenMatter

FINISHED = frozenset({State.PAID, State.REJECTED, State.DISCARDED})


def open_claims(session: Session, person_id: int, team_id: int) -> Sequence[OpenMatter]:
    """Name the claims of the team that the person filed or is paid by, and that are not finished; drafts too."""
    mine = select(Claim).where(
        or_(Claim.filer_id == person_id, Claim.beneficiary_id == person_id),
        Claim.team_id == team_id,
        Claim.state.not_in(FINISHED),
    )
    return [
        OpenMatter(
            "报销单", claim.number or f"草稿「{claim.purpose or KIND_NAMES[claim.kind]}」", f"/claims/{claim.id}"
        )
        for claim in session.scalars(mine.order_by(Claim.id))
    ]
