"""Who may make which move on a claim, in which seat; and who may see it.

``MAY`` is the table that decides and that draws the buttons. Incompatible seats: the filer, the beneficiary and
whoever decides each step of a document are pairwise different people (行政事业单位内部控制规范, 不相容岗位分离).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, false, or_
from sqlalchemy.orm import Session

from tracker.claims.lifecycle import LIFE, STEP_NAMES, STEP_SEATS, Move, State, Step
from tracker.claims.models import Claim, Decision
from tracker.kernel.actors import FINANCE_SEATS, SEAT_NAMES, UNIT_SEATS, Actor, SeatKind
from tracker.kernel.errors import Forbidden, Refused
from tracker.kernel.text import tell
from tracker.teams.models import Team

Answer = SeatKind | str
"""The seat a move is made in, or the sentence why it is refused."""


def _filer(actor: Actor, claim: Claim) -> Answer:
    if actor.person_id != claim.filer_id:
        return "只有填报人可以这样做"
    if actor.holds(SeatKind.AGENT, team_id=claim.team_id) and claim.beneficiary_id != actor.person_id:
        return SeatKind.AGENT
    if actor.holds(SeatKind.MEMBER, team_id=claim.team_id) and claim.beneficiary_id == actor.person_id:
        return SeatKind.MEMBER
    return "你在这个组团的任期已结束，不能再填报；请联系牵头单位"


def _anyone_filing(actor: Actor, claim: Claim) -> Answer:
    """Let its filer take a claim back or throw a draft away even after the term has ended."""
    if actor.person_id != claim.filer_id:
        return "只有填报人可以这样做"
    return SeatKind.MEMBER if claim.beneficiary_id == claim.filer_id else SeatKind.AGENT


def _turn(*steps: Step) -> Callable[[Actor, Claim], Answer]:
    """Make the rule that the step is one of these and the actor holds its seat and meets nobody twice."""

    def rule(actor: Actor, claim: Claim) -> Answer:
        if claim.step not in steps:
            return "还没有轮到这一步"
        return _at(actor, claim, claim.step)

    return rule


def _at(actor: Actor, claim: Claim, step: Step) -> Answer:
    seat = STEP_SEATS[step]
    if not _holds(actor, seat, claim):
        return tell("这一步由%(seat)s办理", seat=SEAT_NAMES[seat])
    return met_before(actor.person_id, claim, step) or seat


def _holds(actor: Actor, seat: SeatKind, claim: Claim) -> bool:
    """Tell whether the actor holds the seat for this claim: in its team, in its lead unit, or in the bureau."""
    if seat is SeatKind.LIAISON:
        return actor.holds(seat, team_id=claim.team_id)
    if seat in UNIT_SEATS:
        return actor.holds(seat, unit_id=claim.team.lead_unit_id)
    return actor.holds(seat)


def _head(actor: Actor, claim: Claim) -> Answer:
    if not actor.holds(SeatKind.HEAD, unit_id=claim.team.lead_unit_id):
        return "这一步由牵头单位负责人办理"
    return met_before(actor.person_id, claim, Step.HEAD) or SeatKind.HEAD


def _participant(actor: Actor, claim: Claim) -> Answer:
    if actor.person_id in (claim.filer_id, claim.beneficiary_id):
        return SeatKind.MEMBER
    for kind in (SeatKind.REVIEWER, SeatKind.HEAD):
        if actor.holds(kind, unit_id=claim.team.lead_unit_id):
            return kind
    if actor.holds(SeatKind.LIAISON, team_id=claim.team_id):
        return SeatKind.LIAISON
    held = next((kind for kind in (SeatKind.OFFICER, SeatKind.CASHIER) if actor.holds(kind)), None)
    return held or "只有经办这张单据的人可以留言"


_LEAD = _turn(Step.LIAISON, Step.REVIEW, Step.HEAD)

MAY: Mapping[Move, Callable[[Actor, Claim], Answer]] = {
    Move.SAVE: _filer,
    Move.DISCARD: _anyone_filing,
    Move.SUBMIT: _filer,
    Move.WITHDRAW: _anyone_filing,
    Move.RETURN: _LEAD,
    Move.STEP_BACK: _turn(Step.REVIEW, Step.HEAD),
    Move.DEDUCT: _turn(Step.REVIEW),
    Move.PASS: _LEAD,
    Move.APPROVE: _LEAD,
    Move.REJECT: _turn(Step.REVIEW, Step.HEAD),
    Move.COMMENT: _participant,
    Move.VERIFY: _turn(Step.VERIFY),
    Move.FINANCE_RETURN: _turn(Step.VERIFY),
    Move.VOID: _head,
    Move.PAY_PART: _turn(Step.PAY),
    Move.PAY_REST: _turn(Step.PAY),
    Move.PAYMENT_RETURNED: lambda actor, claim: _at(actor, claim, Step.PAY),
    Move.LAST_PAYMENT_RETURNED: lambda actor, claim: _at(actor, claim, Step.PAY),
}


def acts_in_gate(decision: Decision) -> bool:
    """Tell whether a decision is an act of the gate: speaking is none, and taking back is the filer's."""
    return decision.at_step is not None and decision.move not in (Move.COMMENT, Move.WITHDRAW)


