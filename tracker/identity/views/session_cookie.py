"""The session cookie carries a sign-in's token; it is emptied whenever the token changes, so that none is fixed."""

from __future__ import annotations

from flask import current_app, request, session

from tracker.identity.browsers import browser_name
from tracker.identity.profiles import Profile, profile

_TOKEN = "sign_in"  # noqa: S105  the name of a place, not a secret


def token_here() -> str:
    """Return the token this browser carries, or an empty text."""
    token = session.get(_TOKEN)
    return token if isinstance(token, str) else ""


def carry(token: str) -> None:
    """Begin a new session that carries the token; nothing of the one before it stays."""
    session.clear()
    session[_TOKEN] = token


def forget() -> None:
    """End the session in this browser."""
    session.clear()


def where_from() -> dict[str, str]:
    """Tell the address and the browser of this request."""
    return {"address": request.remote_addr or "", "browser": browser_name(request.user_agent.string)}


def rules() -> Profile:
    """Return the password profile of this installation."""
    return profile(current_app.extensions["tracker.settings"].password_profile)
