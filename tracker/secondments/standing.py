"""Papers and posts as they stand: what was recorded, with the corrections and later scans laid over it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.evidence.models import Evidence
from tracker.secondments.models import Amendment, PaperKind, Snapshot, TermPaper
from tracker.secondments.ranks import EXPENSE_RANKS, LEVEL_NAMES, POST_NAMES, ExpenseRank, Level, PostKind

_TOLD_AS = {"number": "paper", "paper_number": "paper", "dated": "paper_dated"}
_DAYS = frozenset({"dated", "paper_dated", "effective_on"})


@dataclass(frozen=True)
class Post:
    """A post's record as it stands: 职务, 职级, 职称 and pay grade from a day on, by a document."""

    id: int
    secondment_id: int
    number: int
    effective_on: date
    level: Level
    duty: str
    rank: str
    title: str
    pay_grade: str
    paper_number: str
    paper_dated: date
    scan: Evidence | None

    @property
    def expense_rank(self) -> ExpenseRank:
        """The rank by which expenses are judged while this post holds."""
        return EXPENSE_RANKS[self.level]


@dataclass(frozen=True)
class Paper:
    """A document of the term as it stands."""

    id: int
    secondment_id: int
    kind: PaperKind
    number: str
    dated: date
    reason: str
    ends_before: date
    scan: Evidence | None

    @property
    def last_day(self) -> date:
        """The last day of the term, from this paper on."""
        return self.ends_before - timedelta(days=1)


T = TypeVar("T", Post, Paper)
R = TypeVar("R", Snapshot, TermPaper)


def posts_of(session: Session, secondment_ids: Iterable[int]) -> dict[int, list[Post]]:
    """Load the posts of some secondments, each in the order of their days."""
    return _standing(session, list(secondment_ids), Snapshot, Post, by=Snapshot.number)


def papers_of(session: Session, secondment_ids: Iterable[int]) -> dict[int, list[Paper]]:
    """Load the term papers of some secondments, each in the order they were recorded."""
    return _standing(session, list(secondment_ids), TermPaper, Paper, by=TermPaper.id)


def _standing(
    session: Session, ids: Sequence[int], recorded: type[R], shown: type[T], *, by: Any
) -> dict[int, list[T]]:
    """Load records of some secondments in an order, with what was put right later laid over them."""
    rows = select(recorded).options(joinedload(recorded.scan)).where(recorded.secondment_id.in_(ids)).order_by(by)
    later = _amendments(session, ids)
    found: dict[int, list[T]] = defaultdict(list)
    for row in session.scalars(rows):
        as_recorded = shown(**{field.name: getattr(row, field.name) for field in fields(shown)})
        found[row.secondment_id].append(_laid_over(as_recorded, later[shown, row.id]))
    return found


def amendments_of(session: Session, secondment_id: int) -> Sequence[Amendment]:
    """List the corrections and later scans of one secondment, latest first."""
    mine = select(Amendment).options(joinedload(Amendment.person)).where(Amendment.secondment_id == secondment_id)
    return session.scalars(mine.order_by(Amendment.id.desc())).all()


def holding(posts: Sequence[Post], on: date) -> Post:
    """Find the post that holds on a day; before the first day, the first."""
    return next((post for post in reversed(posts) if post.effective_on <= on), posts[0])


def kept_as(value: object) -> Any:
    """Write a value as an amendment keeps it."""
    return value.isoformat() if isinstance(value, date) else value


def told(values: Mapping[str, Any]) -> dict[str, Any]:
    """Put the values of an amendment as the trail tells them: papers by one word, levels and kinds by their names."""
    said: dict[str, Any] = {}
    for name, value in values.items():
        shown = LEVEL_NAMES[Level(value)] if name == "level" else value
        said[_TOLD_AS.get(name, name)] = POST_NAMES[PostKind(value)] if name == "post_kind" else shown
    return said


def _amendments(session: Session, ids: Sequence[int]) -> dict[tuple[type, int | None], list[Amendment]]:
    """Load the amendments of some secondments by the post or paper they are of."""
    later = select(Amendment).options(joinedload(Amendment.scan)).where(Amendment.secondment_id.in_(ids))
    found: dict[tuple[type, int | None], list[Amendment]] = defaultdict(list)
    for one in session.scalars(later.order_by(Amendment.id)):
        found[Post, one.snapshot_id].append(one)
        found[Paper, one.paper_id].append(one)
    return found


def _laid_over(recorded: T, amendments: Sequence[Amendment]) -> T:
    for one in amendments:
        recorded = replace(recorded, **_read(one.after))
        if one.scan is not None:
            recorded = replace(recorded, scan=one.scan)
    return recorded


def _read(after: Mapping[str, Any]) -> dict[str, Any]:
    read: dict[str, Any] = {}
    for name, value in after.items():
        read[name] = date.fromisoformat(value) if name in _DAYS else Level(value) if name == "level" else value
    return read
