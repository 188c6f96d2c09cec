"""Write cards by hand: one, or several alike."""

from __future__ import annotations

from flask import Response, flash, redirect, request, url_for

from tracker.equipment import operations, standards
from tracker.equipment.facts import ItemFacts
from tracker.equipment.kinds import Source
from tracker.equipment.queries import items, rooms
from tracker.equipment.queries.standards import codes_on, records
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.logistics.forms.equipment import ItemForm, class_choices
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import order
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, seated
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

keeper = seated(SeatKind.REVIEWER)
RENAMED = {"price_fen": "price", "serial": "serials", "code": "official", "pieces": "copies"}
"""What the form calls the fields of a card."""


@blueprint.route("/equipment/new", methods=["GET", "POST"])
@keeper
def new_equipment() -> Response:
    """Write one card or several alike; a standard's unverified figures are shown and let through."""
    form = ItemForm(data={"copies": 1, "source": Source.PURCHASE, "life_years": 6})
    offer(form)
    warnings: list[str] = []
    if form.sent_and_valid():
        try:
            cards = form.cards()
            warnings = warnings_of(cards[0])
            if warnings and request.form.get("seen") != "yes" and not cards[0].exception:
                return page("logistics/equipment_form.html", form=form, warnings=warnings, asks=True)
            with unit_of_work() as session:
                intake = operations.register(session, form.unit_id.data, cards, order(form))
            flash(_("已登记 %(count)s 件设备，可以打印标签", count=intake.items))
            return redirect(url_for("logistics.equipment"), 303)  # type: ignore[return-value]
        except Refused as refusal:
            refusal.field = RENAMED.get(refusal.field or "", refusal.field)
            form.refuse(refusal)
            read_again()
            offer(form)
    return page("logistics/equipment_form.html", form=form, warnings=warnings, asks=False)


def warnings_of(card: ItemFacts) -> list[str]:
    """Say what figures that cannot block have against a card."""
    sets = records(reader()).adopted(card.bought_on)
    return [finding.sentence for finding in standards.judge(card, sets) if not finding.blocks]


def offer(form: ItemForm) -> None:
    """Set the units and rooms a card may name; the only unit is chosen already."""
    by = current_actor()
    units = items.kept_units(reader(), by)
    form.unit_id.offer((unit.id, unit.name) for unit in units)
    if len(units) == 1 and form.unit_id.data is None and not form.is_submitted():
        form.unit_id.data = units[0].id
    kept = [room for unit in units for room in rooms.choices(reader(), seen_by=by, unit_id=unit.id)]
    form.official.offer(class_choices(codes_on(reader(), day_of(now()))))
    form.room_id.offer((room.id, room.title) for room in kept)
