"""Nobody leaves his team and keeps his desk: the list names it until it is freed."""

from __future__ import annotations

from tests.equipment.things import a_room, order
from tests.office import TODAY, Office
from tracker.equipment.operations import free_desk, seat_at_desk
from tracker.logistics.desks import desks_kept
from tracker.logistics.leaving import ask_everybody
from tracker.secondments.operations.leaving import subjects


def test_a_desk_is_named_until_it_is_freed(small_office: Office) -> None:
    room, keeper = a_room(small_office), order(small_office.actor("reviewer"))
    with small_office.database.writing() as session:
        seat_at_desk(session, room, 3, small_office.people["member"], keeper)

    with small_office.database.reading() as session:
        [matter] = desks_kept(session, small_office.people["member"], small_office.team_id, TODAY)
        assert desks_kept(session, small_office.people["colleague"], small_office.team_id, TODAY) == []
    assert (matter.subject, str(matter.name), matter.href) == (
        "工位",
        "行政中心 A 座 508 3 号工位",
        f"/equipment/rooms/{room}",
    )

    with small_office.database.writing() as session:
        free_desk(session, room, 3, order(small_office.actor("reviewer")))
    with small_office.database.reading() as session:
        assert desks_kept(session, small_office.people["member"], small_office.team_id, TODAY) == []


def test_desks_are_asked_about_before_anybody_leaves() -> None:
    ask_everybody()
    assert "工位" in subjects()
