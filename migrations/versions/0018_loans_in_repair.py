"""A lent thing may go to repair and keep the day it is due; loans are found by who borrowed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_IS_LOAN = sa.text("to_unit_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("equipment", sa.Column("kept_due_on", sa.Date(), nullable=True))
    op.create_index(
        "ix_handover_loan",
        "handover",
        ["to_unit_id", "id"],
        unique=False,
        sqlite_where=_IS_LOAN,
        postgresql_where=_IS_LOAN,
    )


def downgrade() -> None:
    op.drop_index("ix_handover_loan", table_name="handover")
    op.drop_column("equipment", "kept_due_on")
