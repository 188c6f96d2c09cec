"""Rooms, equipment, handovers and stock-takes; handovers, their lines and marks are only added to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from tracker.storage.append_only import protect

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "building",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("address", sa.String(length=120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("name", name=op.f("uq_building_name")),
    )
    op.create_table(
        "room",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("building_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column(
            "use", sa.Enum("office", "common", "store", name="roomuse", native_enum=False, length=24), nullable=False
        ),
        sa.Column("area_dm2", sa.Integer(), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("owner_unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.String(length=60), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.CheckConstraint("area_dm2 > 0", name=op.f("ck_room_area")),
        sa.CheckConstraint("seats >= 0", name=op.f("ck_room_seats")),
        sa.ForeignKeyConstraint(["building_id"], ["building.id"], name=op.f("fk_room_building_id")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_room_owner_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room")),
        sa.UniqueConstraint("building_id", "name", name=op.f("uq_room_building_id_name")),
        sa.UniqueConstraint("command_id", name=op.f("uq_room_command_id")),
    )
    with op.batch_alter_table("room", schema=None) as batch_op:
        batch_op.create_index("ix_room_owner", ["owner_unit_id", "id"], unique=False)

    op.create_table(
        "equipment_intake",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("typed", "sheet", "purchase", name="intakekind", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("claim_line_key", sa.String(length=40), nullable=True),
        sa.Column("claim_number", sa.String(length=24), nullable=False),
        sa.Column("voucher_number", sa.String(length=40), nullable=False),
        sa.Column("line_fen", sa.BigInteger(), nullable=True),
        sa.Column("written_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["written_by"], ["person.id"], name=op.f("fk_equipment_intake_written_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment_intake")),
        sa.UniqueConstraint("claim_line_key", name=op.f("uq_equipment_intake_claim_line_key")),
        sa.UniqueConstraint("command_id", name=op.f("uq_equipment_intake_command_id")),
    )
    op.create_table(
        "handover",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "issue",
                "transfer",
                "return",
                "lend",
                "repair",
                "repaired",
                "dispose",
                name="handing",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("to_person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("to_unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("paper", sa.String(length=60), nullable=False),
        sa.Column("things", sa.Integer(), nullable=False),
        sa.Column("handed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["handed_by"], ["person.id"], name=op.f("fk_handover_handed_by")),
        sa.ForeignKeyConstraint(["to_person_id"], ["person.id"], name=op.f("fk_handover_to_person_id")),
        sa.ForeignKeyConstraint(["to_room_id"], ["room.id"], name=op.f("fk_handover_to_room_id")),
        sa.ForeignKeyConstraint(["to_team_id"], ["team.id"], name=op.f("fk_handover_to_team_id")),
        sa.ForeignKeyConstraint(["to_unit_id"], ["unit.id"], name=op.f("fk_handover_to_unit_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_handover_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        sa.UniqueConstraint("command_id", name=op.f("uq_handover_command_id")),
        sa.UniqueConstraint("number", name=op.f("uq_handover_number")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index("ix_handover_person", ["to_person_id", "id"], unique=False)
        batch_op.create_index("ix_handover_team", ["to_team_id", "id"], unique=False)
        batch_op.create_index("ix_handover_unit", ["unit_id", "id"], unique=False)

    op.create_table(
        "room_desk",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=True),
        sa.Column("given_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.CheckConstraint("ends_before IS NULL OR ends_before > begins_on", name=op.f("ck_room_desk_term")),
        sa.CheckConstraint("number > 0", name=op.f("ck_room_desk_number")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_room_desk_given_by")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_room_desk_person_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_desk_room_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_desk")),
        sa.UniqueConstraint("command_id", name=op.f("uq_room_desk_command_id")),
    )
    with op.batch_alter_table("room_desk", schema=None) as batch_op:
        batch_op.create_index(
            "ix_room_desk_open",
            ["room_id", "number"],
            unique=True,
            sqlite_where=sa.text("ends_before IS NULL"),
            postgresql_where=sa.text("ends_before IS NULL"),
        )
        batch_op.create_index("ix_room_desk_person", ["person_id", "begins_on"], unique=False)
        batch_op.create_index("ix_room_desk_room", ["room_id", "number", "begins_on"], unique=False)
        batch_op.create_index(
            "ix_room_desk_sits",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("ends_before IS NULL"),
            postgresql_where=sa.text("ends_before IS NULL"),
        )

    op.create_table(
        "room_provision",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("ends_before", sa.Date(), nullable=True),
        sa.Column("paper", sa.String(length=60), nullable=False),
        sa.Column("given_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.CheckConstraint("ends_before IS NULL OR ends_before > begins_on", name=op.f("ck_room_provision_term")),
        sa.ForeignKeyConstraint(["given_by"], ["person.id"], name=op.f("fk_room_provision_given_by")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_room_provision_room_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_room_provision_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_room_provision")),
        sa.UniqueConstraint("command_id", name=op.f("uq_room_provision_command_id")),
    )
    with op.batch_alter_table("room_provision", schema=None) as batch_op:
        batch_op.create_index(
            "ix_room_provision_open",
            ["room_id"],
            unique=True,
            sqlite_where=sa.text("ends_before IS NULL"),
            postgresql_where=sa.text("ends_before IS NULL"),
        )
        batch_op.create_index("ix_room_provision_room", ["room_id", "begins_on"], unique=False)
        batch_op.create_index("ix_room_provision_team", ["team_id", "begins_on"], unique=False)

    op.create_table(
        "stocktake",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("opened_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["opened_by"], ["person.id"], name=op.f("fk_stocktake_opened_by")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_stocktake_room_id")),
        sa.ForeignKeyConstraint(["signed_by"], ["person.id"], name=op.f("fk_stocktake_signed_by")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_stocktake_team_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_stocktake_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake")),
        sa.UniqueConstraint("command_id", name=op.f("uq_stocktake_command_id")),
    )
    with op.batch_alter_table("stocktake", schema=None) as batch_op:
        batch_op.create_index("ix_stocktake_unit", ["unit_id", "id"], unique=False)

    op.create_table(
        "equipment",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "desktop",
                "laptop",
                "printer_a4",
                "printer_a4_colour",
                "printer_a3",
                "printer_a3_colour",
                "bill_printer",
                "copier",
                "fax",
                "scanner",
                "shredder",
                "projector",
                "desk",
                "chair",
                "bookcase",
                "filing_cabinet",
                "safe",
                "sofa",
                "tea_table",
                "meeting_table",
                "meeting_chair",
                "other",
                name="itemkind",
                native_enum=False,
                length=24,
            ),
            nullable=False,
        ),
        sa.Column(
            "edition",
            sa.Enum("gb14885_2010", "catalogue_old", "catalogue_2022", name="edition", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("owner_unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("price_fen", sa.BigInteger(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("bought_on", sa.Date(), nullable=False),
        sa.Column(
            "source",
            sa.Enum("purchase", "allocation", "donation", "found", name="source", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("source_paper", sa.String(length=60), nullable=False),
        sa.Column("serial", sa.String(length=60), nullable=False),
        sa.Column("life_years", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("exception", sa.String(length=60), nullable=False),
        sa.Column("photo_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("first_room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("intake_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column(
            "state",
            sa.Enum("idle", "in_use", "lent", "repair", "disposed", name="itemstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("holder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("borrower_unit_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("events", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'lent') = (due_on IS NOT NULL)", name=op.f("ck_equipment_due")),
        sa.CheckConstraint(
            "state <> 'in_use' OR holder_id IS NOT NULL OR team_id IS NOT NULL", name=op.f("ck_equipment_held")
        ),
        sa.CheckConstraint(
            "state NOT IN ('idle', 'disposed') OR (holder_id IS NULL AND team_id IS NULL)",
            name=op.f("ck_equipment_unheld"),
        ),
        sa.CheckConstraint("events >= 0", name=op.f("ck_equipment_events")),
        sa.CheckConstraint("life_years > 0", name=op.f("ck_equipment_life")),
        sa.CheckConstraint("pieces > 0", name=op.f("ck_equipment_pieces")),
        sa.CheckConstraint("price_fen >= 0", name=op.f("ck_equipment_price")),
        sa.ForeignKeyConstraint(["borrower_unit_id"], ["unit.id"], name=op.f("fk_equipment_borrower_unit_id")),
        sa.ForeignKeyConstraint(["first_room_id"], ["room.id"], name=op.f("fk_equipment_first_room_id")),
        sa.ForeignKeyConstraint(["holder_id"], ["person.id"], name=op.f("fk_equipment_holder_id")),
        sa.ForeignKeyConstraint(["intake_id"], ["equipment_intake.id"], name=op.f("fk_equipment_intake_id")),
        sa.ForeignKeyConstraint(["owner_unit_id"], ["unit.id"], name=op.f("fk_equipment_owner_unit_id")),
        sa.ForeignKeyConstraint(["photo_id"], ["evidence.id"], name=op.f("fk_equipment_photo_id")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_equipment_room_id")),
        sa.ForeignKeyConstraint(["team_id"], ["team.id"], name=op.f("fk_equipment_team_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_equipment")),
        sa.UniqueConstraint("number", name=op.f("uq_equipment_number")),
    )
    with op.batch_alter_table("equipment", schema=None) as batch_op:
        batch_op.create_index("ix_equipment_borrower", ["borrower_unit_id", "state", "price_fen"], unique=False)
        batch_op.create_index("ix_equipment_due", ["due_on", "id"], unique=False)
        batch_op.create_index("ix_equipment_holder", ["holder_id", "id"], unique=False)
        batch_op.create_index("ix_equipment_intake", ["intake_id"], unique=False)
        batch_op.create_index("ix_equipment_kind", ["owner_unit_id", "kind", "id"], unique=False)
        batch_op.create_index("ix_equipment_owner", ["owner_unit_id", "state", "id", "price_fen"], unique=False)
        batch_op.create_index("ix_equipment_owner_list", ["owner_unit_id", "id"], unique=False)
        batch_op.create_index("ix_equipment_room", ["room_id", "kind", "pieces"], unique=False)
        batch_op.create_index(
            "ix_equipment_serial",
            ["kind", "serial"],
            unique=True,
            sqlite_where=sa.text("serial <> ''"),
            postgresql_where=sa.text("serial <> ''"),
        )
        batch_op.create_index("ix_equipment_team", ["team_id", "state", "kind", "price_fen"], unique=False)

    op.create_table(
        "handover_mark",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handover_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("kind", sa.Enum("received", "scan", name="markkind", native_enum=False, length=24), nullable=False),
        sa.Column("scan_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("marked_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("command_id", sa.String(length=48), nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_handover_mark_handover_id")),
        sa.ForeignKeyConstraint(["marked_by"], ["person.id"], name=op.f("fk_handover_mark_marked_by")),
        sa.ForeignKeyConstraint(["scan_id"], ["evidence.id"], name=op.f("fk_handover_mark_scan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_mark")),
        sa.UniqueConstraint("command_id", name=op.f("uq_handover_mark_command_id")),
    )
    with op.batch_alter_table("handover_mark", schema=None) as batch_op:
        batch_op.create_index("ix_handover_mark_of", ["handover_id", "kind"], unique=False)

    op.create_table(
        "stocktake_counter",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stocktake_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("person_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_stocktake_counter_person_id")),
        sa.ForeignKeyConstraint(["stocktake_id"], ["stocktake.id"], name=op.f("fk_stocktake_counter_stocktake_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_counter")),
        sa.UniqueConstraint("stocktake_id", "person_id", name=op.f("uq_stocktake_counter_stocktake_id_person_id")),
    )
    with op.batch_alter_table("stocktake_counter", schema=None) as batch_op:
        batch_op.create_index("ix_stocktake_counter_person", ["person_id"], unique=False)

    op.create_table(
        "stocktake_tag",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stocktake_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("tag", sa.String(length=60), nullable=False),
        sa.Column("room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("noted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("explanation", sa.String(length=200), nullable=False),
        sa.Column("explained_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["explained_by"], ["person.id"], name=op.f("fk_stocktake_tag_explained_by")),
        sa.ForeignKeyConstraint(["noted_by"], ["person.id"], name=op.f("fk_stocktake_tag_noted_by")),
        sa.ForeignKeyConstraint(["room_id"], ["room.id"], name=op.f("fk_stocktake_tag_room_id")),
        sa.ForeignKeyConstraint(["stocktake_id"], ["stocktake.id"], name=op.f("fk_stocktake_tag_stocktake_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_tag")),
        sa.UniqueConstraint("stocktake_id", "tag", name=op.f("uq_stocktake_tag_stocktake_id_tag")),
    )
    op.create_table(
        "handover_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("handover_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column(
            "from_state",
            sa.Enum("idle", "in_use", "lent", "repair", "disposed", name="itemstate", native_enum=False, length=24),
            nullable=False,
        ),
        sa.Column("from_holder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("from_team_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(["from_holder_id"], ["person.id"], name=op.f("fk_handover_line_from_holder_id")),
        sa.ForeignKeyConstraint(["from_room_id"], ["room.id"], name=op.f("fk_handover_line_from_room_id")),
        sa.ForeignKeyConstraint(["from_team_id"], ["team.id"], name=op.f("fk_handover_line_from_team_id")),
        sa.ForeignKeyConstraint(["handover_id"], ["handover.id"], name=op.f("fk_handover_line_handover_id")),
        sa.ForeignKeyConstraint(["item_id"], ["equipment.id"], name=op.f("fk_handover_line_item_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover_line")),
        sa.UniqueConstraint("item_id", "event", name=op.f("uq_handover_line_item_id_event")),
    )
    with op.batch_alter_table("handover_line", schema=None) as batch_op:
        batch_op.create_index("ix_handover_line_from", ["from_holder_id", "handover_id"], unique=False)
        batch_op.create_index("ix_handover_line_of", ["handover_id", "id"], unique=False)
        batch_op.create_index("ix_handover_line_team", ["from_team_id", "handover_id"], unique=False)

    op.create_table(
        "stocktake_line",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("stocktake_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("item_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("book_room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("book_holder_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column(
            "outcome",
            sa.Enum("found", "elsewhere", "missing", name="outcome", native_enum=False, length=24),
            nullable=True,
        ),
        sa.Column("found_room_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("counted_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("explanation", sa.String(length=200), nullable=False),
        sa.Column("explained_by", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.CheckConstraint("(outcome IS NULL) = (counted_at IS NULL)", name=op.f("ck_stocktake_line_counted")),
        sa.ForeignKeyConstraint(["book_holder_id"], ["person.id"], name=op.f("fk_stocktake_line_book_holder_id")),
        sa.ForeignKeyConstraint(["book_room_id"], ["room.id"], name=op.f("fk_stocktake_line_book_room_id")),
        sa.ForeignKeyConstraint(["counted_by"], ["person.id"], name=op.f("fk_stocktake_line_counted_by")),
        sa.ForeignKeyConstraint(["explained_by"], ["person.id"], name=op.f("fk_stocktake_line_explained_by")),
        sa.ForeignKeyConstraint(["found_room_id"], ["room.id"], name=op.f("fk_stocktake_line_found_room_id")),
        sa.ForeignKeyConstraint(["item_id"], ["equipment.id"], name=op.f("fk_stocktake_line_item_id")),
        sa.ForeignKeyConstraint(["stocktake_id"], ["stocktake.id"], name=op.f("fk_stocktake_line_stocktake_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stocktake_line")),
        sa.UniqueConstraint("stocktake_id", "item_id", name=op.f("uq_stocktake_line_stocktake_id_item_id")),
    )
    with op.batch_alter_table("stocktake_line", schema=None) as batch_op:
        batch_op.create_index("ix_stocktake_line_item", ["item_id", "stocktake_id"], unique=False)
        batch_op.create_index("ix_stocktake_line_outcome", ["stocktake_id", "outcome", "id"], unique=False)
    protect(op.get_bind(), "handover", "handover_line", "handover_mark")


def downgrade() -> None:
    raise NotImplementedError("handovers are never taken back; restore a backup instead")
