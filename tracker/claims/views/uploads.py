"""Files of a claim: uploaded to a line or to new lines, read, shown as page pictures, given back as they came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from flask import current_app, flash, make_response, redirect, request, url_for
from markupsafe import escape
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from tracker.claims import operations, queries
from tracker.claims import typed as typing
from tracker.claims.forms.filing import FilingForm, file_kinds_now, header_of
from tracker.claims.models import Claim
from tracker.claims.operations.drafts import ON_CLAIMS
from tracker.claims.operations.files import Laid, Place
from tracker.claims.pictures import PageFolder
from tracker.claims.prefill import texts_of
from tracker.claims.views.blueprint import blueprint
from tracker.claims.views.filing_desk import Desk, lay_out, refused, require_editable, typed_for, version_of
from tracker.evidence import bounded
from tracker.evidence.archive import Unreadable
from tracker.evidence.media import MAX_FILE_BYTES, Media, clean_display_name
from tracker.evidence.models import Evidence, EvidenceKind
from tracker.evidence.operations import StoredFile
from tracker.evidence.operations.files import READ_KINDS
from tracker.evidence.reading import Reading
from tracker.evidence.worker import read_file
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import now
from tracker.kernel.errors import NotFound, Refused
from tracker.storage import unit_of_work
from tracker.storage.files import FileLost, current_files
from tracker.web.access import current_actor, seated, signed_in
from tracker.web.database import read_again, reader
from tracker.web.headers import SEALED_POLICY
from tracker.web.i18n import gettext as _
from tracker.web.i18n import said
from tracker.web.limits import limiter
from tracker.web.pages import is_part_request, part

WHOLE = "whole"
"""The place of a file that belongs to the claim as a whole."""

_TYPES = {
    Media.PDF: "application/pdf",
    Media.OFD: "application/octet-stream",
    Media.XML: "application/octet-stream",
    Media.JPEG: "image/jpeg",
    Media.PNG: "image/png",
    Media.HEIC: "application/octet-stream",
}
"""Content types originals are given back with; whatever a browser might run goes out as plain bytes."""

_NO_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="280" viewBox="0 0 400 280"><rect width="400" '
    'height="280" fill="#f8fafc"/><path d="M165 85h50l25 25v85h-75z M215 85v25h25" fill="#fff" stroke="#8492a4" '
    'stroke-width="3"/><path d="M180 140h45 M180 160h45" stroke="#8492a4" stroke-width="3"/></svg>'
)


_LOST_PICTURE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="400" height="280" viewBox="0 0 400 280"><rect width="400" '
    'height="280" fill="#fff5f5"/><path d="M165 65h50l25 25v85h-75z M180 120l40 40 M220 120l-40 40" fill="none" '
    'stroke="#b42318" stroke-width="3"/><text x="200" y="220" font-size="16" fill="#b42318" text-anchor="middle">'
    "%s</text></svg>"
)
"""Said inside the picture, for a browser shows the picture and no page."""


@dataclass(frozen=True)
class Received:
    """One file as it came: its cleaned name and its bytes."""

    name: str
    data: bytes


@dataclass(frozen=True)
class Outcome:
    """What became of one file: where it lies, or the sentence why it was not taken; and what was read."""

    name: str
    laid: Laid | None = None
    sentence: str = ""
    was_read: bool = False


@blueprint.post("/claims/<int:claim_id>/files")
@seated(SeatKind.MEMBER, SeatKind.AGENT)
@limiter.limit(lambda: current_app.config.get("UPLOAD_RATE", "120 per minute"))
def add_files(claim_id: int) -> Response:
    """Take files for a line, for the whole claim, or for a new line each; what can be read is filled in."""
    claim = queries.one(reader(), claim_id, seen_by=current_actor())
    require_editable(claim)
    form = FilingForm(data={"version": claim.version})
    desk = lay_out(claim, typed_for(claim, form))
    if not form.sent_and_valid():
        raise Refused("；".join(wrong.sentence for wrong in form.wrongs()) or _("页面内容不完整，请刷新页面后再传"))
    given = [file for file in request.files.getlist("files") if file.filename]
    if not is_part_request():
        try:
            _keep_what_is_typed(form, desk)
        except Refused as refusal:
            return refused(form, desk, refusal)
    if not given:
        return _nothing_chosen(claim)
    outcomes = [outcome for file in given for outcome in _take(desk, file)]
    return _tell(claim, desk, outcomes)


@blueprint.get("/evidence/<string(length=32):handle>")
@signed_in
def original(handle: str) -> Response:
    """Give a file back as it came, never as something a browser runs."""
    evidence = queries.evidence_of(reader(), handle, seen_by=current_actor())
    answer = make_response(current_files().get(evidence.sha256))
    answer.headers["Content-Type"] = _TYPES.get(Media(evidence.media), "application/octet-stream")
    name = quote(evidence.display_name, safe="")
    answer.headers["Content-Disposition"] = f"attachment; filename=\"{handle[:8]}\"; filename*=UTF-8''{name}"
    answer.headers["Content-Security-Policy"] = SEALED_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/evidence/<string(length=32):handle>/pages/<int:number>.png")
@signed_in
def page_picture(handle: str, number: int) -> Response:
    """Show a page of a file as a picture."""
    evidence = queries.evidence_of(reader(), handle, seen_by=current_actor())
    if not 1 <= number <= max(evidence.pages, 1):
        raise NotFound(_("这个文件没有这一页"))
    return _picture(lambda: page_folder().page(evidence.sha256, evidence.media, number))


@blueprint.get("/evidence/<string(length=32):handle>/thumb.png")
@signed_in
def thumb(handle: str) -> Response:
    """Show a file's first page small."""
    evidence = queries.evidence_of(reader(), handle, seen_by=current_actor())
    return _picture(lambda: page_folder().thumb(evidence.sha256, evidence.media))


