"""Rooms: the cards, one room with its desks, and what the keeper does with them."""

from __future__ import annotations

from decimal import Decimal

from flask import Response, flash, redirect, url_for

from tracker.equipment import operations, policy
from tracker.equipment.kinds import ROOM_USES, RoomUse
from tracker.equipment.queries import items, rooms
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.logistics.forms.equipment import (
    ActForm,
    CancelProvisionForm,
    DeskForm,
    ProvideForm,
    RoomForm,
    TakeBackForm,
)
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import frame, order, readers, words
from tracker.logistics.views.equipment_entry import keeper
from tracker.storage import unit_of_work
from tracker.web.access import current_actor
from tracker.web.asked import asked_number
from tracker.web.database import read_again, reader
from tracker.web.forms import SiteForm
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

_MOST_PAGES = 10_000


@blueprint.get("/equipment/rooms")
@readers
def equipment_rooms() -> Response:
    """Show the rooms as cards, page by page (``?page=2``)."""
    by, place = current_actor(), asked_number("page", 1, least=1, most=_MOST_PAGES) or 1
    skip = (place - 1) * rooms.CARDS_A_PAGE
    cards = rooms.cards(reader(), seen_by=by, on=day_of(now()), limit=rooms.CARDS_A_PAGE + 1, skip=skip)
    return page(
        "logistics/rooms.html",
        **words(),
        **frame(by, "rooms"),
        cards=cards[: rooms.CARDS_A_PAGE],
        newer=url_for("logistics.equipment_rooms", page=place - 1) if place > 1 else "",
        older=url_for("logistics.equipment_rooms", page=place + 1) if len(cards) > rooms.CARDS_A_PAGE else "",
        a_page=rooms.CARDS_A_PAGE,
    )


@blueprint.route("/equipment/rooms/new", methods=["GET", "POST"])
@keeper
def new_room() -> Response:
    """Write down a room."""
    form = RoomForm(data={"version": 0, "use": RoomUse.OFFICE})
    _offer_units(form)
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                room = operations.add_room(session, form.unit_id.data or 0, form.facts(), order(form))
            flash(_("已登记办公用房"))
            return _to(room.id)
        except Refused as refusal:
            form.refuse(refusal)
            read_again()
            _offer_units(form)
    return page("logistics/room_form.html", form=form, card=None)


@blueprint.route("/equipment/rooms/<int:room_id>/edit", methods=["GET", "POST"])
@keeper
def change_room(room_id: int) -> Response:
    """Change what is written about a room."""
    card = rooms.card(reader(), room_id, seen_by=current_actor(), on=day_of(now()))
    room = card.room
    known = {name: getattr(room, name) for name in ("name", "use", "seats", "note", "version")}
    form = RoomForm(data={**known, "building": room.building.name, "area": Decimal(room.area_dm2) / 100})
    form.unit_id.offer([(room.owner_unit_id, room.owner_unit.name)])
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.change_room(session, room_id, form.facts(), order(form), version=form.version.data or 0)
            flash(_("已修改"))
            return _to(room_id)
        except Refused as refusal:
            form.refuse(refusal)
            card = rooms.card(read_again(), room_id, seen_by=current_actor(), on=day_of(now()))
            form.renew(card.room.version)
    return page("logistics/room_form.html", form=form, card=card)


@blueprint.get("/equipment/rooms/<int:room_id>")
@readers
def equipment_room(room_id: int) -> Response:
    """Show a room: to whom it is provided, who sits where, what stands in it."""
    return _room_page(room_id, None)


@blueprint.post("/equipment/rooms/<int:room_id>/provide")
@keeper
def provide_room(room_id: int) -> Response:
    """Provide a room to a team."""
    form = ProvideForm()
    _offer_teams(form)
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.provide(
                    session,
                    room_id,
                    form.team_id.data or 0,
                    order(form),
                    begins_on=form.begins_on.data,
                    last_day=form.last_day.data,
                    paper=form.paper.data or "",
                )
            flash(_("已提供给组团"))
            return _to(room_id)
        except Refused as refusal:
            form.refuse(refusal)
    return _room_page(room_id, form)


