"""What an invoice speaks for: words of its item lines and its kind, and the purposes they are usually booked under.

The class between the stars (``*餐饮服务*工作餐``) is the tax bureau's own (税总货劳函〔2016〕, 商品和服务税收分类); the
economic codes are those of the fund's categories. One table suggests a line's category and points out another one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tracker.evidence.reading import Reading
from tracker.evidence.reading import kinds as bills
from tracker.evidence.reading.values import fold


@dataclass(frozen=True)
class Leaning:
    """Where something is usually booked: economic codes, first choice first, and the item inside each."""

    name: str
    codes: Mapping[str, tuple[str, ...]]

    def fits(self, code: str, item: str) -> bool:
        """Tell whether a purpose is one of those."""
        return code in self.codes and (not self.codes[code] or item in self.codes[code])


_TRAVEL_OR_GUEST = {"30211": ("transport", "local", "other"), "30217": ("guest_transport", "other"), "30239": ()}

BY_ITEM: tuple[tuple[str, Leaning], ...] = (
    ("住宿", Leaning("住宿", {"30211": ("lodging",), "30217": ("guest_lodging",), "30215": (), "30216": ()})),
    ("餐饮", Leaning("餐饮", {"30217": ("dinner", "banquet", "other"), "30215": (), "30216": ()})),
    ("会议", Leaning("会议", {"30215": (), "30216": (), "30211": ("other",), "30226": (), "30227": ()})),
    ("展览", Leaning("会议展览", {"30215": (), "30226": (), "30227": (), "30202": ()})),
    ("印刷", Leaning("印刷", {"30202": (), "30201": ()})),
    ("运输服务", Leaning("交通", _TRAVEL_OR_GUEST)),
    ("客运", Leaning("交通", _TRAVEL_OR_GUEST)),
    ("机票", Leaning("交通", _TRAVEL_OR_GUEST)),
    ("租赁", Leaning("租赁", {"30214": (), "30239": (), "30211": ("other",), "30217": ("guest_transport",)})),
    ("电信", Leaning("邮电", {"30207": (), "30201": ()})),
    ("邮政", Leaning("邮电", {"30207": (), "30201": ()})),
    ("快递", Leaning("邮电", {"30207": (), "30201": ()})),
    ("咨询", Leaning("咨询", {"30203": (), "30226": (), "30227": ()})),
    ("办公", Leaning("办公用品", {"30201": ()})),
    ("纸", Leaning("办公用品", {"30201": (), "30202": ()})),
    ("文具", Leaning("办公用品", {"30201": ()})),
)
"""Word in an item line → where such things are booked; the first that is found counts."""

BY_KIND: Mapping[str, Leaning] = {
    kind: Leaning("交通", _TRAVEL_OR_GUEST)
    for kind in (bills.RAIL, bills.AIR, bills.COACH, bills.COACH_TICKET, bills.TAXI, bills.TOLL)
}
"""Kind of ticket → where a journey is booked."""


def leaning_of(reading: Reading) -> Leaning | None:
    """Say where an invoice is usually booked, or None when it says nothing of it."""
    by_kind = BY_KIND.get(reading.kind or "")
    if by_kind is not None:
        return by_kind
    said = [fold(item.name) for item in reading.items]
    return next((leaning for word, leaning in BY_ITEM if any(word in name for name in said)), None)