def met_before(person_id: int, claim: Claim, step: Step) -> str:
    """Say where the person already stands on this document, or '' when the step is free to them."""
    if person_id == claim.filer_id:
        return "这张单据是你填报的，不能由你办理；请由其他人办理"
    if person_id == claim.beneficiary_id:
        return "这张单据的报销人是你，不能由你办理；请由其他人办理"
    for decision in claim.decisions:
        if decision.person_id == person_id and decision.move is Move.SUBMIT:
            return "这张单据由你提交过，后来移交给了别人，不能由你办理；请由其他人办理"
        if decision.person_id == person_id and decision.at_step is not step and acts_in_gate(decision):
            done = STEP_NAMES[decision.at_step] if decision.at_step else ""
            return tell("你已办理过这张单据的「%(step)s」，不相容岗位不能由同一人办理；请由其他人办理", step=done)
    return ""


def seat_for(actor: Actor, move: Move, claim: Claim) -> SeatKind:
    """Return the seat in which the actor may make the move. Raises Forbidden with the reason."""
    answer = MAY[move](actor, claim)
    if isinstance(answer, SeatKind):
        return answer
    raise Forbidden(answer)


@dataclass(frozen=True)
class OpenMove:
    """A move the state allows, and why this person may not make it ('' when they may)."""

    move: Move
    refused: str = ""


def open_moves(actor: Actor, claim: Claim) -> dict[Move, OpenMove]:
    """List the moves a page draws for this person: allowed ones, and those refused for a reason worth saying.

    A move that is simply another seat's is left out; one refused because the person stands on the document
    already is kept with its reason, which the page shows where the button would be.
    """
    moves = {}
    for move in Move:
        if not LIFE.opens(claim.state, move) or not _is_due(move, claim):
            continue
        answer = MAY[move](actor, claim)
        if isinstance(answer, SeatKind):
            moves[move] = OpenMove(move)
        elif _would_hold_seat(actor, claim, move):
            moves[move] = OpenMove(move, answer)
    return moves


def _is_due(move: Move, claim: Claim) -> bool:
    """Tell the moves apart that the state alone does not: passing on or approving, paying a part or the rest."""
    last_lead = claim.step is not None and last_lead_step(claim) == claim.step
    if move is Move.PASS:
        return not last_lead
    if move is Move.APPROVE:
        return last_lead
    if move is Move.WITHDRAW:
        return not decided_since_submission(claim)
    if move is Move.STEP_BACK:
        return step_before(claim) is not None
    return True


def _would_hold_seat(actor: Actor, claim: Claim, move: Move) -> bool:
    if move not in {Move.PASS, Move.APPROVE, Move.RETURN, Move.REJECT, Move.VERIFY, Move.PAY_PART, Move.PAY_REST}:
        return False
    if claim.step is None:
        return False
    return _holds(actor, STEP_SEATS[claim.step], claim) and bool(met_before(actor.person_id, claim, claim.step))


