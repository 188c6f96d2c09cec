"""Recording a secondment: who may, what it must carry, the seat it gives, and one at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.claims.test_races import at_once
from tests.office import NOON, TODAY, Office
from tests.secondments.seconded import (
    BEGINS,
    CIPHER,
    ID_NUMBER,
    LAST,
    a_document,
    facts,
    holds,
    loaded,
    order,
    recorded,
)
from tracker.audit.models import AuditEntry
from tracker.kernel.actors import SeatKind
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.secondments import operations
from tracker.secondments.facts import Document, PostFacts
from tracker.secondments.lifecycle import State
from tracker.secondments.models import Secondment, Snapshot, TermPaper
from tracker.secondments.ranks import Level
from tracker.teams.models import Seat
from tracker.teams.operations import cancel_seat, change_term
from tracker.teams.queries import actor, was_member


def test_a_secondment_gives_the_member_seat_for_the_same_term(district: Office) -> None:
    made = loaded(district, recorded(district))
    assert made.seat is not None
    assert (made.seat.kind, made.seat.team_id) == (SeatKind.MEMBER, district.team_id)
    assert (made.seat.held_from, made.seat.held_until) == (BEGINS, LAST + timedelta(days=1))
    with district.database.reading() as session:
        person = district.people["newcomer"]
        assert [was_member(session, person, district.team_id, on=day) for day in (BEGINS, LAST)] == [True, True]
        assert not was_member(session, person, district.team_id, on=BEGINS - timedelta(days=1))
        assert not was_member(session, person, district.team_id, on=LAST + timedelta(days=1))
    holds(district.database)


def test_the_same_command_twice_records_once(district: Office) -> None:
    same = order(district)
    for _click in range(2):
        with district.database.writing() as session:
            operations.record_secondment(session, facts(district), same, cipher=CIPHER)
    with district.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Secondment)) == 1
        assert session.scalar(select(func.count()).select_from(Snapshot)) == 1
    holds(district.database)


def test_numbers_lie_enciphered_in_the_database_and_not_in_the_trail(district: Office) -> None:
    made = loaded(district, recorded(district))
    assert made.id_cipher is not None
    assert made.phone_cipher is not None
    assert ID_NUMBER.encode() not in made.id_cipher
    assert CIPHER.unlock(made.id_cipher) == ID_NUMBER
    with district.database.reading() as session:
        told = [str(entry.after) for entry in session.scalars(select(AuditEntry))]
    assert not any(ID_NUMBER in line or "13800138000" in line for line in told)


def test_a_seat_the_team_gave_before_is_put_under_the_secondment(district: Office) -> None:
    made = loaded(district, recorded(district, "member", begins_on=date(2026, 1, 1), last_day=date(2026, 9, 30)))
    assert made.seat is not None
    assert made.seat.held_until == date(2026, 10, 1)
    assert made.seat.by_secondment
    holds(district.database)


def test_a_seat_given_before_that_begins_on_another_day_is_named(district: Office) -> None:
    with pytest.raises(Refused, match="2026-01-01 起的组员席位") as refused:
        recorded(district, "member")
    assert refused.value.field == "begins_on"


@pytest.mark.parametrize("who", ["member", "officer", "administrator", "other_reviewer", "home", "auditor", "agent"])
def test_only_the_teams_lead_unit_records(district: Office, who: str) -> None:
    with pytest.raises(Forbidden):
        recorded(district, by=who)
    with district.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Secondment)) == 0


def test_head_and_reviewer_both_may(district: Office) -> None:
    recorded(district, by="head")
    recorded(district, "other_newcomer", by="reviewer")


TURNED_DOWN = {
    "last day before the first": ({"last_day": BEGINS - timedelta(days=1)}, "last_day"),
    "a term of more than ten years": ({"last_day": date(2037, 1, 1)}, "last_day"),
    "a year long ago": ({"begins_on": date(1926, 3, 1)}, "begins_on"),
    "no document number": ({"paper": Document(" ", date(2026, 2, 1))}, "paper_number"),
    "a document of tomorrow": ({"paper": Document("x", TODAY + timedelta(days=1))}, "paper_dated"),
    "no number on the home unit's document": ({"post_paper": Document("", date(2026, 2, 1))}, "post_paper_number"),
    "no post": ({"post": PostFacts(Level.STAFF, "  ")}, "duty"),
    "an ID number with a wrong check sign": ({"id_number": "110101199003070037"}, "id_number"),
    "an ID number too short": ({"id_number": "1101"}, "id_number"),
    "a phone number that is none": ({"phone": "12345"}, "phone"),
    "a unit that does not exist": ({"home_unit_id": 999}, "home_unit_id"),
    "a team that does not exist": ({"team_id": 999}, "team_id"),
    "a person who does not exist": ({"person_id": 999}, "person_id"),
    "a station too long": ({"station": "沪" * 61}, "station"),
}


@pytest.mark.parametrize(("more", "field"), TURNED_DOWN.values(), ids=list(TURNED_DOWN))
def test_what_does_not_fit_names_its_field(small_district: Office, more: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        recorded(small_district, **more)
    assert refused.value.field == field
    with small_district.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Seat).where(Seat.by_secondment)) == 0


def test_the_lead_units_own_people_are_not_seconded_to_it(small_district: Office) -> None:
    with pytest.raises(Refused, match="不用抽调"):
        recorded(small_district, home_unit_id=small_district.lead_unit_id)


def test_nobody_seconds_himself(small_district: Office) -> None:
    with pytest.raises(Refused, match="不能给自己"):
        recorded(small_district, "reviewer")


def test_a_second_running_secondment_is_refused_and_the_first_named(district: Office) -> None:
    recorded(district)
    with pytest.raises(Refused, match="正抽调在新能源招商组团（2026-03-01 至 2026-12-31）"):
        recorded(district, begins_on=date(2027, 1, 1), last_day=date(2027, 6, 30))


def test_two_at_once_one_is_recorded(district: Office) -> None:
    def attempt() -> int:
        return recorded(district)

    answers = at_once([attempt] * 8)
    assert sum(isinstance(answer, int) for answer in answers) == 1
    assert all(isinstance(answer, (int, Refused)) for answer in answers), answers
    holds(district.database)


def test_a_term_may_not_overlap_one_that_is_over(district: Office) -> None:
    first = recorded(district, last_day=TODAY)
    with district.database.writing() as session:
        operations.leave(session, first, operations.LeavingFacts(TODAY, "表现良好"), order(district))
    with pytest.raises(Refused, match="重叠"):
        recorded(district, begins_on=TODAY)
    recorded(district, begins_on=TODAY + timedelta(days=1))
    holds(district.database)


def test_the_seat_of_a_secondment_is_not_changed_past_it(district: Office) -> None:
    made = loaded(district, recorded(district))
    coming = loaded(district, recorded(district, "other_newcomer", begins_on=TODAY + timedelta(days=5)))
    assert made.seat is not None
    assert coming.seat is not None
    for by in ("reviewer", "administrator"):
        with pytest.raises(Refused, match="专职人员"), district.database.writing() as session:
            change_term(session, made.seat.id, TODAY, by=district.actor(by), at=NOON, version=1)
        with pytest.raises(Refused, match="专职人员"), district.database.writing() as session:
            cancel_seat(session, coming.seat.id, by=district.actor(by), at=NOON, version=1)
    holds(district.database)


def test_a_secondment_that_has_not_begun_is_taken_back_with_its_seat(district: Office) -> None:
    made = recorded(district, begins_on=TODAY + timedelta(days=1))
    for _click in range(2):
        with district.database.writing() as session:
            operations.cancel(session, made, order(district))
    with district.database.reading() as session:
        assert session.get_one(Secondment, made).state is State.CANCELLED
        assert actor(session, district.people["newcomer"], on=TODAY + timedelta(days=1)).seats == ()
    recorded(district)
    holds(district.database)


def test_one_that_has_begun_is_not_taken_back(district: Office) -> None:
    made = recorded(district)
    with pytest.raises(Refused, match="已经开始"), district.database.writing() as session:
        operations.cancel(session, made, order(district))
    assert loaded(district, made).state is State.RUNNING


def test_a_stranger_is_not_told_that_it_exists(district: Office) -> None:
    made = recorded(district)
    for who in ("other_reviewer", "member", "stranger", "officer"):
        with pytest.raises(NotFound), district.database.writing() as session:
            operations.extend(session, made, date(2027, 1, 31), a_document(), order(district, who))
    for who in ("home", "auditor", "newcomer"):
        with pytest.raises(Forbidden), district.database.writing() as session:
            operations.extend(session, made, date(2027, 1, 31), a_document(), order(district, who))


def test_papers_and_snapshots_are_only_added(district: Office) -> None:
    recorded(district)
    for model, column in ((TermPaper, TermPaper.number), (Snapshot, Snapshot.duty)):
        with pytest.raises(Exception, match="only added"), district.database.writing() as session:
            session.query(model).update({column: "改过"})


def test_the_facts_say_what_the_document_says(small_district: Office) -> None:
    tidy = replace(facts(small_district), post=PostFacts(Level.DIVISION, " 副 处长 ")).post.checked()
    assert tidy.duty == "副 处长"
