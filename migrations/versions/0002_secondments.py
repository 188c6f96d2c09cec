"""Secondments with their papers, snapshots and confirmations; a member seat knows that a secondment gives it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tracker.storage.append_only import protect

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "secondment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("home_unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "post_kind",
            sa.Enum(
                "administrative",
                "civil_like",
                "institution",
                "enterprise",
                "contract",
                name="postkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("station", sa.String(length=60), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=False),
        sa.Column("full_time", sa.Boolean(), nullable=False),
        sa.Column("id_cipher", sa.LargeBinary(), nullable=True),
        sa.Column("phone_cipher", sa.LargeBinary(), nullable=True),
        sa.Column(
            "state", sa.Enum("running", "left", "cancelled", name="state", native_enum=False, length=24), nullable=False
        ),
        sa.Column("seat_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("return_note", sa.String(length=1000), nullable=False),
        sa.Column("left_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.CheckConstraint("ends_before > begins_on", name=op.f("ck_secondment_term")),
        sa.ForeignKeyConstraint(["home_unit_id"], ["unit.id"], name=op.f("fk_secondment_home_unit_id")),
        sa.ForeignKeyConstraint(["left_by"], ["person.id"], name=op.f("fk_secondment_left_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_secondment_person_id")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_secondment_recorded_by")),
        sa.ForeignKeyConstraint(["seat_id"], ["seat.id"], name=op.f("fk_secondment_seat_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_secondment_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secondment")),
        sa.UniqueConstraint("command_id", name=op.f("uq_secondment_command_id")),
        sa.UniqueConstraint("seat_id", name=op.f("uq_secondment_seat_id")),
    )
    with op.batch_alter_table("secondment", schema=None) as batch_op:
        batch_op.create_index("ix_secondment_end", ["state", "ends_before", "id"], unique=False)
        batch_op.create_index("ix_secondment_home", ["home_unit_id", "begins_on", "id"], unique=False)
        batch_op.create_index(
            "ix_secondment_one_running",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("state = 'running'"),
            postgresql_where=sa.text("state = 'running'"),
        )
        batch_op.create_index("ix_secondment_person", ["person_id", "begins_on"], unique=False)
        batch_op.create_index("ix_secondment_roster", ["begins_on", "id"], unique=False)
        batch_op.create_index("ix_secondment_team", ["team_id", "begins_on", "id"], unique=False)

    op.create_table(
        "secondment_confirmation",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secondment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("half", sa.String(length=6), nullable=False),
        sa.Column("duty_same", sa.Boolean(), nullable=False),
        sa.Column("rank_same", sa.Boolean(), nullable=False),
        sa.Column("title_same", sa.Boolean(), nullable=False),
        sa.Column("pay_same", sa.Boolean(), nullable=False),
        sa.Column("full_time", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=400), nullable=False),
        sa.Column("through", sa.Enum("seat", "paper", name="through", native_enum=False, length=24), nullable=False),
        sa.Column("paper_number", sa.String(length=60), nullable=False),
        sa.Column("paper_dated", sa.Date(), nullable=True),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("confirmed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["confirmed_by"], ["person.id"], name=op.f("fk_secondment_confirmation_confirmed_by")),
        sa.ForeignKeyConstraint(["scan_id"], ["evidence.id"], name=op.f("fk_secondment_confirmation_scan_id")),
        sa.ForeignKeyConstraint(
            ["secondment_id"], ["secondment.id"], name=op.f("fk_secondment_confirmation_secondment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secondment_confirmation")),
        sa.UniqueConstraint("command_id", name=op.f("uq_secondment_confirmation_command_id")),
        sa.UniqueConstraint("secondment_id", "half", name=op.f("uq_secondment_confirmation_secondment_id_half")),
    )
    with op.batch_alter_table("secondment_confirmation", schema=None) as batch_op:
        batch_op.create_index("ix_secondment_confirmation_half", ["half"], unique=False)

    op.create_table(
        "secondment_paper",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secondment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("start", "extension", "early_end", name="paperkind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("dated", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=False),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_secondment_paper_recorded_by")),
        sa.ForeignKeyConstraint(["scan_id"], ["evidence.id"], name=op.f("fk_secondment_paper_scan_id")),
        sa.ForeignKeyConstraint(["secondment_id"], ["secondment.id"], name=op.f("fk_secondment_paper_secondment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secondment_paper")),
        sa.UniqueConstraint("command_id", name=op.f("uq_secondment_paper_command_id")),
    )
    with op.batch_alter_table("secondment_paper", schema=None) as batch_op:
        batch_op.create_index("ix_secondment_paper_of", ["secondment_id", "id"], unique=False)

    op.create_table(
        "secondment_snapshot",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("secondment_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column(
            "level",
            sa.Enum("ministry", "bureau", "division", "section", "staff", name="level", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("duty", sa.String(length=40), nullable=False),
        sa.Column("rank", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=40), nullable=False),
        sa.Column("pay_grade", sa.String(length=40), nullable=False),
        sa.Column("paper_number", sa.String(length=60), nullable=False),
        sa.Column("paper_dated", sa.Date(), nullable=False),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("recorded_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_secondment_snapshot_recorded_by")),
        sa.ForeignKeyConstraint(["scan_id"], ["evidence.id"], name=op.f("fk_secondment_snapshot_scan_id")),
        sa.ForeignKeyConstraint(
            ["secondment_id"], ["secondment.id"], name=op.f("fk_secondment_snapshot_secondment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_secondment_snapshot")),
        sa.UniqueConstraint("command_id", name=op.f("uq_secondment_snapshot_command_id")),
        sa.UniqueConstraint("secondment_id", "number", name=op.f("uq_secondment_snapshot_secondment_id_number")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.add_column(sa.Column("by_secondment", sa.Boolean(), server_default=sa.false(), nullable=False))
    protect(op.get_bind(), "secondment_paper", "secondment_snapshot", "secondment_confirmation")


def downgrade() -> None:
    raise NotImplementedError("papers and confirmations are never taken back; restore a backup instead")
