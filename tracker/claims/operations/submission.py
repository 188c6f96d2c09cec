"""Submit: the claim's lines are written, its route frozen and its money held, all or nothing; and withdraw."""

from __future__ import annotations

from sqlalchemy import bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from tracker.claims import findings, policy, queries
from tracker.claims.filing import Filing
from tracker.claims.lifecycle import FILERS_STATES, Move, State, Step
from tracker.claims.models import Claim, ClaimLine, Payee
from tracker.claims.operations.drafts import say_what_files_prove
from tracker.claims.operations.invoices import take_invoices
from tracker.claims.operations.moves import AlreadyDone, Command, begin, held_shares, move_money, write
from tracker.evidence import keys
from tracker.funds.models import Category, Fund, Verb
from tracker.identity.models import Person
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.kernel.money import format_yuan
from tracker.kernel.text import tell
from tracker.storage.numbering import next_number
from tracker.storage.statements import dialect_of, run, table
from tracker.teams.models import Seat
from tracker.teams.queries import held_on


def submit(session: Session, claim_id: int, filing: Filing, command: Command) -> Claim:
    """Send a claim into the gate and hold what it claims on every account.

    Raises NotEnoughLeft naming each account that is short and by how much, Refused with every problem that
    must be mended first, Stale, Forbidden, NotFound.
    """
    _keep_terms(session, filing.beneficiary_id)
    try:
        turn = begin(session, claim_id, Move.SUBMIT, command)
    except AlreadyDone as done:
        return done.claim
    claim = turn.claim
    seat = policy.require_may_file(session, command.by, filing.team_id, filing.beneficiary_id)
    policy.require_as_sent(claim, team_id=filing.team_id, fund_id=filing.fund_id, beneficiary_id=filing.beneficiary_id)
    fund = session.get(Fund, filing.fund_id)
    if fund is None:
        raise NotFound("没有找到这项经费，请刷新页面后重选")
    _require_fitting(session, claim, filing)
    queries.furnish(session, claim, "attachments")
    found = findings.of_filing(session, claim, filing, at=command.at, with_raced=False)
    findings.require_none_blocking(found)
    if seat is SeatKind.AGENT:
        _require_agent_quota(session, claim, filing, command)
    route = _route(fund, filing.claimed_fen)
    step = claim.resume_step if claim.resume_step in route and _asks_no_more(claim, filing) else Step(route[0])
    number = claim.number or f"BX-{fund.year}-{next_number(session, f'claim:{fund.year}'):04d}"
    run(session, _DROP_LINES, {"of_claim": claim_id})
    run(session, _ADD_LINES, _line_rows(claim_id, filing))
    session.expire(claim, ["lines"])
    turn.seat = seat
    turn.more = _sent(filing)
    write(
        turn,
        step=step,
        decides=False,
        amount_fen=filing.claimed_fen,
        changes={
            "number": number,
            "kind": filing.kind,
            "fund_id": filing.fund_id,
            "team_id": filing.team_id,
            "beneficiary_id": filing.beneficiary_id,
            "purpose": filing.purpose,
            "facts": dict(filing.facts),
            "note": filing.note,
            "pay_method": filing.pay_method,
            "payee_id": filing.payee_id,
            "claimed_fen": filing.claimed_fen,
            "deducted_fen": 0,
            "route": [str(name) for name in route],
            "round": claim.round + 1,
            "resume_step": None,
            "typed": None,
            "to_look_at": findings.to_look_at(found),
            "submitted_at": command.at,
            "waiting_since": command.at,
        },
    )
    take_invoices(session, claim, filing, by=command.by, at=command.at)
    say_what_files_prove(session, claim, filing.file_kinds, by=command.by, at=command.at)
    move_money(turn, Verb.HOLD, filing.shares)
    return claim


def _keep_terms(session: Session, person_id: int) -> None:
    """Keep a person's terms as they are until the claim is sent: who moves a term locks the person (writing.locked)."""
    if dialect_of(session) == "postgresql":  # SQLite has one writer at a time
        run(session, _KEPT_PERSON, {"person": person_id})


_PERSON = table(Person).c.id
_KEPT_PERSON = select(_PERSON).where(bindparam("person") == _PERSON).with_for_update(read=True, key_share=True)
_LINE = table(ClaimLine).c
_DROP_LINES = delete(table(ClaimLine)).where(_LINE.claim_id == bindparam("of_claim"))
_ADD_LINES = insert(table(ClaimLine))
_OPEN_CATEGORIES = select(table(Category).c.id).where(
    table(Category).c.fund_id == bindparam("of_fund"), table(Category).c.closed_at.is_(None)
)


