"""The board's figures are the cells', its pace the calendar's, and what it points at follows written rules."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from tests.funds.movements import limit, move
from tests.office import NOON, Office, a_submitted, an_accepted, an_approved
from tests.overview.spending import spend
from tracker.funds.models import Verb
from tracker.kernel.errors import NotFound
from tracker.overview.attention import AlertKind
from tracker.overview.board import Board, board_of, pace_of

QUOTA_FEN = 60_000_000


def the_board(office: Office, who: str = "officer", *, at: datetime = NOON, fund_id: int | None = None) -> Board:
    with office.database.reading() as session:
        return board_of(session, office.actor(who), fund_id=fund_id, at=at)


def kinds(board: Board) -> list[tuple[AlertKind, str]]:
    return [(alert.kind, alert.cell.place if alert.cell is not None else "") for alert in board.alerts]


# pace


@pytest.mark.parametrize(
    ("today", "day_of_year", "days"),
    [
        (date(2026, 3, 9), 68, 365),
        (date(2026, 1, 1), 1, 365),
        (date(2026, 12, 31), 365, 365),
        (date(2025, 12, 31), 0, 365),
        (date(2027, 2, 1), 365, 365),
        (date(2028, 12, 31), 366, 366),
    ],
)
def test_the_time_gone_by_is_counted_in_days_of_the_budget_year(today: date, day_of_year: int, days: int) -> None:
    year = 2028 if days == 366 else 2026
    pace = pace_of(year, today)
    assert (pace.day_of_year, pace.days) == (day_of_year, days)
    assert pace.elapsed == Fraction(day_of_year, days)


def test_an_even_pace_reaches_the_whole_budget_on_the_last_day(small_office: Office) -> None:
    board = the_board(small_office, at=datetime(2026, 12, 31, 4, tzinfo=UTC))
    assert board.even_pace_fen(12) == 300_000_000
    assert board.even_pace_fen(1) == 300_000_000 * 31 // 365


# figures


def test_the_boards_figures_are_the_cells_and_add_up(office: Office) -> None:
    spend(office, "公务接待", 1_000_001, at=NOON)
    spend(office, "宣传印刷", 500_000, at=NOON, team_id=office.other_team_id)
    move(office, Verb.HOLD, {"公务接待": 7})
    limit(office, "公务接待", 8_000_000, team_id=office.team_id)
    board = the_board(office)

    total = board.total.figures
    assert (total.budget_fen, total.spent_fen, total.held_fen) == (300_000_000, 1_500_001, 7)
    assert total.available_fen == 300_000_000 - 1_500_001 - 7
    for figure in ("budget_fen", "spent_fen", "held_fen", "available_fen"):
        assert sum(getattr(row.figures, figure) or 0 for row in board.rows) == getattr(total, figure)
    first = board.teams[0]
    assert sum(part.figures.spent_fen for part in first.parts) == first.figures.spent_fen
    reception = next(part for part in first.parts if part.name == "公务接待")
    assert (reception.figures.budget_fen, reception.rate) == (8_000_000, Fraction(1_000_001, 8_000_000))
    unlimited = next(part for part in first.parts if part.name == "差旅费")
    assert (unlimited.figures.budget_fen, unlimited.rate) == (None, None)
    assert board.reserve is not None
    assert board.reserve.figures.available_fen == 300_000_000 - 2 * QUOTA_FEN
    assert board.issued_fen == 2 * QUOTA_FEN
    assert board.flows == {("新能源", "公务接待"): 1_000_001, ("电子信息", "宣传印刷"): 500_000}
    assert sum(board.months_fen) == total.spent_fen


def test_months_and_weeks_hold_what_was_paid_in_them_by_the_offices_calendar(office: Office) -> None:
    """New Year's Eve by UTC is January in the office; a week begins on Monday."""
    spend(office, "公务接待", 100, at=datetime(2025, 12, 31, 17, tzinfo=UTC))
    spend(office, "公务接待", 200, at=datetime(2026, 2, 28, 15, 59, tzinfo=UTC))
    spend(office, "公务接待", 400, at=datetime(2026, 3, 8, 15, 59, tzinfo=UTC))
    spend(office, "公务接待", 800, at=datetime(2026, 3, 8, 16, 0, tzinfo=UTC))
    board = the_board(office)
    assert board.months_fen == [100, 200, 1200]
    assert board.week_starts[-1] == date(2026, 3, 9)
    assert board.teams[0].weeks_fen == [0, 0, 0, 0, 0, 200, 400, 800]
    assert board.teams[1].weeks_fen == [0] * 8


def test_a_fund_of_a_closed_year_is_shown_as_it_ended(small_office: Office) -> None:
    spend(small_office, "公务接待", 100, at=NOON)
    spend(small_office, "公务接待", 900, at=datetime(2027, 1, 20, 4, tzinfo=UTC))
    board = the_board(small_office, at=datetime(2027, 3, 1, 4, tzinfo=UTC), fund_id=small_office.fund_id)
    assert board.pace.elapsed == 1
    assert board.months_fen == [0, 0, 100, 0, 0, 0, 0, 0, 0, 0, 0, 900]


def test_the_gate_is_counted_by_where_the_claims_wait(office: Office) -> None:
    a_submitted(office, 1_000)
    a_submitted(office, 600_000)
    an_approved(office, 2_000)
    an_accepted(office, 3_000)
    waiting = the_board(office).waiting
    assert waiting.count == 4
    assert dict(waiting.by_step) == {"review": 2, "verify": 1, "pay": 1}
    assert waiting.late == 0


# who sees what


