"""The face of taxi, toll, coach and fixed-amount tickets, which print few labels or none."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tracker.evidence.reading import values
from tracker.evidence.reading.beside import name_span
from tracker.evidence.reading.facts import Fact, Source
from tracker.evidence.reading.lines import split_at_gaps

if TYPE_CHECKING:
    from tracker.evidence.reading.lines import Sheet, Span

READER: Final = "票面文字"
_CARRIER: Final = re.compile(
    r"[:]?(.*(?:公司|集团|车队|合作社|服务部|运输处|管理处|客运站|汽车站)[\u4e00-\u9fff()]{0,12})"
)
_FACE_AMOUNT: Final = re.compile(r"(?:面额|票面金额|人民币|金额)?:?(¥?\d{1,5}(?:\.\d{2})?元?)整?")
_STAMP_WORDS: Final = re.compile("盖章|密码|刮开|年月日")
_SHORTEST_NAME: Final = 4


def complete(sheet: Sheet, facts: list[Fact], *, fixed: bool) -> list[Fact]:
    """Add the carrier printed beside 单位, and on a ``fixed`` ticket the amount that stands without a label."""
    kept = [one for one in facts if not (one.field == "seller_name" and _is_stamp(str(one.value)))]
    if not any(one.field == "seller_name" for one in kept):
        kept += _carrier(sheet)
    if fixed and not any(one.field == "total_fen" for one in kept):
        kept += _face_amount(sheet)
    return kept


def _is_stamp(name: str) -> bool:
    """Whether it is the place for a stamp, not a name."""
    return name.startswith(("(", "（")) or bool(_STAMP_WORDS.search(name)) or len(name) < _SHORTEST_NAME


def _carrier(sheet: Sheet) -> list[Fact]:
    for label in sheet.named("unit_head", "company"):
        span = name_span(sheet, label)
        match = _CARRIER.fullmatch(values.tidy(span.text.replace(" ", ""))) if span else None
        value = values.name(match[1]) if match else None
        if span and value:
            return [Fact("seller_name", value, Source.TEXT, READER, box=span.box)]
    return []


def _face_amount(sheet: Sheet) -> list[Fact]:
    """One amount in large type, in capitals, in figures or in both; two different ones are not decided here."""
    found: dict[int, Span] = {}
    for line in sheet.lines:
        for piece in split_at_gaps(sheet.page, line.glyphs, 1.3):
            for text in re.split("(?=¥)", values.fold(piece.text)):
                amount = values.capitals_fen(text) if "元" in text or "圆" in text else None
                match = _FACE_AMOUNT.fullmatch(text)
                if amount is None and match and ("¥" in text or "元" in text):
                    amount = values.amount_fen(match[1])
                if amount:
                    found.setdefault(amount, piece)
    return [Fact("total_fen", amount, Source.TEXT, READER, box=span.box) for amount, span in found.items()][
        : len(found) == 1
    ]
