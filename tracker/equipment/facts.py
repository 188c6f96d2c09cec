"""What is handed to the operations: cards, rooms, handovers, and who orders them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from tracker.equipment.kinds import Edition, ItemKind, RoomUse, Source
from tracker.equipment.lifecycle import Destination, Handing
from tracker.kernel.actors import Actor
from tracker.kernel.errors import Refused
from tracker.kernel.money import LARGEST_FEN

MOST_PIECES = 500
LONGEST_LIFE = 50
_FIRST_YEAR = 1990


Progress = Callable[[int, int], object]
"""Hears how many of how many are done."""


def unheard(_done: int, _total: int) -> None:
    """Report to nobody."""


@dataclass(frozen=True)
class Order:
    """One order of a person: sent twice, carried out once."""

    by: Actor
    at: datetime
    command_id: str


@dataclass(frozen=True)
class ItemFacts:
    """A card as it is typed; ``price_fen`` is for all pieces, ``exception`` the approval of being over a standard."""

    name: str
    kind: ItemKind
    price_fen: int
    bought_on: date
    life_years: int
    source: Source = Source.PURCHASE
    model: str = ""
    edition: Edition | None = None
    code: str = ""
    pieces: int = 1
    source_paper: str = ""
    serial: str = ""
    note: str = ""
    exception: str = ""
    room_id: int | None = None
    number: str = ""
    """The number it brings along; empty for the next one."""
    holder_id: int | None = None
    """Who has it already; ``register_held`` makes the handover."""
    team_id: int | None = None
    """Which team uses it already."""

    def faults(self, today: date) -> Iterator[tuple[str, str]]:
        """Name each field that does not fit, and what to do."""
        if not self.name:
            yield "name", "请填写设备名称"
        if not 0 < self.price_fen <= LARGEST_FEN:
            yield "price_fen", "原值应大于 0，请按发票或入账凭证填写"
        if not 0 < self.pieces <= MOST_PIECES:
            yield "pieces", f"数量应在 1 到 {MOST_PIECES} 之间"
        if not 0 < self.life_years <= LONGEST_LIFE:
            yield "life_years", f"使用年限应在 1 到 {LONGEST_LIFE} 年之间"
        if self.bought_on > today or self.bought_on.year < _FIRST_YEAR:
            yield "bought_on", f"购置日期 {self.bought_on.isoformat()} 不对，不能晚于今天"
        if bool(self.code) != (self.edition is not None):
            yield "code", "分类代码要和目录版本一起填：同一代码在不同版本里是不同的东西"


@dataclass(frozen=True)
class Purchase:
    """The approved claim line that things were bought by; ``line_fen`` is its approved amount."""

    line_key: str
    claim_number: str
    voucher_number: str
    line_fen: int


@dataclass(frozen=True)
class HandingFacts:
    """A handover to make: its things with the versions the page showed, and where they go."""

    kind: Handing
    versions: Mapping[int, int]
    to: Destination = field(default_factory=Destination)
    reason: str = ""
    paper: str = ""

    def check(self, today: date) -> None:
        """Raise Refused naming the field when something the kind asks for is missing."""
        if not self.versions:
            raise Refused("请至少选一件设备")
        if self.kind is Handing.LEND and self.to.unit_id is None:
            raise Refused("请选择借用单位", field="unit_id")
        if self.kind is Handing.LEND and (self.to.due_on is None or self.to.due_on <= today):
            raise Refused("请填写约定归还日期，要晚于今天", field="due_on")
        if self.kind is Handing.DISPOSE and not self.paper:
            raise Refused("请填写国有资产处置批复文号", field="paper")
        if self.kind in {Handing.DISPOSE, Handing.REPAIR} and not self.reason:
            raise Refused("请写明原因", field="reason")


@dataclass(frozen=True)
class RoomFacts:
    """A room as it is typed; ``area_dm2`` in 0.01 m²."""

    building: str
    name: str
    use: RoomUse
    area_dm2: int
    seats: int
    note: str = ""
    address: str = ""
