"""Papers and movements of money for tests of the fund book: short words for the real operations."""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from sqlalchemy import select

from tests.office import NOON, Office, a_paper
from tracker.funds import book
from tracker.funds.book import Document, Shares
from tracker.funds.checks import breaches
from tracker.funds.models import Cell, CellKind, PaperKind, Verb
from tracker.funds.operations import LimitChange, LimitMove, PaperChanges, Place, Transfer, record_paper
from tracker.kernel.actors import Actor


def paper(
    office: Office, kind: PaperKind, changes: PaperChanges, *, by: Actor | None = None, command_id: str = ""
) -> None:
    """Record a paper as the finance officer would."""
    with office.database.writing() as session:
        record_paper(
            session,
            office.fund_id,
            kind,
            a_paper(),
            changes,
            by=by or office.actor("officer"),
            at=NOON,
            command_id=command_id or uuid.uuid4().hex,
        )


def transfer(office: Office, kind: PaperKind, source: Place, target: Place, amount_fen: int) -> None:
    """Record a paper of one transfer."""
    paper(office, kind, PaperChanges(transfers=[Transfer(source, target, amount_fen)]))


def limit(office: Office, category: str, limit_fen: int | None, *, team_id: int | None = None) -> None:
    """Record a paper of one limit."""
    paper(office, PaperKind.LIMIT, PaperChanges(limits=[LimitChange(office.categories[category], limit_fen, team_id)]))


def limit_move(office: Office, source: str, target: str, amount_fen: int) -> None:
    """Record a paper that moves part of a limit between two categories of the first team."""
    move = LimitMove(office.team_id, office.categories[source], office.categories[target], amount_fen)
    paper(office, PaperKind.MOVE, PaperChanges(limit_moves=[move]))


def move(office: Office, verb: Verb, by_category: Mapping[str, int], *, team_id: int | None = None) -> None:
    """Hold, release, spend or unspend amounts (fen) of categories, as a claim would."""
    shares = Shares(
        office.fund_id,
        team_id or office.team_id,
        {office.categories[name]: fen for name, fen in by_category.items()},
    )
    with office.database.writing() as session:
        lines = book.carry(session, verb, shares)
        book.post(
            session,
            command_id=uuid.uuid4().hex,
            fund_id=office.fund_id,
            verb=verb,
            document=Document("claim", 1, "BX-2026-0001"),
            lines=lines,
            by=office.actor("member"),
            at=NOON,
        )
        if verb in (Verb.SPEND, Verb.UNSPEND):
            book.count_spending(session, shares, sign=1 if verb is Verb.SPEND else -1, at=NOON)
        book.settle(session, lines)


def cell_of(office: Office, *, team_id: int | None = None, category: str = "") -> Cell:
    """Read one cell: the fund's, a team's, a category's in a team or across the fund."""
    category_id = office.categories[category] if category else None
    with office.database.reading() as session:
        return session.scalars(
            select(Cell).where(
                Cell.fund_id == office.fund_id,
                Cell.team_id.is_not_distinct_from(team_id),
                Cell.category_id.is_not_distinct_from(category_id),
            )
        ).one()


def figures(office: Office, *, team_id: int | None = None, category: str = "") -> tuple[int | None, int, int]:
    """Read a cell's available, held and spent, in fen."""
    cell = cell_of(office, team_id=team_id, category=category)
    return cell.available, cell.held, cell.spent


def total(office: Office) -> int:
    """Add up what lies in the fund: the reserve and the teams, in fen."""
    with office.database.reading() as session:
        cells = session.scalars(select(Cell).where(Cell.fund_id == office.fund_id)).all()
        return sum(c.ceiling_fen or 0 for c in cells if c.kind in (CellKind.FUND, CellKind.TEAM))


def nothing_amiss(office: Office) -> None:
    """Assert that the book holds."""
    with office.database.reading() as session:
        assert list(breaches(session)) == []
