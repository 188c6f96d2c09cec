"""Reports of faults: those of a thing, those that wait for a keeper, and those a person made."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, func, or_, select, true
from sqlalchemy.orm import Session, aliased, joinedload

from tracker.equipment import policy
from tracker.equipment.models import Fault, Item
from tracker.equipment.models.rooms import Room
from tracker.evidence.models import Evidence
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound
from tracker.storage.statements import run

_MOST = 100


def waiting(session: Session, *, seen_by: Actor) -> Sequence[Fault]:
    """List the open reports the actor may see, oldest first."""
    query = _whole().where(Fault.closed_at.is_(None), _visible(seen_by))
    return session.scalars(query.order_by(Fault.id).limit(_MOST)).all()


def answered(session: Session, *, seen_by: Actor) -> Sequence[Fault]:
    """List the latest reports that were answered."""
    query = _whole().where(Fault.closed_at.is_not(None), _visible(seen_by))
    return session.scalars(query.order_by(Fault.id.desc()).limit(20)).all()


def waiting_count(session: Session, *, kept_by: Actor) -> int:
    """Count the open reports of things the actor keeps."""
    kept = sorted(policy.kept_units(kept_by))
    return run(session, _WAITING, {"units": kept}).scalar_one() if kept else 0


def of_item(session: Session, item_id: int) -> Sequence[Fault]:
    """List the latest reports of a thing."""
    return session.scalars(_whole().where(Fault.item_id == item_id).order_by(Fault.id.desc()).limit(5)).all()


def told(session: Session, item_ids: Sequence[int]) -> str:
    """Put the open reports of things into one text, as the reason of sending them to repair."""
    query = select(Fault.description).where(Fault.item_id.in_(item_ids), Fault.closed_at.is_(None))
    return "；".join(session.scalars(query.order_by(Fault.id)))[:200]


def photo(session: Session, fault_id: int, *, seen_by: Actor) -> Evidence:
    """Load the picture of a report. Raises NotFound."""
    query = _whole().options(joinedload(Fault.photo)).where(Fault.id == fault_id)
    is_seen = or_(policy.visible_items(seen_by), Fault.reported_by == seen_by.person_id)
    fault = session.scalar(query.where(is_seen))
    if fault is None or fault.photo is None:
        raise NotFound
    return fault.photo


def _whole() -> Select[Fault]:
    return (
        select(Fault)
        .join(Item, Item.id == Fault.item_id)
        .options(
            joinedload(Fault.item).joinedload(Item.holder),
            joinedload(Fault.item).joinedload(Item.room).joinedload(Room.building),
            joinedload(Fault.reporter),
            joinedload(Fault.closer),
            joinedload(Fault.handover),
        )
    )


def _owner_in(units: Collection[int] | BindParameter[Any]) -> ColumnElement[bool]:
    """Ask each report for its thing's owner: the few open reports lead to the things, never the other way."""
    thing = aliased(Item)
    return select(thing.owner_unit_id).where(thing.id == Fault.item_id).scalar_subquery().in_(units)


_WAITING = select(func.count()).where(Fault.closed_at.is_(None), _owner_in(bindparam("units", expanding=True)))


def _visible(by: Actor) -> ColumnElement[bool]:
    if policy.reads_all(by):
        return true()
    return or_(_owner_in(by.units()), Fault.reported_by == by.person_id)
