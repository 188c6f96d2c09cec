"""SQLite databases made once a process, empty or with an office in them: whoever wants one copies its bytes."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from tests.office import Office, an_office
from tracker import schema
from tracker.storage import Database, open_database


@cache
def _migrated() -> bytes:
    """Take an empty database through every migration; return the file as it then is."""
    with tempfile.TemporaryDirectory(prefix="tracker-template-") as folder:
        place = Path(folder) / "tracker.db"
        database = open_database(f"sqlite:///{place}")
        schema.upgrade(database)
        settle(database)
        return place.read_bytes()


def settle(database: Database) -> None:
    """Close a database with everything in its one file, ready to be copied."""
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()


def a_migrated(place: Path) -> Database:
    """Open a migrated, empty database of its own at a place where there is none yet."""
    place.write_bytes(_migrated())
    return open_database(f"sqlite:///{place}")


@cache
def _furnished(**figures_fen: int) -> tuple[bytes, Office]:
    """Make the office once with these figures; return the file as it then is, and what is in it."""
    with tempfile.TemporaryDirectory(prefix="tracker-template-") as folder:
        place = Path(folder) / "tracker.db"
        made = an_office(a_migrated(place), **figures_fen)
        settle(made.database)
        return place.read_bytes(), made


def own_copy(made: Office, database: Database) -> Office:
    """Hand out an office of one's own in a copy of its database: people added there are in nobody else's."""
    return replace(made, database=database, people=dict(made.people), categories=dict(made.categories))


def a_furnished(place: Path, **figures_fen: int) -> Office:
    """Open an office at a place where there is none yet; its figures are those of ``an_office``, in fen."""
    data, made = _furnished(**figures_fen)
    place.write_bytes(data)
    return own_copy(made, open_database(f"sqlite:///{place}"))
