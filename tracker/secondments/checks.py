"""What must always hold of secondments (domain.md, invariant 8)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.kernel.actors import SeatKind
from tracker.secondments.halves import Half
from tracker.secondments.lifecycle import State
from tracker.secondments.models import Confirmation, Secondment, Snapshot, TermPaper
from tracker.teams.models import Seat


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where secondments do not hold."""
    yield from _terms(session)
    yield from _seats(session)
    yield from _papers(session)
    yield from _snapshots(session)
    yield from _confirmations(session)


def _terms(session: Session) -> Iterator[str]:
    query = select(Secondment).options(joinedload(Secondment.person)).where(Secondment.state != State.CANCELLED)
    rows = session.scalars(query.order_by(Secondment.person_id, Secondment.begins_on)).all()
    for first, second in pairwise(rows):
        if first.person_id != second.person_id:
            continue
        if first.state is State.RUNNING and second.state is State.RUNNING:
            yield f"{first.person.name}同时有两期进行中的抽调（{first.id}、{second.id}）"
        if second.begins_on < first.ends_before:
            yield f"{first.person.name}的两期抽调重叠（{first.id}、{second.id}）"


def _seats(session: Session) -> Iterator[str]:
    query = select(Secondment, Seat).outerjoin(Seat, Seat.id == Secondment.seat_id).order_by(Secondment.id)
    for secondment, seat in session.execute(query):
        if secondment.state is State.CANCELLED:
            if seat is not None:
                yield f"抽调 {secondment.id} 已取消，却还带着组员席位 {seat.id}"
            continue
        if seat is None:
            yield f"抽调 {secondment.id} 没有组员席位"
        elif _seat_facts(seat) != _wanted(secondment):
            yield f"抽调 {secondment.id} 与组员席位 {seat.id} 的人、组团或任期不一致"
    kept = select(Secondment.seat_id).where(Secondment.seat_id.is_not(None))
    for seat_id in session.scalars(select(Seat.id).where(Seat.by_secondment, Seat.id.not_in(kept)).order_by(Seat.id)):
        yield f"组员席位 {seat_id} 标记为抽调所给，却没有对应的抽调"


def _seat_facts(seat: Seat) -> tuple[object, ...]:
    return (seat.person_id, seat.kind, seat.team_id, seat.held_from, seat.held_until, seat.by_secondment)


def _wanted(row: Secondment) -> tuple[object, ...]:
    return (row.person_id, SeatKind.MEMBER, row.team_id, row.begins_on, row.ends_before, True)


def _papers(session: Session) -> Iterator[str]:
    last: dict[int, date] = {}
    for paper in session.scalars(select(TermPaper).order_by(TermPaper.id)):
        last[paper.secondment_id] = paper.ends_before
    for secondment_id, ends_before in session.execute(select(Secondment.id, Secondment.ends_before)):
        if last.get(secondment_id) != ends_before:
            named = last.get(secondment_id)
            said = (named - timedelta(days=1)).isoformat() if named else "没有文件"
            yield f"抽调 {secondment_id} 的最后一天与最后一份文件不一致（{said}）"


def _snapshots(session: Session) -> Iterator[str]:
    before: dict[int, Snapshot] = {}
    for snapshot in session.scalars(select(Snapshot).order_by(Snapshot.secondment_id, Snapshot.number)):
        earlier = before.get(snapshot.secondment_id)
        if snapshot.number != (earlier.number + 1 if earlier else 1):
            yield f"抽调 {snapshot.secondment_id} 的职务职级记录不连续"
        if earlier and snapshot.effective_on <= earlier.effective_on:
            yield f"抽调 {snapshot.secondment_id} 的职务职级记录日期不递增"
        before[snapshot.secondment_id] = snapshot
    for secondment_id in session.scalars(select(Secondment.id)):
        if secondment_id not in before:
            yield f"抽调 {secondment_id} 没有职务职级记录"


def _confirmations(session: Session) -> Iterator[str]:
    query = select(Confirmation.half, Secondment.id, Secondment.begins_on).join(
        Secondment, Secondment.id == Confirmation.secondment_id
    )
    for code, secondment_id, begins_on in session.execute(query):
        if Half.read(code).due_on < begins_on:
            yield f"抽调 {secondment_id} 确认了开始之前的半年（{code}）"
