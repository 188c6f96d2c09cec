"""A fund's quotas as a person sees them: the reserve, the teams, their categories, and the sums of what is seen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.funds import policy, queries
from tracker.funds.models import MONEY_CELLS, Cell, CellKind, Fund
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound
from tracker.teams.models import Team


@dataclass(frozen=True)
class Figures:
    """Budget, spent, held and available in fen; budget and available are empty where no limit is set."""

    budget_fen: int | None
    spent_fen: int
    held_fen: int
    available_fen: int | None

    @property
    def used_fen(self) -> int:
        """What is spent or held."""
        return self.spent_fen + self.held_fen


def figures_of(cell: Cell) -> Figures:
    """Read a cell's figures."""
    return Figures(cell.ceiling_fen, cell.spent, cell.held, cell.available)


def sum_of(cells: Iterable[Cell]) -> Figures:
    """Add up the figures of cells that carry money."""
    counted = list(cells)
    return Figures(
        budget_fen=sum(cell.ceiling_fen or 0 for cell in counted),
        spent_fen=sum(cell.spent for cell in counted),
        held_fen=sum(cell.held for cell in counted),
        available_fen=sum(cell.available or 0 for cell in counted),
    )


@dataclass(frozen=True)
class TeamQuota:
    """A team's account and the accounts of its categories, in the fund's order."""

    team: Team
    cell: Cell
    categories: Sequence[Cell]


@dataclass(frozen=True)
class FundQuotas:
    """A fund as far as a person sees it; ``reserve`` and ``across`` (all teams by category) only for finance."""

    fund: Fund
    cells: Sequence[Cell]
    teams: Sequence[TeamQuota]
    reserve: Cell | None
    across: Sequence[Cell]

    @property
    def total(self) -> Figures:
        """The sum of the accounts in sight."""
        return sum_of(cell for cell in self.cells if cell.kind in MONEY_CELLS)

    @property
    def issued(self) -> Figures:
        """The sum of the teams in sight."""
        return sum_of(quota.cell for quota in self.teams)


def of_fund(session: Session, fund_id: int, actor: Actor) -> FundQuotas:
    """Load a fund's quotas as the person sees them. Raises NotFound for a fund of which they see nothing."""
    fund = queries.fund(session, fund_id)
    return _arranged(fund, queries.seen_cells(session, fund_id, actor))


def funds_seen(session: Session, actor: Actor) -> list[FundQuotas]:
    """List the funds of which the person sees something, latest year first."""
    named = select(Cell).options(
        joinedload(Cell.team).joinedload(Team.lead_unit),
        joinedload(Cell.category),
        joinedload(Cell.fund).selectinload(Fund.categories),
    )
    of_funds: dict[int, list[Cell]] = {}
    for cell in session.scalars(named.order_by(Cell.id)):
        if policy.sees_cell(actor, cell):
            of_funds.setdefault(cell.fund_id, []).append(cell)
    arranged = [_arranged(cells[0].fund, cells) for cells in of_funds.values()]
    return sorted(arranged, key=lambda quotas: (-quotas.fund.year, quotas.fund.id))


def fund_in_view(session: Session, actor: Actor, wanted: int | None = None) -> FundQuotas:
    """Choose the wanted fund, or the latest year's first. Raises NotFound when the person sees none."""
    if wanted is not None:
        return of_fund(session, wanted, actor)
    latest = next(iter(funds_seen(session, actor)), None)
    if latest is None:
        raise NotFound("还没有你能查看的经费。财政局给组团下达额度后，这里会出现")
    return latest


def _arranged(fund: Fund, cells: Sequence[Cell]) -> FundQuotas:
    position = {category.id: category.position for category in fund.categories}
    parts: dict[int, list[Cell]] = {}
    for cell in cells:
        if cell.kind is CellKind.TEAM_CATEGORY and cell.team_id is not None:
            parts.setdefault(cell.team_id, []).append(cell)

    def by_position(some: Iterable[Cell]) -> list[Cell]:
        return sorted(some, key=lambda cell: position.get(cell.category_id or 0, 0))

    return FundQuotas(
        fund=fund,
        cells=cells,
        teams=[
            TeamQuota(cell.team, cell, by_position(parts.get(cell.team.id, ())))
            for cell in cells
            if cell.kind is CellKind.TEAM and cell.team is not None
        ],
        reserve=next((cell for cell in cells if cell.kind is CellKind.FUND), None),
        across=by_position(cell for cell in cells if cell.kind is CellKind.FUND_CATEGORY),
    )
