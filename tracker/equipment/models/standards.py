"""What the office recorded about allocation standards: whole tables, later editions of figures, rulings, checks."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.equipment.standards.books import Sort
from tracker.identity.models import Person
from tracker.storage import Base, Identifier, Moment, word


class StandardEdition(Base):
    """A figure as a newer document has it, from a day on; the one before ends the day before. Only added to."""

    __tablename__ = "standard_edition"
    __table_args__ = (UniqueConstraint("set_key", "code", "since"), CheckConstraint("value > 0", name="value"))

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    set_key: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(120))
    value: Mapped[int] = mapped_column(BigInteger)
    """Fen of a price cap, years of a least life, percent or heads of a quantity."""
    since: Mapped[date]
    number: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(200))
    adopted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    adopted_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    adopter: Mapped[Person] = relationship()


class StandardBook(Base):
    """A whole table the office took over from a document: figures, office areas or class codes. Only added to."""

    __tablename__ = "standard_book"
    __table_args__ = (UniqueConstraint("set_key"), CheckConstraint("rows > 0", name="rows"))

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    set_key: Mapped[str] = mapped_column(String(40))
    sort: Mapped[Sort] = mapped_column(word(Sort))
    title: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(60))
    clause: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(String(200))
    since: Mapped[date]
    is_verified: Mapped[bool]
    rows: Mapped[int] = mapped_column(Integer)
    content: Mapped[str] = mapped_column(Text)
    """The rows as JSON, in the columns of the product's own data."""
    taken_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    taker: Mapped[Person] = relationship()


class StandardRuling(Base):
    """From a day on the office goes by a standard (``is_adopted``) or no longer; the last counts. Only added to."""

    __tablename__ = "standard_ruling"
    __table_args__ = (UniqueConstraint("command_id", "set_key"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    set_key: Mapped[str] = mapped_column(String(40))
    is_adopted: Mapped[bool]
    since: Mapped[date]
    number: Mapped[str] = mapped_column(String(60))
    remark: Mapped[str] = mapped_column(String(200))
    ruled_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    ruled_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48))

    ruler: Mapped[Person] = relationship()


class StandardCheck(Base):
    """Somebody laid a figure beside its document; the last check of an edition is its standing. Only added to."""

    __tablename__ = "standard_check"
    __table_args__ = (UniqueConstraint("command_id", "code"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    set_key: Mapped[str] = mapped_column(String(40))
    code: Mapped[str] = mapped_column(String(120))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("standard_edition.id"))
    """The edition that was checked; none for the figure the installation brought along."""
    is_verified: Mapped[bool]
    number: Mapped[str] = mapped_column(String(60))
    remark: Mapped[str] = mapped_column(String(200))
    checked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    checked_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48))

    checker: Mapped[Person] = relationship()
