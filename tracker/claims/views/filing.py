"""Filing a claim: opened once, filled in over many saves, checked while typing, submitted once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from tracker.claims import findings, offer, operations, outlook, policy, queries
from tracker.claims import typed as typing
from tracker.claims.findings import Finding, Level
from tracker.claims.folder import unused_count
from tracker.claims.forms.filing import (
    FilingForm,
    FilingSheet,
    OpenForm,
    file_kinds_now,
    header_of,
    typed_now,
    whom_label,
)
from tracker.claims.lifecycle import FILERS_STATES, LIFE, Move
from tracker.claims.models import KIND_NAMES, Claim, Decision, Kind
from tracker.claims.operations.drafts import ON_CLAIMS, DraftHeader
from tracker.claims.operations.moves import Command
from tracker.claims.typed import Typed
from tracker.claims.views.blueprint import blueprint
from tracker.evidence.models import EVIDENCE_NAMES
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import OFFICE, day_of, now
from tracker.kernel.errors import Forbidden, Refused, Stale
from tracker.storage import unit_of_work
from tracker.web.access import current_actor, safe_next, seated, signed_in
from tracker.web.database import read_again, reader
from tracker.web.forms import SiteForm
from tracker.web.i18n import said
from tracker.web.pages import is_part_request, page, part

_MOST_DIFFERENCES = 6
_VERSION = re.compile(r"[0-9]{1,9}")
_FILE_KINDS = tuple((kind.value, EVIDENCE_NAMES[kind]) for kind in ON_CLAIMS)
_LISTED_AS = {Level.BLOCK: "bad", Level.WARN: "warn", Level.PASS: "ok"}


@dataclass(frozen=True)
class Listed:
    """A finding as listed: its colour, its sentence, the control it leads to."""

    kind: str
    sentence: str
    control: str


@dataclass
class Desk:
    """The form with everything beside it: the sheet, what was found, the accounts, who would decide."""

    claim: Claim
    sheet: FilingSheet
    can_be_read: bool
    found: list[Finding]
    accounts: list[outlook.Account]
    deciders: outlook.Deciders
    total_fen: int
    conflict: Sequence[tuple[str, str, str]] = ()
    kinds: Sequence[tuple[str, str]] = _FILE_KINDS

    @property
    def in_folder(self) -> int:
        """Invoices that wait in the filer's folder."""
        return unused_count(reader(), current_actor())

    @property
    def blocking(self) -> list[Finding]:
        """What stands in the way of a submission."""
        return [finding for finding in self.found if finding.level is Level.BLOCK]

    @property
    def listed(self) -> list[Listed]:
        """The findings as the list beside the form says them: what a line still lacks is one entry."""
        lacks = Counter(finding.line for finding in self.found if finding.is_lack and finding.line)
        gathered: set[str] = set()
        rows = []
        for finding in self.found:
            sentence = said(finding.sentence)
            if finding.is_lack and lacks[finding.line] > 1:
                if finding.line in gathered:
                    continue
                gathered.add(finding.line)
                where = sentence.partition("：")[0]
                sentence = _("%(where)s：还有 %(count)s 项没填", where=where, count=lacks[finding.line])
            rows.append(Listed(_LISTED_AS[finding.level], sentence, self.sheet.control_of(finding)))
        return rows

    @property
    def to_mend(self) -> int:
        """Entries of the list that stand in the way."""
        return sum(row.kind == "bad" for row in self.listed)

    @property
    def files(self) -> int:
        """Pieces of evidence laid with the claim."""
        return len(self.claim.attachments)

    @property
    def returned_with(self) -> Decision | None:
        """The decision that sent the claim back, while its filer mends it."""
        sent_back = [one for one in self.claim.decisions if one.move in (Move.RETURN, Move.FINANCE_RETURN)]
        return sent_back[-1] if self.claim.state == "returned" and sent_back else None


def lay_out(claim: Claim, typed: Typed) -> Desk:
    """Build the form of a claim from what is typed, with everything shown beside it."""
    session, actor, at = reader(), current_actor(), now()
    sheet = FilingSheet(claim, typed, offer.choose(session, actor, claim, typed, on=day_of(at)))
    can_be_read = sheet.read()
    filing = sheet.filing()
    unread = sheet.unread()
    told = {(finding.line, finding.field) for finding in unread}
    found = findings.of_filing(session, claim, filing, at=at)
    found = unread + [one for one in found if not (one.is_lack and (one.line, one.field) in told)]
    sheet.note(found)
    return Desk(
        claim=claim,
        sheet=sheet,
        can_be_read=can_be_read,
        found=found,
        accounts=outlook.accounts(session, filing),
        deciders=outlook.deciders(
            session, filing, lead_unit_id=sheet.chosen.whom.lead_unit_id, filer_id=claim.filer_id, on=day_of(at)
        ),
        total_fen=filing.claimed_fen,
    )


