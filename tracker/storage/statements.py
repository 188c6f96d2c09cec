"""Statements of the hot path: Core on the tables themselves, built once, alike on both engines.

Building a statement takes SQLAlchemy longer than running it, so those of the money door are
constants of their modules, or made once for each dialect, and are handed their values when they run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Executable, Result, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.storage.tables import Base


def table(model: type[Base]) -> Table:
    """Return a model's table: statements on it skip what the ORM does for whole objects."""
    return cast("Table", model.__table__)


def run(
    session: Session, statement: Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None
) -> CursorResult[*tuple[Any, ...]]:
    """Run a statement on the session's own connection, past what a session does for objects.

    What the session has not yet written of its objects stays unwritten: flush first where that matters.
    """
    return session.connection().execute(statement, values)


_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


def take_turn(session: Session, key: str) -> None:
    """Wait until whoever works under the same key has committed; the key is ours until this unit of work ends.

    A second click comes while the first is at work: looking for what the first made finds it only afterwards.
    SQLite has one writer at a time and needs no turns.
    """
    if dialect_of(session) == "postgresql":
        run(session, _TURN, {"key": key})


def dialect_of(session: Session) -> str:
    """Name the dialect the session speaks."""
    return session.get_bind().dialect.name


def insert_in(dialect: str, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Start an INSERT that may say what happens on a conflict, in a dialect."""
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return insert(table(model))


def insert_or(session: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Start an INSERT that may say what happens on a conflict, in the session's own dialect."""
    return insert_in(dialect_of(session), model)


def changed(result: Result[Any]) -> int:
    """Count the rows an UPDATE or DELETE changed."""
    return cast("CursorResult[Any]", result).rowcount
