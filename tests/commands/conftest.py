"""The office's own command line, on the office's database and files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tests.office import Office
from tracker.commands import main
from tracker.storage import use
from tracker.storage.database import current
from tracker.storage.files import FileStore, use_files


class CommandLine:
    """Types commands; where the database and the files lie is in its environment."""

    def __init__(self, var: Path, url: str) -> None:
        self.var, self.url = var, url

    def __call__(self, *words: str | Path) -> Result:
        environment = {"TRACKER_VAR": str(self.var), "TRACKER_DATABASE": self.url}
        answer = CliRunner().invoke(main, [str(word) for word in words], env=environment)
        current().close()
        if answer.exception is not None and not isinstance(answer.exception, SystemExit):
            raise answer.exception
        return answer


@pytest.fixture
def tracker(office: Office, tmp_path: Path) -> Iterator[CommandLine]:
    """The command line at the office's database, on each engine."""
    yield CommandLine(tmp_path, office.database.url.render_as_string(hide_password=False))
    use(office.database)
    use_files(FileStore(tmp_path / "files"))
