"""Issued vouchers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from tracker.storage import Base, Identifier, Moment


class Voucher(Base):
    """An issued voucher. Its content is text frozen at approval; a void keeps its number."""

    __tablename__ = "voucher"
    __table_args__ = (UniqueConstraint("fund_id", "sequence"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    number: Mapped[str] = mapped_column(String(32), unique=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    sequence: Mapped[int] = mapped_column(Integer)
    claim_id: Mapped[int] = mapped_column(Identifier, index=True)
    content: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64))
    verify_code: Mapped[str] = mapped_column(String(24), unique=True)
    template_version: Mapped[int] = mapped_column(Integer)
    issued_at: Mapped[datetime] = mapped_column(Moment)
    voided_at: Mapped[datetime | None] = mapped_column(Moment)
    voided_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    void_reason: Mapped[str] = mapped_column(String(200), default="")
    prints: Mapped[int] = mapped_column(Integer, default=0)
    signed_scan_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))


class VoucherFile(Base):
    """A file of evidence a voucher rests on, in the order of its content: found from the file, never taken away."""

    __tablename__ = "voucher_file"
    __table_args__ = (Index("ix_voucher_file_evidence", "evidence_id"),)

    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))


class VoucherPrint(Base):
    """The print a form asked for: the same form sent twice is one print."""

    __tablename__ = "voucher_print"

    command_id: Mapped[str] = mapped_column(String(48), primary_key=True)
    voucher_id: Mapped[int] = mapped_column(ForeignKey("voucher.id"))
    number: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(Moment)
