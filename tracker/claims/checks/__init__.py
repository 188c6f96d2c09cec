"""What must always hold of claims (domain.md, invariants 2 to 8): their money, their way, their papers."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.orm import Session

from tracker.claims.checks import gate, money, papers


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where claims do not hold."""
    yield from money.breaches(session)
    yield from gate.breaches(session)
    yield from papers.breaches(session)
