"""Write a new snapshot of the post, by a document of the home unit; the earlier ones stay."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.kernel.errors import Refused
from tracker.kernel.text import tell
from tracker.secondments import policy
from tracker.secondments.facts import Document, PostFacts
from tracker.secondments.lifecycle import Move
from tracker.secondments.models import Snapshot
from tracker.secondments.operations.writing import Command, kept, kept_scan, note_down
from tracker.secondments.ranks import LEVEL_NAMES
from tracker.secondments.standing import posts_of
from tracker.storage.statements import take_turn


def change_post(
    session: Session, secondment_id: int, post: PostFacts, paper: Document, order: Command, *, effective_on: date
) -> Snapshot:
    """Add a snapshot from a day on. The same command a second time returns the one it added.

    Raises Refused without the home unit's document and its scan, when nothing changes, or for a day outside the
    term or not after the last snapshot's.
    """
    take_turn(session, order.command_id)
    done = session.scalar(select(Snapshot).where(Snapshot.command_id == order.command_id))
    if done is not None and done.secondment_id == secondment_id:
        return done
    secondment = kept(session, secondment_id, Move.CHANGE, order)
    policy.require_another(order.by, secondment.person_id, "改职务职级")
    post, paper = post.checked(), paper.checked(order.at)
    if paper.scan is None:
        raise Refused("改职务、职级、职称或工资档次要有原单位的文件，请上传扫描件", field="scan")
    latest = posts_of(session, [secondment.id])[secondment.id][-1]
    before = {key: getattr(latest, key) for key in asdict(post)}
    if before == asdict(post):
        raise Refused("职务、职级、职称和工资档次都没有变化，不用登记", field="duty")
    if not latest.effective_on < effective_on < secondment.ends_before:
        raise Refused(
            tell("生效日期要晚于上一次的 %(effective_on)s，在抽调期内", effective_on=latest.effective_on.isoformat()),
            field="effective_on",
        )
    snapshot = Snapshot(
        secondment_id=secondment.id,
        number=latest.number + 1,
        effective_on=effective_on,
        **asdict(post),
        paper_number=paper.number,
        paper_dated=paper.dated,
        scan_id=kept_scan(session, paper.scan, order),
        recorded_by=order.by.person_id,
        recorded_at=order.at,
        command_id=order.command_id,
    )
    session.add(snapshot)
    secondment.version += 1
    session.flush()
    before["level"] = LEVEL_NAMES[latest.level]
    after = {**asdict(post), "level": LEVEL_NAMES[post.level], "effective_on": effective_on, "paper": paper.number}
    note_down(session, "secondment.change_post", secondment, order, before=before, after=after)
    return snapshot
