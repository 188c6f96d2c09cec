"""Allocation standards: price caps and least lives by class, quantities by heads, all dated and sourced.

A figure nobody verified only warns; a price or life beyond a found figure needs an approval (超标准审批).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path

from tracker.equipment.facts import ItemFacts
from tracker.equipment.kinds import KIND_NAMES, Edition, ItemKind
from tracker.kernel.errors import Refused
from tracker.kernel.money import format_yuan, parse_yuan
from tracker.kernel.text import tell

_DATA = Path(__file__).with_name("data")
FOUND = "found"
K = ItemKind


class Rank(StrEnum):
    """The ranks furniture is given by."""

    BUREAU = "bureau"
    DIVISION = "division"
    BELOW = "below"


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
class Staffing:
    """Heads of a team on a day by rank; ``unknown`` are counted with the lowest."""

    bureau: int = 0
    division: int = 0
    section: int = 0
    staff: int = 0
    unknown: int = 0

    @property
    def heads(self) -> int:
        """Count everybody."""
        return self.bureau + self.division + self.section + self.staff + self.unknown

    def of(self, ranks: frozenset[Rank]) -> int:
        """Count the heads of some ranks; of none named, everybody."""
        if not ranks:
            return self.heads
        by_rank = {
            Rank.BUREAU: self.bureau,
            Rank.DIVISION: self.division,
            Rank.BELOW: self.section + self.staff + self.unknown,
        }
        return sum(by_rank[rank] for rank in ranks)


@dataclass(frozen=True)
class Finding:
    """What a standard says against a card; one that does not block is shown and let through."""

    field: str
    sentence: str
    blocks: bool


@dataclass(frozen=True)
class Gap:
    """A class, or classes with one limit: held against allowed. ``offset`` desktops stand for laptops not taken."""

    kinds: tuple[ItemKind, ...]
    held: int
    allowed: int
    text: str
    is_found: bool
    set_title: str
    offset: int = 0

    @property
    def name(self) -> str:
        """Name the classes."""
        return "、".join(KIND_NAMES[kind] for kind in self.kinds)

    @property
    def missing(self) -> int:
        """How many more may be provided."""
        return max(0, self.allowed - self.held)

    @property
    def surplus(self) -> int:
        """How many are beyond the limit and not offset."""
        return max(0, self.held - self.allowed - self.offset)


@dataclass(frozen=True)
class ClassCode:
    """An official class: what its code means in its edition."""

    edition: Edition
    code: str
    name: str
    kind: ItemKind
    is_found: bool


def judge(card: ItemFacts, sets: Iterable[StandardSet] | None = None) -> Iterator[Finding]:
    """Name what the standards in force on the day of purchase say against a card's price and life."""
    for chosen in sets if sets is not None else adopted(card.bought_on):
        figures = [figure for figure in chosen.figures if figure.kind is card.kind]
        yield from _price_findings(card, figures, chosen)
        lives = [figure for figure in figures if figure.life_years is not None]
        for figure in lives[:1]:
            if card.life_years < (figure.life_years or 0):
                yield Finding(
                    "life_years",
                    tell(
                        "%(kind)s最低使用年限 %(life_years)s 年（%(chosen)s%(life_found)s）",
                        kind=KIND_NAMES[card.kind],
                        life_years=figure.life_years,
                        chosen=figure.life_paper or chosen.title,
                        life_found=_unverified(figure.life_found),
                    ),
                    figure.life_found,
                )


def require_within(card: ItemFacts, sets: Iterable[StandardSet] | None = None) -> None:
    """Raise Refused for a card beyond a verified figure without an approval."""
    if card.exception:
        return
    for finding in judge(card, sets):
        if finding.blocks:
            raise Refused(
                tell("%(sentence)s；请核对，或填写超标准审批文号", sentence=finding.sentence), field=finding.field
            )


def gaps(staffing: Staffing, held: Mapping[ItemKind, int], sets: Iterable[StandardSet]) -> list[Gap]:
    """Lay what a team holds against what its heads may have, limit by limit."""
    found: list[Gap] = []
    for chosen in sets:
        by_kinds: dict[tuple[ItemKind, ...], list[Quantity]] = {}
        for quantity in chosen.quantities:
            by_kinds.setdefault(quantity.kinds, []).append(quantity)
        rows = [
            Gap(
                kinds=kinds,
                held=sum(held.get(kind, 0) for kind in kinds),
                allowed=sum(quantity.allowed(staffing) for quantity in quantities),
                text="；".join(quantity.text for quantity in quantities),
                is_found=all(quantity.is_found for quantity in quantities),
                set_title=chosen.title,
            )
            for kinds, quantities in by_kinds.items()
        ]
        found += _offset(rows) if chosen.desktops_offset_laptops else rows
    return found


