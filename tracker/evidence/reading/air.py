"""The face of an air itinerary: amounts stand below their heads, parties to the right of their labels."""

from __future__ import annotations

import re
from itertools import combinations, starmap
from typing import TYPE_CHECKING, Final

from tracker.evidence.reading import values
from tracker.evidence.reading.facts import Fact, Leg, Source
from tracker.evidence.reading.goods import level_with
from tracker.evidence.reading.lines import Span, group_lines, split_at_gaps
from tracker.evidence.reading.parties import name_beside, tax_id_beside

if TYPE_CHECKING:
    from tracker.evidence.reading.lines import Label, Sheet

READER: Final = "票面文字"
_AMOUNT_HEADS: Final = ("fare", "fuel", "vat_rate", "vat", "fund", "other_taxes", "sum")
_PARTS: Final = {
    "amount_ex_tax_fen": ("fare", "fuel"),
    "tax_amount_fen": ("vat",),
    "other_charges_fen": ("fund", "other_taxes"),
    "total_fen": ("sum",),
}
_FLIGHT: Final = re.compile(r"([A-Z][A-Z0-9]|[0-9][A-Z])\d{3,4}[A-Z]?")
_MONEY: Final = re.compile(r"(?:CNY|CN|¥)?(-?[\d,]+(?:\.\d{1,2})?)")


def read(sheet: Sheet) -> tuple[list[Fact], tuple[Leg, ...]]:
    """Read amounts, parties and legs. Fare and fuel are without tax; the fund is neither (invoices.md 3.1)."""
    amounts = _amounts(sheet)
    facts = []
    for field, kinds in _PARTS.items():
        found = [amounts[kind] for kind in kinds if kind in amounts]
        # A missing fuel surcharge or other tax is an empty cell; a missing first part is a reading failure.
        if kinds[0] in amounts:
            facts.append(Fact(field, sum(amount for amount, _ in found), Source.TEXT, READER, box=found[0][1].box))
    for label in (*sheet.named("buyer_name", "name")[:1], *sheet.named("seller_name")[:1]):
        field = "seller_name" if label.kind == "seller_name" else "buyer_name"
        if fact := name_beside(sheet, label, field):
            facts.append(fact)
    for label in sheet.named("tax_id", "buyer_tax_id")[:1]:
        facts += [fact] if (fact := tax_id_beside(sheet, label, "buyer_tax_id")) else []
    for label in sheet.named("passenger")[:1]:
        facts += [
            Fact("passenger", value, Source.TEXT, READER, box=piece.box)
            for piece in _under(sheet, label, 3.5)[:1]
            if (value := values.name(piece.text))
        ]
    return facts, _legs(sheet)


def _right(sheet: Sheet, label: Label, widest: float) -> list[Span]:
    return [
        piece
        for line in group_lines(level_with(sheet, label, share=0.6))
        for piece in split_at_gaps(sheet.page, line, widest)
    ]


def _under(sheet: Sheet, label: Label, reach: float) -> list[Span]:
    """Find the pieces below a label, nearest line first, that stand nearer to it than to its neighbours."""
    span = label.span
    neighbours = [
        other.span for other in sheet.labels if other is not label and abs(other.span.middle - span.middle) < span.size
    ]
    found = []
    for line in group_lines(
        glyph for glyph in sheet.free if 0.3 * span.size < glyph.middle - span.middle < reach * span.size
    ):
        for piece in split_at_gaps(sheet.page, line, 1.1):
            distance = abs(_centre(piece) - _centre(span))
            nearest = all(distance < abs(_centre(piece) - _centre(other)) for other in neighbours)
            if nearest and distance < 8 * span.size:
                found.append(piece)
    return sorted(found, key=lambda piece: piece.middle)


