"""What the checks said of a claim at its submission, for lists; up to which amount claims are approved together."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("claim", sa.Column("to_look_at", sa.Integer(), nullable=True))
    op.add_column("fund", sa.Column("together_up_to_fen", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    raise NotImplementedError("what was frozen at submission is never taken back; restore a backup instead")
