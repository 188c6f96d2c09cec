"""来访人员名单: one guest a line, 「姓名 单位职务 人员类别 证件号」: Name, Post, PersonalType and Id of DA/T 95 A.13.

The number is masked in the text and enciphered beside it: docs/decisions/reception-guests.md.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tracker.claims.case import Case, Finding, Level, Part
from tracker.claims.facts import GUEST_NUMBERS, GUESTS, NOT_GIVEN, PERSONAL_TYPES
from tracker.claims.guest_numbers import MASK, Fault, Kept, Sealed, has_clear_number
from tracker.claims.lifecycle import FILERS_STATES
from tracker.claims.models import Kind
from tracker.kernel.text import Told, tell

_BETWEEN = re.compile(r"[\s、，,；;]+")
_FEWEST_PARTS = 4
_LONGEST_QUOTE = 24


def what_the_list_lacks(case: Case) -> Iterator[Finding]:
    """Say of each line of the guest list what it lacks; warn of guests without a number, and of another count.

    A list that went into the gate before numbers were asked for is looked at as it was asked for then.
    """
    filing = case.filing
    if filing.kind is not Kind.RECEPTION:
        return
    rows = rows_of(filing.facts)
    is_asked = GUEST_NUMBERS in filing.facts or case.claim.state in FILERS_STATES
    for number, text, behind in rows:
        sentence = lack_of(number, text, behind) if is_asked else _lack_of_rest(number, f"{text} {NOT_GIVEN}")
        if sentence:
            yield Finding(Level.BLOCK, Part.STANDARD, sentence, field=GUESTS)
    without = sum(_parts(text)[-1:] == [NOT_GIVEN] for _number, text, _behind in rows)
    if without:
        told = tell("来访人员中有 %(count)s 人没有提供证件号，请核对", count=without)
        yield Finding(Level.WARN, Part.STANDARD, told, field=GUESTS)
    came = filing.facts.get("visitors")
    if rows and isinstance(came, int) and came != len(rows):
        told = tell("来访人员名单有 %(listed)s 人，来访人数填了 %(came)s 人，请核对", listed=len(rows), came=came)
        yield Finding(Level.WARN, Part.STANDARD, told, field=GUESTS)


def list_in(facts: Mapping[str, Any]) -> Sealed:
    """Return the guest list of a claim's facts with what stands behind its masks."""
    return Sealed(str(facts.get(GUESTS) or ""), [Kept.read(one) for one in facts.get(GUEST_NUMBERS, ())])


def rows_of(facts: Mapping[str, Any]) -> list[tuple[int, str, list[Kept]]]:
    """List the lines that name somebody: the number as it is counted in the box, from 1, the text, what is kept."""
    rows = enumerate(list_in(facts).by_line(), 1)
    return [(number, text, behind) for number, (text, behind) in rows if text]


def lack_of(number: int, text: str, behind: Sequence[Kept] = ()) -> Told | None:
    """Say what a line of the list lacks, or None when it names a guest whole; no sentence has a number in it."""
    if has_clear_number(text):
        return tell("来访人员名单第 %(number)s 行的证件号没有加密，请刷新页面后再填", number=number)
    return _lack_of_number(number, text, behind) or _lack_of_rest(number, text)


def _lack_of_number(number: int, text: str, behind: Sequence[Kept]) -> Told | None:
    last = next(reversed(_parts(text)), "")
    if any(not one.cipher for one in behind) or ("*" in last and not MASK.fullmatch(last)):
        return tell("来访人员名单第 %(number)s 行的证件号是遮盖过的，请重新填写", number=number)
    if any(one.fault is Fault.SIGN for one in behind):
        return tell("来访人员名单第 %(number)s 行的身份证号校验不通过，请照证件核对", number=number)
    if any(one.fault is Fault.LENGTH for one in behind):
        return tell("来访人员名单第 %(number)s 行的证件号位数不对，身份证号是 18 位，请照证件核对", number=number)
    if last == NOT_GIVEN or MASK.fullmatch(last):
        return None
    return tell(
        "来访人员名单第 %(number)s 行「%(quoted)s」缺证件号，"
        "请在行末写上（6 至 18 位字母和数字），没有提供的写「%(word)s」",
        number=number,
        quoted=_quoted(text),
        word=NOT_GIVEN,
    )


def _lack_of_rest(number: int, text: str) -> Told | None:
    parts = _parts(text)
    if not any(part in PERSONAL_TYPES for part in parts[-2:-1]):
        return tell(
            "来访人员名单第 %(number)s 行「%(quoted)s」缺人员类别，请在证件号前写上其中一种：%(types)s",
            number=number,
            quoted=_quoted(text),
            types="、".join(PERSONAL_TYPES),
        )
    if len(parts) < _FEWEST_PARTS:
        return tell(
            "来访人员名单第 %(number)s 行「%(quoted)s」缺姓名或单位职务，请写成「姓名 单位职务 人员类别 证件号」",
            number=number,
            quoted=_quoted(text),
        )
    return None


def _parts(text: str) -> list[str]:
    """Split a line; a number written close to the type is a part of its own."""
    return [part for part in _BETWEEN.split(MASK.sub(r" \g<0> ", text)) if part]


def _quoted(text: str) -> str:
    return text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…"
