"""The cells of a fund: made when a team or a category first needs them, found by their place."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.funds.models import Category, Cell, CellKind, Fund
from tracker.kernel.errors import NotFound
from tracker.teams.models import Team


def place_of(team_id: int | None, category_id: int | None) -> str:
    """Name a cell's place in its fund: ``team:category``, ``*`` for all."""
    return f"{team_id or '*'}:{category_id or '*'}"


def cells_by_place(session: Session, fund_id: int) -> dict[str, Cell]:
    """Load the cells of a fund by their places, with what names them."""
    named = select(Cell).options(joinedload(Cell.team), joinedload(Cell.category), joinedload(Cell.fund))
    return {cell.place: cell for cell in session.scalars(named.where(Cell.fund_id == fund_id))}


def add_cells(session: Session, fund: Fund, team_id: int | None) -> None:
    """Make the cells a team (or, for None, the fund itself) still lacks. Raises NotFound for no such team."""
    if team_id is not None and session.get(Team, team_id) is None:
        raise NotFound("没有找到这个组团，请刷新页面后重选")
    present = set(session.scalars(select(Cell.place).where(Cell.fund_id == fund.id)))
    whole, part = (
        (CellKind.FUND, CellKind.FUND_CATEGORY) if team_id is None else (CellKind.TEAM, CellKind.TEAM_CATEGORY)
    )
    category_ids: Iterable[int] = session.scalars(select(Category.id).where(Category.fund_id == fund.id)).all()
    wanted = [(whole, None, 0), *((part, category_id, None) for category_id in category_ids)]
    for kind, category_id, available in wanted:
        place = place_of(team_id, category_id)
        if place not in present:
            session.add(
                Cell(
                    fund_id=fund.id,
                    kind=kind,
                    team_id=team_id,
                    category_id=category_id,
                    place=place,
                    available=available,
                    held=0,
                    spent=0,
                    lapsed=0,
                )
            )
    session.flush()
