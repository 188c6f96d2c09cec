"""Stock-takes: sessions, how far each is, its differences, and whether a thing waits to be counted by this person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, Date, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.equipment import policy
from tracker.equipment.models import Item, Room, Stocktake, StocktakeCounter, StocktakeLine, StocktakeTag
from tracker.equipment.models.counts import Outcome
from tracker.identity.models import Person
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.errors import NotFound
from tracker.teams.models import Seat, Team
from tracker.teams.queries import held_on

PAGE = 50


@dataclass(frozen=True)
class Progress:
    """How far a session is: everything, found in place, elsewhere, said to be missing."""

    total: int = 0
    found: int = 0
    elsewhere: int = 0
    missing: int = 0

    @property
    def counted(self) -> int:
        """Count what was seen."""
        return self.found + self.elsewhere


def sessions(session: Session, *, seen_by: Actor, limit: int = PAGE) -> Sequence[Stocktake]:
    """List the sessions the reader may see, newest first."""
    query = _whole().order_by(Stocktake.id.desc())
    if not policy.reads_all(seen_by):
        mine = select(StocktakeCounter.stocktake_id).where(StocktakeCounter.person_id == seen_by.person_id)
        query = query.where(or_(Stocktake.unit_id.in_(seen_by.units()), Stocktake.id.in_(mine)))
    return session.scalars(query.limit(limit)).all()


def one(session: Session, stocktake_id: int, *, seen_by: Actor) -> Stocktake:
    """Load a session. Raises NotFound."""
    count = session.scalar(_whole().where(Stocktake.id == stocktake_id))
    if count is None or not may_see(session, count, seen_by):
        raise NotFound
    return count


def may_see(session: Session, count: Stocktake, by: Actor) -> bool:
    """Tell whether the actor may know of a session: its unit, its counters, finance and audit."""
    if policy.reads_all(by) or count.unit_id in by.units():
        return True
    return by.person_id in counter_ids(session, count.id)


def counter_ids(session: Session, stocktake_id: int) -> set[int]:
    """Return who counts."""
    named = select(StocktakeCounter.person_id).where(StocktakeCounter.stocktake_id == stocktake_id)
    return set(session.scalars(named))


def counters_to_name(session: Session, unit_id: int, on: date) -> Sequence[Person]:
    """List who could count a unit's things: people seated there or in its teams who do not keep them, by name."""
    keepers = select(Seat.person_id).where(Seat.kind == SeatKind.REVIEWER, Seat.unit_id == unit_id, held_on(on))
    led = select(Team.id).where(Team.lead_unit_id == unit_id)
    near = select(Seat.person_id).where(held_on(on), or_(Seat.unit_id == unit_id, Seat.team_id.in_(led)))
    query = select(Person).where(Person.id.in_(near), Person.id.not_in(keepers), Person.disabled_at.is_(None))
    return session.scalars(query.order_by(Person.name, Person.id)).all()


def counters(session: Session, stocktake_id: int) -> Sequence[Person]:
    """List who counts, by name."""
    query = select(Person).join(StocktakeCounter, StocktakeCounter.person_id == Person.id)
    return session.scalars(query.where(StocktakeCounter.stocktake_id == stocktake_id).order_by(Person.name)).all()


def progress(session: Session, stocktake_ids: Iterable[int]) -> dict[int, Progress]:
    """Tell how far each session is."""
    outcome = StocktakeLine.outcome
    columns = select(
        StocktakeLine.stocktake_id,
        func.count(),
        *(
            func.sum(case((outcome == kind, 1), else_=0))
            for kind in (Outcome.FOUND, Outcome.ELSEWHERE, Outcome.MISSING)
        ),
    )
    rows = session.execute(
        columns.where(StocktakeLine.stocktake_id.in_(list(stocktake_ids))).group_by(StocktakeLine.stocktake_id)
    )
    return {key: Progress(total, int(found), int(moved), int(gone)) for key, total, found, moved, gone in rows}


