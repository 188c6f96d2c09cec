"""The files each voucher was issued with, kept apart from what lies with its claim today."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

_WHAT_LIES_THERE = (
    "INSERT INTO voucher_file (voucher_id, position, evidence_id) "
    "SELECT v.id, row_number() OVER (PARTITION BY v.id ORDER BY a.id), a.evidence_id "
    "FROM voucher v JOIN attachment a ON a.claim_id = v.claim_id"
)
"""Vouchers issued before name no files: the nearest that is known of them is what lies with the claim now."""


def upgrade() -> None:
    op.create_table(
        "voucher_file",
        sa.Column("voucher_id", _ID, nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("evidence_id", _ID, nullable=False),
        sa.ForeignKeyConstraint(["voucher_id"], ["voucher.id"], name=op.f("fk_voucher_file_voucher_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_voucher_file_evidence_id")),
        sa.PrimaryKeyConstraint("voucher_id", "position", name=op.f("pk_voucher_file")),
    )
    op.create_index("ix_voucher_file_evidence", "voucher_file", ["evidence_id"], unique=False)
    op.execute(sa.text(_WHAT_LIES_THERE))


def downgrade() -> None:
    raise NotImplementedError("what a voucher rests on stays with it; restore a backup instead")
