"""The pages of logistics."""

from tracker.logistics.views import (
    equipment_entry,
    equipment_handovers,
    equipment_papers,
    equipment_rooms,
    secondments_halves,
    secondments_keeping,
    secondments_sheet,
)
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import equipment
from tracker.logistics.views.secondments import secondments

__all__ = [
    "blueprint",
    "equipment",
    "equipment_entry",
    "equipment_handovers",
    "equipment_papers",
    "equipment_rooms",
    "secondments",
    "secondments_halves",
    "secondments_keeping",
    "secondments_sheet",
]
