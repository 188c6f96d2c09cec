"""Two choices kept in a cookie, because they belong to the screen and not to the person: type size and language."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, redirect, request

from tracker.web.access import public, safe_next
from tracker.web.i18n import LANGUAGE_COOKIE, LANGUAGES

display = Blueprint("display", __name__, url_prefix="/display")

SIZES = ("normal", "large")
SIZE_COOKIE = "size"
_YEAR_SECONDS = 31_536_000


@display.post("/size")
@public
def size() -> Response:
    """Set the type size and go back to the page in hand."""
    return _remember(SIZE_COOKIE, request.form.get("size", ""), SIZES)


@display.post("/language")
@public
def language() -> Response:
    """Set the language and go back to the page in hand."""
    return _remember(LANGUAGE_COOKIE, request.form.get("lang", ""), tuple(LANGUAGES))


def type_size() -> str:
    """Return the type size of this request: ``normal`` or ``large``."""
    chosen = request.cookies.get(SIZE_COOKIE, "")
    return chosen if chosen in SIZES else SIZES[0]


def _remember(cookie: str, chosen: str, allowed: tuple[str, ...]) -> Response:
    came_from = urlsplit(request.referrer or "")
    back = f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path
    answer = redirect(safe_next(back) if came_from.netloc == request.host else "/", 303)
    if chosen in allowed:
        answer.set_cookie(cookie, chosen, max_age=_YEAR_SECONDS, samesite="Lax", secure=request.is_secure)
    return answer  # type: ignore[return-value]
