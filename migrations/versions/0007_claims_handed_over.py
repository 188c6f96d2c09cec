"""Open claims of somebody who leaves, handed to another person by name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "claim_handover",
        sa.Column("id", _ID, nullable=False),
        sa.Column("claim_id", _ID, nullable=False),
        sa.Column("from_person_id", _ID, nullable=False),
        sa.Column("to_person_id", _ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("handed_by", _ID, nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["claim_id"], ["claim.id"], name=op.f("fk_claim_handover_claim_id")),
        sa.ForeignKeyConstraint(["from_person_id"], ["person.id"], name=op.f("fk_claim_handover_from_person_id")),
        sa.ForeignKeyConstraint(["to_person_id"], ["person.id"], name=op.f("fk_claim_handover_to_person_id")),
        sa.ForeignKeyConstraint(["handed_by"], ["person.id"], name=op.f("fk_claim_handover_handed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim_handover")),
        sa.UniqueConstraint("claim_id", "command_id", name=op.f("uq_claim_handover_claim_id_command_id")),
    )
    op.create_index("ix_claim_handover_from", "claim_handover", ["from_person_id", "claim_id"], unique=False)


def downgrade() -> None:
    raise NotImplementedError("both names stay with the claim; restore a backup instead")
