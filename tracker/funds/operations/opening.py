"""Open a fund with its ceiling, permit a further purpose, set the route of later claims."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.audit.operations import fund_chain, record
from tracker.funds import book, policy
from tracker.funds.models import Category, Cell, CellKind, Fund, PaperKind
from tracker.funds.operations.cells import add_cells
from tracker.funds.operations.recording import apply_paper
from tracker.funds.papers import (
    BUDGET,
    RESERVE,
    CategoryFacts,
    FundFacts,
    PaperChanges,
    PaperFacts,
    Transfer,
)
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.errors import NotFound
from tracker.storage.numbering import next_number


def open_fund(
    session: Session, facts: FundFacts, paper: PaperFacts, *, ceiling_fen: int, by: Actor, at: datetime, command_id: str
) -> int:
    """Open a fund with its ceiling (fen) from a budget paper and return its id.

    Raises Refused when the year already has a fund of that name or code, a category is pay, or dates cross.
    """
    policy.require_officer(by)
    next_number(session, f"fund:{facts.year}")  # two who open the same fund at once queue here
    done = book.done_already(session, command_id)
    if done is not None:
        return done.fund_id
    policy.check_fund(session, facts)
    policy.check_amount(ceiling_fen)
    fund = Fund(
        year=facts.year,
        name=facts.name,
        code=facts.code,
        function_code=facts.function_code,
        opens_on=facts.opens_on,
        closes_on=facts.closes_on,
        head_from_fen=facts.head_from_fen,
        with_liaison=facts.with_liaison,
        together_up_to_fen=facts.together_up_to_fen,
        created_at=at,
        created_by=by.person_id,
    )
    session.add(fund)
    session.flush()
    session.add_all(_category(fund.id, place, category) for place, category in enumerate(facts.categories, start=1))
    session.flush()
    add_cells(session, fund, None)
    changes = PaperChanges(transfers=[Transfer(BUDGET, RESERVE, ceiling_fen)])
    apply_paper(session, fund, PaperKind.ISSUE, paper, changes, by=by, at=at, command_id=command_id)
    return fund.id


def add_category(session: Session, fund_id: int, facts: CategoryFacts, *, by: Actor, at: datetime) -> int:
    """Permit a further purpose in a fund; return the category's id.

    The same purpose with the same code a second time is the same request and changes nothing. Raises Refused
    for pay and for a name that already stands for another code.
    """
    policy.require_officer(by)
    fund = session.scalar(select(Fund).where(Fund.id == fund_id).with_for_update())
    if fund is None:
        raise NotFound
    known = session.scalars(select(Category).where(Category.fund_id == fund_id)).all()
    same = next((c for c in known if (c.name, c.economic_code) == (facts.name, facts.economic_code)), None)
    if same is not None:
        return same.id
    policy.check_category(facts, [category.name for category in known])
    category = _category(fund_id, len(known) + 1, facts)
    session.add(category)
    session.flush()
    held = select(Cell.team_id).where(Cell.fund_id == fund_id, Cell.kind == CellKind.TEAM)
    for team_id in [None, *session.scalars(held)]:
        add_cells(session, fund, team_id)
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


def _category(fund_id: int, position: int, facts: CategoryFacts) -> Category:
    return Category(
        fund_id=fund_id,
        position=position,
        name=facts.name,
        economic_code=facts.economic_code,
        economic_name=facts.economic_name,
    )


def set_route(
    session: Session,
    fund_id: int,
    *,
    head_from_fen: int,
    with_liaison: bool,
    together_up_to_fen: int = 0,
    by: Actor,
    at: datetime,
) -> None:
    """Change the route later claims take; routes already frozen stay as they are. Raises NotFound, Forbidden.

    ``together_up_to_fen`` counts at once: it is about how an act is done, not about the route.
    """
    policy.require_officer(by)
    fund = session.scalar(select(Fund).where(Fund.id == fund_id).with_for_update())
    if fund is None:
        raise NotFound
    after = {
        "head_from_fen": head_from_fen,
        "with_liaison": with_liaison,
        "together_up_to_fen": together_up_to_fen,
    }
    before = {name: getattr(fund, name) for name in after}
    if before == after:
        return
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
