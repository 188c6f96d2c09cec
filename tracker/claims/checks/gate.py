"""The way through the gate: whose turn it is, who decided, nobody twice, and all of it in the trail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import CTE, ColumnElement, Text, and_, case, cast, exists, func, literal, not_, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

from tracker.audit.models import AuditEntry
from tracker.claims.lifecycle import APPROVED_STATES, LEAD_STEPS, LIVE_STATES, STEP_NAMES, Move, State, Step
from tracker.claims.models import Claim, ClaimLine, Decision, Payment
from tracker.identity.models import Person
from tracker.kernel.actors import SeatKind
from tracker.teams.models import Seat

Column = InstrumentedAttribute[int]

FILERS_MOVES = frozenset({Move.SAVE, Move.DISCARD, Move.SUBMIT, Move.WITHDRAW})
"""What the filer does; whoever makes any other move stands in another seat of the document. Anybody may speak."""

GATE_MOVES = tuple(move for move in Move if move not in FILERS_MOVES and move is not Move.COMMENT)

RECORDED_MOVES = tuple(move for move in Move if move not in (Move.SAVE, Move.DISCARD))
"""Moves kept as decisions; saving and throwing away a draft is in the trail alone."""


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where a claim stands where nobody led it, or was led by the wrong person."""
    yield from _turns(session)
    yield from _decided(session)
    yield from _seats(session)
    yield from _payers(session)
    yield from _recorded(session)
    yield from _terms(session)


def _turns(session: Session) -> Iterator[str]:
    """The state says whose turn it may be, and the step is one of the route frozen at submission."""
    at_step = cast(Claim.step, Text)
    in_route = cast(Claim.route, Text).like('%"' + at_step + '"%')
    fits = case(
        (Claim.state == State.IN_ROUTE, and_(Claim.step.in_(LEAD_STEPS), in_route)),
        (Claim.state == State.APPROVED, and_(Claim.step == Step.VERIFY, in_route)),
        (Claim.state.in_([State.ACCEPTED, State.PART_PAID]), and_(Claim.step == Step.PAY, in_route)),
        else_=Claim.step.is_(None),
    )
    rows = session.execute(select(Claim.number, Claim.id, Claim.step).where(not_(func.coalesce(fits, False))))
    for number, claim_id, step in rows:
        where = f"记在「{STEP_NAMES[step]}」" if step else "没有记着轮到哪一步"
        yield f"单据 {number or claim_id} 的状态与所在环节不符：{where}"


_NEEDED: Sequence[tuple[Move, frozenset[State], str]] = (
    (Move.APPROVE, APPROVED_STATES, "牵头单位最后一步的同意"),
    (Move.VERIFY, APPROVED_STATES - {State.APPROVED}, "财政局的复核"),
)
"""The decisions that lead to a state, made in the claim's present round."""


def _decided(session: Session) -> Iterator[str]:
    for move, states, what in _NEEDED:
        made = exists().where(
            Decision.claim_id == Claim.id,
            Decision.round == Claim.round,
            Decision.step.is_not(None),
            Decision.move == move,
        )
        for number in session.scalars(select(Claim.number).where(Claim.state.in_(states), ~made)):
            yield f"单据 {number} 这一轮没有{what}，状态却已走过这一步"


def _acts() -> CTE:
    """List who acted at which step of which claim: decisions of the gate, and payments by their own record."""
    at_step = func.coalesce(cast(Decision.at_step, Text), Step.PAY.value)
    decided = select(Decision.claim_id, Decision.person_id, at_step.label("at_step")).where(
        Decision.move.in_(GATE_MOVES)
    )
    paid = select(Payment.claim_id, Payment.paid_by, literal(Step.PAY.value))
    returned = select(Payment.claim_id, Payment.returned_by, literal(Step.PAY.value)).where(
        Payment.returned_by.is_not(None)
    )
    return union_all(decided, paid, returned).cte()


