"""Buildings, rooms, to which team a room is provided, and who sits at which desk."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.equipment.kinds import RoomUse
from tracker.identity.models import Person, Unit
from tracker.storage import Base, Identifier, Moment, word
from tracker.teams.models import Team

_RUNS_ON = text("ends_before IS NULL")


class Building(Base):
    """A building with rooms for teams."""

    __tablename__ = "building"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    name: Mapped[str] = mapped_column(String(60), unique=True)
    address: Mapped[str] = mapped_column(String(120), default="")


class Room(Base):
    """办公用房. ``area_dm2`` is in 0.01 m² (42.6 m² is 4260); ``seats`` are desks, numbered from 1."""

    __tablename__ = "room"
    __table_args__ = (
        UniqueConstraint("building_id", "name"),
        CheckConstraint("area_dm2 > 0", name="area"),
        CheckConstraint("seats >= 0", name="seats"),
        Index("ix_room_owner", "owner_unit_id", "id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    building_id: Mapped[int] = mapped_column(ForeignKey("building.id"))
    name: Mapped[str] = mapped_column(String(40))
    use: Mapped[RoomUse] = mapped_column(word(RoomUse))
    area_dm2: Mapped[int] = mapped_column(Integer)
    seats: Mapped[int] = mapped_column(Integer)
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    note: Mapped[str] = mapped_column(String(60), default="")
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    version: Mapped[int] = mapped_column(Integer, default=1)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    building: Mapped[Building] = relationship()
    owner_unit: Mapped[Unit] = relationship()

    @property
    def title(self) -> str:
        """Name the room with its building."""
        return f"{self.building.name} {self.name}"


class Provision(Base):
    """A room provided to a team for a half-open term; terms of one room never overlap."""

    __tablename__ = "room_provision"
    __table_args__ = (
        CheckConstraint("ends_before IS NULL OR ends_before > begins_on", name="term"),
        Index("ix_room_provision_room", "room_id", "begins_on"),
        Index("ix_room_provision_team", "team_id", "begins_on"),
        Index("ix_room_provision_open", "room_id", unique=True, sqlite_where=_RUNS_ON, postgresql_where=_RUNS_ON),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id"))
    begins_on: Mapped[date]
    ends_before: Mapped[date | None]
    paper: Mapped[str] = mapped_column(String(60), default="")
    given_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    room: Mapped[Room] = relationship()
    team: Mapped[Team] = relationship()

    @property
    def last_day(self) -> date | None:
        """Return the last day of the term, None while it has no end."""
        return self.ends_before - timedelta(days=1) if self.ends_before else None


class Desk(Base):
    """A person at a numbered desk of a room for a half-open term; neither desk nor person is taken twice."""

    __tablename__ = "room_desk"
    __table_args__ = (
        CheckConstraint("number > 0", name="number"),
        CheckConstraint("ends_before IS NULL OR ends_before > begins_on", name="term"),
        Index("ix_room_desk_room", "room_id", "number", "begins_on"),
        Index("ix_room_desk_person", "person_id", "begins_on"),
        Index("ix_room_desk_open", "room_id", "number", unique=True, sqlite_where=_RUNS_ON, postgresql_where=_RUNS_ON),
        Index("ix_room_desk_sits", "person_id", unique=True, sqlite_where=_RUNS_ON, postgresql_where=_RUNS_ON),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    room_id: Mapped[int] = mapped_column(ForeignKey("room.id"))
    number: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    begins_on: Mapped[date]
    ends_before: Mapped[date | None]
    given_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    room: Mapped[Room] = relationship()
    person: Mapped[Person] = relationship(foreign_keys=[person_id])

    @property
    def last_day(self) -> date | None:
        """Return the last day of the term, None while it has no end."""
        return self.ends_before - timedelta(days=1) if self.ends_before else None
