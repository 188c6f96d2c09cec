"""The reviewer's desk: a claim with its verdict, lines, evidence and way, laid out for the person who asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import request, url_for

from tracker.claims.comparison import Compared, compare, marks_of
from tracker.claims.course import Mark, course_of
from tracker.claims.forms.decisions import (
    ActForm,
    CommentForm,
    DeductForm,
    FinanceReturnForm,
    RejectForm,
    ReturnForm,
    SayForm,
    StepBackForm,
    VoidForm,
    WithdrawForm,
)
from tracker.claims.lifecycle import Move, State, Step
from tracker.claims.models import Attachment, Claim, ClaimLine
from tracker.claims.policy import OpenMove, open_moves
from tracker.claims.status import STATUS_KINDS, status_word
from tracker.claims.verdict import Verdict, days_of, header_facts, is_allowance, spoken, verdict_of
from tracker.claims.views.inbox import Queue, queue_of
from tracker.claims.views.words import course_entries, onward_words, verdict_items, waiting_words
from tracker.evidence.models import EVIDENCE_NAMES
from tracker.evidence.queries import Known, readings_of
from tracker.evidence.titles import titles_of
from tracker.kernel.actors import Actor
from tracker.kernel.clock import day_of, now
from tracker.secondments.queries import LevelSpan, levels_over
from tracker.secondments.ranks import LEVEL_NAMES, RANK_NAMES
from tracker.vouchers import queries as vouchers
from tracker.vouchers.models import Voucher
from tracker.web.access import current_actor
from tracker.web.asked import asked_number, asked_text
from tracker.web.database import reader
from tracker.web.i18n import gettext as _


@dataclass(frozen=True)
class Sheet:
    """One page of evidence as the viewer shows it."""

    src: str
    thumb: str
    label: str
    href: str
    download: str
    line_key: str
    evidence_id: int
    marks: Sequence[tuple[float, float, float, float]] = ()


@dataclass(frozen=True)
class LineShown:
    """A line with its words, its files and what was found at it."""

    line: ClaimLine
    facts: Sequence[str]
    files: int
    is_allowance: bool
    warnings: Sequence[str]
    href: str


ACT_MOVES: Mapping[str, tuple[Move, ...]] = {
    "save": (Move.SAVE,),
    "say": (Move.PASS, Move.APPROVE, Move.VERIFY),
    "comment": (Move.COMMENT,),
    "return": (Move.RETURN,),
    "step-back": (Move.STEP_BACK,),
    "reject": (Move.REJECT,),
    "finance-return": (Move.FINANCE_RETURN,),
    "void": (Move.VOID,),
    "withdraw": (Move.WITHDRAW,),
    "deduct": (Move.DEDUCT,),
}
"""The form of an act → the moves it may stand for."""


@dataclass
class Desk:
    """Everything the review page shows to one person."""

    claim: Claim
    actor: Actor
    verdict: Verdict
    lines: Sequence[LineShown]
    selected: LineShown | None
    sheets: Sequence[Sheet]
    sheet_at: int
    course: Sequence[Mark]
    moves: Mapping[Move, OpenMove]
    papers: Sequence[Voucher]
    queue: Queue
    header: Sequence[tuple[str, str]]
    ranks: Sequence[LevelSpan] = ()
    """The beneficiary's level and expense rank on the claim's days, where the secondment to the team is recorded."""
    compared: Sequence[Compared] = ()
    """What the file in view says beside the line it lies at."""
    forms: dict[str, ActForm] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """Where the claim stands, in the word of the glossary."""
        return status_word(self.claim.state, self.claim.step, has_number=self.claim.number is not None)

    @property
    def status_kind(self) -> str:
        """The colour of that word."""
        return STATUS_KINDS.get(self.status, "")

    def may(self, *moves: Move) -> bool:
        """Tell whether the person may make one of these moves."""
        return any(move in self.moves and not self.moves[move].refused for move in moves)

    def is_open(self, act: str) -> bool:
        """Tell whether the form of an act still has its place on the page."""
        return self.may(*ACT_MOVES[act])

    @property
    def refusal(self) -> str:
        """Why a move that would be this person's is not open to them: said once, where the buttons would be."""
        return next((one.refused for one in self.moves.values() if one.refused), "")

    @property
    def verdict_items(self) -> list[dict[str, str]]:
        """The verdict in words."""
        return verdict_items(self.claim, self.verdict)

    @property
    def course_entries(self) -> list[dict[str, Any]]:
        """The claim's way in words."""
        may_act = self.may(*ACT_MOVES["say"], Move.PAY_PART, Move.PAY_REST)
        return course_entries(self.claim, self.course, self.actor, may_act=may_act)

    @property
    def rank_words(self) -> list[tuple[LevelSpan, str, str]]:
        """Each span of one level with the words for its expense rank and its level."""
        return [(span, _(RANK_NAMES[span.rank]), _(LEVEL_NAMES[span.level])) for span in self.ranks]

    @property
    def waiting(self) -> str:
        """How long the claim has waited, in words."""
        return waiting_words(self.claim)

    @property
    def onward(self) -> str:
        """Where an approval sends the claim, in words."""
        return onward_words(self.next_step)

    @property
    def next_step(self) -> Step | None:
        """The step that follows the one whose turn it is."""
        if self.claim.step is None or self.claim.step not in self.claim.route:
            return None
        following = self.claim.route[self.claim.route.index(self.claim.step) + 1 :]
        return Step(following[0]) if following else None

    @property
    def returned(self) -> Mark | None:
        """The act that sent the claim back, while its filer has it."""
        back = [mark for mark in self.course if mark.decision and mark.decision.move is Move.RETURN]
        return back[-1] if back and self.claim.state is State.RETURNED else None

    @property
    def standing(self) -> Voucher | None:
        """The voucher that is not void."""
        return next((paper for paper in self.papers if paper.voided_at is None), None)


