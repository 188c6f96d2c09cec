"""A draft begins and ends: opened for a person and a fund, copied from an earlier claim, thrown away."""

from __future__ import annotations

from flask import current_app, flash, redirect, url_for
from werkzeug.wrappers import Response

from tracker.claims import offer, operations, queries
from tracker.claims import typed as typing
from tracker.claims.forms.filing import OpenForm
from tracker.claims.forms.sheet import whom_label
from tracker.claims.models import Claim, Kind
from tracker.claims.operations.drafts import DraftHeader
from tracker.claims.views.blueprint import blueprint
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Forbidden, Refused
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, safe_next, seated, signed_in
from tracker.web.database import reader
from tracker.web.forms import SiteForm
from tracker.web.i18n import gettext as _
from tracker.web.pages import page


@blueprint.route("/claims/new", methods=["GET", "POST"])
@seated(SeatKind.MEMBER, SeatKind.AGENT)
def new() -> Response:
    """Choose what to file, for whom and from which fund; a double click opens one draft."""
    actor, at = current_actor(), now()
    people = offer.people(reader(), actor, on=day_of(at))
    funds = offer.funds(reader(), {one.team_id for one in people}, on=day_of(at))
    form = OpenForm()
    form.whom.offer((one.key, whom_label(one)) for one in people)
    form.fund_id.offer((fund.id, f"{fund.year} {fund.name}") for fund in funds)
    if not form.is_submitted():
        form.kind.data = Kind.TRAVEL
        form.whom.data = people[0].key if people else None
        form.fund_id.data = funds[0].id if funds else None
    if form.sent_and_valid():
        whom = next(one for one in people if one.key == form.whom.data)
        header = DraftHeader(Kind(form.kind.data), int(form.fund_id.data or 0), whom.team_id, whom.person_id)
        try:
            with unit_of_work() as session:
                claim_id = operations.open_draft(session, header, by=actor, at=at, draft_key=form.command_id.data or "")
            return _to(url_for(".edit", claim_id=claim_id))
        except Refused as refusal:
            form.refuse(refusal)
    return page("claims/form_new.html", form=form, people=people, funds=funds, to_copy=offer.to_copy(reader(), actor))


@blueprint.post("/claims/<int:claim_id>/draft/discard")
@signed_in
def discard_draft(claim_id: int) -> Response:
    """Throw a draft away."""
    form = SiteForm()
    if form.sent_and_valid():
        with unit_of_work() as session:
            number = operations.discard(session, claim_id, by=current_actor(), at=now())
        flash(_("%(number)s 已作废", number=number) if number else _("草稿已删除"), "ok")
    return _to(url_for(".listing"))


@blueprint.post("/claims/<int:claim_id>/copy")
@seated(SeatKind.MEMBER, SeatKind.AGENT)
def copy(claim_id: int) -> Response:
    """Open a new draft with an earlier claim's texts: no evidence, no days, no bill numbers."""
    form = SiteForm()
    if not form.sent_and_valid():
        return _to(url_for(".new"))
    actor, at = current_actor(), now()
    source = queries.one(reader(), claim_id, seen_by=actor)
    whom = _copied_for(source)
    typed = typing.for_copy(source, current_app.extensions["tracker.cipher"])
    typed.head["whom"] = whom.key
    if whom.person_id != source.beneficiary_id:
        typed.head.pop("payee_id", None)
    header = DraftHeader(
        source.kind, source.fund_id, whom.team_id, whom.person_id, source.purpose, source.pay_method, note=source.note
    )
    with unit_of_work() as session:
        draft_id = operations.open_draft(
            session,
            header,
            by=actor,
            at=at,
            draft_key=form.command_id.data or "",
            copied_from_id=source.id,
            typed=typed.pairs(),
        )
    flash(_("已从「%(name)s」复制；日期、票据号码和附件要重新填写", name=source.title), "ok")
    return _to(url_for(".edit", claim_id=draft_id))


def _copied_for(source: Claim) -> offer.Whom:
    """Find for whom the copy may be filed: the same person, else oneself. Raises Forbidden."""
    people = offer.people(reader(), current_actor(), on=day_of(now()))
    same = [one for one in people if (one.team_id, one.person_id) == (source.team_id, source.beneficiary_id)]
    own = [one for one in people if one.person_id == current_actor().person_id]
    found = next(iter([*same, *own]), None)
    if found is None:
        raise Forbidden(_("你现在不能为这张单据的报销人填报；请由本人填报，或请牵头单位指定报账员"))
    return found


def _to(url: str) -> Response:
    return redirect(safe_next(url), 303)
