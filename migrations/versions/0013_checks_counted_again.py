"""Files read after a submission now count at once; claims whose files were read before that wait for a look."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "UPDATE claim SET to_look_at = NULL WHERE EXISTS (SELECT 1 FROM attachment "
        "JOIN evidence_reading ON evidence_reading.evidence_id = attachment.evidence_id "
        "WHERE attachment.claim_id = claim.id AND evidence_reading.read_at > claim.submitted_at)"
    )


def downgrade() -> None:
    raise NotImplementedError("what was counted before is not known any more; restore a backup instead")
