"""设备与用房: the list with its rooms and the thing in view, and a thing's own page that its label leads to."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, flash, redirect, request, send_file, url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from tracker.equipment import operations, policy
from tracker.equipment.facts import Order
from tracker.equipment.kinds import EDITION_NAMES, KIND_ICONS, KIND_NAMES, SOURCE_NAMES, ItemKind
from tracker.equipment.lifecycle import DEMANDS, HANDING_NAMES, STATE_NAMES, Handing, ItemState
from tracker.equipment.models import HandoverLine, Item
from tracker.equipment.models.counts import OUTCOME_NAMES
from tracker.equipment.queries import counts, faults, finding, handovers, items, rooms
from tracker.equipment.queries.finding import Wanted
from tracker.equipment.queries.standards import class_name_on
from tracker.equipment.standards import square_metres
from tracker.evidence.media import Media
from tracker.funds.views.scans import stored_scan
from tracker.kernel.actors import Actor
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import NotFound, Refused
from tracker.logistics import purchases
from tracker.logistics.forms.equipment import ActForm, FaultForm, ScanForm
from tracker.logistics.purchases import Origin
from tracker.logistics.qr import qr
from tracker.logistics.views.blueprint import blueprint
from tracker.storage import unit_of_work
from tracker.storage.files import current_files
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_choice, asked_number, asked_text
from tracker.web.database import read_once, reader
from tracker.web.forms import SiteForm
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

readers = seated(*policy.READERS)
SHOWN_STATES = (ItemState.IN_USE, ItemState.IDLE, ItemState.REPAIR, ItemState.LENT, ItemState.DISPOSED)
FIRST_ROOMS = 4
_WORDS: dict[str, Any] = {
    "kind_names": KIND_NAMES,
    "kind_icons": KIND_ICONS,
    "state_names": STATE_NAMES,
    "handing_names": HANDING_NAMES,
    "outcome_names": OUTCOME_NAMES,
    "square_metres": square_metres,
}


@blueprint.get("/equipment")
@readers
def equipment() -> Response:
    """List the things the reader may see, with the rooms above and the chosen thing beside them."""
    by, today = current_actor(), day_of(now())
    wanted = asked_wanted(by)
    edge = {"after": asked_number("after"), "before": asked_number("before")}
    found, tallies = finding.listing(reader(), wanted, seen_by=by, **edge)
    chosen = _chosen(found.items, by)
    return page(
        "logistics/equipment.html",
        **words(),
        **frame(by, "items"),
        found=found,
        wanted=wanted,
        reads_purchases=by.holds_any(policy.PURCHASE_READERS),
        states=SHOWN_STATES,
        tallies=tallies,
        most_counted=finding.MOST_COUNTED,
        overdue=items.overdue(reader(), seen_by=by, on=today),
        counted=counts.latest_of(reader(), found.items),
        cards=rooms.cards(reader(), seen_by=by, on=today, limit=FIRST_ROOMS),
        room_choices=rooms.choices(reader(), seen_by=by),
        team_choices=read_once(items.seen_teams, by),
        chosen=chosen,
        panel=panel(reader(), chosen, by) if chosen else None,
        today=today,
        address=address_with,
        newer=address_with(before=found.items[0].id, after="") if found.items and found.has_newer else "",
        older=address_with(after=found.items[-1].id, before="") if found.items and found.has_older else "",
    )


@blueprint.route("/equipment/<string:number>", methods=["GET"])
@readers
def equipment_item(number: str) -> Response:
    """Show a thing: what its card says, who has it, what happened to it, and what this person can do now."""
    return item_page(number, FaultForm.afresh())


def item_page(number: str, fault_form: FaultForm) -> Response:
    """Draw a thing's page with the form of a report on it."""
    by, today = current_actor(), day_of(now())
    counting = counts.to_count(reader(), by, on=today)
    try:
        item = items.one(reader(), number, seen_by=by)
    except NotFound:
        if not counting:
            raise
        # Whoever scans labels for a count is told that this one is none of its things, whosever it is.
        there = url_for("logistics.stocktake", stocktake_id=counting[0].id, tag=number)
        return redirect(there, 303)  # type: ignore[return-value]
    origin = purchases.origin_of(reader(), item.intake, seen_by=by)
    return page(
        "logistics/equipment_item.html",
        **words(),
        item=item,
        panel=panel(reader(), item, by),
        facts=_facts(item, origin),
        origin=origin,
        act=ActForm.afresh(),
        photo_form=ScanForm.afresh(),
        may_keep=policy.keeps(by, item.owner_unit_id),
        fault_form=fault_form,
        faults=faults.of_item(reader(), item.id),
        may_report=policy.may_report(by) and item.state is not ItemState.DISPOSED,
        to_count=counting,
        count_lines=counts.lines_of(reader(), item.id, counting),
        places={one.id: rooms.counted_places(reader(), one.unit_id, seen_by=by) for one in counting},
        today=today,
    )


@blueprint.post("/equipment/<string:number>/photo")
@readers
def equipment_photo(number: str) -> Response:
    """Keep a picture of a thing."""
    form = ScanForm()
    scan = stored_scan(form.scan.data)
    if scan is None or scan.media not in {Media.JPEG, Media.PNG}:
        raise Refused(_("请选一张设备照片（JPG 或 PNG）"))
    with unit_of_work() as session:
        operations.attach_photo(session, number, scan, order(form))
    flash(_("照片已保存"))
    return redirect(url_for("logistics.equipment_item", number=number), 303)  # type: ignore[return-value]


