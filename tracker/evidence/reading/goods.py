"""The middle of a VAT invoice by geometry: item lines, sums, the total in figures and in capitals."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.evidence.reading import values
from tracker.evidence.reading.beside import CODE_GAP, goes_on
from tracker.evidence.reading.facts import Fact, Item, Source, Sureness
from tracker.evidence.reading.lines import Label, Sheet, Span, follows, group_lines, nearest_lines, split_at_gaps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tracker.evidence.pagetext import Glyph

READER: Final = "票面文字"
_HEADS: Final = (
    "item_head",
    "spec_head",
    "unit_head",
    "quantity_head",
    "price_head",
    "amount_head",
    "rate_head",
    "tax_head",
)
_PART_OF_HEAD: Final = dict(
    zip(_HEADS, ("name", "spec", "unit", "quantity", "unit_price", "amount", "rate", "tax"), strict=True)
)
_MONEY: Final = re.compile(r"-?¥?-?\d[\d,]*(?:\.\d{1,2})?元?|\*{3}|免税|不征税")


def read_sums(sheets: Sequence[Sheet]) -> list[Fact]:
    """Read amount without tax, tax, total and capitals; the last page that states them counts."""
    found: dict[str, Fact] = {}
    for sheet in sheets:
        for one in (*_sum_row(sheet), *_total(sheet), *_capitals(sheet)):
            found[one.field] = one
    if not found.keys() & {"amount_ex_tax_fen", "tax_amount_fen"}:
        stated = [found[name].value for name in ("total_fen", "capitals_fen") if name in found]
        for sheet in sheets:
            for one in _listed_sums(sheet, stated):
                found[one.field] = one
    if "total_fen" not in found:
        for one in _paid(sheets[0]):
            found[one.field] = one
    return list(found.values())


def read_items(sheets: Sequence[Sheet]) -> tuple[Item, ...]:
    """Read the item lines of all pages; a line without an amount continues the name above it."""
    items: list[Item] = []
    for sheet in sheets:
        heads = _head_row(sheet)
        if not {"item_head", "amount_head"} <= heads.keys():
            continue
        top = max(label.span.y1 for label in heads.values())
        ends = [
            label.span.y0
            for label in sheet.named("sum", "amount_sum", "subtotal", "capitals", "price_total")
            if label.span.y0 > top
        ]
        bottom = min(ends, default=sheet.page.height)
        rows = [glyph for glyph in sheet.free if top - 0.1 * glyph.size < glyph.middle < bottom]
        for line in group_lines(rows):
            _take_line(sheet, line, heads, items)
    return tuple(items)


def _fact(field: str, value: int, span: Span, sureness: Sureness = Sureness.STATED) -> Fact:
    return Fact(field, value, Source.TEXT, READER, sureness, span.box)


def level_with(sheet: Sheet, label: Label, *, share: float = 0.8) -> list[Glyph]:
    """Take the free characters on a label's height, right of it and before the next label."""
    span, limit = label.span, sheet.right_limit(label)
    near = [
        glyph
        for glyph in sheet.free
        if follows(glyph, label)
        and glyph.x0 < limit
        and abs(glyph.middle - span.middle) <= share * max(span.size, glyph.size)
    ]
    return [glyph for line in nearest_lines(group_lines(near, share=0.35), span) for glyph in line]


def money_pieces(sheet: Sheet, glyphs: Sequence[Glyph]) -> list[Span]:
    """Cut characters of one height into amounts: at gaps, and before every currency sign."""
    pieces: list[Span] = []
    for line in group_lines(glyphs, share=0.9):
        for piece in split_at_gaps(sheet.page, line, 1.2):
            cuts = [
                index for index in range(1, len(piece.glyphs)) if _is_cut(piece.glyphs[:index], piece.glyphs[index])
            ]
            for start, end in zip([0, *cuts], [*cuts, len(piece.glyphs)], strict=True):
                pieces.append(Span(piece.page, piece.glyphs[start:end]))
    return _with_signs(pieces)


