"""Statements of the hot path: Core on the tables themselves, alike on both engines."""

from __future__ import annotations

from typing import Any, cast

from sqlalchemy import CursorResult, Result, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from tracker.storage.tables import Base


def table(model: type[Base]) -> Table:
    """Return a model's table: statements on it skip what the ORM does for whole objects."""
    return cast("Table", model.__table__)


def insert_or(session: Session, model: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Start an INSERT that may say what happens on a conflict, in the session's own dialect."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    return insert(table(model))


def changed(result: Result[Any]) -> int:
    """Count the rows an UPDATE or DELETE changed."""
    return cast("CursorResult[Any]", result).rowcount
