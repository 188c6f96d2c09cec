"""The allocation standards as they stand: what the data brought, with the office's editions and checks laid over."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.equipment.editions import Adopted, Records
from tracker.equipment.models.standards import StandardCheck, StandardEdition


def records(session: Session) -> Records:
    """Read every edition adopted and the last check of each; a few hundred rows at most."""
    rows = session.scalars(select(StandardEdition).order_by(StandardEdition.since))
    later = [Adopted(row.id, row.set_key, row.code, row.value, row.since, row.number, row.source) for row in rows]
    checks = select(
        StandardCheck.set_key, StandardCheck.code, StandardCheck.edition_id, StandardCheck.is_verified
    ).order_by(StandardCheck.id)
    return Records(later, {(key, code, edition): word for key, code, edition, word in session.execute(checks)})


def checks_of(session: Session, set_key: str, code: str) -> Sequence[StandardCheck]:
    """List who checked a figure, latest first."""
    query = select(StandardCheck).options(joinedload(StandardCheck.checker))
    query = query.where(StandardCheck.set_key == set_key, StandardCheck.code == code)
    return session.scalars(query.order_by(StandardCheck.id.desc())).all()
