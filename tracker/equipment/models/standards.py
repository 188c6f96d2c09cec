"""What the office recorded about allocation figures: later editions, and checks against the document."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.identity.models import Person
from tracker.storage import Base, Identifier, Moment


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
