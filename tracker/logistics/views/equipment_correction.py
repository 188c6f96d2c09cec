"""Correct what a card says of a thing."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for

from tracker.equipment import operations, policy
from tracker.equipment.models import Item
from tracker.equipment.queries import items
from tracker.equipment.queries.standards import codes_on
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.logistics.forms.correction import CorrectionForm
from tracker.logistics.forms.equipment import class_choices
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import order
from tracker.logistics.views.equipment_entry import RENAMED, keeper, warnings_of
from tracker.storage import unit_of_work
from tracker.web.access import current_actor
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

_RENAMED = {**RENAMED, "serial": "serial"}


@blueprint.route("/equipment/<string:number>/correct", methods=["GET", "POST"])
@keeper
def correct_equipment(number: str) -> Response:
    """Correct a card; a standard's unverified figures are shown and let through, as for a new one."""
    item = items.one(reader(), number, seen_by=current_actor())
    policy.require_keeper(current_actor(), item.owner_unit_id)
    form, warnings = _form(item), list[str]()
    if form.sent_and_valid():
        card = form.facts(item)
        warnings = [] if card.exception else warnings_of(card)
        if warnings and request.form.get("seen") != "yes":
            return page("logistics/equipment_correction.html", form=form, item=item, warnings=warnings)
        try:
            with unit_of_work() as session:
                version = form.version.data or 0
                operations.correct(session, number, card, form.reason.data or "", order(form), version=version)
            flash(_("卡片已更正，改前的内容留在审计记录里"))
            return redirect(url_for("logistics.equipment_item", number=number), 303)  # type: ignore[return-value]
        except Refused as refusal:
            refusal.field = _RENAMED.get(refusal.field or "", refusal.field)
            form.refuse(refusal)
            item = items.one(read_again(), number, seen_by=current_actor())
            form.renew(item.version)
    return page("logistics/equipment_correction.html", form=form, item=item, warnings=[])


def _form(item: Item) -> CorrectionForm:
    """Make the form; a class that is no longer offered stays with the card that has it."""
    form = CorrectionForm.of(item)
    choices = class_choices(codes_on(reader(), day_of(now())))
    own = f"{item.edition.value}:{item.code}" if item.edition else ""
    if own and own not in {key for key, _name in choices}:
        choices.append((own, item.code))
    form.official.offer(choices)
    return form
