"""Two files that look alike, side by side, and the word why both may stand."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response, flash, redirect, url_for
from sqlalchemy import bindparam, select

from tracker.claims import policy, queries
from tracker.claims.models import Attachment, Claim
from tracker.claims.operations.recount import explain_alike
from tracker.claims.views.blueprint import blueprint
from tracker.evidence import queries as evidence_queries
from tracker.evidence.models import Evidence
from tracker.evidence.queries import MATCH_NAMES, Known, LookAlike
from tracker.kernel.actors import UNIT_SEATS, Actor, SeatKind
from tracker.kernel.clock import now
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, signed_in
from tracker.web.database import read_again, reader
from tracker.web.forms import Required, SiteForm, TextLine
from tracker.web.i18n import gettext as _
from tracker.web.pages import page

_EXAMINERS = UNIT_SEATS | {SeatKind.LIAISON, SeatKind.OFFICER}


class ExplainForm(SiteForm):
    """Why two files that look alike may both stand."""

    reason = TextLine("说明", [Required("请写明为什么不是重复报销")], most=200)


@dataclass(frozen=True)
class Side:
    """One of the two files, as far as the person may see it."""

    evidence: Evidence
    known: Known | None
    claim: Claim | None


@blueprint.route("/evidence/<string(length=32):handle>/alike/<int:other_id>", methods=["GET", "POST"])
@signed_in
def alike(handle: str, other_id: int) -> Response:
    """Compare two files that look alike and say why both may stand."""
    actor = current_actor()
    mine = queries.evidence_of(reader(), handle, seen_by=actor)
    pair = _pair(mine, other_id)
    form = ExplainForm()
    if form.sent_and_valid():
        try:
            settles = _settles(actor, mine)
            with unit_of_work() as session:
                explain_alike(session, mine.id, other_id, form.reason.data or "", settles=settles, by=actor, at=now())
            flash(_("已记下说明，审核人看得到"), "ok")
            return redirect(url_for(".alike", handle=handle, other_id=other_id), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
    session = read_again()
    words = evidence_queries.words_about(session, [pair.pair]).get(pair.pair, [])
    known = evidence_queries.readings_of(session, [mine.id, other_id])
    return page(
        "claims/alike.html",
        form=form,
        mine=Side(mine, known.get(mine.id), _claim_of(mine, actor)),
        other=_other(other_id, known.get(other_id), actor),
        matches=[_(MATCH_NAMES[match]) for match in pair.matches],
        words=words,
        may_explain=_may_explain(actor, mine),
    )


def _pair(mine: Evidence, other_id: int) -> LookAlike:
    """Find in what the two are alike; a pair that is not is no page, so that nobody can ask about any file."""
    found = evidence_queries.look_alikes(reader(), [mine.id], _THE_OTHER, {"other": other_id})
    if not found:
        raise NotFound(_("这两个文件没有相似之处，或者其中一个已被删除"))
    return found[0]


_THE_OTHER = select(Evidence.id).where(Evidence.id == bindparam("other"))


def _claims_of(evidence: Evidence, actor: Actor) -> list[Claim]:
    return list(
        reader().scalars(
            select(Claim)
            .join(Attachment, Attachment.claim_id == Claim.id)
            .where(Attachment.evidence_id == evidence.id, policy.seen_by(actor))
            .order_by(Claim.id.desc())
        )
    )


def _claim_of(evidence: Evidence, actor: Actor) -> Claim | None:
    return next(iter(_claims_of(evidence, actor)), None)


def _other(other_id: int, known: Known | None, actor: Actor) -> Side | None:
    handle = reader().scalar(select(Evidence.handle).where(Evidence.id == other_id))
    try:
        seen = queries.evidence_of(reader(), handle or "", seen_by=actor)
    except NotFound:
        return None
    return Side(seen, known, _claim_of(seen, actor))


def _examines(actor: Actor, mine: Evidence) -> bool:
    """Tell whether the person examines a claim the file lies with, standing on no other side of it."""
    claims = [
        claim
        for claim in _claims_of(mine, actor)
        if actor.person_id not in (claim.filer_id, claim.beneficiary_id, mine.uploaded_by)
    ]
    return actor.holds_any(_EXAMINERS) and bool(claims)


def _is_own(actor: Actor, mine: Evidence) -> bool:
    parties = {person for claim in _claims_of(mine, actor) for person in (claim.filer_id, claim.beneficiary_id)}
    return actor.person_id in parties | {mine.uploaded_by}


def _may_explain(actor: Actor, mine: Evidence) -> bool:
    return _is_own(actor, mine) or _examines(actor, mine)


def _settles(actor: Actor, mine: Evidence) -> bool:
    """Tell whether the person's word settles the matter: it does for who examines, not for who files."""
    if _examines(actor, mine):
        return True
    if _is_own(actor, mine):
        return False
    raise Forbidden(_("只有传票据的人和审核这张单据的人可以说明"))
