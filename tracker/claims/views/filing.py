"""Filing a claim: filled in over many saves, checked while typing, submitted once."""

from __future__ import annotations

import re

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from tracker.claims import operations, policy, queries
from tracker.claims import typed as typing
from tracker.claims.forms.filing import FilingForm, file_kinds_now, header_of, typed_now
from tracker.claims.lifecycle import FILERS_STATES, Move
from tracker.claims.models import Claim
from tracker.claims.operations.moves import Command
from tracker.claims.typed import Typed
from tracker.claims.views.blueprint import blueprint
from tracker.claims.views.filing_desk import (
    Desk,
    form_page,
    lay_out,
    left_page,
    refused,
    require_editable,
    typed_for,
    version_of,
)
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import OFFICE, now
from tracker.kernel.errors import Refused, Stale
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, safe_next, seated
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import is_part_request, part
from tracker.web.undo import flash_with_undo

_VERSION = re.compile(r"[0-9]{1,9}")


@blueprint.route("/claims/<int:claim_id>/edit", methods=["GET", "POST"])
@seated(SeatKind.MEMBER, SeatKind.AGENT)
def edit(claim_id: int) -> Response:
    """Fill in a draft; every button sends the whole form, ``op`` says which."""
    claim = queries.one(reader(), claim_id, seen_by=current_actor())
    form = FilingForm(data={"version": claim.version})
    if request.method == "GET":
        if claim.state not in FILERS_STATES:
            return _to(_claim_url(claim_id))
        policy.seat_for(current_actor(), Move.SAVE, claim)
        return form_page(form, lay_out(claim, typing.of_claim(claim)))
    if any(file.filename for file in request.files.getlist("files")):
        # Without scripts a file may be chosen and another button pressed: it is taken first, nothing is lost.
        return redirect(url_for(".add_files", claim_id=claim_id), 307)
    return _pressed(claim, form)


def _pressed(claim: Claim, form: FilingForm) -> Response:
    """Do what the button says; without one the form is saved."""
    op, _colon, what = request.form.get("op", "save").partition(":")
    if op == "submit" and any(one.command_id == form.command_id.data for one in claim.decisions):
        return _to(_claim_url(claim.id))
    try:
        require_editable(claim)
    except Stale as refusal:
        return left_page(claim, form, refusal)
    typed = typed_for(claim, form)
    landing = _apply(typed, op, what)
    desk = lay_out(claim, typed)
    form.sheet = desk.sheet
    if not form.sent_and_valid():
        return form_page(form, desk)
    if op == "submit":
        return _submit(form, desk)
    version = int(what) if op == "overwrite" and _VERSION.fullmatch(what) else None
    gone = {"remove": "without_line", "detach": "without_file"}.get(op)
    try:
        saved = _save(desk, form, version, **({gone: what} if gone else {}))
    except Refused as refusal:
        return refused(form, desk, refusal)
    return _after_saving(claim.id, op, landing, saved)


@blueprint.post("/claims/<int:claim_id>/draft")
@seated(SeatKind.MEMBER, SeatKind.AGENT)
def autosave(claim_id: int) -> Response:
    """Keep what is typed, every few seconds; a save from a second window is told what changed meanwhile."""
    claim = queries.one(reader(), claim_id, seen_by=current_actor())
    require_editable(claim)
    form = FilingForm(data={"version": claim.version})
    desk = lay_out(claim, typed_for(claim, form))
    form.sheet = desk.sheet
    if not form.sent_and_valid():
        return refused(form, desk, Stale(_("页面内容不完整，请刷新页面后再填一次")))
    try:
        version = _save(desk, form)
    except Refused as refusal:
        return refused(form, desk, refusal)
    if not is_part_request():
        return _to(url_for(".edit", claim_id=claim_id))
    return part("claims/form_saved.html", version=version, saved_at=_clock(), is_auto=True)


