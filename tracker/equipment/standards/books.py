"""Whole standards the office takes over from a document: a table of the columns the product's own data has.

Three sorts: figures by class (``office_standards.csv``), office areas by level (``office_areas.csv``), official class
codes (``class_codes.csv``). Each row is read, or every cell that is wrong is named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from tracker.equipment.kinds import EDITION_NAMES, KIND_NAMES, Edition, ItemKind
from tracker.equipment.standards.figures import ClassCode, Figure, Quantity, StandardSet, read_figure
from tracker.kernel.errors import Refused
from tracker.kernel.money import parse_yuan
from tracker.kernel.text import tell

_PERCENT = re.compile(r"≤\s*(\d{1,3})%")
_EACH = re.compile(r"(\d{1,2})\s*/\s*人")
_HEADS = re.compile(r"每\s*(\d{1,3})\s*人\s*1")
_AREA = re.compile(r"[0-9]{1,4}(\.[0-9]{1,2})?")
_LIFE = re.compile(r"(\d{1,2})(\D|$)")
_LONGEST = 50
_LARGEST_AREA = 1000
LEVELS: dict[str, str] = {"厅级": "bureau", "处级": "division", "科级": "section", "科级以下": "staff"}

Row = Mapping[str, str]
Wrong = list[tuple[str, str]]
"""Column and reason."""


class Sort(StrEnum):
    """What a table says."""

    FIGURES = "figures"
    AREAS = "areas"
    CODES = "codes"


SORT_NAMES: dict[Sort, str] = {
    Sort.FIGURES: "价格、年限和数量",
    Sort.AREAS: "办公室面积",
    Sort.CODES: "资产分类代码",
}

TITLES: dict[Sort, dict[str, str]] = {
    Sort.FIGURES: {
        "item": "品名",
        "rank_or_variant": "职级或规格",
        "quantity_limit": "数量限额",
        "price_cap_yuan": "价格上限（元）",
        "min_life_years": "最低使用年限",
        "standard": "标准名称",
        "source": "出处",
        "status": "核实情况",
    },
    Sort.AREAS: {"level": "职级", "area_m2": "每人面积（㎡）", "standard": "标准名称", "status": "核实情况"},
    Sort.CODES: {
        "edition": "目录版本",
        "code": "分类代码",
        "name": "分类名称",
        "kind": "类别",
        "status": "核实情况",
    },
}
"""The columns of each sort as the data files name them, and as a sheet for people does."""

NEEDED: dict[Sort, tuple[str, ...]] = {
    Sort.FIGURES: ("item", "price_cap_yuan", "min_life_years"),
    Sort.AREAS: ("level", "area_m2"),
    Sort.CODES: ("edition", "code", "name", "kind"),
}


@dataclass(frozen=True)
class Book:
    """A table as the office took it over: its document, the day it holds from, its rows."""

    key: str
    sort: Sort
    title: str
    number: str
    clause: str
    source: str
    since: date
    is_verified: bool
    rows: Sequence[Row]


def as_set(book: Book) -> StandardSet:
    """Make a standard of a table of figures; none of them is verified until somebody records a check."""
    figures = [figure for row in book.rows if (figure := _figure(row)) is not None]
    return StandardSet(
        key=book.key,
        title=book.title,
        number=book.number,
        since=book.since,
        until=None,
        is_adopted=False,
        desktops_offset_laptops=any("核减便携" in row.get("quantity_limit", "") for row in book.rows),
        figures=tuple(figures),
        quantities=tuple(quantity for figure in figures if (quantity := _quantity(figure)) is not None),
    )


def as_areas(book: Book) -> dict[str, int]:
    """Return the areas of a table by level, in 0.01 m²."""
    return {row["level"]: int(Decimal(row["area_m2"]) * 100) for row in book.rows}


def as_codes(book: Book) -> list[ClassCode]:
    """Return the classes of a table."""
    return [
        ClassCode(Edition(row["edition"]), row["code"], row["name"], ItemKind(row["kind"]), book.is_verified)
        for row in book.rows
    ]


def check_row(sort: Sort, row: Row) -> tuple[dict[str, str], Wrong]:
    """Return a row in the words of the data files, and what is wrong with it, by the data file's column."""
    wrong: Wrong = [(name, "没有填写") for name in _MUST[sort] if not row.get(name)]
    read = {name: row.get(name, "") for name in TITLES[sort]}
    return (read, wrong) if wrong else (read, _CHECKS[sort](read))


