"""Change the own password: checked and hashed outside the transaction, exchanged inside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.identity import passwords
from tracker.identity.models import EarlierPassword, Person, Unit
from tracker.identity.operations.sign_ins import end_all, start_sign_in
from tracker.identity.profiles import Profile, flaws
from tracker.kernel.actors import Actor
from tracker.kernel.errors import NotFound, Refused, Stale


@dataclass(frozen=True)
class PreparedChange:
    """The hash the old password was checked against and the hash of the new one."""

    checked_hash: str
    new_hash: str


def prepare_change(session: Session, person_id: int, *, present: str, wanted: str, rules: Profile) -> PreparedChange:
    """Check the present password and what is wanted instead.

    Raises Refused naming the field: ``present`` is wrong; ``wanted`` breaks the profile or was used before.
    """
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound
    if not passwords.matches(person.password_hash, present):
        raise Refused("现在的密码不对，请重新填写", field="present")
    unit = session.get(Unit, person.home_unit_id) if person.home_unit_id else None
    own_words = [person.sign_in_name, person.name, *([unit.short_name, unit.name] if unit else [])]
    if wrong := flaws(wanted, rules, own_words=own_words):
        raise Refused("；".join(wrong), field="wanted")
    if passwords.find_match([person.password_hash, *_earlier(session, person_id, rules.history - 1)], wanted):
        raise Refused(_used_before(rules), field="wanted")
    return PreparedChange(person.password_hash, passwords.hashed(wanted))


def change_password(
    session: Session, prepared: PreparedChange, *, by: Actor, at: datetime, address: str, browser: str
) -> str:
    """Exchange the password, sign out everywhere, and return a new token for the browser in hand.

    Raises Stale when the password was changed elsewhere meanwhile.
    """
    person = session.get_one(Person, by.person_id, with_for_update=True)
    if person.password_hash != prepared.checked_hash:
        raise Stale("密码刚在别处改过，这一次没有保存；请用新密码重新登录后再改")
    keep_earlier(session, person, at=at)
    person.password_hash, person.password_at, person.must_change = prepared.new_hash, at, False
    person.failures, person.locked_until = 0, None
    ended = end_all(session, person.id, at=at)
    record(
        session,
        by=by,
        at=at,
        action="account.change_password",
        subject=("person", person.id, person.name),
        after={"browsers": ended},
    )
    return start_sign_in(session, person.id, at=at, address=address, browser=browser)


def keep_earlier(session: Session, person: Person, *, at: datetime) -> None:
    """Keep the hash of the password that is about to be replaced."""
    if person.password_hash:
        session.add(EarlierPassword(person_id=person.id, password_hash=person.password_hash, at=at))


def _earlier(session: Session, person_id: int, count: int) -> list[str]:
    wanted = select(EarlierPassword.password_hash).where(EarlierPassword.person_id == person_id)
    return list(session.scalars(wanted.order_by(EarlierPassword.id.desc()).limit(count)))


def _used_before(rules: Profile) -> str:
    if rules.history > 1:
        return f"这个密码最近用过，不能和最近 {rules.history} 次的密码相同，请换一个"
    return "新密码和现在的密码一样，请换一个"
