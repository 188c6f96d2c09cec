"""Sheets people send in, read row by row within bounds, and sheets handed out; nothing in either runs."""

from __future__ import annotations

import unicodedata
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from io import BytesIO
from typing import Any, Generic, TypeVar
from zipfile import BadZipFile

import xlsxwriter

from tracker.evidence.archive import Archive, Limits, Unreadable
from tracker.kernel.errors import Refused
from tracker.kernel.text import one_line, tell

MOST_BYTES = 5 * 1024 * 1024
_UNPACKED = Limits(parts=200, part_bytes=120 * 1024 * 1024, total_bytes=160 * 1024 * 1024)
_MOST_COLUMNS = 60
_MOST_TEXT = 2000
_HEAD_WITHIN = 5
"""The titles stand in one of the first rows."""

T = TypeVar("T")


@dataclass(frozen=True)
class BadCell:
    """What is wrong in a sheet: its row as the sheet numbers it, the column's title, and the reason."""

    row: int
    column: str
    reason: str


@dataclass(frozen=True)
class Line(Generic[T]):
    """A row that can be read, by its number in the sheet."""

    row: int
    value: T


@dataclass(frozen=True)
class SheetRow:
    """One row's texts by the titles of their columns; days are written ``2026-03-05``."""

    number: int
    cells: dict[str, str]
    formulas: frozenset[str] = frozenset()
    """The titles of cells that hold a formula whose result the sheet does not carry."""

    def faults(self, needed: Iterable[str]) -> list[tuple[str, str]]:
        """Name the needed cells that are empty, and every cell that is a formula without a result."""
        empty = [title for title in needed if not self[title] and title not in self.formulas]
        return [(title, "没有填写") for title in empty] + [
            (title, "这一格是公式，读不出结果；请把结果粘贴为数值") for title in sorted(self.formulas)
        ]

    def __getitem__(self, title: str) -> str:
        """Return the text under a title; '' when the cell or the column is missing."""
        return self.cells.get(title, "")


def unheard(_done: int, _total: int) -> None:
    """Report to nobody."""


def rows_of(
    data: bytes, needed: Sequence[str], *, most: int, progress: Callable[[int, int], object] = unheard
) -> list[SheetRow]:
    """Read the first sheet's rows under its titles, leaving out empty rows.

    ``needed`` are the titles that must be there, in any order; ``most`` is the largest number of rows taken;
    ``progress`` hears how many rows of about how many were read. Raises Unreadable, in words, for what is no XLSX, is
    too large, or lacks titles.
    """
    import openpyxl  # noqa: PLC0415  takes a tenth of a second to load, for imports alone
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    if len(data) > MOST_BYTES:
        raise Unreadable("表格超过 5 MB，请分成几份再导入", field="sheet")
    try:
        archive = Archive(data, _UNPACKED)
    except Unreadable as refusal:
        raise Unreadable("这不是 XLSX 表格，请用下载的模板填写后再传", field="sheet") from refusal
    if not archive.has("xl/workbook.xml"):
        raise Unreadable("这不是 XLSX 表格，请用下载的模板填写后再传", field="sheet")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and validations it leaves out
            book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True, keep_links=False)
            rows = list(_read(book.worksheets[0], needed, most, progress))
            if any("" in row.cells.values() for row in rows) and _has_formulas(archive):
                written_out = openpyxl.load_workbook(BytesIO(data), read_only=True, keep_links=False)
                rows = _with_formulas(rows, written_out.worksheets[0])
            return rows
    except Refused:
        raise
    except (InvalidFileException, BadZipFile, KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise Unreadable("表格已损坏，读不出来；请另存为 XLSX 后再传", field="sheet") from error


def _read(sheet: Any, needed: Sequence[str], most: int, progress: Callable[[int, int], object]) -> Iterator[SheetRow]:
    titles: list[str] = []
    taken = 0
    about = min(sheet.max_row or most, most)
    for number, values in enumerate(sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS), start=1):
        texts = [text_of(value) for value in values]
        if not titles:
            if set(needed) <= set(texts):
                titles = texts
            elif number >= _HEAD_WITHIN:
                break
            continue
        if not any(texts):
            continue
        taken += 1
        progress(min(taken, about), about)
        if taken > most:
            raise Unreadable(tell("一次最多导入 %(most)s 行，请分成几份再导入", most=most), field="sheet")
        yield SheetRow(number, {title: text for title, text in zip(titles, texts, strict=False) if title})
    if not titles:
        raise Unreadable(
            tell(
                "前 %(most)s 行里没有找到这些列名：%(needed)s；请用下载的模板填写",
                most=_HEAD_WITHIN,
                needed="、".join(needed),
            ),
            field="sheet",
        )


