"""Voucher numbers run without gaps and each stored content matches its hash (domain.md, invariant 6)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.storage.numbering import Counter
from tracker.vouchers.models import Voucher


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where vouchers do not hold."""
    expected: dict[int, int] = {}
    standing: set[int] = set()
    columns = select(
        Voucher.fund_id,
        Voucher.sequence,
        Voucher.number,
        Voucher.content,
        Voucher.content_hash,
        Voucher.claim_id,
        Voucher.voided_at,
    ).order_by(Voucher.fund_id, Voucher.sequence)
    for fund_id, sequence, number, content, content_hash, claim_id, voided_at in session.execute(
        columns, execution_options={"yield_per": 1000}
    ):
        following = expected.get(fund_id, 0) + 1
        if sequence != following:
            yield f"报销单编号不连续：{number} 之前缺第 {following} 号"
        expected[fund_id] = sequence
        if hashlib.sha256(content.encode()).hexdigest() != content_hash:
            yield f"报销单 {number} 的内容与摘要不符"
        if voided_at is None and claim_id in standing:
            yield f"报销单 {number} 所属单据还有另一张有效报销单"
        if voided_at is None:
            standing.add(claim_id)
    for fund_id, last in expected.items():
        counted = session.scalar(select(Counter.last).where(Counter.series == f"voucher:{fund_id}"))
        if counted != last:
            yield f"经费 {fund_id} 的报销单编号计数是 {counted}，最后一张是第 {last} 号"
