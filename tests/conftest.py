"""Databases for tests: every test of the money door runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.office import Office, an_office
from tests.pages import app, browse, page_clock, pages_of, quick_passwords  # noqa: F401  fixtures every package's page tests share
from tests.postgres import PostgresServer, find_binaries
from tracker import schema
from tracker.storage import Database, open_database, use
from tracker.storage.files import FileStore, use_files

ENGINES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("template") / "tracker.db"
    database = open_database(f"sqlite:///{place}")
    schema.upgrade(database)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return place


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A cluster of our own for the run; PostgreSQL is required, not skipped: both engines carry the money."""
    if find_binaries() is None:
        pytest.fail("PostgreSQL 15 or newer is needed for the tests; `make test` installs it")
    server = PostgresServer()
    server.start()
    server.create("template_tracker")
    database = open_database(server.url("template_tracker"))
    schema.upgrade(database)
    database.close()
    yield server
    server.stop()


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database of each engine, made the database of the process."""
    yield from _database(request.param, request, tmp_path)


@pytest.fixture
def sqlite_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database, for tests in which the engine makes no difference."""
    yield from _database("sqlite", request, tmp_path)


def _database(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    if engine == "sqlite":
        place = tmp_path / "tracker.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), place)
        url = f"sqlite:///{place}"
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        name = f"test_{secrets.token_hex(6)}"
        server.create(name, template="template_tracker")
        url = server.url(name)
    opened = use(open_database(url))
    use_files(FileStore(tmp_path / "files"))
    yield opened
    opened.close()
    if engine == "postgresql":
        server.drop(name)


@pytest.fixture
def office(database: Database) -> Office:
    """The same few people, a fund and two teams, on each engine."""
    return an_office(database)


@pytest.fixture
def small_office(sqlite_database: Database) -> Office:
    """The same office on SQLite alone."""
    return an_office(sqlite_database)


@pytest.fixture
def reader(office: Office) -> Iterator[Session]:
    """A session that only reads, of the office's database."""
    with office.database.reading() as session:
        yield session
