"""What finance does to a fund: open it from a budget paper, issue quotas, adjust them by further papers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.audit.operations import fund_chain, record
from tracker.funds import book, policy
from tracker.funds.book import Document, Line
from tracker.funds.models import (
    PAPER_NAMES,
    BudgetPaper,
    Bucket,
    Category,
    Cell,
    CellKind,
    Fund,
    PaperKind,
    Verb,
)
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.money import format_yuan
from tracker.teams.models import Team

BUDGET = "budget"
"""The budget outside the fund: where a fund's ceiling comes from."""
RESERVE = "reserve"
"""统筹预留: the fund's own cell, from which team quotas are issued."""

Place = str | int
"""BUDGET, RESERVE, or a team id."""


@dataclass(frozen=True)
class PaperFacts:
    """What stands on a budget paper."""

    number: str
    dated: date
    issuer: str
    reason: str
    scan_id: int | None = None


@dataclass(frozen=True)
class CategoryFacts:
    """A permitted purpose with its economic classification code."""

    name: str
    economic_code: str
    economic_name: str = ""


@dataclass(frozen=True)
class FundFacts:
    """What a fund is opened with. ``head_from_fen`` 0: the head approves every claim."""

    year: int
    name: str
    code: str
    function_code: str
    opens_on: date
    closes_on: date
    head_from_fen: int
    with_liaison: bool
    categories: Sequence[CategoryFacts]


@dataclass(frozen=True)
class Transfer:
    """Money from a place to a place, in fen."""

    source: Place
    target: Place
    amount_fen: int


@dataclass(frozen=True)
class LimitChange:
    """A category's limit in a team (or across the fund, when team is None); None takes the limit away."""

    category_id: int
    limit_fen: int | None
    team_id: int | None = None


@dataclass(frozen=True)
class LimitMove:
    """Part of a category's limit given to another category of the same team, in fen."""

    team_id: int
    source_category_id: int
    target_category_id: int
    amount_fen: int


@dataclass(frozen=True)
class PaperChanges:
    """All that one paper changes."""

    transfers: Sequence[Transfer] = field(default_factory=tuple)
    limits: Sequence[LimitChange] = field(default_factory=tuple)
    limit_moves: Sequence[LimitMove] = field(default_factory=tuple)


def open_fund(  # noqa: PLR0913  a fund opens with its paper
    session: Session, facts: FundFacts, paper: PaperFacts, *, ceiling_fen: int, by: Actor, at: datetime, command_id: str
) -> int:
    """Open a fund with its ceiling from a budget paper and return its id.

    Raises Refused when the year already has a fund of that name or code, a category is pay, or dates cross.
    """
    policy.require_officer(by)
    done = book.done_already(session, command_id)
    if done is not None:
        return done.fund_id
    policy.check_fund(session, facts)
    fund = Fund(
        year=facts.year,
        name=facts.name,
        code=facts.code,
        function_code=facts.function_code,
        opens_on=facts.opens_on,
        closes_on=facts.closes_on,
        head_from_fen=facts.head_from_fen,
        with_liaison=facts.with_liaison,
        created_at=at,
        created_by=by.person_id,
    )
    session.add(fund)
    session.flush()
    for position, category in enumerate(facts.categories, start=1):
        session.add(
            Category(
                fund_id=fund.id,
                position=position,
                name=category.name,
                economic_code=category.economic_code,
                economic_name=category.economic_name,
            )
        )
    session.flush()
    _add_cells(session, fund, None)
    changes = PaperChanges(transfers=[Transfer(BUDGET, RESERVE, ceiling_fen)])
    _apply(session, fund, PaperKind.ISSUE, paper, changes, by=by, at=at, command_id=command_id)
    return fund.id


def record_paper(  # noqa: PLR0913  a paper has this many facts
    session: Session,
    fund_id: int,
    kind: PaperKind,
    paper: PaperFacts,
    changes: PaperChanges,
    *,
    by: Actor,
    at: datetime,
    command_id: str,
) -> int:
    """Record a budget paper and move what it moves; return the fund's id.

    Raises NotEnoughLeft when a place would fall below what is held and spent, Refused when the paper's kind
    does not move money that way, NotFound for a fund or team that does not exist.
    """
    policy.require_officer(by)
    fund = session.scalar(select(Fund).where(Fund.id == fund_id).with_for_update())
    if fund is None:
        raise NotFound()
    if book.done_already(session, command_id) is None:
        policy.check_paper(session, fund, kind, changes)
        _apply(session, fund, kind, paper, changes, by=by, at=at, command_id=command_id)
    return fund.id


