"""Run migrations against the database in use; every model of the product is known here."""

from __future__ import annotations

from alembic import context

import tracker.schema
from tracker.storage import Base, Moment


def _render(kind: str, item: object, _context: object) -> str | bool:
    """Write a moment as the plain column type it is stored as, so that old migrations need no product code."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, Moment) else False


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    render_item=_render,
)
if not tracker.schema.MODELS:
    raise RuntimeError("no models are known")
with context.begin_transaction():
    context.run_migrations()
