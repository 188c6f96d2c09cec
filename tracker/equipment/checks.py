"""What must always hold of rooms and things: each thing has one holder, and its history leads to where it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from tracker.audit.models import AuditEntry
from tracker.equipment.kinds import KIND_NAMES, ItemKind
from tracker.equipment.lifecycle import ANSWERING, STATE_NAMES, Destination, Handing, ItemState, Standing, after
from tracker.equipment.models import (
    Desk,
    Fault,
    Handover,
    HandoverLine,
    Intake,
    Item,
    KeptTally,
    Provision,
    Room,
    StandardBook,
    StandardRuling,
    Stocktake,
    StocktakeLine,
    words_of,
)
from tracker.equipment.models.counts import Outcome
from tracker.equipment.standards import all_sets
from tracker.identity.models import Unit
from tracker.kernel.errors import Refused
from tracker.teams.models import Team

_AT_ONCE = 2_000


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where rooms and things do not hold."""
    yield from _histories(session)
    yield from _loans(session)
    yield from _handovers(session)
    yield from _intakes(session)
    yield from _terms(session)
    yield from _desks(session)
    yield from _counts(session)
    yield from _faults(session)
    yield from _books(session)
    yield from _tallies(session)


def _histories(session: Session) -> Iterator[str]:
    """Replay every thing's handovers from where its card was written; both sides come ordered by thing."""
    wanted: list[Any] = [
        HandoverLine.item_id,
        HandoverLine.event,
        HandoverLine.from_state,
        HandoverLine.from_holder_id,
        HandoverLine.from_room_id,
        HandoverLine.from_team_id,
        Handover.number,
        Handover.kind,
        Handover.unit_id,
        Handover.to_person_id,
        Handover.to_room_id,
        Handover.to_team_id,
        Handover.to_unit_id,
        Handover.due_on,
    ]
    columns = (
        select(*wanted)
        .join(Handover, Handover.id == HandoverLine.handover_id)
        .order_by(HandoverLine.item_id, HandoverLine.event)
        .execution_options(yield_per=_AT_ONCE)
    )
    lines = groupby(session.execute(columns), key=lambda row: row.item_id)
    pending = next(lines, None)
    facts: list[Any] = [
        Item.id,
        Item.number,
        Item.owner_unit_id,
        Item.first_room_id,
        Item.state,
        Item.holder_id,
        Item.room_id,
        Item.team_id,
        Item.borrower_unit_id,
        Item.due_on,
        Item.kept_due_on,
        Item.events,
        Item.words,
        Item.name,
        Item.model,
        Item.serial,
    ]
    cards = select(*facts).order_by(Item.id).execution_options(yield_per=_AT_ONCE)
    for card in session.execute(cards):
        events: list[Row[Any]] = []
        if pending is not None and pending[0] == card.id:
            events = list(pending[1])
            pending = next(lines, None)
        yield from _history(card, events)


def _history(card: Row[Any], events: list[Row[Any]]) -> Iterator[str]:
    standing = Standing(room_id=card.first_room_id)
    for number, event in enumerate(events, 1):
        before = (event.from_state, event.from_holder_id, event.from_room_id, event.from_team_id)
        if event.event != number or event.unit_id != card.owner_unit_id:
            yield f"设备 {card.number} 的第 {number} 次交接（{event.number}）次序或产权单位不对"
        if before != (standing.state, standing.holder_id, standing.room_id, standing.team_id):
            yield f"设备 {card.number} 在 {event.number} 之前的状态与历史不符"
        to = Destination(event.to_person_id, event.to_room_id, event.to_team_id, event.to_unit_id, event.due_on)
        try:
            standing = after(standing, event.kind, to)
        except Refused:
            yield f"设备 {card.number} 不可能办 {event.number}"
            return
    if card.words.lower() != words_of(card.number, card.name, card.model, card.serial):
        yield f"设备 {card.number} 的查找用词与卡片不符"
    now = Standing(*(getattr(card, fact.name) for fact in fields(Standing)))
    if now != standing or card.events != len(events):
        yield f"设备 {card.number} 的使用人、位置或状态与交接记录不符"