def add_category(session: Session, fund_id: int, facts: CategoryFacts, *, by: Actor, at: datetime) -> int:
    """Permit a further purpose in a fund; return the category's id. Raises Refused for pay and for a name twice."""
    policy.require_officer(by)
    fund = session.scalar(select(Fund).where(Fund.id == fund_id).with_for_update())
    if fund is None:
        raise NotFound()
    known = session.scalars(select(Category).where(Category.fund_id == fund_id)).all()
    policy.check_category(facts, [category.name for category in known])
    category = Category(
        fund_id=fund_id,
        position=len(known) + 1,
        name=facts.name,
        economic_code=facts.economic_code,
        economic_name=facts.economic_name,
    )
    session.add(category)
    session.flush()
    held = select(Cell.team_id).where(Cell.fund_id == fund_id, Cell.kind == CellKind.TEAM)
    for team_id in [None, *session.scalars(held)]:
        _add_cells(session, fund, team_id)
    record(
        session,
        chain=fund_chain(fund_id),
        by=by,
        at=at,
        action="fund.add_category",
        seat=SeatKind.OFFICER,
        subject=("fund", fund_id, fund.name),
        after={"category": facts.name, "economic_code": facts.economic_code},
    )
    return category.id


def set_route(
    session: Session, fund_id: int, *, head_from_fen: int, with_liaison: bool, by: Actor, at: datetime
) -> None:
    """Change the route later claims take; routes already frozen stay as they are."""
    policy.require_officer(by)
    fund = session.get(Fund, fund_id)
    if fund is None:
        raise NotFound()
    before = {"head_from_fen": fund.head_from_fen, "with_liaison": fund.with_liaison}
    after = {"head_from_fen": head_from_fen, "with_liaison": with_liaison}
    session.execute(update(Fund).where(Fund.id == fund_id).values(after))
    record(
        session,
        chain=fund_chain(fund_id),
        by=by,
        at=at,
        action="fund.set_route",
        seat=SeatKind.OFFICER,
        subject=("fund", fund_id, fund.name),
        before=before,
        after=after,
    )


def _apply(  # noqa: PLR0913  what record_paper was told
    session: Session,
    fund: Fund,
    kind: PaperKind,
    paper: PaperFacts,
    changes: PaperChanges,
    *,
    by: Actor,
    at: datetime,
    command_id: str,
) -> None:
    row = BudgetPaper(
        fund_id=fund.id,
        kind=kind,
        number=paper.number,
        dated=paper.dated,
        issuer=paper.issuer,
        reason=paper.reason,
        scan_id=paper.scan_id,
        amount_fen=sum(transfer.amount_fen for transfer in changes.transfers)
        + sum(move.amount_fen for move in changes.limit_moves),
        recorded_at=at,
        recorded_by=by.person_id,
    )
    session.add(row)
    session.flush()
    for team_id in _teams_named(changes):
        _add_cells(session, fund, team_id)
    cells = {cell.place: cell for cell in session.scalars(select(Cell).where(Cell.fund_id == fund.id))}
    moved = [*_transfer_lines(changes.transfers, cells), *_limit_move_lines(changes.limit_moves, cells)]
    book.post(
        session,
        command_id=command_id,
        fund_id=fund.id,
        verb=_VERBS[kind],
        document=Document("paper", row.id, paper.number),
        lines=[*moved, *_limit_lines(changes.limits, cells)],
        by=by,
        at=at,
    )
    record(
        session,
        chain=fund_chain(fund.id),
        by=by,
        at=at,
        action=f"fund.{kind}",
        seat=SeatKind.OFFICER,
        subject=("fund", fund.id, fund.name),
        after={"paper": paper.number, "kind": PAPER_NAMES[kind], "changes": _told(changes)},
        note=paper.reason,
    )
    book.settle(session, moved)
    _set_limits(session, changes.limits, cells)


