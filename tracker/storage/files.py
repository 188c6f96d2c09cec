"""Original files, stored once under their sha256: written aside, synced, then moved into place; never altered."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path


class FileStore:
    """A content-addressed folder."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, data: bytes) -> str:
        """Keep the bytes and return their sha256 (hex); the same bytes are kept once."""
        name = hashlib.sha256(data).hexdigest()
        place = self.path(name)
        if place.exists():
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

    def problem(self, name: str) -> str | None:
        """Say what is wrong with a stored file, or None when it matches its name."""
        try:
            data = self.get(name)
        except FileNotFoundError:
            return "文件不存在"
        return None if hashlib.sha256(data).hexdigest() == name else "文件内容与摘要不符"

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
    store: FileStore | None = None


def use_files(store: FileStore) -> FileStore:
    """Make this the file store of the process."""
    _Current.store = store
    return store


def current_files() -> FileStore:
    """Return the file store of the process. Raises RuntimeError before ``use_files``."""
    if _Current.store is None:
        raise RuntimeError("no file store is in use yet")
    return _Current.store
