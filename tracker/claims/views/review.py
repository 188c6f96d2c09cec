"""The review page of a claim."""

from __future__ import annotations

from flask import Response, redirect, url_for

from tracker.claims import queries
from tracker.claims.course import waited_days
from tracker.claims.forms.decisions import ActForm
from tracker.claims.lifecycle import State
from tracker.claims.models import KIND_NAMES, PAY_NAMES, Claim
from tracker.claims.views.blueprint import blueprint
from tracker.claims.views.desk import lay_out
from tracker.claims.views.inbox import LATE_DAYS
from tracker.kernel.clock import now
from tracker.web.access import current_actor, signed_in
from tracker.web.database import reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page


@blueprint.get("/claims/<int:claim_id>")
@signed_in
def show(claim_id: int) -> Response:
    """Show a claim for review; a draft leads its filer back to the form."""
    actor = current_actor()
    claim = queries.one(reader(), claim_id, seen_by=actor)
    if claim.state is State.DRAFT and claim.filer_id == actor.person_id:
        return redirect(url_for(".edit", claim_id=claim_id), 303)  # type: ignore[return-value]
    return draw(claim)


def draw(claim: Claim, turned_down: ActForm | None = None) -> Response:
    """Draw the review page; a form that was turned down keeps what was typed, the others are fresh."""
    desk = lay_out(claim, turned_down)
    return page(
        "claims/show.html",
        desk=desk,
        claim=claim,
        turned_down=turned_down,
        pay_name=_(PAY_NAMES[claim.pay_method]),
        kind_name=_(KIND_NAMES[claim.kind]),
        late_days=LATE_DAYS,
        is_late=claim.waiting_since is not None and waited_days(claim.waiting_since, now()) >= LATE_DAYS,
    )
