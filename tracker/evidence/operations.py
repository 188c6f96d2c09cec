"""Keep an uploaded file: the bytes first, then the row that names them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.evidence.models import Evidence, EvidenceKind
from tracker.kernel.actors import Actor


@dataclass(frozen=True)
class StoredFile:
    """A file already in the store: its sha256, size in bytes, sniffed media, cleaned name and page count."""

    sha256: str
    size: int
    media: str
    display_name: str
    pages: int = 1


def keep(session: Session, file: StoredFile, kind: EvidenceKind, *, by: Actor, at: datetime) -> Evidence:
    """Write the row of a stored file and return it."""
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
    record(
        session,
        by=by,
        at=at,
        action="evidence.keep",
        subject=("evidence", evidence.id, file.display_name),
        after={"sha256": file.sha256, "size": file.size, "media": file.media, "kind": kind},
    )
    return evidence
