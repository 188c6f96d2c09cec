"""Rooms: provided to one team at a time, each desk to one person, never fewer desks than people."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.equipment.things import a_room, nothing_amiss, order, the_room
from tests.office import NOON, Office
from tracker.audit.models import AuditEntry
from tracker.equipment import checks
from tracker.equipment.facts import RoomFacts
from tracker.equipment.kinds import RoomUse
from tracker.equipment.models import Desk, Provision
from tracker.equipment.operations import (
    add_room,
    cancel_provision,
    change_room,
    free_desk,
    provide,
    seat_at_desk,
    take_back,
)
from tracker.equipment.queries import rooms
from tracker.kernel.errors import Forbidden, NotFound, Refused, Stale

D = date


def _provide(office: Office, room: int, team: int, first: date, last: date | None) -> None:
    with office.database.writing() as session:
        provide(session, room, team, order(office.actor("reviewer")), begins_on=first, last_day=last)


def _sit(office: Office, room: int, number: int, person: str, *, days: int = 0) -> None:
    at = NOON + timedelta(days=days)
    with office.database.writing() as session:
        seat_at_desk(session, room, number, office.people[person], order(office.actor("reviewer"), at=at))


@pytest.mark.parametrize(
    ("first", "last", "fits"),
    [
        (D(2026, 2, 1), D(2026, 2, 28), True),
        (D(2026, 2, 1), D(2026, 3, 1), False),
        (D(2026, 3, 31), D(2026, 3, 31), False),
        (D(2026, 4, 1), None, True),
        (D(2026, 2, 1), None, False),
    ],
)
def test_terms_of_one_room_never_share_a_day(office: Office, first: date, last: date | None, fits: bool) -> None:
    room = a_room(office)
    _provide(office, room, office.team_id, D(2026, 3, 1), D(2026, 3, 31))
    if fits:
        _provide(office, room, office.other_team_id, first, last)
    else:
        with pytest.raises(Refused, match="时间重叠"):
            _provide(office, room, office.other_team_id, first, last)
    nothing_amiss(office)


def test_two_keepers_cannot_give_one_desk_to_two_people(office: Office) -> None:
    room = a_room(office, seats=1)
    told: list[str] = []
    barrier = threading.Barrier(2)

    def give(keeper: str, person: str) -> None:
        barrier.wait()
        try:
            with office.database.writing() as session:
                seat_at_desk(session, room, 1, office.people[person], order(office.actor(keeper)))
            told.append("seated")
        except Refused as refusal:
            told.append(refusal.sentence)

    hands = [
        threading.Thread(target=give, args=pair) for pair in (("reviewer", "member"), ("second_reviewer", "colleague"))
    ]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert told.count("seated") == 1
    nothing_amiss(office)


def test_a_person_has_one_desk_and_a_desk_one_person(small_office: Office) -> None:
    room, other = a_room(small_office), a_room(small_office, "510")
    _sit(small_office, room, 3, "member")
    _sit(small_office, room, 3, "member")
    with pytest.raises(Refused, match="3 号工位现在是陈立在用"):
        _sit(small_office, room, 3, "colleague")
    with pytest.raises(Refused, match="陈立已在行政中心 A 座 508 3 号工位"):
        _sit(small_office, other, 1, "member")
    with pytest.raises(Refused, match="没有 9 号"):
        _sit(small_office, room, 9, "colleague")
    with small_office.database.writing() as session:
        free_desk(session, room, 3, order(small_office.actor("reviewer"), at=NOON + timedelta(days=2)))
    _sit(small_office, other, 1, "member", days=2)
    nothing_amiss(small_office)


def test_desks_somebody_sits_at_stay(small_office: Office) -> None:
    room = a_room(small_office, seats=4)
    _sit(small_office, room, 4, "member")
    facts = RoomFacts("行政中心 A 座", "508", RoomUse.OFFICE, 4260, 3)
    with small_office.database.writing() as session, pytest.raises(Refused, match="4 号工位还有人坐"):
        change_room(
            session, room, facts, order(small_office.actor("reviewer")), version=the_room(small_office, room).version
        )
    with small_office.database.writing() as session, pytest.raises(Stale):
        change_room(session, room, facts, order(small_office.actor("reviewer")), version=1)


def test_a_room_is_taken_back_from_a_day_and_shows_as_free(small_office: Office) -> None:
    room = a_room(small_office)
    _provide(small_office, room, small_office.team_id, D(2026, 3, 1), None)
    with small_office.database.writing() as session, pytest.raises(Refused, match="不能早于昨天"):
        take_back(session, room, D(2026, 3, 7), order(small_office.actor("reviewer")))
    with small_office.database.writing() as session:
        take_back(session, room, D(2026, 3, 9), order(small_office.actor("reviewer")))
    with small_office.database.reading() as session:
        seen = small_office.actor("reviewer")
        assert rooms.card(session, room, seen_by=seen, on=D(2026, 3, 9)).team is not None
        assert rooms.card(session, room, seen_by=seen, on=D(2026, 3, 10)).team is None


def test_a_team_sees_its_rooms_and_no_others(small_office: Office) -> None:
    given, kept = a_room(small_office), a_room(small_office, "510")
    _provide(small_office, given, small_office.team_id, D(2026, 3, 1), None)
    with small_office.database.reading() as session:
        for name, seen in {
            "member": {given},
            "outsider": set(),
            "head": {given, kept},
            "auditor": {given, kept},
        }.items():
            cards = rooms.cards(session, seen_by=small_office.actor(name), on=D(2026, 3, 9))
            assert {card.room.id for card in cards} == seen, name


@pytest.mark.parametrize(
    ("person", "refusal"),
    [("member", NotFound), ("head", Forbidden), ("officer", Forbidden), ("other_reviewer", NotFound)],
)
def test_who_does_not_keep_rooms_cannot_seat_people(small_office: Office, person: str, refusal: type[Refused]) -> None:
    room = a_room(small_office)
    with small_office.database.writing() as session, pytest.raises(refusal):
        seat_at_desk(session, room, 1, small_office.people["member"], order(small_office.actor(person)))


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (RoomFacts("", "508", RoomUse.OFFICE, 4260, 8), "楼宇"),
        (RoomFacts("A 座", "", RoomUse.OFFICE, 4260, 8), "房间号"),
        (RoomFacts("A 座", "508", RoomUse.OFFICE, 0, 8), "面积"),
        (RoomFacts("A 座", "508", RoomUse.OFFICE, 4260, -1), "工位数"),
    ],
)
def test_a_room_that_cannot_be_is_not_written(small_office: Office, facts: RoomFacts, words: str) -> None:
    keeper = small_office.actor("reviewer")
    with small_office.database.writing() as session, pytest.raises(Refused, match=words):
        add_room(session, small_office.lead_unit_id, facts, order(keeper))


def test_the_same_room_is_written_once(small_office: Office) -> None:
    a_room(small_office)
    with pytest.raises(Refused, match="已经有 508"):
        a_room(small_office)


def _take_back(office: Office, room: int, last: date, *, days: int = 0) -> None:
    with office.database.writing() as session:
        take_back(session, room, last, order(office.actor("reviewer"), at=NOON + timedelta(days=days)))


def _desks(office: Office, room: int) -> dict[int, date | None]:
    with office.database.reading() as session:
        desks = session.scalars(select(Desk).where(Desk.room_id == room).order_by(Desk.number))
        return {desk.number: desk.last_day for desk in desks}


def test_taking_back_never_lengthens_a_term(office: Office) -> None:
    room = a_room(office)
    _provide(office, room, office.team_id, D(2026, 1, 1), D(2026, 12, 31))
    _provide(office, room, office.other_team_id, D(2027, 1, 1), D(2027, 12, 31))
    for last in (D(2027, 6, 30), D(2027, 1, 1)):
        with pytest.raises(Refused, match="只提供到 2026-12-31，收回不能延长"):
            _take_back(office, room, last)
    _take_back(office, room, D(2026, 12, 31))
    _take_back(office, room, D(2026, 12, 30))
    nothing_amiss(office)


def test_who_sits_in_a_room_rises_the_day_it_is_taken_back(office: Office) -> None:
    room, other = a_room(office), a_room(office, "510")
    _provide(office, room, office.team_id, D(2026, 3, 1), None)
    _sit(office, room, 1, "member")
    _take_back(office, room, D(2026, 3, 31))
    _sit(office, room, 2, "colleague", days=1)
    assert _desks(office, room) == {1: D(2026, 3, 31), 2: D(2026, 3, 31)}
    with pytest.raises(Refused, match="请先腾空"):
        _sit(office, other, 1, "member", days=22)
    _sit(office, other, 1, "member", days=23)
    nothing_amiss(office)


def test_who_sat_down_today_does_not_keep_a_desk_in_a_room_given_back_yesterday(small_office: Office) -> None:
    room = a_room(small_office)
    _provide(small_office, room, small_office.team_id, D(2026, 3, 1), None)
    _sit(small_office, room, 1, "member")
    _take_back(small_office, room, D(2026, 3, 8))
    assert _desks(small_office, room) == {}


def test_the_next_term_of_the_same_team_lets_its_people_sit_on(office: Office) -> None:
    room = a_room(office)
    _provide(office, room, office.team_id, D(2026, 3, 1), D(2026, 3, 31))
    _sit(office, room, 1, "member")
    assert _desks(office, room) == {1: D(2026, 3, 31)}
    _provide(office, room, office.team_id, D(2026, 4, 1), D(2026, 12, 31))
    assert _desks(office, room) == {1: D(2026, 12, 31)}
    _take_back(office, room, D(2026, 3, 20))
    assert _desks(office, room) == {1: D(2026, 3, 20)}
    nothing_amiss(office)


def test_a_term_to_come_is_cancelled_with_its_reason_in_the_trail(office: Office) -> None:
    room = a_room(office)
    _provide(office, room, office.team_id, D(2026, 3, 1), D(2026, 3, 31))
    _sit(office, room, 1, "member")
    _provide(office, room, office.team_id, D(2026, 4, 1), None)
    with office.database.reading() as session:
        now, coming = session.scalars(select(Provision.id).order_by(Provision.begins_on)).all()

    def cancel(provision: int, reason: str = "组团改到二号楼办公", by: str = "reviewer") -> None:
        with office.database.writing() as session:
            cancel_provision(session, room, provision, reason, order(office.actor(by)))

    with pytest.raises(Refused, match="已经开始，不能取消"):
        cancel(now)
    with pytest.raises(Refused, match="为什么"):
        cancel(coming, "")
    with pytest.raises(Forbidden):
        cancel(coming, by="head")
    for _click in range(2):
        cancel(coming)
    assert _desks(office, room) == {1: D(2026, 3, 31)}
    with office.database.reading() as session:
        [told] = session.scalars(select(AuditEntry).where(AuditEntry.action == "room.cancel"))
        assert told.note == "组团改到二号楼办公"
    _provide(office, room, office.other_team_id, D(2026, 4, 1), None)
    nothing_amiss(office)


def test_the_check_finds_a_room_provided_twice_at_once(office: Office) -> None:
    room = a_room(office)
    _provide(office, room, office.team_id, D(2026, 1, 1), D(2026, 12, 31))
    _provide(office, room, office.other_team_id, D(2027, 1, 1), D(2027, 12, 31))
    with office.database.writing() as session:
        first = session.scalars(select(Provision).order_by(Provision.begins_on)).first()
        assert first is not None
        first.ends_before = D(2027, 7, 1)
    with office.database.reading() as session:
        assert [f"房间 {room}" in words for words in checks.breaches(session)] == [True]


def _leave_off(office: Office, room: int) -> None:
    """Cancel the one term to come."""
    with office.database.reading() as session:
        [coming] = session.scalars(
            select(Provision.id).where(Provision.room_id == room, Provision.begins_on > NOON.date())
        )
    with office.database.writing() as session:
        cancel_provision(session, room, coming, "改到别处", order(office.actor("reviewer")))


def test_a_second_click_on_taking_back_finds_it_done_whatever_its_last_day(office: Office) -> None:
    room = a_room(office)
    _provide(office, room, office.team_id, D(2026, 3, 1), None)
    with pytest.raises(Refused, match="不能早于昨天"):
        _take_back(office, room, D(2026, 3, 7))
    for _click in range(2):
        _take_back(office, room, D(2026, 3, 8))
    _provide(office, room, office.other_team_id, D(2026, 3, 9), None)
    _take_back(office, room, D(2026, 3, 8))
    with office.database.reading() as session:
        ends = session.scalars(select(Provision.ends_before).order_by(Provision.begins_on)).all()
        done = session.scalars(select(AuditEntry).where(AuditEntry.action == "room.take_back")).all()
    assert ends == [D(2026, 3, 9), None], "the new team's term runs on"
    assert len(done) == 1
    empty = a_room(office, "510")
    with pytest.raises(Refused, match="没有提供给组团"):
        _take_back(office, empty, D(2026, 3, 8))


def test_who_sits_in_a_room_of_nobody_leaves_it_before_another_teams_term(office: Office) -> None:
    room = a_room(office)
    _sit(office, room, 1, "member")
    _sit(office, room, 2, "outsider")
    _provide(office, room, office.team_id, D(2026, 3, 20), D(2026, 12, 31))
    _sit(office, room, 3, "other_reviewer")
    assert _desks(office, room) == {1: D(2026, 12, 31), 2: D(2026, 3, 19), 3: D(2026, 3, 19)}
    nothing_amiss(office)
    _leave_off(office, room)
    assert _desks(office, room) == {1: None, 2: None, 3: None}
    nothing_amiss(office)
