"""What reading an invoice fills into a line: number, day, amounts, journey, written as a person would type them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tracker.claims.leanings import leaning_of
from tracker.claims.offer import Purpose
from tracker.evidence.reading import Reading
from tracker.evidence.reading import kinds as bills
from tracker.evidence.stays import stay_of
from tracker.kernel.money import format_yuan

_TICKETS = frozenset({bills.RAIL, bills.AIR, *bills.TICKETS})
_FAST_TRAINS = ("G", "D", "C")

_SUGGESTS: tuple[tuple[str, Callable[[Reading], bool]], ...] = (
    ("transport", lambda reading: reading.kind in {bills.RAIL, bills.AIR, bills.COACH}),
    ("lodging", lambda reading: _sells(reading, "住宿")),
    ("guest_lodging", lambda reading: _sells(reading, "住宿")),
    ("dinner", lambda reading: _sells(reading, "餐饮")),
    ("guest_transport", lambda reading: reading.kind in _TICKETS),
)
"""Item → what in an invoice speaks for it; the first that is on offer is suggested."""


def texts_of(reading: Reading, purposes: Sequence[Purpose]) -> dict[str, str]:
    """Return a line's texts as far as the file says them; what was not read is left out, never guessed.

    A red-letter invoice (负数) fills nothing: it takes an amount back and cannot be claimed.
    """
    if reading.red_letter:
        return {}
    leg_first, leg_last = (reading.legs[0], reading.legs[-1]) if reading.legs else (None, None)
    day = (leg_first.day if leg_first else None) or reading.issue_date
    arrives = (leg_last.day if leg_last else None) or day
    stay = stay_of(reading)
    total = format_yuan(reading.total_fen) if reading.total_fen and reading.total_fen > 0 else ""
    found = {
        "category": _category(reading, purposes),
        "spent_on": day.isoformat() if day else "",
        "summary": _summary(reading),
        "amount": total,
        "face_fen": total,
        "bill_kind": _bill_kind(reading.kind),
        "bill_number": reading.invoice_number or "",
        "bill_code": reading.invoice_code or "",
        "bill_count": "1" if reading.invoice_number else "",
        "from_city": leg_first.from_place if leg_first else "",
        "to_city": leg_last.to_place if leg_last else "",
        "arrives_on": arrives.isoformat() if leg_last and arrives else "",
        "vehicle": _vehicle(reading),
        "nights": str(stay.nights) if stay else "",
    }
    return {name: text for name, text in found.items() if text}


def _category(reading: Reading, purposes: Sequence[Purpose]) -> str:
    if len(purposes) == 1:
        return purposes[0].key
    for item, speaks_for in _SUGGESTS:
        if speaks_for(reading):
            found = next((purpose for purpose in purposes if purpose.item.key == item), None)
            if found is not None:
                return found.key
    leaning = leaning_of(reading)
    for purpose in purposes if leaning is not None else ():
        if leaning is not None and leaning.fits(purpose.category.economic_code, purpose.item.key):
            return purpose.key
    return ""


def _sells(reading: Reading, word: str) -> bool:
    return any(word in item.name for item in reading.items)


def _summary(reading: Reading) -> str:
    if reading.legs:
        seat = reading.legs[0].seat
        journey = f"{reading.legs[0].from_place} → {reading.legs[-1].to_place}"
        return f"{journey}，{seat}"[:120] if seat else journey[:120]
    name = reading.items[0].name if reading.items else ""
    return name.rpartition("*")[2].strip()[:120]


def _bill_kind(kind: str | None) -> str:
    if kind is None:
        return ""
    if kind in _TICKETS:
        return "交通客票"
    return "财政票据" if kind == bills.FISCAL else "发票"


def _vehicle(reading: Reading) -> str:
    if reading.kind == bills.RAIL:
        number = reading.legs[0].number if reading.legs else ""
        if not number:
            return ""
        return "高铁动车" if number.startswith(_FAST_TRAINS) else "火车"
    return {bills.AIR: "飞机", bills.COACH: "长途汽车"}.get(reading.kind or "", "")