def require_editable(claim: Claim) -> None:
    """Refuse anyone but the filer, and a claim that is not in the filer's hands. Raises NotOpen, Forbidden."""
    policy.seat_for(current_actor(), Move.SAVE, claim)
    LIFE.after(claim.state, Move.SAVE)


@blueprint.route("/claims/new", methods=["GET", "POST"])
@seated(SeatKind.MEMBER, SeatKind.AGENT)
def new() -> Response:
    """Choose what to file, for whom and from which fund; a double click opens one draft."""
    actor, at = current_actor(), now()
    people = offer.people(reader(), actor, on=day_of(at))
    funds = offer.funds(reader(), {one.team_id for one in people}, on=day_of(at))
    form = OpenForm()
    form.whom.offer((one.key, whom_label(one)) for one in people)
    form.fund_id.offer((fund.id, f"{fund.year} {fund.name}") for fund in funds)
    if not form.is_submitted():
        form.kind.data = Kind.TRAVEL
        form.whom.data = people[0].key if people else None
        form.fund_id.data = funds[0].id if funds else None
    if form.sent_and_valid():
        whom = next(one for one in people if one.key == form.whom.data)
        header = DraftHeader(Kind(form.kind.data), int(form.fund_id.data or 0), whom.team_id, whom.person_id)
        try:
            with unit_of_work() as session:
                claim_id = operations.open_draft(session, header, by=actor, at=at, draft_key=form.command_id.data or "")
            return _to(url_for(".edit", claim_id=claim_id))
        except Refused as refusal:
            form.refuse(refusal)
    return page("claims/form_new.html", form=form, people=people, funds=funds, to_copy=offer.to_copy(reader(), actor))


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
        return _form_page(form, lay_out(claim, typing.of_claim(claim)))
    if any(file.filename for file in request.files.getlist("files")):
        # Without scripts a file may be chosen and another button pressed: it is taken first, nothing is lost.
        return redirect(url_for(".add_files", claim_id=claim_id), 307)
    return _pressed(claim, form)


def _pressed(claim: Claim, form: FilingForm) -> Response:
    """Do what the button says; without one the form is saved."""
    op, _colon, what = request.form.get("op", "save").partition(":")
    if op == "submit" and any(one.command_id == form.command_id.data for one in claim.decisions):
        return _to(_claim_url(claim.id))
    require_editable(claim)
    typed = typed_for(claim, form)
    landing = _apply(typed, op, what)
    desk = lay_out(claim, typed)
    form.sheet = desk.sheet
    if not form.sent_and_valid():
        return _form_page(form, desk)
    if op == "submit":
        return _submit(form, desk)
    version = int(what) if op == "overwrite" and _VERSION.fullmatch(what) else version_of(claim, form)
    gone = {"remove": "without_line", "detach": "without_file"}.get(op)
    try:
        saved = _save(desk, version, **({gone: what} if gone else {}))
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
        version = _save(desk, version_of(claim, form))
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
    typed = typed_now()
    typed.keep_from(typing.of_claim(claim))
    desk = lay_out(claim, typed)
    if not is_part_request():
        return _form_page(FilingForm(data={"version": claim.version}), desk)
    drawn = request.form.get("drawn", "")
    stale_lines = [line for line in desk.sheet.lines if request.form.get(f"line-{line.key}-drawn", "") != line.drawn]
    return part(
        "claims/form_parts.html",
        desk=desk,
        head=drawn != desk.sheet.drawn,
        all_lines=drawn.split(" ")[:2] != desk.sheet.drawn.split(" ")[:2],
        lines=stale_lines,
    )


@blueprint.post("/claims/<int:claim_id>/draft/discard")
@signed_in
def discard_draft(claim_id: int) -> Response:
    """Throw a draft away."""
    form = SiteForm()
    if form.sent_and_valid():
        with unit_of_work() as session:
            operations.discard(session, claim_id, by=current_actor(), at=now())
        flash(_("草稿已删除"), "ok")
    return _to(url_for(".listing"))


@blueprint.post("/claims/<int:claim_id>/copy")
@seated(SeatKind.MEMBER, SeatKind.AGENT)
def copy(claim_id: int) -> Response:
    """Open a new draft with an earlier claim's texts: no evidence, no days, no bill numbers."""
    form = SiteForm()
    if not form.sent_and_valid():
        return _to(url_for(".new"))
    actor, at = current_actor(), now()
    source = queries.one(reader(), claim_id, seen_by=actor)
    whom = _copied_for(source)
    typed = typing.for_copy(source)
    typed.head["whom"] = whom.key
    if whom.person_id != source.beneficiary_id:
        typed.head.pop("payee_id", None)
    header = DraftHeader(
        source.kind, source.fund_id, whom.team_id, whom.person_id, source.purpose, source.pay_method, note=source.note
    )
    with unit_of_work() as session:
        draft_id = operations.open_draft(
            session,
            header,
            by=actor,
            at=at,
            draft_key=form.command_id.data or "",
            copied_from_id=source.id,
            typed=typed.pairs(),
        )
    flash(_("已从「%(name)s」复制；日期、票据号码和附件要重新填写", name=source.title), "ok")
    return _to(url_for(".edit", claim_id=draft_id))


