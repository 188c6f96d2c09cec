"""票夹: drop invoices, see what each says and what is wrong with it, lay them with a claim."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from flask import Response, current_app, flash, redirect, request, url_for
from werkzeug.datastructures import FileStorage

from tracker.claims import folder, operations, queries
from tracker.claims import typed as typing
from tracker.claims.folder import Kept, Shows
from tracker.claims.operations.files import FromFolder
from tracker.claims.prefill import texts_of
from tracker.claims.views.blueprint import blueprint
from tracker.claims.views.filing_desk import lay_out, require_editable
from tracker.evidence import bounded, worker
from tracker.evidence import operations as evidence
from tracker.evidence.archive import Unreadable
from tracker.evidence.media import MAX_FILE_BYTES, Media, clean_display_name
from tracker.evidence.models import EvidenceKind
from tracker.evidence.operations import StoredFile
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import now
from tracker.kernel.errors import Refused
from tracker.storage import unit_of_work
from tracker.storage.files import current_files
from tracker.web.access import current_actor, seated
from tracker.web.asked import asked_choice, asked_number
from tracker.web.database import read_again, read_once, reader
from tracker.web.forms import SiteForm
from tracker.web.i18n import gettext as _
from tracker.web.i18n import said
from tracker.web.limits import limiter
from tracker.web.pages import is_part_request, page, part

filers = seated(SeatKind.MEMBER, SeatKind.AGENT)

_PAGE = 50
_MOST_PARCEL = 60 * 1024 * 1024
_MOST_POLLED = 200
_LONGEST_ID = 15


@dataclass(frozen=True)
class Outcome:
    """What became of one file: its id in the folder, or why it was not taken."""

    name: str
    evidence_id: int | None = None
    sentence: str = ""
    is_new: bool = False


@blueprint.get("/invoices")
@filers
def invoices() -> Response:
    """Show the folder: what waits, what is used, what has a problem."""
    return _folder_page(Shows(asked_choice("show", [one.value for one in Shows], Shows.UNUSED)), [])


@blueprint.post("/invoices/files")
@filers
@limiter.limit(lambda: current_app.config.get("FOLDER_RATE", "900 per minute"))
def drop_invoices() -> Response:
    """Take files into the folder; each is kept at once and read in the background."""
    form = SiteForm()
    if not form.sent_and_valid():
        raise Refused("；".join(wrong.sentence for wrong in form.wrongs()) or _("页面内容不完整，请刷新页面后再传"))
    given = [file for file in request.files.getlist("files") if file.filename]
    if not given:
        raise Refused(_("没有选文件，请先选择要放进票夹的发票"))
    outcomes = [outcome for file in given for outcome in _take(file)]
    worker.wake()
    if not is_part_request():
        return _folder_page(Shows.UNUSED, outcomes)
    wrong = [one.sentence for one in outcomes if one.evidence_id is None]
    if wrong and len(wrong) == len(outcomes):
        raise Refused("；".join(wrong))
    touched = [one.evidence_id for one in outcomes if one.evidence_id is not None]
    session, actor = read_again(), current_actor()
    return part(
        "claims/folder_dropped.html",
        rows=folder.own_files(session, actor, touched, at=now()),
        said=[one for one in outcomes if one.sentence],
        said_id=f"said-{secrets.token_hex(6)}",
        waiting=folder.waiting_ids(session, actor),
        total=0,
        shows=Shows.UNUSED,
    )


@blueprint.get("/invoices/progress")
@filers
def folder_progress() -> Response:
    """Show the rows that have been read since the page last asked, and how many still wait."""
    asked = [int(one) for one in request.args.get("ids", "").split(",") if one.isdecimal() and len(one) <= _LONGEST_ID][
        :_MOST_POLLED
    ]
    session, actor = reader(), current_actor()
    waiting = folder.waiting_ids(session, actor)
    done = [one for one in asked if one not in set(waiting)]
    if not is_part_request():
        return redirect(url_for(".invoices"), 303)  # type: ignore[return-value]  # werkzeug's own class
    return part(
        "claims/folder_dropped.html",
        rows=folder.own_files(session, actor, done, at=now()),
        said=[],
        said_id="",
        waiting=waiting,
        total=asked_number("of", 0, most=_MOST_POLLED),
        shows=Shows.UNUSED,
    )


@blueprint.post("/invoices/<string(length=32):handle>/delete")
@filers
def throw_invoice_away(handle: str) -> Response:
    """Delete a file no claim uses; deleted already is as good."""
    form = SiteForm()
    if form.sent_and_valid():
        try:
            with unit_of_work() as session:
                evidence.throw_away(session, handle, by=current_actor(), at=now())
            flash(_("已从票夹删除"), "ok")
        except Refused as refusal:
            flash(_(refusal.sentence), "warn" if refusal.status == 404 else "bad")  # noqa: PLR2004  the second click
    return _back()


@blueprint.post("/invoices/<string(length=32):handle>/retry")
@filers
def read_invoice_again(handle: str) -> Response:
    """Put a file that could not be read back in the queue."""
    form = SiteForm()
    if form.sent_and_valid():
        with unit_of_work() as session:
            evidence.retry(session, handle, by=current_actor(), at=now())
        worker.wake()
        flash(_("已重新排队识别"), "ok")
    return _back()


@blueprint.route("/claims/<int:claim_id>/pick", methods=["GET", "POST"])
@filers
def pick(claim_id: int) -> Response:
    """Choose from the folder what a claim's new lines are for."""
    actor = current_actor()
    claim = queries.one(reader(), claim_id, seen_by=actor)
    require_editable(claim)
    form = SiteForm()
    chosen = request.form.getlist("file")
    if form.sent_and_valid():
        try:
            laid = _lay(claim_id, chosen)
            flash(_("已从票夹加入 %(count)s 张票据，请核对填入的内容", count=laid), "ok")
            return redirect(url_for(".edit", claim_id=claim_id, _anchor="lines"), 303)  # type: ignore[return-value]
        except Refused as refusal:
            form.refuse(refusal)
    files = folder.kept(read_again(), actor, Shows.UNUSED, at=now(), most=folder.MOST_CHECKED)
    return page("claims/folder_pick.html", claim=claim, form=form, files=files, chosen=set(chosen))


