"""Index what teams use apart from the many things no team uses, so that a keeper's lists never read every card."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_USED = sa.text("team_id IS NOT NULL")


def upgrade() -> None:
    op.drop_index("ix_equipment_team", table_name="equipment")
    op.drop_index("ix_equipment_team_list", table_name="equipment")
    op.create_index(
        "ix_equipment_used",
        "equipment",
        ["team_id", "state", "kind", "price_fen"],
        unique=False,
        sqlite_where=_USED,
        postgresql_where=_USED,
    )


def downgrade() -> None:
    op.drop_index("ix_equipment_used", table_name="equipment")
    op.create_index("ix_equipment_team", "equipment", ["team_id", "state", "kind", "price_fen"], unique=False)
    op.create_index("ix_equipment_team_list", "equipment", ["team_id", "id"], unique=False)
