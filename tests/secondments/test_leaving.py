"""Leaving: refused while something is open, by name; then the seat ends, the note stays, the account may end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.office import NOON, TODAY, Office
from tests.secondments.seconded import LAST, a_document, holds, loaded, order, recorded
from tracker.identity.models import Person
from tracker.kernel.actors import SeatKind
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.secondments import operations, reminders
from tracker.secondments.halves import Half
from tracker.secondments.lifecycle import State
from tracker.secondments.operations import LeavingFacts, OpenMatter, leaving
from tracker.teams.models import Seat
from tracker.teams.queries import actor

NOTE = "服从安排，完成项目对接 12 个"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, leaving.OpenMatters]:
    """Have only those asked before leaving whom this test names."""
    mine: dict[str, leaving.OpenMatters] = {}
    monkeypatch.setattr(leaving, "_asked", mine)
    return mine


def leave(office: Office, made: int, who: str = "reviewer", **more: Any) -> None:
    usual: dict[str, Any] = {"last_day": TODAY, "note": NOTE, "paper": a_document("云组通〔2026〕18号"), **more}
    with office.database.writing() as session:
        operations.leave(session, made, LeavingFacts(**usual), order(office, who))


def test_closing_ends_the_seat_and_keeps_the_note(district: Office) -> None:
    made = recorded(district)
    for _click in range(2):
        leave(district, made)
    now = loaded(district, made)
    assert (now.state, now.return_note, now.left_by) == (State.LEFT, NOTE, district.people["reviewer"])
    assert now.seat is not None
    assert now.ends_before == now.seat.held_until == TODAY + timedelta(days=1)
    with district.database.reading() as session:
        assert actor(session, district.people["newcomer"], on=TODAY + timedelta(days=1)).seats == ()
        assert session.get_one(Person, district.people["newcomer"]).disabled_at is None
    holds(district.database)


def test_open_matters_are_named_and_nothing_is_done(district: Office, asked: dict[str, leaving.OpenMatters]) -> None:
    made = recorded(district)
    seen: list[tuple[int, int, date]] = []

    def held(_session: object, person_id: int, team_id: int, today: date) -> list[OpenMatter]:
        seen.append((person_id, team_id, today))
        return [OpenMatter("设备", "笔记本电脑 ZC-2026-0041", "/equipment/41")]

    asked["设备"] = held
    with pytest.raises(Refused, match="笔记本电脑 ZC-2026-0041"):
        leave(district, made)
    assert seen == [(district.people["newcomer"], district.team_id, TODAY)]
    now = loaded(district, made)
    assert (now.state, now.ends_before) == (State.RUNNING, LAST + timedelta(days=1))
    asked.clear()
    leave(district, made)
    holds(district.database)


def test_another_seat_in_the_team_is_open_too(district: Office) -> None:
    made = recorded(district)
    with district.database.writing() as session:
        session.add(
            Seat(
                person_id=district.people["newcomer"],
                kind=SeatKind.AGENT,
                team_id=district.team_id,
                held_from=TODAY,
                held_until=LAST,
                given_by=district.people["reviewer"],
                given_at=NOON,
            )
        )
    with pytest.raises(Refused, match="报账员席位"):
        leave(district, made)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"note": " "}, "note"),
        ({"last_day": TODAY + timedelta(days=1)}, "last_day"),
        ({"paper": None}, "paper_number"),
    ],
)
def test_what_is_missing_names_its_field(small_district: Office, more: dict[str, Any], field: str) -> None:
    made = recorded(small_district)
    with pytest.raises(Refused) as refused:
        leave(small_district, made, **more)
    assert refused.value.field == field
    assert loaded(small_district, made).state is State.RUNNING


def test_nobody_leaves_later_than_the_papers_say(small_district: Office) -> None:
    made = recorded(small_district, last_day=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="先办延长"):
        leave(small_district, made)
    leave(small_district, made, last_day=TODAY - timedelta(days=1), paper=None)


def test_the_account_ends_when_asked_and_only_without_other_seats(district: Office) -> None:
    made = recorded(district)
    leave(district, made, end_account=True)
    with district.database.reading() as session:
        assert session.get_one(Person, district.people["newcomer"]).disabled_at is not None
    other = recorded(district, "other_newcomer")
    with district.database.writing() as session:
        session.add(
            Seat(
                person_id=district.people["other_newcomer"],
                kind=SeatKind.AGENT,
                team_id=district.other_team_id,
                held_from=date(2026, 1, 1),
                given_by=district.people["administrator"],
                given_at=NOON,
            )
        )
    with pytest.raises(Refused, match="别的席位"):
        leave(district, other, end_account=True)
    with district.database.reading() as session:
        assert session.scalars(select(Person.disabled_at).where(Person.name == "苏晴")).one() is None
    assert loaded(district, other).state is State.RUNNING


def test_only_the_lead_unit_closes(district: Office) -> None:
    made = recorded(district)
    for who in ("home", "newcomer", "auditor"):
        with pytest.raises(Forbidden):
            leave(district, made, who)
    for who in ("other_reviewer", "stranger"):
        with pytest.raises(NotFound):
            leave(district, made, who)


SUMMER = datetime(2026, 7, 10, 4, 0, tzinfo=UTC)


def leave_in_summer(office: Office, made: int, last_day: date) -> None:
    facts = LeavingFacts(last_day, NOTE, paper=a_document("云组通〔2026〕18号"))
    with office.database.writing() as session:
        operations.leave(session, made, facts, order(office, at=SUMMER))


def test_nobody_leaves_with_a_half_overdue_until_it_is_confirmed_or_given_up(district: Office) -> None:
    made, other = recorded(district), recorded(district, "other_newcomer")
    for one in (made, other):
        with pytest.raises(Refused, match="2026 年上半年逾期未确认"):
            leave_in_summer(district, one, date(2026, 7, 9))
    same = operations.Answers(True, True, True, True, True)
    with district.database.writing() as session:
        operations.confirm(session, made, Half(2026, 1), same, order(district, "home", at=SUMMER))
        operations.waive(session, other, Half(2026, 1), "原单位已撤销", order(district, at=SUMMER))
    for one in (made, other):
        leave_in_summer(district, one, date(2026, 7, 9))
    holds(district.database)


def test_who_leaves_before_the_half_ends_owes_no_confirmation_of_it(small_district: Office) -> None:
    made = recorded(small_district, last_day=date(2026, 6, 29))
    leave_in_summer(small_district, made, date(2026, 6, 29))


def test_who_left_on_the_halfs_last_day_stays_on_its_list_until_it_is_confirmed(district: Office) -> None:
    made, last_day = recorded(district, last_day=date(2026, 6, 30)), date(2026, 6, 30)
    with district.database.writing() as session:
        at = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
        operations.leave(session, made, LeavingFacts(last_day, NOTE), order(district, at=at))
    by = district.actor("reviewer")
    with district.database.reading() as session:
        assert [row.id for row in reminders.waiting(session, Half(2026, 1), seen_by=by).rows] == [made]
    same = operations.Answers(True, True, True, True, True)
    with district.database.writing() as session:
        operations.confirm(session, made, Half(2026, 1), same, order(district, "home", at=SUMMER))
    with district.database.reading() as session:
        assert reminders.waiting(session, Half(2026, 1), seen_by=by).rows == []
