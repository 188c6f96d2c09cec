"""The acts of the gate, one address each: what was typed is carried out, or shown again with the reason why not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.claims import operations, queries
from tracker.claims.forms.decisions import (
    ActForm,
    CommentForm,
    DeductForm,
    FinanceReturnForm,
    RejectForm,
    ReturnForm,
    SayForm,
    StepBackForm,
    VoidForm,
    WithdrawForm,
)
from tracker.claims.lifecycle import State, Step
from tracker.claims.models import Claim, ClaimLine
from tracker.claims.operations.moves import Command
from tracker.claims.views.blueprint import blueprint
from tracker.claims.views.inbox import Queue, queue_of
from tracker.claims.views.review import draw
from tracker.kernel.clock import now
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.lifecycle import NotOpen
from tracker.kernel.money import format_yuan
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, signed_in
from tracker.web.database import read_again, reader
from tracker.web.forms import mint_command_id
from tracker.web.i18n import gettext as _
from tracker.web.undo import flash_with_undo

Run = Callable[[Session, int, ActForm, Command], Claim]


@dataclass(frozen=True)
class Act:
    """One act: the form it is typed into, the operation that carries it out, what is said when it is done."""

    form: type[ActForm]
    run: Run
    told: Callable[[Claim, ActForm], str]
    moves_on: bool = True
    """Whether the claim leaves this person's hands, so that the next one waiting is shown."""


def _plain(operation: Callable[[Session, int, Command], Claim]) -> Run:
    return lambda session, claim_id, _form, command: operation(session, claim_id, command)


def _send_back(session: Session, claim_id: int, form: ActForm, command: Command) -> Claim:
    assert isinstance(form, ReturnForm)  # noqa: S101  the table says so
    return operations.send_back(session, claim_id, command, to_me_again=bool(form.to_me_again.data))


def _deduct(session: Session, claim_id: int, form: ActForm, command: Command) -> Claim:
    assert isinstance(form, DeductForm)  # noqa: S101  the table says so
    line_id, cut_fen = int(form.line_id.data or 0), int(form.deducted_fen.data or 0)
    form.was = session.execute(
        select(ClaimLine.deducted_fen, ClaimLine.deduction_reason).where(ClaimLine.id == line_id)
    ).one_or_none()
    return operations.deduct(session, claim_id, line_id, cut_fen, command)


def approved_words(claim: Claim) -> str:
    """Say where an approval has sent the claim."""
    if claim.state is State.APPROVED:
        return _("%(name)s 已同意，报销凭证已编号，送财政局复核", name=claim.title)
    if claim.step is Step.HEAD:
        return _("%(name)s 已同意，送牵头单位负责人审批；要改请负责人退回上一步", name=claim.title)
    return _("%(name)s 已同意，送牵头单位审核；要改请审核人退回上一步", name=claim.title)


def _deducted(claim: Claim, form: ActForm) -> str:
    line = next((line for line in claim.lines if line.id == form["line_id"].data), None)
    if line is None or not line.deducted_fen:
        return _("已取消核减，额度已重新占用")
    return _(
        "第 %(line)s 行核减 %(yuan)s 元，核定合计 %(total)s 元；填 0 可取消",
        line=line.position,
        yuan=format_yuan(line.deducted_fen),
        total=format_yuan(claim.approved_fen),
    )


ACTS: dict[str, Act] = {
    "approve": Act(SayForm, _plain(operations.approve), lambda c, _f: approved_words(c)),
    "verify": Act(SayForm, _plain(operations.verify), lambda c, _f: _("%(name)s 复核通过，可以支付", name=c.title)),
    "comment": Act(CommentForm, _plain(operations.comment), lambda _c, _f: _("留言已记入审批过程"), moves_on=False),
    "return": Act(ReturnForm, _send_back, lambda c, _f: _("%(name)s 已退回填报人修改，占用的额度已释放", name=c.title)),
    "step-back": Act(
        StepBackForm, _plain(operations.step_back), lambda c, _f: _("%(name)s 已退回上一步", name=c.title)
    ),
    "reject": Act(
        RejectForm, _plain(operations.reject), lambda c, _f: _("%(name)s 已不同意，占用的额度已释放", name=c.title)
    ),
    "finance-return": Act(
        FinanceReturnForm,
        _plain(operations.finance_return),
        lambda c, _f: _("%(name)s 已退回牵头单位，原报销凭证已作废", name=c.title),
    ),
    "void": Act(
        VoidForm,
        _plain(operations.void_voucher),
        lambda c, _f: _("%(name)s 的报销凭证已作废，单据回到牵头单位", name=c.title),
        moves_on=False,
    ),
    "withdraw": Act(
        WithdrawForm,
        _plain(operations.withdraw),
        lambda c, _f: _("%(name)s 已撤回，占用的额度已释放；改好可以再提交", name=c.title),
        moves_on=False,
    ),
    "deduct": Act(DeductForm, _deduct, _deducted, moves_on=False),
}


