"""Look for things: page by page, with how many there are of each state, and all of them for a sheet."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from itertools import product
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.equipment import policy
from tracker.equipment.kinds import ItemKind
from tracker.equipment.lifecycle import ItemState
from tracker.equipment.models import Item, KeptTally, Room
from tracker.equipment.queries.items import whole
from tracker.identity.models import Person, Unit
from tracker.kernel.actors import Actor
from tracker.storage.statements import run
from tracker.teams.models import Team

PAGE = 50
MOST_COUNTED = 1000
"""Hits of a word that are counted; of more, a list says so and no figure."""
_FEW = 500
"""People a word means that are named one by one."""
_NUMBERED = re.compile(r"ZC-\d")
Parts = Sequence[ColumnElement[bool]]
"""What somebody may see, in parts that share nothing."""


@dataclass(frozen=True)
class Wanted:
    """What to look for; an empty part asks for nothing. Disposed things show only when asked for."""

    text: str = ""
    kind: ItemKind | None = None
    state: ItemState | None = None
    room_id: int | None = None
    team_id: int | None = None
    unit_id: int | None = None
    is_mine: bool = False
    overdue_on: date | None = None
    holders: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """Whom a word means, where that was looked up already."""


@dataclass(frozen=True)
class Found:
    """A page of things, newest first, and whether there is more on either side."""

    items: Sequence[Item]
    has_newer: bool
    has_older: bool


@dataclass(frozen=True)
class Tally:
    """How many cards, and their price in fen."""

    count: int = 0
    fen: int = 0


@dataclass(frozen=True)
class Tallies:
    """Cards by state; the total leaves out what was disposed of."""

    by_state: dict[ItemState, Tally] = field(default_factory=dict)
    is_whole: bool = True
    """False where there are more than anybody counts: then nothing is known of any state."""

    @property
    def total(self) -> Tally:
        """Add up what is not disposed of."""
        kept = [tally for state, tally in self.by_state.items() if state is not ItemState.DISPOSED]
        return Tally(sum(tally.count for tally in kept), sum(tally.fen for tally in kept))

    def of(self, state: ItemState) -> Tally:
        """Return the cards of a state."""
        return self.by_state.get(state, Tally())


def listing(
    session: Session, wanted: Wanted, *, seen_by: Actor, after: int | None = None, before: int | None = None
) -> tuple[Found, Tallies]:
    """Return a page of things and how many there are of each state, whatever state is looked at.

    ``after`` is the oldest of the page in hand, ``before`` the newest. What a word finds is gone through once: up to
    MOST_COUNTED hits make page and counts; where there are more, the page is found at once and nobody counts them.
    """
    asked = replace(wanted, holders=_holders(session, wanted.text))
    if not wanted.text or _NUMBERED.match(wanted.text) or wanted.overdue_on is not None:
        # Who reads all is shown everything in one order, and counted owner by owner.
        parts = None if policy.reads_all(seen_by) else _parts(session, seen_by, by_owner=True)
        found = find(session, asked, seen_by=seen_by, after=after, before=before, parts=parts)
        return found, tallies(session, asked, seen_by=seen_by, parts=parts)
    hits = _hits(session, asked, seen_by)
    if len(hits) > MOST_COUNTED:
        return find(session, asked, seen_by=seen_by, after=after, before=before), Tallies(is_whole=False)
    shown = [hit for hit in hits if (hit.state == wanted.state if wanted.state else hit.state != ItemState.DISPOSED)]
    ids = [hit.id for hit in shown if _is_on_side(hit.id, after, before)]
    return _page(session, sorted(ids, reverse=before is None), after, before), _counted(hits)


def find(
    session: Session,
    wanted: Wanted,
    *,
    seen_by: Actor,
    after: int | None = None,
    before: int | None = None,
    parts: Parts | None = None,
) -> Found:
    """Return a page of things. ``after`` is the oldest of the page in hand, ``before`` the newest.

    ``parts`` are what the actor may see, where that was looked up already.
    """
    query = select(Item.id).where(*conditions(wanted, seen_by))
    if before is not None:
        query = query.where(Item.id > before)
    elif after is not None:
        query = query.where(Item.id < after)
    # The ids come out of the indexes alone; only the page's own cards are read whole.
    ids: list[int] = []
    if parts is None:
        parts = _parts(session, seen_by, by_owner=bool(wanted.text))
    if wanted.overdue_on is not None:
        parts = [policy.visible_items(seen_by)]  # what is overdue is few, and found by the day
    owned = len(parts) if policy.reads_all(seen_by) else len(seen_by.units())
    for place, part in enumerate(parts):
        # What a unit owns is walked in its index's order; the few things of others are found first and sorted then.
        key = Item.id if place < owned else Item.id + 0
        ordered = query.where(part).order_by(key.desc() if before is None else key)
        ids += session.scalars(ordered.limit(PAGE + 1))
    return _page(session, sorted(ids, reverse=before is None), after, before)


def tallies(session: Session, wanted: Wanted, *, seen_by: Actor, parts: Parts | None = None) -> Tallies:
    """Count the things of each state, whatever state is looked at.

    What is kept of each owner, class and state is added up where nothing else is asked for; the things of others, which
    are few, and what a place, a team or a number leaves are counted from the cards.
    """
    asked = replace(wanted, state=None, overdue_on=None)
    is_kept = asked == Wanted(kind=asked.kind, unit_id=asked.unit_id)
    rows: list[Row[Any]] = list(session.execute(_kept(asked, seen_by))) if is_kept else []
    if is_kept and policy.reads_all(seen_by):
        parts = []
    elif parts is None:
        parts = _parts(session, seen_by, by_owner=True)
    by_state = select(Item.state, func.count(), func.sum(Item.price_fen)).where(
        *conditions(asked, seen_by, with_disposed=True)
    )
    for part in parts[len(seen_by.units()) if is_kept else 0 :]:
        rows += session.execute(by_state.where(part).group_by(Item.state))
    found: dict[ItemState, Tally] = {}
    for state, count, fen in map(tuple, rows):
        so_far = found.get(state, Tally())
        found[state] = Tally(so_far.count + int(count), so_far.fen + int(fen))
    return Tallies({state: tally for state, tally in found.items() if tally.count})


def _kept(wanted: Wanted, by: Actor) -> Select[ItemState, int, int]:
    """Ask what is kept of what the actor's units own, or of everything for who reads all."""
    kept = select(KeptTally.state, func.sum(KeptTally.count), func.sum(KeptTally.fen)).group_by(KeptTally.state)
    if not policy.reads_all(by):
        kept = kept.where(KeptTally.owner_unit_id.in_(by.units()))
    if wanted.kind is not None:
        kept = kept.where(KeptTally.kind == wanted.kind)
    if wanted.unit_id is not None:
        kept = kept.where(KeptTally.owner_unit_id == wanted.unit_id)
    return kept


