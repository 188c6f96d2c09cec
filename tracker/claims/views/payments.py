"""Paying a claim in parts and to several payees, payments that came back, and the cashier's list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Response, flash, redirect, request, url_for

from tracker.claims import cashbook, operations, queries
from tracker.claims.cashbook import Pile, Sought
from tracker.claims.forms.decisions import ActForm, PayForm, PaymentReturnForm
from tracker.claims.lifecycle import Move
from tracker.claims.models import PAY_NAMES, Claim, Payee
from tracker.claims.operations.payments import PaymentFacts
from tracker.claims.policy import open_moves
from tracker.claims.views.blueprint import blueprint
from tracker.claims.views.gate import command_of
from tracker.claims.views.inbox import queue_of
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.lifecycle import NotOpen
from tracker.kernel.money import format_yuan
from tracker.storage import unit_of_work
from tracker.teams.queries import teams
from tracker.web.access import current_actor, seated, signed_in
from tracker.web.asked import asked_choice, asked_number, asked_text
from tracker.web.database import read_again, reader
from tracker.web.forms import mint_command_id
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

_PAGE = 50
_FROM_INBOX: dict[str, Any] = {"from": "inbox"}


@blueprint.route("/claims/<int:claim_id>/payments", methods=["GET", "POST"])
@signed_in
def payments(claim_id: int) -> Response:
    """Show what was paid and what is still to be paid; the cashier records the next payment here."""
    actor = current_actor()
    claim = queries.one(reader(), claim_id, seen_by=actor)
    if request.method == "GET":
        return _draw(claim)
    form, queue = PayForm(), queue_of(actor, claim_id)
    form.payee_id.offer(_choices(cashbook.payees_for(reader(), claim)))
    if not form.sent_and_valid():
        return _draw(claim, form)
    facts = PaymentFacts(
        payee_id=int(form.payee_id.data or 0),
        amount_fen=int(form.amount_fen.data or 0),
        paid_on=form.paid_on.data,
        reference=form.reference.data or "",
    )
    try:
        with unit_of_work() as session:
            paid = operations.pay(session, claim_id, facts, command_of(form))
            rest_fen = paid.payable_fen
    except NotFound:
        raise
    except Refused as refusal:
        return _refused(claim_id, form, refusal)
    if rest_fen:
        told = _(
            "已登记支付 %(yuan)s 元，还应支付 %(rest)s 元",
            yuan=format_yuan(facts.amount_fen),
            rest=format_yuan(rest_fen),
        )
    else:
        told = _("%(name)s 已付清；如被银行退回，在支付页登记退票", name=claim.title)
    flash(told, "ok")
    _point_out_same_reference(claim_id, facts)
    if not rest_fen and queue.is_followed and queue.following is not None:
        return _to(url_for(".payments", claim_id=queue.following, **_FROM_INBOX))
    return _to(url_for(".payments", claim_id=claim_id, **_kept()))


def _point_out_same_reference(claim_id: int, facts: PaymentFacts) -> None:
    alike = cashbook.same_reference(read_again(), facts.reference, claim_id=claim_id, payee_id=facts.payee_id)
    if alike:
        told = {"reference": facts.reference, "numbers": "、".join(alike)}
        flash(_("流水号 %(reference)s 也登记在 %(numbers)s，请核对是否记错；记错了登记退票后重新登记", **told), "warn")


@blueprint.post("/claims/<int:claim_id>/payments/returned")
@signed_in
def payment_returned(claim_id: int) -> Response:
    """Record that the bank sent a payment back (退票)."""
    claim = queries.one(reader(), claim_id, seen_by=current_actor())
    form = PaymentReturnForm()
    if not form.sent_and_valid():
        return _draw(claim, form)
    payment_id = int(form.payment_id.data or 0)
    try:
        with unit_of_work() as session:
            operations.payment_returned(session, claim_id, payment_id, form.returned_on.data, command_of(form))
    except NotFound:
        raise
    except Refused as refusal:
        return _refused(claim_id, form, refusal)
    flash(_("退票已登记，金额回到待支付；核对账户后重新支付"), "ok")
    return _to(url_for(".payments", claim_id=claim_id, **_kept()))


@blueprint.get("/payments")
@seated(SeatKind.OFFICER, SeatKind.CASHIER, SeatKind.AUDITOR)
def cash() -> Response:
    """List what is to be paid, what was paid and what came back."""
    pile = Pile(asked_choice("pile", list(Pile), Pile.DUE))
    sought = Sought(
        team_id=asked_number("team"), text=asked_text("text"), before=asked_number("before"), most=_PAGE + 1
    )
    totals = cashbook.totals(reader())
    names = {Pile.DUE: _("待支付"), Pile.PAID: _("已支付"), Pile.RETURNED: _("退票")}
    if pile is Pile.DUE:
        claims, made = cashbook.due(reader(), sought), []
    else:
        claims, made = [], list(cashbook.payments(reader(), sought, returned=pile is Pile.RETURNED))
    kept: dict[str, Any] = {name: request.args[name] for name in ("team", "text") if request.args.get(name)}
    older = url_for(".cash", pile=pile, before=made[_PAGE - 1].id, **kept) if len(made) > _PAGE else ""
    return page(
        "claims/payment_list.html",
        pile=pile,
        tab_items=[
            {
                "label": names[one],
                "href": url_for(".cash", pile=one, **kept),
                "current": one is pile,
                "count": totals[one][0],
                "hot": one is Pile.DUE,
            }
            for one in Pile
        ],
        total_fen=totals[pile][1],
        claims=claims,
        made=made[:_PAGE],
        sought=sought,
        teams=[(team.id, team.name) for team in teams(reader())],
        older=older,
        newer=url_for(".cash", pile=pile, **kept) if sought.before else "",
        may_pay=current_actor().holds(SeatKind.CASHIER),
        is_narrowed=bool(kept),
        pay_names=PAY_NAMES,
    )


def _draw(claim: Claim, turned_down: ActForm | None = None) -> Response:
    """Draw the payment page; the rest is prefilled, to the account named on the claim."""
    actor, today = current_actor(), day_of(now())
    moves = open_moves(actor, claim)
    pay = moves.get(Move.PAY_PART)
    payees = cashbook.payees_for(reader(), claim)
    form = turned_down if isinstance(turned_down, PayForm) else _fresh(claim, payees)
    form.payee_id.offer(_choices(payees))
    if turned_down is not None:
        turned_down.follow(claim.version)
    bounces = {
        payment.id: PaymentReturnForm.fresh(claim.version, payment_id=payment.id, returned_on=today)
        for payment in claim.payments
        if payment.returned_at is None
    }
    if isinstance(turned_down, PaymentReturnForm) and turned_down.payment_id.data in bounces:
        bounces[turned_down.payment_id.data] = turned_down
    for payment_id, bounce in bounces.items():
        bounce.name_fields(f"bounce-{payment_id}")
    may_return = Move.PAYMENT_RETURNED in moves and not moves[Move.PAYMENT_RETURNED].refused
    return page(
        "claims/payments.html",
        claim=claim,
        form=form,
        turned_down=turned_down,
        bounces=bounces if may_return else {},
        may_pay=pay is not None and not pay.refused,
        refused=pay.refused if pay is not None else "",
        queue=queue_of(actor, claim.id),
        pay_names=PAY_NAMES,
    )


def _fresh(claim: Claim, payees: Sequence[Payee]) -> PayForm:
    wanted = next((payee.id for payee in payees if payee.id == claim.payee_id), None)
    only = payees[0].id if len(payees) == 1 else None
    return PayForm.fresh(
        claim.version, payee_id=wanted or only, amount_fen=claim.payable_fen or None, paid_on=day_of(now())
    )


def _choices(payees: Sequence[Payee]) -> list[tuple[int, str]]:
    return [
        (
            payee.id,
            _(
                "%(method)s · %(holder)s %(bank)s 尾号 %(tail)s",
                method=_(PAY_NAMES[payee.method]),
                holder=payee.holder,
                bank=payee.bank,
                tail=payee.tail,
            ),
        )
        for payee in payees
    ]


def _refused(claim_id: int, form: ActForm, refusal: Refused) -> Response:
    """Draw the page as things are now, with what was typed and why it was not done."""
    form.refuse(refusal)
    if isinstance(refusal, Stale | NotOpen):
        form.command_id.data = mint_command_id()
    return _draw(queries.one(read_again(), claim_id, seen_by=current_actor()), form)


def _kept() -> dict[str, Any]:
    return _FROM_INBOX if request.args.get("from") == "inbox" else {}


def _to(url: str) -> Response:
    return redirect(url, 303)  # type: ignore[return-value]  # werkzeug's own response class
