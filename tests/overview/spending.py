"""A little spending for tests of the board, at chosen moments, through the fund book itself."""

from __future__ import annotations

import uuid
from datetime import datetime

from tests.office import Office
from tracker.funds import book
from tracker.funds.book import Document, Shares
from tracker.funds.models import Verb


def spend(office: Office, category: str, fen: int, *, at: datetime, team_id: int | None = None) -> None:
    """Hold and pay an amount (fen) of a category in one go."""
    shares = Shares(office.fund_id, team_id or office.team_id, {office.categories[category]: fen})
    for verb in (Verb.HOLD, Verb.SPEND):
        with office.database.writing() as session:
            lines = book.carry(session, verb, shares)
            book.post(
                session,
                command_id=uuid.uuid4().hex,
                fund_id=office.fund_id,
                verb=verb,
                document=Document("claim", 1, "BX-2026-0001"),
                lines=lines,
                by=office.actor("member"),
                at=at,
            )
            if verb is Verb.SPEND:
                book.count_spending(session, shares, sign=1, at=at)
            book.settle(session, lines)
