"""Who is signed in, and the people and units of the office."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from tracker.identity.models import Person, SignIn

IDLE = timedelta(hours=2)
"""A browser nobody has used for this long is signed out."""
LONGEST = timedelta(hours=12)
"""A browser is signed out after this long, used or not."""


@dataclass(frozen=True)
class SignedIn:
    """A signed-in browser and what its next page depends on."""

    token_digest: str
    person_id: int
    seen_at: datetime
    must_change: bool
    password_at: datetime | None


def token_digest(token: str) -> str:
    """Return the digest under which a browser's token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def running(at: datetime) -> ColumnElement[bool]:
    """Make the condition that a sign-in has not ended and has not run out."""
    return SignIn.ended_at.is_(None) & (SignIn.at > at - LONGEST) & (SignIn.seen_at > at - IDLE)


def signed_in_browser(session: Session, token: str, *, at: datetime) -> SignedIn | None:
    """Find the running sign-in of a token; None for an unknown, ended or run-out one and for an ended account."""
    row = session.execute(
        select(SignIn.token_digest, SignIn.person_id, SignIn.seen_at, Person.must_change, Person.password_at)
        .join(Person, Person.id == SignIn.person_id)
        .where(SignIn.token_digest == token_digest(token), running(at), Person.disabled_at.is_(None))
    ).one_or_none()
    return SignedIn(*row) if row else None


def person_signed_in(session: Session, token: str, *, at: datetime) -> int | None:
    """Return the id of the person whose browser carries the token, or None."""
    found = signed_in_browser(session, token, at=at)
    return found.person_id if found else None
