"""Print: label sheets and the form of a handover."""

from __future__ import annotations

from io import BytesIO

from flask import Response, current_app, send_file

from tracker.equipment.queries import handovers, items
from tracker.kernel.clock import now
from tracker.kernel.errors import Refused
from tracker.logistics.equipment_papers import LAYOUTS, handover_form, label_sheets
from tracker.logistics.views.blueprint import blueprint
from tracker.logistics.views.equipment import item_address, readers
from tracker.logistics.views.equipment_handovers import asked_numbers
from tracker.web.access import current_actor
from tracker.web.asked import asked_choice, asked_number
from tracker.web.database import reader
from tracker.web.i18n import gettext as _
from tracker.web.limits import limiter

_FULL = 24


@blueprint.get("/equipment/labels.pdf")
@readers
@limiter.limit("30 per minute")
def equipment_labels() -> Response:
    """Print labels of the things the address names, 24 (or ``up=12``) on a sheet, ``skip`` places left free."""
    chosen = items.some(reader(), asked_numbers(), seen_by=current_actor())
    if not chosen:
        raise Refused(_("请在清单里勾选要打印标签的设备"))
    up = int(asked_choice("up", [str(up) for up in LAYOUTS], str(_FULL)))
    skip = asked_number("skip", 0, most=_FULL) or 0
    return pdf(label_sheets(chosen, up, item_address, at=now(), skip=skip), f"设备标签-{len(chosen)}.pdf")


@blueprint.get("/equipment/handovers/<string:number>.pdf")
@readers
@limiter.limit("30 per minute")
def handover_paper(number: str) -> Response:
    """Print the form of a handover."""
    handover = handovers.one(reader(), number, seen_by=current_actor())
    base: str = current_app.extensions["tracker.settings"].base_url
    address = f"{base.rstrip('/')}/equipment/handovers/{handover.number}"
    corrected = handovers.corrected_since(reader(), handover)
    return pdf(handover_form(handover, address, corrected), f"{handover.number}.pdf")


def pdf(data: bytes, name: str) -> Response:
    """Hand out a paper."""
    answer = send_file(BytesIO(data), mimetype="application/pdf", download_name=name)
    answer.headers["Cache-Control"] = "private, no-store"
    return answer