def last_lead_step(claim: Claim) -> Step:
    """Return the route's last step before the voucher."""
    return [Step(step) for step in claim.route if step not in (Step.VERIFY, Step.PAY)][-1]


def step_before(claim: Claim) -> Step | None:
    """Return the step of the route before the one whose turn it is, if there is one."""
    if claim.step is None or claim.step not in claim.route:
        return None
    place = claim.route.index(claim.step)
    return Step(claim.route[place - 1]) if place else None


def decided_since_submission(claim: Claim) -> bool:
    """Tell whether somebody of the gate has acted since the claim was last submitted; speaking is not acting."""
    for decision in reversed(claim.decisions):
        if decision.move is Move.SUBMIT:
            return False
        if acts_in_gate(decision):
            return True
    return False


def seen_by(actor: Actor) -> ColumnElement[bool]:
    """Make the condition that the person may see a claim.

    A draft, also one taken back, is its filer's and beneficiary's alone while it is filled in; the auditor sees
    whatever was ever sent. A draft thrown away before it was sent is nobody's.

    What was never sent, and a person's own list of accounts (``offer.own_payees``), stay closed to the auditor too:
    nobody has acted on either, and an account shows with every sent claim and payment it was used for.
    """
    if actor.holds(SeatKind.ADMINISTRATOR):
        return false()
    is_there = or_(Claim.state != State.DISCARDED, Claim.number.is_not(None))
    own = and_(or_(Claim.filer_id == actor.person_id, Claim.beneficiary_id == actor.person_id), is_there)
    if actor.holds(SeatKind.AUDITOR):
        return or_(own, Claim.number.is_not(None))
    sent = and_(Claim.number.is_not(None), Claim.state != State.DRAFT)
    if actor.holds_any(FINANCE_SEATS):
        return or_(own, sent)
    wider: list[ColumnElement[bool]] = []
    units = actor.units(UNIT_SEATS)
    if units:
        wider.append(Claim.team.has(Team.lead_unit_id.in_(units)))
    liaised = actor.teams(SeatKind.LIAISON)
    if liaised:
        wider.append(Claim.team_id.in_(liaised))
    return or_(own, and_(sent, or_(*wider))) if wider else own


def require_may_file(session: Session, actor: Actor, team_id: int, beneficiary_id: int) -> SeatKind:
    """Return the seat in which the actor may file for the beneficiary. Raises Forbidden.

    A member files for themselves; a named filing agent files for members of the team.
    """
    del session
    if beneficiary_id == actor.person_id and actor.holds(SeatKind.MEMBER, team_id=team_id):
        return SeatKind.MEMBER
    if beneficiary_id != actor.person_id and actor.holds(SeatKind.AGENT, team_id=team_id):
        return SeatKind.AGENT
    if beneficiary_id == actor.person_id:
        raise Forbidden("你不是这个组团的在任组员，不能在这里报销；请核对组团，或请牵头单位办理抽调登记")
    raise Forbidden("只有牵头单位指定的报账员可以替别人填报；请由本人填报，或请牵头单位指定报账员")


def require_as_sent(claim: Claim, *, team_id: int, fund_id: int, beneficiary_id: int) -> None:
    """Keep a claim that was sent with its team, fund and beneficiary: others have looked at it so. Raises Refused."""
    asked = (team_id, fund_id, beneficiary_id)
    if claim.number is not None and (claim.team_id, claim.fund_id, claim.beneficiary_id) != asked:
        raise Refused(
            tell("%(number)s 已提交过，不能改到别的组团、经费或报销人；请另开一张报销单", number=claim.number),
            field="whom",
        )


def decider_of(claim: Claim, step: Step) -> Decision | None:
    """Find the last decision made on a step."""
    made = [decision for decision in claim.decisions if decision.step is step]
    return made[-1] if made else None
