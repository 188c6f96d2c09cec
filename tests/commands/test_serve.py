"""`tracker serve`: the site as it runs in an office, its processes forked from one that has everything loaded."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.evidence.specimens import digital_xml, invoice
from tests.evidence.stored_files import put
from tests.office import Office
from tracker.evidence.models import EvidenceReading, ReadState
from tracker.storage.files import FileStore, current_files

PROGRAM = Path(sys.executable).with_name("tracker")


@dataclass(frozen=True)
class Served:
    """A site that runs, at its port."""

    process: subprocess.Popen[bytes]
    port: int

    def answers(self) -> bool:
        """Ask for a page that the database must be asked for."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/sign-in")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    def workers(self) -> set[int]:
        """List the processes that answer."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(number) for number in children.read_text("utf-8").split()}


def soon(holds: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def served(office: Office, tmp_path: Path) -> Iterator[Served]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    store = current_files()
    assert isinstance(store, FileStore)
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "files").symlink_to(store.root)
    url = office.database.url.render_as_string(hide_password=False)
    environment = {**os.environ, "TRACKER_VAR": str(tmp_path / "var"), "TRACKER_DATABASE": url}
    process = subprocess.Popen([str(PROGRAM), "serve", "--bind", f"127.0.0.1:{port}"], env=environment)
    try:
        site = Served(process, port)
        assert soon(site.answers), "no page came"
        yield site
    finally:
        process.terminate()
        process.wait(30)


def test_each_process_reads_and_a_lost_one_is_replaced(served: Served, office: Office) -> None:
    kept = put(office, digital_xml(invoice(5)))

    def is_read() -> bool:
        with office.database.reading() as session:
            return session.get_one(EvidenceReading, kept.id).state is ReadState.READ

    assert soon(is_read), "the file that waits is read in the background"

    assert soon(lambda: len(served.workers()) == 2)
    before = served.workers()
    lost = min(before)
    os.kill(lost, signal.SIGKILL)
    assert soon(lambda: len(served.workers() - before) == 1), "another takes its place"
    assert soon(served.answers)
    assert all(soon(served.answers, 5) for _ in range(20))

    served.process.terminate()
    assert served.process.wait(30) == 0


def test_a_database_of_another_version_is_said_in_a_sentence(tmp_path: Path) -> None:
    environment = {**os.environ, "TRACKER_VAR": str(tmp_path)}
    environment.pop("TRACKER_DATABASE", None)
    answer = subprocess.run(
        [str(PROGRAM), "serve", "--bind", "127.0.0.1:0"], env=environment, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert "tracker migrate" in answer.stderr
    assert "Traceback" not in answer.stderr