@blueprint.post("/equipment/rooms/<int:room_id>/take-back")
@keeper
def take_room_back(room_id: int) -> Response:
    """End the running provision of a room."""
    form = TakeBackForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.take_back(session, room_id, form.until.data, order(form))
            flash(_("已收回，这间房的工位到最后一天为止"))
            return _to(room_id)
        except Refused as refusal:
            refusal.field = "until" if refusal.field == "last_day" else refusal.field
            form.refuse(refusal)
    return _room_page(room_id, form)


@blueprint.post("/equipment/rooms/<int:room_id>/provisions/<int:provision_id>/cancel")
@keeper
def cancel_provision(room_id: int, provision_id: int) -> Response:
    """Cancel a provision that has not begun."""
    form = CancelProvisionForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.cancel_provision(session, room_id, provision_id, form.reason.data or "", order(form))
            flash(_("已取消"))
            return _to(room_id)
        except Refused as refusal:
            form.refuse(refusal)
    return _room_page(room_id, form)


@blueprint.post("/equipment/rooms/<int:room_id>/desks")
@keeper
def seat_person(room_id: int) -> Response:
    """Give a person a desk."""
    form = DeskForm()
    _offer_desks(form, room_id)
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.seat_at_desk(session, room_id, form.number.data or 0, form.person_id.data or 0, order(form))
            flash(_("已安排工位"))
            return _to(room_id)
        except Refused as refusal:
            form.refuse(refusal)
    return _room_page(room_id, form)


@blueprint.post("/equipment/rooms/<int:room_id>/desks/<int:number>/free")
@keeper
def free_desk(room_id: int, number: int) -> Response:
    """Free a desk."""
    form = ActForm()
    with unit_of_work() as session:
        operations.free_desk(session, room_id, number, order(form))
    flash(_("工位已腾空"))
    return _to(room_id)


def _room_page(room_id: int, sent: SiteForm | None) -> Response:
    """Draw the room with its forms; the one that was turned down shows what was typed."""
    by, today = current_actor(), day_of(now())
    session = read_again() if sent is not None else reader()
    card = rooms.card(session, room_id, seen_by=by, on=today)
    provisions = rooms.provisions(session, room_id)
    free_from = rooms.free_from(provisions, today)
    give = sent if isinstance(sent, ProvideForm) else ProvideForm.afresh(begins_on=free_from)
    seat = sent if isinstance(sent, DeskForm) else DeskForm.afresh()
    back = sent if isinstance(sent, TakeBackForm) else TakeBackForm.afresh(until=today)
    _offer_teams(give)
    _offer_desks(seat, room_id)
    return page(
        "logistics/room.html",
        **words(),
        sent=sent,
        card=card,
        use_names=ROOM_USES,
        give=give,
        seat=seat,
        back=back,
        act=ActForm.afresh(),
        may_keep=policy.keeps(by, card.room.owner_unit_id),
        provisions=provisions,
        may_give=free_from is not None,
        today=today,
    )


def _offer_units(form: RoomForm) -> None:
    units = items.kept_units(reader(), current_actor())
    form.unit_id.offer((unit.id, unit.name) for unit in units)
    if len(units) == 1 and form.unit_id.data is None:
        form.unit_id.data = units[0].id


def _offer_teams(form: ProvideForm) -> None:
    units = [unit.id for unit in items.kept_units(reader(), current_actor())]
    form.team_id.offer((team.id, team.name) for team in items.led_teams(reader(), units))


def _offer_desks(form: DeskForm, room_id: int) -> None:
    by, today = current_actor(), day_of(now())
    card = rooms.card(reader(), room_id, seen_by=by, on=today)
    free = [number for number in range(1, card.room.seats + 1) if number not in card.desks]
    form.number.offer((number, _("%(number)s 号", number=number)) for number in free)
    people = items.receivers(reader(), card.room.owner_unit_id, on=today)
    form.person_id.offer((person.id, person.name) for person in people)


def _to(room_id: int) -> Response:
    return redirect(url_for("logistics.equipment_room", room_id=room_id), 303)  # type: ignore[return-value]
