"""The rows of a voucher's tables, their texts broken into lines, so that each row knows its own height."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from itertools import zip_longest
from typing import Final

from tracker.kernel.clock import OFFICE
from tracker.kernel.money import format_yuan
from tracker.vouchers import fonts
from tracker.vouchers.content import LineContent, Payee, Signature, VoucherContent
from tracker.vouchers.wrapping import wrap

POINTS: Final = 8.5
SMALL_POINTS: Final = 7.0
SIDES: Final = 2.2
"""Padding left and right of a cell, and its rule, in millimetres like every length here."""
EMPTY: Final = "—"

_LINE: Final = 3.9
_SMALL_LINE: Final = 3.2
_LEAST: Final = 4.1
_EDGE: Final = 1.26
"""Padding above and below a cell, and its rule."""
ROW: Final = _LEAST + _EDGE
"""The height of a row of one line."""
_MOST_LINES: Final = 8
"""A row with more lines of text is cut into several, so that every row fits on a page beside the signatures."""

COLUMNS: Final[dict[str, tuple[float, ...]]] = {
    "facts": (18, 44, 18, 44, 18, 44),
    "plain": (8, 12, 24, 12, 62, 37, 9, 22),
    "cut": (7, 11.5, 21, 11, 42, 32.5, 8, 18.5, 16, 18.5),
    "payees": (34, 62, 40, 22, 28),
    "signed": (34, 152),
}
LINE_TABLES: Final = ("plain", "cut")
_LABELS: Final = {
    "plain": ("序号", "日期", "费用类别", "科目", "摘要", "票据号码", "张数", "金额"),
    "cut": ("序号", "日期", "费用类别", "科目", "摘要", "票据号码", "张数", "申报", "核减", "核定"),
    "payees": ("收款人", "开户行", "账号", "支付方式", "金额"),
}
_NUMBER_POINTS: Final = {"plain": 8.5, "cut": 7.5}
_MONEY_SIZES: Final = (8.8, 7.5, 6.0, 5.0)

_SIGN_COLUMNS: Final = 6
_SIGN_ROOM: Final = 31.0 - SIDES
_SIGN_LEAST: Final = 15.0
_NAME_SIZES: Final = ((11.0, 4.7), (8.5, 3.9), (6.5, 2.9))
"""Sizes a signing name may have, in points, each with its line in millimetres."""


@dataclass(frozen=True)
class TextLine:
    """One line of text, already broken."""

    text: str
    is_small: bool = False


@dataclass(frozen=True)
class Cell:
    """One cell; ``style`` names how it is set, ``span`` how many columns it takes."""

    lines: tuple[TextLine, ...]
    style: str = ""
    span: int = 1
    is_label: bool = False

    @property
    def height(self) -> float:
        """Return the height of its text."""
        return max(_LEAST, sum(_SMALL_LINE if line.is_small else _LINE for line in self.lines))


@dataclass(frozen=True)
class Amounts:
    """What rows add to a subtotal, in fen, and how many lines of the claim they begin."""

    claimed_fen: int = 0
    deducted_fen: int = 0
    approved_fen: int = 0
    lines: int = 0

    def __add__(self, other: Amounts) -> Amounts:
        """Add two subtotals."""
        return Amounts(
            self.claimed_fen + other.claimed_fen,
            self.deducted_fen + other.deducted_fen,
            self.approved_fen + other.approved_fen,
            self.lines + other.lines,
        )


@dataclass(frozen=True)
class Row:
    """One row of a table."""

    table: str
    cells: tuple[Cell, ...]
    amounts: Amounts = Amounts()
    kind: str = ""

    @cached_property
    def height(self) -> float:
        """Return the height with padding and rule."""
        return max(cell.height for cell in self.cells) + _EDGE

    @property
    def style(self) -> str:
        """Name how the row is set: a tall one centres its cells."""
        return " ".join(filter(None, (self.kind, "tall" if self.height > ROW else "")))


@dataclass(frozen=True)
class SignBox:
    """One box to sign: the seat, the name and how large it is set, the moment or the blanks for a day."""

    seat: tuple[str, ...]
    name: tuple[str, ...]
    style: str
    at: str
    height: float


def line_table(content: VoucherContent) -> str:
    """Name the table of a claim's lines: with three amounts if anything was deducted, else with one."""
    return "cut" if content.deducted_fen else "plain"


