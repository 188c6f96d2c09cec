"""The schema as a whole: every package's models, and bringing a database up to it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text

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
    # Alembic takes as long to load as the web framework: what only asks where the database stands does without.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.locked(), database.engine.execution_options(writer=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_current(database: Database) -> bool:
    """Tell whether the database stands at the newest migration."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return str(connection.scalar(text("SELECT version_num FROM alembic_version"))) == newest()


def newest() -> str:
    """Name the newest migration of the program that runs: their files are named by their place, 0001 and on."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))