def _hits(session: Session, wanted: Wanted, by: Actor) -> list[Row[tuple[int, ItemState, int]]]:
    """Return what a word finds, of each state, or more than MOST_COUNTED of it.

    What people named so hold is found by who they are; so the cards, which are all gone through, are asked for their
    words alone.
    """
    asked = replace(wanted, state=None)
    query = select(Item.id, Item.state, Item.price_fen)
    on_cards = replace(asked, holders=dict.fromkeys(asked.holders, ()))
    ways = [query.where(*conditions(on_cards, by, with_disposed=True))]
    if holders := sorted({person for people in asked.holders.values() for person in people}):
        ways.append(query.where(Item.holder_id.in_(holders), *conditions(asked, by, with_disposed=True)))
    hits: dict[int, Row[tuple[int, ItemState, int]]] = {}
    for part, way in product(_parts(session, by, by_owner=True), ways):
        hits |= {hit.id: hit for hit in session.execute(way.where(part).limit(MOST_COUNTED + 1))}
        if len(hits) > MOST_COUNTED:
            break
    return list(hits.values())


def _counted(hits: Iterable[Row[tuple[int, ItemState, int]]]) -> Tallies:
    found: dict[ItemState, Tally] = {}
    for hit in hits:
        so_far = found.get(hit.state, Tally())
        found[hit.state] = Tally(so_far.count + 1, so_far.fen + hit.price_fen)
    return Tallies(found)


def _page(session: Session, ids: Sequence[int], after: int | None, before: int | None) -> Found:
    """Read the cards of a page; ``ids`` come in the order of reading, with at least one more if there is more."""
    shown = session.scalars(_SHOWN, {"ids": ids[:PAGE]}).all() if ids else []
    if before is not None:
        return Found(shown, len(ids) > PAGE, has_older=True)
    return Found(shown, after is not None, len(ids) > PAGE)


