"""What must always hold of secondments (domain.md, invariant 8)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.identity.models import Person
from tracker.kernel.actors import SeatKind
from tracker.secondments.halves import Half
from tracker.secondments.lifecycle import State
from tracker.secondments.models import Amendment, Confirmation, HalfMark, HalfNote, Secondment, Snapshot, TermPaper
from tracker.secondments.standing import posts_of
from tracker.teams.models import Seat

_AT_ONCE = 500


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where secondments do not hold."""
    yield from _terms(session)
    yield from _seats(session)
    yield from _papers(session)
    yield from _snapshots(session)
    yield from _confirmations(session)
    yield from _amendments(session)


def _terms(session: Session) -> Iterator[str]:
    """Lay every person's terms after one another: each ends before the next begins, and only one is open."""
    rows = session.execute(
        select(
            Secondment.id,
            Secondment.person_id,
            Secondment.state,
            Secondment.begins_on,
            Secondment.ends_before,
            Person.name,
        )
        .join(Person, Person.id == Secondment.person_id)
        .where(Secondment.state != State.CANCELLED)
        .order_by(Secondment.person_id, Secondment.begins_on)
    ).all()
    for first, second in pairwise(rows):
        if first.person_id != second.person_id:
            continue
        if first.state is State.RUNNING and second.state is State.RUNNING:
            yield f"{first.name}同时有两期进行中的抽调（{first.id}、{second.id}）"
        if second.begins_on < first.ends_before:
            yield f"{first.name}的两期抽调重叠（{first.id}、{second.id}）"


def _seats(session: Session) -> Iterator[str]:
    differs = or_(
        Seat.person_id != Secondment.person_id,
        Seat.kind != SeatKind.MEMBER,
        Seat.team_id.is_distinct_from(Secondment.team_id),
        Seat.held_from != Secondment.begins_on,
        Seat.held_until.is_distinct_from(Secondment.ends_before),
        ~Seat.by_secondment,
    )
    alive = Secondment.state != State.CANCELLED
    for secondment_id, seat_id in session.execute(
        select(Secondment.id, Seat.id).join(Seat, Seat.id == Secondment.seat_id).where(alive, differs)
    ):
        yield f"抽调 {secondment_id} 与组员席位 {seat_id} 的人、组团或任期不一致"
    for secondment_id in session.scalars(select(Secondment.id).where(alive, Secondment.seat_id.is_(None))):
        yield f"抽调 {secondment_id} 没有组员席位"
    for secondment_id in session.scalars(select(Secondment.id).where(~alive, Secondment.seat_id.is_not(None))):
        yield f"抽调 {secondment_id} 已取消，却还带着组员席位"
    kept = select(Secondment.id).where(Secondment.seat_id == Seat.id).exists()
    for seat_id in session.scalars(select(Seat.id).where(Seat.by_secondment, ~kept).order_by(Seat.id)):
        yield f"组员席位 {seat_id} 标记为抽调所给，却没有对应的抽调"


def _papers(session: Session) -> Iterator[str]:
    """The last paper of each says its last day."""
    last = (
        select(TermPaper.ends_before)
        .where(TermPaper.secondment_id == Secondment.id)
        .order_by(TermPaper.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    for secondment_id in session.scalars(
        select(Secondment.id).where(last.is_distinct_from(Secondment.ends_before)).order_by(Secondment.id)
    ):
        yield f"抽调 {secondment_id} 的最后一天与最后一份文件不一致"


def _snapshots(session: Session) -> Iterator[str]:
    """Every post's records are numbered from 1 without a gap, each from a later day than the one before."""
    ids = session.scalars(select(Secondment.id).order_by(Secondment.id)).all()
    rows = [
        post
        for part in range(0, len(ids), _AT_ONCE)
        for posts in posts_of(session, ids[part : part + _AT_ONCE]).values()
        for post in posts
    ]
    rows.sort(key=lambda post: (post.secondment_id, post.number))
    for first, second in pairwise([None, *rows]):
        assert second is not None  # noqa: S101  only the first of all has none before it
        earlier = first if first is not None and first.secondment_id == second.secondment_id else None
        if second.number != (earlier.number + 1 if earlier else 1):
            yield f"抽调 {second.secondment_id} 的职务职级记录不连续"
        if earlier and second.effective_on <= earlier.effective_on:
            yield f"抽调 {second.secondment_id} 的职务职级记录日期不递增"
    recorded = select(Snapshot.id).where(Snapshot.secondment_id == Secondment.id).exists()
    for secondment_id in session.scalars(select(Secondment.id).where(~recorded).order_by(Secondment.id)):
        yield f"抽调 {secondment_id} 没有职务职级记录"


def _confirmations(session: Session) -> Iterator[str]:
    query = select(Confirmation.half, Secondment.id, Secondment.begins_on).join(
        Secondment, Secondment.id == Confirmation.secondment_id
    )
    for code, secondment_id, begins_on in session.execute(query):
        if Half.read(code).due_on < begins_on:
            yield f"抽调 {secondment_id} 确认了开始之前的半年（{code}）"
    both = select(HalfNote.secondment_id, HalfNote.half).where(
        HalfNote.mark == HalfMark.WAIVED,
        select(Confirmation.id)
        .where(Confirmation.secondment_id == HalfNote.secondment_id, Confirmation.half == HalfNote.half)
        .exists(),
    )
    for secondment_id, code in session.execute(both.order_by(HalfNote.id)):
        yield f"抽调 {secondment_id} 的半年（{code}）既确认过，又注明不再确认"


def _amendments(session: Session) -> Iterator[str]:
    """A correction is about a paper or a post of its own secondment."""
    for model, column, what in (
        (TermPaper, Amendment.paper_id, "文件"),
        (Snapshot, Amendment.snapshot_id, "职务职级记录"),
    ):
        strange = (
            select(Amendment.secondment_id)
            .join(model, model.id == column)
            .where(model.secondment_id != Amendment.secondment_id)
        )
        for secondment_id in session.scalars(strange.order_by(Amendment.id)):
            yield f"抽调 {secondment_id} 的更正写在别人的{what}上"
