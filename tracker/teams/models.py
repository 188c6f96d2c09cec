"""Teams under their lead units, and seats with terms."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.identity.models import Person, Unit
from tracker.kernel.actors import SeatKind
from tracker.storage import Base, Identifier, Moment, word


class Team(Base):
    """招商组团: an investment team under a lead unit."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    short_name: Mapped[str] = mapped_column(String(20))
    lead_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer, default=1)
    command_id: Mapped[str | None] = mapped_column(String(48), unique=True)

    lead_unit: Mapped[Unit] = relationship()


class Seat(Base):
    """A seat held by a person for a half-open term: in a team, in a lead unit, or over the district."""

    __tablename__ = "seat"
    __table_args__ = (
        CheckConstraint("held_until IS NULL OR held_until > held_from", name="term"),
        CheckConstraint("quota_fen IS NULL OR quota_fen > 0", name="quota"),
        Index("ix_seat_person", "person_id"),
        Index("ix_seat_team", "team_id", "kind"),
        Index("ix_seat_unit", "unit_id", "kind"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[SeatKind] = mapped_column(word(SeatKind))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    held_from: Mapped[date]
    held_until: Mapped[date | None]
    quota_fen: Mapped[int | None] = mapped_column(BigInteger)
    """What a filing agent may file in the year, if the lead unit set a quota."""
    by_secondment: Mapped[bool] = mapped_column(default=False, server_default=false())
    """The member seat of a recorded secondment: its term follows the secondment's papers alone."""
    given_by: Mapped[int] = mapped_column(Identifier)
    given_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer, default=1)
    command_id: Mapped[str | None] = mapped_column(String(48), unique=True)

    person: Mapped[Person] = relationship()
    team: Mapped[Team | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
