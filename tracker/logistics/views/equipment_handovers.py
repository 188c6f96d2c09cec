"""Handovers: make one for several things, look at one, confirm that things came, file the signed paper."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flask import Response, flash, redirect, request, url_for

from tracker.equipment import operations, policy
from tracker.equipment.lifecycle import DEMANDS, HANDING_NAMES, Handing, ItemState
from tracker.equipment.models import Item
from tracker.equipment.operations.handing import MOST_THINGS
from tracker.equipment.queries import faults, handovers, items, rooms
from tracker.funds.views.scans import download, stored_scan
from tracker.kernel.actors import Actor
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.logistics.forms.equipment import FIELDS, NOBODY, NOWHERE, ActForm, HandingForm, ScanForm
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import address_with, frame, order, readers, words
from tracker.storage import unit_of_work
from tracker.web.access import current_actor
from tracker.web.asked import asked_choice, asked_number
from tracker.web.database import read_again, reader
from tracker.web.forms import Required
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

_THING = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")
_SPLIT = re.compile(r"[\s,，、;；]+")


@blueprint.get("/equipment/handovers")
@readers
def equipment_handovers() -> Response:
    """List the handovers the reader may see, newest first."""
    by = current_actor()
    kind = asked_choice("kind", [kind.value for kind in Handing])
    edge = {"after": asked_number("after"), "before": asked_number("before")}
    found = handovers.find(reader(), seen_by=by, kind=Handing(kind) if kind else None, **edge)
    rows = found.handovers
    return page(
        "logistics/equipment_handovers.html",
        **words(),
        **frame(by, "handovers"),
        found=found,
        kind=kind,
        address=address_with,
        newer=address_with(before=rows[0].id, after="") if rows and found.has_newer else "",
        older=address_with(after=rows[-1].id, before="") if rows and found.has_older else "",
    )


@blueprint.route("/equipment/handovers/new", methods=["GET", "POST"])
@readers
def new_handover() -> Response:
    """Make a handover of the things the address names (``?item=…&kind=…``)."""
    by = current_actor()
    chosen = items.some(reader(), asked_numbers(), seen_by=by)
    kinds = _open_kinds(chosen, by)
    asked = asked_choice("kind", [kind.value for kind in Handing])
    kind = Handing(asked) if asked else next(iter(kinds), Handing.ISSUE)
    form = HandingForm()
    _offer(form, kind, chosen, by)
    if kind is Handing.REPAIR and not form.is_submitted():
        form.reason.data = faults.told(reader(), [item.id for item in chosen])
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                made = operations.hand_over(session, form.facts(kind, _versions()), order(form))
            flash(_("已办%(kind)s，单号 %(number)s；请打印签字", kind=_(HANDING_NAMES[kind]), number=made.number))
            return redirect(url_for("logistics.equipment_handover", number=made.number), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
            chosen = items.some(read_again(), asked_numbers(), seen_by=by)
            kinds = _open_kinds(chosen, by)
    return page(
        "logistics/equipment_handover_form.html",
        **words(),
        form=form,
        kind=kind,
        kinds=kinds,
        chosen=chosen,
        fields=FIELDS[kind],
        lent_apart=_lent_apart(chosen),
        all_idle=all(item.state is ItemState.IDLE for item in chosen),
    )


@blueprint.get("/equipment/handovers/<string:number>")
@readers
def equipment_handover(number: str) -> Response:
    """Show a handover with its things, its confirmation and its signed paper."""
    by = current_actor()
    handover = handovers.one(reader(), number, seen_by=by)
    things = items.some(reader(), [line.item.number for line in handover.lines], seen_by=by)
    return page(
        "logistics/equipment_handover.html",
        **words(),
        handover=handover,
        opens={item.id for item in things},
        act=ActForm.afresh(),
        scan=ScanForm.afresh(),
        may_confirm=handover.receipt is None and operations.may_confirm(handover, by),
        may_file=operations.may_keep_signed(handover, by),
    )


@blueprint.post("/equipment/handovers/<string:number>/receipt")
@readers
def confirm_handover(number: str) -> Response:
    """Say that the things came."""
    form = ActForm()
    with unit_of_work() as session:
        operations.confirm_receipt(session, number, order(form))
    flash(_("已确认收到"))
    return redirect(url_for("logistics.equipment_handover", number=number), 303)  # type: ignore[return-value]


@blueprint.post("/equipment/handovers/<string:number>/signed")
@readers
def file_signed(number: str) -> Response:
    """File the scan of the signed paper."""
    form = ScanForm()
    scan = stored_scan(form.scan.data)
    if scan is None:
        raise Refused(_("请选签字后的扫描件或照片"), field="scan")
    with unit_of_work() as session:
        operations.keep_signed(session, number, scan, order(form))
    flash(_("签字件已归档"))
    return redirect(url_for("logistics.equipment_handover", number=number), 303)  # type: ignore[return-value]


@blueprint.get("/equipment/handovers/<string:number>/signed/<int:evidence_id>")
@readers
def signed_paper(number: str, evidence_id: int) -> Response:
    """Hand out the scan of a signed paper."""
    return download(handovers.signed_scan(reader(), number, evidence_id, seen_by=current_actor()))


def asked_numbers() -> list[str]:
    """Return the numbers of things the address names."""
    typed = " ".join(request.args.getlist("item"))[: MOST_THINGS * 24]
    return [number.upper() for number in _SPLIT.split(typed) if number][:MOST_THINGS]


def _versions() -> dict[int, int]:
    """Read which things at which version the form was drawn with."""
    found = [_THING.fullmatch(typed) for typed in request.form.getlist("thing")[: MOST_THINGS + 1]]
    return {int(one[1]): int(one[2]) for one in found if one is not None}


def _open_kinds(chosen: Sequence[Item], by: Actor) -> list[Handing]:
    if not chosen:
        return []
    with_one = len({item.user_unit_id for item in chosen}) == 1
    return [
        kind
        for kind in Handing
        if (with_one or kind not in _STAYING)
        and all(item.state in DEMANDS[kind] and policy.may_hand(by, kind, item) for item in chosen)
    ]


def _lent_apart(chosen: Sequence[Item]) -> list[Item]:
    """List the lent things among things that one unit does not have all of."""
    with_one = len({item.user_unit_id for item in chosen}) <= 1
    return [] if with_one else [item for item in chosen if item.borrower_unit is not None]


def _offer(form: HandingForm, kind: Handing, chosen: Sequence[Item], by: Actor) -> None:
    """Offer where things may go, first of all where they are: what is left unchanged stays."""
    if not chosen:
        return
    first, today = chosen[0], day_of(now())
    units = [unit.id for unit in items.borrowers(reader(), first.owner_unit_id)] if kind is Handing.LEND else []
    if kind is Handing.LEND:
        form.unit_id.offer((unit.id, unit.name) for unit in items.borrowers(reader(), first.owner_unit_id))
    teams = items.led_teams(reader(), units or [first.user_unit_id])
    people = [person for person in items.receivers(reader(), first.user_unit_id, on=today) if person.id != by.person_id]
    places = {room.id: room.title for room in rooms.choices(reader(), seen_by=by)}
    form.team_id.offer((team.id, team.name) for team in teams)
    form.person_id.offer([(NOBODY, _("公用，不指定使用人")), *((person.id, person.name) for person in people)])
    is_used = any(item.state is not ItemState.IDLE for item in chosen)
    if kind is Handing.ISSUE or (kind is Handing.TRANSFER and is_used):
        form.person_id.flags.required = True
        form.person_id.validators = [Required(_("请选择使用人；大家公用的请选公用"))]
    if kind in _LEAVING_ALONE:
        places = {item.room.id: item.room.title for item in chosen if item.room is not None} | places
    form.room_id.offer(places.items())
    if kind in _LEAVING_ALONE and len({item.room_id for item in chosen}) > 1:
        form.room_id.blank = _("请选择")
        form.room_id.offer([(NOWHERE, _("不指定")), *places.items()])
        form.room_id.flags.required = True
        form.room_id.validators = [Required(_("各件原来的位置不同，请选择位置，或分开办理"))]
    if form.is_submitted():
        return
    if kind is Handing.ISSUE and len(teams) == 1:
        form.team_id.data = teams[0].id
    if kind in _LEAVING_ALONE:
        form.room_id.data = _shared(item.room_id for item in chosen)
    if kind is Handing.TRANSFER:
        form.team_id.data = _shared(item.team_id for item in chosen)
        holder = _shared(item.holder_id or NOBODY for item in chosen)
        form.person_id.data = holder if holder in {NOBODY, *(person.id for person in people)} else None


_STAYING = frozenset({Handing.ISSUE, Handing.TRANSFER})
"""The handovers after which a thing is still with the unit that has it."""
_LEAVING_ALONE = frozenset({Handing.TRANSFER, Handing.RETURN})
"""The handovers that leave a thing where it stands unless another place is chosen."""


def _shared(values: Iterable[int | None]) -> int | None:
    """Return what all things have alike, None where they differ."""
    found = set(values)
    return found.pop() if len(found) == 1 else None
