"""Accounts money can be sent to: added, shown by their tail only, closed."""

from __future__ import annotations

from flask import current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.claims import offer, operations
from tracker.claims.forms.payees import PayeeForm
from tracker.claims.models import PAY_NAMES, PayMethod
from tracker.claims.operations.payees import PayeeFacts
from tracker.claims.views.blueprint import blueprint
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, safe_next, seated
from tracker.web.database import read_again, reader
from tracker.web.forms import SiteForm
from tracker.web.i18n import gettext as _
from tracker.web.pages import page


@blueprint.route("/payees", methods=["GET", "POST"])
@seated(SeatKind.MEMBER, SeatKind.AGENT)
def payees() -> Response:
    """Show the accounts one may choose, and add one."""
    actor = current_actor()
    form = PayeeForm()
    people = offer.people(reader(), actor, on=day_of(now()))
    owners = {f"person:{actor.person_id}": actor.name}
    owners.update({f"person:{one.person_id}": one.person for one in people})
    owners.update({f"team:{one.team_id}": one.team for one in people})
    form.owner.offer(owners.items())
    if not form.is_submitted():
        form.owner.data = f"person:{actor.person_id}"
    back = safe_next(request.args.get("back"), default="")
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.add_payee(
                    session,
                    _facts(form),
                    cipher=current_app.extensions["tracker.cipher"],
                    by=actor,
                    at=now(),
                )
            flash(_("已登记 %(bank)s 的收款账户", bank=form.bank.data), "ok")
            return redirect(url_for(".payees", back=back or None), 303)
        except Refused as refusal:
            form.refuse(refusal)
    # The number is not sent back into the page: it is typed again.
    form.account.data, form.account.raw_data = "", []
    return page(
        "claims/payees.html",
        form=form,
        payees=offer.own_payees(read_again(), actor),
        names=PAY_NAMES,
        me_id=actor.person_id,
        back=back,
    )


@blueprint.post("/payees/<int:payee_id>/close")
@seated(SeatKind.MEMBER, SeatKind.AGENT)
def close_payee(payee_id: int) -> Response:
    """Close an account, so that no further claim chooses it."""
    if SiteForm().sent_and_valid():
        with unit_of_work() as session:
            operations.close_payee(session, payee_id, by=current_actor(), at=now())
        flash(_("已停用，以后填报不会再出现；已经提交的单据不受影响"), "ok")
    back = safe_next(request.args.get("back"), default="")
    return redirect(url_for(".payees", back=back or None), 303)


def _facts(form: PayeeForm) -> PayeeFacts:
    """Read whose account it is. Raises Refused where the owner does not fit the way of paying."""
    kind, _colon, number = str(form.owner.data).partition(":")
    method = PayMethod(form.method.data)
    if (method is PayMethod.VENDOR) != (kind == "team"):
        to_team = _("对公支付的账户属于组团，请选组团")
        raise Refused(to_team if method is PayMethod.VENDOR else _("公务卡和个人账户属于个人，请选人"), field="owner")
    return PayeeFacts(
        method=method,
        holder=form.holder.data or "",
        bank=form.bank.data or "",
        account=form.account.data or "",
        person_id=int(number) if kind == "person" else None,
        team_id=int(number) if kind == "team" else None,
    )
