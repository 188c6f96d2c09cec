"""The face of a vehicle sales invoice: a grid of labels, each with its value beside it, without item lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tracker.evidence.reading import values
from tracker.evidence.reading.facts import Fact, Source
from tracker.evidence.reading.goods import level_with, money_pieces
from tracker.evidence.reading.lines import group_lines
from tracker.evidence.reading.parties import name_beside, tax_id_beside

if TYPE_CHECKING:
    from tracker.evidence.reading.lines import Label, Sheet

READER: Final = "票面文字"


def read(sheet: Sheet) -> list[Fact]:
    """Read both parties, price without tax, tax, and the total in figures and in capitals."""
    # The market or the auctioneer of a used car is a third party with an id of its own.
    names = sheet.named("buyer_name", "seller_name", "other_name")
    facts = [fact for label in names if label.kind != "other_name" and (fact := name_beside(sheet, label, label.kind))]
    for label in sheet.named("tax_id", "buyer_tax_id", "seller_tax_id"):
        role = _party_above(names, label)
        if role in ("buyer", "seller") and (fact := tax_id_beside(sheet, label, f"{role}_tax_id")):
            facts.append(fact)
    return [
        *facts,
        *_amounts(sheet, "amount_ex_tax_fen", _ex_tax(sheet)),
        *_amounts(sheet, "tax_amount_fen", sheet.named("vat")),
        *_amounts(sheet, "total_fen", _totals(sheet)),
        *_capitals(sheet),
    ]


def _amounts(sheet: Sheet, field: str, labels: list[Label]) -> list[Fact]:
    return [
        Fact(field, amount, Source.TEXT, READER, box=piece.box)
        for label in labels
        for piece in money_pieces(sheet, level_with(sheet, label))[:1]
        if (amount := values.amount_fen(piece.text)) is not None
    ]


def _party_above(names: list[Label], label: Label) -> str | None:
    """Tell whose id it is: the party's that was named last, on the same line or above."""
    if label.kind != "tax_id":
        return label.kind.partition("_")[0]
    above = [one for one in names if one.span.middle <= label.span.middle + label.span.size]
    return max(above, key=lambda one: one.span.middle).kind.partition("_")[0] if above else None


def _level(one: Label, other: Label) -> bool:
    return abs(one.span.middle - other.span.middle) < max(one.span.size, other.span.size)


def _heads(sheet: Sheet) -> list[Label]:
    return sheet.named("price_total", "capitals")


def _totals(sheet: Sheet) -> list[Label]:
    """小写 stands in two rows; the total's is the one beside 价税合计."""
    figures = sheet.named("total", "figures")
    return [one for one in figures if any(_level(one, head) for head in _heads(sheet))] or _heads(sheet)


def _ex_tax(sheet: Sheet) -> list[Label]:
    labels = sheet.named("ex_tax")
    figures = [one for one in sheet.named("total", "figures") if any(_level(one, label) for label in labels)]
    return figures or labels


def _capitals(sheet: Sheet) -> list[Fact]:
    for label in _heads(sheet):
        kept = "".join(
            glyph.text
            for line in group_lines(level_with(sheet, label), share=0.9)
            for glyph in line
            if values.fold(glyph.text) in values.CAPITAL_CHARS
        )
        if (amount := values.capitals_fen(kept)) is not None:
            return [Fact("capitals_fen", amount, Source.TEXT, READER)]
    return []
