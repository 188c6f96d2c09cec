"""Who is signed in, and what the account of a name says."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BindParameter, ColumnElement, bindparam, select
from sqlalchemy.orm import Session, joinedload

from tracker.identity.models import Person, SignIn, Unit
from tracker.kernel.errors import NotFound
from tracker.storage.statements import run

IDLE = timedelta(hours=2)
"""A browser nobody has used for this long is signed out."""
LONGEST = timedelta(hours=12)
"""A browser is signed out after this long, used or not."""
HANDLE_LENGTH = 16
"""Characters of a token's digest that name a browser on its person's own page."""


@dataclass(frozen=True)
class SignedIn:
    """A signed-in browser and what its next page depends on."""

    token_digest: str
    person_id: int
    seen_at: datetime
    must_change: bool
    password_at: datetime | None


@dataclass(frozen=True)
class Account:
    """What a password is checked against; nobody's account has no person and an empty hash."""

    person_id: int | None
    password_hash: str


def token_digest(token: str) -> str:
    """Return the digest under which a browser's token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def running(at: datetime) -> ColumnElement[bool]:
    """Make the condition that a sign-in has not ended and has not run out."""
    return _running(at - LONGEST, at - IDLE)


_Moment = datetime | BindParameter[datetime]


def _running(began_after: _Moment, used_after: _Moment) -> ColumnElement[bool]:
    return SignIn.ended_at.is_(None) & (SignIn.at > began_after) & (SignIn.seen_at > used_after)


def signed_in_browser(session: Session, token: str, *, at: datetime) -> SignedIn | None:
    """Find the running sign-in of a token; None for an unknown, ended or run-out one and for an ended account."""
    spans = {"began_after": at - LONGEST, "used_after": at - IDLE}
    row = run(session, _SIGNED_IN, {"token": token_digest(token), **spans}).one_or_none()
    return SignedIn(*row) if row else None


_SIGNED_IN = (
    select(SignIn.token_digest, SignIn.person_id, SignIn.seen_at, Person.must_change, Person.password_at)
    .join(Person, Person.id == SignIn.person_id)
    .where(
        SignIn.token_digest == bindparam("token"),
        _running(bindparam("began_after"), bindparam("used_after")),
        Person.disabled_at.is_(None),
    )
)


def person_signed_in(session: Session, token: str, *, at: datetime) -> int | None:
    """Return the id of the person whose browser carries the token, or None."""
    found = signed_in_browser(session, token, at=at)
    return found.person_id if found else None


def plain_name(typed: str) -> str:
    """Return a sign-in name in the spelling it is kept in: half-width, lower case, no white space at its ends."""
    return unicodedata.normalize("NFKC", typed).strip().lower()


def account(session: Session, sign_in_name: str) -> Account:
    """Return the account of a name as typed; an unknown name has one that nothing matches."""
    row = session.execute(
        select(Person.id, Person.password_hash).where(Person.sign_in_name == plain_name(sign_in_name))
    ).one_or_none()
    return Account(row.id, row.password_hash) if row else Account(None, "")


def person(session: Session, person_id: int) -> Person:
    """Load a person with the home unit. Raises NotFound."""
    found = session.scalar(select(Person).options(joinedload(Person.home_unit)).where(Person.id == person_id))
    if found is None:
        raise NotFound
    return found


def browsers(session: Session, person_id: int, *, at: datetime) -> Sequence[SignIn]:
    """List a person's signed-in browsers, last used first."""
    wanted = select(SignIn).where(SignIn.person_id == person_id, running(at))
    return session.scalars(wanted.order_by(SignIn.seen_at.desc(), SignIn.token_digest)).all()


def unit(session: Session, unit_id: int) -> Unit:
    """Load a unit. Raises NotFound."""
    found = session.get(Unit, unit_id)
    if found is None:
        raise NotFound
    return found


def units(session: Session, *, with_closed: bool = False) -> Sequence[Unit]:
    """List the units by name."""
    wanted = select(Unit).order_by(Unit.name)
    return session.scalars(wanted if with_closed else wanted.where(Unit.closed_at.is_(None))).all()
