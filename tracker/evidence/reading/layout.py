"""Facts from a page's text by place: a value stands to the right of its label, or below its column's head."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tracker.evidence.reading import air, goods, kinds, rail, values
from tracker.evidence.reading.facts import Fact, Findings, Item, Leg, Source, Sureness
from tracker.evidence.reading.lines import Label, Sheet, Span, follows, group_lines, split_at_gaps, take_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from tracker.evidence.pagetext import Glyph, PageText

READER: Final = "票面文字"
SEVERAL_ON_A_PAGE: Final = "一页上有多张发票，请拆成一张一个文件后上传"
"""Said alone: a code on such a page belongs to one of them only."""
_DIGITAL_LENGTH: Final = 20
_MAX_GAP: Final = {
    "invoice_code": 1.3,
    "invoice_number": 1.3,
    "issue_date": 3.0,
    "plain_date": 3.0,
    "name": 2.2,
    "tax_id": 1.3,
}
_FACT_OF_LABEL: Final[dict[str, tuple[str, Callable[[str], str | int | date | None]]]] = {
    "invoice_code": ("invoice_code", values.digits),
    "invoice_number": ("invoice_number", values.digits),
    "issue_date": ("issue_date", values.day),
    "plain_date": ("issue_date", values.day),
    "original": ("red_of", values.digits),
}
_RED_REMARK: Final = re.compile(
    r"被红冲蓝字(?:数电)?(?:发票|票)号码:?(\d{20})|对应正数发票代码:?(\d{10,12})号码:?(\d{8})"
)


def read_pages(pages: Sequence[PageText]) -> Findings:
    """Read the text of a document's pages; a document without invoice labels gives no facts."""
    sheets = [take_apart(page) for page in pages if page.glyphs]
    if not sheets:
        return Findings()
    if any(_shows_several(sheet) for sheet in sheets):
        return Findings(notes=(SEVERAL_ON_A_PAGE,))
    whole = "".join(values.fold(line.text) for sheet in sheets for line in sheet.lines)
    kind = _kind(sheets)
    sheets = [_without_remarks(sheet, kind) for sheet in sheets]
    facts: list[Fact] = []
    if kind:
        facts.append(_fact("kind", kind, None))
    facts.extend(_labelled(sheets[0], ticket=kind in kinds.TICKETS))
    legs: tuple[Leg, ...] = ()
    items: tuple[Item, ...] = ()
    if kind == kinds.AIR:
        more, legs = air.read(sheets[0])
    elif kind == kinds.RAIL:
        more, legs = rail.read(sheets[0])
    else:
        more = goods.read_sums(sheets)
        items = goods.read_items(sheets)
        facts.extend(_parties(sheets[0]))
    facts.extend(more)
    facts.extend(_bare_number(sheets[0], facts, kind))
    red = _RED_REMARK.search(whole)
    if red:
        facts.append(_fact("red_of", red[1] or f"{red[2]}{red[3]}", None))
    if not any(one.field in ("invoice_number", "total_fen", "amount_ex_tax_fen") for one in facts):
        return Findings(notes=("文字里没有认出发票内容",))
    return Findings(tuple(facts), items, legs)


def several_invoices(pages: Sequence[PageText]) -> bool:
    """Whether the pages show different invoice numbers: several invoices were joined into one file."""
    numbers = {
        fact.value
        for page in pages
        if page.glyphs
        for fact in _labelled(_without_remarks(take_apart(page), None))
        if fact.field == "invoice_number"
    }
    return len(numbers) > 1


def _shows_several(sheet: Sheet) -> bool:
    """Whether two forms were laid on one page: two rows of column heads and two totals in capitals."""
    heads = sheet.named("amount_head")
    rows = [one for one in sheet.named("item_head") if any(_level(one, head) for head in heads)]
    return min(len(rows), len(sheet.named("capitals"))) > 1


def _level(one: Label, other: Label) -> bool:
    return abs(one.span.middle - other.span.middle) < max(one.span.size, other.span.size)


_HEADER: Final = frozenset({"invoice_code", "invoice_number", "issue_date", "plain_date"})


