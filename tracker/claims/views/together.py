"""批量同意: what was ticked in the inbox is approved one by one, and the page says what became of each."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID, uuid5

from flask import Response, flash, redirect, request, url_for

from tracker.claims import operations, queries
from tracker.claims.forms.decisions import TogetherForm
from tracker.claims.models import Claim
from tracker.claims.operations.moves import Command
from tracker.claims.views.blueprint import blueprint
from tracker.claims.views.gate import approved_words
from tracker.kernel.clock import now
from tracker.kernel.errors import NotFound, Refused
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, signed_in
from tracker.web.database import read_again
from tracker.web.i18n import gettext as _
from tracker.web.i18n import said
from tracker.web.pages import page

MOST_TOGETHER = 50
SAID = "批量同意"
"""What stands in the claim's way for its approver's word."""

_TICKED = re.compile(r"([0-9]{1,18}):([0-9]{1,9})")


@dataclass(frozen=True)
class Outcome:
    """What became of one ticked claim: the sentence, and the claim where the person may see it."""

    went_through: bool
    sentence: str
    claim: Claim | None


@blueprint.route("/inbox/together", methods=["GET", "POST"])
@signed_in
def together() -> Response:
    """Approve the ticked claims, each on its own; the same page sent twice gets the same answer."""
    form, ticked = TogetherForm(), _ticked()
    if not form.sent_and_valid() or not ticked:
        if form.is_submitted():
            flash(_("请先勾选要同意的单据"), "warn")
        return redirect(url_for(".inbox"), 303)  # type: ignore[return-value]
    if len(ticked) > MOST_TOGETHER:
        flash(_("一次最多批量同意 %(most)s 张，请少勾几张", most=MOST_TOGETHER), "warn")
        return redirect(url_for(".inbox"), 303)  # type: ignore[return-value]
    outcomes = [_approve(claim_id, version, form.command_id.data or "") for claim_id, version in ticked.items()]
    outcomes.sort(key=lambda outcome: outcome.went_through)
    return page("claims/together.html", outcomes=outcomes, done=sum(one.went_through for one in outcomes))


def _ticked() -> dict[int, int]:
    """Read claim and version of each tick; what is no tick of ours is nothing."""
    found = (_TICKED.fullmatch(value) for value in request.form.getlist("item"))
    return {int(one[1]): int(one[2]) for one in found if one is not None}


def _approve(claim_id: int, version: int, command_id: str) -> Outcome:
    """Approve one claim in a unit of work of its own, under a command of its own that follows from the page's."""
    own_id = uuid5(UUID(hex=command_id), str(claim_id)).hex
    command = Command(by=current_actor(), at=now(), command_id=own_id, version=version, comment=SAID)
    try:
        with unit_of_work() as session:
            sentence = approved_words(operations.approve_in_order(session, claim_id, command))
        return Outcome(went_through=True, sentence=sentence, claim=_seen(claim_id))
    except Refused as refusal:
        return Outcome(went_through=False, sentence=said(refusal.sentence), claim=_seen(claim_id))


def _seen(claim_id: int) -> Claim | None:
    try:
        return queries.one(read_again(), claim_id, seen_by=current_actor())
    except NotFound:
        return None
