"""The desks a person still has when he leaves his team."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from tracker.equipment.queries.rooms import desks_of
from tracker.kernel.text import tell
from tracker.secondments.operations import OpenMatter


def desks_kept(session: Session, person_id: int, _team_id: int, today: date) -> Sequence[OpenMatter]:
    """Name the desks the person has today or later, of whatever team: they are freed first."""
    return [
        OpenMatter(
            "工位",
            tell("%(room)s %(number)s 号工位", room=desk.room.title, number=desk.number),
            f"/equipment/rooms/{desk.room_id}",
        )
        for desk in desks_of(session, person_id, since=today)
    ]
