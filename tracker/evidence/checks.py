"""Every evidence file exists and matches its hash (domain.md, invariant 6); what was read is found by what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.evidence import stored
from tracker.evidence.models import Evidence, EvidenceReading, ReadState
from tracker.storage.files import Store


def breaches(session: Session, files: Store, progress: Callable[[int, int], None] | None = None) -> Iterator[str]:
    """Say, in a sentence each, which stored file is missing or altered; ``progress`` is told (done, total)."""
    total = session.scalar(select(func.count(func.distinct(Evidence.sha256)))) or 0
    named = select(Evidence.sha256, func.min(Evidence.display_name)).group_by(Evidence.sha256)
    for done, (sha256, name) in enumerate(session.execute(named), start=1):
        problem = files.problem(sha256)
        if problem:
            yield f"附件「{name}」（{sha256[:12]}）：{problem}"
        if progress:
            progress(done, total)


def readings(session: Session) -> Iterator[str]:
    """Say which reading is not found under what it says, or is said to be there and is not."""
    rows = session.execute(
        select(EvidenceReading, Evidence.display_name)
        .join(Evidence, Evidence.id == EvidenceReading.evidence_id)
        .execution_options(yield_per=500)
    )
    for row, name in rows:
        if (row.state is ReadState.READ) != (row.content is not None):
            yield f"票据「{name}」：识别状态与识别内容不符"
        elif row.content is not None:
            said = stored.columns_of(stored.from_plain(row.content))
            if any(getattr(row, column) != value for column, value in said.items()):
                yield f"票据「{name}」：查重用的号码、日期、金额与识别内容不符"