def _loans(session: Session) -> Iterator[str]:
    """A thing was lent to a team of the unit that borrowed it.

    Lending has asked for that from the first, so the paper itself is held to it, and only where today's lead unit is
    known to be that of the day: a team whose lead unit was ever changed is left out. Where the thing went on from
    there is not asked: a lent thing could once be moved to any team, and a team with all it uses can come under
    another unit. That the thing is with the team its papers say, the replay of its history says.
    """
    query = (
        select(Handover.number, Team.id, Team.name, Unit.name)
        .join(Team, Team.id == Handover.to_team_id)
        .join(Unit, Unit.id == Handover.to_unit_id)
        .where(Handover.kind == Handing.LEND, Team.lead_unit_id != Unit.id)
        .order_by(Handover.id)
    )
    rows = session.execute(query).all()
    changes = select(AuditEntry).where(
        AuditEntry.subject_kind == "team",
        AuditEntry.subject_id.in_({row[1] for row in rows}),
        AuditEntry.action == "team.change",
    )
    changed = {
        entry.subject_id
        for entry in (session.scalars(changes) if rows else ())
        if entry.before.get("lead_unit") != entry.after.get("lead_unit")
    }
    for number, team_id, team, unit in rows:
        if team_id not in changed:
            yield f"调拨单 {number} 借给{unit}，使用组团{team}却由别的单位牵头"


def _handovers(session: Session) -> Iterator[str]:
    lines = select(func.count()).where(HandoverLine.handover_id == Handover.id).scalar_subquery()
    query = select(Handover.number, Handover.things, lines).where(Handover.things != lines)
    for number, things, found in session.execute(query):
        yield f"调拨单 {number} 写明 {things} 件，明细有 {found} 件"


def _intakes(session: Session) -> Iterator[str]:
    sums = (
        select(Item.intake_id, func.count().label("cards"), func.sum(Item.price_fen).label("worth"))
        .group_by(Item.intake_id)
        .subquery()
    )
    query = select(Intake.id, Intake.items, sums.c.cards, Intake.line_fen, sums.c.worth).outerjoin(
        sums, sums.c.intake_id == Intake.id
    )
    for intake_id, said, found, line_fen, fen in session.execute(query):
        if said != found:
            yield f"入库 {intake_id} 写明 {said} 件，卡片有 {found or 0} 件"
        if line_fen is not None and line_fen != fen:
            yield f"入库 {intake_id} 的原值合计与核定金额不符"


def _terms(session: Session) -> Iterator[str]:
    query = select(Provision.room_id, Provision.begins_on, Provision.ends_before)
    rows = session.execute(query.order_by(Provision.room_id, Provision.begins_on))
    for first, second in pairwise(rows):
        if first[0] == second[0] and _overlap(first[2], second[1]):
            yield f"房间 {first[0]} 在 {second[1]} 同时提供给两个组团"


def _desks(session: Session) -> Iterator[str]:
    columns = select(Desk.room_id, Desk.number, Desk.person_id, Desk.begins_on, Desk.ends_before)
    rows = session.execute(columns.order_by(Desk.room_id, Desk.number, Desk.begins_on)).all()
    for first, second in pairwise(rows):
        if first[:2] == second[:2] and _overlap(first[4], second[3]):
            yield f"房间 {first[0]} 的 {first[1]} 号工位在 {second[3]} 有两个人"
    for first, second in pairwise(sorted(rows, key=lambda row: (row[2], row[3]))):
        if first[2] == second[2] and _overlap(first[4], second[3]):
            yield f"人员 {first[2]} 在 {second[3]} 有两个工位"
    beyond = select(Desk.room_id, Desk.number).join(Room, Room.id == Desk.room_id)
    beyond = beyond.where(Desk.ends_before.is_(None), Desk.number > Room.seats)
    for room_id, number in session.execute(beyond):
        yield f"房间 {room_id} 没有 {number} 号工位，却有人在坐"