def adopted(day: date) -> Sequence[StandardSet]:
    """List the adopted standards in force on a day."""
    return [chosen for chosen in all_sets().values() if chosen.is_adopted and chosen.holds_on(day)]


@cache
def all_sets() -> Mapping[str, StandardSet]:
    """Read every standard, by its key."""
    figures: dict[str, list[Figure]] = {}
    for row in _rows("office_standards.csv"):
        if (figure := _figure(row)) is not None:
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


def allowed_area_dm2(staffing: Staffing) -> int:
    """Sum the office area of a team's heads by level, in 0.01 m²."""
    heads = {
        "bureau": staffing.bureau,
        "division": staffing.division,
        "section": staffing.section,
        "staff": staffing.staff + staffing.unknown,
    }
    return sum(areas()[level] * count for level, count in heads.items())


def _price_findings(card: ItemFacts, figures: Sequence[Figure], chosen: StandardSet) -> Iterator[Finding]:
    priced = [(figure.cap_fen, figure) for figure in figures if figure.cap_fen is not None]
    caps = sorted(priced, key=lambda pair: pair[0])
    if not caps:
        return
    highest, figure = caps[-1]
    a_piece = format_yuan(-(-card.price_fen // card.pieces))
    if card.price_fen > highest * card.pieces:
        if figure.is_by_capacity:
            yield Finding(
                "price_fen",
                tell(
                    "%(kind)s单价 %(a_piece)s 元，上限按容纳人数每人 %(highest)s 元，"
                    "请按人数核对（%(chosen)s%(cap_found)s）",
                    kind=KIND_NAMES[card.kind],
                    a_piece=a_piece,
                    highest=format_yuan(highest),
                    chosen=figure.cap_paper or chosen.title,
                    cap_found=_unverified(figure.cap_found),
                ),
                blocks=False,
            )
            return
        over = format_yuan(-(-(card.price_fen - highest * card.pieces) // card.pieces))
        yield Finding(
            "price_fen",
            tell(
                "%(kind)s单价 %(a_piece)s 元，超出价格上限 %(highest)s 元 %(over)s 元（%(chosen)s%(cap_found)s）",
                kind=KIND_NAMES[card.kind],
                a_piece=a_piece,
                highest=format_yuan(highest),
                over=over,
                chosen=figure.cap_paper or chosen.title,
                cap_found=_unverified(figure.cap_found),
            ),
            figure.cap_found,
        )
    elif card.price_fen > caps[0][0] * card.pieces:
        yield Finding(
            "price_fen",
            tell(
                "%(kind)s单价 %(a_piece)s 元，超出较低职级的上限 %(caps)s 元，"
                "请确认使用人职级（%(chosen)s%(cap_found)s）",
                kind=KIND_NAMES[card.kind],
                a_piece=a_piece,
                caps=format_yuan(caps[0][0]),
                chosen=caps[0][1].cap_paper or chosen.title,
                cap_found=_unverified(caps[0][1].cap_found),
            ),
            blocks=False,
        )


def _unverified(is_found: bool) -> str:  # noqa: FBT001  a word for a mark
    return "" if is_found else "，未核实，只作提醒"


def _offset(rows: Sequence[Gap]) -> list[Gap]:
    """Let desktops beyond the limit stand for laptops the team did not take, and count those laptops as taken."""
    desktop = next((row for row in rows if row.kinds == (K.DESKTOP,)), None)
    laptop = next((row for row in rows if row.kinds == (K.LAPTOP,)), None)
    if desktop is None or laptop is None:
        return list(rows)
    offset = min(desktop.surplus, laptop.missing)
    changed = {
        desktop.kinds: Gap(**{**vars(desktop), "offset": offset}),
        laptop.kinds: Gap(**{**vars(laptop), "allowed": laptop.allowed - offset}),
    }
    return [changed.get(row.kinds, row) for row in rows]


def _figure(row: Mapping[str, str]) -> Figure | None:
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
