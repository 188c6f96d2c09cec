"""报修: reported on a thing's own page, which its label opens; the keeper sends it to repair or closes the report."""

from __future__ import annotations

from flask import Response, flash, redirect, url_for

from tracker.equipment import operations, policy
from tracker.equipment.queries import faults
from tracker.evidence.media import Media
from tracker.evidence.operations import StoredFile
from tracker.funds.views.scans import download, stored_scan
from tracker.kernel.errors import Refused
from tracker.logistics.forms.equipment import CloseFaultForm, FaultForm
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import frame, item_page, order, readers, words
from tracker.storage import unit_of_work
from tracker.web.access import current_actor
from tracker.web.database import read_again, reader
from tracker.web.i18n import gettext as _
from tracker.web.pages import page


@blueprint.get("/equipment/faults")
@readers
def equipment_faults() -> Response:
    """List the reports that wait, and those answered last."""
    return _list(CloseFaultForm.afresh())


@blueprint.post("/equipment/<string:number>/fault")
@readers
def report_fault(number: str) -> Response:
    """Report that a thing does not work."""
    form = FaultForm()
    if form.sent_and_valid():
        try:
            photo = _picture(form)
            with unit_of_work() as session:
                operations.report_fault(session, number, form.words.data or "", photo, order(form))
            flash(_("已报修，经办处理后这里会写明"))
            return redirect(url_for("logistics.equipment_item", number=number), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
            read_again()
    return item_page(number, form)


@blueprint.post("/equipment/faults/<int:fault_id>/close")
@readers
def close_fault(fault_id: int) -> Response:
    """Close a report without a repair."""
    form = CloseFaultForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                operations.close_fault(session, fault_id, form.reason.data or "", order(form))
            flash(_("报修已关闭"))
            return redirect(url_for("logistics.equipment_faults"), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
            read_again()
    return _list(form)


@blueprint.get("/equipment/faults/<int:fault_id>/photo")
@readers
def fault_photo(fault_id: int) -> Response:
    """Hand out the picture of a report."""
    return download(faults.photo(reader(), fault_id, seen_by=current_actor()))


def _picture(form: FaultForm) -> StoredFile | None:
    photo = stored_scan(form.scan.data)
    if photo is not None and photo.media not in {Media.JPEG, Media.PNG, Media.HEIC}:
        raise Refused(_("照片请传 JPG、PNG 或 HEIC"), field="scan")
    return photo


def _list(form: CloseFaultForm) -> Response:
    by = current_actor()
    return page(
        "logistics/equipment_faults.html",
        **words(),
        **frame(by, "faults"),
        waiting=faults.waiting(reader(), seen_by=by),
        answered=faults.answered(reader(), seen_by=by),
        kept=policy.kept_units(by),
        form=form,
    )
