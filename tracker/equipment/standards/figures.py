"""The figures of the standards as the data brings them: dated, sourced, each with its standing."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

from tracker.equipment.kinds import Edition, ItemKind
from tracker.equipment.standards.staffing import Rank, Staffing
from tracker.kernel.money import parse_yuan

_DATA = Path(__file__).parent.parent / "data"
FOUND = "found"
K = ItemKind

_RANKS: dict[str, frozenset[Rank]] = {
    "厅级": frozenset({Rank.BUREAU}),
    "处级": frozenset({Rank.DIVISION}),
    "处以下": frozenset({Rank.BELOW}),
    "处级以下": frozenset({Rank.DIVISION, Rank.BELOW}),
    "处级及以下": frozenset({Rank.DIVISION, Rank.BELOW}),
}

_KINDS: tuple[tuple[str, str, ItemKind], ...] = (
    ("台式", "", K.DESKTOP),
    ("便携式", "", K.LAPTOP),
    ("笔记本", "", K.LAPTOP),
    ("打印机", "A4 彩色", K.PRINTER_A4_COLOUR),
    ("打印机", "A3 彩色", K.PRINTER_A3_COLOUR),
    ("打印机", "A4", K.PRINTER_A4),
    ("打印机", "A3", K.PRINTER_A3),
    ("A4 打印机", "", K.PRINTER_A4),
    ("A3 网络打印机", "", K.PRINTER_A3),
    ("票据打印机", "", K.BILL_PRINTER),
    ("复印机", "", K.COPIER),
    ("一体机/传真机", "", K.FAX),
    ("传真机", "", K.FAX),
    ("扫描仪", "", K.SCANNER),
    ("碎纸机", "", K.SHREDDER),
    ("投影仪", "", K.PROJECTOR),
    ("办公桌", "", K.DESK),
    ("办公椅", "", K.CHAIR),
    ("书柜", "", K.BOOKCASE),
    ("文件柜", "", K.FILING_CABINET),
    ("保密柜", "", K.SAFE),
    ("三人沙发", "", K.SOFA),
    ("大茶几", "", K.TEA_TABLE),
    ("会议桌", "", K.MEETING_TABLE),
    ("会议椅", "", K.MEETING_CHAIR),
)
"""How a standard's row names one of the office's classes: the item begins so, the variant begins so."""


@dataclass(frozen=True)
class Figure:
    """A row of a standard about a class: cap a piece in fen, least life in years, for some ranks (none: all)."""

    kind: ItemKind
    item: str
    ranks: frozenset[Rank]
    cap_fen: int | None
    cap_found: bool
    life_years: int | None
    life_found: bool
    quantity: str
    source: str
    status: str
    cap_paper: str = ""
    life_paper: str = ""
    """The document of a later edition; empty for the standard's own."""
    variant: str = ""
    """Rank or variant as the row has it."""

    @property
    def is_by_capacity(self) -> bool:
        """Tell whether the cap is for each person a thing seats: a card's price alone cannot break it."""
        return "容纳人数" in self.quantity


@dataclass(frozen=True)
class Quantity:
    """How many of some classes together a number of heads may have."""

    kinds: tuple[ItemKind, ...]
    basis: str
    figure: int
    ranks: frozenset[Rank]
    is_found: bool
    text: str

    def allowed(self, staffing: Staffing) -> int:
        """Count what the heads of these ranks may have; a limit in percent is rounded down."""
        heads = staffing.of(self.ranks)
        if self.basis == "heads":
            return -(-heads // self.figure)
        return heads * self.figure // 100


@dataclass(frozen=True)
class StandardSet:
    """One standard with the days it holds and its standing."""

    key: str
    title: str
    number: str
    since: date
    until: date | None
    is_adopted: bool
    desktops_offset_laptops: bool
    figures: tuple[Figure, ...]
    quantities: tuple[Quantity, ...]

    def holds_on(self, day: date) -> bool:
        """Tell whether the standard is in force on a day."""
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(frozen=True)
class ClassCode:
    """An official class: what its code means in its edition."""

    edition: Edition
    code: str
    name: str
    kind: ItemKind
    is_found: bool


def adopted(day: date) -> Sequence[StandardSet]:
    """List the adopted standards in force on a day."""
    return [chosen for chosen in all_sets().values() if chosen.is_adopted and chosen.holds_on(day)]


@cache
def all_sets() -> Mapping[str, StandardSet]:
    """Read every standard, by its key."""
    figures: dict[str, list[Figure]] = {}
    for row in _rows("office_standards.csv"):
        if (figure := read_figure(row)) is not None:
            figures.setdefault(row["standard"], []).append(figure)
    quantities: dict[str, list[Quantity]] = {}
    for row in _rows("office_quantities.csv"):
        quantities.setdefault(row["set"], []).append(_quantity(row))
    return {
        row["key"]: StandardSet(
            key=row["key"],
            title=row["title"],
            number=row["number"],
            since=date.fromisoformat(row["since"]),
            until=date.fromisoformat(row["until"]) if row["until"] else None,
            is_adopted=row["standing"] == "adopted",
            desktops_offset_laptops=row["desktops_offset_laptops"] == "yes",
            figures=tuple(figures.get(row["standard"], ())),
            quantities=tuple(quantities.get(row["key"], ())),
        )
        for row in _rows("office_standard_sets.csv")
    }


@cache
def class_codes() -> Sequence[ClassCode]:
    """Read the official classes the office uses."""
    return tuple(
        ClassCode(Edition(row["edition"]), row["code"], row["name"], K(row["kind"]), row["status"] == FOUND)
        for row in _rows("class_codes.csv")
    )


def class_name(edition: Edition | None, code: str) -> str:
    """Say what a code means in its edition; empty when the table does not know."""
    return next((row.name for row in class_codes() if row.edition is edition and row.code == code), "")


@cache
def areas() -> Mapping[str, int]:
    """Read the office area a head by level, in 0.01 m². From memory, not verified."""
    return {row["level"]: int(row["area_m2"]) * 100 for row in _rows("office_areas.csv")}


def read_figure(row: Mapping[str, str]) -> Figure | None:
    """Read a row of a standard; None when it is about no class of the office's."""
    item, variant, status = row["item"], row["rank_or_variant"], row["status"]
    kind = next((kind for name, of, kind in _KINDS if item.startswith(name) and variant.startswith(of)), None)
    if kind is None:
        return None
    life = re.match(r"\d+", row["min_life_years"])
    return Figure(
        kind=kind,
        item=item,
        ranks=_RANKS.get(variant, frozenset()),
        cap_fen=parse_yuan(row["price_cap_yuan"]) if row["price_cap_yuan"] else None,
        cap_found=status.startswith(FOUND),
        life_years=int(life[0]) if life else None,
        life_found=status in {FOUND, "memory-unverified (price)"},
        quantity=row["quantity_limit"],
        source=row["source"],
        status=status,
        variant=variant,
    )


def _quantity(row: Mapping[str, str]) -> Quantity:
    return Quantity(
        kinds=tuple(K(kind) for kind in row["kinds"].split()),
        basis=row["basis"],
        figure=int(row["figure"]),
        ranks=frozenset(Rank(rank) for rank in row["rank"].split()),
        is_found=row["status"] == FOUND,
        text=row["text"],
    )


def _rows(name: str) -> list[dict[str, str]]:
    with (_DATA / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def square_metres(area_dm2: int) -> str:
    """Write an area as ``42.6``."""
    return f"{(Decimal(area_dm2) / 100).normalize():f}"
