"""Payees: accounts money can be sent to; the number is enciphered before it reaches the database."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.claims.models import Payee, PayMethod
from tracker.kernel.actors import TEAM_SEATS, Actor, SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.storage.cipher import Cipher
from tracker.teams.queries import was_member


@dataclass(frozen=True)
class PayeeFacts:
    """An account as typed: whose it is, at which bank, its number."""

    method: PayMethod
    holder: str
    bank: str
    account: str
    person_id: int | None = None
    team_id: int | None = None


_ACCOUNT = re.compile(r"[0-9]{8,30}")


def add_payee(session: Session, facts: PayeeFacts, *, cipher: Cipher, by: Actor, at: datetime) -> int:
    """Add an account and return its id.

    A card or personal account is added by its owner or a filing agent of the owner's team; a vendor by anyone of
    the team. The same open account added again is the account there is. Raises Refused for a number that cannot be
    one, Forbidden.
    """
    account = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", facts.account))
    if not _ACCOUNT.fullmatch(account):
        raise Refused("账号要是 8 到 30 位数字，请照银行卡或开户许可核对", field="account")
    if facts.method is PayMethod.VENDOR:
        allowed = facts.team_id is not None and any(by.holds(kind, team_id=facts.team_id) for kind in TEAM_SEATS)
    else:
        allowed = facts.person_id == by.person_id or _is_agent_of(session, by, facts.person_id, at)
    if not allowed:
        raise Forbidden("只能登记自己的账户，或本组团的收款单位")
    there = _same_account(session, facts, account, cipher)
    if there is not None:
        return there
    payee = Payee(
        method=facts.method,
        person_id=None if facts.method is PayMethod.VENDOR else facts.person_id,
        team_id=facts.team_id if facts.method is PayMethod.VENDOR else None,
        holder=facts.holder,
        bank=facts.bank,
        account_cipher=cipher.lock(account),
        tail=account[-4:],
        created_by=by.person_id,
        created_at=at,
    )
    session.add(payee)
    session.flush()
    record(
        session,
        by=by,
        at=at,
        action="payee.add",
        subject=("payee", payee.id, f"{facts.holder} 尾号 {payee.tail}"),
        after={"method": facts.method, "bank": facts.bank, "tail": payee.tail},
    )
    return payee.id


def _is_agent_of(session: Session, by: Actor, person_id: int | None, at: datetime) -> bool:
    if person_id is None:
        return False
    return any(was_member(session, person_id, team_id, on=day_of(at)) for team_id in sorted(by.teams(SeatKind.AGENT)))


def _same_account(session: Session, facts: PayeeFacts, account: str, cipher: Cipher) -> int | None:
    """Find the open account with this very number, of the same owner and for the same way of paying."""
    owner = Payee.team_id == facts.team_id if facts.method is PayMethod.VENDOR else Payee.person_id == facts.person_id
    alike = select(Payee).where(
        owner, Payee.method == facts.method, Payee.tail == account[-4:], Payee.closed_at.is_(None)
    )
    same = (payee.id for payee in session.scalars(alike) if cipher.unlock(payee.account_cipher) == account)
    return next(same, None)


def close_payee(session: Session, payee_id: int, *, by: Actor, at: datetime) -> None:
    """Close an account so that no further claim chooses it; closed twice is closed once. Raises NotFound."""
    payee = session.scalar(select(Payee).where(Payee.id == payee_id))
    if payee is None or by.person_id not in (payee.created_by, payee.person_id):
        raise NotFound("没有找到这个账户，可能已停用，或者不是你登记的")
    if payee.closed_at is not None:
        return
    session.execute(
        update(Payee).where(Payee.id == payee_id).values(closed_at=at).execution_options(synchronize_session=False)
    )
    record(
        session,
        by=by,
        at=at,
        action="payee.close",
        subject=("payee", payee_id, f"{payee.holder} 尾号 {payee.tail}"),
    )
