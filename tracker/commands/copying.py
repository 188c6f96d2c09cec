"""Copy a database out and in: SQLite with VACUUM INTO, PostgreSQL with pg_dump and pg_restore."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import URL, inspect

from tracker.commands.opening import Sentence
from tracker.storage import Database, open_database


def dump(database: Database, folder: Path) -> Path:
    """Copy one moment of the database into the folder and return the copy's place. Writers are not held up."""
    if database.path is not None:
        copy = folder / "tracker.db"
        # One read transaction, so that no writer makes it start again (the backup interface would).
        with closing(sqlite3.connect(database.path, timeout=30)) as connection:
            connection.execute("VACUUM INTO ?", (str(copy),))
        return copy
    copy = folder / "tracker.dump"
    _run("pg_dump", database.url, "--format=custom", "--no-owner", "--no-privileges", f"--file={copy}")
    return copy


@contextmanager
def reopened(database: Database, folder: Path, copy: Path) -> Iterator[Database]:
    """Open a copy as a database of its own; a PostgreSQL copy is loaded beside the original and dropped again."""
    if database.path is not None:
        # A copy of the copy: opening for reading still leaves SQLite's own files beside it.
        opened = folder / ".opened" / copy.name
        opened.parent.mkdir()
        try:
            shutil.copyfile(copy, opened)
            yield from _open(f"sqlite:///{opened}")
        finally:
            shutil.rmtree(opened.parent)
        return
    name = f"tracker_copy_{secrets.token_hex(6)}"
    _run("createdb", database.url, "--template=template0", name, named=False)
    try:
        url = database.url.set(database=name)
        _run("pg_restore", url, "--no-owner", "--no-privileges", "--exit-on-error", "--dbname", name, str(copy))
        yield from _open(url.render_as_string(hide_password=False))
    finally:
        _run("dropdb", database.url, "--force", name, named=False)


def _open(url: str) -> Iterator[Database]:
    opened = open_database(url)
    try:
        yield opened
    finally:
        opened.close()


def is_in_use(database: Database) -> bool:
    """Tell whether there is a database with tables at the address."""
    if database.path is not None and not database.path.exists():
        return False
    return bool(inspect(database.engine).get_table_names())


def load(database: Database, copy: Path) -> Path | None:
    """Put a copy in the database's place; return where an SQLite database that was there is kept."""
    if database.path is None:
        again = ("--clean", "--if-exists") if is_in_use(database) else ()
        name = database.url.database or ""
        options = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", database.url, *options, *again, "--dbname", name, str(copy))
        database.close()
        return None
    with database.locked():
        kept = _set_aside(database, database.path)
        incoming = database.path.with_name(f".{database.path.name}-incoming")
        shutil.copyfile(copy, incoming)
        with incoming.open("rb") as file:
            os.fsync(file.fileno())
        incoming.rename(database.path)
    return kept


def _set_aside(database: Database, place: Path) -> Path | None:
    if not place.exists():
        return None
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    for beside in ("-wal", "-shm"):
        place.with_name(place.name + beside).unlink(missing_ok=True)
    kept = place.with_name(f"{place.stem}-before-restore-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{place.suffix}")
    return place.rename(kept)


def _run(program: str, url: URL, *arguments: str, named: bool = True) -> None:
    """Run one of PostgreSQL's programs; where and as whom is told by environment, so that no password shows."""
    found = shutil.which(program)
    if found is None:
        raise Sentence(f"没有找到 {program}；请安装 PostgreSQL 客户端：apt-get install postgresql-client")
    host = url.query.get("host", url.host)
    told = {"PGHOST": host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    if named:
        told["PGDATABASE"] = url.database
    environment = {**os.environ, **{key: str(value) for key, value in told.items() if value}}
    done = subprocess.run([found, *arguments], env=environment, check=False, capture_output=True, text=True)  # noqa: S603  our own arguments
    if done.returncode:
        raise Sentence(f"{program} 没有成功：{done.stderr.strip()}")
