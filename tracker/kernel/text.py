"""Text as people type it, made safe to keep: one spelling, no control or direction-changing characters."""

from __future__ import annotations

import unicodedata

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
