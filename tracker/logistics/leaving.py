"""What a person still has in hand when he leaves his team."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from tracker.claims.leaving import open_claims
from tracker.equipment.queries.items import held_by
from tracker.secondments.operations import OpenMatter, ask_before_leaving


def ask_everybody() -> None:
    """Have claims and equipment asked before anybody leaves."""
    ask_before_leaving("报销单", open_claims)
    ask_before_leaving("设备", things_held)


def things_held(session: Session, person_id: int, team_id: int) -> Sequence[OpenMatter]:
    """Name the things the person holds, of whatever team: they are returned or handed over by name first."""
    del team_id
    return [
        OpenMatter("设备", f"{item.number} {item.name}", f"/equipment/{item.number}")
        for item in held_by(session, person_id)
    ]
