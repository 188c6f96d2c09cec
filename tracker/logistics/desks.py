"""The desks a person still has when he leaves his team."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session

from tracker.equipment.queries.rooms import desks_of
from tracker.kernel.clock import day_of, now
from tracker.kernel.text import tell
from tracker.secondments.operations import OpenMatter


def desks_kept(session: Session, person_id: int, team_id: int) -> Sequence[OpenMatter]:
    """Name the desks the person has today or later, of whatever team: they are freed first."""
    del team_id
    return [
        OpenMatter(
            "工位",
            tell("%(room)s %(number)s 号工位", room=desk.room.title, number=desk.number),
            f"/equipment/rooms/{desk.room_id}",
        )
        for desk in desks_of(session, person_id, since=day_of(now()))
    ]
