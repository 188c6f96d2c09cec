"""Whole tables of standards the office took over, and from when it goes by a standard; both only added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tracker.storage.append_only import protect

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "standard_book",
        sa.Column("id", _ID, nullable=False),
        sa.Column("set_key", sa.String(length=40), nullable=False),
        sa.Column(
            "sort", sa.Enum("figures", "areas", "codes", name="sort", native_enum=False, length=24), nullable=False
        ),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("clause", sa.String(length=120), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("is_verified", sa.Boolean(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("taken_by", _ID, nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.CheckConstraint("rows > 0", name=op.f("ck_standard_book_rows")),
        sa.ForeignKeyConstraint(["taken_by"], ["person.id"], name=op.f("fk_standard_book_taken_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_book")),
        sa.UniqueConstraint("set_key", name=op.f("uq_standard_book_set_key")),
        sa.UniqueConstraint("command_id", name=op.f("uq_standard_book_command_id")),
    )
    op.create_table(
        "standard_ruling",
        sa.Column("id", _ID, nullable=False),
        sa.Column("set_key", sa.String(length=40), nullable=False),
        sa.Column("is_adopted", sa.Boolean(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("remark", sa.String(length=200), nullable=False),
        sa.Column("ruled_by", _ID, nullable=False),
        sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["ruled_by"], ["person.id"], name=op.f("fk_standard_ruling_ruled_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_ruling")),
        sa.UniqueConstraint("command_id", "set_key", name=op.f("uq_standard_ruling_command_id_set_key")),
    )
    protect(op.get_bind(), "standard_book", "standard_ruling")


def downgrade() -> None:
    raise NotImplementedError("what was taken over and ruled stays on record; restore a backup instead")
