"""tracker verify names what no operation would have done."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select, update

from tests.office import NOON, Office
from tests.secondments.seconded import recorded
from tracker.secondments.checks import breaches
from tracker.secondments.models import Amendment, Confirmation, HalfMark, HalfNote, Secondment, TermPaper, Through
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


def test_a_half_both_confirmed_and_given_up_is_named(small_district: Office) -> None:
    made, by = recorded(small_district), small_district.people["reviewer"]
    answers = dict.fromkeys(("duty_same", "rank_same", "title_same", "pay_same", "full_time"), True)
    of_half = {"secondment_id": made, "half": "2026H1"}
    with small_district.database.writing() as session:
        said = {"through": Through.SEAT, "confirmed_by": by, "confirmed_at": NOON, "command_id": "planted"}
        session.add(Confirmation(**of_half, **answers, **said))
        noted = {"note": "原单位已撤销", "noted_by": by, "noted_at": NOON, "command_id": "planted"}
        session.add(HalfNote(**of_half, mark=HalfMark.WAIVED, **noted))
    assert f"抽调 {made} 的半年（2026H1）既确认过，又注明不再确认" in found(small_district)


def test_a_correction_of_somebody_elses_paper_is_named(small_district: Office) -> None:
    made, other = recorded(small_district), recorded(small_district, "other_newcomer")
    with small_district.database.writing() as session:
        theirs = session.scalars(select(TermPaper.id).where(TermPaper.secondment_id == other)).one()
        by = {"made_by": small_district.people["reviewer"], "made_at": NOON, "command_id": "planted"}
        session.add(Amendment(secondment_id=made, paper_id=theirs, before={}, after={"number": "改过"}, **by))
    assert f"抽调 {made} 的更正写在别人的文件上" in found(small_district)
