"""Databases for tests: every test of the money door runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import gc
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from tests.browser import chromium  # noqa: F401  the one browser of the run
from tests.office import Office, an_office
from tests.pages import (  # noqa: F401  fixtures every package's page tests share
    app,
    browse,
    compiled_addresses,
    compiled_pages,
    page_clock,
    pages_of,
    quick_passwords,
)
from tests.postgres import PostgresServer, find_binaries
from tests.statements import compiled_statements  # noqa: F401  for every test
from tests.templates import a_furnished, a_migrated, own_copy, settle
from tracker import schema
from tracker.storage import Database, open_database, use
from tracker.storage.files import FileStore, use_files

ENGINES = ("sqlite", "postgresql")

IN_MEMORY = Path("/dev/shm")  # noqa: S108  each run makes a folder of its own in it
ROOM_IN_MEMORY = 4 << 30
"""Bytes that must be free before the tests keep their databases in memory; a run needs less than a third of it."""


def pytest_configure() -> None:
    """Keep what tests write in memory, when there is room: a disk is waited for at every commit and every database."""
    if "TMPDIR" not in os.environ and IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM_IN_MEMORY:
        os.environ["TMPDIR"] = str(IN_MEMORY)
        tempfile.tempdir = None  # asked again, with the new answer


def pytest_collection_finish() -> None:
    """Leave what every test shares out of the search for garbage, and search less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("template") / "tracker.db"
    settle(a_migrated(place))
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


@pytest.fixture(scope="session")
def sqlite_office(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Office]:
    """The office made once, in a file that each test copies."""
    place = tmp_path_factory.mktemp("office") / "tracker.db"
    made = a_furnished(place)
    settle(made.database)
    return place, made


@pytest.fixture(scope="session")
def postgres_office(postgres_server: PostgresServer) -> tuple[str, Office]:
    """The office made once, in a database that each test copies."""
    name = "template_office"
    postgres_server.create(name, template="template_tracker")
    database = open_database(postgres_server.url(name))
    made = an_office(database)
    database.close()
    return name, made


@pytest.fixture(params=ENGINES)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty database of each engine, made the database of the process."""
    if request.param == "sqlite":
        yield from _sqlite_copy(request.getfixturevalue("sqlite_template"), tmp_path)
    else:
        yield from _postgres_copy(request.getfixturevalue("postgres_server"), "template_tracker", tmp_path)


@pytest.fixture
def sqlite_database(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated, empty SQLite database, for tests in which the engine makes no difference."""
    yield from _sqlite_copy(sqlite_template, tmp_path)


@pytest.fixture(params=ENGINES)
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """The same few people, a fund and two teams, on each engine."""
    if request.param == "sqlite":
        place, made = request.getfixturevalue("sqlite_office")
        copies = _sqlite_copy(place, tmp_path)
    else:
        name, made = request.getfixturevalue("postgres_office")
        copies = _postgres_copy(request.getfixturevalue("postgres_server"), name, tmp_path)
    for opened in copies:
        yield own_copy(made, opened)


@pytest.fixture
def small_office(sqlite_office: tuple[Path, Office], tmp_path: Path) -> Iterator[Office]:
    """The same office on SQLite alone."""
    place, made = sqlite_office
    for opened in _sqlite_copy(place, tmp_path):
        yield own_copy(made, opened)


def _sqlite_copy(template: Path, tmp_path: Path) -> Iterator[Database]:
    place = tmp_path / "tracker.db"
    shutil.copyfile(template, place)
    opened = use(open_database(f"sqlite:///{place}"))
    use_files(FileStore(tmp_path / "files"))
    yield opened
    opened.close()


def _postgres_copy(server: PostgresServer, template: str, tmp_path: Path) -> Iterator[Database]:
    name = f"test_{secrets.token_hex(6)}"
    server.create(name, template=template)
    opened = use(open_database(server.url(name)))
    use_files(FileStore(tmp_path / "files"))
    yield opened
    opened.close()
    server.drop(name)


@pytest.fixture
def reader(office: Office) -> Iterator[Session]:
    """A session that only reads, of the office's database."""
    with office.database.reading() as session:
        yield session