def page_folder() -> PageFolder:
    """Return the folder of drawn pages of this installation."""
    return PageFolder(current_app.extensions["tracker.settings"].var / "pages", current_files())


def pages_of(evidence: Evidence) -> list[str]:
    """List the addresses of a file's page pictures."""
    numbers = range(1, evidence.pages + 1)
    return [url_for("claims.page_picture", handle=evidence.handle, number=number) for number in numbers]


def _picture(draw: Callable[[], bytes]) -> Response:
    status = 200
    try:
        body, kind = draw(), "image/png"
    except Unreadable:
        # The person still sees that there is a file, and can download it.
        body, kind = _NO_PICTURE.encode(), "image/svg+xml"
    except FileLost:
        current_app.logger.exception("a file to be shown is gone")
        sentence = escape(_("原件找不到了，请联系系统管理员用备份恢复"))
        body, kind, status = (_LOST_PICTURE % sentence).encode(), "image/svg+xml", 410
    answer = make_response(body, status)
    answer.headers["Content-Type"] = kind
    answer.headers["Content-Security-Policy"] = SEALED_POLICY
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _keep_what_is_typed(form: FilingForm, desk: Desk) -> None:
    """Without scripts the whole form comes with the files: it is saved first, as the save button would."""
    with unit_of_work() as session:
        operations.save_draft(
            session,
            desk.claim.id,
            header_of(desk.sheet.filing()),
            desk.sheet.typed.pairs(),
            version=version_of(desk.claim, form),
            by=current_actor(),
            at=now(),
            file_kinds=file_kinds_now(),
        )


def _nothing_chosen(claim: Claim) -> Response:
    sentence = _("没有选文件，请先选择要传的发票或附件")
    if is_part_request():
        raise Refused(sentence)
    flash(sentence, "bad")
    return redirect(url_for(".edit", claim_id=claim.id), 303)


def _take(desk: Desk, file: FileStorage) -> list[Outcome]:
    """Take one upload, or each file of a ZIP; a file that cannot be taken is told, the others are kept."""
    name = clean_display_name(file.filename or "")
    data = file.stream.read(MAX_FILE_BYTES + 1)
    file.close()
    if len(data) > MAX_FILE_BYTES:
        return [Outcome(name, sentence=_("「%(name)s」超过 10 MB，没有传上；请压缩或分开后再传", name=name))]
    try:
        media: Media = bounded.run("sniff", data)
        parcel = bounded.run("unpack", data) if media is Media.ZIP else [(name, data)]
    except Unreadable as refusal:
        return [_not_taken(name, refusal)]
    return [_lay(desk, Received(inner, content)) for inner, content in parcel]


