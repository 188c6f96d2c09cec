"""Open what a command works on: settings, database, files, as the web application would."""

from __future__ import annotations

import click

from tracker import schema, settings
from tracker.claims.papers import use_base_url
from tracker.kernel.errors import Refused
from tracker.settings import Settings
from tracker.storage import Database, open_database, use
from tracker.storage.files import use_files


class Sentence(click.ClickException):
    """A refusal at the command line: its sentence, and exit code 1."""

    def __init__(self, refusal: Refused | str) -> None:
        super().__init__(refusal.sentence if isinstance(refusal, Refused) else refusal)

    def show(self, file: object = None) -> None:
        """Say the sentence alone, on standard error."""
        del file
        click.echo(self.message, err=True)


def opened(*, at_newest: bool = True) -> tuple[Settings, Database]:
    """Return the settings and the database, both made those of the process.

    Raises Sentence when ``at_newest`` is asked for and the database is not at the newest migration.
    """
    chosen = settings.load()
    database = use(open_database(chosen.database_url))
    use_files(chosen.open_store())
    use_base_url(chosen.base_url)
    if at_newest and not schema.is_current(database):
        raise Sentence("数据库还没有建立，或者版本较旧；请先运行：tracker migrate")
    return chosen, database
