"""Copy a database out and in: SQLite with VACUUM INTO, PostgreSQL with pg_dump, pg_restore and psql."""

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
from subprocess import DEVNULL, PIPE, Popen
from tempfile import TemporaryFile

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
    left_out = f"--exclude-schema={_SET_ASIDE}*"
    _run("pg_dump", database.url, "--format=custom", "--no-owner", "--no-privileges", left_out, f"--file={copy}")
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


def load(database: Database, copy: Path) -> str | None:
    """Put a copy in the database's place, whole or not at all; return where what was there is kept, for people.

    SQLite keeps the file under another name, PostgreSQL the schema. Raises Sentence when the copy cannot be loaded;
    what was there is then in place as before.
    """
    if database.path is None:
        kept_in = _load_postgres(database, copy)
        database.close()
        return kept_in
    with database.locked():
        kept = _set_aside(database, database.path)
        incoming = database.path.with_name(f".{database.path.name}-incoming")
        shutil.copyfile(copy, incoming)
        with incoming.open("rb") as file:
            os.fsync(file.fileno())
        incoming.rename(database.path)
    return str(kept) if kept else None


_SET_ASIDE = "tracker_before_restore_"


def _load_postgres(database: Database, copy: Path) -> str | None:
    """Load the copy into an empty schema in one transaction, the schema with the present data renamed in the same.

    The tables of a newer version may point at those the copy brings, so they cannot be dropped one by one; renaming
    them all takes no time, leaves them whole, and is undone with everything else when the copy turns out unreadable.
    """
    aside = f"{_SET_ASIDE}{datetime.now(UTC):%Y%m%dt%H%M%S}" if is_in_use(database) else None
    begin = "BEGIN;\n"
    if aside:
        begin += f"ALTER SCHEMA public RENAME TO {aside};\nCREATE SCHEMA public;\n"
    restoring, environment = _program("pg_restore", database.url)
    loading, _ = _program("psql", database.url)
    into = [loading, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--dbname", database.url.database or ""]
    out_of = [restoring, "--no-owner", "--no-privileges", "--exit-on-error", "--file=-", str(copy)]
    with TemporaryFile() as said, TemporaryFile() as answered:
        script = Popen(out_of, env=environment, stdin=DEVNULL, stdout=PIPE, stderr=said)  # noqa: S603  our own arguments
        psql = Popen(into, env=environment, stdin=PIPE, stdout=DEVNULL, stderr=answered)  # noqa: S603  our own arguments
        with script, psql:
            assert script.stdout is not None  # noqa: S101  both were opened as pipes
            assert psql.stdin is not None  # noqa: S101
            try:
                psql.stdin.write(begin.encode())
                shutil.copyfileobj(script.stdout, psql.stdin)
                # Only what was read to its end is committed; else the connection ends and the server takes it back.
                if script.wait() == 0:
                    psql.stdin.write(b"COMMIT;\n")
                psql.stdin.close()
            except BrokenPipeError:
                script.kill()
            psql.wait()
        for name, program, words in (("psql", psql, answered), ("pg_restore", script, said)):
            if program.returncode:
                words.seek(0)
                raise Sentence(f"{name} 没有成功，原来的数据没有动：{words.read().decode(errors='replace').strip()}")
    return f"{database.url.database} 的 {aside}（schema）" if aside else None


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
    """Run one of PostgreSQL's programs to its end. Raises Sentence with what it says when it fails."""
    found, environment = _program(program, url, named=named)
    done = subprocess.run([found, *arguments], env=environment, check=False, capture_output=True, text=True)  # noqa: S603  our own arguments
    if done.returncode:
        raise Sentence(f"{program} 没有成功：{done.stderr.strip()}")


def _program(program: str, url: URL, *, named: bool = True) -> tuple[str, dict[str, str]]:
    """Find one of PostgreSQL's programs; where and as whom is told by environment, so that no password shows."""
    found = shutil.which(program)
    if found is None:
        raise Sentence(f"没有找到 {program}；请安装 PostgreSQL 客户端：apt-get install postgresql-client")
    host = url.query.get("host", url.host)
    told = {"PGHOST": host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    if named:
        told["PGDATABASE"] = url.database
    return found, {**os.environ, **{key: str(value) for key, value in told.items() if value}}
