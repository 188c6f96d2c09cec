"""Payments as the cashier looks for them: accounts to pay to, what is due, what was paid, what came back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.claims.lifecycle import State
from tracker.claims.models import Claim, Payee, Payment
from tracker.identity.models import Person


class Pile(StrEnum):
    """The three piles on the cashier's desk."""

    DUE = "due"
    PAID = "paid"
    RETURNED = "returned"


def payees_for(session: Session, claim: Claim) -> Sequence[Payee]:
    """List the open accounts a claim may be paid to: the beneficiary's own, and the vendors of the team."""
    own = or_(Payee.person_id == claim.beneficiary_id, Payee.team_id == claim.team_id)
    return session.scalars(
        select(Payee).where(own, Payee.closed_at.is_(None)).order_by(Payee.method, Payee.holder, Payee.id)
    ).all()


def same_reference(session: Session, reference: str, *, claim_id: int, payee_id: int) -> Sequence[str]:
    """List the numbers of other payments that stand under the same bank reference: to another payee, or of a claim.

    One transfer may pay several claims of one person, so it is pointed out and not refused.
    """
    if not reference:
        return []
    other = or_(Payment.claim_id != claim_id, Payment.payee_id != payee_id)
    named = Payment.reference == reference[:60]
    return session.scalars(
        select(Payment.number).where(named, other, Payment.returned_at.is_(None)).order_by(Payment.id.desc()).limit(3)
    ).all()


@dataclass(frozen=True)
class Sought:
    """What a pile is narrowed to; empty means all. Keyset paging by ``before`` (an id)."""

    team_id: int | None = None
    text: str = ""
    before: int | None = None
    most: int = 20


def due(session: Session, sought: Sought) -> Sequence[Claim]:
    """List the claims that wait for payment, the longest wait first."""
    wanted = (
        select(Claim)
        .options(joinedload(Claim.beneficiary), joinedload(Claim.team), joinedload(Claim.payee))
        .where(Claim.state.in_([State.ACCEPTED, State.PART_PAID]))
        .order_by(Claim.waiting_since, Claim.id)
    )
    return session.scalars(_narrowed(wanted, sought).limit(500)).all()


def payments(session: Session, sought: Sought, *, returned: bool) -> Sequence[Payment]:
    """List payments with their claims, latest first: those that stand, or those that came back."""
    wanted = (
        select(Payment)
        .join(Claim, Claim.id == Payment.claim_id)
        .options(joinedload(Payment.claim).options(joinedload(Claim.team), joinedload(Claim.beneficiary)))
        .where(Payment.returned_at.is_not(None) if returned else Payment.returned_at.is_(None))
        .order_by(Payment.id.desc())
    )
    if sought.before is not None:
        wanted = wanted.where(Payment.id < sought.before)
    return session.scalars(_narrowed(wanted, sought, payments=True).limit(sought.most)).all()


def _narrowed(wanted: Select[Any], sought: Sought, *, payments: bool = False) -> Select[Any]:
    if sought.team_id is not None:
        wanted = wanted.where(Claim.team_id == sought.team_id)
    if sought.text:
        people = select(Person.id).where(Person.name.icontains(sought.text, autoescape=True))
        named = [Claim.number == sought.text.upper(), Claim.beneficiary_id.in_(people)]
        if payments:
            named += [Payment.number == sought.text.upper(), func.lower(Payment.reference) == sought.text.lower()]
        wanted = wanted.where(or_(*named))
    return wanted


def totals(session: Session) -> dict[Pile, tuple[int, int]]:
    """Count each pile and add it up, in fen."""
    to_pay = session.execute(
        select(func.count(), func.sum(Claim.claimed_fen - Claim.deducted_fen - Claim.paid_fen)).where(
            Claim.state.in_([State.ACCEPTED, State.PART_PAID])
        )
    ).one()
    made = session.execute(
        select(Payment.returned_at.is_not(None), func.count(), func.sum(Payment.amount_fen)).group_by(
            Payment.returned_at.is_not(None)
        )
    ).all()
    found = {Pile.DUE: (to_pay[0], int(to_pay[1] or 0)), Pile.PAID: (0, 0), Pile.RETURNED: (0, 0)}
    for came_back, count, total in made:
        found[Pile.RETURNED if came_back else Pile.PAID] = (count, int(total or 0))
    return found
