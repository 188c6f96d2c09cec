"""发票抬头: the titles invoices of a unit may bear, kept by its lead unit or the administrator, read by the auditor."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, url_for

from tracker.evidence import operations, policy, queries
from tracker.evidence.forms import EndTitleForm, TitleForm
from tracker.identity.queries import units
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, seated
from tracker.web.database import read_again
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

blueprint = Blueprint("evidence", __name__)
keepers = seated(SeatKind.ADMINISTRATOR, SeatKind.REVIEWER, SeatKind.HEAD)
readers = seated(SeatKind.ADMINISTRATOR, SeatKind.REVIEWER, SeatKind.HEAD, SeatKind.AUDITOR)


@blueprint.get("/titles")
@readers
def titles() -> Response:
    """Show the accepted titles the person keeps or, as auditor, reads."""
    form = _offered(TitleForm())
    form.valid_from.data = day_of(now()).replace(month=1, day=1)
    return _titles_page(form, None, 0)


@blueprint.post("/titles")
@keepers
def accept_title() -> Response:
    """Accept another title."""
    form = _offered(TitleForm())
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.accept_title(
                    session,
                    form.unit_id.data,
                    form.facts(),
                    by=current_actor(),
                    at=now(),
                    command_id=form.command_id.data or "",
                )
            flash(_("已登记抬头，核对发票时按它比对"), "ok")
            return redirect(url_for(".titles"), 303)  # type: ignore[return-value]  # werkzeug's own class
        except Refused as refusal:
            form.refuse(refusal)
    return _titles_page(form, None, 0)


@blueprint.post("/titles/<int:title_id>/end")
@keepers
def end_title(title_id: int) -> Response:
    """End a title after a day; invoices issued until then stay good."""
    form = EndTitleForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.end_title(
                    session,
                    title_id,
                    form.last_day.data,
                    version=form.version.data or 0,
                    by=current_actor(),
                    at=now(),
                )
            flash(_("已登记截止日期；在那以前开的发票仍然有效"), "ok")
            return redirect(url_for(".titles"), 303)  # type: ignore[return-value]  # werkzeug's own class
        except Refused as refusal:
            if refusal.status == 404:  # noqa: PLR2004  there is no such title to show the page around
                raise
            form.refuse(refusal)
    return _titles_page(_offered(TitleForm.afresh()), form, title_id)


def _titles_page(form: TitleForm, turned_down: EndTitleForm | None, title_id: int) -> Response:
    session, actor, today = read_again(), current_actor(), day_of(now())
    kept = [one for one in queries.kept_titles(session) if policy.may_read_titles(actor, one.unit_id)]
    ends = {}
    for title in (one for one in kept if policy.may_keep_titles(actor, one.unit_id)):
        ends[title.id] = EndTitleForm.afresh(last_day=title.valid_until or today, version=title.version)
    if turned_down is not None and title_id in ends:
        turned_down.renew(next(one.version for one in kept if one.id == title_id))
        ends[title_id] = turned_down
    return page(
        "evidence/titles.html",
        form=form,
        kept=kept,
        ends=ends,
        today=today,
        turned_down=turned_down,
        is_keeper=policy.keeps_titles(actor),
    )


def _offered(form: TitleForm) -> TitleForm:
    actor = current_actor()
    form.unit_id.offer((one.id, one.name) for one in units(read_again()) if policy.may_keep_titles(actor, one.id))
    return form