def _copied_for(source: Claim) -> offer.Whom:
    """Find for whom the copy may be filed: the same person, else oneself. Raises Forbidden."""
    people = offer.people(reader(), current_actor(), on=day_of(now()))
    same = [one for one in people if (one.team_id, one.person_id) == (source.team_id, source.beneficiary_id)]
    own = [one for one in people if one.person_id == current_actor().person_id]
    found = next(iter([*same, *own]), None)
    if found is None:
        raise Forbidden(_("你现在不能为这张单据的报销人填报；请由本人填报，或请牵头单位指定报账员"))
    return found


def typed_for(claim: Claim, form: FilingForm) -> Typed:
    """Read what the page sends, over what was typed before and is not on the page now."""
    typed = typed_now()
    typed.keep_from(typing.of_claim(claim))
    typed.window = form.command_id.data or ""
    return typed


def version_of(claim: Claim, form: FilingForm) -> int:
    """Return the version this page may follow: its own last save counts, even when the answer never arrived."""
    own_save = claim.typed is not None and Typed.read(claim.typed).window == form.command_id.data
    return claim.version if own_save else int(form.version.data or 0)


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


def _save(desk: Desk, version: int, *, without_line: str = "", without_file: str = "") -> int:
    """Keep the draft; return its version. Raises Refused."""
    actor, at = current_actor(), now()
    with unit_of_work() as session:
        return operations.save_draft(
            session,
            desk.claim.id,
            header_of(desk.sheet.filing()),
            desk.sheet.typed.pairs(),
            version=version,
            by=actor,
            at=at,
            file_kinds=file_kinds_now(),
            without_line=without_line,
            without_file=without_file,
        )


def _submit(form: FilingForm, desk: Desk) -> Response:
    claim = desk.claim
    if desk.can_be_read:
        command = Command(current_actor(), now(), form.command_id.data or "", version_of(claim, form))
        try:
            with unit_of_work() as session:
                sent = operations.submit(session, claim.id, desk.sheet.filing(file_kinds_now()), command)
            flash(_("已提交，单号 %(number)s；额度已占用，撤回或退回时自动释放", number=sent.number), "ok")
            return _to(_claim_url(claim.id))
        except Stale as refusal:
            return refused(form, desk, refusal)
        except Refused as refusal:
            form.refuse(refusal)
    else:
        form.was_turned_down = True
        desk.sheet.place(desk.blocking)
    try:
        form.version.data = _save(desk, version_of(claim, form))
    except Refused as refusal:
        return refused(form, desk, refusal)
    return _form_page(form, desk)


def refused(form: FilingForm, desk: Desk, refusal: Refused) -> Response:
    """Show the page again with everything typed; a stale one also shows what was typed elsewhere."""
    there = queries.one(read_again(), desk.claim.id, seen_by=current_actor())
    if isinstance(refusal, Stale) and there.state in FILERS_STATES:
        desk.conflict = typing.differences(typing.of_claim(there), desk.sheet.typed)[:_MOST_DIFFERENCES]
        refusal = Stale(_("这张草稿在别的窗口改过，这次没有保存；本页填写的内容还在，请看下面的不同之处再决定"))
    desk.claim.version = there.version
    form.refuse(refusal)
    if is_part_request():
        return part("claims/form_conflict.html", status=refusal.status, desk=desk, sentence=refusal.sentence)
    return _form_page(form, desk)


def _after_saving(claim_id: int, op: str, landing: str, version: int) -> Response:
    if op == "payees":
        return _to(url_for(".payees", back=url_for(".edit", claim_id=claim_id)))
    if op == "pick":
        return _to(url_for(".pick", claim_id=claim_id))
    if is_part_request():
        claim = queries.one(read_again(), claim_id, seen_by=current_actor())
        desk = lay_out(claim, typing.of_claim(claim))
        return part("claims/form_parts.html", desk=desk, head=True, all_lines=True, version=version, saved_at=_clock())
    if op == "save":
        flash(_("草稿已保存，随时可以接着填"), "ok")
    return _to(url_for(".edit", claim_id=claim_id, _anchor=landing or None))


def _form_page(form: FilingForm, desk: Desk) -> Response:
    form.sheet = desk.sheet
    return page("claims/form.html", form=form, desk=desk, kind_name=KIND_NAMES[desk.sheet.chosen.kind])


def _claim_url(claim_id: int) -> str:
    return f"/claims/{claim_id}"


def _clock() -> str:
    return now().astimezone(OFFICE).strftime("%H:%M")


def _to(url: str) -> Response:
    return redirect(safe_next(url), 303)
