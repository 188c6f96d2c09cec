"""Faults of things: what was reported, and what the keeper did about it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.equipment.models.handovers import Handover
from tracker.equipment.models.items import Item
from tracker.evidence.models import Evidence
from tracker.identity.models import Person
from tracker.storage import Base, Identifier, Moment

_IS_OPEN = text("closed_at IS NULL")


class Fault(Base):
    """报修: open until a handover takes the thing to repair or away, or the keeper closes it with a reason."""

    __tablename__ = "equipment_fault"
    __table_args__ = (
        CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed"),
        CheckConstraint("(closed_at IS NULL) = (handover_id IS NULL AND reason = '')", name="answered"),
        Index("ix_equipment_fault_item", "item_id", "id"),
        Index("ix_equipment_fault_open", "id", sqlite_where=_IS_OPEN, postgresql_where=_IS_OPEN),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("equipment.id"))
    description: Mapped[str] = mapped_column(String(200))
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    reported_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    reported_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)
    handover_id: Mapped[int | None] = mapped_column(ForeignKey("handover.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")
    closed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)

    item: Mapped[Item] = relationship()
    photo: Mapped[Evidence | None] = relationship()
    reporter: Mapped[Person] = relationship(foreign_keys=[reported_by])
    closer: Mapped[Person | None] = relationship(foreign_keys=[closed_by])
    handover: Mapped[Handover | None] = relationship()
