"""The words of the review page: what the verdict says, and what each stop on a claim's way says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from tracker.claims.course import Mark, When
from tracker.claims.findings import Level, Part
from tracker.claims.lifecycle import STEP_NAMES, Move, State, Step
from tracker.claims.models import PAY_NAMES, Claim, Decision
from tracker.claims.verdict import Answer, Verdict
from tracker.kernel.actors import SEAT_NAMES, Actor
from tracker.kernel.clock import now
from tracker.kernel.money import format_yuan
from tracker.web.i18n import gettext as _
from tracker.web.i18n import said, waited, yuan_sign

_KINDS = {Level.BLOCK: "bad", Level.WARN: "warn", Level.PASS: "ok"}
_MOST_NAMES = 3


def verdict_items(claim: Claim, verdict: Verdict) -> list[dict[str, str]]:
    """Say the four answers in a title and a line each."""
    return [
        {"kind": _KINDS[answer.level], "title": _title(answer), "text": _text(claim, verdict, answer)}
        for answer in verdict.answers
    ]


def _title(answer: Answer) -> str:
    if answer.level is Level.BLOCK:
        return _("%(n)s 项不符合", n=len(answer.found))
    if answer.level is Level.WARN:
        return _("%(n)s 项要核对", n=len(answer.found))
    return {
        Part.STANDARD: _("符合标准"),
        Part.BILLS: _("票据唯一"),
        Part.FILES: _("附件齐全"),
        Part.QUOTA: _("额度充足"),
    }[answer.part]


def _text(claim: Claim, verdict: Verdict, answer: Answer) -> str:
    if answer.sentence:
        return said(answer.sentence)
    if answer.part is Part.QUOTA:
        return _quota_text(claim, verdict)
    files = len(claim.attachments)
    bills = sum(1 for line in claim.lines if line.facts.get("bill_number"))
    return {
        Part.STANDARD: _("开支范围、日期相符"),
        Part.BILLS: _("%(n)s 张，查重通过", n=bills) if bills else _("没有票号，按附件核对"),
        Part.FILES: _("%(n)s 个附件，每行都有票据", n=files) if files else _("按标准包干，不需票据"),
    }[answer.part]


def _quota_text(claim: Claim, verdict: Verdict) -> str:
    if verdict.account is None:
        return _("不占用额度")
    left = yuan_sign(verdict.account.after_fen)
    if claim.state in (State.PAID, State.PART_PAID):
        return _("支付后剩 %(yuan)s", yuan=left)
    if claim.state in (State.APPROVED, State.ACCEPTED):
        return _("已占用，剩 %(yuan)s", yuan=left)
    return _("同意后剩 %(yuan)s", yuan=left)


def course_entries(claim: Claim, course: Sequence[Mark], actor: Actor, *, may_act: bool) -> list[dict[str, Any]]:
    """Say a claim's way for the timeline: what was done, whose turn it is, who comes after."""
    return [
        _done(claim, mark, mark.decision) if mark.decision is not None else _open(claim, mark, actor, may_act=may_act)
        for mark in course
    ]


def _done(claim: Claim, mark: Mark, decision: Decision) -> dict[str, Any]:
    did, tag, tag_kind = _act(claim, mark, decision)
    return {
        "state": "done",
        "name": decision.person.name,
        "role": _(SEAT_NAMES[decision.seat]),
        "did": did,
        "tag": tag,
        "tag_kind": tag_kind,
        "when": decision.at,
        "comment": decision.comment,
    }


def _act(claim: Claim, mark: Mark, decision: Decision) -> tuple[str, str, str]:
    """Say an act: what was done in words, or as a tag with its colour."""
    amount = decision.amount_fen or 0
    if decision.move is Move.SUBMIT:
        if claim.filer_id != claim.beneficiary_id:
            return _("代%(name)s提交报销", name=claim.beneficiary.name), "", ""
        return (_("修改后再次提交") if mark.is_again else _("提交报销")), "", ""
    if decision.move is Move.DEDUCT:
        yuan = format_yuan(abs(amount))
        words = _("核减 %(yuan)s", yuan=yuan) if amount > 0 else _("取消核减 %(yuan)s", yuan=yuan)
        return "", words, "warn"
    if decision.move in (Move.PAY_PART, Move.PAY_REST):
        return "", _("支付 %(yuan)s", yuan=format_yuan(amount)), "ok"
    if decision.move in (Move.PAYMENT_RETURNED, Move.LAST_PAYMENT_RETURNED):
        return "", _("退票 %(yuan)s", yuan=format_yuan(amount)), "bad"
    return {
        Move.PASS: ("", _("同意"), "ok"),
        Move.APPROVE: ("", _("同意"), "ok"),
        Move.VERIFY: ("", _("复核通过"), "ok"),
        Move.RETURN: ("", _("退回修改"), "bad"),
        Move.STEP_BACK: ("", _("退回上一步"), "warn"),
        Move.REJECT: ("", _("不同意"), "bad"),
        Move.FINANCE_RETURN: ("", _("退回牵头单位"), "bad"),
        Move.VOID: ("", _("作废报销凭证"), "bad"),
        Move.WITHDRAW: (_("撤回"), "", ""),
        Move.COMMENT: (_("留言"), "", ""),
    }.get(decision.move, ("", "", ""))


def _open(claim: Claim, mark: Mark, actor: Actor, *, may_act: bool) -> dict[str, Any]:
    step = mark.step or Step.REVIEW
    names = _("、").join(mark.names[:_MOST_NAMES])
    if len(mark.names) > _MOST_NAMES:
        names = _("%(names)s等 %(n)s 人", names=names, n=len(mark.names))
    if not mark.names:
        names = _("暂时没有可办理的人，请联系系统管理员")
    if mark.when is When.NEXT:
        payee = _payee(claim) if step is Step.PAY else ""
        return {"state": "next", "did": _(STEP_NAMES[step]), "name": payee or names}
    return {
        "state": "now",
        "name": actor.name if may_act else names,
        "role": _(STEP_NAMES[step]),
        "tag": _("轮到你") if may_act else _("办理中"),
        "aside": waiting_words(claim),
    }


def waiting_words(claim: Claim) -> str:
    """Say how long a claim has waited at the step in hand; nothing when it waits for nobody."""
    if claim.waiting_since is None:
        return ""
    if now() - claim.waiting_since < timedelta(minutes=1):
        return _("刚送到")
    return _("已等 %(span)s", span=waited(claim.waiting_since))


def _payee(claim: Claim) -> str:
    if claim.payee is None:
        return ""
    facts = {"holder": claim.payee.holder, "bank": claim.payee.bank, "tail": claim.payee.tail}
    method = _(PAY_NAMES[claim.pay_method])
    return _("%(method)s %(holder)s %(bank)s 尾号 %(tail)s", method=method, **facts)


def onward_words(step: Step | None) -> str:
    """Say where an approval sends the claim."""
    words = {
        Step.REVIEW: _("送牵头单位审核"),
        Step.HEAD: _("送负责人审批"),
        Step.VERIFY: _("送财政复核"),
        Step.PAY: _("送支付"),
    }
    return words.get(step, "") if step is not None else ""
