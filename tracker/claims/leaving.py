"""What of a person's claims is still open when he leaves his team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from tracker.claims.lifecycle import LIVE_STATES, State
from tracker.claims.models import KIND_NAMES, Claim, ClaimHandover, ClaimLine
from tracker.secondments.operations import OpenMatter

FINISHED = frozenset({State.PAID, State.REJECTED, State.DISCARDED})


def open_claims(session: Session, person_id: int, team_id: int, _today: date) -> Sequence[OpenMatter]:
    """Name the claims of the team that the person filed or is paid by, and that are not finished; drafts too.

    One that was handed to somebody else by name is looked after there, even while the person is still paid by it.
    """
    mine = open_of(person_id, team_id).order_by(Claim.id)
    return [
        OpenMatter(
            "报销单", claim.number or f"草稿「{claim.purpose or KIND_NAMES[claim.kind]}」", f"/claims/{claim.id}"
        )
        for claim in session.scalars(mine)
    ]


def claims_on_days(session: Session, person_id: int, team_id: int, first: date, before: date) -> Sequence[OpenMatter]:
    """Name the claims alive that pay the person for a day from ``first`` on and before another."""
    on_days = select(ClaimLine.id).where(
        ClaimLine.claim_id == Claim.id, ClaimLine.spent_on >= first, ClaimLine.spent_on < before
    )
    mine = select(Claim).where(
        Claim.beneficiary_id == person_id, Claim.team_id == team_id, Claim.state.in_(LIVE_STATES), on_days.exists()
    )
    return [
        OpenMatter("报销单", claim.number or str(claim.id), f"/claims/{claim.id}")
        for claim in session.scalars(mine.order_by(Claim.id))
    ]


def open_of(person_id: int, team_id: int) -> Select[Claim]:
    """Select the claims that a person who leaves still has to finish or to hand over."""
    handed = select(ClaimHandover.id).where(
        ClaimHandover.claim_id == Claim.id, ClaimHandover.from_person_id == person_id
    )
    return select(Claim).where(
        or_(Claim.filer_id == person_id, and_(Claim.beneficiary_id == person_id, ~handed.exists())),
        Claim.team_id == team_id,
        Claim.state.not_in(FINISHED),
    )
