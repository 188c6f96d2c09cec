"""Funds, their cells, papers and summaries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.evidence.models import Evidence
from tracker.funds import policy
from tracker.funds.models import (
    BudgetPaper,
    Cell,
    CellKind,
    DailySpending,
    Fund,
    MonthlySpending,
)
from tracker.identity.models import Person
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound
from tracker.storage.statements import run, table
from tracker.teams.models import Team


def fund(session: Session, fund_id: int) -> Fund:
    """Load a fund with its categories. Raises NotFound."""
    found = session.scalar(select(Fund).options(selectinload(Fund.categories)).where(Fund.id == fund_id))
    if found is None:
        raise NotFound
    return found


def funds(session: Session, *, year: int | None = None) -> Sequence[Fund]:
    """List the funds, latest year first."""
    wanted = select(Fund).options(selectinload(Fund.categories)).order_by(Fund.year.desc(), Fund.id)
    return session.scalars(wanted if year is None else wanted.where(Fund.year == year)).all()


@dataclass(frozen=True)
class Named:
    """A fund by its year and name."""

    year: int
    name: str


def latest_fund(session: Session) -> Named | None:
    """Name the fund in view: the first of the latest year's; None before there is any."""
    row = run(session, _LATEST).first()
    return None if row is None else Named(row.year, row.name)


_FUND = table(Fund).c
_LATEST = select(_FUND.year, _FUND.name).order_by(_FUND.year.desc(), _FUND.id).limit(1)


def cells(session: Session, fund_id: int) -> Sequence[Cell]:
    """List the cells of a fund with their teams and categories."""
    return session.scalars(
        select(Cell)
        .options(joinedload(Cell.team).joinedload(Team.lead_unit), joinedload(Cell.category), joinedload(Cell.fund))
        .where(Cell.fund_id == fund_id)
        .order_by(Cell.id)
    ).all()


def cell(session: Session, cell_id: int) -> Cell:
    """Load one cell. Raises NotFound."""
    found = session.scalar(
        select(Cell)
        .options(joinedload(Cell.team).joinedload(Team.lead_unit), joinedload(Cell.category), joinedload(Cell.fund))
        .where(Cell.id == cell_id)
    )
    if found is None:
        raise NotFound
    return found


def team_cell(session: Session, fund_id: int, team_id: int) -> Cell | None:
    """Find a team's own cell, if it has a quota of the fund."""
    return session.scalar(
        select(Cell).where(Cell.fund_id == fund_id, Cell.team_id == team_id, Cell.kind == CellKind.TEAM)
    )


def papers(session: Session, fund_id: int) -> Sequence[BudgetPaper]:
    """List a fund's budget papers in the order they were recorded."""
    return session.scalars(select(BudgetPaper).where(BudgetPaper.fund_id == fund_id).order_by(BudgetPaper.id)).all()


def papers_with_recorders(session: Session, fund_id: int) -> Sequence[tuple[BudgetPaper, str]]:
    """List a fund's budget papers, latest first, each with the name of who recorded it."""
    rows = session.execute(
        select(BudgetPaper, Person.name)
        .join(Person, Person.id == BudgetPaper.recorded_by)
        .where(BudgetPaper.fund_id == fund_id)
        .order_by(BudgetPaper.id.desc())
    )
    return [(paper, name) for paper, name in rows]


def scan(session: Session, paper_id: int, *, seen_by: Actor) -> Evidence:
    """Find the scan of a budget paper for those who read the fund's papers. Raises NotFound."""
    row = session.execute(
        select(BudgetPaper.fund_id, Evidence)
        .join(Evidence, Evidence.id == BudgetPaper.scan_id)
        .where(BudgetPaper.id == paper_id)
    ).one_or_none()
    if row is None or not policy.sees_papers(seen_by, cells(session, row[0])):
        raise NotFound
    evidence: Evidence = row[1]
    return evidence


def monthly(session: Session, fund_id: int) -> Sequence[MonthlySpending]:
    """List a fund's monthly spending by team and category."""
    return session.scalars(select(MonthlySpending).where(MonthlySpending.fund_id == fund_id)).all()


def daily(session: Session, fund_id: int, *, since: date) -> Sequence[DailySpending]:
    """List a fund's spending by team and day, from a day on."""
    return session.scalars(
        select(DailySpending).where(DailySpending.fund_id == fund_id, DailySpending.day >= since)
    ).all()


def seen_cells(session: Session, fund_id: int, actor: Actor) -> Sequence[Cell]:
    """List the cells of a fund the person sees. Raises NotFound when there is none: the fund is not theirs to know."""
    seen = [cell for cell in cells(session, fund_id) if policy.sees_cell(actor, cell)]
    if not seen:
        raise NotFound
    return seen


def seen_cell(session: Session, fund_id: int, cell_id: int, actor: Actor) -> Cell:
    """Load one cell of a fund. Raises NotFound, also for what the person may not see."""
    found = cell(session, cell_id)
    if found.fund_id != fund_id or not policy.sees_cell(actor, found):
        raise NotFound
    return found
