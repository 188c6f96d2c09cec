"""Issue, void, print and scan back vouchers. A number is never given out twice and never left out."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from tracker.audit.operations import fund_chain, record
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.text import tell
from tracker.storage.numbering import next_number
from tracker.storage.statements import insert_or, run, table
from tracker.vouchers.models import Voucher, VoucherFile, VoucherPrint

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters and digits that are not mistaken for each other when read off paper."""

CODE_LENGTH = 16


def issue(
    session: Session,
    *,
    fund_id: int,
    prefix: str,
    year: int,
    claim_id: int,
    template_version: int,
    compose: Callable[[str, str], str],
    by: Actor,
    seat: str,
    at: datetime,
    files: Sequence[int] = (),
) -> None:
    """Number and freeze a voucher; ``compose(number, verify_code)`` writes its content.

    ``files`` are the ids of the evidence the content rests on, in its order: they can be opened as long as it is kept.
    """
    sequence = next_number(session, f"voucher:{fund_id}")
    number = f"{prefix}-{year}-{sequence:06d}"
    code = "".join(secrets.choice(_ALPHABET) for _ in range(CODE_LENGTH))
    content = compose(number, code)
    content_hash = hashlib.sha256(content.encode()).hexdigest()
    voucher = {
        "number": number,
        "fund_id": fund_id,
        "sequence": sequence,
        "claim_id": claim_id,
        "content": content,
        "content_hash": content_hash,
        "verify_code": code,
        "template_version": template_version,
        "issued_at": at,
        "prints": 0,
    }
    voucher_id = run(session, _ADD_VOUCHER, voucher).scalar_one()
    if files:
        run(
            session,
            _ADD_FILES,
            [{"voucher_id": voucher_id, "position": place, "evidence_id": one} for place, one in enumerate(files, 1)],
        )
    named = (fund_id, voucher_id, number)
    _trail(session, named, "issue", by, at, seat=seat, after={"number": number, "content_hash": content_hash})


_ADD_FILES = insert(table(VoucherFile))
_ADD_VOUCHER = insert(table(Voucher)).returning(table(Voucher).c.id)


def void(session: Session, voucher: Voucher, *, reason: str, by: Actor, seat: str, at: datetime) -> None:
    """Mark a voucher void; it keeps its number and its content."""
    session.execute(
        update(Voucher)
        .where(Voucher.id == voucher.id, Voucher.voided_at.is_(None))
        .values(voided_at=at, voided_by=by.person_id, void_reason=reason[:200])
        .execution_options(synchronize_session=False)
    )
    _trail(session, _named(voucher), "void", by, at, seat=seat, note=reason)


def count_print(
    session: Session, voucher_id: int, *, by: Actor, at: datetime, number: int | None = None, command_id: str = ""
) -> int:
    """Count one more print and return which print it is, from 1.

    ``number`` is the one drawn on the paper: Stale is raised where another print took it meanwhile. ``command_id`` is
    that of the form, by which ``queries.print_of`` knows it again. Raises NotFound.
    """
    counted = update(Voucher).where(Voucher.id == voucher_id)
    if number is not None:
        counted = counted.where(Voucher.prints == number - 1)
    prints: int | None = session.scalar(counted.values(prints=Voucher.prints + 1).returning(Voucher.prints))
    voucher = session.get(Voucher, voucher_id)
    if voucher is None:
        raise NotFound
    if prints is None:
        raise Stale("刚有人打印了同一张凭证，请再点一次打印")
    if command_id:
        asked = {"voucher_id": voucher_id, "number": prints, "at": at}
        kept = insert_or(session, VoucherPrint).values(command_id=command_id, **asked)
        session.execute(kept.on_conflict_do_update(index_elements=["command_id"], set_=asked))
    _trail(session, _named(voucher), "print", by, at, after={"prints": prints})
    return prints


def scan_back(session: Session, voucher_id: int, evidence_id: int, *, by: Actor, at: datetime) -> None:
    """Keep the scan of the signed paper with its voucher. Raises Refused for a void voucher."""
    voucher = session.scalar(select(Voucher).where(Voucher.id == voucher_id).with_for_update())
    if voucher is None:
        raise NotFound
    if voucher.voided_at is not None:
        raise Refused(tell("%(voucher)s 已作废，不能回传签字件；请在新的报销单上签字", voucher=voucher.number))
    before = {"signed_scan_id": voucher.signed_scan_id}
    session.execute(
        update(Voucher)
        .where(Voucher.id == voucher_id)
        .values(signed_scan_id=evidence_id)
        .execution_options(synchronize_session=False)
    )
    after = {"signed_scan_id": evidence_id}
    _trail(session, _named(voucher), "scan_back", by, at, before=before, after=after)


def _named(voucher: Voucher) -> tuple[int, int, str]:
    return voucher.fund_id, voucher.id, voucher.number


def _trail(
    session: Session,
    named: tuple[int, int, str],
    act: str,
    by: Actor,
    at: datetime,
    *,
    seat: str = "",
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    note: str = "",
) -> None:
    fund_id, voucher_id, number = named
    record(
        session,
        chain=fund_chain(fund_id),
        by=by,
        at=at,
        action=f"voucher.{act}",
        seat=seat,
        subject=("voucher", voucher_id, number),
        before=before,
        after=after,
        note=note,
    )
