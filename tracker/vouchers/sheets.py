"""A voucher cut into sheets: which rows stand on which page, and the subtotals carried between them.

Everything is measured in millimetres on a sheet of 210 × 148 and knows nothing of how it will be drawn. The sizes are
those of ``templates/vouchers/v1.css``; ``tests/vouchers/test_drawing_layout.py`` holds the two together.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from tracker.kernel.money import format_yuan
from tracker.vouchers import fonts
from tracker.vouchers.content import VoucherContent
from tracker.vouchers.rows import (
    LINE_TABLES,
    ROW,
    SIDES,
    Amounts,
    Cell,
    Row,
    SignBox,
    TextLine,
    fact_rows,
    heading_row,
    line_rows,
    line_table,
    payee_rows,
    sign_rows,
    subtotal_row,
)
from tracker.vouchers.wrapping import wrap

WIDTH: Final = 186.0
HEIGHT: Final = 130.0
FIRST_TOP: Final = 22.2
LATER_TOP: Final = 9.6
HEADING_ROOM: Final = 134.0

_FRAME: Final = 0.5
_MOST_TAIL: Final = 68.0
"""A tail no higher than this fits a page together with the highest possible row."""
_CAPITALS_ROOM: Final = 107.0 - SIDES
_PAYEE_ROOM: Final = 40.0 - SIDES
_TITLE_SIZES: Final = (17, 15, 13, 11, 9)
_TITLE_SPACING: Final = 1.35
_NAMED: Final = 20
_MOST_NAMED: Final = 3
_PURPOSE_NOTE: Final = "本单限用于批准的招商活动支出；"


@dataclass(frozen=True)
class Table:
    """Rows that stand together under one row of labels."""

    style: str
    columns: int
    head: Row | None
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Tail:
    """What closes a voucher: total, control figures, payees, signatures, notes."""

    capitals: tuple[str, ...]
    is_bold: bool
    total: str
    quota: tuple[tuple[str, str], ...]
    payee: tuple[str, ...]
    payees: tuple[Row, ...]
    boxes: tuple[tuple[SignBox, ...], ...]
    notes: tuple[str, ...]
    height: float


@dataclass(frozen=True)
class Heading:
    """The title block of the first sheet; ``size`` is in points."""

    title: str
    size: int
    is_bold: bool
    subtitle: str


@dataclass(frozen=True)
class Sheet:
    """One page: its tables, and the tail if it is the last."""

    number: int
    tables: tuple[Table, ...]
    tail: Tail | None


@dataclass(frozen=True)
class Paper:
    """A whole voucher, ready to be drawn by any means."""

    heading: Heading
    sheets: tuple[Sheet, ...]


@dataclass(frozen=True)
class Originals:
    """Whether the evidence files travel inside the document, and the names of those that are lost."""

    are_inside: bool = False
    lost: tuple[str, ...] = ()


def paper(content: VoucherContent, *, originals: Originals = Originals()) -> Paper:
    """Cut a voucher into sheets; the same content gives the same sheets.

    With more sheets than one each carries 本页小计, and 承前页 and 过次页 where lines go on. The signatures never stand
    alone. The notes at the foot say what became of the ``originals``.
    """
    heading, spilled = _heading(content)
    tail, before_tail = _fitting_tail(content, originals)
    rows = [*fact_rows(content, spilled), *line_rows(content), *before_tail]
    pages = _pages(rows, tail)
    sheets = []
    carried = Amounts()
    for number, page in enumerate(pages, 1):
        place = _Place(is_single=len(pages) == 1, is_last=number == len(pages))
        tables, carried = _tables(content, page, carried, place)
        sheets.append(Sheet(number=number, tables=tables, tail=tail if place.is_last else None))
    return Paper(heading=heading, sheets=tuple(sheets))


# The head and the tail.


def _heading(content: VoucherContent) -> tuple[Heading, list[tuple[str, str]]]:
    """Set the title as large as it fits. What is too long for the title block goes into the table under it, whole."""
    title = fonts.printable(content.title)
    bold = fonts.sets_bold(title)
    spilled = []
    sizes = [size for size in _TITLE_SIZES if fonts.width_mm(title, size * _TITLE_SPACING, bold=bold) <= HEADING_ROOM]
    if not sizes:
        spilled.append(("单据名称", title))
        title, bold = "报销单", True
    year = f"{content.budget_year}年度"
    fund = fonts.printable(content.fund_name)
    named = fund if fund.startswith((year, str(content.budget_year))) else year + fund
    code = fonts.printable("-".join(filter(None, (content.function_code, content.project_code))))
    subtitle = f"{named}　（预算项目 {code}）" if code else named
    if fonts.width_mm(subtitle, 8 * 1.1) > HEADING_ROOM:
        spilled.append(("专项经费", f"{named} {code}".strip()))
        subtitle = year
    return Heading(title=title, size=max(sizes, default=_TITLE_SIZES[0]), is_bold=bold, subtitle=subtitle), spilled


def _fitting_tail(content: VoucherContent, originals: Originals) -> tuple[Tail, list[Row]]:
    """Build the tail; payees, then earlier signatures, move before it as rows of their own when it grows too high."""
    payees, boxes = payee_rows(content.payees), sign_rows(content.signatures)
    single = content.payees[0] if len(content.payees) == 1 else None
    compact = (
        ()
        if single is None
        else tuple(
            line
            for text in (f"{single.name}　{single.method}", single.bank, single.account)
            if text.strip()
            for line in wrap(text, room_mm=_PAYEE_ROOM, points=7)
        )
    )
    if 0 < len(compact) <= 3:  # noqa: PLR2004  what stands beside the control figures
        payees = []
    else:
        compact = ()
    notes = _notes(content, originals)
    tail = _tail(content, compact, payees, boxes, notes)
    if tail.height <= _MOST_TAIL:
        return tail, []
    moved = list(payees)
    tail = _tail(content, compact, [], boxes, notes)
    if tail.height > _MOST_TAIL:
        moved += [box_row for group in boxes[:-1] for box_row in _signed_rows(group)]
        tail = _tail(content, compact, [], boxes[-1:], notes)
    return tail, moved


def _signed_rows(boxes: Sequence[SignBox]) -> Iterator[Row]:
    for box in boxes:
        said = f"{''.join(box.name)}　{box.at}"
        yield Row(
            table="signed",
            cells=(
                Cell(
                    lines=tuple(TextLine(one) for one in wrap("".join(box.seat), room_mm=34 - SIDES, points=8.5)),
                    is_label=True,
                ),
                Cell(lines=tuple(TextLine(one) for one in wrap(said, room_mm=152 - SIDES, points=8.5))),
            ),
        )


def _notes(content: VoucherContent, originals: Originals) -> tuple[str, ...]:
    inside = "电子凭证原件与结构化数据" if originals.are_inside else "结构化数据"
    note = f"{_PURPOSE_NOTE}{inside}嵌入本文件一并归档。扫码或访问网址核验：{content.verify_url}"
    code = "" if content.verify_code in content.verify_url else f"（核验码 {content.verify_code}）"
    return (*wrap(note + code, room_mm=WIDTH, points=6.8), *_lost_note(originals.lost))


def _lost_note(lost: Sequence[str]) -> tuple[str, ...]:
    """Name the files that are gone, as far as two lines hold."""
    if not lost:
        return ()
    names = "、".join(name if len(name) <= _NAMED else f"{name[:_NAMED]}…" for name in lost[:_MOST_NAMED])
    more = f"等 {len(lost)} 个" if len(lost) > _MOST_NAMED else ""
    note = f"缺附件原件：{names}{more}。原件不在文件库里，请联系系统管理员用备份恢复后重新打印"
    return wrap(note, room_mm=WIDTH, points=6.8)


def _tail(
    content: VoucherContent,
    compact: tuple[str, ...],
    payees: Sequence[Row],
    boxes: Sequence[tuple[SignBox, ...]],
    notes: tuple[str, ...],
) -> Tail:
    words = content.capitals if content.capitals.startswith("人民币") else f"人民币{content.capitals}"
    bold = fonts.sets_bold(words)
    capitals = wrap(words, room_mm=_CAPITALS_ROOM, points=10 * 1.06, bold=bold)
    quota = content.quota
    figures = (
        ()
        if quota is None
        else tuple(
            (name, format_yuan(fen))
            for name, fen in (
                ("年度额度", quota.annual_fen),
                # What others hold counts too, so that the row adds up to the quota; the word says so.
                ("已占用", quota.spent_fen),
                ("本次", quota.this_fen),
                ("结余", quota.left_fen),
            )
        )
    )
    height = (
        1.26
        + 4.6 * len(capitals)
        + (1.26 + max(4.1, 3.2 * len(compact)) if figures or compact else 0.0)
        + sum(row.height for row in payees)
        + sum(max(box.height for box in group) for group in boxes)
        + (1.5 + _FRAME if boxes else 0.0)
        + 1.0
        + 3.2 * len(notes)
        + _FRAME
    )
    return Tail(
        capitals=capitals,
        is_bold=bold,
        total=f"¥{format_yuan(content.approved_fen)}",
        quota=figures,
        payee=compact,
        payees=tuple(payees),
        boxes=tuple(boxes),
        notes=notes,
        height=height,
    )


# The pages.


def _pages(rows: Sequence[Row], tail: Tail) -> list[list[Row]]:
    """Share the rows out over pages, the last of which has room for the tail beside at least one row."""
    cut = any(row.table == "cut" for row in rows)
    if _height([list(rows)], subtotals=int(cut)) + tail.height <= HEIGHT:
        return [list(rows)]
    foot = 2 if cut else 1
    pages: list[list[Row]] = [[]]
    for row in rows:
        if pages[-1] and _height([*pages[:-1], [*pages[-1], row]], subtotals=2) > HEIGHT:
            pages.append([])
        pages[-1].append(row)
    if _height(pages, subtotals=foot) + tail.height > HEIGHT:
        pages.append([pages[-1].pop()])
    while len(pages) > 1 and len(pages[-2]) > 1 and len(pages[-1]) < 3:  # noqa: PLR2004  company for the signatures
        shifted = [*pages[:-2], pages[-2][:-1], [pages[-2][-1], *pages[-1]]]
        if _height(shifted, subtotals=foot) + tail.height > HEIGHT:
            break
        pages = shifted
    return [page for page in pages if page]


def _height(pages: Sequence[Sequence[Row]], *, subtotals: int) -> float:
    """Measure the last of the pages with its labels, what it carries over and ``subtotals`` rows at its foot."""
    page = pages[-1]
    tables = [name for name, _ in groupby(row.table for row in page)]
    has_lines = any(name in LINE_TABLES for name in tables)
    continues = any(row.table in LINE_TABLES for earlier in pages[:-1] for row in earlier)
    extra = sum(name in LINE_TABLES for name in tables) + (subtotals + continues if has_lines else 0)
    top = FIRST_TOP if len(pages) == 1 else LATER_TOP
    return top + sum(row.height for row in page) + ROW * extra + _FRAME * len(tables)


@dataclass(frozen=True)
class _Place:
    is_single: bool
    is_last: bool


def _tables(
    content: VoucherContent, page: Sequence[Row], carried: Amounts, place: _Place
) -> tuple[tuple[Table, ...], Amounts]:
    tables = []
    for name, group in groupby(page, key=lambda row: row.table):
        rows = list(group)
        if name in LINE_TABLES:
            here = sum((row.amounts for row in rows), start=Amounts())
            rows = _with_subtotals(content, rows, carried, here, place)
            carried += here
        head = heading_row(name) if name in LINE_TABLES else None
        columns = max(sum(cell.span for cell in row.cells) for row in rows)
        tables.append(Table(style=name, columns=columns, head=head, rows=tuple(rows)))
    return tuple(tables), carried


def _with_subtotals(
    content: VoucherContent, rows: list[Row], carried: Amounts, here: Amounts, place: _Place
) -> list[Row]:
    table = line_table(content)
    total = carried + here
    done = total.lines == len(content.lines)
    before = [subtotal_row("承前页", carried, table)] if carried.lines else []
    after = [] if place.is_single else [subtotal_row("本页小计", here, table)]
    if not done:
        after.append(subtotal_row("过次页", total, table))
    elif content.deducted_fen:
        after.append(subtotal_row("合计", total, table))
    return [*before, *rows, *after]
