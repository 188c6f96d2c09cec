"""Original files, stored once under their sha256 and never altered: in a folder here, or elsewhere (``objects.py``)."""

from __future__ import annotations

import fcntl
import hashlib
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tracker.storage.disk import writable


class FileLost(FileNotFoundError):
    """Bytes that a row names are no longer in the store; only a backup brings them back."""


class Store(ABC):
    """Where bytes are kept under their sha256."""

    @property
    @abstractmethod
    def where(self) -> str:
        """Say where the store is, for people."""

    @abstractmethod
    def put(self, data: bytes) -> str:
        """Keep the bytes, whole or not at all, and return their sha256 (hex); the same bytes are kept once.

        Raises Busy where nothing can be written.
        """

    @abstractmethod
    def get(self, name: str) -> bytes:
        """Return the bytes kept under a sha256. Raises FileLost when they are gone."""

    @abstractmethod
    def names(self) -> Iterator[str]:
        """List the sha256 of every file in the store."""

    @abstractmethod
    def kept_at(self, name: str) -> datetime:
        """Tell when bytes were last kept. Raises FileNotFoundError when they are gone."""

    @abstractmethod
    def discard(self, name: str) -> None:
        """Give up bytes nothing names any more; gone already is as good."""

    def give_up(self, name: str, *, kept_before: datetime) -> bool:
        """Discard bytes unless they were kept again since; tell whether they are gone now.

        A store that cannot hold off who keeps them at this very moment looks once more, right before.
        """
        try:
            if self.kept_at(name) >= kept_before:
                return False
        except FileNotFoundError:
            return True
        self.discard(name)
        return True

    def problem(self, name: str) -> str | None:
        """Say what is wrong with a stored file, or None when it matches its name."""
        try:
            data = self.get(name)
        except FileNotFoundError:
            return "文件不存在"
        return None if hashlib.sha256(data).hexdigest() == name else "文件内容与摘要不符"


class FileStore(Store):
    """A content-addressed folder: written aside, synced, then moved into place."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def where(self) -> str:
        """Say where the store is, for people."""
        return str(self.root)

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their sha256 (hex); the same bytes are kept once. Raises Busy on a full disk."""
        name = hashlib.sha256(data).hexdigest()
        place = self.path(name)
        with writable():
            if not self.root.exists():
                self.root.mkdir(parents=True, exist_ok=True)
                _sync_folder(self.root.parent)
            place.parent.mkdir(exist_ok=True)
            with self._held(fcntl.LOCK_SH):
                if place.exists():
                    # Kept anew: the sweep leaves it alone until the row that names it is there.
                    os.utime(place)
                else:
                    _write(place, data)
            # Whoever made the folder or the file may not have got so far yet; what is on the disk costs nothing.
            for folder in (place.parent, self.root):
                _sync_folder(folder)
        return name

    def give_up(self, name: str, *, kept_before: datetime) -> bool:
        """Discard bytes unless they were kept again since, while nobody keeps any; tell whether they are gone now."""
        with writable(), self._held(fcntl.LOCK_EX):
            return super().give_up(name, kept_before=kept_before)

    @contextmanager
    def _held(self, how: int) -> Iterator[None]:
        """Hold the store: many may keep at once, but nobody while something is given up. The root must be there."""
        descriptor = os.open(self.root / ".lock", os.O_RDWR | os.O_CREAT, 0o640)
        try:
            fcntl.flock(descriptor, how)
            yield
        finally:
            os.close(descriptor)

    def get(self, name: str) -> bytes:
        """Return the bytes kept under a sha256. Raises FileLost when they are gone."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError as error:
            raise FileLost(name) from error

    def path(self, name: str) -> Path:
        """Return where bytes of this sha256 lie."""
        return self.root / name[:2] / name

    def kept_at(self, name: str) -> datetime:
        """Tell when bytes were last kept. Raises FileNotFoundError when they are gone."""
        return datetime.fromtimestamp(self.path(name).stat().st_mtime, UTC)

    def discard(self, name: str) -> None:
        """Give up bytes nothing names any more; gone already is as good."""
        self.path(name).unlink(missing_ok=True)

    def names(self) -> Iterator[str]:
        """List the sha256 of every file in the store."""
        for place in sorted(self.root.glob("??/*")):
            if not place.name.startswith("."):
                yield place.name


def _write(place: Path, data: bytes) -> None:
    """Write bytes aside, sync them, then move them into place."""
    descriptor, aside = tempfile.mkstemp(dir=place.parent, prefix=".aside-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(aside).chmod(0o440)
        Path(aside).rename(place)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Current:
    store: Store | None = None


def use_files(store: Store) -> Store:
    """Make this the file store of the process."""
    _Current.store = store
    return store


def current_files() -> Store:
    """Return the file store of the process. Raises RuntimeError before ``use_files``."""
    if _Current.store is None:
        raise RuntimeError("no file store is in use yet")
    return _Current.store
