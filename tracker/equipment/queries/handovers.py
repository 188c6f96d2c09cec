"""Handovers page by page, and one with its things and marks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.audit.models import AuditEntry
from tracker.equipment import policy
from tracker.equipment.lifecycle import Handing
from tracker.equipment.models import Handover, HandoverLine, HandoverMark, Item, Room
from tracker.evidence.models import Evidence
from tracker.kernel.actors import Actor
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound
from tracker.storage.statements import run

PAGE = 50

_PRINTED = {"name", "model", "kind", "serial", "amount_fen"}
"""What a handover's paper prints of a card, as the trail of its corrections names it."""


@dataclass(frozen=True)
class Found:
    """A page of handovers, newest first, and whether there is more on either side."""

    handovers: Sequence[Handover]
    has_newer: bool
    has_older: bool


def find(
    session: Session,
    *,
    seen_by: Actor,
    kind: Handing | None = None,
    after: int | None = None,
    before: int | None = None,
) -> Found:
    """Return a page of handovers. ``after`` is the oldest of the page in hand, ``before`` the newest."""
    query = _whole().where(policy.visible_handovers(seen_by))
    if kind is not None:
        query = query.where(Handover.kind == kind)
    if before is not None:
        rows = session.scalars(query.where(Handover.id > before).order_by(Handover.id).limit(PAGE + 1)).all()
        return Found(rows[:PAGE][::-1], len(rows) > PAGE, has_older=True)
    if after is not None:
        query = query.where(Handover.id < after)
    rows = session.scalars(query.order_by(Handover.id.desc()).limit(PAGE + 1)).all()
    return Found(rows[:PAGE], after is not None, len(rows) > PAGE)


def returns_to_receive(session: Session, person_id: int) -> Sequence[HandoverLine]:
    """List what a person brought back by an act of his own that no keeper has confirmed yet, oldest first.

    A keeper confirms by saying that it came, by filing the signed paper, or by handing the thing on.
    """
    confirmed = select(HandoverMark.id).where(
        HandoverMark.handover_id == Handover.id, HandoverMark.marked_by != person_id
    )
    query = (
        select(HandoverLine)
        .join(Handover, Handover.id == HandoverLine.handover_id)
        .join(Item, Item.id == HandoverLine.item_id)
        .where(
            HandoverLine.from_holder_id == person_id,
            Handover.handed_by == person_id,
            Handover.kind == Handing.RETURN,
            HandoverLine.event == Item.events,
            ~confirmed.exists(),
        )
        .options(joinedload(HandoverLine.item), joinedload(HandoverLine.handover))
    )
    return session.scalars(query.order_by(HandoverLine.id)).all()


def one(session: Session, number: str, *, seen_by: Actor) -> Handover:
    """Load a handover with its things and where they came from. Raises NotFound."""
    line = selectinload(Handover.lines)
    query = _whole().options(
        line.joinedload(HandoverLine.item).joinedload(Item.owner_unit),
        line.joinedload(HandoverLine.from_holder),
        line.joinedload(HandoverLine.from_room).joinedload(Room.building),
        line.joinedload(HandoverLine.from_team),
        selectinload(Handover.marks).joinedload(HandoverMark.marker),
        selectinload(Handover.marks).joinedload(HandoverMark.scan),
        joinedload(Handover.unit),
    )
    found = session.scalar(query.where(Handover.number == number, policy.visible_handovers(seen_by)))
    if found is None:
        raise NotFound
    return found


def corrected_since(session: Session, handover: Handover) -> dict[int, date]:
    """Tell which things' cards say something else than when a handover was made: by id, the day of the last correction.

    Only what its paper prints of a card counts; the trail keeps what stood there before.
    """
    corrections = (
        select(AuditEntry)
        .where(
            AuditEntry.subject_kind == "equipment",
            AuditEntry.subject_id.in_([line.item_id for line in handover.lines]),
            AuditEntry.action == "equipment.correct",
            AuditEntry.at > handover.handed_at,
        )
        .order_by(AuditEntry.id)
    )
    return {
        entry.subject_id: day_of(entry.at) for entry in session.scalars(corrections) if _PRINTED & entry.after.keys()
    }


def seen_among(session: Session, ids: Collection[int], *, seen_by: Actor) -> set[int]:
    """Tell which of some handovers the reader may open: who counts or uses a thing need not see all of its past."""
    return set(run(session, _among(seen_by), {"ids": list(ids)}).scalars()) if ids else set()


@lru_cache(maxsize=256)
def _among(seen_by: Actor) -> Select[int]:
    named = Handover.id.in_(bindparam("ids", expanding=True))
    return select(Handover.id).where(named, policy.visible_handovers(seen_by))


def signed_scan(session: Session, number: str, evidence_id: int, *, seen_by: Actor) -> Evidence:
    """Load a scan of a handover's signed paper. Raises NotFound."""
    for mark in one(session, number, seen_by=seen_by).marks:
        if mark.scan is not None and mark.scan.id == evidence_id:
            return mark.scan
    raise NotFound


def _whole() -> Select[Handover]:
    return select(Handover).options(
        joinedload(Handover.to_person),
        joinedload(Handover.to_room).joinedload(Room.building),
        joinedload(Handover.to_team),
        joinedload(Handover.to_unit),
        joinedload(Handover.hander),
        selectinload(Handover.marks),
    )
