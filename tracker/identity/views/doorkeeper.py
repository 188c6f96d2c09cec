"""Before every page: note that the browser is in use, and lead whoever has to change the password to that page."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from flask import Response, g, redirect, request

from tracker.identity import operations
from tracker.identity.queries import SignedIn
from tracker.identity.views import session_cookie
from tracker.identity.views.blueprint import blueprint
from tracker.kernel.clock import now
from tracker.kernel.errors import Busy
from tracker.storage import unit_of_work

NOTICE_EVERY = timedelta(minutes=5)
"""A write a page would be too many; a sign-in is idle for hours before it ends."""

_ALWAYS_OPEN = frozenset({"identity.password", "identity.sign_in", "identity.sign_out", "static"})
_log = logging.getLogger(__name__)


def has_to_change(found: SignedIn, at: datetime) -> bool:
    """Tell whether the password has to be changed before anything else: given by somebody else, or too old."""
    return found.must_change or session_cookie.rules().is_due(found.password_at, at=at)


@blueprint.before_app_request
def receive() -> Response | None:
    """Do both; public pages have not asked who is here and pass."""
    found: SignedIn | None = g.get("signed_in")
    if found is None:
        return None
    moment = now()
    if moment - found.seen_at >= NOTICE_EVERY:
        _notice(found, moment)
    endpoint = request.endpoint or ""
    if endpoint in _ALWAYS_OPEN or endpoint.startswith("display.") or not has_to_change(found, moment):
        return None
    return redirect("/me/password", 303)  # type: ignore[return-value]


def _notice(found: SignedIn, at: datetime) -> None:
    try:
        with unit_of_work() as session:
            operations.notice(session, found.token_digest, at=at)
    except Busy as busy:
        _log.warning("could not note that a browser is in use: %s", busy)
