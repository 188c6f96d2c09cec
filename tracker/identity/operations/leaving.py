"""End the account of a person who leaves: the one thing a lead unit does to an account."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.identity.models import Person
from tracker.identity.operations.sign_ins import end_all
from tracker.kernel.actors import Actor


def disable_on_leaving(session: Session, person: Person, *, by: Actor, at: datetime) -> None:
    """Close the account of a person whose leaving has just been closed, and sign its browsers out.

    Who may close a leaving is the caller's rule; the administrator can open the account again.
    """
    if person.disabled_at is not None:
        return
    person.disabled_at = at
    person.version += 1
    ended = end_all(session, person.id, at=at)
    session.flush()
    subject = ("person", person.id, person.name)
    record(session, by=by, at=at, action="account.disable", subject=subject, after={"browsers": ended}, note="返岗")
