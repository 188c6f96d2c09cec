"""Evidence: an uploaded file's name, kind and place in the store."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String
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
