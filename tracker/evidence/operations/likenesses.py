"""Say why two files that look alike may both stand; every word is kept and left in the trail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.evidence.models import Evidence, LikenessWord
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import one_line
from tracker.storage.statements import insert_or

LEAST_WORDS = 2


def explain(
    session: Session,
    evidence_id: int,
    other_id: int,
    reason: str,
    *,
    settles: bool,
    by: Actor,
    at: datetime,
) -> None:
    """Keep why two files that look alike may both stand; said again by the same person, the newer word counts.

    Who may say so, and whose word ``settles`` the matter, is decided by the claim or the folder that asks.
    Raises Refused without a reason, NotFound when one of the files is gone.
    """
    said = one_line(reason)[:200]
    if len(said) < LEAST_WORDS:
        raise Refused("请写明为什么不是重复报销，例如：同一天两次打车，金额相同", field="reason")
    one, other = sorted((evidence_id, other_id))
    rows = session.execute(select(Evidence.id, Evidence.display_name).where(Evidence.id.in_((one, other))))
    names = {row.id: row.display_name for row in rows}
    if len(names) < 2:  # noqa: PLR2004  a pair
        raise NotFound("没有找到这个附件，可能已被删除，或者你不能查看")
    kept = insert_or(session, LikenessWord).values(
        one_id=one, other_id=other, reason=said, settles=settles, said_by=by.person_id, said_at=at
    )
    session.execute(
        kept.on_conflict_do_update(
            index_elements=["one_id", "other_id", "said_by"],
            set_={"reason": said, "settles": settles, "said_at": at},
        )
    )
    record(
        session,
        by=by,
        at=at,
        action="evidence.explain",
        subject=("evidence", evidence_id, names[evidence_id]),
        after={"other_id": other_id, "settles": settles},
        note=said,
    )
