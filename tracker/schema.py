"""The schema as a whole: every package's models, and bringing a database up to it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import tracker.audit.models
import tracker.claims.models
import tracker.equipment.models
import tracker.evidence.models
import tracker.funds.models
import tracker.identity.models
import tracker.secondments.models
import tracker.storage.numbering
import tracker.teams.models
import tracker.vouchers.models
from tracker.storage import Database

MODELS = (
    tracker.audit.models,
    tracker.claims.models,
    tracker.equipment.models,
    tracker.evidence.models,
    tracker.funds.models,
    tracker.identity.models,
    tracker.secondments.models,
    tracker.storage.numbering,
    tracker.teams.models,
    tracker.vouchers.models,
)

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"


def upgrade(database: Database) -> None:
    """Bring the database up to the newest migration, in one transaction."""
    config = _config()
    with database.locked(), database.engine.execution_options(writer=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Tell whether the database stands at the newest migration."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest()


@cache
def _newest() -> str | None:
    """Name the newest migration of the program that runs; to know it, every migration is read."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
