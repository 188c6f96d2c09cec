"""Paid claim lines of equipment categories that have not become things yet."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, String, cast, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from tracker.claims.lifecycle import State
from tracker.claims.models import Claim, ClaimLine
from tracker.equipment import policy
from tracker.equipment.facts import Purchase
from tracker.equipment.models import Intake
from tracker.funds.models import Category
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.errors import NotFound
from tracker.teams.models import Team
from tracker.vouchers.queries import standing

EQUIPMENT_CODES = ("31002", "31003", "31007")
"""办公设备购置, 专用设备购置, 信息网络及软件购置更新 (部门预算支出经济分类科目, class 310)."""

MOST = 200


def waiting(session: Session, by: Actor) -> Sequence[ClaimLine]:
    """List the lines that wait to become things, latest claim first: of the actor's own teams, of all for audit."""
    known = select(Intake.id).where(Intake.claim_line_key == _key()).exists()
    lines = _lines() if by.holds(SeatKind.AUDITOR) else _kept_lines(by)
    return session.scalars(lines.where(~known).order_by(Claim.id.desc(), ClaimLine.position).limit(MOST)).all()


def one(session: Session, claim_id: int, line_key: str, by: Actor) -> ClaimLine:
    """Load a line of the actor's own teams, whether it became things or not. Raises NotFound."""
    line = session.scalar(_kept_lines(by).where(Claim.id == claim_id, ClaimLine.key == line_key))
    if line is None:
        raise NotFound
    return line


def purchase_of(session: Session, line: ClaimLine) -> Purchase:
    """Return what a card keeps of the line: its key, claim, voucher and approved amount in fen."""
    voucher = standing(session, line.claim_id)
    return Purchase(
        line_key=f"{line.claim_id}:{line.key}",
        claim_number=line.claim.number or "",
        voucher_number=voucher.number if voucher else "",
        line_fen=line.claimed_fen - line.deducted_fen,
    )


def _kept_lines(by: Actor) -> Select[ClaimLine]:
    return _lines().where(Team.lead_unit_id.in_(policy.kept_units(by)))


def _lines() -> Select[ClaimLine]:
    return (
        select(ClaimLine)
        .join(ClaimLine.claim)
        .join(Claim.team)
        .join(ClaimLine.category)
        .options(contains_eager(ClaimLine.claim).contains_eager(Claim.team).joinedload(Team.lead_unit))
        .options(joinedload(ClaimLine.category))
        .where(
            Claim.state == State.PAID,
            Category.economic_code.in_(EQUIPMENT_CODES),
            ClaimLine.claimed_fen > ClaimLine.deducted_fen,
        )
    )


def _key() -> ColumnElement[str]:
    return cast(Claim.id, String) + ":" + ClaimLine.key