def _lay(claim_id: int, handles: Sequence[str]) -> int:
    """Lay the chosen files with the claim, filled in as far as they were read; return how many are new."""
    if not handles:
        raise Refused(_("还没有选票据，请至少勾选一张"))
    actor, at = current_actor(), now()
    claim = queries.one(reader(), claim_id, seen_by=actor)
    purposes = lay_out(claim, typing.of_claim(claim)).sheet.chosen.purposes
    files = {
        one.evidence.handle: one for one in folder.kept(reader(), actor, Shows.UNUSED, at=at, most=folder.MOST_CHECKED)
    }
    picked = []
    for handle in dict.fromkeys(handles):
        one = files.get(handle)
        reading = one.reading if one is not None else None
        number = one.known.number if one is not None else ""
        texts = texts_of(reading, purposes) if reading is not None else {}
        picked.append(FromFolder(handle, group=number, texts=texts))
    with unit_of_work() as session:
        laid = operations.lay_from_folder(session, claim_id, picked, by=actor, at=at)
    return sum(one.is_new for one in laid)


def _folder_page(shows: Shows, outcomes: Sequence[Outcome]) -> Response:
    session, actor, at = read_again(), current_actor(), now()
    after = asked_number("after")
    rows = folder.kept(session, actor, shows, at=at, after=after, most=_PAGE + 1)
    further = url_for(".invoices", show=shows.value, after=rows[_PAGE - 1].evidence.id) if len(rows) > _PAGE else ""
    return page(
        "claims/folder.html",
        shows=shows,
        tab_items=_tabs(shows, read_once(folder.unused_count, actor)),
        rows=rows[:_PAGE],
        further=further,
        is_further=after is not None,
        outcomes=outcomes,
        waiting=folder.waiting_ids(session, actor),
        form=SiteForm.afresh(),
    )


def _tabs(shows: Shows, count: int) -> list[dict[str, object]]:
    names = {Shows.UNUSED: _("未用"), Shows.PROBLEM: _("有问题"), Shows.USED: _("已用")}
    return [
        {
            "label": label,
            "href": url_for(".invoices", show=one.value),
            "current": one is shows,
            "count": count if one is Shows.UNUSED else 0,
        }
        for one, label in names.items()
    ]


def _back() -> Response:
    shows = request.form.get("show", "")
    known = shows in {one.value for one in Shows}
    return redirect(url_for(".invoices", show=shows if known else None), 303)  # type: ignore[return-value]  # werkzeug's own class


def _take(file: FileStorage) -> Iterable[Outcome]:
    """Take one upload, or each file of a ZIP; a file that cannot be taken is told, the others are kept."""
    name = clean_display_name(file.filename or "")
    data = file.stream.read(_MOST_PARCEL + 1)
    if len(data) > MAX_FILE_BYTES and not data.startswith(b"PK"):
        return [Outcome(name, sentence=_("「%(name)s」超过 10 MB，没有收下；请压缩或分开后再传", name=name))]
    if len(data) > _MOST_PARCEL:
        return [Outcome(name, sentence=_("「%(name)s」超过 60 MB，没有收下；请分成几个压缩包", name=name))]
    try:
        media: Media = bounded.run("sniff", data)
        parcel: list[tuple[str, bytes]] = bounded.run("unpack", data) if media is Media.ZIP else [(name, data)]
    except Unreadable as refusal:
        return [_not_taken(name, said(refusal.sentence))]
    if media is not Media.ZIP:
        return [_keep(name, data, media)]
    return [_sniffed(inner, content) for inner, content in parcel]


def _sniffed(name: str, data: bytes) -> Outcome:
    try:
        media: Media = bounded.run("sniff", data)
    except Unreadable as refusal:
        return _not_taken(name, said(refusal.sentence))
    return _keep(name, data, media)


def _keep(name: str, data: bytes, media: Media) -> Outcome:
    if len(data) > MAX_FILE_BYTES:
        return _not_taken(name, _("超过 10 MB，请压缩或分开后再传"))
    sha256 = current_files().put(data)
    actor = current_actor()
    try:
        with unit_of_work() as session:
            same: Kept | None = folder.same_file(session, actor, sha256)
            if same is not None:
                return _had_already(name, same)
            file = StoredFile(sha256, len(data), media, name)
            kept = evidence.keep(session, file, EvidenceKind.INVOICE, by=actor, at=now())
    except Refused as refusal:
        return _not_taken(name, _(refusal.sentence))
    return Outcome(name, kept.id, is_new=True)


def _had_already(name: str, same: Kept) -> Outcome:
    if same.use is not None:
        sentence = _("「%(name)s」已经用在「%(title)s」，没有重复添加", name=name, title=same.use.title)
        return Outcome(name, same.evidence.id, sentence)
    return Outcome(name, same.evidence.id, _("「%(name)s」票夹里已经有了，没有重复添加", name=name))


def _not_taken(name: str, why: str) -> Outcome:
    return Outcome(name, sentence=_("「%(name)s」没有收下：%(why)s", name=name, why=why))