def _is_cut(glyphs: Sequence[Glyph], following: Glyph) -> bool:
    """Whether an amount ends here: before a currency sign, and before words behind 元, cents or a space."""
    glyph = glyphs[-1]
    before, after = values.fold(glyph.text), values.fold(following.text)
    if after == "¥":
        return before != "-"
    is_word = ("\u4e00" <= after[:1] <= "\u9fff" or after == "(") and after not in "元万亿"
    if not is_word or not before.isdigit():
        return is_word and before == "元"
    return following.x0 - glyph.x1 > 0.1 * glyph.size or "".join(one.text for one in glyphs[-3:-2]) == "."


def _with_signs(pieces: list[Span]) -> list[Span]:
    """Join a currency sign set apart from its figures to the next piece."""
    joined: list[Span] = []
    for piece in pieces:
        if joined and values.fold(joined[-1].text) in ("¥", "-¥", "¥-"):
            joined[-1] = Span(piece.page, joined[-1].glyphs + piece.glyphs)
        else:
            joined.append(piece)
    return [piece for piece in joined if _MONEY.fullmatch(values.fold(piece.text))]


def _sum_row(sheet: Sheet) -> list[Fact]:
    labels = sheet.named("sum") or sheet.named("amount_sum")
    if not labels or sheet.named("tax_sum"):
        return []
    heads = _head_row(sheet)
    # The nearest height first: on a full form the last item line stands close above the sums.
    for share in (0.35, 0.8):
        found = _sum_facts(money_pieces(sheet, level_with(sheet, labels[-1], share=share)), heads)
        if len(found) == 2:  # noqa: PLR2004  amount and tax
            return found
    # One amount beside 合计金额 may be with tax or without.
    return found if labels[-1].kind == "sum" else []


def _listed_sums(sheet: Sheet, stated: Sequence[object]) -> list[Fact]:
    """Read amount and tax that stand each beside its own label, such as 合计金额 and 合计税额.

    合计金额 may also mean the total, so both count only where they make up every amount that is ``stated``.
    """
    pairs = (
        (ex_tax, tax)
        for ex_tax in _beside(sheet, "amount_ex_tax_fen", ("amount_sum", "ex_tax"), values.amount_fen)
        for tax in _beside(sheet, "tax_amount_fen", ("tax_sum", "tax_head"), values.tax_fen)
    )
    return next((list(pair) for pair in pairs if {sum(int(str(one.value)) for one in pair)} == set(stated)), [])


def _beside(sheet: Sheet, field: str, labels: tuple[str, ...], parse: Callable[[str], int | None]) -> Iterator[Fact]:
    for label in sheet.named(*labels):
        pieces = money_pieces(sheet, level_with(sheet, label))
        amount = parse(pieces[0].text) if len(pieces) == 1 else None
        if amount is not None:
            yield _fact(field, amount, pieces[0])


def _sum_facts(pieces: list[Span], heads: dict[str, Label]) -> list[Fact]:
    by_column: dict[str, Span] = {}
    if {"amount_head", "tax_head"} <= heads.keys():
        columns = {name: heads[name].span for name in ("amount_head", "tax_head")}
        for piece in pieces:
            nearest = min(columns, key=lambda name: abs(_centre(columns[name]) - _centre(piece)))
            if nearest in by_column:
                return _sum_facts(pieces, {}) if all("¥" in values.fold(one.text) for one in pieces) else []
            by_column[nearest] = piece
    elif len(pieces) == 2:  # noqa: PLR2004  amount and tax
        by_column = {"amount_head": pieces[0], "tax_head": pieces[1]}
    found = []
    if (span := by_column.get("amount_head")) and (amount := values.amount_fen(span.text)) is not None:
        found.append(_fact("amount_ex_tax_fen", amount, span))
    if (span := by_column.get("tax_head")) and (tax := values.tax_fen(span.text)) is not None:
        found.append(_fact("tax_amount_fen", tax, span))
    return found


def _centre(span: Span) -> float:
    return (span.x0 + span.x1) / 2


def _total(sheet: Sheet) -> list[Fact]:
    for label in sheet.named("total"):
        pieces = money_pieces(sheet, level_with(sheet, label))
        amounts = {amount for piece in pieces if (amount := values.amount_fen(piece.text)) is not None}
        if len(amounts) == 1:
            return [_fact("total_fen", amounts.pop(), pieces[0])]
    return []


