"""Evidence: an uploaded file's name, kind and place in the store; what was read of it; titles invoices may bear."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.identity.models import Person, Unit
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


class ReadState(StrEnum):
    """How far the reading of a file is."""

    WAITING = "waiting"
    READING = "reading"
    READ = "read"
    UNREADABLE = "unreadable"


_OPEN = text("state IN ('waiting', 'reading')")


class EvidenceReading(Base):
    """What was read from a file, and its place in the queue until then.

    ``content`` is the reading with source, sureness, boxes and conflicts (``stored.py``); the columns repeat what is
    looked up, in its one spelling.
    """

    __tablename__ = "evidence_reading"
    __table_args__ = (
        Index("ix_evidence_reading_turn", "turn", "evidence_id", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_evidence_reading_number", "number"),
        Index("ix_evidence_reading_day", "issued_on", "total_fen"),
        Index("ix_evidence_reading_red_of", "red_of"),
    )

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True, autoincrement=False)
    state: Mapped[ReadState] = mapped_column(word(ReadState))
    turn: Mapped[int] = mapped_column(Integer, default=0)
    """How many files of the same person waited before it: one person's drop leaves room for others."""
    tries: Mapped[int] = mapped_column(Integer, default=0)
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    read_at: Mapped[datetime | None] = mapped_column(Moment)
    sentence: Mapped[str] = mapped_column(String(200), default="")
    """Why the file could not be read."""
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    code: Mapped[str] = mapped_column(String(20), default="", server_default="")
    number: Mapped[str] = mapped_column(String(30), default="", server_default="")
    issued_on: Mapped[date | None]
    total_fen: Mapped[int | None] = mapped_column(BigInteger)
    seller_key: Mapped[str] = mapped_column(String(120), default="", server_default="")
    red_letter: Mapped[bool] = mapped_column(default=False, server_default=false())
    red_of: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """The blue invoice a red one takes back: its number, or code and number in one."""
    likeness: Mapped[str] = mapped_column(String(64), default="", server_default="")

    evidence: Mapped[Evidence] = relationship()


class Likeness(Base):
    """One of the nine bands of a photo's likeness, for finding photos that are nearly the same."""

    __tablename__ = "likeness"
    __table_args__ = (Index("ix_likeness_bits", "band", "bits"),)

    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), primary_key=True, autoincrement=False)
    band: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    bits: Mapped[int] = mapped_column(BigInteger)


class LikenessWord(Base):
    """What somebody said about two files that look alike: why both may stand."""

    __tablename__ = "likeness_word"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id", "said_by"),
        CheckConstraint("one_id < other_id", name="order"),
        Index("ix_likeness_word_other", "other_id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    reason: Mapped[str] = mapped_column(String(200))
    settles: Mapped[bool]
    """Said by one who examines the claim, not by one who files it: the matter is settled."""
    said_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    said_at: Mapped[datetime] = mapped_column(Moment)

    speaker: Mapped[Person] = relationship()


class AcceptedTitle(Base):
    """A title an invoice paid by a unit may bear: name and tax id, with the days it is good for (both included)."""

    __tablename__ = "accepted_title"
    __table_args__ = (
        CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="term"),
        Index("ix_accepted_title_unit", "unit_id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    name: Mapped[str] = mapped_column(String(80))
    tax_id: Mapped[str] = mapped_column(String(20))
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(Integer, default=1)
    command_id: Mapped[str | None] = mapped_column(String(48), unique=True)
    kept_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kept_at: Mapped[datetime] = mapped_column(Moment)

    unit: Mapped[Unit] = relationship()
    keeper: Mapped[Person] = relationship()
