"""Take over whole standards: a table from its document, and from which day the office goes by it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tracker.equipment import policy
from tracker.equipment.facts import Order
from tracker.equipment.models.standards import StandardBook, StandardRuling
from tracker.equipment.operations.standards import CheckFacts, check_figures, trail
from tracker.equipment.queries.standards import records
from tracker.equipment.standards.books import Row, Sort, lacking
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import tell
from tracker.storage.statements import take_turn

_TURN = "standard:books"


@dataclass(frozen=True)
class BookFacts:
    """A table with its document: title, number, clause, where it was read, the first day it holds, its standing.

    ``replaces`` are the standards the office goes by no longer from that day on.
    """

    sort: Sort
    title: str
    number: str
    clause: str
    source: str
    since: date
    is_verified: bool
    rows: Sequence[Row]
    replaces: Sequence[str] = ()


@dataclass(frozen=True)
class RulingFacts:
    """Whether the office goes by a standard from a day on, the paper that says so, and a remark."""

    is_adopted: bool
    since: date
    number: str
    remark: str


def take_over(session: Session, facts: BookFacts, order: Order) -> StandardBook:
    """Record a table and that the office goes by it from its day on; what it replaces ends then, and stays on record.

    Its figures are unverified unless it comes as verified. The same command a second time returns the first's table.
    Raises Forbidden but for the finance officer, NotFound for a standard to replace that is none, Refused.
    """
    policy.require_officer(order.by)
    take_turn(session, _TURN)
    take_turn(session, order.command_id)
    done = session.scalar(select(StandardBook).where(StandardBook.command_id == order.command_id))
    if done is not None:
        return done
    if not facts.rows:
        raise Refused("表里没有一行数值", field="sheet")
    if levels := lacking(facts.sort, facts.rows):
        raise Refused(tell("表里没有%(levels)s的面积，请把四个职级填全再传", levels="、".join(levels)), field="sheet")
    for field in ("title", "number", "clause", "source"):
        if not getattr(facts, field):
            raise Refused("请写明标准名称、文号、条款和出处", field=field)
    count = session.scalar(select(func.count()).select_from(StandardBook)) or 0
    book = StandardBook(
        set_key=f"own-{count + 1}",
        sort=facts.sort,
        title=facts.title,
        number=facts.number,
        clause=facts.clause,
        source=facts.source,
        since=facts.since,
        is_verified=facts.is_verified,
        rows=len(facts.rows),
        content=json.dumps([dict(row) for row in facts.rows], ensure_ascii=False),
        taken_by=order.by.person_id,
        taken_at=order.at,
        command_id=order.command_id,
    )
    session.add(book)
    session.flush()
    trail(
        session,
        order,
        "take_over",
        (book.id, facts.title),
        after={"name": facts.title, "count": len(facts.rows), "paper": facts.number, "effective_on": facts.since},
        note=f"{facts.clause}；{facts.source}",
    )
    ruling = RulingFacts(is_adopted=True, since=facts.since, number=facts.number, remark=facts.clause)
    _rule(session, book.set_key, ruling, order)
    for key in facts.replaces:
        ended = RulingFacts(is_adopted=False, since=facts.since, number=facts.number, remark=f"由{facts.title}代替")
        _rule(session, key, ended, order)
    if facts.is_verified and facts.sort is Sort.FIGURES and records(session).entries(book.set_key):
        seen = CheckFacts(is_verified=True, number=facts.number, remark=facts.clause)
        check_figures(session, book.set_key, (), seen, order)
    return book


def rule(session: Session, set_key: str, facts: RulingFacts, order: Order) -> StandardRuling:
    """Record that the office goes by a standard from a day on, or no longer. A second click finds it recorded.

    Raises Forbidden but for the finance officer, NotFound, Refused naming the field.
    """
    policy.require_officer(order.by)
    take_turn(session, _TURN)
    take_turn(session, order.command_id)
    if not facts.number or not facts.remark:
        raise Refused("请写明依据文号和说明", field="remark" if facts.number else "number")
    return _rule(session, set_key, facts, order)


def _rule(session: Session, set_key: str, facts: RulingFacts, order: Order) -> StandardRuling:
    query = select(StandardRuling).where(StandardRuling.command_id == order.command_id)
    done = session.scalar(query.where(StandardRuling.set_key == set_key))
    if done is not None:
        return done
    standing = records(session)
    titles = {key: one.title for key, one in standing.sets.items()} | {one.key: one.title for one in standing.books}
    if set_key not in titles:
        raise NotFound
    ruling = StandardRuling(
        set_key=set_key,
        is_adopted=facts.is_adopted,
        since=facts.since,
        number=facts.number,
        remark=facts.remark,
        ruled_by=order.by.person_id,
        ruled_at=order.at,
        command_id=order.command_id,
    )
    session.add(ruling)
    session.flush()
    trail(
        session,
        order,
        "use" if facts.is_adopted else "end",
        (ruling.id, titles[set_key]),
        after={"paper": facts.number, "effective_on": facts.since},
        note=facts.remark,
    )
    return ruling
