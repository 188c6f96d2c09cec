"""The filer's desk: the form of a claim with everything shown beside it, and what a page sends read back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from werkzeug.wrappers import Response

from tracker.claims import findings, offer, outlook, policy, queries
from tracker.claims import typed as typing
from tracker.claims.findings import Finding, Level
from tracker.claims.folder import unused_count
from tracker.claims.forms.decisions import LeftForm
from tracker.claims.forms.filing import FilingForm, typed_now
from tracker.claims.forms.sheet import FilingSheet
from tracker.claims.lifecycle import FILERS_STATES, LIFE, Move
from tracker.claims.models import KIND_NAMES, Claim, Decision
from tracker.claims.operations.drafts import ON_CLAIMS
from tracker.claims.operations.moves import what_changed
from tracker.claims.typed import Typed
from tracker.claims.views.review import draw
from tracker.evidence.models import EVIDENCE_NAMES
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused, Stale
from tracker.kernel.lifecycle import NotOpen
from tracker.web.access import current_actor
from tracker.web.database import read_again, read_once, reader
from tracker.web.i18n import gettext as _
from tracker.web.i18n import said
from tracker.web.pages import is_part_request, page, part

_MOST_DIFFERENCES = 6
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
    """The form with everything beside it: the sheet, what was found, the accounts, who would decide.

    What stands beside is worked out by ``look_over``, for the page: a save or a submission needs none of it.
    """

    claim: Claim
    sheet: FilingSheet
    can_be_read: bool
    unread: list[Finding]
    found: list[Finding] = field(default_factory=list)
    accounts: list[outlook.Account] = field(default_factory=list)
    deciders: outlook.Deciders | None = None
    total_fen: int = 0
    conflict: Sequence[tuple[str, str, str]] = ()
    kinds: Sequence[tuple[str, str]] = _FILE_KINDS

    def look_over(self) -> Desk:
        """Check what is filled in, once; return the desk ready to be drawn."""
        if self.deciders is not None:
            return self
        session, at, filing = reader(), now(), self.sheet.filing()
        told = {(finding.line, finding.field) for finding in self.unread}
        found = findings.of_filing(session, self.claim, filing, at=at)
        self.found = self.unread + [one for one in found if not (one.is_lack and (one.line, one.field) in told)]
        self.sheet.note(self.found)
        self.accounts = outlook.accounts(session, filing)
        lead_unit_id = self.sheet.chosen.whom.lead_unit_id
        self.deciders = outlook.deciders(
            session, filing, lead_unit_id=lead_unit_id, filer_id=self.claim.filer_id, on=day_of(at)
        )
        self.total_fen = filing.claimed_fen
        return self

    @cached_property
    def in_folder(self) -> int:
        """Invoices that wait in the filer's folder."""
        return read_once(unused_count, current_actor())

    @property
    def blocking(self) -> list[Finding]:
        """What stands in the way of a submission."""
        return [finding for finding in self.found if finding.level is Level.BLOCK]

    @cached_property
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
                where = said(finding.where)
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
    """Build the form of a claim from what is typed, and read it."""
    chosen = offer.choose(reader(), current_actor(), claim, typed, on=day_of(now()))
    sheet = FilingSheet(claim, typed, chosen)
    can_be_read = sheet.read()
    return Desk(claim, sheet, can_be_read, sheet.unread())


def require_editable(claim: Claim) -> None:
    """Refuse anyone but the filer, and a claim that has left the filer's hands. Raises Forbidden, Stale."""
    policy.seat_for(current_actor(), Move.SAVE, claim)
    try:
        LIFE.after(claim.state, Move.SAVE)
    except NotOpen:
        raise Stale(what_changed(claim)) from None


def left_page(claim: Claim, form: FilingForm, refusal: Refused) -> Response:
    """Show the claim that left while its form was open: what happened to it, and what was typed here since."""
    left = LeftForm()
    typed = typing.differences(typing.of_claim(claim), typed_for(claim, form))
    left.comment.data = "\n".join(f"{said(label)}：{here}" for label, _there, here in typed)
    left.refuse(refusal)
    return draw(claim, left)


def typed_for(claim: Claim, form: FilingForm) -> Typed:
    """Read what the page sends, over what was typed before and is not on the page now."""
    typed = typed_now(typing.of_claim(claim))
    typed.window = form.command_id.data or ""
    return typed


def version_of(claim: Claim, form: FilingForm) -> int:
    """Return the version this page may follow: its own last save counts, even when the answer never arrived."""
    own_save = claim.typed is not None and Typed.read(claim.typed).window == form.command_id.data
    return claim.version if own_save else int(form.version.data or 0)


def refused(form: FilingForm, desk: Desk, refusal: Refused) -> Response:
    """Show the page again with everything typed; a stale one also shows what was typed elsewhere."""
    there = queries.one(read_again(), desk.claim.id, seen_by=current_actor())
    if isinstance(refusal, Stale) and there.state in FILERS_STATES:
        desk.conflict = typing.differences(typing.of_claim(there), desk.sheet.typed)[:_MOST_DIFFERENCES]
        refusal = Stale(_("这张草稿在别的窗口改过，这次没有保存；本页填写的内容还在，请看下面的不同之处再决定"))
    desk.claim.version = there.version
    form.refuse(refusal)
    if is_part_request():
        desk.look_over()
        return part("claims/form_conflict.html", status=refusal.status, desk=desk, sentence=said(refusal.sentence))
    return form_page(form, desk)


def form_page(form: FilingForm, desk: Desk) -> Response:
    """Draw the form with its desk; a form that was turned down says what is wrong."""
    form.sheet = desk.sheet
    return page("claims/form.html", form=form, desk=desk.look_over(), kind_name=KIND_NAMES[desk.sheet.chosen.kind])
