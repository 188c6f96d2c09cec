"""One database, SQLite or PostgreSQL, and the one way to write to it.

SQLite: the driver opens no transactions of its own, a writer says BEGIN IMMEDIATE, and a file lock taken
before it is held over the commit, because SQLite's own busy handler starves writers.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from tracker.kernel.errors import Busy, Stale
from tracker.storage.disk import UNWRITABLE, writable
from tracker.storage.turns import Turns

_POSTGRES_LIMITS = (
    "-c statement_timeout=20000 -c lock_timeout=10000 -c timezone=UTC -c join_collapse_limit=4 -c random_page_cost=1.1"
)
"""Joins are written from what is asked for outwards: weighing every order of ten took longer than asking. What is asked
lies in memory or on a disk without arms, so that an index is read alone where it holds what is asked for."""


class Database:
    """The engine of one database and the lock its writers queue at."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.path = Path(self.url.database).resolve() if self.is_sqlite and self.url.database else None
        self.engine = self._sqlite_engine() if self.is_sqlite else self._postgres_engine()
        self._holder = threading.local()
        self._turns = Turns()
        self._writer = self.engine.execution_options(writer=True)

    def _sqlite_engine(self) -> Engine:
        if self.path is None:
            raise ValueError("the database needs a file: in-memory SQLite cannot be shared by connections")
        self.path.parent.mkdir(parents=True, exist_ok=True)
        engine = create_engine(self.url, connect_args={"timeout": 30, "check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine

    def _postgres_engine(self) -> Engine:
        return create_engine(
            self.url, pool_size=8, max_overflow=16, pool_pre_ping=True, connect_args={"options": _POSTGRES_LIMITS}
        )

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a session that only reads."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Open a session that sees one moment throughout and may take longer than a page may."""
        with Session(self.engine, expire_on_commit=False) as session:
            if not self.is_sqlite:
                session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                session.execute(text("SET LOCAL statement_timeout = 0"))
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Open a session of its own, commit it whole or not at all.

        Raises Busy when others hold the database, Stale when another wrote meanwhile what may stand only once.
        """
        with self.locked():
            try:
                with Session(self._writer, expire_on_commit=False) as session, session.begin():
                    yield session
            except OperationalError as error:
                raise _as_refusal(error) from error
            except IntegrityError as error:
                if not _stands_already(error):
                    raise
                raise Stale("刚有人办了同一件事，这一步没有保存；请刷新页面，看过最新内容再办") from error

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Queue at the writers' lock (SQLite); PostgreSQL queues by itself.

        Raises RuntimeError inside another unit of work of the same thread: it would wait for itself for ever;
        Busy when the lock's file cannot be written.
        """
        if self.path is None:
            yield
            return
        if getattr(self._holder, "holds", False):
            raise RuntimeError("a unit of work is already open in this thread")
        # The threads of a process queue first: the file's lock alone is taken again by whoever has just let go of it.
        with self._turns.turn():
            with writable():
                descriptor = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o640)
            try:
                with writable():
                    fcntl.flock(descriptor, fcntl.LOCK_EX)
                self._holder.holds = True
                yield
            finally:
                self._holder.holds = False
                os.close(descriptor)

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=30000"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writer = connection.get_execution_options().get("writer", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")


def _stands_already(error: IntegrityError) -> bool:
    """Tell whether a unique key was there already; every other broken constraint is our mistake."""
    code = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", "")
    return code in ("23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY")


def _as_refusal(error: OperationalError) -> Exception:
    words = str(error.orig).lower()
    if "locked" in words or "timeout" in words or "deadlock" in words:
        return Busy("现在办理的人太多，这一步没有保存；请稍等几秒再试一次")
    if "full" in words or "readonly" in words or "read-only" in words or "no space" in words:
        return Busy(UNWRITABLE)
    return error


class _Current:
    database: Database | None = None


def open_database(url: str) -> Database:
    """Open a database by its address (``sqlite:///var/tracker.db`` or ``postgresql+psycopg://…``)."""
    return Database(url)


def use(database: Database) -> Database:
    """Make this the database of the process."""
    _Current.database = database
    return database


def current() -> Database:
    """Return the database of the process. Raises RuntimeError before ``use``."""
    if _Current.database is None:
        raise RuntimeError("no database is in use yet")
    return _Current.database


@contextmanager
def unit_of_work() -> Iterator[Session]:
    """Open the one door for writing: a session of its own, committed whole or not at all."""
    with current().writing() as session:
        yield session
