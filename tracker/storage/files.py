"""Original files, stored once under their sha256 and never altered: in a folder here, or elsewhere (``objects.py``)."""

from __future__ import annotations

import hashlib
import os
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path


class Store(ABC):
    """Where bytes are kept under their sha256."""

    @property
    @abstractmethod
    def where(self) -> str:
        """Say where the store is, for people."""

    @abstractmethod
    def put(self, data: bytes) -> str:
        """Keep the bytes, whole or not at all, and return their sha256 (hex); the same bytes are kept once."""

    @abstractmethod
    def get(self, name: str) -> bytes:
        """Return the bytes kept under a sha256. Raises FileNotFoundError when they are gone."""

    @abstractmethod
    def names(self) -> Iterator[str]:
        """List the sha256 of every file in the store."""

    @abstractmethod
    def kept_at(self, name: str) -> datetime:
        """Tell when bytes were last kept. Raises FileNotFoundError when they are gone."""

    @abstractmethod
    def discard(self, name: str) -> None:
        """Give up bytes nothing names any more; gone already is as good."""

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
        """Keep the bytes and return their sha256 (hex); the same bytes are kept once."""
        name = hashlib.sha256(data).hexdigest()
        place = self.path(name)
        if place.exists():
            # Kept anew: the sweep leaves it alone until the row that names it is there.
            os.utime(place)
            return name
        place.parent.mkdir(parents=True, exist_ok=True)
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
        _sync_folder(place.parent)
        return name

    def get(self, name: str) -> bytes:
        """Return the bytes kept under a sha256. Raises FileNotFoundError when they are gone."""
        return self.path(name).read_bytes()

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
