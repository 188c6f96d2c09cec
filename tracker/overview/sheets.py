"""The budget board as a sheet: the tree's columns with real numbers, then the months. Nothing in it runs."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from io import BytesIO
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from tracker.kernel.clock import OFFICE
from tracker.overview.board import Board, Row

TREE_SHEET = "预算执行"
MONTH_SHEET = "逐月支出"
COLUMNS = ("组团 / 科目", "牵头单位", "年度预算（元）", "已支出", "在途", "可用", "执行率")
"""The tree's columns; behind them stand the last eight weeks, one column each."""

TEXT_COLUMNS = 2

TREE_HEAD = 3
"""The row of the column titles, counted from 0: above it stand the fund, the time and what is meant."""

_INERT = ("=", "+", "-", "@", "\t", "\r")
_MONEY, _RATE, _DAY = "#,##0.00", "0.0%", "yyyy-mm-dd"
_RATE_STEP = Decimal("0.000001")


def board_sheet(board: Board) -> bytes:
    """Write the board as XLSX, row by row."""
    kept = BytesIO()
    book = xlsxwriter.Workbook(
        kept,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "default_date_format": _DAY,
        },
    )
    book.set_properties({"title": f"{board.fund.year} 年度{board.fund.name}预算执行"})
    pen = _Pen(book)
    _tree(pen, book.add_worksheet(TREE_SHEET), board)
    _months(pen, book.add_worksheet(MONTH_SHEET), board)
    book.close()
    return kept.getvalue()


class _Pen:
    """The formats of the book, each made once."""

    def __init__(self, book: Any) -> None:
        line = {"border": 1, "border_color": "#C9D2DD", "valign": "vcenter"}
        bold, indent = {**line, "bold": True}, {**line, "indent": 2, "font_color": "#37475A"}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.quiet = book.add_format({"font_color": "#586779"})
        self.head = book.add_format({**bold, "bg_color": "#EEF2F7", "text_wrap": True})
        self.head_number = book.add_format({**bold, "bg_color": "#EEF2F7", "text_wrap": True, "align": "right"})
        self.texts = [book.add_format(facts) for facts in (line, indent, bold)]
        self.inert = [book.add_format({**facts, "quote_prefix": True}) for facts in (line, indent, bold)]
        self.money = [book.add_format({**facts, "num_format": _MONEY}) for facts in (line, line, bold)]
        self.rate = [book.add_format({**facts, "num_format": _RATE}) for facts in (line, line, bold)]

    def text(self, sheet: Worksheet, at: tuple[int, int], words: str, look: int) -> None:
        """Write words as words, whatever they begin with."""
        formats = self.inert if words.startswith(_INERT) else self.texts
        sheet.write_string(*at, words, formats[look])

    def fen(self, sheet: Worksheet, at: tuple[int, int], fen: int | None, look: int) -> None:
        """Write an amount as a number of yuan; a missing one leaves the cell empty."""
        if fen is None:
            sheet.write_blank(*at, None, self.texts[look])
        else:
            sheet.write_number(*at, Decimal(fen) / 100, self.money[look])

    def part(self, sheet: Worksheet, at: tuple[int, int], part: Fraction | None, look: int) -> None:
        """Write a rate as a number; a missing one leaves the cell empty."""
        if part is None:
            sheet.write_blank(*at, None, self.texts[look])
        else:
            rate = (Decimal(part.numerator) / part.denominator).quantize(_RATE_STEP)
            sheet.write_number(*at, rate, self.rate[look])


_PLAIN, _INDENTED, _TOTAL = 0, 1, 2


def _tree(pen: _Pen, sheet: Worksheet, board: Board) -> None:
    sheet.set_column(0, 0, 28)
    sheet.set_column(1, 1, 16)
    sheet.set_column(2, 5, 16)
    sheet.set_column(6, 6, 10)
    sheet.set_column(len(COLUMNS), len(COLUMNS) + len(board.week_starts) - 1, 13)
    sheet.freeze_panes(TREE_HEAD + 1, 1)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(TREE_HEAD)
    elapsed = board.pace.elapsed
    sheet.write_string(0, 0, f"{board.fund.year} 年度 {board.fund.name} 预算执行", pen.title)
    sheet.write_string(1, 0, f"数据截至 {board.at.astimezone(OFFICE):%Y-%m-%d %H:%M}，金额单位：元", pen.quiet)
    sheet.write_string(2, 0, f"时序进度 {Decimal(elapsed.numerator) / elapsed.denominator:.1%}", pen.quiet)
    for column, name in enumerate(COLUMNS):
        sheet.write_string(TREE_HEAD, column, name, pen.head if column < TEXT_COLUMNS else pen.head_number)
    for place, start in enumerate(board.week_starts, start=len(COLUMNS)):
        sheet.write_string(TREE_HEAD, place, f"{start:%m-%d} 起一周支出", pen.head_number)
    at = TREE_HEAD
    for row in board.rows:
        at = _write_rows(pen, sheet, at, row, _PLAIN)
    _write_rows(pen, sheet, at, board.total, _TOTAL)


def _write_rows(pen: _Pen, sheet: Worksheet, at: int, row: Row, look: int) -> int:
    """Write a row and its categories below ``at``; return the last row written."""
    at += 1
    _write_row(pen, sheet, at, row, look)
    for part in row.parts:
        at += 1
        sheet.set_row(at, None, None, {"level": 1})
        _write_row(pen, sheet, at, part, _INDENTED)
    return at


def _write_row(pen: _Pen, sheet: Worksheet, at: int, row: Row, look: int) -> None:
    figures = row.figures
    pen.text(sheet, (at, 0), row.name, look)
    pen.text(sheet, (at, 1), row.lead, look)
    amounts = (figures.budget_fen, figures.spent_fen, figures.held_fen, figures.available_fen)
    for column, fen in enumerate(amounts, start=2):
        pen.fen(sheet, (at, column), fen, look)
    pen.part(sheet, (at, 6), row.rate, look)
    for column, fen in enumerate(row.weeks_fen, start=len(COLUMNS)):
        pen.fen(sheet, (at, column), fen, look)


def _months(pen: _Pen, sheet: Worksheet, board: Board) -> None:
    sheet.set_column(0, 0, 12)
    sheet.set_column(1, 3, 18)
    heads: Sequence[str] = ("月份", "支出（元）", "累计支出", "均衡进度")
    for column, name in enumerate(heads):
        sheet.write_string(0, column, name, pen.head if column == 0 else pen.head_number)
    running = 0
    for number, fen in enumerate(board.months_fen, start=1):
        running += fen
        pen.text(sheet, (number, 0), f"{board.fund.year}-{number:02d}", _PLAIN)
        for column, amount in enumerate((fen, running, board.even_pace_fen(number)), start=1):
            pen.fen(sheet, (number, column), amount, _PLAIN)
