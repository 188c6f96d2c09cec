"""预算看板: a fund by team and category against the time gone by, read from cells and summaries alone."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from tracker.funds import queries as funds
from tracker.funds import quotas
from tracker.funds.models import Cell, Fund
from tracker.funds.quotas import Figures, FundQuotas, TeamQuota, figures_of
from tracker.kernel.actors import Actor
from tracker.kernel.clock import day_of
from tracker.overview.attention import Alert, alerts_of
from tracker.overview.queries import Waiting, waiting_claims

WEEKS = 8
RECENT_DAYS = 30


@dataclass(frozen=True)
class Pace:
    """How far the fund's year is: its day in view, counted from 1, of so many days."""

    day: date
    day_of_year: int
    days: int

    @property
    def elapsed(self) -> Fraction:
        """The part of the year gone by (时序进度); this day counts as gone."""
        return Fraction(self.day_of_year, self.days)

    def days_by(self, month: int) -> int:
        """Count the days gone by at the end of a month, or by the day in view if that is earlier."""
        last = date(self.day.year, month, calendar.monthrange(self.day.year, month)[1])
        return min((last - date(self.day.year, 1, 1)).days + 1, self.day_of_year)


@dataclass(frozen=True)
class Row:
    """One row of the board; ``weeks_fen`` are the team's last eight weeks, oldest first."""

    key: str
    name: str
    lead: str
    figures: Figures
    cell_id: int | None
    short: str = ""
    team_id: int | None = None
    category_id: int | None = None
    weeks_fen: Sequence[int] = ()
    parts: Sequence[Row] = ()

    @property
    def rate(self) -> Fraction | None:
        """Spent of budget (执行率); of no budget there is none."""
        return Fraction(self.figures.spent_fen, self.figures.budget_fen) if self.figures.budget_fen else None


@dataclass(frozen=True)
class Board:
    """Everything the board shows of a fund to one person; amounts are fen."""

    fund: Fund
    at: datetime
    pace: Pace
    teams: Sequence[Row]
    reserve: Row | None
    total: Row
    months_fen: Sequence[int]
    week_starts: Sequence[date]
    flows: Mapping[tuple[str, str], int]
    waiting: Waiting
    alerts: Sequence[Alert]

    @property
    def rows(self) -> Sequence[Row]:
        """The rows between head and total."""
        return [*self.teams, *([self.reserve] if self.reserve else [])]

    def even_pace_fen(self, month: int) -> int:
        """Tell what an even pace would have spent by the end of a month, or by the day in view, in fen."""
        return (self.total.figures.budget_fen or 0) * self.pace.days_by(month) // self.pace.days

    @property
    def issued_fen(self) -> int:
        """What the teams in sight were given."""
        return sum(row.figures.budget_fen or 0 for row in self.teams)


def board_of(session: Session, actor: Actor, *, fund_id: int | None, at: datetime) -> Board:
    """Read the board of a fund (by default the latest year's first) as the person sees it. Raises NotFound."""
    seen = quotas.fund_in_view(session, actor, fund_id)
    fund, pace = seen.fund, pace_of(seen.fund.year, day_of(at))
    monday = pace.day - timedelta(days=pace.day.weekday())
    week_starts = [monday - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1)]
    days = _Days(session, seen, week_starts, pace.day)
    teams = [_team_row(quota, days.weeks(quota.team.id)) for quota in seen.teams]
    waiting = waiting_claims(session, fund.id, [quota.team.id for quota in seen.teams], at=at)
    return Board(
        fund=fund,
        at=at,
        pace=pace,
        teams=teams,
        reserve=_reserve_row(seen.reserve) if seen.reserve else None,
        total=_total_row(seen),
        months_fen=_months(session, seen, pace.day),
        week_starts=week_starts,
        flows=_flows(seen),
        waiting=waiting,
        alerts=alerts_of(seen, pace.elapsed, waiting, days.payments),
    )


def pace_of(year: int, today: date) -> Pace:
    """Tell how far a budget year is on a day; before it nothing, after it everything is gone."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    days = 366 if calendar.isleap(year) else 365
    if today < first:
        return Pace(first, 0, days)
    day = min(today, last)
    return Pace(day, (day - first).days + 1, days)


class _Days:
    """The teams' last weeks and days, from the daily summary."""

    def __init__(self, session: Session, seen: FundQuotas, week_starts: Sequence[date], today: date) -> None:
        self._starts = week_starts
        self._weeks: dict[int, list[int]] = defaultdict(lambda: [0] * len(week_starts))
        self.payments: dict[int, int] = {quota.team.id: 0 for quota in seen.teams}
        """Payments of each team in the last 30 days."""
        for row in funds.daily(session, seen.fund.id, since=week_starts[0]):
            if row.team_id not in self.payments or row.day > today:
                continue
            self._weeks[row.team_id][(row.day - week_starts[0]).days // 7] += row.spent_fen
            if row.day > today - timedelta(days=RECENT_DAYS):
                self.payments[row.team_id] += row.payments

    def weeks(self, team_id: int) -> list[int]:
        return self._weeks[team_id]


def _team_row(quota: TeamQuota, weeks_fen: Sequence[int]) -> Row:
    return Row(
        key=f"team-{quota.team.id}",
        name=quota.team.name,
        lead=quota.team.lead_unit.short_name,
        figures=figures_of(quota.cell),
        cell_id=quota.cell.id,
        short=quota.team.short_name,
        team_id=quota.team.id,
        weeks_fen=weeks_fen,
        parts=[_category_row(cell, f"team-{quota.team.id}") for cell in quota.categories],
    )


def _category_row(cell: Cell, under: str) -> Row:
    return Row(
        key=f"{under}-{cell.category_id}",
        name=cell.category.name if cell.category else "",
        lead="",
        figures=figures_of(cell),
        cell_id=cell.id,
        team_id=cell.team_id,
        category_id=cell.category_id,
    )


def _reserve_row(cell: Cell) -> Row:
    return Row(key="reserve", name="统筹预留", lead="财政局", figures=figures_of(cell), cell_id=cell.id)


def _total_row(seen: FundQuotas) -> Row:
    return Row(
        key="total",
        name="合计",
        lead="",
        figures=seen.total,
        cell_id=None,
        parts=[_category_row(cell, "total") for cell in seen.across],
    )


def _months(session: Session, seen: FundQuotas, today: date) -> list[int]:
    """Add up the teams' months, January first, up to the month in view; later bookings count in the last one."""
    months = [0] * today.month
    first = f"{seen.fund.year}-01"
    in_sight = {quota.team.id for quota in seen.teams}
    for row in funds.monthly(session, seen.fund.id):
        if row.team_id in in_sight:
            month = int(row.period[5:7]) if row.period[:4] == first[:4] else (1 if row.period < first else 12)
            months[min(month, today.month) - 1] += row.spent_fen
    return months


def _flows(seen: FundQuotas) -> dict[tuple[str, str], int]:
    """Tell what each team spent on each category; short names where they tell the teams apart."""
    shorts = [quota.team.short_name for quota in seen.teams]
    flows = {}
    for quota in seen.teams:
        name = quota.team.short_name if shorts.count(quota.team.short_name) == 1 else quota.team.name
        for cell in quota.categories:
            if cell.spent and cell.category:
                flows[name, cell.category.name] = cell.spent
    return flows
