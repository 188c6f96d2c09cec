"""What every move on a claim does alike: load and lock, refuse the wrong person and the stale page, write once.

The order is the money door's: state, decision, entries, trail, and the guarded cells last.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from tracker.audit.operations import fund_chain, record
from tracker.claims import policy, queries
from tracker.claims.lifecycle import LIFE, MOVE_NAMES, Move, Step
from tracker.claims.models import Claim, Decision
from tracker.funds import book
from tracker.funds.book import Document, Shares
from tracker.funds.models import Verb
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.clock import OFFICE
from tracker.kernel.errors import Refused, Stale
from tracker.kernel.text import tell
from tracker.storage.statements import changed, run, table


@dataclass(frozen=True)
class Command:
    """Who asks, when, by which command; ``version`` is that of the page the person looked at."""

    by: Actor
    at: datetime
    command_id: str
    version: int | None = None
    comment: str = ""


@dataclass
class Turn:
    """A claim loaded and locked for one move by one person in one seat."""

    session: Session
    claim: Claim
    move: Move
    command: Command
    seat: SeatKind
    before: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    """What the trail is told besides the claim's state and sums: what was sent, which line was deducted."""


class AlreadyDone(Exception):
    """The command has been carried out before; its claim is the answer."""

    def __init__(self, claim: Claim) -> None:
        super().__init__(claim.id)
        self.claim = claim


def begin(session: Session, claim_id: int, move: Move, command: Command, *, claim: Claim | None = None) -> Turn:
    """Load and lock the claim for a move (unless the caller has it locked already).

    Raises NotFound for what the person may not see, AlreadyDone for a command seen before, Stale when somebody
    changed the claim since the page was drawn, NotOpen when the state does not allow the move, Forbidden when
    the person may not make it.
    """
    claim = claim or queries.locked(session, claim_id, seen_by=command.by)
    _require_fresh(session, claim, move, command)
    if command.version is not None and command.version != claim.version:
        raise Stale(what_changed(claim), field=None)
    LIFE.after(claim.state, move)
    return Turn(session, claim, move, command, policy.seat_for(command.by, move, claim), _kept(claim))


_DECISIONS = (
    select(Decision)
    .where((Decision.claim_id == bindparam("of_claim")) | (Decision.command_id == bindparam("of_command")))
    .order_by(Decision.id)
)


_SAME_ACT = {Move.PASS: Move.APPROVE, Move.PAY_PART: Move.PAY_REST, Move.PAYMENT_RETURNED: Move.LAST_PAYMENT_RETURNED}
"""One button may come to either of two moves: what it came to the first time is what it came to."""


def _require_fresh(session: Session, claim: Claim, move: Move, command: Command) -> None:
    """Load the claim's decisions, and look whether the command is among them or was used for something else."""
    made = session.scalars(_DECISIONS, {"of_claim": claim.id, "of_command": command.command_id}).all()
    set_committed_value(claim, "decisions", [decision for decision in made if decision.claim_id == claim.id])
    done = next((decision for decision in made if decision.command_id == command.command_id), None)
    if done is None:
        return
    same = (done.claim_id, done.person_id, _SAME_ACT.get(done.move, done.move))
    if same != (claim.id, command.by.person_id, _SAME_ACT.get(move, move)):
        raise Refused("这个页面已经办过别的事，这一步没有保存；请重新打开这张单据再办")
    raise AlreadyDone(claim)


def what_changed(claim: Claim) -> str:
    """Say who changed the claim last, when, and how."""
    last = claim.decisions[-1] if claim.decisions else None
    if last is None:
        return "这张单据在别的窗口改过，这一步没有保存；请刷新页面，看过最新内容再办"
    when = last.at.astimezone(OFFICE).strftime("%m-%d %H:%M")
    return tell(
        "这张单据刚有变化：%(name)s于 %(when)s 已「%(act)s」，你这一步没有保存；请看过最新内容再办",
        name=last.person.name,
        when=when,
        act=MOVE_NAMES[last.move],
    )


