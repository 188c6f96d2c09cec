"""One invoice, once: a claim takes an invoice's key in the transaction that holds its money.

The unique key and its guarded UPDATE decide a race, not a look before. One invoice may be split over lines and
claims up to its total (财会〔2020〕6号: an e-voucher must not be booked twice).
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from tracker.evidence.models import InvoiceKey, InvoiceShare
from tracker.kernel.errors import Refused
from tracker.kernel.money import format_yuan
from tracker.kernel.text import tell
from tracker.storage.statements import dialect_of, insert_in, run, table

LONGEST_NUMBER = InvoiceKey.number.type.length
LONGEST_CODE = InvoiceKey.code.type.length
"""Characters of the longest number and code, in their one spelling, that the key of an invoice has room for."""


@dataclass(frozen=True)
class Use:
    """A line's use of an invoice; ``total_fen`` is the invoice's own total, ``share_fen`` what the line claims."""

    line_key: str
    code: str
    number: str
    total_fen: int
    share_fen: int


class InvoiceTaken(Refused):
    """Another claim uses the invoice. ``facts``: ``use``, ``claim_ids`` that hold it, ``left_fen``."""


class InvoiceAltered(Refused):
    """The same invoice number was claimed before with another total. ``facts``: ``use``, ``claim_ids``."""


def normal(text: str) -> str:
    """Write an invoice number or code in its one spelling: half-width, letters upper, nothing between."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(character for character in plain if character.isalnum()).upper()


def take(session: Session, claim_id: int, uses: Sequence[Use], *, at: datetime) -> None:
    """Take the keys of the invoices a claim uses, all or none.

    Raises InvoiceTaken when more is asked than the invoice has left, InvoiceAltered when its total differs from
    the one in use.
    """
    if not uses:
        return
    by_key: dict[tuple[str, str], list[Use]] = defaultdict(list)
    for use in sorted(uses, key=lambda use: (normal(use.code), normal(use.number), use.line_key)):
        by_key[normal(use.code), normal(use.number)].append(use)
    taken = _take_keys(session, by_key)
    shares = [
        {
            "key_id": taken[key],
            "claim_id": claim_id,
            "line_key": use.line_key,
            "amount_fen": use.share_fen,
            "used_at": at,
        }
        for key, lines in by_key.items()
        for use in lines
    ]
    run(session, _ADD_SHARES, shares)


def _take_keys(session: Session, by_key: Mapping[tuple[str, str], Sequence[Use]]) -> dict[tuple[str, str], int]:
    """Take the keys in one statement, in one order, each for all its lines; return their ids."""
    wanted = []
    for (code, number), lines in by_key.items():
        asked, total = sum(use.share_fen for use in lines), lines[0].total_fen
        slip = next((use for use in lines if use.total_fen != total), None)
        if slip is not None or asked > total:
            raise _refusal(session, slip or replace(lines[-1], share_fen=asked))
        wanted.append({"code": code, "number": number, "total_fen": total, "used_fen": asked})
    rows = run(session, _take_key(dialect_of(session)), wanted).all()
    taken = {(row.code, row.number): row.id for row in rows}
    for key, lines in by_key.items():
        if key not in taken:
            raise _refusal(session, replace(lines[-1], share_fen=sum(use.share_fen for use in lines)))
    return taken


_ADD_SHARES = insert(table(InvoiceShare))


@cache
def _take_key(dialect: str) -> Executable:
    key, new = table(InvoiceKey).c, insert_in(dialect, InvoiceKey)
    # An invoice nobody uses has the total its newest reader gives it: the last one may have been a slip.
    fits = (key.used_fen == 0) | (
        (key.total_fen == new.excluded.total_fen) & (key.used_fen + new.excluded.used_fen <= key.total_fen)
    )
    taken = {"used_fen": key.used_fen + new.excluded.used_fen, "total_fen": new.excluded.total_fen}
    return new.on_conflict_do_update(index_elements=["number", "code"], set_=taken, where=fits).returning(
        key.id, key.code, key.number
    )


def free(session: Session, claim_id: int, *, at: datetime) -> None:
    """Give back every key a claim uses: it was withdrawn, returned or rejected."""
    shares = session.execute(
        update(InvoiceShare)
        .where(InvoiceShare.claim_id == claim_id, InvoiceShare.freed_at.is_(None))
        .values(freed_at=at)
        .returning(InvoiceShare.key_id, InvoiceShare.amount_fen)
        .execution_options(synchronize_session=False)
    ).all()
    freed: dict[int, int] = defaultdict(int)
    for key_id, amount_fen in shares:
        freed[key_id] += amount_fen
    key = table(InvoiceKey).c
    # Locked in the order in which ``take`` takes them, so that the two never wait for each other.
    in_order = select(key.id).where(key.id.in_(freed)).order_by(key.code, key.number).with_for_update()
    for key_id in session.scalars(in_order).all():
        run(session, _FREE_KEY, {"this_key": key_id, "freed": freed[key_id]})


