"""Voucher numbers run without gaps, each is the one the trail says was issued, its content as then (invariant 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from tracker.audit.models import AuditEntry
from tracker.storage.numbering import Counter
from tracker.vouchers.models import Voucher

_SERIES = "voucher:"


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where vouchers do not hold."""
    yield from _contents(session)
    yield from _counters(session)
    yield from _issued(session)
    yield from _voided(session)


def _contents(session: Session) -> Iterator[str]:
    expected: dict[int, int] = {}
    standing: set[int] = set()
    columns = select(
        Voucher.fund_id,
        Voucher.sequence,
        Voucher.number,
        Voucher.content,
        Voucher.content_hash,
        Voucher.claim_id,
        Voucher.voided_at.is_(None),
    ).order_by(Voucher.fund_id, Voucher.sequence)
    for fund_id, sequence, number, content, content_hash, claim_id, stands in session.execute(
        columns, execution_options={"yield_per": 1000}
    ):
        following = expected.get(fund_id, 0) + 1
        if sequence != following:
            yield f"报销单编号不连续：{number} 之前缺第 {following} 号"
        expected[fund_id] = sequence
        if hashlib.sha256(content.encode()).hexdigest() != content_hash:
            yield f"报销单 {number} 的内容与摘要不符"
        if f'"number":"{number}"' not in content or not number.endswith(f"-{sequence:06d}"):
            yield f"报销单 {number} 的编号与票面内容或序号不符"
        if stands and claim_id in standing:
            yield f"报销单 {number} 所属单据还有另一张有效报销单"
        if stands:
            standing.add(claim_id)


def _counters(session: Session) -> Iterator[str]:
    """A fund's counter stands at its last voucher, and a fund with vouchers has one."""
    counted = {
        series.removeprefix(_SERIES): last
        for series, last in session.execute(
            select(Counter.series, Counter.last).where(Counter.series.startswith(_SERIES))
        )
    }
    last = {
        str(fund_id): sequence
        for fund_id, sequence in session.execute(
            select(Voucher.fund_id, func.max(Voucher.sequence)).group_by(Voucher.fund_id)
        )
    }
    for fund in sorted(counted.keys() | last.keys()):
        if counted.get(fund, 0) != last.get(fund, 0):
            yield f"经费 {fund} 的报销单编号计数是 {counted.get(fund, 0)}，最后一张是第 {last.get(fund, 0)} 号"


def _issued(session: Session) -> Iterator[str]:
    """Every voucher is as the trail says it was issued, and every one that was issued is there."""
    same = and_(
        AuditEntry.after["number"].as_string() == Voucher.number,
        AuditEntry.after["content_hash"].as_string() == Voucher.content_hash,
    )
    unknown = select(Voucher.number).where(~exists().where(_of_voucher("issue"), same))
    for number in session.scalars(unknown.order_by(Voucher.id)):
        yield f"报销单 {number} 的编号或内容与签发时记入审计链的不符"
    gone = (
        select(AuditEntry.subject_name)
        .outerjoin(Voucher, and_(_of_voucher("issue"), same))
        .where(AuditEntry.action == "voucher.issue", Voucher.id.is_(None))
        .order_by(AuditEntry.id)
    )
    for number in session.scalars(gone):
        yield f"审计链记有签发的报销单 {number}，现在没有这一张或已不是原样"


def _voided(session: Session) -> Iterator[str]:
    """A voucher is void exactly when the trail says that it was voided."""
    voided = exists().where(_of_voucher("void"))
    for number, stands in session.execute(
        select(Voucher.number, Voucher.voided_at.is_(None))
        .where(or_(and_(Voucher.voided_at.is_not(None), ~voided), and_(Voucher.voided_at.is_(None), voided)))
        .order_by(Voucher.id)
    ):
        if stands:
            yield f"报销单 {number} 的作废已记入审计链，现在却是有效的"
        else:
            yield f"报销单 {number} 标为作废，审计链里没有这次作废"


def _of_voucher(act: str) -> ColumnElement[bool]:
    return and_(
        AuditEntry.subject_kind == "voucher",
        AuditEntry.subject_id == Voucher.id,
        AuditEntry.action == f"voucher.{act}",
    )
