"""Document numbers stand in no draft in clear any more; those typed before are masked, and have to be typed again."""

from __future__ import annotations

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# As tracker.claims.guest_numbers had it when this was written; the key is not at hand here, so nothing is enciphered.
_NUMBER = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9](?:[ -]?[0-9]){6,16}[ -]?[0-9Xx](?![0-9A-Za-z])(?![ -][0-9])"
    r"|(?=(?:[A-Za-z]*[0-9]){5})[0-9A-Za-z]{6,})"
)
_LONG = 11
_CLAIM = sa.table("claim", sa.column("id", sa.BigInteger), sa.column("typed", sa.JSON))


def upgrade() -> None:
    claims = op.get_bind()
    for claim_id, typed in claims.execute(sa.select(_CLAIM).where(_CLAIM.c.typed.is_not(None))).all():
        masked = [[name, _masked(text) if name == "about-guests" else text] for name, text in typed or ()]
        if masked != (typed or []):
            claims.execute(sa.update(_CLAIM).where(_CLAIM.c.id == claim_id).values(typed=masked))


def downgrade() -> None:
    raise NotImplementedError("a number that was masked is not known any more; restore a backup instead")


def _masked(text: str) -> str:
    plain = (unicodedata.normalize("NFKC", sign) for sign in text)
    return _NUMBER.sub(_mask, "".join(one if one.isascii() else sign for one, sign in zip(plain, text, strict=True)))


def _mask(found: re.Match[str]) -> str:
    number = re.sub("[ -]", "", found[0])
    head, tail = (3, 4) if len(number) >= _LONG else (1, 1)
    return number[:head] + "*" * (len(number) - head - tail) + number[-tail:]
