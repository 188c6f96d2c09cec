"""The installation's keys: made once whoever comes first, readable by the service's account alone."""

from __future__ import annotations

import secrets
import threading
from pathlib import Path

import pytest

from tracker.storage.cipher import Cipher, OtherKey
from tracker.storage.keys import key_in


def test_processes_that_start_together_read_one_key(tmp_path: Path) -> None:
    place = tmp_path / "keys" / "signing.key"
    start = threading.Barrier(8)
    read: list[bytes] = []

    def worker() -> None:
        start.wait()
        read.append(key_in(place, lambda: secrets.token_bytes(32)))

    workers = [threading.Thread(target=worker) for _ in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()

    assert len(set(read)) == 1
    assert len(read[0]) == 32
    assert [path.name for path in place.parent.iterdir()] == ["signing.key"]
    assert place.stat().st_mode & 0o777 == 0o600


def test_what_one_key_locks_the_same_key_unlocks(tmp_path: Path) -> None:
    place = tmp_path / "keys" / "cipher.key"
    locked = Cipher.from_file(place).lock("6228480402564890018")
    assert b"6228480402564890018" not in locked
    assert Cipher.from_file(place).unlock(locked) == "6228480402564890018"


def test_what_another_key_hides_is_said_in_words(tmp_path: Path) -> None:
    locked = Cipher.from_file(tmp_path / "former.key").lock("6228480402564890018")
    with pytest.raises(OtherKey, match="原来的密钥文件"):
        Cipher.from_file(tmp_path / "other.key").unlock(locked)
