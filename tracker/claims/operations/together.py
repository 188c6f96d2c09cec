"""批量同意: one of several claims approved together, only where every check passes and the amount is small."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.claims import queries
from tracker.claims.checked import has_unread_files
from tracker.claims.lifecycle import LEAD_STEPS
from tracker.claims.models import Claim, Decision
from tracker.claims.operations.gate import approve
from tracker.claims.operations.moves import Command
from tracker.claims.verdict import open_questions
from tracker.kernel.errors import Refused
from tracker.kernel.money import format_yuan
from tracker.kernel.text import tell


class NotTogether(Refused):
    """The claim has to be opened and decided on by itself."""


def approve_in_order(session: Session, claim_id: int, command: Command) -> Claim:
    """Approve a claim nobody needs to look at: its checks are made again now, with everything read since.

    Raises NotTogether for findings, for files still being read and for amounts over the fund's limit; else what
    ``approve`` raises.
    """
    claim = queries.locked(session, claim_id, seen_by=command.by)
    done = session.scalar(select(Decision.id).where(Decision.command_id == command.command_id))
    if done is None and command.version == claim.version:
        _require_in_order(session, claim, command)
    return approve(session, claim_id, command)


def _require_in_order(session: Session, claim: Claim, command: Command) -> None:
    if claim.step not in LEAD_STEPS:
        raise NotTogether("这一步要逐张办理，请打开单据办理")
    limit = claim.fund.together_up_to_fen
    if not limit:
        raise NotTogether("这项经费不允许批量同意，请打开单据逐张办理")
    if claim.approved_fen > limit:
        facts = {"limit": format_yuan(limit), "over": format_yuan(claim.approved_fen - limit)}
        raise NotTogether(tell("金额比批量同意上限 %(limit)s 元多 %(over)s 元，请打开单据逐张办理", **facts))
    if has_unread_files(session, claim.id):
        raise NotTogether("还有票据没有识别完，请稍后再办，或打开单据逐张办理")
    if claim.to_look_at is None:
        raise NotTogether("提交时没有留下检查结果，请打开单据逐张办理")
    found = open_questions(session, claim, at=command.at)
    if found:
        raise NotTogether(tell("有 %(n)s 项要看：%(first)s", n=len(found), first=found[0].sentence), findings=found)