def _without_remarks(sheet: Sheet, kind: str | None) -> Sheet:
    """Take what the remarks say for text: an issuer may write a label there, and another invoice's number behind it.

    Below the total a digital invoice has remarks alone; an older one has its seller there, left of them. Code, number
    and date stand above the total on every form that has one.
    """
    totals = sheet.named("capitals") or sheet.named("total")
    if not totals:
        return sheet
    floor = totals[0].span.middle + totals[0].span.size
    edge = min((side.x0 for side in sheet.sides if side.kind == "remarks" and side.y1 > floor), default=float("inf"))
    kept = tuple(
        label
        for label in sheet.labels
        if label.span.middle <= floor
        or label.kind in ("original", "payee", "remarks_label")
        or not (kind in kinds.DIGITAL or label.kind in _HEADER or (kind in kinds.WITH_CIPHER and label.span.x0 > edge))
    )
    return replace(sheet, labels=kept)


def _fact(field: str, value: str | int | date, span: Span | None, sureness: Sureness = Sureness.STATED) -> Fact:
    return Fact(field, value, Source.TEXT, READER, sureness, span.box if span else None)


def _kind(sheets: Sequence[Sheet]) -> str | None:
    """Take the kind from the title, the largest known wording on the first page; item text must not decide it."""
    found: list[tuple[float, str]] = []
    for line in sheets[0].lines:
        for piece in split_at_gaps(line.page, line.glyphs, 2.5):
            kind = kinds.by_wording(piece.text)
            if (kind and piece.middle < 0.45 * line.page.height) or kind in (kinds.AIR, kinds.RAIL):
                found.append((piece.size, kind))
    return max(found, key=lambda one: one[0])[1] if found else None


def _labelled(sheet: Sheet, *, ticket: bool = False) -> list[Fact]:
    found = []
    for label in sheet.labels:
        if label.kind not in _FACT_OF_LABEL or (label.kind == "plain_date" and not ticket):
            continue
        field, parse = _FACT_OF_LABEL[label.kind]
        for span in right_of(sheet, label, _MAX_GAP.get(label.kind, 1.3)):
            value = parse(span.text)
            if value is not None and _plausible(field, value):
                found.append(_fact(field, value, span))
                break
    return found


def _plausible(field: str, value: str | int | date) -> bool:
    if field == "invoice_code":
        return len(str(value)) in (8, 10, 12)
    if field == "invoice_number":
        return len(str(value)) in (8, 10, 19, 20)
    return True


def right_of(sheet: Sheet, label: Label, widest: float) -> list[Span]:
    """Find the pieces to the right of a label on its own height, nearest first; wrapped values are not joined here."""
    span, limit = label.span, sheet.right_limit(label)
    near = [
        glyph
        for glyph in sheet.free
        if follows(glyph, label)
        and (glyph.x0 + glyph.x1) / 2 < limit
        and abs(glyph.middle - span.middle) <= 0.6 * max(span.size, glyph.size)
    ]
    pieces: list[Span] = []
    for line in sorted(group_lines(near, share=0.35), key=lambda one: abs(one[0].middle - span.middle)):
        pieces.extend(split_at_gaps(sheet.page, line, widest))
    return pieces


def _parties(sheet: Sheet) -> list[Fact]:
    found = []
    for label, role in _with_roles(sheet, ("name", "buyer_name", "seller_name")):
        span = _name_span(sheet, label)
        value = (
            values.name(span.text.replace(" ", ""))
            if span and not _latin(span)
            else values.name(span.text)
            if span
            else None
        )
        if value is not None and span is not None:
            found.append(_fact(f"{role}_name", value, span))
    for label, role in _with_roles(sheet, ("tax_id", "buyer_tax_id", "seller_tax_id")):
        for span in right_of(sheet, label, _MAX_GAP["tax_id"])[:1]:
            value = values.tax_id(span.text)
            if value is not None:
                found.append(_fact(f"{role}_tax_id", value, span))
    return found


def _latin(span: Span) -> bool:
    return sum(glyph.text.isascii() and glyph.text.isalpha() for glyph in span.glyphs) > len(span.glyphs) / 2


