"""What people look for on a card in one column, kept in the list's index, so that no search reads every card."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WORDS = "lower(number || ' ' || name || ' ' || model || ' ' || serial)"
_LISTED = ["owner_unit_id", "id", "words", "holder_id", "state", "price_fen"]

_BORROWED = sa.text("borrower_unit_id IS NOT NULL")


def upgrade() -> None:
    op.add_column("equipment", sa.Column("words", sa.String(length=210), server_default="", nullable=False))
    op.execute(sa.text(f"UPDATE equipment SET words = {_WORDS}"))  # noqa: S608  of this file alone
    op.drop_index("ix_equipment_owner_list", table_name="equipment")
    op.create_index("ix_equipment_listed", "equipment", _LISTED, unique=False)
    op.create_index("ix_equipment_team_list", "equipment", ["team_id", "id"], unique=False)
    op.drop_index("ix_equipment_borrower", table_name="equipment")
    op.create_index(
        "ix_equipment_borrowed",
        "equipment",
        ["borrower_unit_id", "id"],
        unique=False,
        sqlite_where=_BORROWED,
        postgresql_where=_BORROWED,
    )


def downgrade() -> None:
    raise NotImplementedError("every card is found by its words; restore a backup instead")
