"""Handovers, the things they name, and what was noted on them afterwards. All three are only added to."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.equipment.lifecycle import Destination, Handing, ItemState
from tracker.equipment.models.items import Item
from tracker.equipment.models.rooms import Room
from tracker.evidence.models import Evidence
from tracker.identity.models import Person, Unit
from tracker.storage import Base, Identifier, Moment, word
from tracker.teams.models import Team

_IS_LOAN = text("to_unit_id IS NOT NULL")


class Handover(Base):
    """调拨单: one event, one number, one paper to sign, for one or several things of one owner."""

    __tablename__ = "handover"
    __table_args__ = (
        UniqueConstraint("number"),
        Index("ix_handover_unit", "unit_id", "id"),
        Index("ix_handover_person", "to_person_id", "id"),
        Index("ix_handover_team", "to_team_id", "id"),
        Index("ix_handover_loan", "to_unit_id", "id", sqlite_where=_IS_LOAN, postgresql_where=_IS_LOAN),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    """DB-year-sequence."""
    kind: Mapped[Handing] = mapped_column(word(Handing))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    """The owner of every thing on it."""
    to_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    to_room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    to_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    to_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    due_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(200), default="")
    paper: Mapped[str] = mapped_column(String(60), default="")
    """The approval a disposal rests on, or the agreement of a loan."""
    things: Mapped[int] = mapped_column(Integer)
    handed_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    handed_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    unit: Mapped[Unit] = relationship(foreign_keys=[unit_id])
    to_person: Mapped[Person | None] = relationship(foreign_keys=[to_person_id])
    to_room: Mapped[Room | None] = relationship()
    to_team: Mapped[Team | None] = relationship()
    to_unit: Mapped[Unit | None] = relationship(foreign_keys=[to_unit_id])
    hander: Mapped[Person] = relationship(foreign_keys=[handed_by])
    lines: Mapped[list[HandoverLine]] = relationship(order_by="HandoverLine.id", back_populates="handover")
    marks: Mapped[list[HandoverMark]] = relationship(order_by="HandoverMark.id")

    @property
    def destination(self) -> Destination:
        """Return where it takes its things."""
        return Destination(self.to_person_id, self.to_room_id, self.to_team_id, self.to_unit_id, self.due_on)

    @property
    def receipt(self) -> HandoverMark | None:
        """Return the mark of the receiver, if it was made."""
        return next((mark for mark in self.marks if mark.kind is MarkKind.RECEIVED), None)


class HandoverLine(Base):
    """A thing on a handover: which event of its life this is, and where it stood before."""

    __tablename__ = "handover_line"
    __table_args__ = (
        UniqueConstraint("item_id", "event"),
        Index("ix_handover_line_of", "handover_id", "id"),
        Index("ix_handover_line_from", "from_holder_id", "handover_id"),
        Index("ix_handover_line_team", "from_team_id", "handover_id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"))
    event: Mapped[int] = mapped_column(Integer)
    from_state: Mapped[ItemState] = mapped_column(word(ItemState))
    from_holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    from_room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    from_team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))

    handover: Mapped[Handover] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship()
    from_holder: Mapped[Person | None] = relationship()
    from_room: Mapped[Room | None] = relationship()
    from_team: Mapped[Team | None] = relationship()


class MarkKind(StrEnum):
    """What is noted on a handover after it was made."""

    RECEIVED = "received"
    SCAN = "scan"


class HandoverMark(Base):
    """The receiver's confirmation, or the scan of the signed paper."""

    __tablename__ = "handover_mark"
    __table_args__ = (Index("ix_handover_mark_of", "handover_id", "kind"),)

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    handover_id: Mapped[int] = mapped_column(ForeignKey("handover.id"))
    kind: Mapped[MarkKind] = mapped_column(word(MarkKind))
    scan_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    marked_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    marked_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    marker: Mapped[Person] = relationship()
    scan: Mapped[Evidence | None] = relationship()
