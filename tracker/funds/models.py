"""Funds, permitted categories, budget papers, cells, and the fund book's transactions and entries."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.storage import Base, Identifier, Moment, word
from tracker.teams.models import Team


class Fund(Base):
    """A special-purpose fund of one budget year, with the route its claims take."""

    __tablename__ = "fund"
    __table_args__ = (
        UniqueConstraint("year", "name"),
        UniqueConstraint("year", "code"),
        CheckConstraint("head_from_fen >= 0", name="head_from"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    year: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(12))
    """The prefix of the fund's voucher numbers, e.g. ZSBX."""
    function_code: Mapped[str] = mapped_column(String(12))
    opens_on: Mapped[date]
    closes_on: Mapped[date]
    """The last day on which money of this fund may be spent, itself included."""
    head_from_fen: Mapped[int] = mapped_column(BigInteger)
    """From this claimed amount the lead unit's head must approve; 0 means always."""
    with_liaison: Mapped[bool] = mapped_column(default=False)
    together_up_to_fen: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    """Up to this approved amount claims whose checks all passed may be approved together; 0 means never."""
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by: Mapped[int] = mapped_column(Identifier)

    categories: Mapped[list[Category]] = relationship(order_by="Category.position", back_populates="fund")


class Category(Base):
    """A permitted purpose of a fund, with its economic classification code."""

    __tablename__ = "category"
    __table_args__ = (UniqueConstraint("fund_id", "name"), UniqueConstraint("fund_id", "position"))

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(30))
    economic_code: Mapped[str] = mapped_column(String(8))
    economic_name: Mapped[str] = mapped_column(String(40))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    fund: Mapped[Fund] = relationship(back_populates="categories")


class PaperKind(StrEnum):
    """What a budget paper does."""

    ISSUE = "issue"
    SUPPLEMENT = "supplement"
    CUT = "cut"
    MOVE = "move"
    RECALL = "recall"
    LIMIT = "limit"


PAPER_NAMES: dict[PaperKind, str] = {
    PaperKind.ISSUE: "年初下达",
    PaperKind.SUPPLEMENT: "追加",
    PaperKind.CUT: "追减",
    PaperKind.MOVE: "调剂",
    PaperKind.RECALL: "收回",
    PaperKind.LIMIT: "分项限额",
}


class BudgetPaper(Base):
    """The document money comes from: number, date, issuing body, reason, scan."""

    __tablename__ = "budget_paper"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), index=True)
    kind: Mapped[PaperKind] = mapped_column(word(PaperKind))
    number: Mapped[str] = mapped_column(String(60))
    dated: Mapped[date]
    issuer: Mapped[str] = mapped_column(String(60))
    reason: Mapped[str] = mapped_column(String(200))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))


class CellKind(StrEnum):
    """Where money lies (fund, team) and what guards it (category in a team, category across the fund)."""

    FUND = "fund"
    TEAM = "team"
    TEAM_CATEGORY = "team_category"
    FUND_CATEGORY = "fund_category"


MONEY_CELLS = frozenset({CellKind.FUND, CellKind.TEAM})


