"""One's own page: who am I here, in which seats until when, and where am I signed in."""

from __future__ import annotations

from flask import Response

from tracker.identity import queries
from tracker.identity.queries import HANDLE_LENGTH, token_digest
from tracker.identity.views import session_cookie
from tracker.kernel.clock import day_of, now
from tracker.teams import directory
from tracker.teams.views.blueprint import blueprint
from tracker.web.access import current_actor, signed_in
from tracker.web.database import reader
from tracker.web.pages import page


@blueprint.get("/me")
@signed_in
def me() -> Response:
    """Show the own page."""
    by, moment, session = current_actor(), now(), reader()
    person = queries.person(session, by.person_id)
    return page(
        "teams/me.html",
        person=person,
        seats=directory.own_seats(session, by, on=day_of(moment)),
        browsers=queries.browsers(session, by.person_id, at=moment),
        here=token_digest(session_cookie.token_here()),
        handle_length=HANDLE_LENGTH,
        runs_out=session_cookie.rules().runs_out(person.password_at),
    )