_VERBS: dict[PaperKind, Verb] = {
    PaperKind.ISSUE: Verb.ALLOT,
    PaperKind.SUPPLEMENT: Verb.ALLOT,
    PaperKind.CUT: Verb.CUT,
    PaperKind.MOVE: Verb.MOVE,
    PaperKind.RECALL: Verb.MOVE,
    PaperKind.LIMIT: Verb.LIMIT,
}


def _teams_named(changes: PaperChanges) -> list[int]:
    places = [place for transfer in changes.transfers for place in (transfer.source, transfer.target)]
    named = {place for place in places if isinstance(place, int)}
    named |= {limit.team_id for limit in changes.limits if limit.team_id is not None}
    return sorted(named | {move.team_id for move in changes.limit_moves})


def place_of(team_id: int | None, category_id: int | None) -> str:
    """Name a cell's place in its fund: ``team:category``, ``*`` for all."""
    return f"{team_id or '*'}:{category_id or '*'}"


def _add_cells(session: Session, fund: Fund, team_id: int | None) -> None:
    """Make the cells a team (or, for None, the fund itself) still lacks."""
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


def _transfer_lines(transfers: Sequence[Transfer], cells: dict[str, Cell]) -> list[Line]:
    lines = []
    for transfer in transfers:
        lines += [
            _end(transfer.source, -transfer.amount_fen, cells),
            _end(transfer.target, transfer.amount_fen, cells),
        ]
    return lines


def _end(place: Place, amount_fen: int, cells: dict[str, Cell]) -> Line:
    if place == BUDGET:
        return Line(cells["*:*"], Bucket.SOURCE, amount_fen)
    cell = cells["*:*"] if place == RESERVE else cells[place_of(int(place), None)]
    return Line(cell, Bucket.AVAILABLE, amount_fen)


def _limit_move_lines(moves: Sequence[LimitMove], cells: dict[str, Cell]) -> list[Line]:
    lines = []
    for move in moves:
        source = cells[place_of(move.team_id, move.source_category_id)]
        target = cells[place_of(move.team_id, move.target_category_id)]
        if source.available is None or target.available is None:
            raise Refused("两个科目都设了分项限额才能调剂；没有设限额的科目本来就共用组团额度")
        lines += [
            Line(source, Bucket.AVAILABLE, -move.amount_fen),
            Line(target, Bucket.AVAILABLE, move.amount_fen),
        ]
    return lines


def _limit_lines(limits: Sequence[LimitChange], cells: dict[str, Cell]) -> list[Line]:
    lines = []
    for limit in limits:
        cell = cells[place_of(limit.team_id, limit.category_id)]
        change = (limit.limit_fen or 0) - (cell.ceiling_fen or 0)
        lines += [Line(cell, Bucket.SOURCE, -change), Line(cell, Bucket.AVAILABLE, change)]
    return lines


def _set_limits(session: Session, limits: Sequence[LimitChange], cells: dict[str, Cell]) -> None:
    """Set or take away limits; a limit below what is already held and spent is refused."""
    used = Cell.held + Cell.spent
    for limit in sorted(limits, key=lambda change: cells[place_of(change.team_id, change.category_id)].id):
        cell = cells[place_of(limit.team_id, limit.category_id)]
        change = update(Cell).where(Cell.id == cell.id).execution_options(synchronize_session=False)
        if limit.limit_fen is None:
            session.execute(change.values(available=None))
            continue
        set_now = session.execute(change.where(used <= limit.limit_fen).values(available=limit.limit_fen - used))
        if set_now.rowcount != 1:  # type: ignore[attr-defined]  an UPDATE's result counts rows
            raise book.NotEnoughLeft(
                f"{book.cell_name(cell)}不能低于已占用与已支出之和，"
                f"现为 {format_yuan(session.scalar(select(used).where(Cell.id == cell.id)))} 元；请填不低于它的限额"
            )


def _told(changes: PaperChanges) -> list[str]:
    told = [f"{t.source} → {t.target} {format_yuan(t.amount_fen)}" for t in changes.transfers]
    told += [
        f"限额 {limit.team_id or '*'}:{limit.category_id} = {format_yuan(limit.limit_fen)}" for limit in changes.limits
    ]
    told += [
        f"{m.team_id}: {m.source_category_id} → {m.target_category_id} {format_yuan(m.amount_fen)}"
        for m in changes.limit_moves
    ]
    return told