def _seats(session: Session) -> Iterator[str]:
    """No two incompatible seats on a document are one person."""
    acts = _acts()
    own = (
        select(Claim.number, Person.name)
        .join(acts, acts.c.claim_id == Claim.id)
        .join(Person, Person.id == acts.c.person_id)
        .where(acts.c.person_id.in_([Claim.filer_id, Claim.beneficiary_id]))
    )
    for number, name in session.execute(own.distinct()):
        yield f"单据 {number}：填报人或报销人{name}办理了自己的单据"
    twice = (
        select(acts.c.claim_id, acts.c.person_id)
        .group_by(acts.c.claim_id, acts.c.person_id)
        .having(func.min(acts.c.at_step) != func.max(acts.c.at_step))
        .subquery()
    )
    rows = session.execute(
        select(Claim.number, Person.name)
        .join(twice, twice.c.claim_id == Claim.id)
        .join(Person, Person.id == twice.c.person_id)
    )
    for number, name in rows:
        yield f"单据 {number}：{name}一人办理了两个不相容的环节"


def _payers(session: Session) -> Iterator[str]:
    """The payment and the decision of one command name one person."""
    rows = session.execute(
        select(Payment.number, Claim.number)
        .join(Claim, Claim.id == Payment.claim_id)
        .outerjoin(Decision, Decision.command_id == Payment.command_id)
        .where(
            or_(
                Decision.id.is_(None),
                Decision.claim_id != Payment.claim_id,
                Decision.person_id != Payment.paid_by,
            )
        )
    )
    for payment, number in rows:
        yield f"支付 {payment} 的经办人与单据 {number} 的办理记录不符"


def _recorded(session: Session) -> Iterator[str]:
    """Every decision is in the trail, made by the same person; neither says more than the other."""
    decided = _counted(Decision.claim_id, Decision.person_id, Decision.move.in_(RECORDED_MOVES))
    actions = [f"claim.{move}" for move in RECORDED_MOVES]
    told = _counted(
        AuditEntry.subject_id,
        AuditEntry.person_id,
        and_(AuditEntry.subject_kind == "claim", AuditEntry.action.in_(actions)),
    )
    in_decisions, in_trail = (func.coalesce(counted.c.acts, 0) for counted in (decided, told))
    rows = session.execute(
        select(Claim.id, Claim.number, in_decisions, in_trail)
        .outerjoin(decided, decided.c.claim_id == Claim.id)
        .outerjoin(told, told.c.claim_id == Claim.id)
        .where(or_(in_decisions != in_trail, decided.c.people != told.c.people))
    )
    for claim_id, number, decisions, entries in rows:
        if decisions != entries:
            yield f"单据 {number or claim_id} 办理过 {decisions} 次，审计链里是 {entries} 次"
        else:
            yield f"单据 {number or claim_id} 的经办人与审计链所记的不是同一人"


def _counted(claim_id: Column, person_id: Column, which: ColumnElement[bool]) -> CTE:
    """Count acts by claim, with the sum of the people's ids: other people give another sum."""
    return (
        select(claim_id.label("claim_id"), func.count().label("acts"), func.sum(person_id).label("people"))
        .where(which)
        .group_by(claim_id)
        .cte()
    )


def _terms(session: Session) -> Iterator[str]:
    """Nobody claims for a day outside their secondment."""
    within = exists().where(
        Seat.person_id == Claim.beneficiary_id,
        Seat.team_id == Claim.team_id,
        Seat.kind == SeatKind.MEMBER,
        Seat.held_from <= ClaimLine.spent_on,
        Seat.held_until.is_(None) | (Seat.held_until > ClaimLine.spent_on),
    )
    rows = session.execute(
        select(Claim.number, ClaimLine.position, ClaimLine.spent_on)
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .where(Claim.state.in_(LIVE_STATES), ~within)
    )
    for number, position, day in rows:
        yield f"单据 {number} 第 {position} 行的日期 {day} 不在报销人任期内"
