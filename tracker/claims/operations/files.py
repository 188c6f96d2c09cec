"""Files of a draft: kept and laid at a line or with the whole claim; a new file may open a line of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.claims import policy, queries, typed
from tracker.claims.lifecycle import LIFE, Move, State
from tracker.claims.models import Attachment, Claim
from tracker.claims.operations.drafts import attach
from tracker.evidence.models import Evidence, EvidenceKind
from tracker.evidence.operations import FileRead, StoredFile, keep
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import tell


@dataclass(frozen=True)
class Laid:
    """Where a file came to lie; ``is_new`` is False when the claim already carried the same bytes."""

    handle: str
    line_key: str
    is_new: bool


@dataclass(frozen=True)
class Place:
    """Where a file is to lie: at a line, with the whole claim (empty key), or at a new line of its own."""

    line_key: str = ""
    opens_line: bool = False
    texts: Mapping[str, str] = field(default_factory=dict)
    """What reading the file found for the line, as it would be typed; fills empty fields only."""


def add_file(
    session: Session,
    claim_id: int,
    file: StoredFile,
    kind: EvidenceKind,
    place: Place,
    *,
    by: Actor,
    at: datetime,
    read: FileRead | None = None,
) -> Laid:
    """Keep a stored file and lay it with a draft; the same bytes on one claim are laid once.

    Raises Refused when the claim carries as many files as it may, NotOpen once it is in the gate, Forbidden.
    """
    claim = queries.locked(session, claim_id, seen_by=by)
    LIFE.after(claim.state, Move.SAVE)
    policy.seat_for(by, Move.SAVE, claim)
    same = session.execute(
        select(Evidence.handle, Attachment.line_key)
        .join(Attachment, Attachment.evidence_id == Evidence.id)
        .where(Attachment.claim_id == claim_id, Evidence.sha256 == file.sha256)
    ).first()
    if same is not None:
        return Laid(same.handle, same.line_key, is_new=False)
    sheet = typed.of_claim(claim)
    line_key = place.line_key
    if place.opens_line:
        line_key = sheet.add_line(place.texts)
    elif line_key in sheet.lines:
        _fill(sheet.lines[line_key], place.texts)
    evidence = keep(session, file, kind, by=by, at=at, read=read)
    attach(session, claim_id, evidence.id, line_key, by=by, at=at)
    _keep_typed(session, claim, sheet)
    return Laid(evidence.handle, line_key, is_new=True)


@dataclass(frozen=True)
class FromFolder:
    """A file of the folder to be laid with a claim: its handle, what joins it to others, and its line's texts."""

    handle: str
    group: str = ""
    """Files of one group (the PDF and the XML of one invoice) lie at one line."""
    texts: Mapping[str, str] = field(default_factory=dict)


def lay_from_folder(
    session: Session, claim_id: int, files: Sequence[FromFolder], *, by: Actor, at: datetime
) -> list[Laid]:
    """Lay one's own files with a draft, a line for each group; what the claim carries already is left where it is.

    Raises NotFound for a file that is not the actor's own, Refused for one another claim uses and when the claim
    carries as many files as it may, NotOpen once it is in the gate, Forbidden.
    """
    claim = queries.locked(session, claim_id, seen_by=by)
    LIFE.after(claim.state, Move.SAVE)
    policy.seat_for(by, Move.SAVE, claim)
    sheet = typed.of_claim(claim)
    here = {one.evidence_id: one.line_key for one in claim.attachments}
    lines: dict[str, str] = {}
    laid = []
    for file in files:
        evidence = _own_file(session, file.handle, claim_id, by=by)
        if evidence.id in here:
            laid.append(Laid(file.handle, here[evidence.id], is_new=False))
            continue
        group = file.group or file.handle
        if group not in lines:
            lines[group] = sheet.add_line(file.texts)
        else:
            _fill(sheet.lines[lines[group]], file.texts)
        attach(session, claim_id, evidence.id, lines[group], by=by, at=at)
        session.expire(claim, ["attachments"])
        laid.append(Laid(file.handle, lines[group], is_new=True))
    _keep_typed(session, claim, sheet)
    return laid


def _own_file(session: Session, handle: str, claim_id: int, *, by: Actor) -> Evidence:
    evidence = session.scalar(
        select(Evidence).where(Evidence.handle == handle, Evidence.uploaded_by == by.person_id).with_for_update()
    )
    if evidence is None:
        raise NotFound("没有找到这张票据，可能已被删除；请刷新票夹后重选")
    elsewhere = session.scalar(
        select(Claim)
        .join(Attachment, Attachment.claim_id == Claim.id)
        .where(
            Attachment.evidence_id == evidence.id,
            Claim.id != claim_id,
            Claim.state.not_in((State.REJECTED, State.DISCARDED)),
        )
        .limit(1)
    )
    if elsewhere is not None:
        raise Refused(
            tell(
                "「%(evidence)s」已用在「%(elsewhere)s」，请刷新票夹后重选",
                evidence=evidence.display_name,
                elsewhere=elsewhere.title,
            )
        )
    return evidence


def _fill(texts: dict[str, str], found: Mapping[str, str]) -> None:
    for name, text in found.items():
        if not texts.get(name, "").strip():
            texts[name] = text


def _keep_typed(session: Session, claim: Claim, sheet: typed.Typed) -> None:
    """Add the line to what is typed without a new version: the window that uploads has the line on its page."""
    session.execute(
        update(Claim)
        .where(Claim.id == claim.id)
        .values(typed=sheet.pairs())
        .execution_options(synchronize_session=False)
    )
    session.expire(claim, ["typed", "attachments"])
