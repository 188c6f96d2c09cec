"""The document numbers of a guest list: masked where the text is kept, enciphered beside it, carried on by the mask.

docs/decisions/reception-guests.md says why. A mask is text: nothing is deciphered to show, check or print a list. Only
a number typed again is compared with the one kept under its mask, so that the old ciphertext can stay.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from tracker.claims.facts import PERSONAL_TYPES
from tracker.kernel.documents import is_identity_number, masked
from tracker.kernel.text import block
from tracker.storage.cipher import Cipher, OtherKey

_SIGN = "[0-9A-Za-z]"
_ALONE = f"(?<!{_SIGN})"
_MASK = rf"{_ALONE}(?:{_SIGN}{{3}}\*{{4,}}{_SIGN}{{4}}|{_SIGN}\*{{4,8}}{_SIGN})(?!{_SIGN})"
_IN_GROUPS = rf"(?:[A-Za-z]{{1,3}}[ -]?)?[0-9](?:[ -]?[0-9]){{6,16}}[ -]?[0-9Xx](?!{_SIGN})(?![ -][0-9])"
"""Such as 320102 19900101 1234 and E1234 5678."""
_IN_ONE = rf"(?=(?:[A-Za-z]*[0-9]){{5}}){_SIGN}{{6,}}"
MASK = re.compile(_MASK)
_NUMBER = re.compile(f"{_MASK}|(?P<number>{_ALONE}(?:{_IN_GROUPS}|{_IN_ONE}))")
_AFTER_TYPE = re.compile(
    rf"(?:{'|'.join(PERSONAL_TYPES)})[\s、，,]+(?P<number>(?=[A-Za-z]*[0-9]){_SIGN}{{6,18}})(?=\s*$)"
)
"""What stands where the number belongs is one, however few of its signs are digits."""
_LIKE_IDENTITY = re.compile(r"[0-9]{17}[0-9X]")
_NO_DOCUMENT = re.compile(r"[0-9]{11,16}[0-9X]?|.{19,}")
"""Signs in numbers no document has: phone numbers, identity numbers with a digit too few, or too many."""

_AFTER_NAME = re.compile(r"[\s、，,]")


class Fault(StrEnum):
    """What is wrong with a number, found when it was sealed: nobody can look at it afterwards."""

    NONE = ""
    SIGN = "sign"
    LENGTH = "length"


@dataclass(frozen=True)
class Kept:
    """A number of the list: its mask in the text, its ciphertext ("" with no number behind the mask), its fault."""

    mask: str
    cipher: str = ""
    fault: Fault = Fault.NONE

    @classmethod
    def read(cls, written: str) -> Self:
        """Read what ``written`` gave."""
        mask, cipher, fault = written.split("|")
        return cls(mask, cipher, Fault(fault))

    @property
    def written(self) -> str:
        """One text of the three, as drafts and facts keep it."""
        return f"{self.mask}|{self.cipher}|{self.fault}"


@dataclass(frozen=True)
class Sealed:
    """A guest list as it is kept: no number in clear, and what stands behind its masks, in their order."""

    text: str = ""
    numbers: Sequence[Kept] = ()

    def by_line(self) -> list[tuple[str, list[Kept]]]:
        """List the lines of the text, each with the numbers behind its masks."""
        waiting: dict[str, deque[Kept]] = defaultdict(deque)
        for number in self.numbers:
            waiting[number.mask].append(number)
        rows = []
        for line in self.text.split("\n"):
            masks = MASK.findall(line)
            rows.append((line.strip(), [waiting[mask].popleft() if waiting[mask] else Kept(mask) for mask in masks]))
        return rows


def has_clear_number(text: str) -> bool:
    """Tell whether a document number stands in a text in clear, finished or not."""
    return any(number for line in _folded(text).split("\n") for _span, number in _found_in(line))


def seal(text: str, earlier: Sealed, cipher: Cipher) -> Sealed:
    """Replace every document number of a guest list by its mask and encipher it.

    A mask stands for the number kept earlier under it: of several alike, that of the same line, else of the same name;
    where that is in doubt it stands for nothing, and the number is asked for again. What was kept and is typed again
    stays as it was.
    """
    places: list[_Place] = []
    lines = []
    for line in _folded(text).split("\n"):
        hidden, typed = _hidden(line)
        lines.append(hidden)
        places += [_Place(hidden.strip(), one[0], typed.get(one.start(), "")) for one in MASK.finditer(hidden)]
    stock = [_Earlier(line, kept, cipher) for line, numbers in earlier.by_line() for kept in numbers if kept.cipher]
    _give_out(places, stock)
    return Sealed("\n".join(lines), tuple(place.kept or _kept_anew(place, cipher) for place in places))


@dataclass
class _Place:
    """A mask in the new text: its line, the number typed there ("" where the mask was), and what stands behind it."""

    line: str
    mask: str
    typed: str
    kept: Kept | None = None

    @property
    def name(self) -> str:
        return _name(self.line)


class _Earlier:
    """A number kept before; deciphered at most once, and only when one like it is typed again."""

    def __init__(self, line: str, kept: Kept, cipher: Cipher) -> None:
        self.line, self.name, self.kept = line, _name(line), kept
        self.is_alone = False  # no other number of the list had this mask
        self._cipher = cipher
        self._number: str | None = None

    def is_number(self, number: str) -> bool:
        if self._number is None:
            try:
                self._number = self._cipher.unlock(self.kept.cipher.encode())
            except OtherKey:
                self._number = ""  # it cannot be told: the number typed is enciphered anew, with the key there is
        return self._number == number


_FITS: Sequence[Callable[[_Place, _Earlier], bool]] = (
    lambda place, one: bool(place.typed) and one.is_number(place.typed),
    lambda place, one: not place.typed and one.line == place.line,
    lambda place, one: not place.typed and one.name == place.name,
    lambda place, one: not place.typed and one.is_alone,
)
"""Which earlier number a mask stands for, the surest sign first: all masks are asked one sign before the next."""


def _give_out(places: Iterable[_Place], stock: Iterable[_Earlier]) -> None:
    """Give each mask the earlier number it stands for, each number once."""
    by_mask: dict[str, list[_Earlier]] = defaultdict(list)
    for one in stock:
        by_mask[one.kept.mask].append(one)
    for alike in by_mask.values():
        alike[0].is_alone = len(alike) == 1
    for fits in _FITS:
        for place in places:
            left = by_mask.get(place.mask, [])
            found = None if place.kept else next((one for one in left if fits(place, one)), None)
            if found is not None:
                place.kept = found.kept
                left.remove(found)


def _kept_anew(place: _Place, cipher: Cipher) -> Kept:
    if not place.typed:
        return Kept(place.mask)
    return Kept(place.mask, cipher.lock(place.typed).decode(), _fault(place.typed))


def _fault(number: str) -> Fault:
    if _LIKE_IDENTITY.fullmatch(number):
        return Fault.NONE if is_identity_number(number) else Fault.SIGN
    return Fault.LENGTH if _NO_DOCUMENT.fullmatch(number) else Fault.NONE


def _hidden(line: str) -> tuple[str, dict[int, str]]:
    """Mask the numbers of a line; return them by where their masks begin."""
    numbers: dict[int, str] = {}
    text, end = "", 0
    for (start, stop), number in _found_in(line):
        text += line[end:start]
        end = stop
        if number:
            numbers[len(text)] = number
            text += masked(number)
        else:
            text += line[start:stop]
    return text + line[end:], numbers


def _found_in(line: str) -> list[tuple[tuple[int, int], str]]:
    """Find the masks and numbers of a line, in their order: where each stands, and the number ("" for a mask)."""
    found = [(one.span(), _written(one["number"] or "")) for one in _NUMBER.finditer(line)]
    last = _AFTER_TYPE.search(line)
    if last is not None and all(stop <= last.start("number") for (_start, stop), _number in found):
        found.append((last.span("number"), _written(last["number"])))
    return found


def _written(number: str) -> str:
    return re.sub("[ -]", "", number).upper()


def _name(line: str) -> str:
    return _AFTER_NAME.split(line, maxsplit=1)[0]


def _folded(text: str) -> str:
    """Write digits and letters in one width and drop what is not seen: a number hides behind neither."""
    return block("".join(_folded_signs(text)))


def _folded_signs(text: str) -> Iterator[str]:
    for sign in text:
        if sign.isascii():
            yield sign
        elif unicodedata.category(sign) != "Cf":
            plain = unicodedata.normalize("NFKC", sign)
            digit = unicodedata.decimal(sign, None)
            if len(plain) == 1 and plain.isascii() and (plain.isalnum() or plain in "*-"):
                yield plain
            else:
                yield sign if digit is None else str(digit)
