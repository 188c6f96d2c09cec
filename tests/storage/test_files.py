"""The folder of originals at bad moments: swept while somebody keeps, power gone after the rename, a full disk."""

from __future__ import annotations

import errno
import os
import resource
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.claims.form_pages import a_picture, open_claim, upload
from tests.office import Office
from tests.pages import Browse
from tracker.kernel.errors import Busy
from tracker.storage import Database
from tracker.storage.files import FileStore, Store, current_files
from tracker.storage.numbering import next_number

FULL = "服务器磁盘已满或不能写入，这一步没有保存"


def an_old_file(store: FileStore, data: bytes = b"invoice") -> str:
    name = store.put(data)
    os.utime(store.path(name), (0, 0))
    return name


def test_what_was_kept_again_is_not_given_up(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    looked_at = datetime.now(UTC) - timedelta(days=1)
    name = an_old_file(store)
    store.put(b"invoice")
    assert not store.give_up(name, kept_before=looked_at)
    assert store.get(name) == b"invoice"

    os.utime(store.path(name), (0, 0))
    assert store.give_up(name, kept_before=looked_at)
    assert store.give_up(name, kept_before=looked_at)
    assert store.problem(name) == "文件不存在"


def test_nothing_is_given_up_between_the_look_and_the_touch_of_one_who_keeps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who keeps has seen that the file exists and is about to touch it: giving up waits, and then leaves it."""
    store = FileStore(tmp_path)
    name = an_old_file(store)
    has_looked, may_touch = threading.Event(), threading.Event()
    touch = os.utime

    def touch_late(*arguments: Any) -> None:
        has_looked.set()
        may_touch.wait(10)
        touch(*arguments)

    monkeypatch.setattr(os, "utime", touch_late)
    answers: list[bool] = []
    keeping = threading.Thread(target=store.put, args=(b"invoice",))
    giving_up = threading.Thread(
        target=lambda: answers.append(store.give_up(name, kept_before=datetime.now(UTC) - timedelta(days=1)))
    )
    keeping.start()
    assert has_looked.wait(10)
    giving_up.start()
    giving_up.join(0.3)
    assert giving_up.is_alive()
    may_touch.set()
    keeping.join()
    giving_up.join()
    assert answers == [False]
    assert store.get(name) == b"invoice"


def test_files_are_kept_side_by_side(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One slow upload holds up no other: only giving up waits."""
    store = FileStore(tmp_path)
    slow, may_go_on = threading.Event(), threading.Event()
    sync = os.fsync

    def sync_late(descriptor: int) -> None:
        if threading.current_thread() is keeping:
            slow.set()
            may_go_on.wait(10)
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", sync_late)
    keeping = threading.Thread(target=store.put, args=(b"large",))
    keeping.start()
    assert slow.wait(10)
    assert store.get(store.put(b"small")) == b"small"
    may_go_on.set()
    keeping.join()


def test_a_new_folder_is_on_the_disk_before_the_file_is_said_to_be_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a power cut a folder exists only if the folder it lies in was synced after it was made."""
    root = tmp_path / "files"
    synced: list[tuple[str, list[str]]] = []
    sync = os.fsync

    def noted(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        if place.is_dir():
            synced.append((place.name, sorted(one.name for one in place.iterdir() if not one.name.startswith("."))))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    name = FileStore(root).put(b"invoice")
    assert (name[:2], [name]) in synced
    assert ("files", [name[:2]]) in synced
    assert any(place == tmp_path.name and "files" in inside for place, inside in synced)


@contextmanager
def no_room(bytes_left: int) -> Iterator[None]:
    """Let the system refuse whatever makes a file longer than this, as a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_left, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_is_said_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    with no_room(1_000), pytest.raises(Busy, match=FULL):
        store.put(b"x" * 2_000)
    assert [one for one in tmp_path.rglob("*") if one.is_file() and one.name != ".lock"] == []
    assert store.problem(store.put(b"x" * 2_000)) is None


def refuse(monkeypatch: pytest.MonkeyPatch, ending: str, code: int) -> None:
    """Let opening files of this ending for writing fail as on a disk mounted read-only."""
    opened = os.open

    def refusing(place: Any, flags: int, *arguments: Any, **more: Any) -> int:
        if str(place).endswith(ending) and flags & os.O_RDWR:
            raise OSError(code, os.strerror(code), str(place))
        return opened(place, flags, *arguments, **more)

    monkeypatch.setattr(os, "open", refusing)


@pytest.mark.parametrize("code", [errno.EROFS, errno.ENOSPC, errno.EACCES])
def test_a_lock_that_cannot_be_written_is_said(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    with monkeypatch.context() as patched:
        refuse(patched, ".db.lock", code)
        with pytest.raises(Busy, match=FULL):
            sqlite_database.writing().__enter__()
    with sqlite_database.writing() as session:
        assert next_number(session, "x") == 1


def test_an_upload_on_a_full_disk_is_answered_with_the_sentence(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_claim(browse("member"), small_office)
    files = current_files()
    assert isinstance(files, Store)
    with monkeypatch.context() as patched:
        refuse(patched, "files/.lock", errno.ENOSPC)
        answer = upload(page, (a_picture(), "发票.png"))
    assert FULL in answer.text
    assert answer.status_code != 500
    assert upload(page, (a_picture(), "发票.png")).status_code == 200


def test_a_saved_draft_on_a_full_disk_is_answered_with_the_sentence(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = open_claim(browse("member"), small_office)
    with monkeypatch.context() as patched:
        refuse(patched, ".db.lock", errno.EROFS)
        answer = page.press("add")
    assert FULL in answer.text
    assert answer.status_code == 503