def withdraw(session: Session, claim_id: int, command: Command) -> Claim:
    """Take a claim back before anyone has decided on it; its money is free again at once."""
    try:
        turn = begin(session, claim_id, Move.WITHDRAW, command)
    except AlreadyDone as done:
        return done.claim
    if policy.decided_since_submission(turn.claim):
        raise Refused("已有人办理过这张单据，不能再撤回；请联系当前经办人退回修改")
    shares = held_shares(turn.claim)
    write(turn, step=None, decides=False, changes={"waiting_since": None})
    keys.free(session, claim_id, at=command.at)
    move_money(turn, Verb.RELEASE, shares)
    return turn.claim


def _asks_no_more(claim: Claim, filing: Filing) -> bool:
    """Tell whether every line was there before and asks no more than it did.

    Only then may it go straight back to the one who returned it: the steps before have looked at all of it.
    """
    before = {line.key: (line.category_id, line.claimed_fen) for line in claim.lines}
    lines = [(before.get(line.key, (None, 0)), line) for line in filing.lines]
    return all(category == line.category_id and line.claimed_fen <= fen for (category, fen), line in lines)


def _sent(filing: Filing) -> dict[str, object]:
    """Tell the trail what was sent: a later submission replaces the lines themselves."""
    return {
        "fund_id": filing.fund_id,
        "team_id": filing.team_id,
        "beneficiary_id": filing.beneficiary_id,
        "payee_id": filing.payee_id,
        "purpose": filing.purpose,
        "lines": [
            {
                "category_id": line.category_id,
                "spent_on": line.spent_on,
                "summary": line.summary,
                "claimed_fen": line.claimed_fen,
                "bill_number": line.facts.get("bill_number") or "",
            }
            for line in filing.lines
        ],
    }


def _route(fund: Fund, claimed_fen: int) -> list[Step]:
    steps = [Step.LIAISON] if fund.with_liaison else []
    steps.append(Step.REVIEW)
    if claimed_fen >= fund.head_from_fen:
        steps.append(Step.HEAD)
    return [*steps, Step.VERIFY, Step.PAY]


def _line_rows(claim_id: int, filing: Filing) -> list[dict[str, object]]:
    return [
        {
            "claim_id": claim_id,
            "key": line.key,
            "position": position,
            "category_id": line.category_id,
            "spent_on": line.spent_on,
            "summary": line.summary,
            "facts": dict(line.facts),
            "claimed_fen": line.claimed_fen,
            "deducted_fen": 0,
            "deduction_reason": "",
        }
        for position, line in enumerate(filing.lines, start=1)
    ]


def _require_fitting(session: Session, claim: Claim, filing: Filing) -> None:
    """Refuse ids that do not belong together, and a person who has already decided on this claim."""
    own = set(run(session, _OPEN_CATEGORIES, {"of_fund": filing.fund_id}).scalars())
    if any(line.category_id is not None and line.category_id not in own for line in filing.lines):
        raise Refused("有明细的费用科目不在这项经费允许开支的范围内（专款专用），请重选科目", field="lines")
    if filing.payee_id is not None:
        payee = session.get(Payee, filing.payee_id)
        fits = (
            payee is not None
            and payee.closed_at is None
            and payee.method is filing.pay_method
            and (payee.person_id == filing.beneficiary_id or payee.team_id == filing.team_id)
        )
        if not fits:
            raise Refused("收款账户和报销人或支付方式对不上，请重选收款账户", field="payee_id")
    for decision in claim.decisions:
        if policy.acts_in_gate(decision) and decision.person_id in (filing.beneficiary_id, claim.filer_id):
            raise Forbidden("报销人或填报人办理过这张单据的审批，不相容岗位不能由同一人担任；请另开一张单据")


def _require_agent_quota(session: Session, claim: Claim, filing: Filing, command: Command) -> None:
    """Hold a filing agent to the quota the lead unit gave with the seat, counted over the budget year."""
    on = held_on(day_of(command.at))
    # The seat is locked: two of the agent's submissions at once are counted one after the other.
    quota = session.scalar(
        select(Seat.quota_fen)
        .where(Seat.person_id == command.by.person_id, Seat.kind == SeatKind.AGENT, Seat.team_id == filing.team_id, on)
        .with_for_update()
    )
    if quota is None:
        return
    filed = session.scalar(
        select(func.coalesce(func.sum(Claim.claimed_fen - Claim.deducted_fen), 0)).where(
            Claim.filer_id == command.by.person_id,
            Claim.beneficiary_id != command.by.person_id,
            Claim.team_id == filing.team_id,
            Claim.fund_id == filing.fund_id,
            Claim.id != claim.id,
            Claim.state.not_in([*FILERS_STATES, State.REJECTED, State.DISCARDED]),
        )
    )
    left = quota - int(filed or 0)
    if filing.claimed_fen > left:
        raise Refused(
            tell(
                "牵头单位给你的代报额度是 %(quota)s 元，还剩 %(left)s 元，本单 %(claimed)s 元；"
                "请由本人填报，或请牵头单位调整代报额度",
                quota=format_yuan(quota),
                left=format_yuan(max(left, 0)),
                claimed=format_yuan(filing.claimed_fen),
            )
        )
