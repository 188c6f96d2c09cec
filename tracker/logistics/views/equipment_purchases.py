"""Purchase to asset: a paid claim line of an equipment category becomes things, once, with its price and voucher."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for

from tracker.equipment import operations, policy
from tracker.equipment.kinds import Source
from tracker.equipment.models import IntakeKind
from tracker.kernel.errors import Refused
from tracker.logistics import purchases
from tracker.logistics.forms.equipment import ItemForm
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import order
from tracker.logistics.views.equipment_entry import RENAMED, keeper, offer, warnings_of
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, seated
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page


@blueprint.get("/equipment/purchases")
@seated(*policy.PURCHASE_READERS)
def equipment_purchases() -> Response:
    """List the paid lines that wait to become things; whose keeper looks can write their cards."""
    by = current_actor()
    kept = policy.kept_units(by)
    return page("logistics/equipment_purchases.html", lines=purchases.waiting(reader(), by), kept=kept)


@blueprint.route("/equipment/purchases/<int:claim_id>/<string:line_key>", methods=["GET", "POST"])
@keeper
def purchase_to_things(claim_id: int, line_key: str) -> Response:
    """Write the cards of a paid line; the sum of their prices is the approved amount."""
    line = purchases.one(reader(), claim_id, line_key, current_actor())
    bought = purchases.purchase_of(reader(), line)
    unit_id = line.claim.team.lead_unit_id
    known = {"name": line.summary[:60], "price": bought.line_fen, "bought_on": line.spent_on, "unit_id": unit_id}
    form = ItemForm(data={**known, "copies": 1, "source": Source.PURCHASE, "life_years": 6})
    offer(form)
    warnings: list[str] = []
    asks = False
    if form.sent_and_valid():
        try:
            cards = form.cards()
            warnings = warnings_of(cards[0])
            asks = bool(warnings) and request.form.get("seen") != "yes" and not cards[0].exception
            if not asks:
                with unit_of_work() as session:
                    made = operations.register(
                        session, unit_id, cards, order(form), kind=IntakeKind.PURCHASE, purchase=bought
                    )
                flash(_("已转为 %(count)s 件设备，关联凭证 %(number)s", count=made.items, number=made.voucher_number))
                return redirect(url_for("logistics.equipment"), 303)  # type: ignore[return-value]
        except Refused as refusal:
            refusal.field = RENAMED.get(refusal.field or "", refusal.field)
            form.refuse(refusal)
            read_again()
            offer(form)
    facts: dict[str, Any] = {"form": form, "warnings": warnings, "asks": asks}
    return page("logistics/equipment_form.html", **facts, line=line, bought=bought)
