"""来访人员名单: one guest a line, 「姓名 单位职务 人员类别」, the Name, Post and PersonalType of DA/T 95 A.13.

The identity number A.13 asks for as well is not asked: docs/decisions/reception-guests.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from tracker.claims.case import Case, Finding, Level, Part
from tracker.claims.facts import PERSONAL_TYPES
from tracker.claims.models import Kind
from tracker.kernel.text import Told, tell

_BETWEEN = re.compile(r"[\s、，,]+")
_IDENTITY_NUMBER = re.compile(r"\d{17}[\dX]|(?<!\d)\d{15}(?!\d)", re.IGNORECASE)
_FEWEST_PARTS = 3
_LONGEST_QUOTE = 24


def what_the_list_lacks(case: Case) -> Iterator[Finding]:
    """Say of each line of the guest list what it lacks; warn when it names more or fewer than came."""
    filing = case.filing
    if filing.kind is not Kind.RECEPTION:
        return
    rows = rows_of(str(filing.facts.get("guests") or ""))
    for number, text in rows:
        if sentence := lack_of(number, text):
            yield Finding(Level.BLOCK, Part.STANDARD, sentence, field="guests")
    came = filing.facts.get("visitors")
    if rows and isinstance(came, int) and came != len(rows):
        sentence = tell("来访人员名单有 %(listed)s 人，来访人数填了 %(came)s 人，请核对", listed=len(rows), came=came)
        yield Finding(Level.WARN, Part.STANDARD, sentence, field="guests")


def rows_of(guests: str) -> list[tuple[int, str]]:
    """List the lines that name somebody, each with its number as it is counted in the box, from 1."""
    return [(number, row.strip()) for number, row in enumerate(guests.split("\n"), 1) if row.strip()]


def lack_of(number: int, text: str) -> Told | None:
    """Say what a line of the list lacks, or None when it names a guest by name, unit and post, and type."""
    if _IDENTITY_NUMBER.search(unicodedata.normalize("NFKC", text)):
        # The number itself is not repeated.
        return tell("来访人员名单第 %(number)s 行有身份证号，请删去；证件号只写在纸面接待清单上", number=number)
    parts = [part for part in _BETWEEN.split(text) if part]
    quoted = text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
    if not parts or parts[-1] not in PERSONAL_TYPES:
        return tell(
            "来访人员名单第 %(number)s 行「%(quoted)s」缺人员类别，请在行末写上其中一种：%(types)s",
            number=number,
            quoted=quoted,
            types="、".join(PERSONAL_TYPES),
        )
    if len(parts) < _FEWEST_PARTS:
        return tell(
            "来访人员名单第 %(number)s 行「%(quoted)s」缺姓名或单位职务，请写成「姓名 单位职务 人员类别」",
            number=number,
            quoted=quoted,
        )
    return None
