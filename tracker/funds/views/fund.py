"""The list of funds, a new fund, and one fund with its quotas, purposes, papers and route."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from flask import Response, flash, redirect, url_for
from wtforms.widgets import HiddenInput

from tracker.funds import operations, policy, queries, quotas
from tracker.funds.classification import FUNCTION_CODE
from tracker.funds.forms import CategoryForm, FundForm, RouteForm
from tracker.funds.forms.fund import USUAL_PURPOSES
from tracker.funds.forms.paper import asks_for_row
from tracker.funds.models import PAPER_NAMES
from tracker.funds.views.blueprint import blueprint
from tracker.funds.views.scans import stored_scan
from tracker.kernel.actors import BUSINESS_SEATS, SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, seated
from tracker.web.database import read_again, reader
from tracker.web.forms import SiteForm
from tracker.web.i18n import gettext as _
from tracker.web.pages import is_part_request, page, part

READERS: Sequence[SeatKind] = (*sorted(BUSINESS_SEATS), SeatKind.AUDITOR)


@blueprint.get("/funds")
@seated(*READERS)
def index() -> Response:
    """List the funds the person sees, with their figures."""
    actor = current_actor()
    shown = quotas.funds_seen(reader(), actor)
    return page("funds/index.html", funds=shown, may_open=actor.holds(SeatKind.OFFICER))


@blueprint.route("/funds/new", methods=["GET", "POST"])
@seated(SeatKind.OFFICER)
def new() -> Response:
    """Open a fund from its budget paper."""
    today = day_of(now())
    usual = [{"name": name, "economic_code": code} for name, code in USUAL_PURPOSES]
    form = FundForm(
        year=today.year,
        function_code=FUNCTION_CODE,
        opens_on=today.replace(month=1, day=1),
        closes_on=today.replace(month=12, day=31),
        categories=[*usual, {}],
    )
    if asks_for_row():
        form.categories.grow()
        return part("funds/_purposes.html", form=form) if is_part_request() else page("funds/new.html", form=form)
    if form.sent_and_valid():
        try:
            facts, scan = form.fund_facts(), stored_scan(form.scan.data)
            with unit_of_work() as session:
                fund_id = operations.open_fund(
                    session,
                    facts,
                    form.facts(scan),
                    ceiling_fen=form.ceiling.data,
                    by=current_actor(),
                    at=now(),
                    command_id=form.command_id.data or "",
                )
            flash(_("已设立「%(name)s」，现在可以给组团下达额度", name=facts.name), "ok")
            return redirect(url_for(".show", fund_id=fund_id), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
    return page("funds/new.html", form=form)


@blueprint.get("/funds/<int:fund_id>")
@seated(*READERS)
def show(fund_id: int) -> Response:
    """Show a fund as far as the person sees it."""
    return _fund_page(fund_id)


@blueprint.post("/funds/<int:fund_id>/categories")
@seated(SeatKind.OFFICER)
def add_category(fund_id: int) -> Response:
    """Permit a further purpose."""
    form = CategoryForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.add_category(session, fund_id, form.facts(), by=current_actor(), at=now())
            flash(_("已增加科目「%(name)s」", name=form.facts().name), "ok")
            return redirect(url_for(".show", fund_id=fund_id), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
    return _fund_page(fund_id, category_form=form)


@blueprint.post("/funds/<int:fund_id>/route")
@seated(SeatKind.OFFICER)
def set_route(fund_id: int) -> Response:
    """Change the route of the claims to come."""
    form = RouteForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.set_route(
                    session,
                    fund_id,
                    head_from_fen=form.head_from.data,
                    with_liaison=bool(form.with_liaison.data),
                    together_up_to_fen=form.together_up_to.data or 0,
                    by=current_actor(),
                    at=now(),
                )
            flash(_("审批路线已改，以后提交的报销单按新路线走；已在途的不变"), "ok")
            return redirect(url_for(".show", fund_id=fund_id), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
    return _fund_page(fund_id, route_form=form)


def _fund_page(
    fund_id: int, *, category_form: CategoryForm | None = None, route_form: RouteForm | None = None
) -> Response:
    session, actor = read_again(), current_actor()
    seen = quotas.of_fund(session, fund_id, actor)
    reads_papers = policy.sees_papers(actor, seen.cells)
    return page(
        "funds/show.html",
        fund=seen.fund,
        quotas=seen,
        PAPER_NAMES=PAPER_NAMES,
        papers=queries.papers_with_recorders(session, fund_id) if reads_papers else [],
        reads_papers=reads_papers,
        may_change=actor.holds(SeatKind.OFFICER),
        turned_down=next((form for form in (category_form, route_form) if form is not None), None),
        category_form=category_form or _fresh(CategoryForm()),
        route_form=route_form
        or _fresh(
            RouteForm(),
            head_from=seen.fund.head_from_fen,
            with_liaison=seen.fund.with_liaison,
            together_up_to=seen.fund.together_up_to_fen,
        ),
    )


_Form = TypeVar("_Form", bound=SiteForm)


def _fresh(form: _Form, **values: object) -> _Form:
    """Fill a form anew on a page that answers the other form of the page."""
    for field in form:
        if not isinstance(field.widget, HiddenInput):
            field.process(None, values.get(field.name, ""))
    return form
