"""Faults of things as people report them from the label, and what the keeper did about each."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "equipment_fault",
        sa.Column("id", _ID, nullable=False),
        sa.Column("item_id", _ID, nullable=False),
        sa.Column("description", sa.String(length=200), nullable=False),
        sa.Column("photo_id", _ID, nullable=True),
        sa.Column("reported_by", _ID, nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.Column("handover_id", _ID, nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("closed_by", _ID, nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (closed_by IS NULL)",
            name=op.f("ck_equipment_fault_closed"),
        ),
        sa.CheckConstraint(
            "(closed_at IS NULL) = (handover_id IS NULL AND reason = '')",
            name=op.f("ck_equipment_fault_answered"),
        ),
        sa.ForeignKeyConstraint(["item_id"], ["equipment.id"], name=op.f("fk_equipment_fault_item_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["evidence.id"], name=op.f("fk_equipment_fault_photo_id")),
        sa.ForeignKeyConstraint(["reported_by"], ["person.id"], name=op.f("fk_equipment_fault_reported_by")),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_equipment_fault_handover_id")),
        sa.ForeignKeyConstraint(["closed_by"], ["person.id"], name=op.f("fk_equipment_fault_closed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_fault")),
        sa.UniqueConstraint("command_id", name=op.f("uq_equipment_fault_command_id")),
    )
    op.create_index("ix_equipment_fault_item", "equipment_fault", ["item_id", "id"], unique=False)
    op.create_index(
        "ix_equipment_fault_open",
        "equipment_fault",
        ["id"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def downgrade() -> None:
    raise NotImplementedError("what was reported and done stays on record; restore a backup instead")
