"""Whether an invoice is made out to the unit that pays: tax id first, then the name, on the day of issue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.evidence import keys
from tracker.evidence.models import AcceptedTitle
from tracker.evidence.reading import Reading
from tracker.evidence.reading import kinds as bills
from tracker.evidence.reading.facts import Source
from tracker.evidence.reading.values import fold
from tracker.identity.models import Unit

PERSONAL = frozenset({bills.RAIL, bills.AIR, *bills.TICKETS})
"""Tickets are made out to a traveller or to nobody; they bear no unit's title."""

_PERSONS = frozenset({"个人", "个人(个人)", "自然人", "本人"})


class TitleAnswer(StrEnum):
    """What the title of an invoice comes to."""

    GOOD = "good"
    EXEMPT = "exempt"
    UNREAD = "unread"
    MISSING = "missing"
    PERSON = "person"
    WRONG_ID = "wrong_id"
    WRONG_NAME = "wrong_name"
    OTHER = "other"
    OUT_OF_DATE = "out_of_date"


@dataclass(frozen=True)
class Title:
    """A title that is accepted from a day until a day (both included, None is open)."""

    name: str
    tax_id: str
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date | None) -> bool:
        """Tell whether the title is good on a day; an unknown day is no objection."""
        if day is None:
            return True
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def titles_of(session: Session, unit_id: int) -> list[Title]:
    """List the titles accepted for a unit; while none is kept, the unit's own name and credit code count."""
    kept = session.scalars(
        select(AcceptedTitle).where(AcceptedTitle.unit_id == unit_id).order_by(AcceptedTitle.id)
    ).all()
    if kept:
        return [Title(one.name, one.tax_id, one.valid_from, one.valid_until) for one in kept]
    unit = session.get(Unit, unit_id)
    return [Title(unit.name, fold_tax_id(unit.credit_code))] if unit is not None else []


def check_title(reading: Reading, titles: Sequence[Title]) -> TitleAnswer:
    """Compare the buyer on an invoice with the accepted titles, as of its day of issue.

    The tax id decides; a right id beside a wrong name, or a right name without an id of ours, is pointed out.
    """
    if reading.kind in PERSONAL:
        return TitleAnswer.EXEMPT
    name, tax_id = fold_title(reading.buyer_name or ""), fold_tax_id(reading.buyer_tax_id or "")
    if not tax_id and (not name or name in _PERSONS):
        return TitleAnswer.PERSON if name else _without_title(reading)
    alike = [
        title for title in titles if (tax_id and tax_id == title.tax_id) or (name and name == fold_title(title.name))
    ]
    if not alike:
        return TitleAnswer.OTHER
    good = [title for title in alike if title.holds_on(reading.issue_date)]
    if not good:
        return TitleAnswer.OUT_OF_DATE
    if any(_is_same(title, name, tax_id) for title in good):
        return TitleAnswer.GOOD
    return TitleAnswer.WRONG_NAME if any(tax_id == title.tax_id for title in good) else TitleAnswer.WRONG_ID


def _without_title(reading: Reading) -> TitleAnswer:
    """Tell a paper without a buyer from one of which nothing was read, or its code alone: that names no buyer."""
    return TitleAnswer.UNREAD if set(reading.sources.values()) <= {Source.QR} else TitleAnswer.MISSING


def _is_same(title: Title, name: str, tax_id: str) -> bool:
    """Compare what the file shows; a fact it does not show is no objection."""
    return (not name or name == fold_title(title.name)) and (not tax_id or not title.tax_id or tax_id == title.tax_id)


def fold_title(name: str) -> str:
    """Fold a unit's name for comparison: width, brackets, radicals and spaces make no difference."""
    return fold(name)


def fold_tax_id(text: str) -> str:
    """Write a tax id in its one spelling."""
    return keys.normal(text)
