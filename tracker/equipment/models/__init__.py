"""Rooms, things, handovers and stock-takes as they are kept."""

from tracker.equipment.models.counts import Stocktake, StocktakeCounter, StocktakeLine, StocktakeTag
from tracker.equipment.models.faults import Fault
from tracker.equipment.models.handovers import Handover, HandoverLine, HandoverMark, MarkKind
from tracker.equipment.models.items import Intake, IntakeKind, Item, words_of
from tracker.equipment.models.rooms import Building, Desk, Provision, Room
from tracker.equipment.models.standards import StandardBook, StandardCheck, StandardEdition, StandardRuling
from tracker.equipment.models.tallies import KeptTally

__all__ = [
    "Building",
    "Desk",
    "Fault",
    "Handover",
    "HandoverLine",
    "HandoverMark",
    "Intake",
    "IntakeKind",
    "Item",
    "KeptTally",
    "MarkKind",
    "Provision",
    "Room",
    "StandardBook",
    "StandardCheck",
    "StandardEdition",
    "StandardRuling",
    "Stocktake",
    "StocktakeCounter",
    "StocktakeLine",
    "StocktakeTag",
    "words_of",
]