def _with_roles(sheet: Sheet, label_kinds: tuple[str, ...]) -> list[tuple[Label, str]]:
    """Tell buyer from seller: by the label's own words, by the side title, else left and upper come first."""
    labels = sheet.named(*label_kinds)
    found: list[tuple[Label, str]] = []
    open_labels = []
    for label in labels:
        stated = label.kind.partition("_")[0]
        if stated in ("buyer", "seller"):
            found.append((label, stated))
            continue
        side = _side_of(sheet, label)
        if side:
            found.append((label, side))
        else:
            open_labels.append(label)
    taken = {role for _, role in found}
    if len(open_labels) == 2 and not taken:  # noqa: PLR2004  one label for each party
        first, second = open_labels
        same_line = abs(first.span.middle - second.span.middle) < max(first.span.size, second.span.size)
        ordered = sorted(open_labels, key=lambda one: one.span.x0 if same_line else one.span.middle)
        found.extend(zip(ordered, ("buyer", "seller"), strict=True))
    return [
        (label, role)
        for label, role in found
        if sum(other == role for _, other in found) == 1 or label.kind.partition("_")[0] == role
    ]


def _side_of(sheet: Sheet, label: Label) -> str | None:
    span = label.span
    beside = [
        side
        for side in sheet.sides
        if side.kind in ("buyer", "seller")
        and side.x0 < span.x0
        and side.y0 - 1.5 * span.size <= span.middle <= side.y1 + 1.5 * span.size
    ]
    return max(beside, key=lambda side: side.x0).kind if beside else None


def _name_span(sheet: Sheet, label: Label) -> Span | None:
    """Find a party's name to the right of its label, joined from two or three lines when it wraps in its cell."""
    span, limit = label.span, sheet.right_limit(label)
    in_column = [
        glyph
        for glyph in sheet.free
        if follows(glyph, label)
        and (glyph.x0 + glyph.x1) / 2 < limit
        and abs(glyph.middle - span.middle) <= 1.4 * max(span.size, glyph.size)
    ]
    lines = []
    for line in group_lines(in_column, share=0.35):
        piece = split_at_gaps(sheet.page, line, _MAX_GAP["name"])[0]
        if not _owned_by_other(sheet, label, piece):
            lines.append(piece)
    level = [line for line in lines if abs(line.middle - span.middle) <= 0.6 * max(span.size, line.size)]
    if len(level) == 1:
        lines = _neighbours(lines, level[0])
    elif not _evenly_around(lines, span):
        return None
    glyphs: list[Glyph] = [glyph for line in lines for glyph in line.glyphs]
    return Span(sheet.page, tuple(glyphs)) if glyphs else None


def _neighbours(lines: list[Span], main: Span) -> list[Span]:
    """Keep the main line and lines that plainly continue it: same left edge, same size, one line apart."""
    return [
        line
        for line in lines
        if line is main
        or (
            abs(line.x0 - main.x0) < 0.6 * main.size
            and abs(line.size - main.size) < 0.2 * main.size
            and abs(line.middle - main.middle) <= 1.35 * main.size
        )
    ]


def _evenly_around(lines: list[Span], span: Span) -> bool:
    """Two lines set around the label's height, as a centred cell wraps them."""
    return (
        len(lines) == 2  # noqa: PLR2004
        and abs(sum(line.middle for line in lines) / 2 - span.middle) < 0.7 * span.size
        and abs(lines[0].x0 - lines[1].x0) < 0.6 * lines[0].size
    )


def _owned_by_other(sheet: Sheet, label: Label, piece: Span) -> bool:
    return any(
        other is not label
        and abs(other.span.middle - piece.middle) < 0.5 * max(other.span.size, piece.size)
        and other.span.x1 <= piece.x0 + piece.size
        and other.span.x0 < piece.x0
        and other.span.x0 > label.span.x0 - 6 * label.span.size
        for other in sheet.labels
    )


def _bare_number(sheet: Sheet, facts: list[Fact], kind: str | None) -> list[Fact]:
    """Find the one 20-digit number of a form printed without labels; it is unsure until a QR code agrees."""
    if kind not in kinds.DIGITAL or any(one.field == "invoice_number" for one in facts):
        return []
    spans = [
        piece
        for line in sheet.lines
        for piece in split_at_gaps(sheet.page, line.glyphs, 1.3)
        if re.fullmatch(r"\d{20}", values.fold(piece.text)) and piece.middle < 0.35 * sheet.page.height
    ]
    return [_fact("invoice_number", values.fold(spans[0].text), spans[0], Sureness.UNSURE)] if len(spans) == 1 else []
