"""Begin and end what people do with their accounts."""

from __future__ import annotations

import secrets
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.identity.models import SignIn
from tracker.identity.queries import token_digest


def start_sign_in(session: Session, person_id: int, *, at: datetime, address: str, browser: str) -> str:
    """Open a sign-in for a browser and return its token, which is kept nowhere but in the browser's cookie."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignIn(
            token_digest=token_digest(token),
            person_id=person_id,
            at=at,
            seen_at=at,
            address=address[:45],
            browser=browser[:160],
        )
    )
    return token


def end_sign_in(session: Session, token: str, *, at: datetime) -> None:
    """Sign one browser out; a second time changes nothing."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_digest == token_digest(token), SignIn.ended_at.is_(None))
        .values(ended_at=at)
    )
