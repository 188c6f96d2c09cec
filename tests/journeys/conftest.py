"""Serve the whole application to Chromium: an office of its own for each module, on SQLite, on a free port."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, expect
from werkzeug.serving import make_server

from tests.journeys.site import PATIENCE_MS, RunningClock, Site
from tests.office import an_office
from tests.pages import office_settings
from tracker.application import create_app
from tracker.identity import passwords
from tracker.kernel import clock
from tracker.storage import current, open_database, use
from tracker.storage.files import FileStore, use_files


@pytest.fixture(scope="module")
def served(chromium: Browser, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve an office as it is served in earnest: tokens wanted, faults answered with a page."""
    expect.set_options(timeout=PATIENCE_MS)
    var = tmp_path_factory.mktemp("journeys")
    (var / "keys").mkdir()
    shutil.copyfile(sqlite_template, var / "tracker.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "datetime", RunningClock())
        patch.setattr(passwords._Hashing, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        passwords._nobodys_hash.cache_clear()
        database = use(open_database(f"sqlite:///{var / 'tracker.db'}"))
        use_files(FileStore(var / "files"))
        office = an_office(database)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        app = create_app(replace(office_settings(office, var), secret_key=b"another key for the journeys...."))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Site(office, f"http://127.0.0.1:{server.server_port}", chromium)
        server.shutdown()
        thread.join()
        server.server_close()
        current().close()
        database.close()


@pytest.fixture
def site(served: Site) -> Iterator[Site]:
    """The served office; what a browser complains about during the test fails it."""
    served.complaints.clear()
    yield served
    assert served.complaints == []
