"""Import a roster: check every row, name every bad cell, then record all of it or, by choice, what is clean."""

from __future__ import annotations

import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response, current_app, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from tracker.kernel.clock import now
from tracker.kernel.errors import NotFound, Refused
from tracker.logistics import secondment_sheet
from tracker.logistics.forms.secondments import SheetForm
from tracker.logistics.imports import Imports, Job, Outcome, Stage, Tracking
from tracker.logistics.secondment_sheet import Report
from tracker.logistics.sheets import MOST_BYTES, BadCell
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.secondments import keeper, office_cipher, sheet
from tracker.storage import current
from tracker.web.access import current_actor
from tracker.web.i18n import gettext as _
from tracker.web.limits import limiter
from tracker.web.pages import is_part_request, page, part

PART_NAMES = {"": "排队", "checking": "逐行检查", "writing": "登记"}
_PATIENCE = 1.0
"""Seconds a page waits for a sheet before it shows how far it is."""


@blueprint.get("/secondments/import/template")
@keeper
def secondment_template() -> Response:
    """Hand out the empty sheet."""
    return sheet(secondment_sheet.template(), "专职人员导入模板.xlsx")


@blueprint.route("/secondments/import", methods=["GET", "POST"])
@keeper
@limiter.limit("60 per minute")
def import_secondments() -> Response:
    """Take a sheet and have it checked; nobody is recorded yet."""
    form = SheetForm()
    if form.sent_and_valid():
        try:
            job = _begin_check(_sent(form))
            if job.stage is not Stage.REFUSED:
                return _to(job)
            form.refuse(Refused(job.sentence, field="sheet"))
        except Refused as refusal:
            form.refuse(refusal)
    return _show(form, None)


@blueprint.get("/secondments/import/<string(length=32):job_id>")
@keeper
def roster_progress(job_id: str) -> Response:
    """Show how far an import is, and in the end what came of it."""
    job = _imports().find(job_id, person_id=current_actor().person_id)
    if job is None:
        raise NotFound
    return _show(SheetForm(), job)


@blueprint.post("/secondments/import/write")
@keeper
@limiter.limit("20 per minute")
def write_roster() -> Response:
    """Record a checked sheet: all of it when every row is clean, else the clean rows if that was chosen."""
    form, imports, mine = SheetForm(), _imports(), current_actor().person_id
    checked = imports.find(form.checked.data or "", person_id=mine)
    if form.sent_and_valid():
        try:
            if checked is None:
                raise Refused(_("表格已不在，请重新传"))  # noqa: TRY301  told on the form like the others
            if checked.outcome.bad and not form.clean_only.data:
                return _show(form, checked)
            job = imports.find(form.command_id.data or "", person_id=mine) or _begin_write(form, checked)
            if job.stage is Stage.WRITTEN:
                flash(_("已导入 %(count)s 人，%(known)s 人原来就有", count=job.made, known=job.outcome.known), "ok")
                return redirect(url_for(".secondments", phase="all"), 303)  # type: ignore[return-value]
            return _to(job)
        except Refused as refusal:
            form.refuse(refusal)
    return _show(form, checked)


def _sent(form: SheetForm) -> bytes:
    """Return the sheet that came. Raises Refused without one."""
    sent = form.sheet.data
    if not isinstance(sent, FileStorage) or not sent.filename:
        raise Refused("请选择填好的表格", field="sheet")
    return sent.stream.read(MOST_BYTES + 1)


def _begin_check(data: bytes) -> Job:
    """Begin to try every row, and keep the sheet if it is one; a small one is done at once.

    A sheet has identity numbers in clear: it is kept enciphered, until it is written or two days have passed.
    """
    database, imports, cipher = current(), _imports(), office_cipher()
    job, tried = Job(uuid.uuid4().hex, current_actor().person_id, 0, "", Stage.CHECKING), _recording(data)

    def work(progress: Tracking) -> Job:
        with database.writing() as session:
            report = tried(session, partial(progress, "checking"))
            session.rollback()
        imports.keep_sheet(job.id, cipher.lock(b64encode(data).decode()))
        return replace(job, stage=Stage.CHECKED, sheet=job.id, outcome=_outcome(report))

    return imports.begin(job, work, patience=_PATIENCE)


def _begin_write(form: SheetForm, checked: Job) -> Job:
    """Begin to record a sheet; where a row has become wrong since it was checked, what was found is shown once more."""
    database, clean_only = current(), bool(form.clean_only.data)
    imports = _imports()
    sealed = imports.sheet_of(checked.sheet)
    if sealed is None:
        raise Refused(_("表格已不在，请重新传"))
    job = replace(checked, id=form.command_id.data or "", stage=Stage.WRITING, part="", done=0, total=0)
    recorded = _recording(b64decode(office_cipher().unlock(sealed)))

    def work(progress: Tracking) -> Job:
        with database.writing() as session:
            report = recorded(session, partial(progress, "writing"))
            is_kept = not report.bad or clean_only
            if not is_kept:
                session.rollback()
        if is_kept:
            imports.drop_sheet(checked.sheet)
        stage, made = (Stage.WRITTEN, report.fresh) if is_kept else (Stage.CHECKED, 0)
        return replace(job, stage=stage, outcome=_outcome(report), made=made)

    return imports.begin(job, work, patience=_PATIENCE)


def _recording(data: bytes) -> Callable[[Session, secondment_sheet.Progress], Report]:
    """Take who asks, when, and the key along: the thread that records the sheet has no request to ask."""
    by, at, cipher = current_actor(), now(), office_cipher()

    def recorded(session: Session, progress: secondment_sheet.Progress) -> Report:
        bad: list[BadCell] = []
        lines = secondment_sheet.read_sheet(session, data, bad)
        return secondment_sheet.import_rows(session, lines, bad, by=by, at=at, cipher=cipher, progress=progress)

    return recorded


def _outcome(report: Report) -> Outcome:
    return Outcome(fresh=report.fresh, known=report.known, bad=tuple(report.bad), different=tuple(report.different))


def _imports() -> Imports:
    return Imports(current_app.extensions["tracker.settings"].var / "roster-imports")


def _to(job: Job) -> Response:
    return redirect(url_for("logistics.roster_progress", job_id=job.id), 303)  # type: ignore[return-value]


def _show(form: SheetForm, job: Job | None) -> Response:
    facts: dict[str, Any] = {"form": form, "job": job, "most": secondment_sheet.MOST_ROWS, "part_names": PART_NAMES}
    if is_part_request():
        status = 422 if form.was_turned_down else 200
        return part("logistics/secondment_import_report.html", status=status, **facts)
    return page("logistics/secondment_import.html", **facts)
