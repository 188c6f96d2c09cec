"""The pages of logistics."""

from tracker.logistics.views import (
    equipment_books,
    equipment_correction,
    equipment_entry,
    equipment_faults,
    equipment_figures,
    equipment_handovers,
    equipment_papers,
    equipment_purchases,
    equipment_rooms,
    equipment_sheets,
    equipment_standards,
    equipment_stocktakes,
    secondments_correcting,
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
    "equipment_books",
    "equipment_correction",
    "equipment_entry",
    "equipment_faults",
    "equipment_figures",
    "equipment_handovers",
    "equipment_papers",
    "equipment_purchases",
    "equipment_rooms",
    "equipment_sheets",
    "equipment_standards",
    "equipment_stocktakes",
    "secondments",
    "secondments_correcting",
    "secondments_halves",
    "secondments_keeping",
    "secondments_sheet",
]
