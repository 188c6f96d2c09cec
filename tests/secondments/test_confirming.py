"""Half-yearly confirmation: who may, when, once, on what paper; who is reminded."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from tests.office import NOON, Office
from tests.secondments.seconded import a_document, holds, loaded, order, recorded
from tracker.audit.models import AuditEntry
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.kernel.lifecycle import NotOpen
from tracker.secondments import operations, queries, reminders
from tracker.secondments.halves import Half, asked
from tracker.secondments.models import Confirmation, Through
from tracker.secondments.operations import Answers
from tracker.secondments.queries import Wanted
from tracker.secondments.reminders import Due

FIRST, SECOND = Half(2026, 1), Half(2026, 2)
JUNE = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)
JULY = datetime(2026, 7, 10, 4, 0, tzinfo=UTC)
SAME = Answers(True, True, True, True, True)


def confirm(
    office: Office, made: int, who: str, *, half: Half = FIRST, at: datetime = JUNE, **more: object
) -> Confirmation:
    answers = more.pop("answers", SAME)
    with office.database.writing() as session:
        return operations.confirm(session, made, half, answers, order(office, who, at=at), **more)  # type: ignore[arg-type]


def test_the_home_units_seat_confirms_without_paper(district: Office) -> None:
    made = recorded(district)
    assert confirm(district, made, "home").through is Through.SEAT
    with pytest.raises(Refused, match="已经确认过"):
        confirm(district, made, "home")
    holds(district.database)


def test_the_same_click_twice_confirms_once(district: Office) -> None:
    made, same = recorded(district), order(district, "home", at=JUNE)
    ids = set()
    for _click in range(2):
        with district.database.writing() as session:
            ids.add(operations.confirm(session, made, FIRST, SAME, same).id)
    assert len(ids) == 1


def test_the_lead_unit_enters_a_scanned_paper_and_nothing_less(district: Office) -> None:
    made = recorded(district)
    for paper in (None, a_document()):
        with pytest.raises(Refused, match="扫描件"):
            confirm(district, made, "reviewer", paper=paper)
    done = confirm(district, made, "reviewer", paper=a_document("云农函〔2026〕5号", scan=True))
    assert (done.through, done.paper_number) == (Through.PAPER, "云农函〔2026〕5号")
    assert done.scan_id is not None


def test_others_do_not_confirm(district: Office) -> None:
    made = recorded(district)
    with pytest.raises(Forbidden):
        confirm(district, made, "newcomer")
    for who in ("stranger", "other_reviewer", "officer"):
        with pytest.raises(NotFound):
            confirm(district, made, who)


def test_a_change_is_explained(small_district: Office) -> None:
    made = recorded(small_district)
    with pytest.raises(Refused) as refused:
        confirm(small_district, made, "home", answers=Answers(True, False, True, True, True))
    assert refused.value.field == "note"
    done = confirm(
        small_district, made, "home", answers=Answers(True, False, True, True, True), note="晋升三级主任科员"
    )
    assert not done.is_unchanged


@pytest.mark.parametrize(
    ("half", "at", "words"),
    [
        (FIRST, NOON, "还早"),
        (SECOND, JUNE, "还早"),
        (Half(2025, 2), JUNE, "不在抽调期内"),
    ],
)
def test_a_half_is_confirmed_in_its_time(small_district: Office, half: Half, at: datetime, words: str) -> None:
    made = recorded(small_district)
    with pytest.raises(Refused, match=words):
        confirm(small_district, made, "home", half=half, at=at)


def test_who_waits_is_reminded_before_and_overdue_after(district: Office) -> None:
    made, other = recorded(district), recorded(district, "other_newcomer", last_day=date(2026, 6, 29))
    assert loaded(district, other).ends_before == date(2026, 6, 30)
    with district.database.reading() as session:
        by = district.actor("reviewer")
        for day, due in ((date(2026, 5, 30), Due.EARLY), (date(2026, 5, 31), Due.DUE), (date(2026, 7, 1), Due.OVERDUE)):
            assert reminders.due_of(FIRST, day) is due
        assert reminders.count_waiting(session, date(2026, 5, 30), seen_by=by) == {Half(2025, 2): 0, Half(2025, 1): 0}
        assert reminders.count_waiting(session, date(2026, 6, 30), seen_by=by)[FIRST] == 1
        assert [row.id for row in reminders.waiting(session, FIRST, seen_by=by).rows] == [made]
        assert reminders.waiting(session, FIRST, seen_by=district.actor("other_reviewer")).rows == []
        assert [row.id for row in reminders.waiting(session, FIRST, seen_by=district.actor("home")).rows] == [made]
    confirm(district, made, "home", at=JULY)
    with district.database.reading() as session:
        assert reminders.count_waiting(session, date(2026, 7, 11), seen_by=by)[FIRST] == 0
        states = [
            (one.half.code, one.due) for one in reminders.halves_of(session, loaded(district, made), date(2026, 7, 11))
        ]
    assert states == [("2026H2", Due.EARLY), ("2026H1", Due.DONE)]


def test_halves_run_backwards_over_the_year() -> None:
    assert [half.code for half in asked(date(2026, 1, 1))] == ["2026H1", "2025H2", "2025H1"]
    assert Half.of(date(2026, 6, 30)) == FIRST
    assert Half.of(date(2026, 7, 1)) == SECOND
    with pytest.raises(NotFound):
        Half.read("2026H3")


def count(office: Office, on: date, who: str = "reviewer") -> dict[str, int]:
    with office.database.reading() as session:
        told = reminders.count_waiting(session, on, seen_by=office.actor(who))
        return {half.code: counted for half, counted in told.items() if counted}


def test_every_half_since_the_term_began_is_asked_for(district: Office) -> None:
    made = recorded(district, begins_on=date(2023, 11, 1))
    overdue = ["2025H2", "2025H1", "2024H2", "2024H1", "2023H2"]
    assert list(count(district, date(2026, 3, 9))) == overdue
    confirm(district, made, "home", half=Half(2024, 1), at=NOON)
    assert list(count(district, date(2026, 3, 9), "home")) == [code for code in overdue if code != "2024H1"]
    with district.database.reading() as session:
        by = district.actor("reviewer")
        assert [row.id for row in reminders.waiting(session, Half(2023, 2), seen_by=by).rows] == [made]
        assert reminders.waiting(session, Half(2024, 1), seen_by=by).rows == []


def test_a_confirmation_of_a_half_the_term_no_longer_covers_hides_nobody_else(district: Office) -> None:
    shortened, other = recorded(district, "newcomer"), recorded(district, "other_newcomer")
    confirm(district, shortened, "home")
    with district.database.writing() as session:
        last_day, paper = date(2026, 6, 20), a_document()
        operations.end_early(session, shortened, last_day, paper, order(district), reason="工作需要")
    assert count(district, date(2026, 7, 1)) == {"2026H1": 1}
    assert loaded(district, other).ends_before == date(2027, 1, 1)


def waive(office: Office, made: int, who: str = "reviewer", *, why: str = "原单位已撤销", at: datetime = JULY) -> None:
    with office.database.writing() as session:
        operations.waive(session, made, FIRST, why, order(office, who, at=at))


def test_a_half_is_given_up_for_a_reason_and_leaves_the_lists(district: Office) -> None:
    made = recorded(district)
    with pytest.raises(Refused, match="请填写事由"):
        waive(district, made, why=" ")
    waive(district, made)
    assert count(district, date(2026, 7, 10)) == {}
    for again in (lambda: waive(district, made), lambda: confirm(district, made, "home", at=JULY)):
        with pytest.raises(Refused, match="已注明不再确认"):
            again()
    with district.database.reading() as session:
        [second, first] = reminders.halves_of(session, loaded(district, made), date(2026, 7, 10))
    assert (second.due, first.due, first.note and first.note.note) == (Due.EARLY, Due.WAIVED, "原单位已撤销")


@pytest.mark.parametrize(("who", "refusal"), [("home", Forbidden), ("newcomer", Forbidden), ("stranger", NotFound)])
def test_the_lead_unit_alone_gives_a_half_up(district: Office, who: str, refusal: type[Refused]) -> None:
    made = recorded(district)
    with pytest.raises(refusal):
        waive(district, made, who)


def test_a_half_confirmed_is_not_given_up(small_district: Office) -> None:
    made = recorded(small_district)
    confirm(small_district, made, "home")
    with pytest.raises(Refused, match="已经确认过"):
        waive(small_district, made)


CHANGED = Answers(True, True, True, False, False)


def settle(office: Office, made: int, who: str = "reviewer", *, note: str = "已请原单位恢复原工资档次") -> None:
    with office.database.writing() as session:
        operations.settle(session, made, FIRST, note, order(office, who, at=JULY))


def changes(office: Office, who: str = "reviewer") -> int:
    with office.database.reading() as session:
        return reminders.count_changes(session, seen_by=office.actor(who))


def test_a_reported_change_waits_until_it_is_noted_what_was_done(district: Office) -> None:
    made = recorded(district)
    with pytest.raises(Refused, match="没有说2026 年上半年有变化"):
        settle(district, made)
    confirm(district, made, "home", answers=CHANGED, note="停发绩效，回原单位值班两天")
    assert (changes(district), changes(district, "other_reviewer")) == (1, 0)
    with district.database.reading() as session:
        [_second, first] = reminders.halves_of(session, loaded(district, made), date(2026, 7, 10))
        [row] = queries.roster(session, Wanted(), seen_by=district.actor("reviewer"), on=date(2026, 7, 10)).rows
    assert (first.due, row.has_changes) == (Due.CHANGED, True)
    with pytest.raises(Refused, match="请填写事由"):
        settle(district, made, note="")
    with pytest.raises(Forbidden):
        settle(district, made, "home")
    settle(district, made)
    assert changes(district) == 0
    with pytest.raises(Refused, match="已经写过处理结果"):
        settle(district, made)
    with district.database.reading() as session:
        [_second, first] = reminders.halves_of(session, loaded(district, made), date(2026, 7, 10))
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "secondment.settle")).one()
    assert (first.due, entry.note) == (Due.SETTLED, "已请原单位恢复原工资档次")


def test_a_secondment_taken_back_is_not_called_a_document(small_district: Office) -> None:
    made = recorded(small_district, begins_on=date(2026, 4, 1))
    with small_district.database.writing() as session:
        operations.cancel(session, made, order(small_district))
    with pytest.raises(NotOpen, match="这次抽调的状态已变化"):
        confirm(small_district, made, "home")
