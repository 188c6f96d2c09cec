"""A term moves by papers, a post by the home unit's documents, and the expense rank follows the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from tests.office import NOON, TODAY, Office
from tests.secondments.seconded import BEGINS, LAST, a_document, holds, loaded, order, recorded
from tracker.kernel.errors import Refused, Stale
from tracker.kernel.lifecycle import NotOpen
from tracker.secondments import operations, queries
from tracker.secondments.facts import PostFacts
from tracker.secondments.models import TermPaper
from tracker.secondments.ranks import EXPENSE_RANKS, RANK_NAMES, ExpenseRank, Level

LATER = date(2027, 6, 30)


def test_an_extension_moves_secondment_and_seat_together_and_keeps_its_paper(district: Office) -> None:
    made, same = recorded(district), order(district, version=1)
    for _click in range(2):
        with district.database.writing() as session:
            operations.extend(session, made, LATER, a_document("云组通〔2026〕9号", scan=True), same)
    now = loaded(district, made)
    assert now.seat is not None
    assert now.ends_before == now.seat.held_until == LATER + timedelta(days=1)
    with district.database.reading() as session:
        kinds = [(paper.kind, paper.number) for paper in queries.papers(session, made)]
    assert kinds == [("start", "云组通〔2026〕3号"), ("extension", "云组通〔2026〕9号")]
    holds(district.database)


@pytest.mark.parametrize("day", [LAST, LAST - timedelta(days=1), date(2040, 1, 1)])
def test_an_extension_goes_later_and_not_too_far(small_district: Office, day: date) -> None:
    made = recorded(small_district)
    with pytest.raises(Refused) as refused, small_district.database.writing() as session:
        operations.extend(session, made, day, a_document(), order(small_district))
    assert refused.value.field == "last_day"


def test_a_paper_may_extend_a_term_that_has_just_run_out(district: Office) -> None:
    made = recorded(district, last_day=TODAY)
    with district.database.writing() as session:
        late = order(district, at=NOON + timedelta(days=20))
        operations.extend(session, made, LAST, a_document(), late)
    assert loaded(district, made).ends_before == LAST + timedelta(days=1)
    holds(district.database)


def test_an_early_end_brings_both_forward(district: Office) -> None:
    made = recorded(district)
    with district.database.writing() as session:
        operations.end_early(session, made, date(2026, 5, 31), a_document(), order(district), reason="工作需要")
    now = loaded(district, made)
    assert now.seat is not None
    assert now.ends_before == now.seat.held_until == date(2026, 6, 1)
    holds(district.database)


@pytest.mark.parametrize(
    ("day", "reason"),
    [(LAST, "工作需要"), (TODAY - timedelta(days=2), "工作需要"), (BEGINS - timedelta(days=1), "x"), (TODAY, "  ")],
)
def test_an_early_end_is_earlier_not_backwards_and_has_a_reason(small_district: Office, day: date, reason: str) -> None:
    made = recorded(small_district)
    with pytest.raises(Refused), small_district.database.writing() as session:
        operations.end_early(session, made, day, a_document(), order(small_district), reason=reason)
    assert loaded(small_district, made).ends_before == LAST + timedelta(days=1)


def test_a_page_out_of_date_is_told_who_changed_what(district: Office) -> None:
    made = recorded(district)
    with district.database.writing() as session:
        operations.extend(session, made, LATER, a_document(), order(district, version=1))
    with pytest.raises(Stale, match="周敏"), district.database.writing() as session:
        operations.end_early(session, made, TODAY, a_document(), order(district, "head", version=1), reason="调整")


def test_a_post_changes_by_the_home_units_scanned_document_alone(district: Office) -> None:
    made, raised = recorded(district), PostFacts(Level.DIVISION, "副主任", "二级调研员", "高级农艺师", "专技七级")
    with pytest.raises(Refused) as refused, district.database.writing() as session:
        operations.change_post(session, made, raised, a_document(), order(district), effective_on=date(2026, 7, 1))
    assert refused.value.field == "scan"
    same = order(district)
    for _click in range(2):
        with district.database.writing() as session:
            paper = a_document("云农〔2026〕20号", scan=True)
            operations.change_post(session, made, raised, paper, same, effective_on=date(2026, 7, 1))
    with district.database.reading() as session:
        history = queries.snapshots(session, made)
        assert [(one.number, one.duty) for one in history] == [(2, "副主任"), (1, "副科长")]
        before, after = (queries.posts_on(session, [made], day)[made].duty for day in (date(2026, 6, 30), LAST))
    assert (before, after) == ("副科长", "副主任")
    holds(district.database)


def test_a_snapshot_must_change_something_and_come_after_the_last(small_district: Office) -> None:
    made = recorded(small_district)
    same = PostFacts(Level.SECTION, "副科长", "四级主任科员", "农艺师", "专技十级")
    other = PostFacts(Level.SECTION, "科长")
    for post, day in ((same, date(2026, 7, 1)), (other, BEGINS), (other, LAST + timedelta(days=1))):
        paper = a_document(scan=True)
        with pytest.raises(Refused), small_district.database.writing() as session:
            operations.change_post(session, made, post, paper, order(small_district), effective_on=day)


def test_the_expense_rank_of_a_day_follows_the_snapshot_of_that_day(district: Office) -> None:
    made = recorded(district)
    with district.database.writing() as session:
        post, paper = PostFacts(Level.BUREAU, "副局长"), a_document(scan=True)
        operations.change_post(session, made, post, paper, order(district), effective_on=date(2026, 7, 1))
    with district.database.reading() as session:
        who = district.people["newcomer"]
        ranks = {
            day: queries.expense_rank(session, who, day)
            for day in (BEGINS - timedelta(days=1), BEGINS, date(2026, 6, 30), date(2026, 7, 1), LAST, LATER)
        }
    assert list(ranks.values()) == [
        ExpenseRank.OTHER,
        ExpenseRank.OTHER,
        ExpenseRank.OTHER,
        ExpenseRank.BUREAU,
        ExpenseRank.BUREAU,
        ExpenseRank.OTHER,
    ]


def test_division_and_section_heads_travel_as_the_others() -> None:
    named = {level: RANK_NAMES[rank] for level, rank in EXPENSE_RANKS.items()}
    assert named == {
        Level.MINISTRY: "部级",
        Level.BUREAU: "司局级",
        Level.DIVISION: "其他人员",
        Level.SECTION: "其他人员",
        Level.STAFF: "其他人员",
    }


def test_after_leaving_nothing_moves_any_more(district: Office) -> None:
    made = recorded(district, last_day=TODAY)
    with district.database.writing() as session:
        operations.leave(session, made, operations.LeavingFacts(TODAY, "表现良好"), order(district))
    with pytest.raises(NotOpen), district.database.writing() as session:
        operations.extend(session, made, LATER, a_document(), order(district))
    with district.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(TermPaper)) == 1


def test_the_days_of_a_journey_over_a_promotion_have_two_levels(small_district: Office) -> None:
    made = recorded(small_district)
    with small_district.database.writing() as session:
        post, paper = PostFacts(Level.BUREAU, "副局长"), a_document(scan=True)
        operations.change_post(session, made, post, paper, order(small_district), effective_on=date(2026, 7, 1))
    days = [date(2026, 7, 2), date(2026, 6, 29), date(2026, 6, 30), BEGINS - timedelta(days=1)]
    who = small_district.people["newcomer"]
    with small_district.database.reading() as session:
        told = queries.levels_over(session, who, small_district.team_id, days)
        elsewhere = queries.levels_over(session, who, small_district.other_team_id, days)
    assert [(one.first, one.last, one.rank) for one in told] == [
        (date(2026, 6, 29), date(2026, 6, 30), ExpenseRank.OTHER),
        (date(2026, 7, 2), date(2026, 7, 2), ExpenseRank.BUREAU),
    ]
    assert elsewhere == []
