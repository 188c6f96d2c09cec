"""A standard as a table: XLSX or CSV in, in the columns of the product's own data or their Chinese titles; XLSX out."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, field

from tracker.equipment.kinds import EDITION_NAMES, KIND_NAMES
from tracker.equipment.standards import StandardSet, areas, class_codes
from tracker.equipment.standards.books import LEVELS, NEEDED, TITLES, Sort, check_row, is_judged, key_of
from tracker.evidence.archive import Unreadable
from tracker.kernel.money import format_yuan
from tracker.kernel.text import one_line, tell
from tracker.logistics.sheets import BadCell, Column, SheetRow, rows_of, written

MOST_ROWS = 2000
_MOST_CSV = 1024 * 1024


@dataclass
class Table:
    """What a table holds: its rows in the words of the data files, or every cell that is wrong."""

    rows: list[dict[str, str]] = field(default_factory=list)
    bad: list[BadCell] = field(default_factory=list)
    unjudged: int = 0
    """Rows of figures about things no card has a class for: kept to be read, judged by nobody."""


def read(data: bytes, name: str, sort: Sort) -> Table:
    """Read a table. Raises Unreadable, in words, for what is none, is too large, or lacks columns."""
    table = Table()
    seen: dict[str, int] = {}
    titles = {title: column for column, title in TITLES[sort].items()}
    standards: set[str] = set()
    for row in _rows(data, name, sort):
        cells = {titles.get(title, title): text for title, text in row.cells.items()}
        read_row, wrong = check_row(sort, cells)
        standards.add(read_row.get("standard", ""))
        if sort is Sort.FIGURES and len(standards - {""}) > 1:
            wrong.append(("standard", "一张表只能是一套标准，请把别的标准分开导入"))
        if not wrong:
            key = key_of(sort, read_row)
            if key in seen:
                wrong.append((NEEDED[sort][0], tell("与第 %(row)s 行是同一项", row=seen[key])))
            seen.setdefault(key, row.number)
        if wrong:
            table.bad += [BadCell(row.number, TITLES[sort].get(column, column), reason) for column, reason in wrong]
            continue
        table.rows.append(read_row)
        table.unjudged += sort is Sort.FIGURES and not is_judged(read_row)
    return table


def template(sort: Sort, chosen: StandardSet | None = None) -> bytes:
    """Write the table to fill in, with the figures of a standard, or the areas and codes the data brought."""
    columns = [Column(title, 18) for title in TITLES[sort].values()]
    return written("标准", columns, _given(sort, chosen))


def _given(sort: Sort, chosen: StandardSet | None) -> Sequence[Sequence[object]]:
    if sort is Sort.AREAS:
        words = {level: word for word, level in LEVELS.items()}
        return [(words[level], f"{dm2 / 100:g}", "", "") for level, dm2 in areas().items()]
    if sort is Sort.CODES:
        return [(EDITION_NAMES[row.edition], row.code, row.name, KIND_NAMES[row.kind], "") for row in class_codes()]
    return [
        (
            figure.item,
            figure.variant,
            figure.quantity,
            format_yuan(figure.cap_fen) if figure.cap_fen is not None else "",
            figure.life_years or "",
            chosen.title if chosen else "",
            figure.source,
            figure.status,
        )
        for figure in (chosen.figures if chosen else ())
    ]


def _rows(data: bytes, name: str, sort: Sort) -> list[SheetRow]:
    if name.lower().endswith(".csv"):
        return _csv_rows(data, sort)
    try:
        return rows_of(data, [TITLES[sort][column] for column in NEEDED[sort]], most=MOST_ROWS)
    except Unreadable as refusal:
        if "没有找到这些列名" not in refusal.sentence:
            raise
        try:
            return rows_of(data, NEEDED[sort], most=MOST_ROWS)
        except Unreadable:
            raise refusal from None


def _csv_rows(data: bytes, sort: Sort) -> list[SheetRow]:
    if len(data) > _MOST_CSV:
        raise Unreadable("CSV 超过 1 MB，请分开导入", field="sheet")
    try:
        lines = list(csv.DictReader(io.StringIO(_decoded(data), newline="")))
    except csv.Error as error:
        raise Unreadable("CSV 读不出来，请用 Excel 另存为 XLSX 后再传", field="sheet") from error
    if len(lines) > MOST_ROWS:
        raise Unreadable(tell("一次最多导入 %(most)s 行，请分成几份再导入", most=MOST_ROWS), field="sheet")
    titles = set(lines[0]) if lines else set()
    wanted = [{column, TITLES[sort][column]} for column in NEEDED[sort]]
    if not all(titles & either for either in wanted):
        needed = "、".join(TITLES[sort][column] for column in NEEDED[sort])
        raise Unreadable(tell("第一行里没有找到这些列名：%(needed)s；请用下载的模板填写", needed=needed), field="sheet")
    return [
        SheetRow(number, {key: one_line(text or "") for key, text in line.items() if key and isinstance(text, str)})
        for number, line in enumerate(lines, 2)
        if any(line.values())
    ]


def _decoded(data: bytes) -> str:
    """Decode what Excel writes here: UTF-8 with or without a mark, else GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("CSV 的编码认不出来，请用 Excel 另存为 XLSX 后再传", field="sheet")