def _counts(session: Session) -> Iterator[str]:
    query = (
        select(Stocktake.name, func.count())
        .join(StocktakeLine, StocktakeLine.stocktake_id == Stocktake.id)
        .where(
            Stocktake.signed_at.is_not(None),
            StocktakeLine.outcome.is_(None)
            | ((StocktakeLine.outcome != Outcome.FOUND) & (StocktakeLine.explanation == "")),
        )
        .group_by(Stocktake.id, Stocktake.name)
    )
    for name, open_lines in session.execute(query):
        yield f"盘点「{name}」已签字，还有 {open_lines} 处差异没有说明"


def _faults(session: Session) -> Iterator[str]:
    """A report is answered after it was made: by a handover that took the thing to repair or away, or by a reason."""
    on_paper = select(HandoverLine.id).where(
        HandoverLine.handover_id == Fault.handover_id, HandoverLine.item_id == Fault.item_id
    )
    query = (
        select(Fault, Item.number, Item.state, Handover, on_paper.exists().label("is_named"))
        .join(Item, Item.id == Fault.item_id)
        .outerjoin(Handover, Handover.id == Fault.handover_id)
        .order_by(Fault.id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for fault, number, state, handover, is_named in session.execute(query):
        named = f"设备 {number} 的报修 {fault.id}"
        if fault.closed_at is not None and fault.closed_at < fault.reported_at:
            yield f"{named} 在报修之前就处理了"
        if fault.closed_at is None and state is ItemState.DISPOSED:
            yield f"{named} 还没有处理，设备已经报废处置"
        if handover is None:
            continue
        if handover.kind not in ANSWERING or not is_named:
            yield f"{named} 记在 {handover.number} 名下，那张单没有把它送修或处置"
        elif (fault.closed_by, fault.closed_at) != (handover.handed_by, handover.handed_at):
            yield f"{named} 的处理人或时间与 {handover.number} 不符"


def _books(session: Session) -> Iterator[str]:
    """A table of a standard has as many rows as it says, and what was ruled is about a standard there is."""
    books = session.scalars(select(StandardBook).order_by(StandardBook.id)).all()
    for book in books:
        try:
            rows = len(json.loads(book.content))
        except ValueError:
            rows = -1
        if rows != book.rows:
            yield f"标准「{book.title}」写明 {book.rows} 行，内容不符"
    known = {book.set_key for book in books} | set(all_sets())
    for key in session.scalars(select(StandardRuling.set_key).distinct()):
        if key not in known:
            yield f"采用或停用的标准 {key} 不存在"


def _tallies(session: Session) -> Iterator[str]:
    """What is kept of each owner, class and state is what counting the cards gives."""
    whose = select(Item.owner_unit_id, Item.kind, Item.state, func.count(), func.sum(Item.price_fen))
    counted: dict[tuple[int, ItemKind, ItemState], tuple[int, int]] = {
        (unit_id, kind, state): (count, int(fen))
        for unit_id, kind, state, count, fen in session.execute(
            whose.group_by(Item.owner_unit_id, Item.kind, Item.state)
        )
    }
    rows = session.scalars(select(KeptTally))
    kept = {(row.owner_unit_id, row.kind, row.state): (row.count, row.fen) for row in rows}
    for unit_id, kind, state in sorted({*counted, *kept}):
        there, said = (found.get((unit_id, kind, state), (0, 0)) for found in (counted, kept))
        if there != said:
            named = f"单位 {unit_id} {STATE_NAMES[state]}的{KIND_NAMES[kind]}"
            yield f"{named} 记着 {said[0]} 件、{said[1]} 分，卡片有 {there[0]} 件、{there[1]} 分"


def _overlap(ends_before: date | None, begins_on: date) -> bool:
    return ends_before is None or begins_on < ends_before