def _has_formulas(archive: Archive) -> bool:
    parts = (name for name in archive.names() if name.startswith("xl/worksheets/"))
    return any(b"<f>" in part or b"<f " in part for part in map(archive.read, parts))


def _with_formulas(rows: Sequence[SheetRow], sheet: Any) -> list[SheetRow]:
    """Name the empty cells that hold a formula: whoever wrote the sheet left out what it comes to."""
    at: dict[int, dict[int, bool]] = {}
    titles: list[str] = []
    wanted = {row.number: row for row in rows}
    for number, cells in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), start=1):
        if number in wanted:
            at[number] = {place: cell.data_type == "f" for place, cell in enumerate(cells)}
        elif not titles and rows and set(rows[0].cells) <= {text_of(cell.value) for cell in cells}:
            titles = [text_of(cell.value) for cell in cells]
    return [
        replace(
            row,
            formulas=frozenset(
                titles[place]
                for place, is_one in at[row.number].items()
                if is_one and place < len(titles) and titles[place] and not row[titles[place]]
            ),
        )
        for row in rows
    ]


def text_of(value: object) -> str:
    """Write a cell as text: a day as ``2026-03-05``, a whole number without decimals, text on one line."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return one_line(unicodedata.normalize("NFC", str(value)))[:_MOST_TEXT]


def read_each(rows: Iterable[SheetRow], read: Callable[[SheetRow], T], bad: list[BadCell]) -> Iterator[Line[T]]:
    """Read every row; those that cannot be read are named in ``bad`` (a BadRow may name several cells)."""
    for row in rows:
        try:
            yield Line(row.number, read(row))
        except BadRow as refusal:
            bad.extend(BadCell(row.number, column, reason) for column, reason in refusal.cells)


class BadRow(Refused):
    """A row that cannot be taken: each cell's column and what is wrong with it."""

    def __init__(self, cells: Sequence[tuple[str, str]]) -> None:
        """Name the cells."""
        super().__init__("；".join(f"{column}：{reason}" for column, reason in cells))
        self.cells = list(cells)


@dataclass(frozen=True)
class Column:
    """A column of a sheet handed out: its title, its width in characters, and what it is for."""

    title: str
    width: int = 14
    hint: str = ""


def written(
    name: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[object]],
    *,
    choices: dict[str, Sequence[str]] | None = None,
) -> bytes:
    """Write a sheet: bold titles that stay in view, a filter over them, days as days, text as text.

    ``choices`` offers a list under a title. Nothing in the sheet is a formula or a link.
    """
    kept = BytesIO()
    still = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(kept, {"constant_memory": True, "default_date_format": "yyyy-mm-dd", **still})
    sheet = book.add_worksheet(name)
    head = book.add_format({"bold": True, "bg_color": "#EEF2F7", "border": 1, "border_color": "#C9D2DD"})
    text = book.add_format({"num_format": "@"})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width, text)
        sheet.write_string(0, place, column.title, head)
        if choices and column.title in choices:
            offered = {"validate": "list", "source": list(choices[column.title])}
            sheet.data_validation(1, place, 5000, place, offered)
        if column.hint:
            sheet.write_comment(0, place, column.hint)
    sheet.freeze_panes(1, 0)
    last = 0
    for last, row in enumerate(rows, start=1):
        for place, value in enumerate(row):
            if isinstance(value, date):
                sheet.write_datetime(last, place, datetime(value.year, value.month, value.day))  # noqa: DTZ001  a day
            elif isinstance(value, (int, float)) and not isinstance(value, bool):
                sheet.write_number(last, place, value)
            else:
                sheet.write_string(last, place, str(value or ""))
    if columns and last:
        sheet.autofilter(0, 0, last, len(columns) - 1)
    book.close()
    return kept.getvalue()
