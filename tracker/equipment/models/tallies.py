"""How many cards there are of each owner, class and state, kept as they change: a list need not count them."""

from __future__ import annotations

from sqlalchemy import BigInteger, ForeignKey, Integer
from sqlalchemy.orm import Mapped, mapped_column

from tracker.equipment.kinds import ItemKind
from tracker.equipment.lifecycle import ItemState
from tracker.storage import Base, word


class KeptTally(Base):
    """The cards of one owner, class and state; ``fen`` is their price together. A row may come down to nothing."""

    __tablename__ = "equipment_tally"

    owner_unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
    kind: Mapped[ItemKind] = mapped_column(word(ItemKind), primary_key=True)
    state: Mapped[ItemState] = mapped_column(word(ItemState), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    fen: Mapped[int] = mapped_column(BigInteger)
