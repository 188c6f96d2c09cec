"""The trail, for the auditor; finance officers read the chains of the funds."""

from __future__ import annotations

from urllib.parse import urlencode

from flask import Blueprint, Response, request, url_for

from tracker.audit import checks, queries, wording
from tracker.audit.queries import Search
from tracker.kernel.actors import SeatKind
from tracker.kernel.errors import Forbidden
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_choice, asked_day, asked_number, asked_text
from tracker.web.database import reader
from tracker.web.limits import by_person, limiter
from tracker.web.pages import page

blueprint = Blueprint("audit", __name__)

readers = seated(SeatKind.AUDITOR, SeatKind.OFFICER)


@blueprint.get("/trail")
@readers
def trail() -> Response:
    """Search the trail, latest first."""
    wanted = Search(
        person=asked_text("person", most=60),
        action=asked_choice("action", wording.ACTION_NAMES),
        subject_kind=asked_choice("kind", wording.SUBJECT_NAMES),
        subject_id=asked_number("subject"),
        since=asked_day("since"),
        until=asked_day("until"),
        text=asked_text("q"),
    )
    found = queries.search(
        reader(),
        wanted,
        seen_by=current_actor(),
        older_than=asked_number("older"),
        newer_than=asked_number("newer"),
    )
    edges = (found.entries[0].id, found.entries[-1].id) if found.entries else None
    return page(
        "audit/trail.html",
        found=found,
        wanted=wanted,
        wording=wording,
        newer=_further(newer=edges[0]) if edges and found.has_newer else "",
        older=_further(older=edges[1]) if edges and found.has_older else "",
        sees_all=current_actor().holds(SeatKind.AUDITOR),
    )


@blueprint.get("/trail/<int:entry_id>")
@readers
def entry(entry_id: int) -> Response:
    """Show one line of the trail with everything it keeps."""
    found = queries.one(reader(), entry_id, seen_by=current_actor())
    facts = wording.facts(found.before, found.after)
    return page("audit/entry.html", entry=found, facts=facts, wording=wording)


@blueprint.get("/trail/chains")
@readers
@limiter.limit("10/minute", key_func=by_person)
def chains() -> Response:
    """List the chains; asked with ``verify``, go through every link of every chain the reader may see."""
    by = current_actor()
    heads = queries.chains(reader(), seen_by=by)
    is_asked = bool(request.args.get("verify"))
    if is_asked and not by.holds(SeatKind.AUDITOR):
        raise Forbidden("完整校验由审计办理，你可以查看链的长度和末条摘要")
    breaches = list(checks.breaches(reader())) if is_asked else None
    return page(
        "audit/chains.html", heads=heads, breaches=breaches, may_verify=by.holds(SeatKind.AUDITOR), wording=wording
    )


def _further(**edge: int) -> str:
    kept = {key: value for key, value in request.args.items() if key not in {"newer", "older"} and value}
    return f"{url_for('.trail')}?{urlencode({**kept, **edge})}"