def _not_taken(name: str, refusal: Refused) -> Outcome:
    return Outcome(name, sentence=_("「%(name)s」没有传上：%(why)s", name=name, why=said(refusal.sentence)))


def _lay(desk: Desk, file: Received) -> Outcome:
    try:
        media: Media = bounded.run("sniff", file.data)
    except Unreadable as refusal:
        return _not_taken(file.name, refusal)
    read = read_file(file.data, media, file.name)
    reading = read.reading
    sha256 = current_files().put(file.data)
    stored = StoredFile(sha256, len(file.data), media, file.name, _count_pages(sha256, media))
    texts = texts_of(reading, desk.sheet.chosen.purposes) if reading else {}
    place = _place(desk, texts)
    kind = _kind(reading, place)
    # A letter or an approval form has nothing to be read; what an invoice says is kept with it.
    kept = read if kind in READ_KINDS or (reading is not None and reading.invoice_number) else None
    try:
        with unit_of_work() as session:
            laid = operations.add_file(
                session, desk.claim.id, stored, kind, place, by=current_actor(), at=now(), read=kept
            )
    except Refused as refusal:
        return _not_taken(file.name, refusal)
    return Outcome(file.name, laid, was_read="bill_number" in texts)


def _place(desk: Desk, texts: dict[str, str]) -> Place:
    wanted = request.args.get("line") or request.form.get("upload_to", "")
    if wanted == WHOLE:
        return Place()
    if wanted in desk.sheet.typed.lines:
        return Place(wanted, texts=texts)
    return Place(opens_line=True, texts=texts)


def _kind(reading: Reading | None, place: Place) -> EvidenceKind:
    asked = request.form.get("upload_kind", "")
    named = next((kind for kind in ON_CLAIMS if kind == asked), None)
    if named is not None:
        return named
    is_bill = place.opens_line or place.line_key or (reading is not None and reading.invoice_number)
    return EvidenceKind.INVOICE if is_bill else EvidenceKind.OTHER


def _count_pages(sha256: str, media: Media) -> int:
    """Draw the pages now, while the person waits for the upload anyway; a file that cannot be drawn counts as one."""
    try:
        return page_folder().draw(sha256, media)
    except Unreadable:
        return 1


def _tell(claim: Claim, desk: Desk, outcomes: list[Outcome]) -> Response:
    wrong = [outcome.sentence for outcome in outcomes if outcome.sentence]
    if not is_part_request():
        for sentence in wrong:
            flash(sentence, "bad")
        for outcome in outcomes:
            if outcome.laid is not None:
                flash(_said(outcome), "ok" if outcome.laid.is_new else "warn")
        return redirect(url_for(".edit", claim_id=claim.id), 303)
    if wrong and len(wrong) == len(outcomes):
        raise Refused("；".join(wrong))
    fresh = queries.one(read_again(), claim.id, seen_by=current_actor())
    here = desk.sheet.typed
    there = typing.of_claim(fresh)
    laid = [outcome.laid for outcome in outcomes if outcome.laid is not None]
    touched = list(dict.fromkeys(one.line_key for one in laid if one.line_key))
    for key in touched:
        typed_here = {name: text for name, text in here.lines.get(key, {}).items() if text.strip()}
        here.lines[key] = {**there.lines.get(key, {}), **typed_here}
    again = lay_out(fresh, here).look_over()
    return part(
        "claims/form_uploaded.html",
        desk=again,
        lines=[line for line in again.sheet.lines if line.key in touched],
        said=[_said(outcome) for outcome in outcomes if outcome.laid is not None],
        wrong=wrong,
    )


def _said(outcome: Outcome) -> str:
    if outcome.laid is not None and not outcome.laid.is_new:
        return str(_("「%(name)s」这张报销单里已经有了，没有重复添加", name=outcome.name))
    if outcome.was_read:
        return str(_("「%(name)s」已识别，请核对填入的内容", name=outcome.name))
    return str(_("「%(name)s」已传上，未识别，请手工填写", name=outcome.name))
