"""Sign browsers in and out; after repeated failures an account rests, longer each time."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.identity.models import Person, SignIn
from tracker.identity.profiles import ONE_TIME_LIFE
from tracker.identity.queries import HANDLE_LENGTH, token_digest
from tracker.kernel.actors import Actor

FREE_FAILURES = 5
"""Wrong passwords in a row before the account rests for the first time."""
FIRST_REST = timedelta(minutes=1)
LONGEST_REST = timedelta(minutes=60)

STRANGER = Actor(person_id=0, name="未登录的人")
"""Whoever tried to sign in and did not prove to be anybody."""


@dataclass(frozen=True)
class Attempt:
    """A password already checked, outside the transaction, against the hash kept for the name.

    ``from_known_browser``: somebody has signed in to this very account from this browser before. Such a browser
    is not kept waiting by a stranger's wrong passwords; its own are counted where requests are counted.
    """

    person_id: int | None
    password_hash: str
    matched: bool
    address: str
    browser: str
    from_known_browser: bool = False
    replaces: str = ""
    """The token this browser carried before, which ends with the new one's beginning."""


def try_sign_in(session: Session, attempt: Attempt, *, at: datetime) -> str | None:
    """Sign in, and return the browser's token; None for a wrong name, password, or an account that is not open."""
    person = session.get(Person, attempt.person_id, with_for_update=True) if attempt.person_id is not None else None
    if person is None or not _is_open(person, attempt, at):
        return None
    if not attempt.matched or person.password_hash != attempt.password_hash:
        if not attempt.from_known_browser:
            _count_failure(session, person, attempt, at)
        return None
    if attempt.replaces:
        end_sign_in(session, attempt.replaces, at=at)
    person.failures, person.locked_until = 0, None
    _record(session, "account.sign_in", person, by=_as_actor(person), at=at, after=_where(attempt))
    return start_sign_in(session, person.id, at=at, address=attempt.address, browser=attempt.browser)


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


def notice(session: Session, digest: str, *, at: datetime) -> None:
    """Note that a signed-in browser is still in use."""
    session.execute(update(SignIn).where(SignIn.token_digest == digest, SignIn.ended_at.is_(None)).values(seen_at=at))


def end_sign_in(session: Session, token: str, *, at: datetime) -> None:
    """Sign one browser out; a second time changes nothing."""
    found = session.get(SignIn, token_digest(token))
    if found is None or found.ended_at is not None:
        return
    found.ended_at = at
    person = session.get_one(Person, found.person_id)
    _record(session, "account.sign_out", person, by=_as_actor(person), at=at)


def end_one(session: Session, handle: str, *, by: Actor, at: datetime) -> None:
    """Sign out one of the person's own browsers, named by its handle; another's or an unknown one changes nothing."""
    browsers = SignIn.token_digest.startswith(handle, autoescape=True)
    if len(handle) == HANDLE_LENGTH and _end(session, by.person_id, at, browsers):
        person = session.get_one(Person, by.person_id)
        _record(session, "account.sign_out", person, by=by, at=at, note="退出一个浏览器")


def end_others(session: Session, token: str, *, by: Actor, at: datetime) -> int:
    """Sign out the person's other browsers; returns how many there were."""
    ended = _end(session, by.person_id, at, SignIn.token_digest != token_digest(token))
    if ended:
        person = session.get_one(Person, by.person_id)
        _record(session, "account.sign_out_everywhere", person, by=by, at=at, after={"browsers": ended})
    return ended


def end_everywhere(session: Session, *, by: Actor, at: datetime) -> int:
    """Sign the person out everywhere; returns how many browsers there were."""
    ended = _end(session, by.person_id, at)
    if ended:
        person = session.get_one(Person, by.person_id)
        _record(session, "account.sign_out_everywhere", person, by=by, at=at, after={"browsers": ended})
    return ended


def end_all(session: Session, person_id: int, *, at: datetime) -> int:
    """Sign a person out everywhere, as part of an act that is recorded itself; returns how many browsers."""
    return _end(session, person_id, at)


def _end(session: Session, person_id: int, at: datetime, *which: object) -> int:
    ended = session.execute(
        update(SignIn)
        .where(SignIn.person_id == person_id, SignIn.ended_at.is_(None), *which)  # type: ignore[arg-type]
        .values(ended_at=at)
        .returning(SignIn.token_digest)
    )
    return len(ended.all())


def _is_open(person: Person, attempt: Attempt, at: datetime) -> bool:
    if person.disabled_at is not None:
        return False
    if person.must_change and person.password_at is not None and at >= person.password_at + ONE_TIME_LIFE:
        return False
    return attempt.from_known_browser or person.locked_until is None or at >= person.locked_until


def _count_failure(session: Session, person: Person, attempt: Attempt, at: datetime) -> None:
    person.failures += 1
    if person.failures < FREE_FAILURES:
        return
    doublings = min(person.failures - FREE_FAILURES, 10)
    person.locked_until = at + min(FIRST_REST * 2**doublings, LONGEST_REST)
    facts = {"failures": person.failures, "locked_until": person.locked_until, **_where(attempt)}
    _record(session, "account.rest", person, by=STRANGER, at=at, after=facts)


def _where(attempt: Attempt) -> dict[str, str]:
    return {"address": attempt.address, "browser": attempt.browser[:160]}


def _as_actor(person: Person) -> Actor:
    return Actor(person.id, person.name)


def _record(session: Session, action: str, person: Person, *, by: Actor, at: datetime, **more: object) -> None:
    record(session, by=by, at=at, action=action, subject=("person", person.id, person.name), **more)  # type: ignore[arg-type]
