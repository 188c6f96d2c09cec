"""Import a roster: check every row, name every bad cell, then record all of it or, by choice, what is clean."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from tracker.claims.queries import evidence_of
from tracker.evidence.media import clean_display_name
from tracker.evidence.models import EvidenceKind
from tracker.evidence.operations import StoredFile, keep
from tracker.kernel.clock import now
from tracker.kernel.errors import Refused
from tracker.logistics import secondment_sheet
from tracker.logistics.forms.secondments import SheetForm
from tracker.logistics.secondment_sheet import Report
from tracker.logistics.sheets import MOST_BYTES, BadCell
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.secondments import keeper, office_cipher, sheet
from tracker.storage import unit_of_work
from tracker.storage.files import current_files
from tracker.web.access import current_actor
from tracker.web.database import reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page


@blueprint.get("/secondments/import/template")
@keeper
def secondment_template() -> Response:
    """Hand out the empty sheet."""
    return sheet(secondment_sheet.template(), "专职人员导入模板.xlsx")


@blueprint.route("/secondments/import", methods=["GET", "POST"])
@keeper
def import_secondments() -> Response:
    """Check a sheet; the second time, with its handle, record it."""
    form, report = SheetForm(), None
    if form.sent_and_valid():
        try:
            data = _sent(form)
            report, is_kept = _tried(data, is_final=bool(form.handle.data), clean_only=bool(form.clean_only.data))
            if is_kept:
                flash(_("已导入 %(count)s 人，%(known)s 人原来就有", count=report.fresh, known=report.known), "ok")
                return redirect(url_for(".secondments", phase="all"), 303)  # type: ignore[return-value]
            form.handle.data = form.handle.data or _kept(data, form.sheet.data)
        except Refused as refusal:
            form.refuse(refusal)
    return page("logistics/secondment_import.html", form=form, report=report, most=secondment_sheet.MOST_ROWS)


def _sent(form: SheetForm) -> bytes:
    """Return the sheet: the file that came, else the one kept under the handle. Raises Refused without either."""
    sent = form.sheet.data
    if isinstance(sent, FileStorage) and sent.filename:
        form.handle.data = ""
        return sent.stream.read(MOST_BYTES + 1)
    if form.handle.data:
        kept = evidence_of(reader(), form.handle.data, seen_by=current_actor())
        return current_files().get(kept.sha256)
    raise Refused("请选择填好的表格", field="sheet")


def _tried(data: bytes, *, is_final: bool, clean_only: bool) -> tuple[Report, bool]:
    """Record the sheet; keep it only when it is final and clean, or the clean rows were asked for."""
    with unit_of_work() as session:
        report = _recorded(session, data)
        is_kept = is_final and (not report.bad or clean_only)
        if not is_kept:
            session.rollback()
    return report, is_kept


def _recorded(session: Session, data: bytes) -> Report:
    bad: list[BadCell] = []
    lines = secondment_sheet.read_sheet(session, data, bad)
    return secondment_sheet.import_rows(session, lines, bad, by=current_actor(), at=now(), cipher=office_cipher())


def _kept(data: bytes, sent: FileStorage) -> str:
    stored = StoredFile(current_files().put(data), len(data), "xlsx", clean_display_name(sent.filename or ""))
    with unit_of_work() as session:
        return keep(session, stored, EvidenceKind.OTHER, by=current_actor(), at=now()).handle
