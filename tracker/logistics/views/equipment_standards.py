"""配置标准: each team's gap and surplus by class, area and desks a head, beside the standard and where it stands."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from flask import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.equipment import standards
from tracker.equipment.queries import items, rooms
from tracker.equipment.queries.standards import areas_on, records
from tracker.equipment.standards import Staffing
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of, now
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import frame, readers, words
from tracker.secondments.lifecycle import State
from tracker.secondments.models import Secondment
from tracker.secondments.queries import posts_on
from tracker.secondments.ranks import Level
from tracker.teams.models import Seat
from tracker.teams.queries import held_on
from tracker.web.access import current_actor
from tracker.web.asked import asked_choice, asked_number
from tracker.web.database import reader
from tracker.web.pages import page

_AS_BUREAU = {Level.MINISTRY, Level.BUREAU}


@blueprint.get("/equipment/standards")
@readers
def equipment_standards() -> Response:
    """Lay what a team has against the standards, adopted ones or the one asked for (``?set=``)."""
    by, today = current_actor(), day_of(now())
    teams = items.seen_teams(reader(), by)
    chosen = next((team for team in teams if team.id == asked_number("team")), teams[0] if teams else None)
    standing = records(reader())
    known = standing.known(today)
    key = asked_choice("set", known)
    allowed = areas_on(standing, today)
    sets = [standing.of(key, today)] if key else standing.adopted(today)
    ids = [chosen.id] if chosen else []
    staffing = staffing_of(reader(), ids, today).get(chosen.id, Staffing()) if chosen else Staffing()
    held = rooms.held_by_team(reader(), ids).get(chosen.id, {}) if chosen else {}
    space = rooms.spaces(reader(), ids, on=today).get(chosen.id, rooms.Space()) if chosen else rooms.Space()
    return page(
        "logistics/equipment_standards.html",
        **words(),
        **frame(by, "standards"),
        teams=teams,
        chosen=chosen,
        sets=sets,
        known=known,
        key=key,
        staffing=staffing,
        gaps=standards.gaps(staffing, held, sets),
        space=space,
        allowed=allowed,
        allowed_dm2=standards.allowed_area_dm2(staffing, allowed.by_level),
    )


def staffing_of(session: Session, team_ids: Sequence[int], on: date) -> dict[int, Staffing]:
    """Count each team's member seats on a day by the level of the running secondment's post."""
    seats = select(Seat.team_id, Seat.person_id).where(
        Seat.team_id.in_(team_ids), Seat.kind == SeatKind.MEMBER, held_on(on)
    )
    members = [(team_id, person_id) for team_id, person_id in session.execute(seats) if team_id is not None]
    running = select(Secondment.person_id, Secondment.id).where(
        Secondment.person_id.in_([person for _team, person in members]), Secondment.state == State.RUNNING
    )
    secondments = {row.person_id: row.id for row in session.execute(running)}
    posts = posts_on(session, secondments.values(), on)
    levels: dict[int, Counter[Level | None]] = defaultdict(Counter)
    for team_id, person_id in members:
        post = posts.get(secondments.get(person_id, 0))
        levels[team_id][post.level if post else None] += 1
    return {team_id: _staffing(count) for team_id, count in levels.items()}


def _staffing(count: Counter[Level | None]) -> Staffing:
    return Staffing(
        bureau=sum(count[level] for level in _AS_BUREAU),
        division=count[Level.DIVISION],
        section=count[Level.SECTION],
        staff=count[Level.STAFF],
        unknown=count[None],
    )
