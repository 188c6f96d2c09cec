"""The write door: acknowledged writes are kept, readers never wait, failures leave nothing half done."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from tracker.storage import Database
from tracker.storage.cipher import Cipher
from tracker.storage.files import FileStore
from tracker.storage.numbering import Counter, next_number

WRITERS, TURNS = 8, 25


def test_no_acknowledged_read_then_write_is_lost(database: Database) -> None:
    with database.writing() as session:
        session.add(Counter(series="race", last=0))
    failures: list[BaseException] = []

    def write() -> None:
        try:
            for _ in range(TURNS):
                with database.writing() as session:
                    seen = session.execute(
                        select(Counter.last).where(Counter.series == "race").with_for_update()
                    ).scalar_one()
                    session.execute(update(Counter).where(Counter.series == "race").values(last=seen + 1))
        except BaseException as failure:  # noqa: BLE001  gathered and shown by the test
            failures.append(failure)

    threads = [threading.Thread(target=write) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading() as session:
        assert session.scalar(select(Counter.last)) == WRITERS * TURNS


def test_a_number_is_given_back_when_its_work_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        _fail_after(database, lambda session: next_number(session, "voucher:1"))
    with database.writing() as session:
        assert next_number(session, "voucher:1") == 1
    with database.writing() as session:
        assert next_number(session, "voucher:1") == 2


def test_a_reader_does_not_wait_for_a_writer(sqlite_database: Database) -> None:
    with sqlite_database.writing() as session:
        session.add(Counter(series="x", last=1))
        session.flush()
        with sqlite_database.reading() as other:
            assert other.scalar(select(Counter.last)) is None


def test_sqlite_keeps_the_settings_the_money_needs(sqlite_database: Database) -> None:
    with sqlite_database.engine.connect() as connection:
        read = {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in ("journal_mode", "synchronous")}
        assert read == {"journal_mode": "wal", "synchronous": 2}
        assert connection.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_a_file_is_kept_once_under_its_own_hash(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    first, second = store.put(b"invoice"), store.put(b"invoice")
    assert first == second
    assert list(store.names()) == [first]
    assert store.get(first) == b"invoice"
    assert store.problem(first) is None


def test_an_altered_or_missing_file_is_found(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    name = store.put(b"invoice")
    store.path(name).chmod(0o640)
    store.path(name).write_bytes(b"another")
    assert store.problem(name) == "文件内容与摘要不符"
    store.path(name).unlink()
    assert store.problem(name) == "文件不存在"


def test_an_account_number_is_not_readable_where_it_is_kept(tmp_path: Path) -> None:
    cipher = Cipher.from_file(tmp_path / "keys" / "cipher.key")
    locked = cipher.lock("6228480402564890018")
    assert b"6228480402564890018" not in locked
    assert Cipher.from_file(tmp_path / "keys" / "cipher.key").unlock(locked) == "6228480402564890018"
    assert (tmp_path / "keys" / "cipher.key").stat().st_mode & 0o077 == 0


def test_a_write_inside_a_write_is_a_mistake_not_an_endless_wait(sqlite_database: Database) -> None:
    with sqlite_database.writing(), pytest.raises(RuntimeError, match="already open"):
        sqlite_database.writing().__enter__()
    with sqlite_database.writing() as session:
        assert next_number(session, "x") == 1


def _fail_after(database: Database, work: Callable[[Session], object]) -> None:
    with database.writing() as session:
        work(session)
        raise ZeroDivisionError
