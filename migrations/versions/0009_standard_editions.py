"""Later editions of allocation figures, and who checked a figure against its document; both only added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tracker.storage.append_only import protect

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "standard_edition",
        sa.Column("id", _ID, nullable=False),
        sa.Column("set_key", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("adopted_by", _ID, nullable=False),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.CheckConstraint("value > 0", name=op.f("ck_standard_edition_value")),
        sa.ForeignKeyConstraint(["adopted_by"], ["person.id"], name=op.f("fk_standard_edition_adopted_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_edition")),
        sa.UniqueConstraint("set_key", "code", "since", name=op.f("uq_standard_edition_set_key_code_since")),
        sa.UniqueConstraint("command_id", name=op.f("uq_standard_edition_command_id")),
    )
    op.create_table(
        "standard_check",
        sa.Column("id", _ID, nullable=False),
        sa.Column("set_key", sa.String(length=40), nullable=False),
        sa.Column("code", sa.String(length=120), nullable=False),
        sa.Column("edition_id", _ID, nullable=True),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("checked_by", _ID, nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["edition_id"], ["standard_edition.id"], name=op.f("fk_standard_check_edition_id")),
        sa.ForeignKeyConstraint(["checked_by"], ["person.id"], name=op.f("fk_standard_check_checked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_check")),
        sa.UniqueConstraint("command_id", "code", name=op.f("uq_standard_check_command_id_code")),
    )
    protect(op.get_bind(), "standard_edition", "standard_check")


def downgrade() -> None:
    raise NotImplementedError("what was adopted and checked stays on record; restore a backup instead")
