"""What a team holds against what its heads may have: things by class, and office area."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tracker.equipment.kinds import KIND_NAMES, ItemKind
from tracker.equipment.standards.figures import K, Quantity, StandardSet, areas
from tracker.equipment.standards.staffing import Staffing


@dataclass(frozen=True)
class Gap:
    """A class, or classes with one limit: held against allowed. ``offset`` desktops stand for laptops not taken."""

    kinds: tuple[ItemKind, ...]
    held: int
    allowed: int
    text: str
    is_found: bool
    set_title: str
    offset: int = 0

    @property
    def name(self) -> str:
        """Name the classes."""
        return "、".join(KIND_NAMES[kind] for kind in self.kinds)

    @property
    def missing(self) -> int:
        """How many more may be provided."""
        return max(0, self.allowed - self.held)

    @property
    def surplus(self) -> int:
        """How many are beyond the limit and not offset."""
        return max(0, self.held - self.allowed - self.offset)


def gaps(staffing: Staffing, held: Mapping[ItemKind, int], sets: Iterable[StandardSet]) -> list[Gap]:
    """Lay what a team holds against what its heads may have, limit by limit."""
    found: list[Gap] = []
    for chosen in sets:
        by_kinds: dict[tuple[ItemKind, ...], list[Quantity]] = {}
        for quantity in chosen.quantities:
            by_kinds.setdefault(quantity.kinds, []).append(quantity)
        rows = [
            Gap(
                kinds=kinds,
                held=sum(held.get(kind, 0) for kind in kinds),
                allowed=sum(quantity.allowed(staffing) for quantity in quantities),
                text="；".join(quantity.text for quantity in quantities),
                is_found=all(quantity.is_found for quantity in quantities),
                set_title=chosen.title,
            )
            for kinds, quantities in by_kinds.items()
        ]
        found += _offset(rows) if chosen.desktops_offset_laptops else rows
    return found


def allowed_area_dm2(staffing: Staffing, by_level: Mapping[str, int] | None = None) -> int:
    """Sum the office area of a team's heads, in 0.01 m², by the areas given or those the data brought."""
    each = by_level if by_level is not None else areas()
    heads = {
        "bureau": staffing.bureau,
        "division": staffing.division,
        "section": staffing.section,
        "staff": staffing.staff + staffing.unknown,
    }
    return sum(each.get(level, 0) * count for level, count in heads.items())


def _offset(rows: Sequence[Gap]) -> list[Gap]:
    """Let desktops beyond the limit stand for laptops the team did not take, and count those laptops as taken."""
    desktop = next((row for row in rows if row.kinds == (K.DESKTOP,)), None)
    laptop = next((row for row in rows if row.kinds == (K.LAPTOP,)), None)
    if desktop is None or laptop is None:
        return list(rows)
    offset = min(desktop.surplus, laptop.missing)
    changed = {
        desktop.kinds: Gap(**{**vars(desktop), "offset": offset}),
        laptop.kinds: Gap(**{**vars(laptop), "allowed": laptop.allowed - offset}),
    }
    return [changed.get(row.kinds, row) for row in rows]