@blueprint.get("/equipment/<string:number>/photo")
@readers
def equipment_picture(number: str) -> Response:
    """Hand out the picture of a thing."""
    kept = items.photo(reader(), number, seen_by=current_actor())
    try:
        data = current_files().get(kept.sha256)
    except FileNotFoundError as error:
        raise NotFound from error
    answer = send_file(BytesIO(data), mimetype="image/png" if kept.media == Media.PNG else "image/jpeg")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def order(form: SiteForm) -> Order:
    """Say who orders what a form asks for, and when."""
    return Order(current_actor(), now(), form.command_id.data or "")


def words() -> dict[str, Any]:
    """Return the names every page of things uses."""
    return dict(_WORDS)


def frame(by: Actor, tab: str) -> dict[str, Any]:
    """Return what stands above every list: tabs, whom it is about, and whether the reader keeps things."""
    sessions = counts.to_count(reader(), by, on=day_of(now()))
    return {
        "tab": tab,
        "is_keeper": bool(policy.kept_units(by)),
        "room_count": rooms.count(reader(), seen_by=by),
        "running": sessions[0] if sessions else None,
        "whose": _whose(by),
        "fault_count": faults.waiting_count(reader(), kept_by=by),
    }


def asked_wanted(by: Actor) -> Wanted:
    """Read what the address asks for."""
    del by
    state = asked_choice("state", [state.value for state in ItemState])
    kind = asked_choice("kind", [kind.value for kind in ItemKind])
    return Wanted(
        text=asked_text("q"),
        kind=ItemKind(kind) if kind else None,
        state=ItemState(state) if state else None,
        room_id=asked_number("room", least=1),
        team_id=asked_number("team", least=1),
        is_mine=asked_choice("mine", ["yes"]) == "yes",
        overdue_on=day_of(now()) if asked_choice("overdue", ["yes"]) else None,
    )


def address_with(**more: object) -> str:
    """Return this list's address with some parts changed; an empty part is left out."""
    kept = {key: value for key, value in request.args.items() if key in _KEPT}
    asked = {key: str(value) for key, value in {**kept, **more}.items() if value not in ("", None)}
    return f"{request.path}?{urlencode(asked)}" if asked else request.path


_KEPT = {"q", "kind", "state", "room", "team", "mine", "overdue", "item", "after", "before"}


def panel(session: Session, item: Item, by: Actor) -> dict[str, Any]:
    """Return what stands beside the list and on the thing's page: label, history, and what may be done now."""
    history = items.history(session, item.id)
    return {
        "qr": qr(item_address(item.number), _("设备二维码，%(number)s", number=item.number)),
        "history": history,
        "opens": handovers.seen_among(session, [line.handover_id for line in history], seen_by=by),
        "kinds": [kind for kind in Handing if item.state in DEMANDS[kind] and policy.may_hand(by, kind, item)],
        "waits_for_me": _waits(history, by),
    }


def item_address(number: str) -> str:
    """Return the whole address of a thing's page, as its label carries it."""
    base: str = current_app.extensions["tracker.settings"].base_url
    return f"{base.rstrip('/')}/equipment/{number}"


def _waits(history: Sequence[HandoverLine], by: Actor) -> str:
    """Return the number of the last handover if this person still has to say that the thing came."""
    last = history[0].handover if history else None
    if last is None or last.receipt is not None:
        return ""
    return last.number if operations.may_confirm(last, by) else ""


def _chosen(found: Sequence[Item], by: Actor) -> Item | None:
    wanted = asked_text("item", most=20)
    if wanted:
        here = next((item for item in found if item.number == wanted), None)
        return here or next(iter(items.some(reader(), [wanted], seen_by=by)), None)
    return found[0] if found else None


def _whose(by: Actor) -> str:
    teams = read_once(items.seen_teams, by)
    own = [team for team in teams if any(seat.team_id == team.id for seat in by.seats)]
    if own:
        return _("%(team)s · 牵头单位 %(unit)s提供", team=own[0].name, unit=own[0].lead_unit.short_name)
    units = items.kept_units(reader(), by)
    return "、".join(unit.name for unit in units) if units else ""


def _facts(item: Item, origin: Origin | None) -> list[tuple[str, Any]]:
    named = class_name_on(reader(), item.edition, item.code, item.bought_on)
    official = f"{item.code} {named}（{EDITION_NAMES[item.edition]}）" if item.edition else "--"
    intake = item.intake
    return [
        (_("类别"), _(KIND_NAMES[item.kind])),
        (_("规格型号"), item.model or "--"),
        (_("分类代码"), official),
        (_("产权单位"), item.owner_unit.name),
        (_("序列号"), item.serial or "--"),
        (_("来源"), " ".join(part for part in (_(SOURCE_NAMES[item.source]), item.source_paper) if part)),
        (_("使用年限"), _("%(years)s 年", years=item.life_years)),
        (_("报销凭证"), _voucher(origin) or intake.voucher_number or "--"),
        (_("超标准审批"), item.exception or "--"),
        (_("登记"), f"{intake.writer.name} {day_of(intake.written_at).isoformat()}"),
        (_("备注"), item.note or "--"),
    ]


def _voucher(origin: Origin | None) -> Markup | str:
    """Name the voucher, as a link to its claim for who may look at it."""
    if origin is None or not origin.is_open:
        return origin.voucher_number if origin else ""
    address = url_for("claims.show", claim_id=origin.claim_id)
    return Markup('<a href="{}">{}</a>').format(address, origin.voucher_number)
