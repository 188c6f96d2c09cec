"""Evidence: an uploaded file's name, kind and place in the store."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.identity.models import Person
from tracker.storage import Base, Identifier, Moment, word


class EvidenceKind(StrEnum):
    """What a file proves."""

    INVOICE = "invoice"
    ITINERARY = "itinerary"
    APPROVAL = "approval"
    GUEST_LIST = "guest_list"
    LETTER = "letter"
    PAYMENT_PROOF = "payment_proof"
    SIGNED_PAPER = "signed_paper"
    BUDGET_PAPER = "budget_paper"
    OTHER = "other"


EVIDENCE_NAMES: dict[EvidenceKind, str] = {
    EvidenceKind.INVOICE: "发票",
    EvidenceKind.ITINERARY: "行程单",
    EvidenceKind.APPROVAL: "审批单",
    EvidenceKind.GUEST_LIST: "接待清单",
    EvidenceKind.LETTER: "公函",
    EvidenceKind.PAYMENT_PROOF: "支付凭据",
    EvidenceKind.SIGNED_PAPER: "签字纸质件",
    EvidenceKind.BUDGET_PAPER: "指标文件",
    EvidenceKind.OTHER: "其他附件",
}


class Evidence(Base):
    """One original file. Its bytes lie in the store under their sha256; the row never leads to other bytes."""

    __tablename__ = "evidence"
    __table_args__ = (Index("ix_evidence_sha256", "sha256"), Index("ix_evidence_uploader", "uploaded_by", "id"))

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    handle: Mapped[str] = mapped_column(String(32), unique=True)
    """What a page's address names; random, and still checked against who asks."""
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(Integer)
    media: Mapped[str] = mapped_column(String(8))
    kind: Mapped[EvidenceKind] = mapped_column(word(EvidenceKind))
    display_name: Mapped[str] = mapped_column(String(150))
    pages: Mapped[int] = mapped_column(Integer, default=1)
    uploaded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(Moment)
    keep_until: Mapped[date | None]
    """Set when a voucher rests on the file: 30 years (财政部 国家档案局令第 79 号)."""

    uploader: Mapped[Person] = relationship()


class InvoiceKey(Base):
    """An invoice's identity (code or '', number) and how much of its total is in use, in fen."""

    __tablename__ = "invoice_key"
    __table_args__ = (
        UniqueConstraint("number", "code"),
        CheckConstraint("used_fen >= 0 AND used_fen <= total_fen", name="used"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    code: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(30))
    total_fen: Mapped[int] = mapped_column(BigInteger)
    used_fen: Mapped[int] = mapped_column(BigInteger, default=0)


class InvoiceShare(Base):
    """The part of an invoice a claim's line uses, in fen, from submission until it is freed."""

    __tablename__ = "invoice_share"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        Index("ix_invoice_share_key", "key_id", "freed_at"),
        Index("ix_invoice_share_claim", "claim_id", "freed_at"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    key_id: Mapped[int] = mapped_column(ForeignKey("invoice_key.id"))
    claim_id: Mapped[int] = mapped_column(Identifier)
    line_key: Mapped[str] = mapped_column(String(16))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    used_at: Mapped[datetime] = mapped_column(Moment)
    freed_at: Mapped[datetime | None] = mapped_column(Moment)

    key: Mapped[InvoiceKey] = relationship()
