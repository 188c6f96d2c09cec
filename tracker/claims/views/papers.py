"""The papers of a claim: vouchers drawn and counted, one file with all evidence behind, the signed scan given back."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response, current_app, flash, make_response, redirect, request, url_for
from sqlalchemy import select

from tracker.claims import papers, queries
from tracker.claims.forms.decisions import ScanForm
from tracker.claims.models import Claim
from tracker.claims.views.blueprint import blueprint
from tracker.claims.views.uploads import page_folder
from tracker.evidence import bounded
from tracker.evidence.archive import Unreadable
from tracker.evidence.media import MAX_FILE_BYTES, Media, clean_display_name
from tracker.evidence.models import Evidence
from tracker.evidence.operations import StoredFile
from tracker.kernel.actors import BUSINESS_SEATS
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.storage import unit_of_work
from tracker.storage.files import FileLost, current_files
from tracker.vouchers import operations as vouchers
from tracker.vouchers import pool
from tracker.vouchers import queries as voucher_queries
from tracker.vouchers.content import from_json
from tracker.vouchers.drawing import VoidMark
from tracker.vouchers.models import Voucher
from tracker.web.access import current_actor, seated, signed_in
from tracker.web.asked import asked_number
from tracker.web.database import read_again, reader
from tracker.web.forms import SiteForm
from tracker.web.i18n import gettext as _
from tracker.web.limits import limiter
from tracker.web.pages import page

MOST_EMBEDDED_BYTES = 20 * 1024 * 1024
"""Originals are put inside a voucher's PDF up to this size together; beyond it the bundle carries their pages."""

_MOST_TURNS = 5
"""How often a print is drawn anew because others printed the same voucher at the same moment."""

_SCANS = (Media.PDF, Media.JPEG, Media.PNG, Media.HEIC)
_MEDIA_TYPES = {
    Media.PDF: "application/pdf",
    Media.OFD: "application/ofd",
    Media.XML: "application/xml",
    Media.JPEG: "image/jpeg",
    Media.PNG: "image/png",
    Media.HEIC: "image/heic",
}


@blueprint.get("/claims/<int:claim_id>/voucher")
@signed_in
def papers_page(claim_id: int) -> Response:
    """Show a claim's vouchers, void ones too."""
    return _draw_page(queries.one(reader(), claim_id, seen_by=current_actor()))


@blueprint.post("/claims/<int:claim_id>/voucher")
@seated(*sorted(BUSINESS_SEATS))
@limiter.limit("30/minute")
def print_voucher(claim_id: int) -> Response:
    """Count one more print of a voucher and give the PDF that says which print it is."""
    actor = current_actor()
    claim = queries.one(reader(), claim_id, seen_by=actor)
    form = SiteForm()
    if not form.sent_and_valid():
        return _draw_page(claim, form)
    voucher = _chosen(claim)
    try:
        body = _printed(voucher, form.command_id.data or "")
    except Refused as refusal:
        form.refuse(refusal)
        return _draw_page(claim, form)
    return _as_pdf(body, f"{voucher.number}.pdf", inline=True)


def _printed(voucher: Voucher, command_id: str) -> bytes:
    """Draw a print and count it under the number it bears; the same form sent twice is drawn again, not counted.

    Drawn before it is counted, since a paper that cannot be drawn was never printed, and outside the unit of work,
    since drawing takes its time: where another print took the number meanwhile, it is drawn anew.
    """
    for turn in range(_MOST_TURNS):
        known = voucher_queries.print_of(read_again(), voucher.id, command_id, at=now())
        if known is not None:
            return _pdf(voucher, copy_number=known)
        number = voucher_queries.prints_of(reader(), voucher.id) + 1
        body = _pdf(voucher, copy_number=number)
        try:
            with unit_of_work() as session:
                vouchers.count_print(
                    session, voucher.id, by=current_actor(), at=now(), number=number, command_id=command_id
                )
        except Stale:
            if turn == _MOST_TURNS - 1:
                raise
        else:
            break
    return body


@blueprint.get("/claims/<int:claim_id>/voucher.pdf")
@signed_in
@limiter.limit("60/minute")
def voucher_pdf(claim_id: int) -> Response:
    """Give the voucher as it is kept, with the originals inside; not a print, so not counted."""
    claim = queries.one(reader(), claim_id, seen_by=current_actor())
    voucher = _chosen(claim)
    return _as_pdf(_pdf(voucher), f"{voucher.number}.pdf", inline=True)


@blueprint.get("/claims/<int:claim_id>/bundle.pdf")
@signed_in
@limiter.limit("20/minute")
def bundle_pdf(claim_id: int) -> Response:
    """Give one PDF: the voucher and behind it every page of the evidence and of the signed paper."""
    claim = queries.one(reader(), claim_id, seen_by=current_actor())
    voucher = _chosen(claim)
    files = [(file.name, file.media, file.sha256) for file in papers.files_of(reader(), voucher)]
    scan = _scan(voucher)
    if scan is not None:
        files.append((scan.display_name, scan.media, scan.sha256))
    from tracker.vouchers.bundle import BundleItem, bundle_bounded  # noqa: PLC0415  loads what reads and writes PDF

    items = [BundleItem(name, media, _bytes(sha256), sha256) for name, media, sha256 in files]
    front = pool.draw_bounded(voucher.content, void=_void(voucher))
    body = bundle_bounded(front, items, pictures=papers.pictures_of)
    return _as_pdf(body, f"{voucher.number}-{_('附件')}.pdf", inline=True)


