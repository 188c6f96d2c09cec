"""Read waiting files in the background: one thread a web process, the rows of the files as its queue.

Why rows and no broker: docs/decisions/reading-queue.md. The work itself is done in a bounded child process, so the
thread only waits for it; whatever happens to thread, process or host, a file that was not finished is taken again.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.evidence import bounded
from tracker.evidence.archive import Unreadable
from tracker.evidence.media import Media
from tracker.evidence.models import EvidenceReading, ReadState
from tracker.evidence.operations.readings import GIVEN_UP_AFTER, FileRead, Taken, finish, take_next
from tracker.evidence.reading import Reading
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Busy
from tracker.storage import Database
from tracker.storage.files import Store

PHOTOS: Final = frozenset({Media.JPEG, Media.PNG, Media.HEIC})
"""Whose likeness is taken: data files are told apart by what they say."""

_LOOKS_EVERY: Final = 2.0
_REST_AFTER_TROUBLE: Final = 10.0
_log = logging.getLogger(__name__)


def read_file(data: bytes, media: str, name: str) -> FileRead:
    """Read a file in the bounded child; what cannot be read comes back as its sentence."""
    alike = ""
    reading: Reading | None = None
    sentence = ""
    try:
        reading = bounded.run("read", data, name=name, today=day_of(now()))
    except Unreadable as refusal:
        sentence = refusal.sentence
    if media in PHOTOS:
        try:
            alike = bounded.run("likeness", data, media=media)
        except Unreadable as refusal:
            sentence = sentence or refusal.sentence
    return FileRead(reading, sentence, alike)


Draw = Callable[[str, str], int]
"""Draws the pages of a file (sha256, media) for the pages that will show it, and returns how many there are."""


class Learn(Protocol):
    """Stands around what is kept of a file, in its transaction: what others keep of it changes with it."""

    def __call__(self, session: Session, evidence_id: int, /, *, at: datetime) -> AbstractContextManager[None]:
        """Lock what will change before anything of the file does; take in what the file says at the end."""


def read_next(database: Database, files: Store, draw: Draw | None = None, learn: Learn | None = None) -> bool:
    """Take the next waiting file, read it and store what it says; False when none waits."""
    with database.writing() as session:
        taken = take_next(session, at=now())
    if taken is None:
        return False
    read = _read(taken, files)
    if draw is not None:
        with contextlib.suppress(Unreadable, FileNotFoundError):
            read = replace(read, pages=draw(taken.sha256, taken.media))
    with database.writing() as session:
        at = now()
        with learn(session, taken.evidence_id, at=at) if learn is not None else contextlib.nullcontext():
            finish(session, taken.evidence_id, read, at=at)
    return True


def _read(taken: Taken, files: Store) -> FileRead:
    try:
        data = files.get(taken.sha256)
    except FileNotFoundError:
        return FileRead(sentence="原件不在文件库里，请联系系统管理员")
    return read_file(data, taken.media, taken.name)


def anything_waits(session: Session) -> bool:
    """Tell whether a file waits, or was left lying by a reader that is gone."""
    lost = (EvidenceReading.state == ReadState.READING) & (EvidenceReading.taken_at < now() - GIVEN_UP_AFTER)
    waits = (EvidenceReading.state == ReadState.WAITING) | lost
    open_ones = EvidenceReading.state.in_((ReadState.WAITING, ReadState.READING))
    return session.scalar(select(EvidenceReading.evidence_id).where(open_ones, waits).limit(1)) is not None


class Worker:
    """The thread of this process that reads waiting files until it is stopped."""

    def __init__(self, database: Database, files: Store, draw: Draw | None = None, learn: Learn | None = None) -> None:
        self.database, self.files, self.draw, self.learn = database, files, draw, learn
        self.process = os.getpid()
        self._wake, self._stopped = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._work, name="evidence-reader", daemon=True)

    def start(self) -> Worker:
        """Begin to look for waiting files."""
        self._thread.start()
        return self

    def wake(self) -> None:
        """Look now: a file has just been kept."""
        self._wake.set()

    def stop(self, seconds: float = 15.0) -> None:
        """Finish the file in hand and end."""
        self._stopped.set()
        self._wake.set()
        self._thread.join(seconds)

    def _work(self) -> None:
        while not self._stopped.is_set():
            self._wake.clear()
            try:
                if self._read_all():
                    bounded.trim()
                self._wake.wait(_LOOKS_EVERY)
            except Busy:
                self._wake.wait(_LOOKS_EVERY)
            except Exception:  # noqa: BLE001  the thread outlives whatever one file or the disk does, and says so
                _log.exception("reading a file failed; it is taken again later")
                self._stopped.wait(_REST_AFTER_TROUBLE)

    def _read_all(self) -> int:
        """Read until nothing waits; return how many were read."""
        count = 0
        while not self._stopped.is_set():
            with self.database.reading() as session:
                if not anything_waits(session):
                    break
            if not read_next(self.database, self.files, self.draw, self.learn):
                break
            count += 1
        return count


class _Current:
    worker: Worker | None = None


def start_worker(database: Database, files: Store, draw: Draw | None = None, learn: Learn | None = None) -> Worker:
    """Start this process's reader."""
    _Current.worker = Worker(database, files, draw, learn).start()
    return _Current.worker


def wake() -> None:
    """Tell this process's reader, if there is one, that a file has been kept."""
    if _Current.worker is not None and _Current.worker.process == os.getpid():
        _Current.worker.wake()
