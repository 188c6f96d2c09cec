"""The face of a railway e-ticket: fare, stations, train and traveller; tax is not printed and not guessed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.evidence.reading import values
from tracker.evidence.reading.facts import Fact, Leg, Source
from tracker.evidence.reading.goods import level_with, money_pieces
from tracker.evidence.reading.lines import split_at_gaps
from tracker.evidence.reading.parties import name_beside, tax_id_beside

if TYPE_CHECKING:
    from tracker.evidence.reading.lines import Sheet, Span

READER: Final = "票面文字"
_TRAIN: Final = re.compile(r"[GDCZTKYLSF]?\d{1,5}")
_STATION: Final = re.compile(r"([\u4e00-\u9fff]{1,8})站")
_PERSON: Final = re.compile(r"[\dX]{4,10}\*{4,}[\dX]{1,4}([\u4e00-\u9fff·A-Za-z ]{2,40})")
_SEAT: Final = re.compile(
    r"(商务座|特等座|优选一等座|一等座|二等座|无座|硬座|软座|硬卧|高级软卧|软卧|动卧|一等卧|二等卧)"
)


def read(sheet: Sheet) -> tuple[list[Fact], tuple[Leg, ...]]:
    """Read total, buyer and traveller, and the one leg of the ticket."""
    facts = _fares(sheet)
    for label in sheet.named("buyer_name", "name")[:1]:
        if fact := name_beside(sheet, label, "buyer_name"):
            facts.append(fact)
    for label in sheet.named("tax_id", "buyer_tax_id")[:1]:
        if fact := tax_id_beside(sheet, label, "buyer_tax_id"):
            facts.append(fact)
    lines = [values.fold(line.text) for line in sheet.lines]
    for line in lines:
        if match := _PERSON.search(line):
            facts.append(Fact("passenger", match[1].strip(), Source.TEXT, READER))
            break
    return facts, _legs(sheet, lines)


def _fact(field: str, value: str | int, span: Span) -> Fact:
    return Fact(field, value, Source.TEXT, READER, box=span.box)


def _fares(sheet: Sheet) -> list[Fact]:
    """One of 票价, 退票费 or 改签费 is the total; two different amounts are left to the person.

    A refund's ticket may tell the fare it refunds, but what it invoices is the fee.
    """
    found: dict[int, Span] = {}
    for label in sheet.named("refund_fee") or sheet.named("fare", "change_fee"):
        for piece in money_pieces(sheet, level_with(sheet, label))[:1]:
            if (amount := values.amount_fen(piece.text)) is not None:
                found.setdefault(amount, piece)
    return [_fact("total_fen", amount, piece) for amount, piece in found.items()] if len(found) == 1 else []


def _legs(sheet: Sheet, lines: list[str]) -> tuple[Leg, ...]:
    pieces = [
        (values.fold(piece.text), piece)
        for line in sheet.lines
        for piece in split_at_gaps(sheet.page, line.glyphs, 1.0)
    ]
    stations = [(match[1], piece) for text, piece in pieces if (match := _STATION.fullmatch(text))]
    trains = [
        text
        for text, piece in pieces
        if _TRAIN.fullmatch(text) and stations and abs(piece.middle - stations[0][1].middle) < 2 * piece.size
    ]
    days = [found for line in lines if "开" in line and "开票" not in line and (found := values.day(line))]
    times = [match[1] for line in lines if (match := re.search(r"(\d{1,2}:\d{2})开", line))]
    seats = [match[1] for line in lines if (match := _SEAT.search(line))]
    if len(stations) != 2:  # noqa: PLR2004  where from and where to
        return ()
    start, end = sorted(stations, key=lambda one: one[1].x0)
    return (
        Leg(
            start[0],
            end[0],
            number=trains[0] if trains else "",
            seat=seats[0] if seats else "",
            day=days[0] if days else None,
            time=times[0] if times else "",
        ),
    )
