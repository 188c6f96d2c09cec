"""Allocation standards: price caps and least lives by class, quantities by heads, all dated and sourced.

A figure nobody verified only warns; a price or life beyond a found figure needs an approval (超标准审批).
"""

from __future__ import annotations

from tracker.equipment.standards.figures import (
    ClassCode,
    Figure,
    Quantity,
    StandardSet,
    adopted,
    all_sets,
    areas,
    class_codes,
    class_name,
    square_metres,
)
from tracker.equipment.standards.gaps import Gap, allowed_area_dm2, gaps
from tracker.equipment.standards.judging import Finding, judge, require_within
from tracker.equipment.standards.staffing import Rank, Staffing

__all__ = [
    "ClassCode",
    "Figure",
    "Finding",
    "Gap",
    "Quantity",
    "Rank",
    "Staffing",
    "StandardSet",
    "adopted",
    "all_sets",
    "allowed_area_dm2",
    "areas",
    "class_codes",
    "class_name",
    "gaps",
    "judge",
    "require_within",
    "square_metres",
]
