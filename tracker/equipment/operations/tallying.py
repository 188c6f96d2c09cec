"""Keep the tallies in step: whatever writes cards or moves things says so in the same transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache

from sqlalchemy import Executable, bindparam
from sqlalchemy.orm import Session

from tracker.equipment.kinds import ItemKind
from tracker.equipment.lifecycle import ItemState
from tracker.equipment.models import KeptTally
from tracker.storage.statements import dialect_of, insert_in, run, table

Change = tuple[ItemKind, ItemState, int, int]
"""Of a class and a state: how many cards more, and how many fen more; less than nothing where they leave it."""


def keep_tally(session: Session, unit_id: int, changes: Iterable[Change]) -> None:
    """Add changes to the tallies of a unit's things.

    Whoever calls holds the unit's lock (``lock_unit``): two who tally the same unit then never wait for each other's
    rows crosswise.
    """
    sums: dict[tuple[ItemKind, ItemState], list[int]] = defaultdict(lambda: [0, 0])
    for kind, state, count, fen in changes:
        so_far = sums[kind, state]
        so_far[0] += count
        so_far[1] += fen
    rows = [
        {"owner_unit_id": unit_id, "kind": kind, "state": state, "count": count, "fen": fen}
        for (kind, state), (count, fen) in sums.items()
        if count or fen
    ]
    if rows:
        run(session, _add(dialect_of(session)), rows)


@cache
def _add(dialect: str) -> Executable:
    things = table(KeptTally).c
    fresh = insert_in(dialect, KeptTally).values({column.name: bindparam(column.name) for column in things})
    return fresh.on_conflict_do_update(
        index_elements=["owner_unit_id", "kind", "state"],
        set_={"count": things.count + fresh.excluded.count, "fen": things.fen + fresh.excluded.fen},
    )
