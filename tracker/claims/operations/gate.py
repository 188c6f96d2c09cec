"""The gate: lead unit examines, deducts, returns, approves or rejects; finance accepts or returns."""

from __future__ import annotations

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.claims import papers, policy, queries
from tracker.claims.lifecycle import Move, Step
from tracker.claims.models import Claim, ClaimLine
from tracker.claims.operations.moves import (
    AlreadyDone,
    Command,
    begin,
    held_shares,
    leave_trail,
    move_money,
    require_reason,
    write,
)
from tracker.evidence import keys
from tracker.funds.book import Shares
from tracker.funds.models import Verb
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.money import format_yuan
from tracker.kernel.text import tell
from tracker.vouchers.fonts import require_glyphs


def approve(session: Session, claim_id: int, command: Command) -> Claim:
    """Pass the claim on; at the last lead-unit step approve it and number its voucher.

    Raises Refused when everything was deducted, Forbidden, Stale, NotOpen.
    """
    claim = queries.locked(session, claim_id, seen_by=command.by)
    last = bool(claim.route) and claim.step == policy.last_lead_step(claim)
    try:
        turn = begin(session, claim_id, Move.APPROVE if last else Move.PASS, command, claim=claim)
    except AlreadyDone as done:
        return done.claim
    if claim.approved_fen == 0:
        raise Refused("核定金额是 0，不能同意；请退回修改，或不同意")
    following = Step(claim.route[claim.route.index(str(claim.step)) + 1])
    write(turn, step=following, decides=True, amount_fen=claim.approved_fen)
    if last:
        papers.issue_voucher(session, claim, by=command.by, seat=turn.seat, at=command.at)
    leave_trail(turn)
    return claim


def send_back(session: Session, claim_id: int, command: Command, *, to_me_again: bool = False) -> Claim:
    """Return the claim to its filer with a reason; its money is free again.

    ``to_me_again``: the next submission comes straight back to this step instead of restarting the route, unless
    something was deducted: the deductions end here, and who made them has to see what is asked instead.
    """
    require_reason(command.comment, "退回修改")
    try:
        turn = begin(session, claim_id, Move.RETURN, command)
    except AlreadyDone as done:
        return done.claim
    claim = turn.claim
    shares = held_shares(claim)
    resume = claim.step if to_me_again and not claim.deducted_fen else None
    _clear_deductions(session, claim)
    write(
        turn,
        step=None,
        decides=True,
        changes={"resume_step": resume, "deducted_fen": 0, "waiting_since": None},
    )
    keys.free(session, claim_id, at=command.at)
    move_money(turn, Verb.RELEASE, shares)
    return claim


def step_back(session: Session, claim_id: int, command: Command) -> Claim:
    """Return the claim to the step before, with a reason; its money stays held."""
    require_reason(command.comment, "退回上一步")
    try:
        turn = begin(session, claim_id, Move.STEP_BACK, command)
    except AlreadyDone as done:
        return done.claim
    earlier = policy.step_before(turn.claim)
    if earlier is None:
        raise Refused("这是第一步，没有上一步可退；请用「退回修改」")
    write(turn, step=earlier, decides=True, changes={"round": turn.claim.round + 1})
    leave_trail(turn)
    return turn.claim