_FREE_KEY = (
    update(table(InvoiceKey))
    .where(table(InvoiceKey).c.id == bindparam("this_key"))
    .values(used_fen=table(InvoiceKey).c.used_fen - bindparam("freed"))
)


def holders(session: Session, code: str, number: str) -> Sequence[int]:
    """List the ids of the claims that use an invoice now."""
    return session.scalars(
        select(InvoiceShare.claim_id)
        .join(InvoiceKey, InvoiceKey.id == InvoiceShare.key_id)
        .where(InvoiceKey.code == normal(code), InvoiceKey.number == normal(number), InvoiceShare.freed_at.is_(None))
        .distinct()
    ).all()


@dataclass(frozen=True)
class UsedElsewhere:
    """An invoice other claims use now: its total and what they use of it, in fen."""

    total_fen: int
    used_fen: int


def used_elsewhere(
    session: Session, invoices: Sequence[tuple[str, str]], *, claim_id: int
) -> dict[tuple[str, str], UsedElsewhere]:
    """Look up which of these invoices (code, number) other claims use now; keyed by their normal spelling."""
    numbers = {normal(number) for _, number in invoices}
    if not numbers:
        return {}
    rows = run(session, _ELSEWHERE, {"numbers": list(numbers), "but_of": claim_id})
    return {(code, number): UsedElsewhere(total, int(used)) for code, number, total, used in rows}


_ELSEWHERE = (
    select(InvoiceKey.code, InvoiceKey.number, InvoiceKey.total_fen, func.sum(InvoiceShare.amount_fen))
    .join(InvoiceShare, InvoiceShare.key_id == InvoiceKey.id)
    .where(
        InvoiceKey.number.in_(bindparam("numbers", expanding=True)),
        InvoiceShare.freed_at.is_(None),
        InvoiceShare.claim_id != bindparam("but_of"),
    )
    .group_by(InvoiceKey.id)
)


def _refusal(session: Session, use: Use) -> Refused:
    code, number = normal(use.code), normal(use.number)
    named = (InvoiceKey.code == code) & (InvoiceKey.number == number)
    kept = session.execute(select(InvoiceKey.total_fen, InvoiceKey.used_fen).where(named)).one_or_none()
    total, used = kept or (use.total_fen, 0)
    claim_ids = tuple(holders(session, code, number))
    if total != use.total_fen:
        return InvoiceAltered(
            tell(
                "票据 %(number)s 已按票面 %(total)s 元报销过，这次填的票面是 %(typed)s 元；请核对票面金额，"
                "或检查票据是否被改动",
                number=number,
                total=format_yuan(total),
                typed=format_yuan(use.total_fen),
            ),
            use=use,
            claim_ids=claim_ids,
        )
    left = total - used
    return InvoiceTaken(
        tell(
            "票据 %(number)s 票面 %(total)s 元，已报销 %(used)s 元，还剩 %(left)s 元，"
            "这次要报 %(share)s 元；请删除这一行，或核对是否传错票据",
            number=number,
            total=format_yuan(total),
            used=format_yuan(used),
            left=format_yuan(left),
            share=format_yuan(use.share_fen),
        ),
        use=use,
        claim_ids=claim_ids,
        left_fen=left,
    )


def breaches(session: Session) -> Iterator[str]:
    """Say where an invoice's claimed shares exceed its total or its cached use (domain.md, invariant 4)."""
    live = (
        select(InvoiceShare.key_id, func.sum(InvoiceShare.amount_fen).label("used"))
        .where(InvoiceShare.freed_at.is_(None))
        .group_by(InvoiceShare.key_id)
        .subquery()
    )
    used = func.coalesce(live.c.used, 0)
    rows = session.execute(
        select(InvoiceKey.number, InvoiceKey.total_fen, InvoiceKey.used_fen, used)
        .outerjoin(live, live.c.key_id == InvoiceKey.id)
        .where((InvoiceKey.used_fen != used) | (used > InvoiceKey.total_fen))
    )
    for number, total, cached, counted in rows:
        yield (
            f"票据 {number} 票面 {format_yuan(total)} 元，记为已用 {format_yuan(cached)} 元，"
            f"单据合计使用 {format_yuan(int(counted))} 元"
        )
