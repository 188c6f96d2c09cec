"""The rows of what was read: each is also its place in the queue, so that a file and its turn are kept together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.evidence import likeness, stored
from tracker.evidence.models import Evidence, EvidenceReading, Likeness, ReadState
from tracker.evidence.reading import Reading
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound
from tracker.storage.statements import changed, table

GIVEN_UP_AFTER = timedelta(minutes=2)
"""A reader that has said nothing for so long is gone; the bounded child answers within seconds."""

MOST_TRIES = 3
LAST_TURN = 500
"""Nobody's files are put further back than this; among those the first kept is the first read."""

_TOO_OFTEN = "识别了几次都没有完成，请手工填写，或稍后再试"


@dataclass(frozen=True)
class FileRead:
    """What came of reading a file: the reading, or the sentence why there is none; the likeness of a photo."""

    reading: Reading | None = None
    sentence: str = ""
    likeness: str = ""
    pages: int = 0
    """How many pages were drawn; 0 where nobody drew them."""


@dataclass(frozen=True)
class Taken:
    """A file a reader has taken from the queue."""

    evidence_id: int
    sha256: str
    media: str
    name: str
    tries: int


def wait_or_write(session: Session, evidence: Evidence, read: FileRead | None, *, at: datetime) -> None:
    """Store what was read of a new file, or put it in the queue: one person's many files leave room for others' few."""
    before = 0
    if read is None:
        waiting = (
            select(EvidenceReading.evidence_id)
            .join(Evidence, Evidence.id == EvidenceReading.evidence_id)
            .where(Evidence.uploaded_by == evidence.uploaded_by, EvidenceReading.state == ReadState.WAITING)
            .limit(LAST_TURN)
        )
        before = session.scalar(select(func.count()).select_from(waiting.subquery())) or 0
    session.execute(
        insert(table(EvidenceReading)).values(
            evidence_id=evidence.id, state=ReadState.WAITING, turn=before, tries=0, sentence=""
        )
    )
    if read is not None:
        finish(session, evidence.id, read, at=at)


def take_next(session: Session, *, at: datetime) -> Taken | None:
    """Take the file whose turn it is, for one reader alone; one a reader left lying is taken again, three times."""
    lost = and_(EvidenceReading.state == ReadState.READING, EvidenceReading.taken_at < at - GIVEN_UP_AFTER)
    session.execute(
        update(EvidenceReading)
        .where(lost, EvidenceReading.tries >= MOST_TRIES)
        .values(state=ReadState.UNREADABLE, sentence=_TOO_OFTEN)
        .execution_options(synchronize_session=False)
    )
    following = (
        select(EvidenceReading.evidence_id)
        .where(or_(EvidenceReading.state == ReadState.WAITING, lost))
        .order_by(EvidenceReading.turn, EvidenceReading.evidence_id)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    taken = session.execute(
        update(EvidenceReading)
        .where(EvidenceReading.evidence_id == following)
        .values(state=ReadState.READING, taken_at=at, tries=EvidenceReading.tries + 1)
        .returning(EvidenceReading.evidence_id, EvidenceReading.tries)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if taken is None:
        return None
    file = session.execute(
        select(Evidence.sha256, Evidence.media, Evidence.display_name).where(Evidence.id == taken.evidence_id)
    ).one()
    return Taken(taken.evidence_id, file.sha256, file.media, file.display_name, taken.tries)


def finish(session: Session, evidence_id: int, read: FileRead, *, at: datetime) -> None:
    """Store what came of reading a file; one thrown away meanwhile is forgotten."""
    values: dict[str, object] = {
        "state": ReadState.READ if read.reading is not None else ReadState.UNREADABLE,
        "read_at": at,
        "sentence": read.sentence[:200],
        "likeness": read.likeness,
        "content": None,
    }
    if read.reading is not None:
        values |= {"content": stored.to_plain(read.reading), **stored.columns_of(read.reading)}
    done = session.execute(
        update(EvidenceReading)
        .where(EvidenceReading.evidence_id == evidence_id)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if changed(done) != 1:
        return
    if read.pages:
        session.execute(update(table(Evidence)).where(Evidence.id == evidence_id).values(pages=read.pages))
    session.execute(delete(table(Likeness)).where(Likeness.evidence_id == evidence_id))
    if bands := likeness.bands(read.likeness):
        rows = [{"evidence_id": evidence_id, "band": place, "bits": bits} for place, bits in enumerate(bands)]
        session.execute(insert(table(Likeness)), rows)


def retry(session: Session, handle: str, *, by: Actor, at: datetime) -> None:
    """Put one's own file back in the queue; one that waits already stays where it is. Raises NotFound."""
    found = session.execute(
        select(Evidence.id, Evidence.display_name)
        .join(EvidenceReading, EvidenceReading.evidence_id == Evidence.id)
        .where(Evidence.handle == handle, Evidence.uploaded_by == by.person_id)
    ).one_or_none()
    if found is None:
        raise NotFound("没有找到这个附件，可能已被删除，或者你不能查看")
    is_lost = and_(EvidenceReading.state == ReadState.READING, EvidenceReading.taken_at < at - GIVEN_UP_AFTER)
    done = session.execute(
        update(EvidenceReading)
        .where(EvidenceReading.evidence_id == found.id, or_(EvidenceReading.state == ReadState.UNREADABLE, is_lost))
        .values(state=ReadState.WAITING, tries=0, turn=0, sentence="", taken_at=None)
        .execution_options(synchronize_session=False)
    )
    if changed(done):
        record(session, by=by, at=at, action="evidence.read_again", subject=("evidence", found.id, found.display_name))
