"""A browser that has signed in to an account before keeps a mark, so that strangers cannot keep its owner out.

Whoever types wrong passwords for a name makes that account rest; without the mark its owner would be kept waiting
too. The mark opens nothing by itself, and wrong passwords typed beside it are counted for that browser alone.
"""

from __future__ import annotations

import secrets

from flask import Response, current_app, request
from itsdangerous import BadSignature, URLSafeSerializer

from tracker.identity.queries import plain_name, token_digest

COOKIE = "known"
_YEAR_SECONDS = 31_536_000


def mark_here(sign_in_name: str) -> str | None:
    """Return this browser's mark for the account of a name, or None when it has none."""
    raw = request.cookies.get(COOKIE, "")
    if not raw:
        return None
    try:
        kept = _signer().loads(raw)
    except BadSignature:
        return None
    if not isinstance(kept, list) or len(kept) != 2 or kept[0] != _name_digest(sign_in_name):  # noqa: PLR2004  a pair
        return None
    return str(kept[1])


def remember(answer: Response, sign_in_name: str) -> None:
    """Leave a mark for the account in this browser, a new one at each sign-in."""
    mark = _signer().dumps([_name_digest(sign_in_name), secrets.token_urlsafe(12)])
    answer.set_cookie(
        COOKIE, mark, max_age=_YEAR_SECONDS, path="/sign-in", httponly=True, samesite="Lax", secure=request.is_secure
    )


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or b"", salt="known-browser")


def _name_digest(sign_in_name: str) -> str:
    return token_digest(plain_name(sign_in_name))[:24]
