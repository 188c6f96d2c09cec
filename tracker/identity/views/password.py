"""Change the own password; who has to change it sees no other page first."""

from __future__ import annotations

from flask import Response, flash, g, redirect

from tracker.identity import operations
from tracker.identity.forms import PasswordForm
from tracker.identity.views import session_cookie
from tracker.identity.views.blueprint import blueprint
from tracker.identity.views.doorkeeper import has_to_change
from tracker.kernel.clock import now
from tracker.kernel.errors import Refused
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, signed_in
from tracker.web.database import close_reader, reader
from tracker.web.forms.site import UNFIT
from tracker.web.i18n import gettext as _
from tracker.web.limits import by_person, limiter
from tracker.web.pages import page

WRONG_TRIES = "10/10minutes"


def _was_refused(answer: Response) -> bool:
    return answer.status_code == UNFIT


@blueprint.route("/me/password", methods=["GET", "POST"])
@signed_in
@limiter.limit(WRONG_TRIES, key_func=by_person, methods=["POST"], deduct_when=_was_refused)
def password() -> Response:
    """Exchange the password and stay signed in here alone."""
    form = PasswordForm()
    if form.sent_and_valid():
        try:
            return _changed(form)
        except Refused as refusal:
            form.refuse(refusal)
    moment, rules = now(), session_cookie.rules()
    return page(
        "identity/password.html",
        form=form,
        rules=rules,
        is_forced=has_to_change(g.signed_in, moment),
        is_first=g.signed_in.must_change,
    )


def _changed(form: PasswordForm) -> Response:
    me = current_actor()
    prepared = operations.prepare_change(
        reader(),
        me.person_id,
        present=form.present.data or "",
        wanted=form.wanted.data or "",
        rules=session_cookie.rules(),
    )
    close_reader()
    with unit_of_work() as session:
        token = operations.change_password(session, prepared, by=me, at=now(), **session_cookie.where_from())
    session_cookie.carry(token)
    flash(_("密码已改好，其他浏览器都已退出登录"), "ok")
    return redirect("/me", 303)  # type: ignore[return-value]
