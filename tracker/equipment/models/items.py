"""Things with their cards, and the intakes they came in by."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from tracker.equipment.kinds import Edition, ItemKind, Source
from tracker.equipment.lifecycle import ItemState, Standing
from tracker.equipment.models.rooms import Room
from tracker.evidence.models import Evidence
from tracker.identity.models import Person, Unit
from tracker.storage import Base, Identifier, Moment, word
from tracker.teams.models import Team

_HAS_SERIAL = text("serial <> ''")
_IS_USED = text("team_id IS NOT NULL")
_IS_BORROWED = text("borrower_unit_id IS NOT NULL")


def words_of(number: str, name: str, model: str, serial: str) -> str:
    """Put what is looked for on a card into one text."""
    return f"{number} {name} {model} {serial}".lower()


class IntakeKind(StrEnum):
    """How cards were written."""

    TYPED = "typed"
    SHEET = "sheet"
    PURCHASE = "purchase"


class Intake(Base):
    """入库登记: one act that wrote one card or many. A claim's line becomes things once: its key is unique."""

    __tablename__ = "equipment_intake"

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    kind: Mapped[IntakeKind] = mapped_column(word(IntakeKind))
    items: Mapped[int] = mapped_column(Integer)
    claim_line_key: Mapped[str | None] = mapped_column(String(40), unique=True)
    """``claim id:line key`` of the purchase."""
    claim_number: Mapped[str] = mapped_column(String(24), default="")
    voucher_number: Mapped[str] = mapped_column(String(40), default="")
    line_fen: Mapped[int | None] = mapped_column(BigInteger)
    written_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime] = mapped_column(Moment)
    command_id: Mapped[str] = mapped_column(String(48), unique=True)

    writer: Mapped[Person] = relationship()


class Item(Base):
    """设备. Owner, holder, place and using team are separate facts; ``price_fen`` is for all its ``pieces``."""

    __tablename__ = "equipment"
    __table_args__ = (
        UniqueConstraint("number"),
        CheckConstraint("price_fen >= 0", name="price"),
        CheckConstraint("pieces > 0", name="pieces"),
        CheckConstraint("life_years > 0", name="life"),
        CheckConstraint("events >= 0", name="events"),
        CheckConstraint("(state = 'lent') = (due_on IS NOT NULL)", name="due"),
        CheckConstraint("state NOT IN ('idle', 'disposed') OR (holder_id IS NULL AND team_id IS NULL)", name="unheld"),
        CheckConstraint("state <> 'in_use' OR holder_id IS NOT NULL OR team_id IS NOT NULL", name="held"),
        Index(
            "ix_equipment_serial", "kind", "serial", unique=True, sqlite_where=_HAS_SERIAL, postgresql_where=_HAS_SERIAL
        ),
        Index("ix_equipment_owner", "owner_unit_id", "state", "id", "price_fen"),
        Index("ix_equipment_listed", "owner_unit_id", "id", "words", "holder_id", "state", "price_fen"),
        Index(
            "ix_equipment_used",
            "team_id",
            "state",
            "kind",
            "price_fen",
            "owner_unit_id",
            sqlite_where=_IS_USED,
            postgresql_where=_IS_USED,
        ),
        Index(
            "ix_equipment_borrowed",
            "borrower_unit_id",
            "id",
            sqlite_where=_IS_BORROWED,
            postgresql_where=_IS_BORROWED,
        ),
        Index("ix_equipment_holder", "holder_id", "id"),
        Index("ix_equipment_room", "room_id", "kind", "pieces"),
        Index("ix_equipment_due", "due_on", "id"),
        Index("ix_equipment_kind", "owner_unit_id", "kind", "id"),
        Index("ix_equipment_intake", "intake_id"),
    )

    id: Mapped[int] = mapped_column(Identifier, primary_key=True)
    number: Mapped[str] = mapped_column(String(20))
    """ZC-year-sequence."""
    name: Mapped[str] = mapped_column(String(60))
    model: Mapped[str] = mapped_column(String(60), default="")
    kind: Mapped[ItemKind] = mapped_column(word(ItemKind))
    edition: Mapped[Edition | None] = mapped_column(word(Edition))
    code: Mapped[str] = mapped_column(String(20), default="")
    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    pieces: Mapped[int] = mapped_column(Integer, default=1)
    bought_on: Mapped[date]
    source: Mapped[Source] = mapped_column(word(Source))
    source_paper: Mapped[str] = mapped_column(String(60), default="")
    serial: Mapped[str] = mapped_column(String(60), default="")
    words: Mapped[str] = mapped_column(String(210), server_default="", default="")
    """What is looked for on a card, in small letters: see ``words_of``; in the list's index, so it is read alone."""
    life_years: Mapped[int] = mapped_column(Integer)
    note: Mapped[str] = mapped_column(String(200), default="")
    exception: Mapped[str] = mapped_column(String(60), default="")
    """The approval of a price above, or a life below, the standard."""
    photo_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id"))
    first_room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    """Where it was put when its card was written; handovers lead from there to where it is."""
    intake_id: Mapped[int] = mapped_column(ForeignKey("equipment_intake.id"))

    state: Mapped[ItemState] = mapped_column(word(ItemState), default=ItemState.IDLE)
    holder_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    room_id: Mapped[int | None] = mapped_column(ForeignKey("room.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    borrower_unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    due_on: Mapped[date | None]
    kept_due_on: Mapped[date | None]
    """When a loan is due whose thing is away for repair."""
    events: Mapped[int] = mapped_column(Integer, default=0)
    """How many handovers it has been through; the next one's place in its history."""
    version: Mapped[int] = mapped_column(Integer, default=1)

    owner_unit: Mapped[Unit] = relationship(foreign_keys=[owner_unit_id])
    borrower_unit: Mapped[Unit | None] = relationship(foreign_keys=[borrower_unit_id])
    holder: Mapped[Person | None] = relationship(foreign_keys=[holder_id])
    room: Mapped[Room | None] = relationship(foreign_keys=[room_id])
    first_room: Mapped[Room | None] = relationship(foreign_keys=[first_room_id])
    team: Mapped[Team | None] = relationship()
    photo: Mapped[Evidence | None] = relationship()
    intake: Mapped[Intake] = relationship()

    @property
    def standing(self) -> Standing:
        """Return where it stands."""
        return Standing(
            self.state,
            self.holder_id,
            self.room_id,
            self.team_id,
            self.borrower_unit_id,
            self.due_on,
            self.kept_due_on,
        )

    @property
    def user_unit_id(self) -> int:
        """Return the unit that has it in use: who borrowed it, else its owner."""
        return self.borrower_unit_id or self.owner_unit_id

    @property
    def label(self) -> str:
        """Name it with its number."""
        return f"{self.number} {self.name}"
