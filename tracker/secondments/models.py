"""Secondments with their papers, the post's snapshots, and the home unit's half-yearly confirmations."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.evidence.models import Evidence
from tracker.identity.models import Person, Unit
from tracker.secondments.lifecycle import State
from tracker.secondments.ranks import Level, PostKind
from tracker.storage import Base, Identifier, Moment, word
from tracker.teams.models import Seat, Team

_RUNS = text("state = 'running'")


class Secondment(Base):
    """抽调: a person detached full-time from the home unit to a team for a half-open term."""

    __tablename__ = "secondment"
    __table_args__ = (
        CheckConstraint("ends_before > begins_on", name="term"),
        Index("ix_secondment_one_running", "person_id", unique=True, sqlite_where=_RUNS, postgresql_where=_RUNS),
        Index("ix_secondment_person", "person_id", "begins_on"),
        Index("ix_secondment_roster", "begins_on", "id"),
        Index("ix_secondment_team", "team_id", "begins_on", "id"),
        Index("ix_secondment_home", "home_unit_id", "begins_on", "id"),
        Index("ix_secondment_end", "state", "ends_before", "id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    home_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    post_kind: Mapped[PostKind] = mapped_column(word(PostKind))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    station: Mapped[str] = mapped_column(String(60), default="")
    """驻点: the town the person is stationed in; empty at home."""
    begins_on: Mapped[date]
    ends_before: Mapped[date]
    """The day after the last day."""
    full_time: Mapped[bool] = mapped_column(default=True)
    id_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_cipher: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[State] = mapped_column(word(State), default=State.RUNNING)
    seat_id: Mapped[int | None] = mapped_column(ForeignKey("seat.id"), unique=True)
    """The member seat this secondment gives, for the same term; none once taken back."""
    return_note: Mapped[str] = mapped_column(String(1000), default="")
    left_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    left_at: Mapped[datetime | None] = mapped_column(Moment)
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer, default=1)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    person: Mapped[Person] = relationship(foreign_keys=[person_id])
    home_unit: Mapped[Unit] = relationship()
    team: Mapped[Team] = relationship()
    seat: Mapped[Seat | None] = relationship()

    @property
    def last_day(self) -> date:
        """The last day of the term."""
        return self.ends_before - timedelta(days=1)


class Snapshot(Base):
    """职务, 职级, 职称 and pay grade from a day on, as a document of the home unit says.

    Only added, never changed: what was mistyped stands corrected in an ``Amendment``, see ``standing.py``.
    """

    __tablename__ = "secondment_snapshot"
    __table_args__ = (UniqueConstraint("secondment_id", "number"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"))
    number: Mapped[int] = mapped_column(Integer)
    effective_on: Mapped[date]
    level: Mapped[Level] = mapped_column(word(Level))
    duty: Mapped[str] = mapped_column(String(40))
    rank: Mapped[str] = mapped_column(String(40), default="")
    title: Mapped[str] = mapped_column(String(40), default="")
    pay_grade: Mapped[str] = mapped_column(String(40), default="")
    paper_number: Mapped[str] = mapped_column(String(60))
    paper_dated: Mapped[date]
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    scan: Mapped[Evidence | None] = relationship()


class PaperKind(StrEnum):
    """What a document does to the term."""

    START = "start"
    EXTENSION = "extension"
    EARLY_END = "early_end"


PAPER_NAMES: dict[PaperKind, str] = {
    PaperKind.START: "抽调",
    PaperKind.EXTENSION: "延长",
    PaperKind.EARLY_END: "提前结束",
}


class TermPaper(Base):
    """A document that sets a secondment's term. Only added, never changed: see ``Amendment``."""

    __tablename__ = "secondment_paper"
    __table_args__ = (Index("ix_secondment_paper_of", "secondment_id", "id"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"))
    kind: Mapped[PaperKind] = mapped_column(word(PaperKind))
    number: Mapped[str] = mapped_column(String(60))
    dated: Mapped[date]
    reason: Mapped[str] = mapped_column(String(200), default="")
    ends_before: Mapped[date]
    """The day after the last day, from this paper on."""
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    recorded_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    scan: Mapped[Evidence | None] = relationship()


class Amendment(Base):
    """更正或补件: a typing error put right, or a scan that came later. Only added; the earlier words stay in it.

    It is about a paper, about a snapshot, or about the secondment itself when it names neither.
    """

    __tablename__ = "secondment_amendment"
    __table_args__ = (
        CheckConstraint("paper_id IS NULL OR snapshot_id IS NULL", name="one_thing"),
        Index("ix_secondment_amendment_of", "secondment_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"))
    paper_id: Mapped[int | None] = mapped_column(ForeignKey("secondment_paper.id"))
    snapshot_id: Mapped[int | None] = mapped_column(ForeignKey("secondment_snapshot.id"))
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    """What it says now, by column; days as ``2026-03-05``, numbers of persons masked."""
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")
    made_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    scan: Mapped[Evidence | None] = relationship()
    person: Mapped[Person] = relationship()


class Through(StrEnum):
    """How a confirmation came: typed in the home unit's seat, or on paper through the lead unit."""

    SEAT = "seat"
    PAPER = "paper"


THROUGH_NAMES: dict[Through, str] = {Through.SEAT: "原单位在线确认", Through.PAPER: "原单位书面确认"}


class Confirmation(Base):
    """The home unit's word for a half-year that terms are unchanged. Only added, never changed."""

    __tablename__ = "secondment_confirmation"
    __table_args__ = (UniqueConstraint("secondment_id", "half"), Index("ix_secondment_confirmation_half", "half"))

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"))
    half: Mapped[str] = mapped_column(String(6))
    """The half-year: ``2026H1``."""
    duty_same: Mapped[bool]
    rank_same: Mapped[bool]
    title_same: Mapped[bool]
    pay_same: Mapped[bool]
    full_time: Mapped[bool]
    note: Mapped[str] = mapped_column(String(400), default="")
    through: Mapped[Through] = mapped_column(word(Through))
    paper_number: Mapped[str] = mapped_column(String(60), default="")
    paper_dated: Mapped[date | None]
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    confirmed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    scan: Mapped[Evidence | None] = relationship()
    person: Mapped[Person] = relationship()

    @property
    def is_unchanged(self) -> bool:
        """Tell whether everything stayed as it was and the person is there full-time."""
        return all((self.duty_same, self.rank_same, self.title_same, self.pay_same, self.full_time))


class HalfMark(StrEnum):
    """What the lead unit notes about a half-year."""

    WAIVED = "waived"
    """Nobody confirms it any more, for a reason."""
    SETTLED = "settled"
    """The home unit said that something changed; this was done about it."""


class HalfNote(Base):
    """不再确认的原因, or what was done about a change the home unit reported. Only added, once each."""

    __tablename__ = "secondment_half_note"
    __table_args__ = (UniqueConstraint("secondment_id", "half", "mark"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    secondment_id: Mapped[int] = mapped_column(ForeignKey("secondment.id"))
    half: Mapped[str] = mapped_column(String(6))
    mark: Mapped[HalfMark] = mapped_column(word(HalfMark))
    note: Mapped[str] = mapped_column(String(200))
    noted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    person: Mapped[Person] = relationship()