_UNCHANGED: dict[str, Any] = {}
_CLAIM = table(Claim).c
_MOVE = update(table(Claim)).where(
    _CLAIM.id == bindparam("this_claim"),
    _CLAIM.state == bindparam("state_was"),
    _CLAIM.version == bindparam("version_was"),
)
_DECIDE = insert(table(Decision))


def write(
    turn: Turn,
    *,
    step: Step | None,
    decides: bool,
    acted_at: Step | None = None,
    amount_fen: int | None = None,
    changes: dict[str, Any] = _UNCHANGED,
) -> None:
    """Write the state and the decision. ``decides`` makes a second decision on the step impossible to store.

    ``acted_at`` names the step the person stood at, where it is not the one whose turn it was. Raises Stale when
    the state has moved on under the page.
    """
    claim, command = turn.claim, turn.command
    round_acted, step_acted = claim.round, claim.step
    new = {
        "state": LIFE.after(claim.state, turn.move),
        "step": step,
        "version": claim.version + 1,
        "changed_at": command.at,
        **({"waiting_since": command.at} if step != claim.step or decides else {}),
        **changes,
    }
    was = {"this_claim": claim.id, "state_was": claim.state, "version_was": claim.version}
    if changed(run(turn.session, _MOVE, {**new, **was})) != 1:
        raise Stale(what_changed(claim))
    decision = {
        "claim_id": claim.id,
        "command_id": command.command_id,
        "round": round_acted,
        "step": step_acted if decides else None,
        "at_step": acted_at or step_acted,
        "move": turn.move,
        "person_id": command.by.person_id,
        "seat": turn.seat,
        "at": command.at,
        "comment": command.comment[:500],
        "amount_fen": amount_fen,
    }
    run(turn.session, _DECIDE, decision)
    for name, value in new.items():
        set_committed_value(claim, name, value)
    turn.session.expire(claim, ["decisions"])


def move_money(turn: Turn, verb: Verb, shares: Shares, *, document: Document | None = None) -> None:
    """Post the move's entries, record it in the trail, and move the cells last. Raises NotEnoughLeft, NoQuota.

    A claim whose every line was deducted holds nothing: there is nothing to post then.
    """
    if not shares.by_category:
        leave_trail(turn)
        return
    lines = book.carry(turn.session, verb, shares)
    book.post(
        turn.session,
        command_id=turn.command.command_id,
        fund_id=shares.fund_id,
        verb=verb,
        document=document or Document("claim", turn.claim.id, turn.claim.title),
        lines=lines,
        by=turn.command.by,
        at=turn.command.at,
    )
    leave_trail(turn)
    book.settle(turn.session, lines)


def leave_trail(turn: Turn) -> None:
    """Record the move with what it changed."""
    claim, command = turn.claim, turn.command
    record(
        turn.session,
        chain=fund_chain(claim.fund_id),
        by=command.by,
        at=command.at,
        action=f"claim.{turn.move}",
        seat=turn.seat,
        subject=("claim", claim.id, claim.title),
        before=turn.before,
        after=_kept(claim) | turn.more,
        note=command.comment,
    )


def _kept(claim: Claim) -> dict[str, Any]:
    return {
        "state": claim.state,
        "step": claim.step,
        "round": claim.round,
        "version": claim.version,
        "claimed_fen": claim.claimed_fen,
        "deducted_fen": claim.deducted_fen,
        "paid_fen": claim.paid_fen,
    }


def held_shares(claim: Claim) -> Shares:
    """Return what the claim holds now: approved less paid, by category, in fen."""
    by_category: dict[int, int] = defaultdict(int)
    for line in claim.lines:
        by_category[line.category_id] += line.approved_fen
    for payment in claim.payments:
        if payment.returned_at is None:
            for category_id, fen in payment.shares.items():
                by_category[int(category_id)] -= fen
    return Shares(claim.fund_id, claim.team_id, {category: fen for category, fen in by_category.items() if fen})


def require_reason(comment: str, what: str) -> str:
    """Return the reason. Raises Refused when it is empty."""
    if not comment.strip():
        raise Refused(tell("%(what)s要写明原因，好让对方知道怎么改", what=what), field="comment")
    return comment.strip()
