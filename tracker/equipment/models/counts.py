"""Stock-takes: what was to be counted, by whom, what was found, and the explanation of what was not."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.equipment.models.items import Item
from tracker.equipment.models.rooms import Room
from tracker.identity.models import Person, Unit
from tracker.storage import Base, Identifier, Moment, word
from tracker.teams.models import Team


class Outcome(StrEnum):
    """What a count says of a thing."""

    FOUND = "found"
    ELSEWHERE = "elsewhere"
    MISSING = "missing"


OUTCOME_NAMES: dict[Outcome, str] = {
    Outcome.FOUND: "盘到",
    Outcome.ELSEWHERE: "位置不符",
    Outcome.MISSING: "未找到",
}


class Stocktake(Base):
    """盘点: a session over one owner's things, of one team or room if named, to be closed by a day."""

    __tablename__ = "stocktake"
    __table_args__ = (Index("ix_stocktake_unit", "unit_id", "id"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    closes_on: Mapped[date]
    opened_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    opened_at: Mapped[datetime] = mapped_column(Moment)
    signed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    signed_at: Mapped[datetime | None] = mapped_column(Moment)
    opinion: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(Integer, default=1)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    unit: Mapped[Unit] = relationship()
    team: Mapped[Team | None] = relationship()
    room: Mapped[Room | None] = relationship()
    opener: Mapped[Person] = relationship(foreign_keys=[opened_by])
    signer: Mapped[Person | None] = relationship(foreign_keys=[signed_by])


class StocktakeCounter(Base):
    """A person named to count; never one who keeps the things."""

    __tablename__ = "stocktake_counter"
    __table_args__ = (UniqueConstraint("stocktake_id", "person_id"), Index("ix_stocktake_counter_person", "person_id"))

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))

    person: Mapped[Person] = relationship()


class StocktakeLine(Base):
    """A thing to be counted: where the book had it when the count began, and what was found."""

    __tablename__ = "stocktake_line"
    __table_args__ = (
        UniqueConstraint("stocktake_id", "item_id"),
        CheckConstraint("(outcome IS NULL) = (counted_at IS NULL)", name="counted"),
        Index("ix_stocktake_line_outcome", "stocktake_id", "outcome", "id"),
        Index("ix_stocktake_line_item", "item_id", "stocktake_id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"))
    book_room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    book_holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[Outcome | None] = mapped_column(word(Outcome))
    found_room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    counted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    counted_at: Mapped[datetime | None] = mapped_column(Moment)
    explanation: Mapped[str] = mapped_column(String(200), default="")
    explained_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    item: Mapped[Item] = relationship()
    book_room: Mapped[Room | None] = relationship(foreign_keys=[book_room_id])
    book_holder: Mapped[Person | None] = relationship(foreign_keys=[book_holder_id])
    found_room: Mapped[Room | None] = relationship(foreign_keys=[found_room_id])
    counter: Mapped[Person | None] = relationship(foreign_keys=[counted_by])


class StocktakeTag(Base):
    """A tag met during a count that the scope does not know (盘盈 or a thing of someone else)."""

    __tablename__ = "stocktake_tag"
    __table_args__ = (UniqueConstraint("stocktake_id", "tag"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    stocktake_id: Mapped[int] = mapped_column(ForeignKey("stocktake.id"))
    tag: Mapped[str] = mapped_column(String(60))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    noted_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    noted_at: Mapped[datetime] = mapped_column(Moment)
    explanation: Mapped[str] = mapped_column(String(200), default="")
    explained_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    room: Mapped[Room | None] = relationship()
    noter: Mapped[Person] = relationship(foreign_keys=[noted_by])
