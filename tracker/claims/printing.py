"""What the paper of a claim could not print: said while it is written, not when the voucher is drawn."""

from __future__ import annotations

from collections.abc import Iterator

from tracker.claims import facts
from tracker.claims.case import Case, Finding, Level, Part, placed
from tracker.claims.filing import FiledLine
from tracker.kernel.text import Told, tell
from tracker.vouchers.fonts import missing_glyphs


def what_cannot_be_printed(case: Case) -> Iterator[Finding]:
    """Name every character that no typeface of the voucher has, at the text that has it."""
    filing = case.filing
    about = [(field.key, str(filing.facts.get(field.key) or "")) for field in facts.HEADER_FIELDS[filing.kind]]
    for field, text in (("purpose", filing.purpose), *about):
        if missing := missing_glyphs(text):
            yield Finding(Level.BLOCK, Part.STANDARD, _sentence(missing), field=field)
    for line in filing.lines:
        for field, text in _texts(line):
            if missing := missing_glyphs(text):
                sentence = placed(case.place(line), _sentence(missing))
                yield Finding(Level.BLOCK, Part.STANDARD, sentence, line.key, field)


def _texts(line: FiledLine) -> Iterator[tuple[str, str]]:
    yield "summary", line.summary
    yield from ((name, value) for name, value in line.facts.items() if isinstance(value, str))


def _sentence(missing: set[str]) -> Told:
    characters = "、".join(sorted(missing))
    return tell("「%(characters)s」印不出来，凭证的字库里没有，请换一种写法", characters=characters)
