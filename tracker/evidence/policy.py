"""Who may keep the titles that invoices of a unit may bear, and who may read them."""

from __future__ import annotations

from tracker.kernel.actors import UNIT_SEATS, Actor, SeatKind
from tracker.kernel.errors import Forbidden


def may_keep_titles(actor: Actor, unit_id: int) -> bool:
    """Tell whether the person keeps this unit's titles: its reviewer, its head, or the administrator."""
    return actor.holds(SeatKind.ADMINISTRATOR) or any(actor.holds(kind, unit_id=unit_id) for kind in UNIT_SEATS)


def keeps_titles(actor: Actor) -> bool:
    """Tell whether the person keeps the titles of any unit."""
    return actor.holds_any({SeatKind.ADMINISTRATOR} | UNIT_SEATS)


def may_read_titles(actor: Actor, unit_id: int) -> bool:
    """Tell whether the page shows this unit's titles to the person: to who keeps them, and all to the auditor."""
    return actor.holds(SeatKind.AUDITOR) or may_keep_titles(actor, unit_id)


def require_may_keep_titles(actor: Actor, unit_id: int) -> None:
    """Let nobody else through. Raises Forbidden."""
    if not may_keep_titles(actor, unit_id):
        raise Forbidden("发票抬头由牵头单位经办、负责人或系统管理员登记，请联系他们")
