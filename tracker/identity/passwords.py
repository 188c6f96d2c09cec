"""Passwords are kept as argon2 hashes; checking one takes long on purpose, so only a few are checked at once."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tracker.kernel.errors import Busy

AT_ONCE = 2
"""Checks one process makes at the same time: each costs a quarter of a second of one core and 64 MiB."""
PATIENCE_SECONDS = 1.0
"""How long a request waits for its turn before it is turned away; waiting requests hold up other pages."""

_READABLE = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789")
_GROUPS, _GROUP_LENGTH = 4, 4


class _Hashing:
    """The hasher of the process and its turns; tests put a quick one in its place."""

    hasher = PasswordHasher(time_cost=4, memory_cost=65536, parallelism=1)
    turns = BoundedSemaphore(AT_ONCE)


def hashed(password: str) -> str:
    """Return the hash to keep. Raises Busy when too many passwords are being checked."""
    with _turn():
        return _Hashing.hasher.hash(_one_spelling(password))


def matches(kept: str, password: str) -> bool:
    """Tell whether a password is the one kept.

    An empty hash (nobody of that name, or an account without a password) takes as long as any other and never
    matches. Raises Busy when too many passwords are being checked.
    """
    with _turn():
        return _is_hash_of(kept or _nobodys_hash(), password) and bool(kept)


def find_match(kept: list[str], password: str) -> bool:
    """Tell whether a password is one of those kept, in one turn."""
    with _turn():
        return any(_is_hash_of(one, password) for one in kept)


def one_time_password() -> str:
    """Make a password to be read from a screen once, typed once and changed: four groups, no look-alikes."""
    letters = "".join(_READABLE)
    groups = ["".join(secrets.choice(letters) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS)]
    return "-".join(groups)


def _is_hash_of(kept: str, password: str) -> bool:
    try:
        return _Hashing.hasher.verify(kept, _one_spelling(password))
    except (VerificationError, InvalidHashError):
        return False


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _Hashing.hasher.hash(secrets.token_urlsafe(32))


def _one_spelling(password: str) -> str:
    # An input method may send full-width characters or another composition of the same letter.
    return unicodedata.normalize("NFKC", password)


@contextmanager
def _turn() -> Iterator[None]:
    if not _Hashing.turns.acquire(timeout=PATIENCE_SECONDS):
        raise Busy("现在登录的人太多，这一次还没有办；请等几秒再试")
    try:
        yield
    finally:
        _Hashing.turns.release()
