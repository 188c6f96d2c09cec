"""The vocabulary of checks: what a rule looks at, and a finding as plain data, so that later rules can join."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.claims.filing import FiledLine, Filing
from tracker.claims.models import Claim
from tracker.funds.models import Fund
from tracker.kernel.text import Told, tell


class Level(StrEnum):
    """How a finding weighs: it stops the claim, it needs a word, or it passed."""

    BLOCK = "block"
    WARN = "warn"
    PASS = "pass"  # noqa: S105  a level, no secret


class Part(StrEnum):
    """The four questions a reviewer asks (标准 / 票据 / 附件 / 额度)."""

    STANDARD = "standard"
    BILLS = "bills"
    FILES = "files"
    QUOTA = "quota"


@dataclass(frozen=True)
class Finding:
    """One result of a check; ``line`` is the line's key, ``field`` the field it points at."""

    level: Level
    part: Part
    sentence: str
    line: str = ""
    field: str = ""
    is_lack: bool = False
    """Something is not filled in yet: said in the list, not beside every empty field of a half-typed form."""
    alike: tuple[str, int] | None = None
    """For files that look alike: the handle of the claim's file and the id of the other, for the page that compares."""

    @property
    def where(self) -> str:
        """The place of the line the finding is about; '' for the claim as a whole."""
        where = self.sentence.facts.get("where") if isinstance(self.sentence, Told) else None
        return where if isinstance(where, str) else ""

    @property
    def here(self) -> str:
        """The sentence as it is said beside its line, where the place need not be named."""
        told = self.sentence.facts.get("what") if isinstance(self.sentence, Told) else None
        return told if isinstance(told, str) else self.sentence


def place_of(number: int) -> Told:
    """Name a line by its number, from 1."""
    return tell("第 %(number)s 行", number=number)


def placed(where: str, what: str) -> Told:
    """Tell of a line: its place, then the sentence, which can be told without the place as well."""
    return tell("%(where)s：%(what)s", where=where, what=what)


@dataclass(frozen=True)
class Case:
    """What the rules look at."""

    session: Session
    claim: Claim
    filing: Filing
    fund: Fund
    codes: dict[int, str]
    names: dict[int, str]
    today: date

    def place(self, line: FiledLine) -> Told:
        """Name a line by its place on the form."""
        return place_of(self.filing.lines.index(line) + 1)


Rule = Callable[[Case], Iterator[Finding]]
