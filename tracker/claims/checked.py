"""检查 in lists: what the checks said of claims at their submission, or since when a file of theirs was read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.claims.lifecycle import LEAD_STEPS, Step
from tracker.claims.models import Attachment, Claim
from tracker.evidence.models import EvidenceReading, ReadState
from tracker.funds.models import Fund
from tracker.storage.statements import run

UNREAD = (ReadState.WAITING, ReadState.READING)


@dataclass(frozen=True)
class Checked:
    """What a list says of one claim's checks; amounts are fen."""

    to_look_at: int | None
    """Findings that ask for a look; None where they were not counted yet."""
    is_being_read: bool
    """A file still waits to be read: what it says is not known yet."""
    step: Step | None
    approved_fen: int
    together_up_to_fen: int
    version: int

    @property
    def has_passed(self) -> bool:
        """Tell whether every check passed, with every file read."""
        return self.to_look_at == 0 and not self.is_being_read

    @property
    def may_go_together(self) -> bool:
        """Tell whether the claim may be ticked; the approval makes every check again, with what was read since."""
        return self.has_passed and self.step in LEAD_STEPS and self.approved_fen <= self.together_up_to_fen


_READINGS = (
    select(Attachment.id)
    .join(EvidenceReading, EvidenceReading.evidence_id == Attachment.evidence_id)
    .where(Attachment.claim_id == Claim.id)
)
_BEING_READ = _READINGS.where(EvidenceReading.state.in_(UNREAD)).exists()


def of_claims(session: Session, claim_ids: Collection[int]) -> dict[int, Checked]:
    """Look up what lists say of these claims' checks, in one query."""
    return {row[0]: Checked(*row[1:]) for row in run(session, _CHECKED, {"ids": list(claim_ids)})}


_CHECKED = (
    select(
        Claim.id,
        Claim.to_look_at,
        _BEING_READ,
        Claim.step,
        Claim.claimed_fen - Claim.deducted_fen,
        Fund.together_up_to_fen,
        Claim.version,
    )
    .join(Fund, Fund.id == Claim.fund_id)
    .where(Claim.id.in_(bindparam("ids", expanding=True)))
)


def has_unread_files(session: Session, claim_id: int) -> bool:
    """Tell whether a file of the claim is still being read."""
    unread = (
        select(Attachment.id)
        .join(EvidenceReading, EvidenceReading.evidence_id == Attachment.evidence_id)
        .where(Attachment.claim_id == claim_id, EvidenceReading.state.in_(UNREAD))
    )
    return session.scalars(unread.limit(1)).first() is not None