_FROM_INBOX: dict[str, Any] = {"from": "inbox"}
_QUOTED = ",".join(f"'{act}'" for act in ACTS)


@blueprint.route(f"/claims/<int:claim_id>/<any({_QUOTED}):name>", methods=["GET", "POST"])
@signed_in
def act(claim_id: int, name: str) -> Response:
    """Carry out an act of the gate; whoever comes back to its address is shown the claim."""
    if name not in ACTS:
        abort(404)
    if request.method == "GET":
        queries.one(reader(), claim_id, seen_by=current_actor())
        return _to(url_for(".show", claim_id=claim_id))
    chosen, actor = ACTS[name], current_actor()
    form, queue = chosen.form(), queue_of(actor, claim_id)
    if not form.sent_and_valid():
        return draw(queries.one(reader(), claim_id, seen_by=actor), form)
    command = command_of(form)
    try:
        with unit_of_work() as session:
            claim = chosen.run(session, claim_id, form, command)
            told, version = chosen.told(claim, form), claim.version
    except NotFound:
        raise
    except Refused as refusal:
        return refused(claim_id, form, refusal)
    if isinstance(form, DeductForm) and form.was is not None:
        was_fen, was_reason = form.was
        flash_with_undo(
            told,
            _("恢复"),
            url_for(".act", claim_id=claim_id, name=name, **(_FROM_INBOX if queue.is_followed else {})),
            version=version,
            line_id=form.line_id.data,
            deducted_fen=format_yuan(was_fen),
            comment=was_reason or _("恢复核减前的金额"),
        )
    else:
        flash(told, "ok")
    return _to(_onward(claim_id, queue, moves_on=chosen.moves_on, form=form))


def command_of(form: ActForm) -> Command:
    """Make the command a form stands for."""
    comment = form["comment"].data or "" if "comment" in form else ""
    return Command(
        by=current_actor(),
        at=now(),
        command_id=form.command_id.data or mint_command_id(),
        version=form.version.data,
        comment=comment,
    )


def refused(claim_id: int, form: ActForm, refusal: Refused) -> Response:
    """Draw the claim as it is now, with what was typed and why it was not done.

    After a stale page the form stands for a new command: the person has seen what changed and decides again.
    """
    form.refuse(refusal)
    if isinstance(refusal, Stale | NotOpen):
        form.command_id.data = mint_command_id()
    return draw(queries.one(read_again(), claim_id, seen_by=current_actor()), form)


def _onward(claim_id: int, queue: Queue, *, moves_on: bool, form: ActForm) -> str:
    if not queue.is_followed:
        line = form["line_id"].data if "line_id" in form else None
        return url_for(".show", claim_id=claim_id) if line is None else _at_line(claim_id, line, {})
    if not moves_on:
        line = form["line_id"].data if "line_id" in form else None
        return _at_line(claim_id, line, _FROM_INBOX)
    if queue.following is None:
        return url_for(".inbox")
    return url_for(".show", claim_id=queue.following, **_FROM_INBOX)


def _at_line(claim_id: int, line_id: int | None, kept: dict[str, Any]) -> str:
    """Address the claim with the line in view that was worked on."""
    claim = queries.one(read_again(), claim_id, seen_by=current_actor())
    line = next((one for one in claim.lines if one.id == line_id), None)
    if line is None:
        return url_for(".show", claim_id=claim_id, **kept)
    return url_for(".show", claim_id=claim_id, line=line.key, **kept, _anchor=f"line-{line.position}")


def _to(url: str) -> Response:
    return redirect(url, 303)  # type: ignore[return-value]  # werkzeug's own response class
