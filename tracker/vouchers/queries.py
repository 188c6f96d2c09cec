"""Vouchers by claim, by number and by the code printed on them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.kernel.errors import NotFound
from tracker.kernel.text import tell
from tracker.vouchers.models import Voucher, VoucherPrint

SAME_PRINT = timedelta(minutes=1)
"""A form sent again within this time asks for the paper it already got; later, somebody wants another."""


def standing(session: Session, claim_id: int) -> Voucher | None:
    """Find the voucher of a claim that is not void."""
    return session.scalar(select(Voucher).where(Voucher.claim_id == claim_id, Voucher.voided_at.is_(None)))


def of_claim(session: Session, claim_id: int) -> Sequence[Voucher]:
    """List a claim's vouchers, void ones too, in the order they were issued."""
    return session.scalars(select(Voucher).where(Voucher.claim_id == claim_id).order_by(Voucher.id)).all()


def print_of(session: Session, voucher_id: int, command_id: str, *, at: datetime) -> int | None:
    """Return the number of the print this form asked for a moment ago: a double click or a page sent again."""
    made = select(VoucherPrint.number).where(
        VoucherPrint.command_id == command_id,
        VoucherPrint.voucher_id == voucher_id,
        VoucherPrint.at > at - SAME_PRINT,
    )
    return session.scalar(made)


def prints_of(session: Session, voucher_id: int) -> int:
    """Tell how often a voucher was printed."""
    return session.scalar(select(Voucher.prints).where(Voucher.id == voucher_id)) or 0


def find_number(session: Session, number: str) -> Voucher | None:
    """Find a voucher by its number, if there is one."""
    return session.scalar(select(Voucher).where(Voucher.number == number))


def by_number(session: Session, number: str) -> Voucher:
    """Find a voucher by its number. Raises NotFound."""
    found = find_number(session, number)
    if found is None:
        raise NotFound(tell("没有编号为 %(number)s 的报销单，请核对编号", number=number))
    return found


def by_code(session: Session, code: str) -> Voucher | None:
    """Find a voucher by the code printed on it."""
    return session.scalar(select(Voucher).where(Voucher.verify_code == code))
