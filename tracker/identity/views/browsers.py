"""Sign out one's other browsers, one or all."""

from __future__ import annotations

from flask import Response, flash, redirect, request

from tracker.identity import operations
from tracker.identity.views import session_cookie
from tracker.identity.views.blueprint import blueprint
from tracker.kernel.clock import now
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, signed_in
from tracker.web.i18n import gettext as _


@blueprint.post("/me/browsers/others/end")
@signed_in
def end_others() -> Response:
    """Sign out everywhere but here."""
    with unit_of_work() as session:
        ended = operations.end_others(session, session_cookie.token_here(), by=current_actor(), at=now())
    flash(_("已退出 %(count)s 个浏览器", count=ended) if ended else _("没有别的浏览器在登录"), "ok")
    return redirect("/me", 303)  # type: ignore[return-value]


@blueprint.post("/me/browsers/end")
@signed_in
def end_one() -> Response:
    """Sign out the browser named by its handle."""
    with unit_of_work() as session:
        operations.end_one(session, request.form.get("browser", ""), by=current_actor(), at=now())
    flash(_("这个浏览器已退出登录"), "ok")
    return redirect("/me", 303)  # type: ignore[return-value]


@blueprint.post("/me/browsers/all/end")
@signed_in
def end_everywhere() -> Response:
    """Sign out everywhere, here too."""
    with unit_of_work() as session:
        operations.end_everywhere(session, by=current_actor(), at=now())
    session_cookie.forget()
    flash(_("所有浏览器都已退出登录"), "ok")
    return redirect("/sign-in", 303)  # type: ignore[return-value]
