"""Write cards, hand things over, keep rooms, count."""

from tracker.equipment.operations.arriving import register_held
from tracker.equipment.operations.books import rule, take_over
from tracker.equipment.operations.correcting import correct
from tracker.equipment.operations.counting import count_item, drop_tag, note_tag, open_stocktake
from tracker.equipment.operations.faults import close_fault, report_fault
from tracker.equipment.operations.handing import (
    confirm_receipt,
    hand_over,
    keep_signed,
    may_confirm,
    may_keep_signed,
)
from tracker.equipment.operations.items import attach_photo, register
from tracker.equipment.operations.providing import cancel_provision, provide, take_back
from tracker.equipment.operations.rooms import add_room, change_room
from tracker.equipment.operations.seating import free_desk, seat_at_desk
from tracker.equipment.operations.settling import close_stocktake, explain, explain_tag
from tracker.equipment.operations.standards import adopt_edition, check_figures

__all__ = [
    "add_room",
    "adopt_edition",
    "attach_photo",
    "cancel_provision",
    "change_room",
    "check_figures",
    "close_fault",
    "close_stocktake",
    "confirm_receipt",
    "correct",
    "count_item",
    "drop_tag",
    "explain",
    "explain_tag",
    "free_desk",
    "hand_over",
    "keep_signed",
    "may_confirm",
    "may_keep_signed",
    "note_tag",
    "open_stocktake",
    "provide",
    "register",
    "register_held",
    "report_fault",
    "rule",
    "seat_at_desk",
    "take_back",
    "take_over",
]
