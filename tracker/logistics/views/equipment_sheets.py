"""Cards in and out as a sheet: checked whole, written whole, or only the clean rows when the keeper says so."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from functools import partial
from io import BytesIO
from typing import Any

from flask import Response, current_app, flash, redirect, request, send_file, url_for
from werkzeug.datastructures import FileStorage

from tracker.equipment import operations
from tracker.equipment.queries import finding, items
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import tell
from tracker.logistics import equipment_sheet
from tracker.logistics.equipment_sheet import Report
from tracker.logistics.forms.equipment import SheetForm
from tracker.logistics.imports import Imports, Job, Outcome, Stage, Tracking
from tracker.logistics.sheets import MOST_BYTES
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import asked_wanted, order, readers
from tracker.logistics.views.equipment_entry import keeper
from tracker.storage import current
from tracker.storage.files import current_files
from tracker.web.access import current_actor
from tracker.web.database import reader
from tracker.web.i18n import gettext as _
from tracker.web.limits import limiter
from tracker.web.pages import is_part_request, page, part

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHA256 = re.compile(r"[0-9a-f]{64}")
SHOWN_CELLS = 1000
PART_NAMES = {"": "排队", "reading": "读表格", "checking": "逐行检查", "writing": "登记入库"}
_PATIENCE = 1.0
"""Seconds a page waits for a sheet before it shows how far it is."""


@blueprint.route("/equipment/import", methods=["GET", "POST"])
@keeper
@limiter.limit("60 per minute")
def import_equipment() -> Response:
    """Take a sheet and have it checked; nothing is written yet."""
    form = _form()
    job: Job | None = None
    if form.sent_and_valid():
        try:
            job = _begin_check(_sent(), form)
        except Refused as refusal:
            form.refuse(refusal)
    if job is not None and not is_part_request():
        return _to(job)
    return _show(form, job)


@blueprint.get("/equipment/import/<string(length=32):job_id>")
@keeper
def import_progress(job_id: str) -> Response:
    """Show how far an import is, and in the end what came of it."""
    job = _imports().find(job_id, person_id=current_actor().person_id)
    if job is None:
        raise NotFound
    form = _form()
    form.unit_id.data = job.unit_id
    return _show(form, job)


@blueprint.post("/equipment/import/write")
@keeper
@limiter.limit("20 per minute")
def write_imported() -> Response:
    """Write the cards of a checked sheet: all when every row is clean, else the clean ones if that was chosen."""
    form = _form()
    checked = _imports().find(form.checked.data or "", person_id=current_actor().person_id)
    if form.sent_and_valid():
        try:
            if items.written_by(reader(), form.command_id.data or ""):
                return redirect(url_for("logistics.equipment"), 303)  # type: ignore[return-value]
            job = _begin_write(form, checked)
            if job.stage is Stage.WRITTEN:
                flash(_("已导入 %(count)s 件设备，%(known)s 行早已登记", count=job.made, known=job.outcome.known))
                return redirect(url_for("logistics.equipment"), 303)  # type: ignore[return-value]
            return _to(job)
        except Refused as refusal:
            form.refuse(refusal)
    return _show(form, checked)


@blueprint.get("/equipment/import/template.xlsx")
@keeper
def import_template() -> Response:
    """Hand out the empty sheet."""
    return xlsx(equipment_sheet.template(), _("设备导入模板"))


@blueprint.get("/equipment/export.xlsx")
@readers
@limiter.limit("20 per minute")
def export_equipment() -> Response:
    """Hand out what the list shows, as a sheet."""
    by = current_actor()
    rows = finding.every(reader(), asked_wanted(by), seen_by=by)
    return xlsx(equipment_sheet.export(rows), _("设备清单"))


def xlsx(data: bytes, name: str) -> Response:
    """Hand out a sheet under its name and the day."""
    day = day_of(now()).isoformat()
    answer = send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=f"{name}-{day}.xlsx")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _begin_check(data: bytes, form: SheetForm) -> Job:
    """Keep the sheet and begin to check it; a small one is done at once."""
    by, today, database = current_actor(), day_of(now()), current()
    job = Job(uuid.uuid4().hex, by.person_id, form.unit_id.data or 0, current_files().put(data), Stage.CHECKING)

    def work(progress: Tracking) -> Job:
        with database.reading() as session:
            report = equipment_sheet.check(session, data, job.unit_id, by=by, today=today, progress=progress)
        return replace(job, stage=Stage.CHECKED, outcome=_outcome(report))

    return _imports().begin(job, work, patience=_PATIENCE)


def _begin_write(form: SheetForm, checked: Job | None) -> Job:
    """Begin to write a sheet's cards; every row is checked once more, for others may have written meanwhile."""
    by, today, database, ordered = current_actor(), day_of(now()), current(), order(form)
    only_clean = form.which.data == "clean"
    if checked is not None:
        _require_clean(checked.outcome, only_clean=only_clean)
    data = _kept(form.sheet_name.data or "")
    job = Job(ordered.command_id, by.person_id, form.unit_id.data or 0, form.sheet_name.data or "", Stage.WRITING)

    def work(progress: Tracking) -> Job:
        with database.reading() as session:
            report = equipment_sheet.check(session, data, job.unit_id, by=by, today=today, progress=progress)
            made = items.written_by(session, ordered.command_id)
        found = _outcome(report)
        if made:  # the first click wrote them while this one was on its way
            return replace(job, stage=Stage.WRITTEN, outcome=replace(found, known=found.known - made), made=made)
        _require_clean(found, only_clean=only_clean)
        cards = [line.value for line in report.fresh]
        with database.writing() as session:
            intake = operations.register_held(
                session, job.unit_id, cards, ordered, progress=partial(progress, equipment_sheet.WRITING)
            )
        return replace(job, stage=Stage.WRITTEN, outcome=found, made=intake.items)

    return _imports().begin(job, work, patience=_PATIENCE)