_SHOWN = whole().where(Item.id.in_(bindparam("ids", expanding=True))).order_by(Item.id.desc())


def _is_on_side(item_id: int, after: int | None, before: int | None) -> bool:
    if before is not None:
        return item_id > before
    return after is None or item_id < after


def _holders(session: Session, text: str) -> dict[str, Sequence[int]]:
    """Find who is meant by each word, in one look; words that mean more than a few hundred are left to the query."""
    words = [word for word in text.split() if not _NUMBERED.match(word)]
    if not words:
        return {}
    named = select(Person.id, Person.name).where(or_(*map(_is_named, words)))
    people = session.execute(named.limit(_FEW + 1)).all()
    if len(people) > _FEW:
        return {}
    return {word: [person.id for person in people if word.lower() in person.name.lower()] for word in words}


def every(session: Session, wanted: Wanted, *, seen_by: Actor, most: int = 50_000) -> Iterator[Item]:
    """Go through the things in the order of their cards, for a sheet."""
    query = whole().options(joinedload(Item.first_room).joinedload(Room.building))
    query = query.where(policy.visible_items(seen_by), *conditions(wanted, seen_by)).order_by(Item.id).limit(most)
    yield from session.scalars(query.execution_options(yield_per=1000))


def conditions(wanted: Wanted, by: Actor, *, with_disposed: bool = False) -> list[ColumnElement[bool]]:
    """Turn what is looked for into conditions."""
    # The words come first: SQLite asks in this order, and they leave the least to ask on about.
    found = [_mentions(word, wanted.holders.get(word)) for word in wanted.text.split()]
    if wanted.state is not None:
        found.append(Item.state == wanted.state)
    elif not with_disposed:
        found.append(Item.state != ItemState.DISPOSED)
    if wanted.kind is not None:
        found.append(Item.kind == wanted.kind)
    if wanted.room_id is not None:
        found.append(Item.room_id == wanted.room_id)
    if wanted.team_id is not None:
        found.append(Item.team_id == wanted.team_id)
    if wanted.unit_id is not None:
        found.append(Item.owner_unit_id == wanted.unit_id)
    if wanted.is_mine:
        found.append(Item.holder_id == by.person_id)
    if wanted.overdue_on is not None:
        found.append(Item.due_on < wanted.overdue_on)
    return found


def _parts(session: Session, by: Actor, *, by_owner: bool) -> Parts:
    """Split what the actor may see; ``by_owner`` also for who reads all of it, so that each owner's index is used."""
    if not policy.reads_all(by):
        led = run(session, _LED, {"units": sorted(by.units())}).scalars().all() if by.units() else ()
        parts, any_near = _parts_of(by, tuple(led))
        return parts if run(session, any_near).first() else parts[:-1]
    if not by_owner:
        return policy.visible_parts(by)
    return policy.visible_parts(by, run(session, _OWNERS).scalars().all())


@lru_cache(maxsize=256)
def _parts_of(by: Actor, led: tuple[int, ...]) -> tuple[Parts, Select[int]]:
    """Return the parts, the near one last, and the question whether anything is near: mostly nothing is."""
    parts = policy.visible_parts(by, led=led)
    return parts, select(Item.id).where(parts[-1]).limit(1)


_LED = select(Team.id).where(Team.lead_unit_id.in_(bindparam("units", expanding=True)))
_OWNERS = select(Unit.id).where(select(Item.id).where(Item.owner_unit_id == Unit.id).exists())


def _mentions(word: str, holders: Sequence[int] | None) -> ColumnElement[bool]:
    if _NUMBERED.match(word):
        return (Item.number >= word) & (Item.number < word + "~") & Item.number.startswith(word, autoescape=True)
    on_card = Item.words.contains(word.lower(), autoescape=True)
    if holders is not None and not holders:
        return on_card
    return or_(on_card, Item.holder_id.in_(holders if holders is not None else _named(word)))


def _named(word: str) -> Select[int]:
    return select(Person.id).where(_is_named(word))


def _is_named(word: str) -> ColumnElement[bool]:
    """Chinese knows no small letters, and asking without them is several times as quick."""
    if word.lower() == word.upper():
        return Person.name.contains(word.lower(), autoescape=True)
    return Person.name.icontains(word, autoescape=True)