def heading_row(table: str) -> Row:
    """Return the labels of a table."""
    return Row(table=table, cells=tuple(_label(name) for name in _LABELS[table]))


def fact_rows(content: VoucherContent, spilled: Sequence[tuple[str, str]] = ()) -> list[Row]:
    """Lay out who, where, when and what for: short facts three to a row, long ones over the whole width."""
    short: list[tuple[Cell, tuple[TextLine, ...]]] = []
    wide: list[Row] = []
    for label, text in [*spilled, *_facts(content)]:
        lines = _text(text, 44)
        if len(lines) <= 2 and (label, text) not in spilled:  # noqa: PLR2004  more lines read better wide
            short.append((_label(label, 18), lines))
        else:
            wide.extend(_wide_fact(label, text))
    rows = []
    for start in range(0, len(short), 3):
        group = short[start : start + 3]
        cells = [cell for label, lines in group for cell in (label, Cell(lines=lines))]
        cells[-1] = Cell(lines=group[-1][1], span=7 - 2 * len(group))
        rows.append(Row(table="facts", cells=tuple(cells)))
    purpose = _wide_fact("报销事由", content.purpose)
    return [*rows, *purpose, *wide]


def line_rows(content: VoucherContent) -> list[Row]:
    """Lay out the lines; one too high is continued in further rows, its amounts standing in the first alone."""
    table = line_table(content)
    return [row for line in content.lines for row in _line(line, content, table)]


def subtotal_row(label: str, amounts: Amounts, table: str) -> Row:
    """Return a row of subtotals for a table of lines."""
    money = (
        (amounts.approved_fen,)
        if table == "plain"
        else (amounts.claimed_fen, amounts.deducted_fen, amounts.approved_fen)
    )
    columns = COLUMNS[table]
    cells = [_money(fen, width) for fen, width in zip(money, columns[-len(money) :], strict=True)]
    return Row(
        table=table,
        kind="subtotal",
        cells=(Cell(lines=(TextLine(label),), style="subtotal-label", span=len(columns) - len(money)), *cells),
    )


def payee_rows(payees: Sequence[Payee]) -> list[Row]:
    """Lay out who is paid, under their labels; no rows when nobody is named yet."""
    columns = COLUMNS["payees"]
    rows = []
    for payee in payees:
        texts = (payee.name, payee.bank, payee.account, payee.method)
        cells = [
            Cell(lines=_text(text or EMPTY, width, small=True)) for text, width in zip(texts, columns, strict=False)
        ]
        rows.append(Row(table="payees", cells=(*cells, _money(payee.amount_fen, columns[-1]))))
    return [heading_row("payees"), *rows] if rows else []


def sign_rows(signatures: Sequence[Signature]) -> list[tuple[SignBox, ...]]:
    """Lay out the boxes to sign, six to a row."""
    boxes = [_sign_box(one) for one in signatures]
    return [tuple(boxes[start : start + _SIGN_COLUMNS]) for start in range(0, len(boxes), _SIGN_COLUMNS)]


def _facts(content: VoucherContent) -> Iterator[tuple[str, str]]:
    yield "招商组团", content.team
    yield "牵头单位", content.lead_unit
    yield "报销人", content.beneficiary
    yield "原单位", content.home_unit
    if content.period_from or content.period_to:
        days = dict.fromkeys(day.isoformat() for day in (content.period_from, content.period_to) if day)
        yield "起讫日期", " 至 ".join(days)
    if content.places:
        yield "出差地点" if content.kind == "travel" else "地点", content.places
    if content.filer != content.beneficiary:
        yield "填报人", content.filer
    for label, text in content.details:
        yield label, "；".join(filter(None, (one.strip() for one in text.splitlines())))


def _wide_fact(label: str, text: str) -> Iterator[Row]:
    lines = _text(text, 168)
    for start in range(0, len(lines), _MOST_LINES):
        named = _label(f"{label}（续）" if start else label, 18)
        yield Row(table="facts", cells=(named, Cell(lines=lines[start : start + _MOST_LINES], span=5)))