@blueprint.post("/claims/<int:claim_id>/check")
@seated(SeatKind.MEMBER, SeatKind.AGENT)
def check(claim_id: int) -> Response:
    """Work out totals, accounts and findings of what is typed; nothing is kept."""
    claim = queries.one(reader(), claim_id, seen_by=current_actor())
    require_editable(claim)
    desk = lay_out(claim, typed_now(typing.of_claim(claim))).look_over()
    if not is_part_request():
        return form_page(FilingForm(data={"version": claim.version}), desk)
    drawn = request.form.get("drawn", "")
    stale_lines = [line for line in desk.sheet.lines if request.form.get(f"line-{line.key}-drawn", "") != line.drawn]
    return part(
        "claims/form_parts.html",
        desk=desk,
        head=drawn != desk.sheet.drawn,
        all_lines=drawn.split(" ")[:2] != desk.sheet.drawn.split(" ")[:2],
        lines=stale_lines,
    )


def _apply(typed: Typed, op: str, what: str) -> str:
    """Change the lines as the button asks; return the place on the page to land at."""
    if op == "add":
        last = next(reversed(typed.lines.values()), {})
        kept = {name: last[name] for name in ("category", "bill_kind") if last.get(name)}
        return f"line-{typed.add_line(kept)}"
    if op == "remove":
        typed.lines.pop(what, None)
        return "lines"
    if op in ("up", "down"):
        typed.move_line(what, -1 if op == "up" else 1)
        return f"line-{what}"
    return ""


def _save(
    desk: Desk, form: FilingForm, version: int | None = None, *, without_line: str = "", without_file: str = ""
) -> int:
    """Keep the draft over the version named, or the page's own; return its version. Raises Refused.

    What the page may follow is read where it is written: its own save may have landed while this one was laid out.
    """
    actor, at = current_actor(), now()
    with unit_of_work() as session:
        return operations.save_draft(
            session,
            desk.claim.id,
            header_of(desk.sheet.filing()),
            desk.sheet.typed.pairs(),
            version=version_of(session.get_one(Claim, desk.claim.id), form) if version is None else version,
            by=actor,
            at=at,
            file_kinds=file_kinds_now(),
            without_line=without_line,
            without_file=without_file,
        )


def _submit(form: FilingForm, desk: Desk) -> Response:
    claim = desk.claim
    if desk.can_be_read:
        try:
            with unit_of_work() as session:
                version = version_of(session.get_one(Claim, claim.id), form)
                command = Command(current_actor(), now(), form.command_id.data or "", version)
                sent = operations.submit(session, claim.id, desk.sheet.filing(file_kinds_now()), command)
                number, version = sent.number, sent.version
            flash_with_undo(
                _("已提交，单号 %(number)s；额度已占用，撤回或退回时自动释放", number=number),
                _("撤回"),
                url_for(".act", claim_id=claim.id, name="withdraw"),
                version=version,
            )
            return _to(_claim_url(claim.id))
        except Stale as refusal:
            return refused(form, desk, refusal)
        except Refused as refusal:
            form.refuse(refusal)
    else:
        form.was_turned_down = True
        desk.sheet.place(desk.look_over().blocking)
    try:
        form.version.data = _save(desk, form)
    except Refused as refusal:
        return refused(form, desk, refusal)
    return form_page(form, desk)


def _after_saving(claim_id: int, op: str, landing: str, version: int) -> Response:
    if op == "payees":
        return _to(url_for(".payees", back=url_for(".edit", claim_id=claim_id)))
    if op == "pick":
        return _to(url_for(".pick", claim_id=claim_id))
    if is_part_request():
        claim = queries.one(read_again(), claim_id, seen_by=current_actor())
        desk = lay_out(claim, typing.of_claim(claim)).look_over()
        return part("claims/form_parts.html", desk=desk, head=True, all_lines=True, version=version, saved_at=_clock())
    if op == "save":
        flash(_("草稿已保存，随时可以接着填"), "ok")
    return _to(url_for(".edit", claim_id=claim_id, _anchor=landing or None))


def _claim_url(claim_id: int) -> str:
    return f"/claims/{claim_id}"


def _clock() -> str:
    return now().astimezone(OFFICE).strftime("%H:%M")


def _to(url: str) -> Response:
    return redirect(safe_next(url), 303)
