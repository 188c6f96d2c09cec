"""Text as people type it, made safe to keep; and sentences told with facts, which another language can tell anew."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Self

_DIRECTION = {chr(point) for point in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0xFEFF)}


def one_line(text: str) -> str:
    """Return the text on one line: NFC, runs of white space folded, invisible characters dropped."""
    return " ".join(block(text).split())


def block(text: str) -> str:
    """Return the text with its line breaks, without control, surrogate and direction characters."""
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " "))
    return "".join(c for c in plain if c == "\n" or _keeps(c)).strip()


def _keeps(character: str) -> bool:
    # Unassigned code points stay: a rare character of a name may be younger than Python's tables.
    return character not in _DIRECTION and unicodedata.category(character) not in {"Cc", "Cs", "Co"}


class Told(str):
    """A Chinese sentence with its facts filled in, that still knows its wording and the facts.

    It is a plain text wherever a text is wanted; a page in another language looks the wording up and fills in the
    facts again, each of which may be told in turn.
    """

    __slots__ = ("facts", "wording")

    wording: str
    facts: dict[str, object]

    def __new__(cls, wording: str, facts: dict[str, object]) -> Self:
        """Fill the facts in."""
        told = super().__new__(cls, wording % facts)
        told.wording, told.facts = wording, facts
        return told

    def __reduce__(self) -> tuple[type[Self], tuple[str, dict[str, object]]]:
        """Keep wording and facts where an exception travels between processes."""
        return type(self), (self.wording, self.facts)


def tell(wording: str, /, **facts: object) -> Told:
    """Tell a sentence: each ``%(name)s`` in it is the fact of that name."""
    return Told(wording, facts)


def listed(sentences: Iterable[object], between: str = "；") -> Told:
    """Tell several sentences one after the other."""
    facts = {f"n{place}": sentence for place, sentence in enumerate(sentences)}
    return Told(between.join(f"%({name})s" for name in facts), facts)
