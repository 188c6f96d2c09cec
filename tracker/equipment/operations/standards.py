"""Keep the allocation standards: record that figures were checked, adopt a newer edition; nothing is overwritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.equipment import policy
from tracker.equipment.editions import WHAT_NAMES, Entry, What
from tracker.equipment.facts import LONGEST_LIFE, Order
from tracker.equipment.models.standards import StandardCheck, StandardEdition
from tracker.equipment.queries.standards import records
from tracker.kernel.actors import SeatKind
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.money import LARGEST_FEN
from tracker.kernel.text import tell
from tracker.storage.statements import take_turn

_MOST = {What.CAP: LARGEST_FEN, What.LIFE: LONGEST_LIFE, What.QUANTITY: 1000}


@dataclass(frozen=True)
class CheckFacts:
    """What was found beside the document: its number, the page or a remark, and whether the figure stands there."""

    is_verified: bool
    number: str
    remark: str


@dataclass(frozen=True)
class EditionFacts:
    """A newer figure: fen, years, percent or heads; the first day it holds; document number and where it was read."""

    value: int | None
    since: date
    number: str
    source: str


def check_figures(session: Session, set_key: str, codes: Sequence[str], facts: CheckFacts, order: Order) -> int:
    """Record that figures of a standard were laid beside its document; no codes mean all. Return how many.

    The newest edition of each is meant; another record takes the word back. The same command a second time writes
    nothing more. Raises Forbidden but for the finance officer, NotFound, Refused naming the field.
    """
    policy.require_officer(order.by)
    _lock(session, set_key, order)
    entries = {entry.code: entry for entry in records(session).entries(set_key)}
    chosen = [entries[code] for code in codes or entries if code in entries]
    if not chosen or len(chosen) != len(codes or entries):
        raise NotFound
    if not facts.number or not facts.remark:
        raise Refused("请写明文号，以及页码或核对情况", field="remark" if facts.number else "number")
    done = session.scalars(select(StandardCheck.id).where(StandardCheck.command_id == order.command_id)).all()
    if done:
        return len(done)
    for entry in chosen:
        session.add(
            StandardCheck(
                set_key=set_key,
                code=entry.code,
                edition_id=entry.last.id,
                is_verified=facts.is_verified,
                number=facts.number,
                remark=facts.remark,
                checked_by=order.by.person_id,
                checked_at=order.at,
                command_id=order.command_id,
            )
        )
    session.flush()
    first = session.scalars(select(StandardCheck.id).where(StandardCheck.command_id == order.command_id)).all()[0]
    title = records(session).sets[set_key].title
    trail(
        session,
        order,
        "verify" if facts.is_verified else "unverify",
        (first, _label(chosen[0]) if len(chosen) == 1 else title),
        after={"name": title, "count": len(chosen), "paper": facts.number},
        note=facts.remark,
    )
    return len(chosen)


def adopt_edition(session: Session, set_key: str, code: str, facts: EditionFacts, order: Order) -> StandardEdition:
    """Adopt a newer edition of a figure from a day on; the one before ends the day before and stays as it was.

    It is unverified until somebody records a check. The same command a second time returns the first's. Raises
    Forbidden but for the finance officer, NotFound, Refused naming the field.
    """
    policy.require_officer(order.by)
    _lock(session, set_key, order)
    done = session.scalar(select(StandardEdition).where(StandardEdition.command_id == order.command_id))
    if done is not None:
        return done
    entry = records(session).entry(set_key, code)
    if entry is None:
        raise NotFound
    _check(entry, facts)
    edition = StandardEdition(
        set_key=set_key,
        code=code,
        value=facts.value,
        since=facts.since,
        number=facts.number,
        source=facts.source,
        adopted_by=order.by.person_id,
        adopted_at=order.at,
        command_id=order.command_id,
    )
    session.add(edition)
    session.flush()
    trail(
        session,
        order,
        "adopt",
        (edition.id, _label(entry)),
        before={"figure": entry.told(entry.last.value), "paper": entry.last.number},
        after={"figure": entry.told(edition.value), "paper": facts.number, "effective_on": facts.since},
        note=facts.source,
    )
    return edition


def _check(entry: Entry, facts: EditionFacts) -> None:
    if facts.value is None or not 0 < facts.value <= _MOST[entry.what]:
        raise Refused("请填写新的数值，要大于 0，并在合理范围内", field="value")
    if not facts.number or not facts.source:
        raise Refused("请写明新标准的文号和出处", field="source" if facts.number else "number")
    if facts.since <= entry.last.since:
        raise Refused(
            tell(
                "现行数值从 %(since)s 起执行，新的要从更晚的日子起；原有的不能改写",
                since=entry.last.since.isoformat(),
            ),
            field="since",
        )


def trail(
    session: Session,
    order: Order,
    act: str,
    named: tuple[int, str],
    *,
    after: Mapping[str, object],
    note: str,
    before: Mapping[str, object] | None = None,
) -> None:
    """Leave the trail of what the finance officer did to a standard; ``named`` is the row's id and its name."""
    record(
        session,
        by=order.by,
        at=order.at,
        action=f"standard.{act}",
        subject=("standard", *named),
        seat=SeatKind.OFFICER,
        before=before,
        after=after,
        note=note,
    )


def _lock(session: Session, set_key: str, order: Order) -> None:
    if set_key not in records(session).sets:
        raise NotFound
    take_turn(session, f"standard:{set_key}")
    take_turn(session, order.command_id)


def _label(entry: Entry) -> str:
    return f"{entry.name} {WHAT_NAMES[entry.what]}"
