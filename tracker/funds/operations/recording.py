"""Record a budget paper: the paper's row, its entries in the book, the trail, and last the guarded cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.audit.operations import fund_chain, record
from tracker.evidence.models import EvidenceKind
from tracker.evidence.operations import keep, retain
from tracker.funds import book, policy
from tracker.funds.book import Document, Line, NotEnoughLeft
from tracker.funds.models import (
    PAPER_NAMES,
    Bucket,
    BudgetPaper,
    Cell,
    Fund,
    PaperKind,
    Verb,
)
from tracker.funds.operations.cells import add_cells, cells_by_place, place_of
from tracker.funds.papers import (
    BUDGET,
    LimitChange,
    LimitMove,
    PaperChanges,
    PaperFacts,
    Place,
    Transfer,
)
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.money import format_yuan
from tracker.kernel.text import listed, tell
from tracker.storage.statements import changed


def record_paper(
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
        raise NotFound
    if book.done_already(session, command_id) is None:
        policy.check_paper(session, fund, kind, changes)
        apply_paper(session, fund, kind, paper, changes, by=by, at=at, command_id=command_id)
    return fund.id


_VERBS: dict[PaperKind, Verb] = {
    PaperKind.ISSUE: Verb.ALLOT,
    PaperKind.SUPPLEMENT: Verb.ALLOT,
    PaperKind.CUT: Verb.CUT,
    PaperKind.MOVE: Verb.MOVE,
    PaperKind.RECALL: Verb.MOVE,
    PaperKind.LIMIT: Verb.LIMIT,
}


def apply_paper(
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
    """Write a checked paper and move its money. Raises NotEnoughLeft."""
    scan = keep(session, paper.scan, EvidenceKind.BUDGET_PAPER, by=by, at=at) if paper.scan else None
    if scan is not None:
        retain(session, [scan.id], year=max(fund.year, day_of(at).year))
    row = BudgetPaper(
        fund_id=fund.id,
        kind=kind,
        number=paper.number,
        dated=paper.dated,
        issuer=paper.issuer,
        reason=paper.reason,
        scan_id=scan.id if scan else None,
        amount_fen=sum(transfer.amount_fen for transfer in changes.transfers)
        + sum(move.amount_fen for move in changes.limit_moves),
        recorded_at=at,
        recorded_by=by.person_id,
    )
    session.add(row)
    session.flush()
    for team_id in _teams_named(changes):
        add_cells(session, fund, team_id)
    cells = cells_by_place(session, fund.id)
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
        after={"paper": paper.number, "kind": PAPER_NAMES[kind], "changes": _told(changes, cells)},
        note=paper.reason,
    )
    _move(session, kind, moved)
    _set_limits(session, changes.limits, cells)


def _teams_named(changes: PaperChanges) -> list[int]:
    places = [place for transfer in changes.transfers for place in (transfer.source, transfer.target)]
    named = {place for place in places if isinstance(place, int)}
    named |= {limit.team_id for limit in changes.limits if limit.team_id is not None}
    return sorted(named | {move.team_id for move in changes.limit_moves})


def _cell_at(place: Place, cells: Mapping[str, Cell]) -> Cell:
    return cells[place_of(place if isinstance(place, int) else None, None)]


def _transfer_lines(transfers: Sequence[Transfer], cells: Mapping[str, Cell]) -> list[Line]:
    ends = [end for t in transfers for end in ((t.source, -t.amount_fen), (t.target, t.amount_fen))]
    return [
        Line(_cell_at(place, cells), Bucket.SOURCE if place == BUDGET else Bucket.AVAILABLE, fen) for place, fen in ends
    ]


def _limit_move_lines(moves: Sequence[LimitMove], cells: Mapping[str, Cell]) -> list[Line]:
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


def _limit_lines(limits: Iterable[LimitChange], cells: Mapping[str, Cell]) -> list[Line]:
    lines = []
    for limit in limits:
        cell = cells[place_of(limit.team_id, limit.category_id)]
        change = (limit.limit_fen or 0) - (cell.ceiling_fen or 0)
        lines += [Line(cell, Bucket.SOURCE, -change), Line(cell, Bucket.AVAILABLE, change)]
    return lines


def _move(session: Session, kind: PaperKind, lines: Sequence[Line]) -> None:
    """Move the cells; say to the officer, who cannot ask finance for more, what is left to be moved."""
    try:
        book.settle(session, lines)
    except NotEnoughLeft as refusal:
        short = refusal.facts["short"]
        if not isinstance(short, list) or not short:
            raise
        each = listed(
            tell(
                "%(name)s未占用、未支出的只剩 %(left)s 元，这份%(paper)s文件要动用 %(asked)s 元，超出 %(over)s 元",
                name=name,
                left=format_yuan(left),
                paper=PAPER_NAMES[kind],
                asked=format_yuan(asked),
                over=format_yuan(asked - left),
            )
            for name, left, asked in short
        )
        sentence = tell("%(each)s。请减少金额，或等在途单据退回、核减释放后再办", each=each)
        raise NotEnoughLeft(sentence, short=short) from refusal


def _set_limits(session: Session, limits: Sequence[LimitChange], cells: Mapping[str, Cell]) -> None:
    """Set or take away limits; a limit below what is already held and spent is refused."""
    used = Cell.held + Cell.spent
    for limit in sorted(limits, key=lambda change: cells[place_of(change.team_id, change.category_id)].id):
        cell = cells[place_of(limit.team_id, limit.category_id)]
        change = update(Cell).where(Cell.id == cell.id).execution_options(synchronize_session=False)
        if limit.limit_fen is None:
            session.execute(change.values(available=None))
            continue
        set_now = session.execute(change.where(used <= limit.limit_fen).values(available=limit.limit_fen - used))
        if changed(set_now) != 1:
            taken = session.scalar(select(used).where(Cell.id == cell.id))
            sentence = tell(
                "%(name)s不能低于已占用与已支出之和 %(taken)s 元，这次填了 %(typed)s 元；请填不低于它的限额",
                name=book.cell_name(cell),
                taken=format_yuan(taken),
                typed=format_yuan(limit.limit_fen),
            )
            raise NotEnoughLeft(sentence, short=[])


def _told(changes: PaperChanges, cells: Mapping[str, Cell]) -> list[str]:
    """Say the changes in names people know, for the trail."""

    def name(place: Place) -> str:
        return "年度预算" if place == BUDGET else book.cell_name(_cell_at(place, cells))

    told = [f"{name(t.source)} → {name(t.target)} {format_yuan(t.amount_fen)}" for t in changes.transfers]
    for limit in changes.limits:
        cell = cells[place_of(limit.team_id, limit.category_id)]
        now = "不设限额" if limit.limit_fen is None else format_yuan(limit.limit_fen)
        told.append(f"{book.cell_name(cell)} {format_yuan(cell.ceiling_fen)} → {now}")
    for move in changes.limit_moves:
        source = cells[place_of(move.team_id, move.source_category_id)]
        target = cells[place_of(move.team_id, move.target_category_id)]
        told.append(f"{book.cell_name(source)} → {book.cell_name(target)} {format_yuan(move.amount_fen)}")
    return told
