"""Approved claim lines of equipment categories, and the things they become."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, Select, String, cast, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from tracker.claims import policy as claims
from tracker.claims.lifecycle import State
from tracker.claims.models import Claim, ClaimLine
from tracker.equipment import policy
from tracker.equipment.facts import ItemFacts, Purchase
from tracker.equipment.models import Intake
from tracker.funds.models import Category
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.errors import NotFound
from tracker.kernel.money import format_yuan
from tracker.kernel.text import tell
from tracker.teams.models import Team
from tracker.vouchers.queries import standing

EQUIPMENT_CODES = ("31002", "31003", "31007")
"""办公设备购置, 专用设备购置, 信息网络及软件购置更新 (部门预算支出经济分类科目, class 310)."""

BOUGHT = (State.APPROVED, State.ACCEPTED, State.PART_PAID, State.PAID)
"""From the last approval of the lead unit on: the voucher is numbered, and the things stand in the office already."""

MOST = 200


def waiting(session: Session, by: Actor) -> Sequence[ClaimLine]:
    """List the lines that wait to become things, latest claim first: of the actor's own teams, of all for audit."""
    known = select(Intake.id).where(Intake.claim_line_key == _key()).exists()
    lines = _lines() if by.holds(SeatKind.AUDITOR) else _kept_lines(by)
    return session.scalars(lines.where(~known).order_by(Claim.id.desc(), ClaimLine.position).limit(MOST)).all()


def one(session: Session, claim_id: int, line_key: str, by: Actor, *, held: bool = False) -> ClaimLine:
    """Load a line of the actor's own teams, whether it became things or not. Raises NotFound.

    ``held`` keeps its claim as it is till the end of the transaction.
    """
    query = _kept_lines(by).where(Claim.id == claim_id, ClaimLine.key == line_key)
    line = session.scalar(query.with_for_update(of=Claim, read=True) if held else query)
    if line is None:
        raise NotFound
    return line


def intake_of(session: Session, line: ClaimLine) -> Intake | None:
    """Find the act that made a line into things, if it became any."""
    return session.scalar(select(Intake).where(Intake.claim_line_key == f"{line.claim_id}:{line.key}"))


def to_the_fen(rows: Sequence[Sequence[ItemFacts]], line_fen: int) -> list[ItemFacts]:
    """Price the cards of some rows so that they add up to their line, if only rounding is between them.

    A price a piece is rounded to the fen, so the sum may be out by less than a fen a piece of the longest row; its last
    pieces take a fen each, so that none of them costs more than the line's own price a piece rounded up. Anything more
    is left as it is, for the sum to be refused.
    """
    cards = [list(row) for row in rows if row]
    odd = line_fen - sum(card.price_fen for row in cards for card in row)
    longest = max(cards, key=len, default=[])
    if odd and abs(odd) < len(longest):
        fen = 1 if odd > 0 else -1
        longest[-abs(odd) :] = [replace(card, price_fen=card.price_fen + fen) for card in longest[-abs(odd) :]]
    return [card for row in cards for card in row]


@dataclass(frozen=True)
class Origin:
    """The claim a thing was bought by, as it stands now, and what is no longer as it was when its card was written."""

    claim_id: int
    voucher_number: str
    is_open: bool
    """Whether the reader may look at the claim."""
    warning: str = ""


def origin_of(session: Session, intake: Intake, *, seen_by: Actor) -> Origin | None:
    """Look up the claim of a purchase; None for what was not bought by a claim."""
    claim_id, _, key = (intake.claim_line_key or "").partition(":")
    claim = session.get(Claim, int(claim_id)) if claim_id else None
    if claim is None:
        return None
    line = session.scalar(select(ClaimLine).where(ClaimLine.claim_id == claim.id, ClaimLine.key == key))
    voucher = standing(session, claim.id)
    approved = line.claimed_fen - line.deducted_fen if line is not None else 0
    warning = ""
    if claim.state not in BOUGHT or voucher is None:
        warning = tell(
            "登记后报销单 %(number)s 退回或作废，凭证 %(voucher)s 不再有效；重新批准前请核对这件设备的入账依据",
            number=intake.claim_number,
            voucher=intake.voucher_number,
        )
    elif approved != intake.line_fen:
        warning = tell(
            "登记后报销单 %(number)s 这一行的核定金额由 %(was)s 元改为 %(now)s 元，请核对设备原值",
            number=intake.claim_number,
            was=format_yuan(intake.line_fen or 0),
            now=format_yuan(approved),
        )
    is_open = session.scalar(select(Claim.id).where(Claim.id == claim.id, claims.seen_by(seen_by))) is not None
    return Origin(claim.id, voucher.number if voucher else intake.voucher_number, is_open, warning)


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
            Claim.state.in_(BOUGHT),
            Category.economic_code.in_(EQUIPMENT_CODES),
            ClaimLine.claimed_fen > ClaimLine.deducted_fen,
        )
    )


def _key() -> ColumnElement[str]:
    return cast(Claim.id, String) + ":" + ClaimLine.key
