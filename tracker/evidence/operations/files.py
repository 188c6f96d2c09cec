"""Keep an uploaded file: the bytes first, then the row; throw it away only while nothing rests on it."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.evidence.models import Evidence, EvidenceKind, EvidenceReading, Likeness, LikenessWord
from tracker.evidence.operations.readings import FileRead, wait_or_write
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import tell
from tracker.storage.statements import table

READ_KINDS = frozenset({EvidenceKind.INVOICE, EvidenceKind.ITINERARY})
"""What is read without being asked: these carry facts an invoice carries."""

_KEPT_YEARS = 30
_NOT_FOUND = "没有找到这个附件，可能已被删除，或者你不能查看"


@dataclass(frozen=True)
class StoredFile:
    """A file already in the store: its sha256, size in bytes, sniffed media, cleaned name and page count."""

    sha256: str
    size: int
    media: str
    display_name: str
    pages: int = 1


def keep(
    session: Session, file: StoredFile, kind: EvidenceKind, *, by: Actor, at: datetime, read: FileRead | None = None
) -> Evidence:
    """Write the row of a stored file and return it; what was read of it is stored with it.

    An invoice or itinerary nobody has read yet waits for the background reader.
    """
    evidence = Evidence(
        handle=secrets.token_hex(16),
        sha256=file.sha256,
        size=file.size,
        media=file.media,
        kind=kind,
        display_name=file.display_name[:150],
        pages=file.pages,
        uploaded_by=by.person_id,
        uploaded_at=at,
    )
    session.add(evidence)
    session.flush()
    if read is not None or kind in READ_KINDS:
        wait_or_write(session, evidence, read, at=at)
    record(
        session,
        by=by,
        at=at,
        action="evidence.keep",
        subject=("evidence", evidence.id, file.display_name),
        after={"sha256": file.sha256, "size": file.size, "media": file.media, "kind": kind},
    )
    return evidence


def throw_away(session: Session, handle: str, *, by: Actor, at: datetime) -> None:
    """Throw one's own file away while nothing rests on it; thrown away already is NotFound.

    Raises Refused for a file a claim, a paper or the archive holds. The bytes go with the next sweep.
    """
    evidence = session.scalar(
        select(Evidence).where(Evidence.handle == handle, Evidence.uploaded_by == by.person_id).with_for_update()
    )
    if evidence is None:
        raise NotFound(_NOT_FOUND)
    held = Refused(
        tell("「%(evidence)s」已经用在单据里，不能删除；请先在报销单里移除它", evidence=evidence.display_name)
    )
    if evidence.keep_until is not None:
        raise held
    try:
        with session.begin_nested():
            _forget(session, evidence.id)
            session.execute(delete(table(Evidence)).where(Evidence.id == evidence.id))
    except IntegrityError as error:
        raise held from error
    record(
        session,
        by=by,
        at=at,
        action="evidence.throw_away",
        subject=("evidence", evidence.id, evidence.display_name),
        before={"sha256": evidence.sha256, "size": evidence.size},
    )


def retain(session: Session, evidence_ids: Iterable[int], *, year: int) -> date:
    """Mark files a voucher of the year rests on: kept until thirty years after its end, never shortened.

    财政部 国家档案局令第 79 号《会计档案管理办法》: accounting vouchers and what belongs to them, 30 years,
    counted from the first day after the end of the accounting year.
    """
    until = date(year + _KEPT_YEARS, 12, 31)
    session.execute(
        update(Evidence)
        .where(Evidence.id.in_(tuple(evidence_ids)), (Evidence.keep_until.is_(None)) | (Evidence.keep_until < until))
        .values(keep_until=until)
        .execution_options(synchronize_session=False)
    )
    return until


def _forget(session: Session, evidence_id: int) -> None:
    """Take along what hangs on the file itself: its reading, its likeness, what was said of its likeness."""
    said_of = (LikenessWord.one_id == evidence_id) | (LikenessWord.other_id == evidence_id)
    session.execute(delete(table(LikenessWord)).where(said_of))
    session.execute(delete(table(Likeness)).where(Likeness.evidence_id == evidence_id))
    session.execute(delete(table(EvidenceReading)).where(EvidenceReading.evidence_id == evidence_id))
