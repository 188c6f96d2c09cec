"""Keep people and their accounts: add, change, disable, enable, reset, unlock."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.audit.queries import what_changed
from tracker.identity.models import Person, Unit
from tracker.identity.operations.own_password import keep_earlier
from tracker.identity.operations.sign_ins import end_all
from tracker.identity.policy import require_administrator, require_another
from tracker.identity.queries import plain_name
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.text import one_line, tell
from tracker.storage.statements import take_turn

_SIGN_IN_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,39}")


@dataclass(frozen=True)
class PersonFacts:
    """What the administrator writes about a person."""

    sign_in_name: str
    name: str
    home_unit_id: int | None = None
    post: str = ""

    def tidy(self) -> PersonFacts:
        """Return the facts in one spelling."""
        return PersonFacts(plain_name(self.sign_in_name), one_line(self.name), self.home_unit_id, one_line(self.post))


def add_person(
    session: Session, facts: PersonFacts, *, password_hash: str, by: Actor, at: datetime, command_id: str
) -> Person:
    """Add a person whose first password, given as its hash, has to be changed at first sign-in.

    The same command a second time returns the person it made. Raises Refused naming the field.
    """
    require_administrator(by)
    take_turn(session, command_id)
    done = session.scalar(select(Person).where(Person.command_id == command_id))
    if done is not None:
        return done
    facts = _checked(session, facts.tidy())
    person = Person(
        **asdict(facts),
        password_hash=password_hash,
        password_at=at,
        must_change=True,
        created_at=at,
        command_id=command_id,
    )
    session.add(person)
    session.flush()
    _record(session, "person.add", person, by=by, at=at, after=_told(session, person))
    return person


def change_person(
    session: Session, person_id: int, facts: PersonFacts, *, by: Actor, at: datetime, version: int
) -> Person:
    """Change what is written about a person. Raises Stale when somebody changed it since the page was drawn."""
    require_administrator(by)
    person = _locked(session, person_id)
    facts = facts.tidy()
    if asdict(facts) == {key: getattr(person, key) for key in asdict(facts)}:
        return person
    _require_version(session, person, version)
    _checked(session, facts, person)
    before = _told(session, person)
    for key, value in asdict(facts).items():
        setattr(person, key, value)
    return _changed(session, "person.change", person, by=by, at=at, before=before)


def disable(session: Session, person_id: int, *, by: Actor, at: datetime, version: int) -> Person:
    """Close an account and sign its browsers out. The seats stay: whoever holds them can do nothing with them."""
    require_administrator(by)
    require_another(by, person_id, "停用")
    person = _locked(session, person_id)
    if person.disabled_at is not None:
        return person
    _require_version(session, person, version)
    person.disabled_at = at
    ended = end_all(session, person.id, at=at)
    return _changed(session, "account.disable", person, by=by, at=at, after={"browsers": ended})


def enable(session: Session, person_id: int, *, by: Actor, at: datetime, version: int) -> Person:
    """Open a disabled account again."""
    require_administrator(by)
    person = _locked(session, person_id)
    if person.disabled_at is None:
        return person
    _require_version(session, person, version)
    before = {"disabled_at": person.disabled_at}
    person.disabled_at = None
    return _changed(session, "account.enable", person, by=by, at=at, before=before, after={})


def reset_password(
    session: Session, person_id: int, *, password_hash: str, by: Actor, at: datetime, version: int
) -> Person:
    """Replace a forgotten password by one to be changed at first sign-in; signs out everywhere and unlocks."""
    require_administrator(by)
    require_another(by, person_id, "重置")
    person = _locked(session, person_id)
    _require_version(session, person, version)
    keep_earlier(session, person, at=at)
    person.password_hash, person.password_at, person.must_change = password_hash, at, True
    person.failures, person.locked_until = 0, None
    ended = end_all(session, person.id, at=at)
    return _changed(session, "account.reset_password", person, by=by, at=at, after={"browsers": ended})


def unlock(session: Session, person_id: int, *, by: Actor, at: datetime, version: int) -> Person:
    """Let a person who mistyped too often try again at once."""
    require_administrator(by)
    person = _locked(session, person_id)
    if not person.failures and person.locked_until is None:
        return person
    _require_version(session, person, version)
    before = {"failures": person.failures, "locked_until": person.locked_until}
    person.failures, person.locked_until = 0, None
    return _changed(session, "account.unlock", person, by=by, at=at, before=before, after={})


def _checked(session: Session, facts: PersonFacts, person: Person | None = None) -> PersonFacts:
    if not _SIGN_IN_NAME.fullmatch(facts.sign_in_name):
        raise Refused(
            "账号用 2 到 40 位小写字母、数字、点、横线或下划线，以字母或数字开头，例如 zhou.min", field="sign_in_name"
        )
    if not facts.name or len(facts.name) > _most(Person.name):
        raise Refused(tell("请填写姓名，最多 %(most)s 字", most=_most(Person.name)), field="name")
    if len(facts.post) > _most(Person.post):
        raise Refused(tell("职务最多 %(most)s 字", most=_most(Person.post)), field="post")
    same = session.scalar(select(Person).where(Person.sign_in_name == facts.sign_in_name))
    if same is not None and same is not person:
        raise Refused(
            tell("账号 %(sign_in_name)s 已经是%(same)s在用，请换一个", sign_in_name=facts.sign_in_name, same=same.name),
            field="sign_in_name",
        )
    _check_unit(session, facts.home_unit_id, person.home_unit_id if person else None)
    return facts


def _check_unit(session: Session, unit_id: int | None, present_id: int | None) -> None:
    if unit_id is None or unit_id == present_id:
        return
    unit = session.get(Unit, unit_id)
    if unit is None or unit.closed_at is not None:
        raise Refused("请从列表中选择原单位", field="home_unit_id")


def _most(column: Any) -> int:
    return int(column.type.length)


def _locked(session: Session, person_id: int) -> Person:
    person = session.get(Person, person_id, with_for_update=True)
    if person is None:
        raise NotFound
    return person


def _require_version(session: Session, person: Person, version: int) -> None:
    if version != person.version:
        raise Stale(what_changed(session, ("person", person.id), tell("%(person)s的资料", person=person.name)))


def _changed(
    session: Session,
    action: str,
    person: Person,
    *,
    by: Actor,
    at: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> Person:
    person.version += 1
    session.flush()
    _record(
        session, action, person, by=by, at=at, before=before, after=_told(session, person) if after is None else after
    )
    return person


def _record(session: Session, action: str, person: Person, *, by: Actor, **more: Any) -> None:
    seat = SeatKind.ADMINISTRATOR if by.holds(SeatKind.ADMINISTRATOR) else ""
    record(session, action=action, subject=("person", person.id, person.name), by=by, seat=seat, **more)


def _told(session: Session, person: Person) -> dict[str, Any]:
    home = session.get(Unit, person.home_unit_id) if person.home_unit_id is not None else None
    return {
        "sign_in_name": person.sign_in_name,
        "name": person.name,
        "home_unit": home.name if home else "",
        "post": person.post,
    }
