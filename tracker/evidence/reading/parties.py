"""Buyer and seller on a page by geometry: names and tax ids beside their labels, wrapped or not."""

from __future__ import annotations

import re
from typing import Final

from tracker.evidence.reading import values
from tracker.evidence.reading.beside import CODE_GAP, goes_on, name_span, right_of, under, under_elsewhere
from tracker.evidence.reading.facts import Fact, Source
from tracker.evidence.reading.lines import Label, Sheet, Span

READER: Final = "票面文字"
_TAX_ID_PART: Final = re.compile(r"[0-9A-Z]{1,17}")
_LONGEST_TAX_ID: Final = 20


def read(sheet: Sheet) -> list[Fact]:
    """Read the names and tax ids of both parties; whose a label is not told by anything stays unread."""
    found = []
    for label, role in _with_roles(sheet, ("name", "buyer_name", "seller_name")):
        if fact := name_beside(sheet, label, f"{role}_name"):
            found.append(fact)
    for label, role in _with_roles(sheet, ("tax_id", "buyer_tax_id", "seller_tax_id")):
        if fact := tax_id_beside(sheet, label, f"{role}_tax_id"):
            found.append(fact)
    return found


def name_beside(sheet: Sheet, label: Label, field: str) -> Fact | None:
    """Read the name to the right of a label as this field."""
    span = name_span(sheet, label)
    if span is None:
        return None
    value = values.name(span.text if _latin(span) else span.text.replace(" ", ""))
    return None if value is None or ":" in values.fold(value) else _fact(field, value, span)


def tax_id_beside(sheet: Sheet, label: Label, field: str) -> Fact | None:
    """Read the tax id right of a label, joined when its cell breaks it, or below the label when nothing is right."""
    beside = right_of(sheet, label, CODE_GAP)[:1]
    if not beside:
        below = under(sheet, label, CODE_GAP)
        for span in (*([below] if below else []), *under_elsewhere(sheet, label, CODE_GAP)):
            if value := values.tax_id(span.text):
                return _fact(field, value, span)
        return None
    whole = beside[0]
    for rest in goes_on(sheet, label, whole, CODE_GAP)[:1]:
        joined = Span(sheet.page, whole.glyphs + rest.glyphs)
        broken = _TAX_ID_PART.fullmatch(values.fold(rest.text).upper())
        if broken and len(joined.glyphs) <= _LONGEST_TAX_ID:
            whole = joined
    value = values.tax_id(whole.text)
    return None if value is None else _fact(field, value, whole)


def _fact(field: str, value: str, span: Span) -> Fact:
    return Fact(field, value, Source.TEXT, READER, box=span.box)


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
    if len(open_labels) == 1 and len(taken) == 1:
        # A side title on the height of one label alone names it; the other label is the other party's.
        found.append((open_labels[0], "seller" if taken == {"buyer"} else "buyer"))
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
