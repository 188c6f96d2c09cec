"""Migrations lead from nothing to the models and from each to the next, on both engines, whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from tests.conftest import ENGINES
from tests.postgres import PostgresServer
from tracker import schema
from tracker.storage import Base, Database, open_database


@pytest.fixture(params=ENGINES)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a table, of each engine."""
    if request.param == "sqlite":
        database = open_database(f"sqlite:///{tmp_path / 'empty.db'}")
        yield database
        database.close()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    server.create("empty", template="template0")
    database = open_database(server.url("empty"))
    yield database
    database.close()
    server.drop("empty")


def test_migrations_from_nothing_make_exactly_the_models(empty: Database) -> None:
    schema.upgrade(empty)

    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    assert schema.is_current(empty)


def test_migrations_are_one_numbered_line() -> None:
    scripts = ScriptDirectory(str(schema.MIGRATIONS))
    revisions = list(scripts.walk_revisions())
    assert scripts.get_heads() == [schema.newest()]
    for revision in revisions:
        assert re.fullmatch(r"\d{4}", revision.revision)
        assert Path(revision.path).name.startswith(f"{revision.revision}_")
        assert revision.down_revision is None or int(str(revision.down_revision)) < int(revision.revision)


def test_a_migration_that_fails_half_way_leaves_the_database_as_it_was(
    empty: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def protect_nothing(*_: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr("tracker.storage.append_only.protect", protect_nothing)
    with pytest.raises(RuntimeError, match="the power went"):
        schema.upgrade(empty)

    assert _tables(empty.engine) == set()
    monkeypatch.undo()
    schema.upgrade(empty)
    assert schema.is_current(empty)


def test_up_to_date_twice_is_up_to_date_once(empty: Database) -> None:
    schema.upgrade(empty)
    before = _tables(empty.engine)
    schema.upgrade(empty)
    assert _tables(empty.engine) == before


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names())
