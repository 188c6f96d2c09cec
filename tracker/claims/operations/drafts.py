"""Drafts: opened once a page, saved as typed, given evidence, thrown away. A draft never holds money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.audit.operations import fund_chain, record
from tracker.claims import policy, queries
from tracker.claims.lifecycle import FILERS_STATES, LIFE, Move, State
from tracker.claims.models import Attachment, Claim, Kind, PayMethod
from tracker.claims.operations.moves import what_changed
from tracker.evidence.models import Evidence, EvidenceKind
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.text import tell
from tracker.storage.statements import changed, take_turn

MOST_FILES = 60
"""Pieces of evidence one claim may carry."""

ON_CLAIMS = (
    EvidenceKind.INVOICE,
    EvidenceKind.ITINERARY,
    EvidenceKind.APPROVAL,
    EvidenceKind.GUEST_LIST,
    EvidenceKind.LETTER,
    EvidenceKind.PAYMENT_PROOF,
    EvidenceKind.OTHER,
)
"""What a filer may say a file proves."""


@dataclass(frozen=True)
class DraftHeader:
    """What lists show of a draft, as far as it can be understood; amounts are fen."""

    kind: Kind
    fund_id: int
    team_id: int
    beneficiary_id: int
    purpose: str = ""
    pay_method: PayMethod = PayMethod.CARD
    payee_id: int | None = None
    note: str = ""
    claimed_fen: int = 0


def open_draft(
    session: Session,
    header: DraftHeader,
    *,
    by: Actor,
    at: datetime,
    draft_key: str,
    copied_from_id: int | None = None,
    typed: list[list[str]] | None = None,
) -> int:
    """Open a draft and return its id; the same ``draft_key`` finds the draft already opened.

    Raises Forbidden when the actor may not file for the beneficiary in the team.
    """
    take_turn(session, draft_key)
    found = session.scalar(select(Claim.id).where(Claim.draft_key == draft_key, Claim.filer_id == by.person_id))
    if found is not None:
        return found
    policy.require_may_file(session, by, header.team_id, header.beneficiary_id)
    claim = Claim(
        kind=header.kind,
        fund_id=header.fund_id,
        team_id=header.team_id,
        filer_id=by.person_id,
        beneficiary_id=header.beneficiary_id,
        purpose=header.purpose,
        facts={},
        note=header.note,
        pay_method=header.pay_method,
        payee_id=header.payee_id,
        state=State.DRAFT,
        step=None,
        route=[],
        round=0,
        version=1,
        claimed_fen=header.claimed_fen,
        deducted_fen=0,
        paid_fen=0,
        created_at=at,
        changed_at=at,
        copied_from_id=copied_from_id,
        typed=typed,
        draft_key=draft_key,
    )
    session.add(claim)
    session.flush()
    _trail(session, claim, "open", by=by, at=at)
    return claim.id


def save_draft(
    session: Session,
    claim_id: int,
    header: DraftHeader,
    typed: list[list[str]],
    *,
    version: int,
    by: Actor,
    at: datetime,
    file_kinds: Mapping[str, EvidenceKind] | None = None,
    without_line: str = "",
    without_file: str = "",
) -> int:
    """Keep what was typed and return the version; typed anew as it was, nothing is written.

    ``file_kinds`` names by handle what the claim's files prove; ``without_line`` is the key of a line taken off,
    whose files go with it, ``without_file`` the handle of a file taken off.
    Raises Stale when another window saved since, NotOpen once the claim is in the gate, Forbidden.
    """
    claim = queries.locked(session, claim_id, seen_by=by)
    LIFE.after(claim.state, Move.SAVE)
    policy.seat_for(by, Move.SAVE, claim)
    policy.require_may_file(session, by, header.team_id, header.beneficiary_id)
    policy.require_as_sent(claim, team_id=header.team_id, fund_id=header.fund_id, beneficiary_id=header.beneficiary_id)
    say_what_files_prove(session, claim, file_kinds or {}, by=by, at=at)
    if without_line or without_file:
        _take_off(session, claim, line_key=without_line, handle=without_file, by=by, at=at)
    if version == claim.version and typed == claim.typed:
        return version
    saved = session.execute(
        update(Claim)
        .where(Claim.id == claim_id, Claim.version == version, Claim.state == claim.state)
        .values(
            kind=header.kind,
            fund_id=header.fund_id,
            team_id=header.team_id,
            beneficiary_id=header.beneficiary_id,
            purpose=header.purpose,
            pay_method=header.pay_method,
            payee_id=header.payee_id,
            note=header.note,
            claimed_fen=header.claimed_fen,
            deducted_fen=0,
            typed=typed,
            version=version + 1,
            changed_at=at,
        )
        .execution_options(synchronize_session=False)
    )
    if changed(saved) != 1:
        raise Stale(what_changed(claim))
    session.refresh(claim)
    _trail(session, claim, Move.SAVE, by=by, at=at)
    return version + 1


def discard(session: Session, claim_id: int, *, by: Actor, at: datetime) -> str | None:
    """Throw a draft away, with what was laid with it; return the claim's number if it has one.

    One that was sent is given up instead: whoever could see it still sees it with its papers, and its number stays.
    """
    claim = queries.locked(session, claim_id, seen_by=by)
    state = LIFE.after(claim.state, Move.DISCARD)
    policy.seat_for(by, Move.DISCARD, claim)
    session.execute(
        update(Claim)
        .where(Claim.id == claim_id, Claim.state == claim.state)
        .values(state=state, changed_at=at, version=claim.version + 1)
        .execution_options(synchronize_session=False)
    )
    if claim.number is None:
        session.execute(delete(Attachment).where(Attachment.claim_id == claim_id))
    _trail(session, claim, Move.DISCARD, by=by, at=at)
    return claim.number


def attach(session: Session, claim_id: int, evidence_id: int, line_key: str, *, by: Actor, at: datetime) -> None:
    """Lay a file of one's own with a claim, at a line or (empty key) with the whole; twice is once.

    Raises Refused when the claim carries as many files as it may, NotOpen once it is in the gate.
    """
    claim = queries.locked(session, claim_id, seen_by=by)
    LIFE.after(claim.state, Move.SAVE)
    policy.seat_for(by, Move.SAVE, claim)
    owner = session.scalar(select(Evidence.uploaded_by).where(Evidence.id == evidence_id))
    if owner != by.person_id:
        raise NotFound("没有找到这个附件，请重新上传")
    if any(attachment.evidence_id == evidence_id for attachment in claim.attachments):
        return
    if len(claim.attachments) >= MOST_FILES:
        raise Refused(tell("一张报销单最多 %(most)s 个附件，请合并后再传", most=MOST_FILES))
    try:
        with session.begin_nested():
            session.execute(
                insert(Attachment).values(claim_id=claim_id, line_key=line_key, evidence_id=evidence_id, added_at=at)
            )
    except IntegrityError as error:
        raise Stale("这个附件刚在别的窗口加过，请刷新页面") from error
    _trail(session, claim, "attach", by=by, at=at, after={"evidence_id": evidence_id, "line_key": line_key})


def detach(session: Session, claim_id: int, evidence_id: int, *, by: Actor, at: datetime) -> None:
    """Take a file off a claim that is in its filer's hands."""
    claim = queries.locked(session, claim_id, seen_by=by)
    LIFE.after(claim.state, Move.SAVE)
    policy.seat_for(by, Move.SAVE, claim)
    session.execute(delete(Attachment).where(Attachment.claim_id == claim_id, Attachment.evidence_id == evidence_id))
    _trail(session, claim, "detach", by=by, at=at, after={"evidence_id": evidence_id})


