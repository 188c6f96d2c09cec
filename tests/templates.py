"""A migrated SQLite database, made once a process: whoever wants an empty one copies its bytes."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

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
