"""Which form asked for which print of a voucher: the same form sent twice is one print; payments by bank reference."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "voucher_print",
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.Column("voucher_id", _ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_print_voucher_id")),
        sa.PrimaryKeyConstraint("command_id", name=op.f("pk_voucher_print")),
    )
    op.create_index("ix_payment_reference", "payment", ["reference"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_payment_reference", table_name="payment")
    op.drop_table("voucher_print")
