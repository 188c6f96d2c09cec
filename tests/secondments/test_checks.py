"""tracker verify names what no operation would have done."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update

from tests.office import Office
from tests.secondments.seconded import recorded
from tracker.secondments.checks import breaches
from tracker.secondments.models import Secondment
from tracker.teams.models import Seat


def found(office: Office) -> str:
    with office.database.reading() as session:
        return "；".join(breaches(session))


def test_a_seat_moved_behind_the_secondment_is_named(small_district: Office) -> None:
    made = recorded(small_district)
    assert found(small_district) == ""
    with small_district.database.writing() as session:
        session.execute(update(Seat).where(Seat.by_secondment).values(held_until=date(2026, 5, 1)))
    assert f"抽调 {made} 与组员席位" in found(small_district)


def test_a_term_moved_without_a_paper_is_named(small_district: Office) -> None:
    made = recorded(small_district)
    with small_district.database.writing() as session:
        session.execute(update(Secondment).values(ends_before=date(2027, 5, 1)))
    assert f"抽调 {made} 的最后一天与最后一份文件不一致" in found(small_district)


def test_terms_that_overlap_are_named(small_district: Office) -> None:
    recorded(small_district)
    second = recorded(small_district, "other_newcomer")
    person = small_district.people["newcomer"]
    with small_district.database.writing() as session:
        moved = update(Secondment).where(Secondment.id == second)
        session.execute(moved.values(person_id=person, state="left"))
    assert "高远的两期抽调重叠" in found(small_district)
