"""What must always hold of rooms and things: each thing has one holder, and its history leads to where it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from tracker.equipment.lifecycle import Destination, Standing, after
from tracker.equipment.models import (
    Desk,
    Handover,
    HandoverLine,
    Intake,
    Item,
    Provision,
    Room,
    Stocktake,
    StocktakeLine,
    words_of,
)
from tracker.equipment.models.counts import Outcome
from tracker.kernel.errors import Refused

_AT_ONCE = 2_000


def breaches(session: Session) -> Iterator[str]:
    """Say, in a sentence each, where rooms and things do not hold."""
    yield from _histories(session)
    yield from _handovers(session)
    yield from _intakes(session)
    yield from _terms(session)
    yield from _desks(session)
    yield from _counts(session)


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
    now = Standing(card.state, card.holder_id, card.room_id, card.team_id, card.borrower_unit_id, card.due_on)
    if now != standing or card.events != len(events):
        yield f"设备 {card.number} 的使用人、位置或状态与交接记录不符"


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


def _overlap(ends_before: date | None, begins_on: date) -> bool:
    return ends_before is None or begins_on < ends_before
