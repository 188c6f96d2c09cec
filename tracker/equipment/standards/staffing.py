"""Heads of a team by rank, as standards count them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Rank(StrEnum):
    """The ranks furniture is given by."""

    BUREAU = "bureau"
    DIVISION = "division"
    BELOW = "below"


@dataclass(frozen=True)
class Staffing:
    """Heads of a team on a day by rank; ``unknown`` are counted with the lowest."""

    bureau: int = 0
    division: int = 0
    section: int = 0
    staff: int = 0
    unknown: int = 0

    @property
    def heads(self) -> int:
        """Count everybody."""
        return self.bureau + self.division + self.section + self.staff + self.unknown

    def of(self, ranks: frozenset[Rank]) -> int:
        """Count the heads of some ranks; of none named, everybody."""
        if not ranks:
            return self.heads
        by_rank = {
            Rank.BUREAU: self.bureau,
            Rank.DIVISION: self.division,
            Rank.BELOW: self.section + self.staff + self.unknown,
        }
        return sum(by_rank[rank] for rank in ranks)
