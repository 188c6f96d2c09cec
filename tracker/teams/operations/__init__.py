"""What is done to seats, teams and units."""

from tracker.teams.operations.places import (
    TeamFacts,
    UnitFacts,
    add_team,
    add_unit,
    change_team,
    change_unit,
    close_team,
    close_unit,
)
from tracker.teams.operations.seats import SeatFacts, cancel_seat, change_start, change_term, give_seat, seat_member

__all__ = [
    "SeatFacts",
    "TeamFacts",
    "UnitFacts",
    "add_team",
    "add_unit",
    "cancel_seat",
    "change_start",
    "change_team",
    "change_term",
    "change_unit",
    "close_team",
    "close_unit",
    "give_seat",
    "seat_member",
]