class Cell(Base):
    """A cached balance in fen. ``available`` is empty where no limit was set: such a cell only counts."""

    __tablename__ = "cell"
    __table_args__ = (
        CheckConstraint("available IS NULL OR available >= 0", name="available"),
        CheckConstraint("held >= 0", name="held"),
        CheckConstraint("spent >= 0", name="spent"),
        CheckConstraint("lapsed >= 0", name="lapsed"),
        UniqueConstraint("fund_id", "place"),
        Index("ix_cell_team", "team_id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    kind: Mapped[CellKind] = mapped_column(word(CellKind))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("category.id"))
    place: Mapped[str] = mapped_column(String(40))
    """``team:category`` with ``*`` for all; unique in the fund on both engines, empty columns are not."""
    available: Mapped[int | None] = mapped_column(BigInteger)
    held: Mapped[int] = mapped_column(BigInteger, default=0)
    spent: Mapped[int] = mapped_column(BigInteger, default=0)
    lapsed: Mapped[int] = mapped_column(BigInteger, default=0)

    fund: Mapped[Fund] = relationship()
    team: Mapped[Team | None] = relationship()
    category: Mapped[Category | None] = relationship()

    @property
    def ceiling_fen(self) -> int | None:
        """What was put into the cell: available + held + spent, or None where no limit was set."""
        return None if self.available is None else self.available + self.held + self.spent


class Verb(StrEnum):
    """What an entry does to money."""

    ALLOT = "allot"
    CUT = "cut"
    MOVE = "move"
    LIMIT = "limit"
    HOLD = "hold"
    RELEASE = "release"
    SPEND = "spend"
    UNSPEND = "unspend"


VERB_NAMES: dict[Verb, str] = {
    Verb.ALLOT: "下达",
    Verb.CUT: "追减",
    Verb.MOVE: "划转",
    Verb.LIMIT: "分项限额",
    Verb.HOLD: "占用",
    Verb.RELEASE: "释放",
    Verb.SPEND: "支出",
    Verb.UNSPEND: "退回支出",
}


class Bucket(StrEnum):
    """The account of an entry inside its cell; ``source`` is the budget outside the fund."""

    SOURCE = "source"
    AVAILABLE = "available"
    HELD = "held"
    SPENT = "spent"
    LAPSED = "lapsed"


class BookTransaction(Base):
    """One command's effect on the fund book; the command id makes a second click find the first answer."""

    __tablename__ = "book_transaction"
    __table_args__ = (
        UniqueConstraint("command_id"),
        Index("ix_book_transaction_document", "document_kind", "document_id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    command_id: Mapped[str] = mapped_column(String(48))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), index=True)
    verb: Mapped[Verb] = mapped_column(word(Verb))
    document_kind: Mapped[str] = mapped_column(String(16))
    document_id: Mapped[int] = mapped_column(Identifier)
    document_name: Mapped[str] = mapped_column(String(60))
    period: Mapped[str] = mapped_column(String(7))
    by_person: Mapped[int] = mapped_column(Identifier)
    at: Mapped[datetime] = mapped_column(Moment)


class BookEntry(Base):
    """A signed amount on one account. Only added, never changed; a transaction's entries sum to zero."""

    __tablename__ = "book_entry"
    __table_args__ = (
        Index("ix_book_entry_cell", "cell_id", "transaction_id", "bucket", "amount_fen"),
        Index("ix_book_entry_transaction", "transaction_id"),
        CheckConstraint("amount_fen <> 0", name="amount"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    transaction_id: Mapped[int] = mapped_column(ForeignKey("book_transaction.id"))
    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"))
    cell_id: Mapped[int] = mapped_column(ForeignKey("cell.id"))
    team_id: Mapped[int | None] = mapped_column(Identifier)
    category_id: Mapped[int | None] = mapped_column(Identifier)
    bucket: Mapped[Bucket] = mapped_column(word(Bucket))
    amount_fen: Mapped[int] = mapped_column(BigInteger)


class MonthlySpending(Base):
    """What a team spent on a category in a month, kept in the transaction that spends: reports read this."""

    __tablename__ = "monthly_spending"

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    category_id: Mapped[int] = mapped_column(ForeignKey("category.id"), primary_key=True)
    period: Mapped[str] = mapped_column(String(7), primary_key=True)
    spent_fen: Mapped[int] = mapped_column(BigInteger)


class DailySpending(Base):
    """What a team spent on a day, in how many payments; kept in the transaction that spends, read by the board."""

    __tablename__ = "daily_spending"

    fund_id: Mapped[int] = mapped_column(ForeignKey("fund.id"), primary_key=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    spent_fen: Mapped[int] = mapped_column(BigInteger)
    """Payments less what came back that day; below zero when more came back."""
    payments: Mapped[int] = mapped_column(Integer)
