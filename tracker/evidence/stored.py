"""A reading as it is stored: JSON and back, and the columns that are looked up; what is nobody's business is left out.

A traveller's name is read for the check at upload and not kept; long figures in the remarks (accounts, identity
numbers) are kept with their middle hidden. The original file still has everything.
"""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from typing import Any, Final

from tracker.evidence import keys
from tracker.evidence.reading import Box, Conflict, Item, Leg, Reading, Source, Sureness
from tracker.evidence.reading.values import fold

_LEFT_OUT: Final = frozenset({"passenger"})
_LONG_FIGURE: Final = re.compile(r"(?<![0-9])([0-9]{4})[0-9]{4,}([0-9Xx]{4})(?![0-9])")
_PLAIN: Final = frozenset(
    {
        "kind",
        "invoice_code",
        "invoice_number",
        "buyer_name",
        "buyer_tax_id",
        "seller_name",
        "seller_tax_id",
        "amount_ex_tax_fen",
        "tax_amount_fen",
        "other_charges_fen",
        "total_fen",
        "red_letter",
        "red_of",
    }
)


def to_plain(reading: Reading) -> dict[str, Any]:
    """Return a reading as JSON values: days as ISO text, amounts in fen, boxes as [page, x0, y0, x1, y1]."""
    plain: dict[str, Any] = {name: getattr(reading, name) for name in sorted(_PLAIN)}
    plain["issue_date"] = _day_text(reading.issue_date)
    plain["remarks"] = hidden_figures(reading.remarks) if reading.remarks else None
    plain["items"] = [_row(item) for item in reading.items]
    plain["legs"] = [{**_row(leg), "day": _day_text(leg.day)} for leg in reading.legs]
    plain["sources"] = {name: str(source) for name, source in reading.sources.items() if name not in _LEFT_OUT}
    plain["sureness"] = {name: str(sure) for name, sure in reading.sureness.items() if name not in _LEFT_OUT}
    plain["boxes"] = {
        name: [box.page, *(round(edge, 4) for edge in (box.x0, box.y0, box.x1, box.y1))]
        for name, box in reading.boxes.items()
        if name not in _LEFT_OUT
    }
    plain["conflicts"] = [
        {"field": one.field, "readings": [list(pair) for pair in one.readings], "reason": one.reason}
        for one in reading.conflicts
        if one.field not in _LEFT_OUT
    ]
    plain["notes"] = list(reading.notes)
    return plain


def from_plain(plain: dict[str, Any]) -> Reading:
    """Return the reading that ``to_plain`` wrote."""
    return Reading(
        **{name: plain[name] for name in _PLAIN},
        issue_date=_day(plain["issue_date"]),
        remarks=plain["remarks"],
        items=tuple(Item(**item) for item in plain["items"]),
        legs=tuple(Leg(**{**leg, "day": _day(leg["day"])}) for leg in plain["legs"]),
        sources={name: Source(source) for name, source in plain["sources"].items()},
        sureness={name: Sureness(sure) for name, sure in plain["sureness"].items()},
        boxes={name: Box(*edges) for name, edges in plain["boxes"].items()},
        conflicts=tuple(
            Conflict(one["field"], tuple((place, text) for place, text in one["readings"]), one["reason"])
            for one in plain["conflicts"]
        ),
        notes=tuple(plain["notes"]),
    )


def columns_of(reading: Reading) -> dict[str, Any]:
    """Return the columns a reading is looked up by: its number and code in their one spelling, day, total, seller."""
    return {
        "code": keys.normal(reading.invoice_code or "")[:20],
        "number": keys.normal(reading.invoice_number or "")[:30],
        "issued_on": reading.issue_date,
        "total_fen": reading.total_fen,
        "seller_key": seller_key(reading.seller_name),
        "red_letter": reading.red_letter,
        "red_of": keys.normal(reading.red_of or "")[:40],
    }


def seller_key(name: str | None) -> str:
    """Fold a seller's name for comparison: width, radicals, brackets and spaces make no difference."""
    return fold(name or "")[:120]


def hidden_figures(text: str) -> str:
    """Hide the middle of figures of twelve digits and more."""
    return _LONG_FIGURE.sub(lambda found: f"{found[1]}****{found[2]}", text)


def _row(one: Item | Leg) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(one)}


def _day_text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
