"""Units, people, their earlier passwords and their signed-in browsers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.storage import Base, Identifier, Moment


class Unit(Base):
    """A unit of the district: a lead unit, the finance bureau, a home unit."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    short_name: Mapped[str] = mapped_column(String(20))
    credit_code: Mapped[str] = mapped_column(String(20), default="")
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer, default=1)
    command_id: Mapped[str | None] = mapped_column(String(48), unique=True)


class Person(Base):
    """A person of the office and the state of the account."""

    __tablename__ = "person"
    __table_args__ = (CheckConstraint("failures >= 0", name="failures"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    sign_in_name: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(60))
    home_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    post: Mapped[str] = mapped_column(String(40), default="")
    password_hash: Mapped[str] = mapped_column(String(200), default="")
    password_at: Mapped[datetime | None] = mapped_column(Moment)
    must_change: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(Integer, default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    disabled_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer, default=1)
    command_id: Mapped[str | None] = mapped_column(String(48), unique=True)

    home_unit: Mapped[Unit | None] = relationship()


class EarlierPassword(Base):
    """A password once used, kept as its hash so that it is not used again soon."""

    __tablename__ = "earlier_password"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(Moment)


class SignIn(Base):
    """One signed-in browser; the cookie carries a random token of which only the digest is kept."""

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_person", "person_id", "ended_at"),)

    token_digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[str] = mapped_column(String(45), default="")
    browser: Mapped[str] = mapped_column(String(160), default="")