def say_what_files_prove(
    session: Session, claim: Claim, kinds: Mapping[str, EvidenceKind], *, by: Actor, at: datetime
) -> None:
    """Name what files of this claim prove, by handle; files of other claims and foreign kinds are left alone."""
    for attachment in claim.attachments if kinds else ():
        evidence = attachment.evidence
        kind = kinds.get(evidence.handle)
        if kind in ON_CLAIMS and kind is not evidence.kind:
            evidence.kind = kind
            _trail(session, claim, "name_file", by=by, at=at, after={"evidence_id": evidence.id, "kind": kind})


def _take_off(session: Session, claim: Claim, *, line_key: str, handle: str, by: Actor, at: datetime) -> None:
    """Take off the files of a line, or the file of a handle; what is not there is taken off already."""
    gone = [
        attachment
        for attachment in claim.attachments
        if (line_key and attachment.line_key == line_key) or attachment.evidence.handle == handle
    ]
    for attachment in gone:
        session.delete(attachment)
        _trail(session, claim, "detach", by=by, at=at, after={"evidence_id": attachment.evidence_id})
    session.flush()


def _trail(
    session: Session, claim: Claim, act: str, *, by: Actor, at: datetime, after: dict[str, Any] | None = None
) -> None:
    record(
        session,
        chain=fund_chain(claim.fund_id),
        by=by,
        at=at,
        action=f"claim.{act}",
        seat=SeatKind.MEMBER if by.person_id == claim.beneficiary_id else SeatKind.AGENT,
        subject=("claim", claim.id, claim.title),
        after=after or {"state": claim.state, "version": claim.version, "claimed_fen": claim.claimed_fen},
    )


def in_filers_hands(claim: Claim) -> bool:
    """Tell whether the claim may still be edited."""
    return claim.state in FILERS_STATES
