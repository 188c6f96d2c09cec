"""What a person still has in hand when he leaves his team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from tracker.claims.leaving import claims_on_days, open_claims
from tracker.equipment.queries.handovers import returns_to_receive
from tracker.equipment.queries.items import held_by
from tracker.kernel.text import tell
from tracker.logistics.desks import desks_kept
from tracker.secondments.operations import OpenMatter, ask_before_leaving, ask_for_days


def ask_everybody() -> None:
    """Have claims, equipment and desks asked before anybody leaves, and claims before days leave a term."""
    ask_before_leaving("报销单", open_claims)
    ask_before_leaving("设备", things_held)
    ask_before_leaving("工位", desks_kept)
    ask_for_days("报销单", claims_on_days)


def things_held(session: Session, person_id: int, _team_id: int, _today: date) -> Sequence[OpenMatter]:
    """Name the things the person holds, of whatever team, and those he brought back that no keeper confirmed yet."""
    held = [
        OpenMatter("设备", f"{item.number} {item.name}", f"/equipment/{item.number}")
        for item in held_by(session, person_id)
    ]
    unconfirmed = [
        OpenMatter(
            "设备",
            tell("%(item)s（本人已办归还，等产权单位经办确认收到）", item=f"{line.item.number} {line.item.name}"),
            f"/equipment/handovers/{line.handover.number}",
        )
        for line in returns_to_receive(session, person_id)
    ]
    return [*held, *unconfirmed]
