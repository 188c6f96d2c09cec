"""What must always hold, asked of a whole database: the same list ``tracker verify`` walks."""

from __future__ import annotations

import tracker.audit.checks
import tracker.claims.checks
import tracker.evidence.keys
import tracker.funds.checks
import tracker.teams.checks
import tracker.vouchers.checks
from tracker.storage import Database


def nothing_broken(database: Database) -> None:
    """Assert that no invariant of the office is broken."""
    with database.reading() as session:
        found = [
            *tracker.funds.checks.breaches(session),
            *tracker.claims.checks.breaches(session),
            *tracker.evidence.keys.breaches(session),
            *tracker.vouchers.checks.breaches(session),
            *tracker.teams.checks.breaches(session),
            *tracker.audit.checks.breaches(session),
        ]
    assert found == [], found[:10]