def test_a_lead_unit_and_a_team_see_their_own_rows_and_sums_alone(small_office: Office) -> None:
    office = small_office
    spend(office, "公务接待", 100, at=NOON)
    spend(office, "公务接待", 999, at=NOON, team_id=office.other_team_id)
    for who in ("reviewer", "head", "member", "agent", "liaison"):
        board = the_board(office, who)
        assert [row.name for row in board.teams] == ["新能源招商组团"]
        assert board.reserve is None
        assert board.total.parts == []
        assert board.total.figures.budget_fen == QUOTA_FEN
        assert board.total.figures.spent_fen == 100
        assert board.months_fen == [0, 0, 100]
        assert board.flows == {("新能源", "公务接待"): 100}
    for who in ("officer", "cashier", "auditor"):
        assert len(the_board(office, who).teams) == 2


def test_who_sees_no_fund_is_told_there_is_none(small_office: Office) -> None:
    for who in ("nobody", "administrator"):
        with pytest.raises(NotFound, match="还没有你能查看的经费"):
            the_board(small_office, who)
        with pytest.raises(NotFound):
            the_board(small_office, who, fund_id=small_office.fund_id)


# what needs a look; 9 March is 68 of 365 days, 18.6 %


@pytest.mark.parametrize(
    ("used_fen", "kind"),
    [
        (9_500_000, AlertKind.FULL),
        (9_499_999, AlertKind.NEAR),
        (8_000_000, AlertKind.NEAR),
        (7_999_999, AlertKind.FAST),
        (3_863_014, AlertKind.FAST),
        (3_863_013, None),
        (0, None),
    ],
)
def test_an_account_is_pointed_at_by_how_much_of_it_is_used(
    small_office: Office, used_fen: int, kind: AlertKind | None
) -> None:
    """Of a limit of 100,000.00; too fast begins at 68/365 + 20/100 = 38,630.14 used."""
    office = small_office
    limit(office, "公务接待", 10_000_000, team_id=office.team_id)
    if used_fen:
        move(office, Verb.HOLD, {"公务接待": used_fen})
    place = f"{office.team_id}:{office.categories['公务接待']}"
    pointed = [found for found, where in kinds(the_board(office)) if where == place]
    assert pointed == ([kind] if kind else [])


def test_a_limit_across_the_fund_is_pointed_at_too(small_office: Office) -> None:
    limit(small_office, "公务接待", 1_000)
    move(small_office, Verb.HOLD, {"公务接待": 1_000})
    assert (AlertKind.FULL, f"*:{small_office.categories['公务接待']}") in kinds(the_board(small_office))
    seen_by_member = [where for _kind, where in kinds(the_board(small_office, "member"))]
    assert f"*:{small_office.categories['公务接待']}" not in seen_by_member


@pytest.mark.parametrize(
    ("spent_fen", "at", "is_slow"),
    [
        (0, NOON, True),
        (6_978_082, NOON, True),
        (6_978_083, NOON, False),
        (0, datetime(2026, 2, 5, 4, tzinfo=UTC), False),
        (0, datetime(2026, 2, 6, 4, tzinfo=UTC), True),
        (0, datetime(2027, 2, 6, 4, tzinfo=UTC), False),
    ],
)
def test_a_team_far_behind_the_time_gone_by_is_slow(
    small_office: Office, spent_fen: int, at: datetime, is_slow: bool
) -> None:
    """Seven points behind: below 68/365 - 7/100 of 600,000.00; not before a tenth of the year, not after it."""
    if spent_fen:
        spend(small_office, "公务接待", spent_fen, at=at)
    board = the_board(small_office, at=at, fund_id=small_office.fund_id)
    assert ((AlertKind.SLOW, f"{small_office.team_id}:*") in kinds(board)) is is_slow


def test_a_slow_team_is_shown_with_its_payments_of_thirty_days(small_office: Office) -> None:
    spend(small_office, "公务接待", 1, at=NOON)
    spend(small_office, "公务接待", 1, at=NOON - timedelta(days=29))
    spend(small_office, "公务接待", 1, at=NOON - timedelta(days=30))
    alerts = the_board(small_office).alerts
    slow = {alert.cell.team_id: alert for alert in alerts if alert.kind is AlertKind.SLOW and alert.cell}
    assert slow[small_office.team_id].payments == 2
    assert slow[small_office.other_team_id].payments == 0


def test_claims_that_wait_too_long_are_pointed_at_with_the_longest(office: Office) -> None:
    a_submitted(office, 1_000)
    early = the_board(office, at=NOON + timedelta(days=5))
    late = the_board(office, at=NOON + timedelta(days=5, seconds=1))
    assert AlertKind.WAITING not in [alert.kind for alert in early.alerts]
    found = next(alert for alert in late.alerts if alert.kind is AlertKind.WAITING)
    assert (found.waiting.late, found.waiting.longest_step) == (1, "牵头单位审核")
    assert found.waiting.longest_since == NOON
    others = the_board(office, "outsider", at=NOON + timedelta(days=9))
    assert AlertKind.WAITING not in [alert.kind for alert in others.alerts]


def test_the_worst_comes_first(small_office: Office) -> None:
    office = small_office
    limit(office, "公务接待", 1_000, team_id=office.team_id)
    limit(office, "宣传印刷", 1_000, team_id=office.team_id)
    move(office, Verb.HOLD, {"公务接待": 500})
    move(office, Verb.HOLD, {"宣传印刷": 1_000})
    found = [kind for kind, _where in kinds(the_board(office))]
    assert found[:2] == [AlertKind.FULL, AlertKind.FAST]
    assert found == sorted(found, key=list(AlertKind).index)
