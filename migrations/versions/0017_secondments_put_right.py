"""Secondments put right: corrections and later scans beside what was recorded; what was done about a half-year."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tracker.storage.append_only import protect

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "secondment_amendment",
        sa.Column("id", _ID, nullable=False),
        sa.Column("secondment_id", _ID, nullable=False),
        sa.Column("paper_id", _ID, nullable=True),
        sa.Column("snapshot_id", _ID, nullable=True),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("after", sa.JSON(), nullable=False),
        sa.Column("scan_id", _ID, nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("made_by", _ID, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.CheckConstraint("paper_id IS NULL OR snapshot_id IS NULL", name=op.f("ck_secondment_amendment_one_thing")),
        sa.ForeignKeyConstraint(["made_by"], ["person.id"], name=op.f("fk_secondment_amendment_made_by")),
        sa.ForeignKeyConstraint(["paper_id"], ["secondment_paper.id"], name=op.f("fk_secondment_amendment_paper_id")),
        sa.ForeignKeyConstraint(["scan_id"], ["evidence.id"], name=op.f("fk_secondment_amendment_scan_id")),
        sa.ForeignKeyConstraint(
            ["secondment_id"], ["secondment.id"], name=op.f("fk_secondment_amendment_secondment_id")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"], ["secondment_snapshot.id"], name=op.f("fk_secondment_amendment_snapshot_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secondment_amendment")),
        sa.UniqueConstraint("command_id", name=op.f("uq_secondment_amendment_command_id")),
    )
    op.create_index("ix_secondment_amendment_of", "secondment_amendment", ["secondment_id", "id"], unique=False)
    op.create_table(
        "secondment_half_note",
        sa.Column("id", _ID, nullable=False),
        sa.Column("secondment_id", _ID, nullable=False),
        sa.Column("half", sa.String(length=6), nullable=False),
        sa.Column("mark", sa.Enum("waived", "settled", name="halfmark", native_enum=False, length=24), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("noted_by", _ID, nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_secondment_half_note_noted_by")),
        sa.ForeignKeyConstraint(
            ["secondment_id"], ["secondment.id"], name=op.f("fk_secondment_half_note_secondment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secondment_half_note")),
        sa.UniqueConstraint("command_id", name=op.f("uq_secondment_half_note_command_id")),
        sa.UniqueConstraint(
            "secondment_id", "half", "mark", name=op.f("uq_secondment_half_note_secondment_id_half_mark")
        ),
    )
    protect(op.get_bind(), "secondment_amendment", "secondment_half_note")


def downgrade() -> None:
    raise NotImplementedError("corrections and notes are never taken back; restore a backup instead")
