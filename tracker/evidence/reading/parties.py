"""Buyer and seller on a page by geometry: names and tax ids beside their labels, wrapped or not."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.evidence.reading import values
from tracker.evidence.reading.beside import CODE_GAP, goes_on, name_span, right_of, under, under_elsewhere
from tracker.evidence.reading.facts import Fact, Source
from tracker.evidence.reading.lines import Label, Sheet, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

READER: Final = "票面文字"
_ROLES: Final = ("buyer", "seller")
_TAX_ID_PART: Final = re.compile(r"[0-9A-Z]{1,17}")
_LONGEST_TAX_ID: Final = 20


def read(sheet: Sheet) -> list[Fact]:
    """Read the names and tax ids of both parties; whose a label is not told by anything stays unread."""
    found = []
    names = _with_roles(sheet, ("name", "buyer_name", "seller_name"))
    for label, role in names:
        if fact := name_beside(sheet, label, f"{role}_name"):
            found.append(fact)
    for label, role in _with_roles(sheet, ("tax_id", "buyer_tax_id", "seller_tax_id"), names):
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


def _with_roles(
    sheet: Sheet, label_kinds: tuple[str, ...], names: Sequence[tuple[Label, str]] = ()
) -> list[tuple[Label, str]]:
    """Tell buyer from seller: by the label's own words, by the side title, by the ``names`` that are told already.

    Else left and upper is the buyer's.
    """
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
        found.extend(_paired(open_labels, names) if names else zip(_in_order(open_labels), _ROLES, strict=True))
    if len(open_labels) == 1 and not taken:
        found.extend((open_labels[0], role) for role in _named_above(open_labels[0], names))
    if len(open_labels) == 1 and len(taken) == 1:
        # A side title on the height of one label alone names it; the other label is the other party's.
        found.append((open_labels[0], "seller" if taken == {"buyer"} else "buyer"))
    return [
        (label, role)
        for label, role in found
        if sum(other == role for _, other in found) == 1 or label.kind.partition("_")[0] == role
    ]


def _same_line(one: Label, other: Label) -> bool:
    return abs(one.span.middle - other.span.middle) < max(one.span.size, other.span.size)


def _in_order(labels: Sequence[Label]) -> list[Label]:
    """Sort two labels from left to right if they stand on one line, else top down."""
    level = _same_line(labels[0], labels[1])
    return sorted(labels, key=lambda one: one.span.x0 if level else one.span.middle)


def _paired(labels: Sequence[Label], names: Sequence[tuple[Label, str]]) -> list[tuple[Label, str]]:
    """Give two ids to the parties in the order of their names: a roll invoice has its seller first.

    Names side by side tell by left and right, for a long one pushes its id down; names below each other by height.
    """
    roles = {id(label): role for label, role in names}
    if sorted(roles.values()) != sorted(_ROLES):
        # One name alone: only a buyer's before both ids speaks for the usual order.
        usual = [role for _, role in names] == ["buyer"] and names[0][0].span.middle <= _in_order(labels)[0].span.y1
        return list(zip(_in_order(labels), _ROLES, strict=True)) if usual else []
    ordered = _in_order([label for label, _ in names])
    beside = _same_line(ordered[0], ordered[1])
    place = [(one.span.x0 if beside else one.span.middle) for one in labels]
    if abs(place[0] - place[1]) < labels[0].span.size:
        return []
    first, second = labels if place[0] < place[1] else (labels[1], labels[0])
    return [(first, roles[id(ordered[0])]), (second, roles[id(ordered[1])])]


def _named_above(label: Label, names: Sequence[tuple[Label, str]]) -> list[str]:
    """Tell whose a single id is: the party's that is named last before it, if it is named alone on its line."""
    span = label.span
    above = [(name, role) for name, role in names if name.span.middle <= span.middle + 0.5 * span.size]
    last = max((name.span.middle for name, _ in above), default=0.0)
    roles = [role for name, role in above if last - name.span.middle < name.span.size]
    return roles if len(roles) == 1 else []


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
