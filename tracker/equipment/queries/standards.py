"""The allocation standards as they stand: what the data brought, with the office's editions and checks laid over."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.equipment.editions import Adopted, Records, Ruling
from tracker.equipment.kinds import Edition
from tracker.equipment.models.standards import StandardBook, StandardCheck, StandardEdition, StandardRuling
from tracker.equipment.standards import ClassCode, areas, class_codes
from tracker.equipment.standards.books import Book, Sort, as_areas, as_codes


@dataclass(frozen=True)
class Areas:
    """Office area a head by level, in 0.01 m², the document it rests on, and whether somebody verified it."""

    by_level: Mapping[str, int]
    title: str
    is_verified: bool


def records(session: Session) -> Records:
    """Read the tables and editions adopted, the rulings, and the last check of each figure; a few hundred rows."""
    rows = session.scalars(select(StandardEdition).order_by(StandardEdition.since))
    later = [Adopted(row.id, row.set_key, row.code, row.value, row.since, row.number, row.source) for row in rows]
    checks = select(
        StandardCheck.set_key, StandardCheck.code, StandardCheck.edition_id, StandardCheck.is_verified
    ).order_by(StandardCheck.id)
    said = session.scalars(select(StandardRuling).order_by(StandardRuling.id))
    return Records(
        later,
        {(key, code, edition): word for key, code, edition, word in session.execute(checks)},
        [_book(row) for row in session.scalars(select(StandardBook).order_by(StandardBook.id))],
        [Ruling(row.set_key, row.is_adopted, row.since) for row in said],
    )


def areas_on(standing: Records, day: date) -> Areas:
    """Return the office areas of a day: the office's own table, else what the data brought, unverified."""
    book = standing.book(Sort.AREAS, day)
    if book is None:
        return Areas(areas(), "党政机关办公用房建设标准 发改投资〔2014〕2674号", is_verified=False)
    return Areas(as_areas(book), f"{book.title} {book.number}", book.is_verified)


def codes_on(session: Session, day: date) -> Sequence[ClassCode]:
    """Return the official classes of a day: those of the office's own tables over those the data brought."""
    standing = records(session)
    found = {(row.edition, row.code): row for row in class_codes()}
    for book in standing.books:
        if book.sort is Sort.CODES and standing.is_own(book.key, day):
            found.update({(row.edition, row.code): row for row in as_codes(book)})
    return list(found.values())


def class_name_on(session: Session, edition: Edition | None, code: str, day: date) -> str:
    """Say what a code means in its edition; empty when no table knows."""
    if not code:
        return ""
    return next((row.name for row in codes_on(session, day) if row.edition is edition and row.code == code), "")


def book_records(session: Session) -> Sequence[StandardBook]:
    """List the tables the office took over, latest first."""
    query = select(StandardBook).options(joinedload(StandardBook.taker))
    return session.scalars(query.order_by(StandardBook.id.desc())).all()


def rulings_of(session: Session, set_key: str) -> Sequence[StandardRuling]:
    """List when a standard became the office's own or ceased to be, latest first."""
    query = select(StandardRuling).options(joinedload(StandardRuling.ruler))
    return session.scalars(query.where(StandardRuling.set_key == set_key).order_by(StandardRuling.id.desc())).all()


def _book(row: StandardBook) -> Book:
    return Book(
        key=row.set_key,
        sort=row.sort,
        title=row.title,
        number=row.number,
        clause=row.clause,
        source=row.source,
        since=row.since,
        is_verified=row.is_verified,
        rows=json.loads(row.content),
    )


def checks_of(session: Session, set_key: str, code: str) -> Sequence[StandardCheck]:
    """List who checked a figure, latest first."""
    query = select(StandardCheck).options(joinedload(StandardCheck.checker))
    query = query.where(StandardCheck.set_key == set_key, StandardCheck.code == code)
    return session.scalars(query.order_by(StandardCheck.id.desc())).all()
