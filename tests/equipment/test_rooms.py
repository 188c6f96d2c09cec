"""Rooms: provided to one team at a time, each desk to one person, never fewer desks than people."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from tests.equipment.things import a_room, nothing_amiss, order, the_room
from tests.office import NOON, Office
from tracker.equipment.facts import RoomFacts
from tracker.equipment.kinds import RoomUse
from tracker.equipment.operations import add_room, change_room, free_desk, provide, seat_at_desk, take_back
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
