"""票据号码与票据代码 as typed: what of them cannot be an invoice's, said before the key of the invoice is taken."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tracker.claims.case import Case, Finding, Level, Part, placed
from tracker.evidence import keys
from tracker.kernel.text import tell

_LONGEST = {"bill_number": ("票据号码", keys.LONGEST_NUMBER), "bill_code": ("票据代码", keys.LONGEST_CODE)}
_OLD_NUMBER = re.compile(r"[0-9]{8}")


def long_numbers(case: Case) -> Iterator[Finding]:
    """Say of a number or code longer than any invoice's that it is."""
    for line in case.filing.lines:
        for field, (name, most) in _LONGEST.items():
            length = len(keys.normal(str(line.facts.get(field) or "")))
            if length > most:
                sentence = tell(
                    "%(field)s最多 %(most)s 位，填了 %(length)s 位，请照票面核对", field=name, most=most, length=length
                )
                yield Finding(Level.BLOCK, Part.BILLS, placed(case.place(line), sentence), line.key, field)


def code_of_old_invoices(case: Case) -> Iterator[Finding]:
    """Ask for the code of an invoice that has one: A.6 of DA/T 95-2022 makes Pjdm mandatory.

    An invoice of the old form bears an 8-digit number beside a code of 10 or 12 digits, and only both together are
    its own. A fully digital one (数电票) has a number of 20 digits and no code, so there is nothing to fill in.
    """
    for line in case.filing.lines:
        if line.facts.get("bill_kind") != "发票" or line.facts.get("bill_code"):
            continue
        number = keys.normal(str(line.facts.get("bill_number") or ""))
        if _OLD_NUMBER.fullmatch(number):
            sentence = tell("票据号码是 8 位，这种发票还有票据代码，请照票面填写票据代码")
            yield Finding(
                Level.BLOCK, Part.BILLS, placed(case.place(line), sentence), line.key, "bill_code", is_lack=True
            )
