"""What every operation on a secondment begins and ends with: the locked row, its scans, its line in the trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.audit.operations import record
from tracker.audit.queries import what_changed
from tracker.evidence.models import EvidenceKind
from tracker.evidence.operations import StoredFile, keep, retain
from tracker.identity.models import Person
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound, Stale
from tracker.kernel.text import tell
from tracker.secondments.lifecycle import LIFE, Move
from tracker.secondments.models import Secondment
from tracker.secondments.policy import may_see, require_keeper, speaks_for_home


@dataclass(frozen=True)
class Command:
    """One order of a person: sent twice, carried out once. ``version`` is that of the page it was given on."""

    by: Actor
    at: datetime
    command_id: str
    version: int | None = None


def locked(session: Session, secondment_id: int) -> Secondment:
    """Lock the person, then load the secondment as it is now. Raises NotFound."""
    person_id = session.scalar(select(Secondment.person_id).where(Secondment.id == secondment_id))
    if person_id is None:
        raise NotFound
    session.get_one(Person, person_id, with_for_update=True)
    whole = select(Secondment).options(joinedload(Secondment.person), joinedload(Secondment.team))
    return session.scalars(whole.where(Secondment.id == secondment_id).execution_options(populate_existing=True)).one()


def kept(session: Session, secondment_id: int, move: Move, order: Command) -> Secondment:
    """Lock a secondment for a move of its lead unit.

    Raises NotFound for one the actor may not see, Forbidden for one he may only see, Stale when somebody changed it
    since the page was drawn, NotOpen when it has left.
    """
    secondment = locked(session, secondment_id)
    if not may_see(order.by, secondment):
        raise NotFound
    require_keeper(order.by, secondment.team.lead_unit_id)
    LIFE.after(secondment.state, move)
    if order.version is not None and order.version != secondment.version:
        raise Stale(
            what_changed(session, ("secondment", secondment.id), tell("%(name)s的抽调", name=secondment.person.name))
        )
    return secondment


def kept_scan(session: Session, scan: StoredFile | None, order: Command) -> int | None:
    """Write the row of a scan, if there is one, and return its id; kept as long as the vouchers it gives reason for."""
    if scan is None:
        return None
    letter = keep(session, scan, EvidenceKind.LETTER, by=order.by, at=order.at)
    retain(session, [letter.id], year=day_of(order.at).year)
    return letter.id


def note_down(
    session: Session,
    action: str,
    secondment: Secondment,
    order: Command,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    note: str = "",
) -> None:
    """Record an act on a secondment in the office's chain."""
    record(
        session,
        by=order.by,
        at=order.at,
        action=action,
        subject=("secondment", secondment.id, f"{secondment.person.name} 抽调到{secondment.team.short_name}"),
        seat=_seat_of(order.by, secondment),
        before=before,
        after=after,
        note=note,
    )


def _seat_of(by: Actor, secondment: Secondment) -> str:
    lead = secondment.team.lead_unit_id
    mine = [kind for kind in (SeatKind.HEAD, SeatKind.REVIEWER) if by.holds(kind, unit_id=lead)]
    if not mine and speaks_for_home(by, secondment.home_unit_id):
        return SeatKind.HOME_UNIT
    return mine[0] if mine else ""
