"""Sign in and out. Whatever is wrong, the same sentence is said after the same time."""

from __future__ import annotations

from flask import Response, flash, redirect, request

from tracker.identity import operations, passwords, queries
from tracker.identity.forms import SignInForm
from tracker.identity.operations import Attempt
from tracker.identity.views import known_browser, session_cookie
from tracker.identity.views.blueprint import blueprint
from tracker.kernel.clock import now
from tracker.kernel.errors import Refused
from tracker.kernel.text import one_line
from tracker.storage import unit_of_work
from tracker.web.access import actor_or_none, public, safe_next
from tracker.web.database import close_reader, reader
from tracker.web.forms.site import UNFIT
from tracker.web.i18n import gettext as _
from tracker.web.limits import by_address, limiter
from tracker.web.pages import page

FAILURES_OF_AN_ADDRESS = "30/minute;300/hour"
"""A whole office may share one address; only refused attempts count."""
FAILURES_OF_A_NAME = "10/5minutes"

NOT_OPENED = (
    "账号或密码不对，或者这个账号现在不能登录。连续输错会暂停一段时间，过一会儿再试；忘记密码请联系系统管理员重置"
)


class NotOpened(Refused):
    """The name and the password open no account; which of them is wrong is not said."""


def _was_refused(answer: Response) -> bool:
    return answer.status_code == UNFIT


def _by_name() -> str:
    # In the spelling the form reads it in: an invisible character more is no other name.
    name = one_line(request.form.get("name", ""))
    mark = known_browser.mark_here(name)
    return f"browser:{mark}" if mark else f"name:{queries.token_digest(queries.plain_name(name))}"


@blueprint.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit(FAILURES_OF_AN_ADDRESS, key_func=by_address, methods=["POST"], deduct_when=_was_refused)
@limiter.limit(FAILURES_OF_A_NAME, key_func=_by_name, methods=["POST"], deduct_when=_was_refused)
def sign_in() -> Response:
    """Ask for name and password, and open the page that was wanted."""
    wanted = safe_next(request.args.get("next"))
    form = SignInForm()
    if form.sent_and_valid():
        try:
            return _opened(form, wanted)
        except Refused as refusal:
            form.refuse(refusal)
    elif request.method == "GET" and actor_or_none() is not None:
        return redirect(wanted, 303)  # type: ignore[return-value]
    return page("identity/sign_in.html", form=form)


@blueprint.post("/sign-out")
@public
def sign_out() -> Response:
    """Sign this browser out, also when its sign-in has run out meanwhile."""
    token = session_cookie.token_here()
    if token:
        with unit_of_work() as session:
            operations.end_sign_in(session, token, at=now())
    session_cookie.forget()
    flash(_("已退出登录"), "ok")
    return redirect("/sign-in", 303)  # type: ignore[return-value]


def _opened(form: SignInForm, wanted: str) -> Response:
    name, password = form.name.data or "", form.password.data or ""
    account = queries.account(reader(), name)
    close_reader()
    attempt = Attempt(
        person_id=account.person_id,
        password_hash=account.password_hash,
        matched=passwords.matches(account.password_hash, password),
        from_known_browser=known_browser.mark_here(name) is not None,
        replaces=session_cookie.token_here(),
        **session_cookie.where_from(),
    )
    with unit_of_work() as session:
        token = operations.try_sign_in(session, attempt, at=now())
    if token is None:
        raise NotOpened(NOT_OPENED)
    session_cookie.carry(token)
    answer = redirect(wanted, 303)
    known_browser.remember(answer, name)  # type: ignore[arg-type]
    return answer  # type: ignore[return-value]