def _require_clean(found: Outcome, *, only_clean: bool) -> None:
    """Raise Refused while rows are wrong and the clean ones alone were not chosen, or when nothing is new."""
    if found.bad and not only_clean:
        raise Refused(
            tell("还有 %(bad_rows)s 行有错，没有导入；请改好再传，或选只导入没有错的行", bad_rows=found.bad_rows)
        )
    if not found.fresh:
        raise Refused(tell("没有可以导入的新设备，%(known)s 行已经登记过", known=found.known))


def _outcome(report: Report) -> Outcome:
    return Outcome(len(report.fresh), report.worth_fen, report.known, tuple(report.bad), tuple(report.different))


def _imports() -> Imports:
    return Imports(current_app.extensions["tracker.settings"].var / "imports")


def _to(job: Job) -> Response:
    return redirect(url_for("logistics.import_progress", job_id=job.id), 303)  # type: ignore[return-value]


def _show(form: SheetForm, job: Job | None) -> Response:
    facts: dict[str, Any] = {"form": form, "job": job, "shown": SHOWN_CELLS, "part_names": PART_NAMES}
    if is_part_request():
        return part("logistics/equipment_import_report.html", status=422 if form.was_turned_down else 200, **facts)
    return page("logistics/equipment_import.html", **facts)


def _form() -> SheetForm:
    form = SheetForm()
    units = items.kept_units(reader(), current_actor())
    form.unit_id.offer((unit.id, unit.name) for unit in units)
    if len(units) == 1 and form.unit_id.data is None:
        form.unit_id.data = units[0].id
    return form


def _sent() -> bytes:
    sent = request.files.get("sheet")
    if not isinstance(sent, FileStorage) or not sent.filename:
        raise Refused(_("请选要导入的 XLSX 表格"), field="sheet")
    return sent.stream.read(MOST_BYTES + 1)


def _kept(sheet: str) -> bytes:
    if not _SHA256.fullmatch(sheet):
        raise Refused(_("页面内容不完整，请重新传表格"))
    try:
        return current_files().get(sheet)
    except FileNotFoundError as error:
        raise Refused(_("表格已不在，请重新传")) from error