def _capitals(sheet: Sheet) -> list[Fact]:
    for label in sheet.named("capitals"):
        glyphs = level_with(sheet, label)
        kept = tuple(
            glyph
            for line in group_lines(glyphs, share=0.9)
            for glyph in line
            if values.fold(glyph.text) in values.CAPITAL_CHARS or values.fold(glyph.text) in "()数"
        )
        if kept:
            kept += _rest_of_capitals(sheet, label, Span(sheet.page, kept))
        amount = values.capitals_fen("".join(glyph.text for glyph in kept)) if kept else None
        if amount is not None:
            return [_fact("capitals_fen", amount, Span(sheet.page, kept))]
    return []


def _rest_of_capitals(sheet: Sheet, label: Label, main: Span) -> tuple[Glyph, ...]:
    """Find the end of an amount in words that a narrow cell breaks; half of it would be another amount."""
    for rest in goes_on(sheet, label, main, CODE_GAP)[:1]:
        if set(values.fold(rest.text)) <= values.CAPITAL_CHARS:
            return rest.glyphs
    return ()


def _paid(sheet: Sheet) -> list[Fact]:
    """Tickets state one amount beside 金额 or 合计; two different ones are not decided here."""
    if sheet.named("amount_head", "tax_head"):
        return []
    found: dict[int, Span] = {}
    # What was received counts before what was due; where change was given, it is the note that was handed over.
    received = [] if sheet.named("change_given") else sheet.named("received")
    for label in received or sheet.named("paid", "fare", "sum", "amount_sum", "price_total"):
        for piece in money_pieces(sheet, level_with(sheet, label)):
            text = values.fold(piece.text)
            if (amount := values.amount_fen(text)) is not None and ("¥" in text or "." in text):
                found.setdefault(amount, piece)
    return [_fact("total_fen", amount, span) for amount, span in found.items()] if len(found) == 1 else []


def _head_row(sheet: Sheet) -> dict[str, Label]:
    """Find the column heads: those on the height of 项目名称, so that 单位 or 金额 elsewhere do not count."""
    anchors = sheet.named("item_head")
    if not anchors:
        return {}
    height, size = anchors[0].span.middle, anchors[0].span.size
    return {label.kind: label for label in sheet.named(*_HEADS) if abs(label.span.middle - height) < size}


def _take_line(sheet: Sheet, line: list[Glyph], heads: dict[str, Label], items: list[Item]) -> None:
    cells: dict[str, list[str]] = {}
    edges = _edges(heads)
    for piece in split_at_gaps(sheet.page, line, 0.9):
        part = next((part for part, left, right in edges if left <= _centre(piece) < right), "")
        cells.setdefault(part, []).append(piece.text)
    text = {part: "".join(words) for part, words in cells.items()}
    amount = values.amount_fen(text.get("amount", ""))
    if amount is None:
        if items and set(text) <= {"name", "spec"} and text.get("name"):
            last = items[-1]
            items[-1] = Item(
                last.name + values.tidy(text["name"]),
                last.spec + values.tidy(text.get("spec", "")),
                last.unit,
                last.quantity,
                last.unit_price,
                last.amount_fen,
                last.tax_rate,
                last.tax_fen,
            )
        return
    if text.get("name"):
        items.append(
            Item(
                values.tidy(text["name"]),
                values.tidy(text.get("spec", "")),
                values.tidy(text.get("unit", "")),
                text.get("quantity", ""),
                text.get("unit_price", ""),
                amount,
                values.fold(text.get("rate", "")),
                values.tax_fen(text.get("tax", "")),
            )
        )


def _edges(heads: dict[str, Label]) -> list[tuple[str, float, float]]:
    """Column borders half-way between neighbouring heads; names run up to the next head's left edge."""
    ordered = sorted(heads.items(), key=lambda one: one[1].span.x0)
    edges = []
    left = float("-inf")
    for index, (kind, label) in enumerate(ordered):
        if index + 1 == len(ordered):
            right = float("inf")
        else:
            following = ordered[index + 1][1].span
            right = following.x0 - following.size if kind == "item_head" else (label.span.x1 + following.x0) / 2
        edges.append((_PART_OF_HEAD[kind], left, right))
        left = right
    return edges
