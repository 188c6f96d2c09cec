"""What was read of each file, likenesses, accepted titles; files that vouchers rest on stay."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = "state IN ('waiting', 'reading')"
_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "evidence_reading",
        sa.Column("evidence_id", _ID, autoincrement=False, nullable=False),
        sa.Column(
            "state",
            sa.Enum("waiting", "reading", "read", "unreadable", name="readstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sentence", sa.String(length=200), nullable=False),
        sa.Column("content", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("code", sa.String(length=20), server_default="", nullable=False),
        sa.Column("number", sa.String(length=30), server_default="", nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=True),
        sa.Column("total_fen", sa.BigInteger(), nullable=True),
        sa.Column("seller_key", sa.String(length=120), server_default="", nullable=False),
        sa.Column("red_letter", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("red_of", sa.String(length=40), server_default="", nullable=False),
        sa.Column("likeness", sa.String(length=64), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_evidence_reading_evidence_id")),
        sa.PrimaryKeyConstraint("evidence_id", name=op.f("pk_evidence_reading")),
    )
    op.create_index("ix_evidence_reading_day", "evidence_reading", ["issued_on", "total_fen"])
    op.create_index("ix_evidence_reading_number", "evidence_reading", ["number"])
    op.create_index("ix_evidence_reading_red_of", "evidence_reading", ["red_of"])
    op.create_index(
        "ix_evidence_reading_turn",
        "evidence_reading",
        ["turn", "evidence_id"],
        sqlite_where=sa.text(_OPEN),
        postgresql_where=sa.text(_OPEN),
    )
    op.create_table(
        "likeness",
        sa.Column("evidence_id", _ID, autoincrement=False, nullable=False),
        sa.Column("band", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("bits", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["evidence_id"], ["evidence.id"], name=op.f("fk_likeness_evidence_id")),
        sa.PrimaryKeyConstraint("evidence_id", "band", name=op.f("pk_likeness")),
    )
    op.create_index("ix_likeness_bits", "likeness", ["band", "bits"])
    op.create_table(
        "likeness_word",
        sa.Column("id", _ID, nullable=False),
        sa.Column("one_id", _ID, nullable=False),
        sa.Column("other_id", _ID, nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("settles", sa.Boolean(), nullable=False),
        sa.Column("said_by", _ID, nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_likeness_word_order")),
        sa.ForeignKeyConstraint(["one_id"], ["evidence.id"], name=op.f("fk_likeness_word_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["evidence.id"], name=op.f("fk_likeness_word_other_id")),
        sa.ForeignKeyConstraint(["said_by"], ["person.id"], name=op.f("fk_likeness_word_said_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_likeness_word")),
        sa.UniqueConstraint("one_id", "other_id", "said_by", name=op.f("uq_likeness_word_one_id_other_id_said_by")),
    )
    op.create_index("ix_likeness_word_other", "likeness_word", ["other_id"])
    op.create_table(
        "accepted_title",
        sa.Column("id", _ID, nullable=False),
        sa.Column("unit_id", _ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("tax_id", sa.String(length=20), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=True),
        sa.Column("kept_by", _ID, nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_accepted_title_term")),
        sa.ForeignKeyConstraint(["kept_by"], ["person.id"], name=op.f("fk_accepted_title_kept_by")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_accepted_title_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accepted_title")),
        sa.UniqueConstraint("command_id", name=op.f("uq_accepted_title_command_id")),
    )
    op.create_index("ix_accepted_title_unit", "accepted_title", ["unit_id"])
    _catch_up()
    _hold_fast()


def _catch_up() -> None:
    """Queue files kept before, and mark those that vouchers rest on."""
    connection = op.get_bind()
    connection.execute(
        sa.text(
            "INSERT INTO evidence_reading (evidence_id, state, turn, tries, sentence) "
            "SELECT id, 'waiting', 0, 0, '' FROM evidence WHERE kind IN ('invoice', 'itinerary')"
        )
    )
    rested_on = connection.execute(
        sa.text(
            "SELECT evidence_id, fund.year FROM attachment JOIN voucher ON voucher.claim_id = attachment.claim_id "
            "JOIN fund ON fund.id = voucher.fund_id UNION "
            "SELECT signed_scan_id, fund.year FROM voucher JOIN fund ON fund.id = voucher.fund_id "
            "WHERE signed_scan_id IS NOT NULL"
        )
    ).all()
    mark = sa.text("UPDATE evidence SET keep_until = :until WHERE id = :id AND keep_until IS NULL").bindparams(
        sa.bindparam("until", type_=sa.Date())
    )
    for evidence_id, year in rested_on:
        connection.execute(mark, {"id": evidence_id, "until": date(year + 30, 12, 31)})


def _hold_fast() -> None:
    """Let the database itself refuse to lose what a voucher rests on and to change what a file is."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(
            "CREATE TRIGGER evidence_kept BEFORE DELETE ON evidence WHEN OLD.keep_until IS NOT NULL "
            "BEGIN SELECT RAISE(ABORT, 'a voucher rests on this file'); END"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER evidence_kept_longer BEFORE UPDATE OF keep_until ON evidence "
            "WHEN OLD.keep_until IS NOT NULL AND (NEW.keep_until IS NULL OR NEW.keep_until < OLD.keep_until) "
            "BEGIN SELECT RAISE(ABORT, 'a voucher rests on this file'); END"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER evidence_same_bytes BEFORE UPDATE OF sha256, size ON evidence "
            "WHEN NEW.sha256 <> OLD.sha256 OR NEW.size <> OLD.size "
            "BEGIN SELECT RAISE(ABORT, 'a file stays the file it is'); END"
        )
        return
    connection.exec_driver_sql(
        """
        CREATE FUNCTION hold_evidence() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF OLD.keep_until IS NOT NULL THEN RAISE EXCEPTION 'a voucher rests on this file'; END IF;
                RETURN OLD;
            END IF;
            IF NEW.sha256 <> OLD.sha256 OR NEW.size <> OLD.size THEN
                RAISE EXCEPTION 'a file stays the file it is';
            END IF;
            IF OLD.keep_until IS NOT NULL AND (NEW.keep_until IS NULL OR NEW.keep_until < OLD.keep_until) THEN
                RAISE EXCEPTION 'a voucher rests on this file';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    connection.exec_driver_sql(
        "CREATE TRIGGER evidence_kept BEFORE UPDATE OR DELETE ON evidence FOR EACH ROW EXECUTE FUNCTION hold_evidence()"
    )


def downgrade() -> None:
    raise NotImplementedError("readings and retention marks are never taken back; restore a backup instead")
