"""How many things each owner has of each class and state, kept; who owns what a team uses, in that index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_USED = sa.text("team_id IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "equipment_tally",
        sa.Column("owner_unit_id", _ID, nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("fen", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_equipment_tally_owner_unit_id")),
        sa.PrimaryKeyConstraint("owner_unit_id", "kind", "state", name=op.f("pk_equipment_tally")),
    )
    op.execute(
        sa.text(
            "INSERT INTO equipment_tally (owner_unit_id, kind, state, count, fen) "
            "SELECT owner_unit_id, kind, state, count(*), sum(price_fen) FROM equipment "
            "GROUP BY owner_unit_id, kind, state"
        )
    )
    op.drop_index("ix_equipment_used", table_name="equipment")
    op.create_index(
        "ix_equipment_used",
        "equipment",
        ["team_id", "state", "kind", "price_fen", "owner_unit_id"],
        unique=False,
        sqlite_where=_USED,
        postgresql_where=_USED,
    )


def downgrade() -> None:
    op.drop_index("ix_equipment_used", table_name="equipment")
    op.create_index(
        "ix_equipment_used",
        "equipment",
        ["team_id", "state", "kind", "price_fen"],
        unique=False,
        sqlite_where=_USED,
        postgresql_where=_USED,
    )
    op.drop_table("equipment_tally")
