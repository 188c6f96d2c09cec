"""What a password has to be, by the profile the installation chose: ``dengbao3`` or ``asvs``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

LONGEST = 128
"""Characters a password may have; longer ones cost time and protect nothing."""
ONE_TIME_LIFE = timedelta(days=7)
"""A password given by the administrator is good for this long."""

_CLASSES: tuple[Callable[[str], bool], ...] = (
    str.islower,
    str.isupper,
    str.isdigit,
    lambda character: not character.isalnum(),
)
_WALKS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1qaz2wsx3edc4rfv5tgb")
_LOOKS_LIKE = (str.maketrans("@4831!05$7", "aabeiiosst"), str.maketrans("@4831!05$7", "aabeliosst"))
_SHORTEST_OWN_WORD = 3
_LONGEST_UNIT = 4


@dataclass(frozen=True)
class Profile:
    """The figures of one profile: lengths in characters, ``most_days`` None for no forced change."""

    name: str
    least: int
    classes: int
    most_days: int | None
    history: int

    def runs_out(self, password_at: datetime | None) -> datetime | None:
        """Tell when a password of this age has to be changed, or None."""
        if self.most_days is None or password_at is None:
            return None
        return password_at + timedelta(days=self.most_days)

    def is_due(self, password_at: datetime | None, *, at: datetime) -> bool:
        """Tell whether a password has to be changed now because of its age."""
        end = self.runs_out(password_at)
        return end is not None and at >= end


PROFILES: dict[str, Profile] = {
    # GB/T 22239-2019 8.1.4.1: complexity and periodic change; the figures are those assessors usually ask for.
    "dengbao3": Profile("dengbao3", least=10, classes=3, most_days=90, history=5),
    # OWASP ASVS 5.0 V6.2: length and a list of common passwords, neither composition nor rotation.
    "asvs": Profile("asvs", least=12, classes=0, most_days=None, history=1),
}


def profile(name: str) -> Profile:
    """Return a profile by its name. Raises ValueError naming the known ones."""
    try:
        return PROFILES[name]
    except KeyError:
        raise ValueError(f"unknown password profile {name!r}: choose one of {', '.join(PROFILES)}") from None


def flaws(password: str, rules: Profile, *, own_words: Iterable[str]) -> list[str]:
    """Say what is wrong with a new password; ``own_words`` are names an attacker would try first."""
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) > LONGEST:
        return [f"密码最多 {LONGEST} 位，现在有 {len(plain)} 位"]
    found: list[str] = []
    if len(plain) < rules.least:
        found.append(f"密码至少 {rules.least} 位，现在只有 {len(plain)} 位")
    if sum(any(kind(character) for character in plain) for kind in _CLASSES) < rules.classes:
        found.append(f"密码要含大写字母、小写字母、数字、符号中的至少 {rules.classes} 种")
    if _holds_own_word(plain, own_words):
        found.append("密码里不要用自己的账号、姓名或单位名，别人最先试的就是这些")
    if is_common(plain):
        found.append("这个密码太常见或太有规律，容易被猜到，可以用几个不相干的词连起来")
    return found


def is_common(password: str) -> bool:
    """Tell whether a password is a common one, dressed up or not, a repetition, or a walk over the keyboard."""
    low = password.casefold()
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", low)
    plain = {low, bare, re.sub(r"[\W_]", "", low)}
    spellings = plain | {text.translate(table) for text in plain for table in _LOOKS_LIKE}
    if spellings & common_words():
        return True
    return _repeats(low) or _walks(low)


@lru_cache(maxsize=1)
def common_words() -> frozenset[str]:
    """Read the list of common passwords kept beside this module, one a line."""
    lines = (Path(__file__).parent / "common_passwords.txt").read_text("utf-8").splitlines()
    return frozenset(line.strip().casefold() for line in lines if line.strip() and not line.startswith("#"))


def _holds_own_word(password: str, own_words: Iterable[str]) -> bool:
    low = password.casefold()
    words = (word.casefold() for word in own_words)
    return any(len(word) >= _own_least(word) and word in low for word in words)


def _own_least(word: str) -> int:
    return _SHORTEST_OWN_WORD if word.isascii() else 2


def _repeats(password: str) -> bool:
    """``abababab``, ``111111111``: a unit of up to four characters again and again."""
    return any(
        password == (password[:unit] * len(password))[: len(password)]
        for unit in range(1, min(_LONGEST_UNIT, len(password) // 2) + 1)
    )


def _walks(password: str) -> bool:
    """Neighbours all the way, forwards or backwards: ``123456789``, ``qwertyuiop``, ``1qaz2wsx3edc``."""
    steps = list(pairwise(password))
    if not steps:
        return False
    near = sum(any(a + b in walk or b + a in walk for walk in _WALKS) for a, b in steps)
    return near * 5 >= len(steps) * 4