@blueprint.post("/claims/<int:claim_id>/voucher/scan")
@seated(*sorted(BUSINESS_SEATS))
@limiter.limit(lambda: current_app.config.get("UPLOAD_RATE", "120 per minute"))
def scan_back(claim_id: int) -> Response:
    """Take the scan of the signed paper."""
    actor = current_actor()
    claim = queries.one(reader(), claim_id, seen_by=actor)
    form = ScanForm()
    if not form.sent_and_valid():
        return _draw_page(claim, form)
    try:
        stored = _stored()
        with unit_of_work() as session:
            papers.keep_signed_paper(session, claim_id, stored, by=actor, at=now())
    except NotFound:
        raise
    except Refused as refusal:
        form.refuse(refusal)
        return _draw_page(queries.one(read_again(), claim_id, seen_by=actor), form)
    flash(_("签字件已回传"), "ok")
    return redirect(url_for(".papers_page", claim_id=claim_id), 303)  # type: ignore[return-value]


def _stored() -> StoredFile:
    """Store the file that was sent. Raises Refused for none, one that is too large, or none of ours."""
    file = next(iter(request.files.getlist("scan")), None)
    if file is None or not file.filename:
        raise Refused(_("没有选文件，请选择签字件的扫描件或照片"), field="scan")
    name, data = clean_display_name(file.filename), file.stream.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise Refused(_("「%(name)s」超过 10 MB，请压缩后再传", name=name), field="scan")
    try:
        media: Media | None = bounded.run("sniff", data)
    except Unreadable:
        media = None
    if media not in _SCANS:
        raise Refused(_("「%(name)s」不是 PDF 也不是照片，签字件请传 PDF 扫描件或照片", name=name), field="scan")
    sha256 = current_files().put(data)
    try:
        pages = page_folder().draw(sha256, media)
    except Unreadable as refusal:
        raise Refused(refusal.sentence, field="scan") from refusal
    return StoredFile(sha256, len(data), media, name, pages)


def _draw_page(claim: Claim, turned_down: SiteForm | None = None) -> Response:
    issued = voucher_queries.of_claim(reader(), claim.id)
    actor = current_actor()
    return page(
        "claims/papers.html",
        claim=claim,
        papers=[(voucher, from_json(voucher.content), _scan(voucher), _files(voucher)) for voucher in reversed(issued)],
        turned_down=turned_down,
        print_form=turned_down if type(turned_down) is SiteForm else SiteForm(),
        scan_form=turned_down if isinstance(turned_down, ScanForm) else ScanForm.fresh(),
        may_scan=papers.may_keep_signed(actor, claim),
        may_print=actor.holds_any(BUSINESS_SEATS),
    )


def _chosen(claim: Claim) -> Voucher:
    """Choose the voucher asked for, by default the standing one, else the last. Raises NotFound."""
    issued = voucher_queries.of_claim(reader(), claim.id)
    wanted = asked_number("voucher")
    if wanted is not None:
        found = next((voucher for voucher in issued if voucher.id == wanted), None)
    else:
        standing = [voucher for voucher in issued if voucher.voided_at is None]
        found = next(iter([*standing, *reversed(issued)]), None)
    if found is None:
        raise NotFound(_("这张单据还没有报销凭证；牵头单位最后一步同意后会自动编号"))
    return found


def _pdf(voucher: Voucher, *, copy_number: int | None = None) -> bytes:
    files = papers.files_of(reader(), voucher)
    originals: list[tuple[str, bytes, str]] = []
    lost: list[str] = []
    for file in files if sum(file.size for file in files) <= MOST_EMBEDDED_BYTES else ():
        data = _bytes(file.sha256)
        if data is None:
            lost.append(file.name)
        else:
            originals.append((file.name, data, _MEDIA_TYPES.get(Media(file.media), "application/octet-stream")))
    return pool.draw_bounded(
        voucher.content, void=_void(voucher), copy_number=copy_number, attachments=originals, lost=lost
    )


def _bytes(sha256: str) -> bytes | None:
    """Read a stored file, None when it is lost: one lost file keeps no paper from being printed."""
    try:
        return current_files().get(sha256)
    except FileLost:
        current_app.logger.exception("a file of a voucher is gone")
        return None


def _void(voucher: Voucher) -> VoidMark | None:
    return None if voucher.voided_at is None else VoidMark(day_of(voucher.voided_at), voucher.void_reason)


def _scan(voucher: Voucher) -> Evidence | None:
    if voucher.signed_scan_id is None:
        return None
    return reader().scalar(select(Evidence).where(Evidence.id == voucher.signed_scan_id))


def _files(voucher: Voucher) -> list[tuple[str, str]]:
    """List the files the voucher was issued with: the name it was given them by, and the handle to open it."""
    files = papers.files_of(reader(), voucher)
    ids = [file.evidence_id for file in files]
    rows = reader().execute(select(Evidence.id, Evidence.handle).where(Evidence.id.in_(ids)))
    handles = {row.id: row.handle for row in rows}
    return [(file.name, handles[file.evidence_id]) for file in files if file.evidence_id in handles]


def _as_pdf(body: bytes, name: str, *, inline: bool) -> Response:
    answer = make_response(body)
    answer.headers["Content-Type"] = "application/pdf"
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    place = "inline" if inline else "attachment"
    answer.headers["Content-Disposition"] = f"{place}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
    answer.headers["Cache-Control"] = "no-store"
    return answer
