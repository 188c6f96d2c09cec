"""Who is here and what they may open: every view is marked public, for the signed in, or for seats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, g, redirect, request

from tracker.kernel.actors import SEAT_NAMES, Actor, SeatKind
from tracker.kernel.errors import Forbidden, Refused
from tracker.web.i18n import gettext
from tracker.web.pages import is_part_request
from tracker.web.refusals import explain

View = TypeVar("View", bound=Callable[..., Any])
SIGN_IN = "/sign-in"
_LOADER = "tracker.actor"


class NotSignedIn(Refused):
    """The page is for people who have signed in."""

    status = 401


@dataclass(frozen=True)
class Access:
    """A view's classification: open to all, to the signed in, or to holders of one of some seats."""

    is_public: bool = False
    seats: frozenset[SeatKind] = field(default_factory=frozenset)


PUBLIC = Access(is_public=True)
SIGNED_IN = Access()


def public(view: View) -> View:
    """Mark a view as open to anybody."""
    return _mark(view, PUBLIC)


def signed_in(view: View) -> View:
    """Mark a view as open to whoever has signed in; the operation behind it decides the rest."""
    return _mark(view, SIGNED_IN)


def seated(*kinds: SeatKind) -> Callable[[View], View]:
    """Mark a view as open to holders of one of these seats, anywhere; which team is the policy's matter."""
    if not kinds:
        raise ValueError("name at least one seat")
    access = Access(seats=frozenset(kinds))
    return lambda view: _mark(view, access)


def _mark(view: View, access: Access) -> View:
    view.access = access  # type: ignore[attr-defined]
    return view


def set_actor_loader(app: Flask, load: Callable[[], Actor | None]) -> None:
    """Tell the app how to find out who asks; called at most once a request, unless ``g.actor`` is already set."""
    app.extensions[_LOADER] = load


def actor_or_none() -> Actor | None:
    """Return who asks, or None when nobody has signed in."""
    if "actor" not in g:
        load = current_app.extensions.get(_LOADER)
        g.actor = load() if load else None
    actor: Actor | None = g.actor
    return actor


def current_actor() -> Actor:
    """Return who asks. Raises NotSignedIn when nobody has signed in."""
    actor = actor_or_none()
    if actor is None:
        raise NotSignedIn("请先登录")
    return actor


def keep_doors(app: Flask) -> None:
    """Check every request against the classification of its view."""
    _mark(app.view_functions["static"], PUBLIC)
    app.before_request(_check)
    app.register_error_handler(NotSignedIn, _to_sign_in)


def access_of(app: Flask, endpoint: str) -> Access | None:
    """Return the classification of an endpoint's view, or None when nobody wrote one."""
    view = app.view_functions[endpoint]
    access: Access | None = getattr(view, "access", None) or getattr(getattr(view, "view_class", None), "access", None)
    return access


def unclassified_views(app: Flask) -> list[str]:
    """List the endpoints nobody classified."""
    return sorted(endpoint for endpoint in app.view_functions if access_of(app, endpoint) is None)


def require_classified(app: Flask) -> None:
    """Refuse to start with an unclassified view. Raises RuntimeError naming them."""
    if missing := unclassified_views(app):
        raise RuntimeError(f"mark these views @public, @signed_in or @seated: {', '.join(missing)}")


def safe_next(url: str | None, *, default: str = "/") -> str:
    """Return the address if it is a path of this site, else the default: no host, scheme, backslash or control."""
    if not url or not url.startswith("/") or url.startswith("//"):
        return default
    if "\\" in url or any(ord(character) <= ord(" ") or ord(character) == 0x7F for character in url):  # noqa: PLR2004
        return default
    try:
        parts = urlsplit(url)
    except ValueError:
        return default
    return default if parts.scheme or parts.netloc else url


def _check() -> None:
    if request.endpoint is None:
        return
    access = access_of(current_app, request.endpoint)
    if access is None:
        raise RuntimeError(f"the view {request.endpoint} is not classified")
    if access.is_public:
        return
    actor = current_actor()
    if access.seats and not actor.holds_any(access.seats):
        names = gettext("、").join(gettext(SEAT_NAMES[kind]) for kind in SeatKind if kind in access.seats)
        raise Forbidden(gettext("这一页由%(names)s使用，你没有这个席位；需要使用时请联系系统管理员", names=names))


def _to_sign_in(refusal: NotSignedIn) -> Response:
    if is_part_request():
        return explain(refusal.status, gettext("登录已过期。请在新页面登录后回到这里继续，本页填写的内容还在"))
    wanted = request.full_path if request.query_string else request.path
    back = safe_next(wanted) if request.method in {"GET", "HEAD"} else "/"
    answer = redirect(f"{request.script_root}{SIGN_IN}?next={quote(back, safe='')}", 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]
