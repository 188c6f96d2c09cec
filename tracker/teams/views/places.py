"""Units and teams, kept by the administrator and read by the auditor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, flash, redirect, url_for

from tracker.identity import queries as identity_queries
from tracker.identity.models import Unit
from tracker.identity.policy import is_administrator
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import now
from tracker.kernel.errors import Refused, Stale
from tracker.storage import unit_of_work
from tracker.teams import directory, operations, queries
from tracker.teams.forms import ActForm, TeamForm, UnitForm
from tracker.teams.models import Team
from tracker.teams.views.blueprint import blueprint
from tracker.teams.views.people import keeper
from tracker.web.access import current_actor, seated
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

reader_of_places = seated(SeatKind.ADMINISTRATOR, SeatKind.AUDITOR)


@blueprint.get("/units")
@reader_of_places
def units() -> Response:
    """List units with the teams they lead."""
    return page("teams/units.html", places=directory.places(reader()), is_keeper=is_administrator(current_actor()))


@blueprint.route("/units/new", methods=["GET", "POST"])
@keeper
def add_unit() -> Response:
    """Add a unit."""
    form = UnitForm(data={"version": 0})
    done = form.sent_and_valid() and _added(operations.add_unit, form)
    return _to_list("已添加单位") if done else page("teams/unit_form.html", form=form, unit=None, act=None)


@blueprint.get("/units/<int:unit_id>")
@reader_of_places
def unit(unit_id: int) -> Response:
    """Show a unit: to the administrator as a form."""
    return _unit_page(unit_id, None, None)


@blueprint.post("/units/<int:unit_id>")
@keeper
def change_unit(unit_id: int) -> Response:
    """Change a unit."""
    form = UnitForm(obj=identity_queries.unit(reader(), unit_id))
    done = form.sent_and_valid() and _changed(operations.change_unit, unit_id, form, identity_queries.unit)
    return _to_list("已保存") if done else _unit_page(unit_id, form, None)


@blueprint.post("/units/<int:unit_id>/close")
@keeper
def close_unit(unit_id: int) -> Response:
    """Close a unit that is no longer used."""
    act = ActForm()
    done = act.sent_and_valid() and _closed(operations.close_unit, unit_id, act)
    return _to_list("已撤销单位") if done else _unit_page(unit_id, None, act)


@blueprint.route("/teams/new", methods=["GET", "POST"])
@keeper
def add_team() -> Response:
    """Add a team."""
    form = _with_units(TeamForm(data={"version": 0}))
    done = form.sent_and_valid() and _added(operations.add_team, form)
    return _to_list("已添加组团") if done else page("teams/team_form.html", form=form, team=None, act=None)


@blueprint.get("/teams/<int:team_id>")
@reader_of_places
def team(team_id: int) -> Response:
    """Show a team: to the administrator as a form."""
    return _team_page(team_id, None, None)


@blueprint.post("/teams/<int:team_id>")
@keeper
def change_team(team_id: int) -> Response:
    """Change a team."""
    form = _with_units(TeamForm(obj=queries.team(reader(), team_id)))
    done = form.sent_and_valid() and _changed(operations.change_team, team_id, form, queries.team)
    return _to_list("已保存") if done else _team_page(team_id, form, None)


@blueprint.post("/teams/<int:team_id>/close")
@keeper
def close_team(team_id: int) -> Response:
    """Close a team in which nobody holds a seat any more."""
    act = ActForm()
    done = act.sent_and_valid() and _closed(operations.close_team, team_id, act)
    return _to_list("已撤销组团") if done else _team_page(team_id, None, act)


def _added(add: Callable[..., Any], form: UnitForm | TeamForm) -> bool:
    try:
        with unit_of_work() as session:
            add(session, form.facts(), by=current_actor(), at=now(), command_id=form.command_id.data or "")
    except Refused as refusal:
        form.refuse(refusal)
        return False
    return True


def _changed(
    change: Callable[..., Any], row_id: int, form: UnitForm | TeamForm, find: Callable[..., Unit | Team]
) -> bool:
    try:
        with unit_of_work() as session:
            change(session, row_id, form.facts(), by=current_actor(), at=now(), version=form.version.data or 0)
    except Refused as refusal:
        form.refuse(refusal)
        if isinstance(refusal, Stale):
            form.renew(find(read_again(), row_id).version)
        return False
    return True


def _closed(close: Callable[..., Any], row_id: int, act: ActForm) -> bool:
    try:
        with unit_of_work() as session:
            close(session, row_id, by=current_actor(), at=now(), version=act.version.data or 0)
    except Refused as refusal:
        act.refuse(refusal)
        return False
    return True


def _unit_page(unit_id: int, form: UnitForm | None, act: ActForm | None) -> Response:
    unit = identity_queries.unit(read_again(), unit_id)
    if not is_administrator(current_actor()):
        return page("teams/unit.html", unit=unit)
    act = act or ActForm.afresh()
    act.renew(unit.version)
    return page("teams/unit_form.html", form=form or UnitForm.afresh(obj=unit), unit=unit, act=act)


def _team_page(team_id: int, form: TeamForm | None, act: ActForm | None) -> Response:
    team = queries.team(read_again(), team_id)
    if not is_administrator(current_actor()):
        return page("teams/team.html", team=team)
    act = act or ActForm.afresh()
    act.renew(team.version)
    form = form or _with_units(TeamForm.afresh(obj=team))
    return page("teams/team_form.html", form=form, team=team, act=act)


def _with_units(form: TeamForm) -> TeamForm:
    form.lead_unit_id.offer((unit.id, unit.name) for unit in identity_queries.units(reader()))
    return form


def _to_list(sentence: str) -> Response:
    flash(_(sentence), "ok")
    return redirect(url_for(".units"), 303)  # type: ignore[return-value]
