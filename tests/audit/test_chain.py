"""The trail: every link follows the one before, and neither the office nor the database may change it."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.office import NOON
from tracker.audit.checks import breaches
from tracker.audit.models import AuditEntry, ChainHead
from tracker.audit.operations import record
from tracker.kernel.actors import Actor
from tracker.storage import Database

CLERK = Actor(1, "周敏")


def _write(session: Session, number: int) -> None:
    record(
        session, by=CLERK, at=NOON, action="test.act", subject=("thing", number, f"第 {number} 件"), after={"n": number}
    )


def test_links_are_numbered_and_verify(database: Database) -> None:
    for number in range(1, 6):
        with database.writing() as session:
            _write(session, number)
    with database.reading() as session:
        assert session.scalars(select(AuditEntry.position).order_by(AuditEntry.position)).all() == [1, 2, 3, 4, 5]
        assert list(breaches(session)) == []


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET note = 'x'", "DELETE FROM audit_entry"])
def test_the_database_refuses_to_change_a_link(database: Database, statement: str) -> None:
    with database.writing() as session:
        _write(session, 1)
    with pytest.raises(DBAPIError, match="only added"), database.writing() as session:
        session.execute(text(statement))


def test_a_link_changed_behind_the_triggers_is_found(sqlite_database: Database) -> None:
    for number in range(1, 4):
        with sqlite_database.writing() as session:
            _write(session, number)
    with sqlite_database.writing() as session:
        session.execute(text("DROP TRIGGER audit_entry_no_update"))
        session.execute(update(AuditEntry).where(AuditEntry.position == 2).values(person_name="别人"))
    with sqlite_database.reading() as session:
        assert any("第 2 条" in sentence for sentence in breaches(session))


def test_a_link_cut_off_the_end_is_found(sqlite_database: Database) -> None:
    for number in range(1, 4):
        with sqlite_database.writing() as session:
            _write(session, number)
    with sqlite_database.writing() as session:
        session.execute(text("DROP TRIGGER audit_entry_no_delete"))
        session.execute(text("DELETE FROM audit_entry WHERE position = 3"))
    with sqlite_database.reading() as session:
        assert any("应有 3 条" in sentence for sentence in breaches(session))


def test_a_failed_write_leaves_no_link(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        _write_and_fail(database)
    with database.reading() as session:
        assert session.scalar(select(ChainHead.length)) is None


def _write_and_fail(database: Database) -> None:
    with database.writing() as session:
        _write(session, 1)
        raise ZeroDivisionError
