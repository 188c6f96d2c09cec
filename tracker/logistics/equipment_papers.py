"""Papers of equipment: label sheets with QR codes, the form both hands sign, the report of a stock-take."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tracker.equipment.kinds import KIND_NAMES
from tracker.equipment.lifecycle import HANDING_NAMES
from tracker.equipment.models import Handover, Item, Stocktake, StocktakeLine, StocktakeTag
from tracker.equipment.models.counts import OUTCOME_NAMES
from tracker.equipment.queries.counts import Progress
from tracker.identity.models import Person
from tracker.kernel.money import format_yuan
from tracker.logistics.qr import qr
from tracker.vouchers.papers import draw_html


@dataclass(frozen=True)
class Layout:
    """How labels lie on an A4 sheet, in millimetres; the sheet is cut or comes cut this way."""

    columns: int
    rows: int
    width: float
    height: float
    code: float
    text: float

    @property
    def count(self) -> int:
        """Count the labels of a sheet."""
        return self.columns * self.rows

    def place(self, number: int) -> tuple[float, float]:
        """Return where the label of a number, counted from 0 on its sheet, has its left upper corner."""
        return (number % self.columns * self.width, number // self.columns * self.height)


LAYOUTS: dict[int, Layout] = {
    12: Layout(2, 6, 105, 49.5, 33, 11),
    24: Layout(3, 8, 70, 37.125, 23, 8),
}


def label_sheets(
    items: Sequence[Item], up: int, address: Callable[[str], str], *, at: datetime, skip: int = 0
) -> bytes:
    """Draw a label for each thing, 12 or 24 on a sheet; ``skip`` leaves places of the first sheet that are used up."""
    layout = LAYOUTS[up]
    cells: list[tuple[Item, str] | None] = [None] * (skip % layout.count)
    cells += [(item, qr(address(item.number), item.number)) for item in items]
    sheets = [cells[start : start + layout.count] for start in range(0, len(cells), layout.count)]
    return draw_html(
        "labels.html",
        {"sheets": sheets, "layout": layout},
        title=f"设备标签 {len(items)} 枚",
        author=items[0].owner_unit.name,
        at=at,
    )


def handover_form(handover: Handover, address: str, corrected: Mapping[int, date]) -> bytes:
    """Draw the form of a handover for both hands to sign; the same handover gives the same bytes.

    It prints cards as they are. Of those corrected since, by id of the thing, it prints the day: a paper signed before
    says something else.
    """
    return draw_html(
        "handover.html",
        {
            "one": handover,
            "corrected": corrected,
            "kind": HANDING_NAMES[handover.kind],
            "kind_names": KIND_NAMES,
            "yuan": format_yuan,
            "total": format_yuan(sum(line.item.price_fen for line in handover.lines)),
            "qr": qr(address, handover.number),
        },
        title=f"设备{HANDING_NAMES[handover.kind]}单 {handover.number}",
        author=handover.unit.name,
        at=handover.handed_at,
    )


def stocktake_report(
    count: Stocktake,
    far: Progress,
    *,
    counters: Sequence[Person],
    differences: Sequence[StocktakeLine],
    tags: Sequence[StocktakeTag],
    at: datetime,
) -> bytes:
    """Draw the report of a stock-take as it stands at a moment."""
    scope = count.team.name if count.team else count.room.title if count.room else "全部设备"
    facts = {"one": count, "far": far, "counters": counters, "differences": differences, "tags": tags, "scope": scope}
    return draw_html(
        "stocktake.html",
        {**facts, "outcomes": OUTCOME_NAMES},
        title=f"{count.name}报告",
        author=count.unit.name,
        at=at,
    )
