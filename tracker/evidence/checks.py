"""Every evidence file exists and matches its hash (domain.md, invariant 6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.evidence.models import Evidence
from tracker.storage.files import FileStore


def breaches(session: Session, files: FileStore, progress: Callable[[int, int], None] | None = None) -> Iterator[str]:
    """Say, in a sentence each, which stored file is missing or altered; ``progress`` is told (done, total)."""
    total = session.scalar(select(func.count(func.distinct(Evidence.sha256)))) or 0
    named = select(Evidence.sha256, func.min(Evidence.display_name)).group_by(Evidence.sha256)
    for done, (sha256, name) in enumerate(session.execute(named), start=1):
        problem = files.problem(sha256)
        if problem:
            yield f"附件「{name}」（{sha256[:12]}）：{problem}"
        if progress:
            progress(done, total)