def deduct(session: Session, claim_id: int, line_id: int, deducted_fen: int, command: Command) -> Claim:
    """Set a line's deduction (核减) in fen with its reason; the hold shrinks or grows by the difference at once.

    Raises Refused for more than the line claims or no reason, NotEnoughLeft when taking a deduction back
    needs money that is gone.
    """
    reason = require_reason(command.comment, "核减")
    require_glyphs([reason])  # it is printed beside the line
    try:
        turn = begin(session, claim_id, Move.DEDUCT, command)
    except AlreadyDone as done:
        return done.claim
    claim = turn.claim
    line = next((line for line in claim.lines if line.id == line_id), None)
    if line is None:
        raise NotFound("没有找到这一行明细，请刷新页面")
    if not 0 <= deducted_fen <= line.claimed_fen:
        most = format_yuan(line.claimed_fen)
        raise Refused(tell("核减金额要在 0 到 %(most)s 元之间", most=most), field="deducted_fen")
    change = deducted_fen - line.deducted_fen
    if change == 0:
        raise Refused("核减金额没有变化，不用保存", field="deducted_fen")
    session.execute(
        update(ClaimLine)
        .where(ClaimLine.id == line_id)
        .values(deducted_fen=deducted_fen, deduction_reason=reason[:200])
        .execution_options(synchronize_session=False)
    )
    turn.before |= {"line": line.position, "line_deducted_fen": line.deducted_fen}
    turn.more = {"line": line.position, "line_deducted_fen": deducted_fen}
    write(
        turn, step=claim.step, decides=False, amount_fen=change, changes={"deducted_fen": claim.deducted_fen + change}
    )
    session.refresh(line)
    verb = Verb.RELEASE if change > 0 else Verb.HOLD
    move_money(turn, verb, Shares(claim.fund_id, claim.team_id, {line.category_id: abs(change)}))
    return claim


def reject(session: Session, claim_id: int, command: Command) -> Claim:
    """Turn the claim down for good, with a reason; its money is free again."""
    require_reason(command.comment, "不同意")
    try:
        turn = begin(session, claim_id, Move.REJECT, command)
    except AlreadyDone as done:
        return done.claim
    shares = held_shares(turn.claim)
    write(turn, step=None, decides=True, changes={"waiting_since": None})
    keys.free(session, claim_id, at=command.at)
    move_money(turn, Verb.RELEASE, shares)
    return turn.claim


def comment(session: Session, claim_id: int, command: Command) -> Claim:
    """Say something on the claim without deciding."""
    if not command.comment.strip():
        raise Refused("请先写留言内容", field="comment")
    try:
        turn = begin(session, claim_id, Move.COMMENT, command)
    except AlreadyDone as done:
        return done.claim
    write(turn, step=turn.claim.step, decides=False)
    leave_trail(turn)
    return turn.claim


def verify(session: Session, claim_id: int, command: Command) -> Claim:
    """Accept the claim at the finance bureau (复核); it may then be paid."""
    try:
        turn = begin(session, claim_id, Move.VERIFY, command)
    except AlreadyDone as done:
        return done.claim
    write(turn, step=Step.PAY, decides=True, amount_fen=turn.claim.approved_fen)
    leave_trail(turn)
    return turn.claim


def finance_return(session: Session, claim_id: int, command: Command) -> Claim:
    """Return the claim from finance to the lead unit, with a reason; its voucher is void, its money stays held."""
    reason = require_reason(command.comment, "退回牵头单位")
    try:
        turn = begin(session, claim_id, Move.FINANCE_RETURN, command)
    except AlreadyDone as done:
        return done.claim
    papers.void_voucher(session, turn.claim, reason=reason, by=command.by, seat=turn.seat, at=command.at)
    write(
        turn,
        step=policy.last_lead_step(turn.claim),
        decides=True,
        changes={"round": turn.claim.round + 1},
    )
    leave_trail(turn)
    return turn.claim


def void_voucher(session: Session, claim_id: int, command: Command) -> Claim:
    """Void the voucher before any payment: its number stays with a void mark, the claim is back in the lead unit."""
    reason = require_reason(command.comment, "作废报销单")
    try:
        turn = begin(session, claim_id, Move.VOID, command)
    except AlreadyDone as done:
        return done.claim
    papers.void_voucher(session, turn.claim, reason=reason, by=command.by, seat=turn.seat, at=command.at)
    write(
        turn,
        step=policy.last_lead_step(turn.claim),
        decides=False,
        acted_at=Step.HEAD,
        changes={"round": turn.claim.round + 1},
    )
    leave_trail(turn)
    return turn.claim


def _clear_deductions(session: Session, claim: Claim) -> None:
    """Start a returned claim afresh: what was deducted is the filer's to mend."""
    session.execute(
        update(ClaimLine)
        .where(ClaimLine.claim_id == claim.id)
        .values(deducted_fen=0, deduction_reason="")
        .execution_options(synchronize_session=False)
    )
    session.expire(claim, ["lines"])
