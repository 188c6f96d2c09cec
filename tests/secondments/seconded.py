"""Secondments of the office's people: somebody of the home unit, somebody to second, and the facts of a usual one."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from cryptography.fernet import Fernet
from sqlalchemy import select

from tests.office import NOON, Office
from tracker.evidence.operations import StoredFile
from tracker.identity.models import Person, Unit
from tracker.kernel.actors import SeatKind
from tracker.secondments import checks, operations
from tracker.secondments.facts import Document, PostFacts, SecondmentFacts
from tracker.secondments.models import Secondment
from tracker.secondments.operations import Command
from tracker.secondments.ranks import Level, PostKind
from tracker.storage import Database
from tracker.storage.cipher import Cipher
from tracker.storage.files import current_files
from tracker.teams.models import Seat

CIPHER = Cipher(Fernet.generate_key())
ID_NUMBER = "110101199003070038"
"""Of nobody: made from the standard's own rule."""
PHONE = "13800138000"
BEGINS, LAST = date(2026, 3, 1), date(2026, 12, 31)
HOME = "区农业农村局"
_names = itertools.count()


def order(office: Office, name: str = "reviewer", *, version: int | None = None, at: datetime = NOON) -> Command:
    """Make a fresh command of a person of the office."""
    return Command(office.actor(name), at, f"order-{next(_names)}", version)


def with_home_unit(office: Office) -> Office:
    """Give the home unit somebody who speaks for it, and the district two people who hold no seat."""
    with office.database.writing() as session:
        home = session.scalars(select(Unit).where(Unit.short_name == HOME)).one()
        for name, shown in (("home", "林月"), ("newcomer", "高远"), ("other_newcomer", "苏晴"), ("stranger", "丁一")):
            person = Person(sign_in_name=name, name=shown, home_unit_id=home.id, must_change=False, created_at=NOON)
            session.add(person)
            session.flush()
            office.people[name] = person.id
        other = session.scalars(select(Unit).where(Unit.short_name == "区财政局")).one()
        for name, unit_id in (("home", home.id), ("stranger", other.id)):
            session.add(
                Seat(
                    person_id=office.people[name],
                    kind=SeatKind.HOME_UNIT,
                    unit_id=unit_id,
                    held_from=date(2026, 1, 1),
                    given_by=office.people["administrator"],
                    given_at=NOON,
                )
            )
    return office


def a_scan(text: bytes = b"") -> StoredFile:
    """Put a scanned paper into the store."""
    data = b"%PDF-1.4 paper " + text
    return StoredFile(current_files().put(data), len(data), "pdf", "文件.pdf")


def a_document(number: str = "云组通〔2026〕3号", *, scan: bool = False) -> Document:
    return Document(number, date(2026, 2, 20), a_scan(number.encode()) if scan else None)


def facts(office: Office, name: str = "newcomer", **more: Any) -> SecondmentFacts:
    """Describe a usual secondment of a section officer, to be recorded."""
    with office.database.reading() as session:
        home_unit_id = session.scalars(select(Unit.id).where(Unit.short_name == HOME)).one()
    usual = SecondmentFacts(
        person_id=office.people[name],
        home_unit_id=home_unit_id,
        post_kind=PostKind.INSTITUTION,
        team_id=office.team_id,
        begins_on=BEGINS,
        last_day=LAST,
        paper=a_document(),
        post=PostFacts(Level.SECTION, "副科长", "四级主任科员", "农艺师", "专技十级"),
        post_paper=a_document("云农〔2026〕8号"),
        station="上海",
        id_number=ID_NUMBER,
        phone=PHONE,
        other_home=True,
    )
    return replace(usual, **more)


def recorded(office: Office, name: str = "newcomer", **more: Any) -> int:
    """Record a secondment and return its id."""
    by = more.pop("by", "reviewer")
    with office.database.writing() as session:
        return operations.record_secondment(session, facts(office, name, **more), order(office, by), cipher=CIPHER).id


def loaded(office: Office, secondment_id: int) -> Secondment:
    """Load the secondment as it is now, with its seat."""
    with office.database.reading() as session:
        found = session.get_one(Secondment, secondment_id)
        assert found.seat is None or found.seat.id
        return found


def holds(database: Database) -> None:
    """Everything that must hold of secondments holds."""
    with database.reading() as session:
        assert list(checks.breaches(session)) == []
