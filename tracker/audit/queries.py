"""Search the trail, by whoever may read it, and tell who changed a thing last."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Select, Text, and_, cast, or_, select
from sqlalchemy.orm import Session

from tracker.audit.models import AuditEntry, ChainHead
from tracker.audit.wording import ACTION_NAMES, action_name, facts
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.clock import OFFICE
from tracker.kernel.errors import Forbidden, NotFound
from tracker.kernel.text import listed, tell

FUND_CHAINS = "fund:"
MOST_FACTS_TOLD = 4


@dataclass(frozen=True)
class Search:
    """What to look for; an empty part asks for nothing. ``until`` is the last day, inclusive."""

    person: str = ""
    action: str = ""
    subject_kind: str = ""
    subject_id: int | None = None
    since: date | None = None
    until: date | None = None
    text: str = ""


@dataclass(frozen=True)
class Found:
    """One page of the trail, latest first, and whether there is more on either side."""

    entries: Sequence[AuditEntry]
    has_newer: bool
    has_older: bool


def require_reader(by: Actor) -> None:
    """Raise Forbidden unless the actor may read some of the trail."""
    if not by.holds_any({SeatKind.AUDITOR, SeatKind.OFFICER}):
        raise Forbidden("操作记录由审计查看，财政复核可看经费的记录，你没有这些席位")


def search(
    session: Session,
    wanted: Search,
    *,
    seen_by: Actor,
    older_than: int | None = None,
    newer_than: int | None = None,
    count: int = 50,
) -> Found:
    """Return a page of the trail, latest first. Raises Forbidden for those who may read none of it."""
    require_reader(seen_by)
    query = select(AuditEntry).where(*_readable(seen_by), *_conditions(wanted))
    if newer_than is not None:
        rows = _take(session, query.where(AuditEntry.id > newer_than).order_by(AuditEntry.id), count + 1)
        return Found(rows[:count][::-1], has_newer=len(rows) > count, has_older=True)
    if older_than is not None:
        query = query.where(AuditEntry.id < older_than)
    rows = _take(session, query.order_by(AuditEntry.id.desc()), count + 1)
    return Found(rows[:count], has_newer=older_than is not None, has_older=len(rows) > count)


def one(session: Session, entry_id: int, *, seen_by: Actor) -> AuditEntry:
    """Load one line of the trail. Raises NotFound for one the actor may not read."""
    require_reader(seen_by)
    found = session.scalar(select(AuditEntry).where(AuditEntry.id == entry_id, *_readable(seen_by)))
    if found is None:
        raise NotFound
    return found


def chains(session: Session, *, seen_by: Actor) -> Sequence[ChainHead]:
    """List the chains the actor may read, with their lengths and heads."""
    require_reader(seen_by)
    query = select(ChainHead).order_by(ChainHead.chain)
    if not seen_by.holds(SeatKind.AUDITOR):
        query = query.where(ChainHead.chain.startswith(FUND_CHAINS))
    return session.scalars(query).all()


def what_changed(session: Session, subject: tuple[str, int], what: str) -> str:
    """Say who changed a thing last, when and how, for the person whose page is out of date."""
    kind, subject_id = subject
    query = select(AuditEntry).where(AuditEntry.subject_kind == kind, AuditEntry.subject_id == subject_id)
    last = session.scalar(query.order_by(AuditEntry.id.desc()).limit(1))
    if last is None:
        return tell("%(what)s刚被改过，这一步没有保存；请看过最新内容再办", what=what)
    when = last.at.astimezone(OFFICE).strftime("%m-%d %H:%M")
    told = listed(
        (
            tell("%(label)s %(before)s → %(after)s", label=fact.label, before=fact.before, after=fact.after)
            for fact in facts(last.before, last.after)[:MOST_FACTS_TOLD]
        ),
        "，",
    )
    act: str = action_name(last.action)
    if told and last.before:
        act = tell("%(act)s（%(facts)s）", act=act, facts=told)
    return tell(
        "%(person)s在 %(when)s 已办理：%(act)s。这一步没有保存，%(what)s现在的内容已显示在本页，看过再办",
        person=last.person_name,
        when=when,
        act=act,
        what=what,
    )


def _readable(by: Actor) -> list[ColumnElement[bool]]:
    return [] if by.holds(SeatKind.AUDITOR) else [AuditEntry.chain.startswith(FUND_CHAINS)]


def _conditions(wanted: Search) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.person:
        conditions.append(AuditEntry.person_name.icontains(wanted.person, autoescape=True))
    if wanted.action:
        conditions.append(AuditEntry.action == wanted.action)
    if wanted.subject_kind:
        conditions.append(AuditEntry.subject_kind == wanted.subject_kind)
    if wanted.subject_id is not None:
        conditions.append(AuditEntry.subject_id == wanted.subject_id)
    if wanted.since is not None:
        conditions.append(AuditEntry.at >= _start_of(wanted.since))
    if wanted.until is not None:
        conditions.append(AuditEntry.at < _start_of(wanted.until + timedelta(days=1)))
    conditions += [_mentions(word) for word in wanted.text.split()]
    return conditions


def _mentions(word: str) -> ColumnElement[bool]:
    """Match a line that names the word in its thing, its note, its person, its act, or as a paper of a fund."""
    columns = (AuditEntry.subject_name, AuditEntry.note, AuditEntry.person_name)
    acts = [action for action, name in ACTION_NAMES.items() if word in name]
    # The facts are kept as JSON; only those of funds are gone through, since a paper's number stands nowhere else.
    paper = cast(AuditEntry.after, Text).icontains(json.dumps(word)[1:-1], autoescape=True)
    return or_(
        *(column.icontains(word, autoescape=True) for column in columns),
        AuditEntry.action.in_(acts),
        and_(AuditEntry.subject_kind == "fund", paper),
    )


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), OFFICE)


def _take(session: Session, query: Select[AuditEntry], count: int) -> list[AuditEntry]:
    return list(session.scalars(query.limit(count)))
