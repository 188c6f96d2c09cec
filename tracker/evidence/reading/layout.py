"""Facts from a page's text by place: a value stands to the right of its label, or below its column's head."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tracker.evidence.reading import air, goods, kinds, parties, rail, tickets, values, vehicle
from tracker.evidence.reading.beside import CODE_GAP, goes_on, right_of, under
from tracker.evidence.reading.facts import Fact, Findings, Item, Leg, Source, Sureness
from tracker.evidence.reading.lines import Label, Sheet, Span, split_at_gaps, take_apart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date

    from tracker.evidence.pagetext import PageText

READER: Final = "票面文字"
SEVERAL_ON_A_PAGE: Final = "一页上有多张发票，请拆成一张一个文件后上传"
"""Said alone: a code on such a page belongs to one of them only."""
_DIGITAL_LENGTH: Final = 20
_TITLE_PART: Final = 0.45
_MAX_GAP: Final = {
    "issue_date": 3.0,
    "plain_date": 3.0,
    "end_time": 3.0,
    "plain_time": 3.0,
}
_FACT_OF_LABEL: Final[dict[str, tuple[str, Callable[[str], str | int | date | None]]]] = {
    "invoice_code": ("invoice_code", values.digits),
    "invoice_number": ("invoice_number", values.digits),
    "issue_date": ("issue_date", values.day),
    "plain_date": ("issue_date", values.day),
    "end_time": ("issue_date", values.day),
    "plain_time": ("issue_date", values.day),
    "original": ("red_of", values.digits),
}
_LATE_DATES: Final = frozenset({"end_time", "plain_time"})
"""Looked at where no day of issue is printed."""

_TICKET_DATES: Final = _LATE_DATES | {"plain_date"}


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
    facts.extend(_labelled(sheets[0], ticket=kind in kinds.SMALL - {kinds.COACH_TICKET}))
    legs: tuple[Leg, ...] = ()
    items: tuple[Item, ...] = ()
    if kind == kinds.AIR:
        more, legs = air.read(sheets[0])
    elif kind == kinds.RAIL:
        more, legs = rail.read(sheets[0])
    elif kind in kinds.VEHICLES:
        more = vehicle.read(sheets[0])
    elif kind in kinds.SMALL:
        items = goods.read_items(sheets) if kind == kinds.PRINTED else ()
        more = [*goods.read_sums(sheets), *parties.read(sheets[0])]
        more = tickets.complete(sheets[0], more, fixed=kind == kinds.QUOTA)
    else:
        more = goods.read_sums(sheets)
        items = goods.read_items(sheets)
        facts.extend(_parties(sheets))
    facts.extend(more)
    facts.extend(_bare_number(sheets[0], facts, kind))
    if blue := values.blue_invoice(whole):
        facts.append(_fact("red_of", blue, None))
    if not any(one.field in ("invoice_number", "total_fen", "amount_ex_tax_fen") for one in facts):
        return Findings(notes=("文字里没有认出发票内容",))
    return Findings(tuple(facts), items, legs)


def _parties(sheets: Sequence[Sheet]) -> list[Fact]:
    """Read buyer and seller; a long invoice may have its seller on the last page."""
    found = parties.read(sheets[0])
    for sheet in sheets[1:]:
        told = {one.field for one in found}
        found += [one for one in parties.read(sheet) if one.field not in told]
    return found


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
            if (kind and piece.middle < _TITLE_PART * line.page.height) or kind in (kinds.AIR, kinds.RAIL):
                found.append((piece.size, kind))
    kind = max(found, key=lambda one: one[0])[1] if found else None
    return kinds.VAT_ROLL if kind == kinds.VAT_ORDINARY and _is_roll(sheets[0]) else kind


def _is_roll(sheet: Sheet) -> bool:
    """Whether the title of a narrow form goes on in brackets on its next line."""
    return any(
        values.fold(line.text).startswith(("(卷票)", "(卷式)")) and line.middle < _TITLE_PART * line.page.height
        for line in sheet.lines
    )


def _labelled(sheet: Sheet, *, ticket: bool = False) -> list[Fact]:
    """Read code, number and day; a ``ticket`` used on the day it is sold may call it otherwise than a day of issue."""
    found: list[Fact] = []
    for label in sorted(sheet.labels, key=lambda one: one.kind in _LATE_DATES):
        if label.kind not in _FACT_OF_LABEL or (label.kind in _TICKET_DATES and not ticket):
            continue
        field, parse = _FACT_OF_LABEL[label.kind]
        if label.kind in _LATE_DATES and any(one.field == field for one in found):
            continue
        widest = _MAX_GAP.get(label.kind, CODE_GAP)
        for span in _candidates(sheet, label, widest):
            value = parse(span.text)
            if value is not None and _plausible(field, value):
                found.append(_fact(field, value, span))
                break
    return found


def _candidates(sheet: Sheet, label: Label, widest: float) -> Iterator[Span]:
    """Yield what may be a label's value: right of it, right of it and broken by its cell, or below it."""
    beside = right_of(sheet, label, widest)
    for first in beside[:1]:
        for rest in goes_on(sheet, label, first, widest)[:1]:
            # Half a number or a day without its 日 may look whole; a whole one has nothing fitting below it.
            if "日" not in first.text:
                yield Span(sheet.page, first.glyphs + rest.glyphs)
    yield from beside
    if not beside and (below := under(sheet, label, widest)):
        yield below


def _plausible(field: str, value: str | int | date) -> bool:
    if field == "invoice_code":
        return len(str(value)) in (8, 10, 12)
    if field == "invoice_number":
        return len(str(value)) in (8, 10, 19, 20)
    return True


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