def _line(line: LineContent, content: VoucherContent, table: str) -> Iterator[Row]:
    widths = COLUMNS[table]
    reason = _text(f"核减原因：{line.deduction_reason}", widths[4], small=True) if line.deduction_reason else ()
    numbers = tuple(
        TextLine(one)
        for number in line.bill_numbers
        for one in wrap(number, room_mm=widths[5] - SIDES, points=_NUMBER_POINTS[table])
    )
    texts = (
        _text(str(line.position), widths[0]),
        _text(_day(line.date, content.budget_year), widths[1]),
        _text(line.category, widths[2]),
        _text(line.economic_code or EMPTY, widths[3]),
        _text(line.summary, widths[4]) + reason,
        numbers or (TextLine(EMPTY),),
        (TextLine(str(line.bill_count) if line.bill_count else EMPTY),),
    )
    money = (line.approved_fen,) if table == "plain" else (line.claimed_fen, line.deducted_fen, line.approved_fen)
    styles = ("c", "c", "", "c", "", "number", "c")
    parts = [
        zip_longest(*(lines[start : start + _MOST_LINES] for lines in texts))
        for start in range(0, max(map(len, texts)), _MOST_LINES)
    ]
    for number, part in enumerate(parts):
        columns = [tuple(one for one in column if one is not None) for column in zip(*part, strict=True)]
        cells = [Cell(lines=column, style=style) for column, style in zip(columns, styles, strict=True)]
        if number:
            cells[0] = Cell(lines=(TextLine("续"),), style="c")
        amounts = Amounts() if number else Amounts(line.claimed_fen, line.deducted_fen, line.approved_fen, 1)
        cells += [
            Cell(lines=()) if number else _money(fen, width, dash=True)
            for fen, width in zip(money, widths[7:], strict=True)
        ]
        yield Row(table=table, cells=tuple(cells), amounts=amounts)


def _label(text: str, width: float | None = None) -> Cell:
    return Cell(lines=_text(text, width) if width else (TextLine(text),), is_label=True)


def _text(text: str, width: float, *, small: bool = False) -> tuple[TextLine, ...]:
    points = SMALL_POINTS if small else POINTS
    return tuple(TextLine(one, is_small=small) for one in wrap(text, room_mm=width - SIDES, points=points))


def _money(fen: int, width: float, *, dash: bool = False) -> Cell:
    """Set an amount in the largest size that keeps it on one line."""
    text = format_yuan(fen) if fen or not dash else EMPTY
    fitting = [number for number, size in enumerate(_MONEY_SIZES) if fonts.width_mm(text, size) <= width - SIDES]
    return Cell(lines=(TextLine(text),), style=f"money money-{fitting[0] if fitting else len(_MONEY_SIZES) - 1}")


def _day(day: date | None, year: int) -> str:
    if day is None:
        return EMPTY
    return day.strftime("%m-%d") if day.year == year else day.strftime("%Y-\n%m-%d")


def _sign_box(signature: Signature) -> SignBox:
    seat = wrap(signature.seat, room_mm=_SIGN_ROOM, points=7.5)
    size, name = _fitting_name(signature.name)
    line = _NAME_SIZES[size][1]
    height = max(_SIGN_LEAST, 3.4 * len(seat) + 2.7 + line * len(name) + 3.2) + 1.4 + 0.16
    at = _moment(signature.at) if signature.at else "　年　　月　　日"
    return SignBox(seat=seat, name=name, style=f"name-{size}", at=at, height=height)


def _fitting_name(name: str) -> tuple[int, tuple[str, ...]]:
    """Choose the largest size that sets a name on one line, else on two lines of a smaller one, else the smallest."""
    if fonts.width_mm(name, _NAME_SIZES[0][0] * 1.1) <= _SIGN_ROOM:
        return 0, (fonts.printable(name),)
    lines = wrap(name, room_mm=_SIGN_ROOM, points=_NAME_SIZES[1][0])
    return (1, lines) if len(lines) <= 2 else (2, wrap(name, room_mm=_SIGN_ROOM, points=_NAME_SIZES[2][0]))  # noqa: PLR2004


def _moment(at: datetime) -> str:
    here = at.astimezone(OFFICE)
    return f"{here.year}年{here.month}月{here.day}日 {here:%H:%M}"
