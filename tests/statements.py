"""Statements compiled once a run: each test opens engines of its own, and each would compile them all anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import URL, Engine, create_engine
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.util import LRUCache

from tracker.storage import database

KEPT = 4_000
"""Statements remembered for each kind of database; the whole product has about half as many."""


@pytest.fixture(scope="session", autouse=True)
def compiled_statements() -> Iterator[None]:
    """Remember statements across engines, as the one engine of an installation does across its requests.

    SQLAlchemy remembers a statement by its dialect as well; two dialects of one class are the same here, because
    every engine of the product is opened with the same options.
    """
    kept: dict[str, LRUCache[Any, Any]] = defaultdict(lambda: LRUCache(KEPT))

    def opened(url: URL, **options: Any) -> Engine:
        return create_engine(url, execution_options={"compiled_cache": kept[url.get_backend_name()]}, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "create_engine", opened)
        for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
            patch.setattr(dialect, "__hash__", lambda one: hash(type(one)), raising=False)
            patch.setattr(dialect, "__eq__", lambda one, other: type(one) is type(other), raising=False)
        yield
