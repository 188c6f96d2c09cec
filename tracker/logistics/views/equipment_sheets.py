"""Cards in and out as a sheet: checked whole, written whole, or only the clean rows when the keeper says so."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any

from flask import Response, flash, redirect, request, send_file, url_for
from werkzeug.datastructures import FileStorage

from tracker.equipment import operations
from tracker.equipment.facts import ItemFacts
from tracker.equipment.queries import items
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.kernel.text import tell
from tracker.logistics import equipment_sheet
from tracker.logistics.equipment_sheet import Report
from tracker.logistics.forms.equipment import SheetForm
from tracker.logistics.sheets import MOST_BYTES
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import asked_wanted, order, readers
from tracker.logistics.views.equipment_entry import keeper
from tracker.storage import unit_of_work
from tracker.storage.files import current_files
from tracker.web.access import current_actor
from tracker.web.database import reader
from tracker.web.i18n import gettext as _
from tracker.web.limits import limiter
from tracker.web.pages import is_part_request, page, part

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_SHA256 = re.compile(r"[0-9a-f]{64}")
SHOWN_CELLS = 1000


@blueprint.route("/equipment/import", methods=["GET", "POST"])
@keeper
@limiter.limit("60 per minute")
def import_equipment() -> Response:
    """Check a sheet and say what it holds; nothing is written yet."""
    form = _form()
    report: Report | None = None
    sheet = ""
    if form.sent_and_valid():
        try:
            data = _sent()
            report = _checked(data, form)
            sheet = current_files().put(data)
        except Refused as refusal:
            form.refuse(refusal)
    facts: dict[str, Any] = {"form": form, "report": report, "sheet": sheet, "shown": SHOWN_CELLS}
    if is_part_request():
        return part("logistics/equipment_import_report.html", status=422 if form.was_turned_down else 200, **facts)
    return page("logistics/equipment_import.html", **facts)


@blueprint.post("/equipment/import/write")
@keeper
@limiter.limit("20 per minute")
def write_imported() -> Response:
    """Write the cards of a checked sheet: all when every row is clean, else the clean ones if that was chosen."""
    form = _form()
    sheet = form.sheet_name.data or ""
    report: Report | None = None
    if form.sent_and_valid():
        try:
            report = _checked(_kept(sheet), form)
            if items.is_written(reader(), form.command_id.data or ""):
                return redirect(url_for("logistics.equipment"), 303)  # type: ignore[return-value]
            cards = _cards_to_write(report, only_clean=form.which.data == "clean")
            with unit_of_work() as session:
                made = operations.register_held(session, form.unit_id.data or 0, cards, order(form))
            flash(_("已导入 %(count)s 件设备，%(known)s 行早已登记", count=made.items, known=report.known))
            return redirect(url_for("logistics.equipment"), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
    facts: dict[str, Any] = {"form": form, "report": report, "sheet": sheet, "shown": SHOWN_CELLS}
    return page("logistics/equipment_import.html", **facts)


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
    rows = items.every(reader(), asked_wanted(by), seen_by=by)
    return xlsx(equipment_sheet.export(rows), _("设备清单"))


def xlsx(data: bytes, name: str) -> Response:
    """Hand out a sheet under its name and the day."""
    day = day_of(now()).isoformat()
    answer = send_file(BytesIO(data), mimetype=XLSX, as_attachment=True, download_name=f"{name}-{day}.xlsx")
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def _cards_to_write(report: Report, *, only_clean: bool) -> list[ItemFacts]:
    """Return the clean rows' cards. Raises Refused while rows are wrong and that was not chosen."""
    if report.bad and not only_clean:
        raise Refused(
            tell("还有 %(bad_rows)s 行有错，没有导入；请改好再传，或选只导入没有错的行", bad_rows=report.bad_rows)
        )
    if not report.fresh:
        raise Refused(tell("没有可以导入的新设备，%(known)s 行已经登记过", known=report.known))
    return [line.value for line in report.fresh]


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


def _checked(data: bytes, form: SheetForm) -> Report:
    by = current_actor()
    return equipment_sheet.check(reader(), data, form.unit_id.data or 0, by=by, today=day_of(now()))
