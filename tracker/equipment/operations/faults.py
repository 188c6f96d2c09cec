"""Report that a thing does not work, and answer the report: sent to repair, or closed with a reason."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.audit.operations import record
from tracker.equipment import policy
from tracker.equipment.facts import Order
from tracker.equipment.lifecycle import ItemState
from tracker.equipment.models import Fault, Handover, Item
from tracker.evidence.models import EvidenceKind
from tracker.evidence.operations import StoredFile, keep
from tracker.kernel.actors import SeatKind
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import tell
from tracker.storage.statements import take_turn


def report_fault(session: Session, number: str, words: str, photo: StoredFile | None, order: Order) -> Fault:
    """Report a fault of a thing the actor sees. The same command a second time returns the first's report.

    Raises NotFound for a thing the actor may not see, Forbidden for who only reads, Refused naming the field.
    """
    take_turn(session, order.command_id)
    done = session.scalar(select(Fault).where(Fault.command_id == order.command_id))
    if done is not None:
        return done
    is_seen = or_(policy.visible_items(order.by), policy.counted_items(order.by))
    item = session.scalar(select(Item).where(Item.number == number, is_seen).with_for_update())
    if item is None:
        raise NotFound
    policy.require_reporter(order.by)
    if not words:
        raise Refused("请写明哪里坏了", field="words")
    if item.state is ItemState.DISPOSED:
        raise Refused(tell("%(item)s已经报废处置，不能报修", item=item.label))
    kept = keep(session, photo, EvidenceKind.OTHER, by=order.by, at=order.at) if photo is not None else None
    fault = Fault(
        item_id=item.id,
        description=words,
        photo_id=kept.id if kept else None,
        reported_by=order.by.person_id,
        reported_at=order.at,
        command_id=order.command_id,
    )
    session.add(fault)
    session.flush()
    _note_down(session, "fault.report", fault, item, order, seat="", note=words)
    return fault


def close_fault(session: Session, fault_id: int, reason: str, order: Order) -> Fault:
    """Close a report without a repair, with a reason. A second click finds it closed.

    Raises NotFound for what the actor may not see, Forbidden for who does not keep the thing, Refused.
    """
    query = select(Fault).options(joinedload(Fault.item)).join(Item, Item.id == Fault.item_id)
    query = query.where(Fault.id == fault_id, policy.visible_items(order.by))
    fault = session.scalar(query.with_for_update(of=Fault).execution_options(populate_existing=True))
    if fault is None:
        raise NotFound
    policy.require_keeper(order.by, fault.item.owner_unit_id)
    if not reason:
        raise Refused("请写明为什么不用送修", field="reason")
    if fault.closed_at is None:
        fault.reason, fault.closed_by, fault.closed_at = reason, order.by.person_id, order.at
        session.flush()
        _note_down(session, "fault.close", fault, fault.item, order, seat=SeatKind.REVIEWER, note=reason)
    return fault


def answer_with(session: Session, handover: Handover, items: Sequence[Item], order: Order) -> None:
    """Tie the open reports of things that went to repair, or for good, to that handover; its trail line tells of it."""
    wanted = select(Fault).where(Fault.item_id.in_([item.id for item in items]), Fault.closed_at.is_(None))
    for fault in session.scalars(wanted.order_by(Fault.id).with_for_update()):
        fault.handover_id, fault.closed_by, fault.closed_at = handover.id, order.by.person_id, order.at
    session.flush()


def _note_down(session: Session, action: str, fault: Fault, item: Item, order: Order, *, seat: str, note: str) -> None:
    record(
        session,
        by=order.by,
        at=order.at,
        action=action,
        subject=("fault", fault.id, item.label),
        seat=seat,
        after={"number": item.number, "evidence_id": fault.photo_id},
        note=note,
    )
