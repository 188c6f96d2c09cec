"""The plain values of reading: one fact with its source, and the finished reading of one file."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

Value = "str | int | date"

TEXT_FIELDS: Final = ("invoice_code", "invoice_number", "buyer_name", "buyer_tax_id", "seller_name", "seller_tax_id")
AMOUNT_FIELDS: Final = ("amount_ex_tax_fen", "tax_amount_fen", "other_charges_fen", "total_fen")
HEADER_FIELDS: Final = (
    "invoice_code",
    "invoice_number",
    "issue_date",
    "buyer_name",
    "buyer_tax_id",
    "seller_name",
    "seller_tax_id",
    *AMOUNT_FIELDS,
)

FIELD_NAMES: Final = {
    "kind": "票种",
    "invoice_code": "发票代码",
    "invoice_number": "发票号码",
    "issue_date": "开票日期",
    "buyer_name": "购买方名称",
    "buyer_tax_id": "购买方税号",
    "seller_name": "销售方名称",
    "seller_tax_id": "销售方税号",
    "amount_ex_tax_fen": "不含税金额",
    "tax_amount_fen": "税额",
    "other_charges_fen": "其他费用",
    "total_fen": "价税合计",
    "red_of": "对应的蓝字发票",
    "capitals_fen": "大写金额",
    "remarks": "备注",
    "passenger": "乘客",
}


class Source(StrEnum):
    """Where a fact came from, most trusted first."""

    STRUCTURED = "structured"
    QR = "qr"
    TEXT = "text"
    TYPED = "typed"


TRUST: Final = {Source.STRUCTURED: 0, Source.QR: 1, Source.TEXT: 2, Source.TYPED: 3}


class Sureness(StrEnum):
    """How sure a fact is: stated by one good place, agreed by two, or worked out."""

    AGREED = "agreed"
    STATED = "stated"
    DERIVED = "derived"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class Box:
    """A place on a page: page counted from 0, edges as fractions of the shown page from its top left."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


@dataclass(frozen=True, slots=True)
class Fact:
    """One reading of one field, before anything is merged. ``reader`` names the place for people."""

    field: str
    value: str | int | date
    source: Source
    reader: str
    sureness: Sureness = Sureness.STATED
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the invoice; amounts in fen, ``None`` where nothing is printed."""

    name: str
    spec: str = ""
    unit: str = ""
    quantity: str = ""
    unit_price: str = ""
    amount_fen: int | None = None
    tax_rate: str = ""
    tax_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Leg:
    """One leg of a journey as printed on the ticket."""

    from_place: str
    to_place: str
    carrier: str = ""
    number: str = ""
    seat: str = ""
    day: date | None = None
    time: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two readings of one field that cannot both be right: (place, reading) pairs, the field stays empty."""

    field: str
    readings: tuple[tuple[str, str], ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What one reader found in a file: facts to merge and the lists that are taken whole."""

    facts: tuple[Fact, ...] = ()
    items: tuple[Item, ...] = ()
    legs: tuple[Leg, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file says. An empty field was not read or not agreed, and is asked for; nothing is guessed.

    ``sources``, ``sureness`` and ``boxes`` are keyed by field name; amounts are fen.
    """

    kind: str | None = None
    invoice_code: str | None = None
    invoice_number: str | None = None
    issue_date: date | None = None
    buyer_name: str | None = None
    buyer_tax_id: str | None = None
    seller_name: str | None = None
    seller_tax_id: str | None = None
    amount_ex_tax_fen: int | None = None
    tax_amount_fen: int | None = None
    other_charges_fen: int | None = None
    total_fen: int | None = None
    red_letter: bool = False
    red_of: str | None = None
    passenger: str | None = None
    remarks: str | None = None
    items: tuple[Item, ...] = ()
    legs: tuple[Leg, ...] = ()
    sources: Mapping[str, Source] = field(default_factory=dict)
    sureness: Mapping[str, Sureness] = field(default_factory=dict)
    boxes: Mapping[str, Box] = field(default_factory=dict)
    conflicts: tuple[Conflict, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str] | None:
        """The invoice key (code or '', number), or None while the number is not read."""
        return (self.invoice_code or "", self.invoice_number) if self.invoice_number else None
