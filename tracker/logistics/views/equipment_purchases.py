"""Purchase to asset: an approved claim line of an equipment category becomes things, once, with its voucher."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, redirect, request, url_for

from tracker.claims.models import ClaimLine
from tracker.equipment import operations, policy
from tracker.equipment.models import IntakeKind
from tracker.equipment.queries import items, rooms
from tracker.equipment.queries.standards import codes_on
from tracker.funds.forms.paper import asks_for_row
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.logistics import purchases
from tracker.logistics.forms.equipment import class_choices
from tracker.logistics.forms.purchase import PurchaseForm
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import order
from tracker.logistics.views.equipment_entry import keeper, warnings_of
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, seated
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page


@blueprint.get("/equipment/purchases")
@seated(*policy.PURCHASE_READERS)
def equipment_purchases() -> Response:
    """List the approved lines that wait to become things; whose keeper looks can write their cards."""
    by = current_actor()
    kept = policy.kept_units(by)
    return page("logistics/equipment_purchases.html", lines=purchases.waiting(reader(), by), kept=kept)


@blueprint.route("/equipment/purchases/<int:claim_id>/<string:line_key>", methods=["GET", "POST"])
@keeper
def purchase_to_things(claim_id: int, line_key: str) -> Response:
    """Write the cards of an approved line; the sum of their prices is the approved amount."""
    by = current_actor()
    line = purchases.one(reader(), claim_id, line_key, by)
    bought = purchases.purchase_of(reader(), line)
    form = PurchaseForm(data=_known(line))
    _offer(form, line)
    warnings: list[str] = []
    if asks_for_row():
        form.rows.grow()
        _offer(form, line)
    elif form.sent_and_valid():
        try:
            rows = form.cards()
            warnings = [sentence for row in rows if not row[0].exception for sentence in warnings_of(row[0])]
            if not warnings or request.form.get("seen") == "yes":
                with unit_of_work() as session:
                    fresh = purchases.purchase_of(session, purchases.one(session, claim_id, line_key, by, held=True))
                    made = operations.register(
                        session,
                        line.claim.team.lead_unit_id,
                        purchases.to_the_fen(rows, fresh.line_fen),
                        order(form),
                        kind=IntakeKind.PURCHASE,
                        purchase=fresh,
                    )
                flash(_("已转为 %(count)s 件设备，关联凭证 %(number)s", count=made.items, number=made.voucher_number))
                return redirect(url_for("logistics.equipment"), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
            read_again()
            line = purchases.one(reader(), claim_id, line_key, by)
            bought = purchases.purchase_of(reader(), line)
            _offer(form, line)
    made_before = purchases.intake_of(reader(), line)
    return page(
        "logistics/equipment_purchase.html",
        form=form,
        line=line,
        bought=bought,
        warnings=warnings,
        made=made_before,
        things=items.of_intake(reader(), made_before.id) if made_before else [],
    )


def _known(line: ClaimLine) -> dict[str, Any]:
    row = {"name": line.summary[:60], "price": line.claimed_fen - line.deducted_fen, "copies": 1, "life_years": 6}
    return {"rows": [row], "bought_on": line.spent_on}


def _offer(form: PurchaseForm, line: ClaimLine) -> None:
    """Set the rooms and official classes a card may name."""
    unit_id = line.claim.team.lead_unit_id
    places = rooms.choices(reader(), seen_by=current_actor(), unit_id=unit_id)
    form.room_id.offer((room.id, room.title) for room in places)
    codes = class_choices(codes_on(reader(), day_of(now())))
    for entry in form.rows:
        entry.form.official.offer(codes)