def _amounts(sheet: Sheet) -> dict[str, tuple[int, Span]]:
    """Pair the amount heads with the amounts one line below, in order; a head without an amount is left out."""
    heads = sheet.named(*_AMOUNT_HEADS)
    beside = _beside(sheet, heads)
    if beside:
        return beside
    anchor = next((label for label in heads if label.kind in ("fare", "fuel")), None)
    if anchor is None:
        return {}
    size = anchor.span.size
    row = sorted(
        (label for label in heads if abs(label.span.middle - anchor.span.middle) < size),
        key=lambda label: label.span.x0,
    )
    below = [glyph for glyph in sheet.free if 0.4 * size < glyph.middle - anchor.span.middle < 2.8 * size]
    lines = group_lines(below)
    pieces = _whole_amounts(split_at_gaps(sheet.page, lines[0], 1.1)) if lines else []
    found = {}
    for label, piece in _in_order(row, pieces):
        match = _MONEY.fullmatch(values.fold(piece.text))
        amount = values.amount_fen(match[1]) if match else None
        if amount is not None and label.kind != "vat_rate":
            found[label.kind] = (amount, piece)
    return found


def _beside(sheet: Sheet, heads: list[Label]) -> dict[str, tuple[int, Span]]:
    """Read amounts printed to the right of their labels, as forms that list them do; nothing for a row of heads."""
    found: dict[str, tuple[int, Span]] = {}
    for label in heads:
        for piece in _whole_amounts(_right(sheet, label, 1.1))[:1]:
            match = _MONEY.fullmatch(values.fold(piece.text))
            amount = values.amount_fen(match[1]) if match else None
            if amount is not None and label.kind != "vat_rate":
                found.setdefault(label.kind, (amount, piece))
    return found if {"fare", "sum"} <= found.keys() else {}


def _whole_amounts(pieces: list[Span]) -> list[Span]:
    """Join a currency code set apart from its figures to them."""
    joined: list[Span] = []
    for piece in pieces:
        if joined and values.fold(joined[-1].text) in ("CNY", "CN", "¥", "YQ"):
            joined[-1] = Span(piece.page, joined[-1].glyphs + piece.glyphs)
        else:
            joined.append(piece)
    return joined


def _in_order(heads: list[Label], pieces: list[Span]) -> list[tuple[Label, Span]]:
    """Pair heads and pieces from left to right; with cells empty, the pairing with the least sideways shift."""
    if len(heads) == len(pieces):
        return list(zip(heads, pieces, strict=True))
    if len(pieces) > len(heads):
        return []

    def shift(head: Label, piece: Span) -> float:
        return min(abs(head.span.x0 - piece.x0), abs(head.span.x1 - piece.x1), abs(_centre(head.span) - _centre(piece)))

    best = min(
        combinations(heads, len(pieces)), key=lambda chosen: sum(starmap(shift, zip(chosen, pieces, strict=True)))
    )
    return list(zip(best, pieces, strict=True))


def _centre(span: Span) -> float:
    return (span.x0 + span.x1) / 2


def _legs(sheet: Sheet) -> tuple[Leg, ...]:
    places: list[tuple[float, str, str]] = []
    flights: list[tuple[float, str, str, str]] = []
    for line in sheet.lines:
        pieces = split_at_gaps(sheet.page, line.glyphs, 0.9)
        texts = [values.fold(piece.text) for piece in pieces]
        for index, text in enumerate(texts):
            if match := re.match(r"([自至]):?(.*)", text):
                where = match[2] or (texts[index + 1] if index + 1 < len(texts) else "")
                places.append((line.middle, match[1], re.sub(r"[A-Z]{3}$", "", where)))
            if match := _FLIGHT.search(text):
                carrier = text[: match.start()] or (texts[index - 1] if index else "")
                flights.append((line.middle, carrier, match.group(), " ".join(texts[index:])))
    legs = []
    starts = [place for place in places if place[1] == "自"]
    for height, _, start in starts:
        below = [place for place in places if place[1] == "至" and place[0] > height]
        if not below:
            continue
        end = min(below, key=lambda place: place[0])
        near = [one for one in flights if abs(one[0] - (height + end[0]) / 2) <= abs(end[0] - height)]
        flight = min(near, key=lambda one: abs(one[0] - (height + end[0]) / 2)) if near else (0.0, "", "", "")
        clock = re.search(r"\d{1,2}:\d{2}", flight[3])
        legs.append(
            Leg(start, end[2], flight[1], flight[2], day=values.day(flight[3]), time=clock.group() if clock else "")
        )
    return tuple(legs)
