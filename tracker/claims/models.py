"""Claims, their lines and evidence, the decisions of the gate, payees and payments."""

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
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.claims.lifecycle import Move, State, Step
from tracker.evidence.models import Evidence
from tracker.funds.models import Category, Fund
from tracker.identity.models import Person
from tracker.kernel.actors import SeatKind
from tracker.storage import Base, Identifier, Moment, word
from tracker.teams.models import Team


class Kind(StrEnum):
    """The kinds of claim (DA/T 95-2022 annex A.2, A.13, A.6)."""

    TRAVEL = "travel"
    RECEPTION = "reception"
    GENERAL = "general"


KIND_NAMES: dict[Kind, str] = {Kind.TRAVEL: "差旅费", Kind.RECEPTION: "接待费", Kind.GENERAL: "一般费用"}


class PayMethod(StrEnum):
    """How a claim is paid out."""

    CARD = "card"
    PERSON = "person"
    VENDOR = "vendor"


PAY_NAMES: dict[PayMethod, str] = {
    PayMethod.CARD: "公务卡还款",
    PayMethod.PERSON: "转个人账户",
    PayMethod.VENDOR: "对公支付",
}

_WAITS = text("step IS NOT NULL")


class Claim(Base):
    """报销单. Amounts are fen; ``approved_fen`` is always claimed less deducted."""

    __tablename__ = "claim"
    __table_args__ = (
        CheckConstraint("claimed_fen >= 0", name="claimed"),
        CheckConstraint("deducted_fen >= 0 AND deducted_fen <= claimed_fen", name="deducted"),
        CheckConstraint("paid_fen >= 0 AND paid_fen <= claimed_fen - deducted_fen", name="paid"),
        UniqueConstraint("number"),
        Index("ix_claim_turn", "step", "waiting_since", "id", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_claim_team_turn", "team_id", "step", "waiting_since", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_claim_filer", "filer_id", "id"),
        Index("ix_claim_beneficiary", "beneficiary_id", "id"),
        Index("ix_claim_team", "fund_id", "team_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    number: Mapped[str | None] = mapped_column(String(24))
    """BX-year-sequence, given at the first submission and kept for good."""
    kind: Mapped[Kind] = mapped_column(word(Kind))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    filer_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    beneficiary_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    purpose: Mapped[str] = mapped_column(String(200))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The header fields of the claim's kind; ``facts.py`` names them."""
    note: Mapped[str] = mapped_column(String(400), default="")
    pay_method: Mapped[PayMethod] = mapped_column(word(PayMethod))
    payee_id: Mapped[int | None] = mapped_column(ForeignKey("payee.id"))
    state: Mapped[State] = mapped_column(word(State))
    step: Mapped[Step | None] = mapped_column(word(Step))
    """Whose turn it is, while the claim is in the gate or waits for finance."""
    route: Mapped[list[str]] = mapped_column(JSON)
    """The steps frozen at submission; later changes of settings do not reopen them."""
    round: Mapped[int] = mapped_column(Integer, default=0)
    version: Mapped[int] = mapped_column(Integer, default=1)
    claimed_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    deducted_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    paid_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    to_look_at: Mapped[int | None] = mapped_column(Integer)
    """How many findings asked for a look when the claim was last submitted; empty before they were counted."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    changed_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    waiting_since: Mapped[datetime | None] = mapped_column(Moment)
    copied_from_id: Mapped[int | None] = mapped_column(ForeignKey("claim.id"))
    resume_step: Mapped[Step | None] = mapped_column(word(Step))
    """Where the next submission goes in, when the one who returned it asked to see it again first."""
    typed: Mapped[list[list[str]] | None] = mapped_column(JSON(none_as_null=True))
    """What was typed into the form since it was last submitted: names and values, kept as typed."""
    draft_key: Mapped[str] = mapped_column(String(48), unique=True)
    """The command id of the page that opened the draft: the second click finds the first draft."""

    fund: Mapped[Fund] = relationship()
    team: Mapped[Team] = relationship()
    filer: Mapped[Person] = relationship(foreign_keys=[filer_id])
    beneficiary: Mapped[Person] = relationship(foreign_keys=[beneficiary_id])
    payee: Mapped[Payee | None] = relationship()
    lines: Mapped[list[ClaimLine]] = relationship(order_by="ClaimLine.position", back_populates="claim")
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id", back_populates="claim")
    decisions: Mapped[list[Decision]] = relationship(order_by="Decision.id", back_populates="claim")
    payments: Mapped[list[Payment]] = relationship(order_by="Payment.id", back_populates="claim")

    @property
    def approved_fen(self) -> int:
        """The amount that may be paid: claimed less deducted, in fen."""
        return self.claimed_fen - self.deducted_fen

    @property
    def payable_fen(self) -> int:
        """What is still to be paid, in fen."""
        return self.approved_fen - self.paid_fen

    @property
    def title(self) -> str:
        """The name people know the claim by: its number, or its purpose while it has none."""
        return self.number or self.purpose or "未命名草稿"


class ClaimLine(Base):
    """明细: one expense of a claim. Amounts are fen."""

    __tablename__ = "claim_line"
    __table_args__ = (
        CheckConstraint("claimed_fen > 0", name="claimed"),
        CheckConstraint("deducted_fen >= 0 AND deducted_fen <= claimed_fen", name="deducted"),
        UniqueConstraint("claim_id", "position"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    key: Mapped[str] = mapped_column(String(16))
    """The line's name on the form; evidence is laid at it before the line exists as a row."""
    position: Mapped[int] = mapped_column(Integer)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"))
    spent_on: Mapped[date]
    summary: Mapped[str] = mapped_column(String(120))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The line's fields of the claim's kind, e.g. cities and vehicle; ``facts.py`` names them."""
    claimed_fen: Mapped[int] = mapped_column(BigInteger)
    deducted_fen: Mapped[int] = mapped_column(BigInteger, default=0)
    deduction_reason: Mapped[str] = mapped_column(String(200), default="")

    claim: Mapped[Claim] = relationship(back_populates="lines")
    category: Mapped[Category] = relationship()

    @property
    def approved_fen(self) -> int:
        """Claimed less deducted, in fen."""
        return self.claimed_fen - self.deducted_fen


class Attachment(Base):
    """A piece of evidence laid with a claim, at one of its lines or with the whole."""

    __tablename__ = "attachment"
    __table_args__ = (UniqueConstraint("claim_id", "evidence_id"), Index("ix_attachment_evidence", "evidence_id"))

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    line_key: Mapped[str] = mapped_column(String(16), default="")
    """The key of the line it belongs to; empty for evidence of the whole claim."""
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    added_at: Mapped[datetime] = mapped_column(Moment)

    claim: Mapped[Claim] = relationship(back_populates="attachments")
    evidence: Mapped[Evidence] = relationship()


class Decision(Base):
    """One act on a claim, by whom and in which seat. A second decision on a step cannot even be stored."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("claim_id", "round", "step"),
        UniqueConstraint("command_id"),
        Index("ix_decision_claim", "claim_id", "id"),
        Index("ix_decision_person", "person_id", "claim_id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    command_id: Mapped[str] = mapped_column(String(48))
    round: Mapped[int] = mapped_column(Integer)
    step: Mapped[Step | None] = mapped_column(word(Step))
    """Set only where the act decides the step; empty for acts that may repeat (comment, deduct, pay)."""
    at_step: Mapped[Step | None] = mapped_column(word(Step))
    move: Mapped[Move] = mapped_column(word(Move))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seat: Mapped[SeatKind] = mapped_column(word(SeatKind))
    at: Mapped[datetime] = mapped_column(Moment)
    comment: Mapped[str] = mapped_column(String(500))
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)

    claim: Mapped[Claim] = relationship(back_populates="decisions")
    person: Mapped[Person] = relationship()


class ClaimHandover(Base):
    """移交: an open claim of somebody who leaves, looked after from then on by another, by name. Only added to."""

    __tablename__ = "claim_handover"
    __table_args__ = (
        UniqueConstraint("claim_id", "command_id"),
        Index("ix_claim_handover_from", "from_person_id", "claim_id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    from_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    to_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(String(200))
    handed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    handed_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48))


class Payee(Base):
    """An account money can be sent to; the number is kept enciphered, only its tail is readable."""

    __tablename__ = "payee"
    __table_args__ = (Index("ix_payee_person", "person_id"), Index("ix_payee_team", "team_id"))

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    method: Mapped[PayMethod] = mapped_column(word(PayMethod))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    """Whose card or account it is; empty for a vendor."""
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    """For a vendor: the team whose people may choose it."""
    holder: Mapped[str] = mapped_column(String(80))
    bank: Mapped[str] = mapped_column(String(80))
    account_cipher: Mapped[bytes] = mapped_column(LargeBinary)
    tail: Mapped[str] = mapped_column(String(4))
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)


class Payment(Base):
    """支付: money sent out for a claim, to a payee copied as it was; it may come back (退票)."""

    __tablename__ = "payment"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount"),
        UniqueConstraint("number"),
        UniqueConstraint("command_id"),
        Index("ix_payment_claim", "claim_id"),
        Index("ix_payment_reference", "reference"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    number: Mapped[str] = mapped_column(String(24))
    claim_id: Mapped[int] = mapped_column(ForeignKey("claim.id"))
    command_id: Mapped[str] = mapped_column(String(48))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[PayMethod] = mapped_column(word(PayMethod))
    payee_id: Mapped[int] = mapped_column(ForeignKey("payee.id"))
    holder: Mapped[str] = mapped_column(String(80))
    bank: Mapped[str] = mapped_column(String(80))
    tail: Mapped[str] = mapped_column(String(4))
    paid_on: Mapped[date]
    reference: Mapped[str] = mapped_column(String(60))
    shares: Mapped[dict[str, int]] = mapped_column(JSON)
    """Category id → fen: what the payment spent where, so that a return takes back the same."""
    paid_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    paid_at: Mapped[datetime] = mapped_column(Moment)
    returned_on: Mapped[date | None]
    returned_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    returned_at: Mapped[datetime | None] = mapped_column(Moment)
    return_reason: Mapped[str] = mapped_column(String(200), default="")

    claim: Mapped[Claim] = relationship(back_populates="payments")
    payee: Mapped[Payee] = relationship()