_FORMS: tuple[type[ActForm], ...] = (
    SayForm,
    CommentForm,
    ReturnForm,
    StepBackForm,
    RejectForm,
    FinanceReturnForm,
    VoidForm,
    WithdrawForm,
)


def lay_out(claim: Claim, turned_down: ActForm | None = None) -> Desk:
    """Gather everything the page of a claim shows to the person who asks."""
    session, actor, at = reader(), current_actor(), now()
    verdict = verdict_of(session, claim, at=at)
    known = readings_of(session, [attachment.evidence_id for attachment in claim.attachments])
    sheets = _sheets(claim, known)
    lines = _lines(claim, verdict)
    selected = _selected(lines, turned_down)
    sheet_at = _sheet_at(sheets, selected)
    forms = {form.act: form.fresh(claim.version) for form in _FORMS}
    if selected is not None:
        line = selected.line
        forms["deduct"] = DeductForm.fresh(
            claim.version,
            line_id=line.id,
            deducted_fen=line.deducted_fen or None,
            comment=line.deduction_reason,
        )
    if turned_down is not None:
        turned_down.follow(claim.version)
        forms[turned_down.act] = turned_down
    return Desk(
        claim=claim,
        actor=actor,
        verdict=verdict,
        lines=lines,
        selected=selected,
        sheets=sheets,
        sheet_at=sheet_at,
        compared=_compared(claim, sheets[sheet_at], known) if sheets else (),
        course=course_of(session, claim, on=day_of(at)),
        moves=open_moves(actor, claim),
        papers=vouchers.of_claim(session, claim.id),
        queue=queue_of(actor, claim.id),
        ranks=levels_over(session, claim.beneficiary_id, claim.team_id, days_of(claim)),
        header=header_facts(claim),
        forms=forms,
    )


def here(**place: object) -> str:
    """Address this claim's page again with another line or sheet in view; the way through the inbox is kept."""
    kept = {"from": "inbox"} if request.args.get("from") == "inbox" else {}
    claim_id = (request.view_args or {})["claim_id"]
    return url_for("claims.show", claim_id=claim_id, **kept, **place)  # type: ignore[arg-type]


def _compared(claim: Claim, sheet: Sheet, known: Mapping[int, Known]) -> list[Compared]:
    """Compare the file in view with the line it lies at."""
    line = next((line for line in claim.lines if line.key == sheet.line_key), None)
    said = known.get(sheet.evidence_id)
    if line is None or said is None:
        return []
    return compare(line, said, titles_of(reader(), claim.team.lead_unit_id))


def _sheets(claim: Claim, known: Mapping[int, Known]) -> list[Sheet]:
    """List every page of the claim's evidence: in the order of its lines, then what belongs to the whole."""
    order = {line.key: line.position for line in claim.lines}
    laid = sorted(claim.attachments, key=lambda one: (order.get(one.line_key, len(order) + 1), one.id))
    sheets: list[Sheet] = []
    for attachment in laid:
        for number in range(1, max(attachment.evidence.pages, 1) + 1):
            sheets.append(_sheet(attachment, number, len(sheets), known.get(attachment.evidence_id)))
    return sheets


def _sheet(attachment: Attachment, number: int, place: int, known: Known | None) -> Sheet:
    evidence = attachment.evidence
    label = f"{_(EVIDENCE_NAMES[evidence.kind])} · {evidence.display_name}"
    if evidence.pages > 1:
        label = _("%(name)s（第 %(page)s 页）", name=label, page=number)
    return Sheet(
        src=url_for("claims.page_picture", handle=evidence.handle, number=number),
        thumb=url_for("claims.thumb", handle=evidence.handle) if number == 1 else "",
        label=label,
        href=here(line=attachment.line_key or None, sheet=place, _anchor="evidence"),
        download=url_for("claims.original", handle=evidence.handle),
        line_key=attachment.line_key,
        evidence_id=attachment.evidence_id,
        marks=marks_of(known.reading, number - 1) if known is not None and known.reading is not None else (),
    )


def _lines(claim: Claim, verdict: Verdict) -> list[LineShown]:
    files = [attachment.line_key for attachment in claim.attachments]
    return [
        LineShown(
            line=line,
            facts=spoken(line),
            files=files.count(line.key),
            is_allowance=is_allowance(line),
            warnings=[finding.sentence for finding in verdict.of_line(line.key)],
            href=here(line=line.key, _anchor=f"line-{line.position}"),
        )
        for line in claim.lines
    ]


def _selected(lines: Sequence[LineShown], turned_down: ActForm | None) -> LineShown | None:
    """Choose the line in view: the one a turned-down deduction is about, the one asked for, the first in doubt."""
    if isinstance(turned_down, DeductForm):
        return next((one for one in lines if one.line.id == turned_down.line_id.data), None)
    wanted = asked_text("line", most=16)
    named = next((one for one in lines if one.line.key == wanted), None)
    doubtful = next((one for one in lines if one.warnings), None)
    return named or doubtful or next(iter(lines), None)


def _sheet_at(sheets: Sequence[Sheet], selected: LineShown | None) -> int:
    wanted = asked_number("sheet", most=max(len(sheets) - 1, 0))
    if wanted is not None:
        return wanted
    key = selected.line.key if selected is not None else ""
    return next((place for place, sheet in enumerate(sheets) if sheet.line_key == key), 0)