def key_of(sort: Sort, row: Row) -> str:
    """Say what a row is about; no two rows of a table may be about the same."""
    if sort is Sort.AREAS:
        return row["level"]
    if sort is Sort.CODES:
        return f"{row['edition']} {row['code']}"
    figure = _figure(row)
    return f"{row['item']} {row['rank_or_variant']}" if figure is None else f"{figure.kind} {sorted(figure.ranks)}"


def lacking(sort: Sort, rows: Sequence[Row]) -> list[str]:
    """Name the levels a table of areas says nothing of: whoever is of one would be allowed no room at all."""
    told = {row["level"] for row in rows} if sort is Sort.AREAS else set(LEVELS.values())
    return [word for word, level in LEVELS.items() if level not in told]


def is_judged(row: Row) -> bool:
    """Tell whether a row of figures is about a class cards can be of; the others are kept to be read."""
    return _figure(row) is not None


_MUST: dict[Sort, tuple[str, ...]] = {
    Sort.FIGURES: ("item",),
    Sort.AREAS: ("level", "area_m2"),
    Sort.CODES: ("edition", "code", "name", "kind"),
}


def _check_figure(read: dict[str, str]) -> Wrong:
    wrong: Wrong = []
    if read["price_cap_yuan"] and not _is_price(read["price_cap_yuan"]):
        wrong.append(("price_cap_yuan", "价格上限写成大于 0 的金额，最多两位小数，例如 7,000"))
    if read["min_life_years"]:
        life = _LIFE.match(read["min_life_years"])
        if life is None or not 0 < int(life[1]) <= _LONGEST:
            wrong.append(("min_life_years", tell("最低使用年限以 1 到 %(most)s 的整数开头", most=_LONGEST)))
    if not any(read[name] for name in ("price_cap_yuan", "min_life_years", "quantity_limit")):
        wrong.append(("price_cap_yuan", "价格上限、最低使用年限、数量限额至少填一项"))
    return wrong


def _is_price(typed: str) -> bool:
    try:
        return parse_yuan(typed) > 0
    except Refused:
        return False


def _check_area(read: dict[str, str]) -> Wrong:
    wrong: Wrong = []
    read["level"] = LEVELS.get(read["level"], read["level"])
    if read["level"] not in LEVELS.values():
        wrong.append(("level", tell("职级只能填%(levels)s", levels="、".join(LEVELS))))
    if not _AREA.fullmatch(read["area_m2"]) or not 0 < Decimal(read["area_m2"]) <= _LARGEST_AREA:
        wrong.append(("area_m2", tell("面积填 0 到 %(most)s 的数，最多两位小数", most=_LARGEST_AREA)))
    return wrong


def _check_code(read: dict[str, str]) -> Wrong:
    wrong: Wrong = []
    for name, names in (("edition", EDITION_NAMES), ("kind", KIND_NAMES)):
        by_word = {word: key.value for key, word in names.items()}
        read[name] = by_word.get(read[name], read[name])
        if read[name] not in by_word.values():
            wrong.append((name, tell("只能填%(names)s", names="、".join(by_word))))
    if len(read["code"]) > 20 or not read["code"].isascii() or not read["code"].isalnum():  # noqa: PLR2004  a column
        wrong.append(("code", "分类代码是字母和数字，最多 20 位"))
    return wrong


_CHECKS: dict[Sort, Callable[[dict[str, str]], Wrong]] = {
    Sort.FIGURES: _check_figure,
    Sort.AREAS: _check_area,
    Sort.CODES: _check_code,
}


def _figure(row: Row) -> Figure | None:
    return read_figure({**row, "status": ""})


def _quantity(figure: Figure) -> Quantity | None:
    """Read the quantity of a row where it says a share of the heads; any other wording is shown and not counted.

    A second figure, as in 每 10 人 12 台 or 1/人或 2/人, makes it another quantity.
    """
    said = figure.quantity
    for pattern, basis, times in ((_PERCENT, "percent", 1), (_EACH, "percent", 100), (_HEADS, "heads", 1)):
        found = pattern.match(said)
        if found and int(found[1]) > 0 and not any(char.isdigit() for char in said[found.end() :]):
            return Quantity((figure.kind,), basis, int(found[1]) * times, figure.ranks, is_found=False, text=said)
    return None
