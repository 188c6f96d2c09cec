"""The directory, a person's page, and what the administrator does to an account."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from flask import Response, flash, redirect, request, url_for

from tracker.identity import operations, passwords, queries
from tracker.identity.models import Person
from tracker.identity.policy import is_administrator
from tracker.kernel.actors import SEAT_NAMES, SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused, Stale
from tracker.storage import unit_of_work
from tracker.teams import directory, policy
from tracker.teams.directory import Account, Wanted
from tracker.teams.forms import ActForm, PersonForm
from tracker.teams.views.blueprint import blueprint
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_choice, asked_number, asked_text
from tracker.web.database import close_reader, read_again, reader
from tracker.web.forms import mint_command_id
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

keeper = seated(SeatKind.ADMINISTRATOR)
lead_unit_or_keeper = seated(SeatKind.ADMINISTRATOR, SeatKind.REVIEWER, SeatKind.HEAD)
reader_of_people = seated(SeatKind.ADMINISTRATOR, SeatKind.REVIEWER, SeatKind.HEAD, SeatKind.AUDITOR)

ACCOUNT_NAMES = {Account.OPEN: "正常", Account.RESTING: "暂停登录", Account.DISABLED: "已停用"}
ACTS: dict[str, tuple[Callable[..., Person], str]] = {
    "disable": (operations.disable, "已停用账号，所有浏览器都已退出登录"),
    "enable": (operations.enable, "已启用账号"),
    "unlock": (operations.unlock, "已解除暂停，现在可以登录"),
}


@blueprint.get("/people")
@reader_of_people
def people() -> Response:
    """List people with their seats; the administrator also sees the state of their accounts."""
    by, moment = current_actor(), now()
    kind = asked_choice("seat", [kind.value for kind in SeatKind])
    account = asked_choice("account", [state.value for state in Account])
    wanted = Wanted(
        text=asked_text("q"),
        kind=SeatKind(kind) if kind else None,
        team_id=asked_number("team"),
        account=Account(account) if account else None,
    )
    edge = {"after": asked_number("after"), "before": asked_number("before")}
    found = directory.people(reader(), wanted, seen_by=by, at=moment, on=day_of(moment), **edge)
    return page(
        "teams/people.html",
        found=found,
        wanted=wanted,
        seat_names=SEAT_NAMES,
        account_names=ACCOUNT_NAMES,
        teams=directory.teams_to_seat(reader(), by),
        is_keeper=is_administrator(by),
        moment_now=moment,
        before=_further(before=found.people[0].id) if found.people and found.has_before else "",
        after=_further(after=found.people[-1].id) if found.people and found.has_after else "",
    )


@blueprint.route("/people/new", methods=["GET", "POST"])
@keeper
def add_person() -> Response:
    """Add a person and show the one-time password, once."""
    form = PersonForm(data={"version": 0})
    form.home_unit_id.offer((unit.id, unit.name) for unit in queries.units(reader()))
    if form.sent_and_valid():
        try:
            close_reader()
            one_time = passwords.one_time_password()
            hashed = passwords.hashed(one_time)
            with unit_of_work() as session:
                person = operations.add_person(
                    session,
                    form.facts(),
                    password_hash=hashed,
                    by=current_actor(),
                    at=now(),
                    command_id=form.command_id.data or mint_command_id(),
                )
        except Refused as refusal:
            form.refuse(refusal)
        else:
            return _shown_once(person, one_time if person.password_hash == hashed else "", is_new=True)
    return page("teams/person_form.html", form=form, person=None)


@blueprint.get("/people/<int:person_id>")
@reader_of_people
def person(person_id: int) -> Response:
    """Show a person with every seat the reader may see."""
    return _person_page(person_id, None)


@blueprint.route("/people/<int:person_id>/edit", methods=["GET", "POST"])
@keeper
def change_person(person_id: int) -> Response:
    """Change what is written about a person."""
    known = queries.person(reader(), person_id)
    form = PersonForm(obj=known)
    _offer_units(form, known)
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.change_person(
                    session, person_id, form.facts(), by=current_actor(), at=now(), version=form.version.data or 0
                )
            flash(_("已保存"), "ok")
            return redirect(url_for(".person", person_id=person_id), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
            known = queries.person(read_again(), person_id)
            if isinstance(refusal, Stale):
                form.renew(known.version)
    return page("teams/person_form.html", form=form, person=known)


@blueprint.post("/people/<int:person_id>/account/<any(disable,enable,unlock):act>")
@keeper
def change_account(person_id: int, act: str) -> Response:
    """Disable, enable or unlock an account."""
    form = ActForm()
    if form.sent_and_valid():
        change, done = ACTS[act]
        try:
            with unit_of_work() as session:
                change(session, person_id, by=current_actor(), at=now(), version=form.version.data)
            flash(_(done), "ok")
            return redirect(url_for(".person", person_id=person_id), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
    return _person_page(person_id, form)


@blueprint.post("/people/<int:person_id>/password")
@keeper
def reset_password(person_id: int) -> Response:
    """Replace a forgotten password and show the one-time password, once."""
    form = ActForm()
    if form.sent_and_valid():
        try:
            one_time = passwords.one_time_password()
            hashed = passwords.hashed(one_time)
            with unit_of_work() as session:
                person = operations.reset_password(
                    session,
                    person_id,
                    password_hash=hashed,
                    by=current_actor(),
                    at=now(),
                    version=form.version.data or 0,
                )
            return _shown_once(person, one_time, is_new=False)
        except Refused as refusal:
            form.refuse(refusal)
    return _person_page(person_id, form)


def _person_page(person_id: int, turned_down: ActForm | None) -> Response:
    by, moment, session = current_actor(), now(), read_again()
    known = directory.person(session, person_id, seen_by=by, on=day_of(moment))
    seats = directory.seats_of(session, [person_id], seen_by=by, on=day_of(moment), with_ended=True)
    act = turned_down or ActForm.afresh()
    act.renew(known.version)
    return page(
        "teams/person.html",
        person=known,
        seats=seats.get(person_id, []),
        act=act,
        is_keeper=is_administrator(by),
        gives_seats=bool(policy.may_give(by)),
        is_self=by.person_id == person_id,
        kept_at_home=[SEAT_NAMES[kind] for kind in directory.kept_at_home(session, known, on=day_of(moment))],
        rests=known.locked_until is not None and known.locked_until > moment,
        moment_now=moment,
    )


def _shown_once(person: Person, one_time: str, *, is_new: bool) -> Response:
    return page("teams/one_time_password.html", person=person, one_time=one_time, is_new=is_new)


def _offer_units(form: PersonForm, person: Person) -> None:
    offered = [(unit.id, unit.name) for unit in queries.units(reader())]
    if person.home_unit is not None and person.home_unit_id not in dict(offered):
        offered.append((person.home_unit.id, person.home_unit.name))
    form.home_unit_id.offer(offered)


def _further(**edge: int) -> str:
    kept = {key: value for key, value in request.args.items() if key not in {"after", "before"} and value}
    return f"{url_for('.people')}?{urlencode({**kept, **edge})}"