def lines(
    session: Session, stocktake_id: int, *, which: str = "", after: int = 0, limit: int = PAGE
) -> Sequence[StocktakeLine]:
    """List what is to be counted: all, ``open``, ``found``, or ``different`` (elsewhere or missing)."""
    query = (
        select(StocktakeLine)
        .options(
            joinedload(StocktakeLine.item),
            joinedload(StocktakeLine.book_room).joinedload(Room.building),
            joinedload(StocktakeLine.found_room).joinedload(Room.building),
            joinedload(StocktakeLine.book_holder),
            joinedload(StocktakeLine.counter),
        )
        .where(StocktakeLine.stocktake_id == stocktake_id, StocktakeLine.id > after)
        .order_by(StocktakeLine.id)
    )
    if which == "open":
        query = query.where(StocktakeLine.outcome.is_(None))
    elif which == "found":
        query = query.where(StocktakeLine.outcome == Outcome.FOUND)
    elif which == "different":
        query = query.where(StocktakeLine.outcome.in_([Outcome.ELSEWHERE, Outcome.MISSING]))
    return session.scalars(query.limit(limit)).all()


def tags(session: Session, stocktake_id: int) -> Sequence[StocktakeTag]:
    """List the unknown tags."""
    query = select(StocktakeTag).options(joinedload(StocktakeTag.room).joinedload(Room.building))
    return session.scalars(query.where(StocktakeTag.stocktake_id == stocktake_id).order_by(StocktakeTag.id)).all()


def to_count(session: Session, by: Actor, *, on: date, item_id: int | None = None) -> Sequence[Stocktake]:
    """List the open sessions in which this person counts (this thing, if one is named)."""
    query, asked = _TO_COUNT, {"person": by.person_id, "on": on}
    if item_id is not None:
        having = select(StocktakeLine.stocktake_id).where(StocktakeLine.item_id == item_id)
        query = query.where(Stocktake.id.in_(having))
    return session.scalars(query, asked).all()


def lines_of(session: Session, item_id: int, sessions: Iterable[Stocktake]) -> dict[int, StocktakeLine]:
    """Find a thing's line in each of some sessions that count it, with who counted it and where it was found."""
    query = (
        select(StocktakeLine)
        .options(joinedload(StocktakeLine.counter))
        .options(joinedload(StocktakeLine.found_room).joinedload(Room.building))
        .where(StocktakeLine.item_id == item_id, StocktakeLine.stocktake_id.in_([one.id for one in sessions]))
    )
    return {line.stocktake_id: line for line in session.scalars(query)}


def latest_of(session: Session, items: Iterable[Item]) -> dict[int, StocktakeLine]:
    """Find each thing's line in the newest session that counts it."""
    ids = [item.id for item in items]
    return {line.item_id: line for line in session.scalars(_LATEST, {"ids": ids})} if ids else {}


_NEWEST = (
    select(StocktakeLine.item_id, func.max(StocktakeLine.stocktake_id).label("count"))
    .where(StocktakeLine.item_id.in_(bindparam("ids", expanding=True)))
    .group_by(StocktakeLine.item_id)
    .subquery()
)
_LATEST = select(StocktakeLine).join(
    _NEWEST, (_NEWEST.c.item_id == StocktakeLine.item_id) & (_NEWEST.c.count == StocktakeLine.stocktake_id)
)


def _whole() -> Select[Stocktake]:
    return select(Stocktake).options(
        joinedload(Stocktake.unit),
        joinedload(Stocktake.team),
        joinedload(Stocktake.room).joinedload(Room.building),
        joinedload(Stocktake.opener),
        joinedload(Stocktake.signer),
    )


_MINE = select(StocktakeCounter.stocktake_id).where(StocktakeCounter.person_id == bindparam("person", type_=BigInteger))
_TO_COUNT = (
    _whole()
    .where(Stocktake.id.in_(_MINE), Stocktake.signed_at.is_(None), Stocktake.closes_on >= bindparam("on", type_=Date))
    .order_by(Stocktake.id.desc())
)
