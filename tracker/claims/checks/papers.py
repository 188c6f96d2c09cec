"""A claim's papers: its voucher stands exactly while it is approved, its files are kept, its invoices stay taken."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from tracker.claims.lifecycle import APPROVED_STATES, LIVE_STATES
from tracker.claims.models import Attachment, Claim, ClaimLine
from tracker.evidence.keys import normal
from tracker.evidence.models import Evidence, InvoiceKey, InvoiceShare
from tracker.vouchers.models import Voucher, VoucherFile


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where a claim and its papers do not agree."""
    yield from _standing(session)
    yield from _attachments(session)
    yield from _files(session)
    yield from _freed(session)
    yield from _taken(session)
    yield from _kept(session)


def _standing(session: Session) -> Iterator[str]:
    """An approved claim has exactly one standing voucher, of its own fund; any other claim has none."""
    counts = (
        select(Voucher.claim_id, Voucher.fund_id, func.count().label("standing"))
        .where(Voucher.voided_at.is_(None))
        .group_by(Voucher.claim_id, Voucher.fund_id)
        .subquery()
    )
    standing = func.coalesce(counts.c.standing, 0)
    right = case((Claim.state.in_(APPROVED_STATES), 1), else_=0)
    rows = session.execute(
        select(Claim.id, Claim.number, standing, right)
        .outerjoin(counts, (counts.c.claim_id == Claim.id) & (counts.c.fund_id == Claim.fund_id))
        .where(standing != right)
    )
    for claim_id, number, found, should in rows:
        yield f"单据 {number or claim_id} 应有 {should} 张有效的报销凭证，实有 {found} 张"
    astray = session.scalars(
        select(Voucher.number)
        .outerjoin(Claim, (Claim.id == Voucher.claim_id) & (Claim.fund_id == Voucher.fund_id))
        .where(Voucher.voided_at.is_(None), Claim.id.is_(None))
    )
    for number in astray:
        yield f"报销凭证 {number} 所属的单据不存在，或不在这项经费里"


_COUNT = re.compile(r'"attachment_count":(\d+)')
_COUNT_WITHIN = 200
"""Keys are written in order and this one is the third: it lies within so many characters of the content's start."""


def _attachments(session: Session) -> Iterator[str]:
    """A claim still has as many files as its standing voucher says it rests on."""
    laid = select(Attachment.claim_id, func.count().label("files")).group_by(Attachment.claim_id).subquery()
    rows = session.execute(
        select(Voucher.number, func.substr(Voucher.content, 1, _COUNT_WITHIN), func.coalesce(laid.c.files, 0))
        .outerjoin(laid, laid.c.claim_id == Voucher.claim_id)
        .where(Voucher.voided_at.is_(None)),
        execution_options={"yield_per": 5000},
    )
    for number, beginning, files in rows:
        told = _COUNT.search(beginning)
        if told is None or int(told[1]) != files:
            yield f"报销凭证 {number} 写明附件 {told[1] if told else '不明'} 个，单据现有 {files} 个"


def _files(session: Session) -> Iterator[str]:
    """The files that lie with a claim are those its standing voucher was issued with."""
    same = (Attachment.claim_id == Voucher.claim_id) & (Attachment.evidence_id == VoucherFile.evidence_id)
    gone = (
        select(Voucher.number, Evidence.display_name)
        .join(VoucherFile, VoucherFile.voucher_id == Voucher.id)
        .join(Evidence, Evidence.id == VoucherFile.evidence_id)
        .outerjoin(Attachment, same)
        .where(Voucher.voided_at.is_(None), Attachment.id.is_(None))
    )
    for number, name in session.execute(gone):
        yield f"报销凭证 {number} 依据的附件「{name}」已不在单据里"
    of_voucher = (VoucherFile.voucher_id == Voucher.id) & (VoucherFile.evidence_id == Attachment.evidence_id)
    added = (
        select(Voucher.number, Evidence.display_name)
        .join(Attachment, Attachment.claim_id == Voucher.claim_id)
        .join(Evidence, Evidence.id == Attachment.evidence_id)
        .outerjoin(VoucherFile, of_voucher)
        .where(Voucher.voided_at.is_(None), VoucherFile.voucher_id.is_(None))
    )
    for number, name in session.execute(added):
        yield f"报销凭证 {number} 的附件「{name}」是签发以后放进单据的"


def _freed(session: Session) -> Iterator[str]:
    """An invoice's key belongs to live claims only."""
    rows = session.execute(
        select(Claim.id, Claim.number, InvoiceKey.number)
        .join(InvoiceShare, InvoiceShare.claim_id == Claim.id)
        .join(InvoiceKey, InvoiceKey.id == InvoiceShare.key_id)
        .where(InvoiceShare.freed_at.is_(None), Claim.state.not_in(LIVE_STATES))
    )
    for claim_id, number, invoice in rows:
        yield f"单据 {number or claim_id} 已不在办理中，票据 {invoice} 却还记在它名下"


def _taken(session: Session) -> Iterator[str]:
    """A live claim holds its share of every invoice its lines name with a face amount."""
    named = ClaimLine.facts["bill_number"].as_string()
    code = func.coalesce(ClaimLine.facts["bill_code"].as_string(), "")
    rows = session.execute(
        select(
            Claim.number,
            ClaimLine.position,
            ClaimLine.facts,
            ClaimLine.claimed_fen,
            InvoiceShare.amount_fen,
            InvoiceKey.code,
            InvoiceKey.number,
        )
        .select_from(Claim)
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .outerjoin(
            InvoiceShare,
            (InvoiceShare.claim_id == Claim.id)
            & InvoiceShare.freed_at.is_(None)
            & (InvoiceShare.line_key == ClaimLine.key),
        )
        .outerjoin(InvoiceKey, InvoiceKey.id == InvoiceShare.key_id)
        .where(
            Claim.state.in_(LIVE_STATES),
            # What is spelled in another way than its key is told apart below.
            or_(
                InvoiceShare.id.is_(None) & (named != ""),
                InvoiceShare.amount_fen != ClaimLine.claimed_fen,
                InvoiceKey.number != named,
                InvoiceKey.code != code,
            ),
        )
    )
    for number, position, facts, claimed, share, key_code, key_number in rows:
        invoice = _invoice(facts)
        if invoice is not None and (key_code, key_number, share) != (*invoice, claimed):
            yield f"单据 {number} 第 {position} 行用了票据 {invoice[1]}，查重登记里却没有它这一份"


def _invoice(facts: Mapping[str, Any]) -> tuple[str, str] | None:
    """Read the invoice a line uses (code, number) as its key spells it; none without a number and a face amount."""
    number, face = normal(str(facts.get("bill_number") or "")), facts.get("face_fen")
    return (normal(str(facts.get("bill_code") or "")), number) if number and isinstance(face, int) else None


def _kept(session: Session) -> Iterator[str]:
    """Whatever a voucher rests on is marked to be kept thirty years."""
    rows = session.execute(
        select(Voucher.number, Evidence.display_name)
        .join(Attachment, Attachment.claim_id == Voucher.claim_id)
        .join(Evidence, Evidence.id == Attachment.evidence_id)
        .where(Voucher.voided_at.is_(None), Evidence.keep_until.is_(None))
    )
    for number, name in rows:
        yield f"报销凭证 {number} 的附件「{name}」没有保管期限"
