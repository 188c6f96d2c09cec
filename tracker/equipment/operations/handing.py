"""Hand things over: each handover is one event, in one transaction, and a thing has one holder after it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, joinedload

from tracker.audit.operations import record
from tracker.equipment import policy
from tracker.equipment.facts import HandingFacts, Order
from tracker.equipment.lifecycle import (
    ANSWERING,
    DEMANDS,
    HANDING_NAMES,
    STATE_NAMES,
    Destination,
    Handing,
    ItemState,
    Standing,
    after,
)
from tracker.equipment.models import Handover, HandoverLine, HandoverMark, Item, MarkKind
from tracker.equipment.operations.destinations import destination
from tracker.equipment.operations.faults import answer_with
from tracker.equipment.operations.items import lock_unit
from tracker.equipment.operations.tallying import Change, keep_tally
from tracker.evidence.models import EvidenceKind
from tracker.evidence.operations import StoredFile, keep, retain
from tracker.identity.models import Person
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Forbidden, NotFound, Refused, Stale
from tracker.kernel.lifecycle import NotOpen
from tracker.kernel.text import listed, tell
from tracker.storage.numbering import next_number
from tracker.storage.statements import changed, table, take_turn

MOST_THINGS = 200
"""More than fits on a few pages of a paper that one person signs."""


def hand_over(session: Session, facts: HandingFacts, order: Order) -> Handover:
    """Make a handover: number it, move every thing on it, or none.

    The same command a second time returns the first's handover. Raises NotFound for things the actor may not see,
    Forbidden, Refused naming the field, NotOpen when a thing's life does not allow it, Stale when somebody moved one
    since the page was drawn.
    """
    if (done := _done(session, order)) is not None:
        return done
    today = day_of(order.at)
    facts.check(today)
    items = _items(session, facts, order.by)
    if (done := _done(session, order)) is not None:  # a second click waited for the first at the lock
        return done
    _refuse_stale(items, facts)
    unit_id = items[0].owner_unit_id
    for item in items:
        policy.require_hander(order.by, facts.kind, item)
        _require_open(facts.kind, item)
        if item.owner_unit_id != unit_id:
            raise Refused("一张单只办同一产权单位的设备，请分开办理")
    to = destination(session, facts, items, order)
    handover = Handover(
        number=f"DB-{today.year}-{next_number(session, f'DB-{today.year}'):04d}",
        kind=facts.kind,
        unit_id=unit_id,
        to_person_id=to.person_id,
        to_room_id=to.room_id,
        to_team_id=to.team_id,
        to_unit_id=to.unit_id,
        due_on=to.due_on,
        reason=facts.reason,
        paper=facts.paper,
        things=len(items),
        handed_by=order.by.person_id,
        handed_at=order.at,
        command_id=order.command_id,
    )
    session.add(handover)
    session.flush()
    _move(session, handover, items, to)
    if facts.kind in ANSWERING:
        answer_with(session, handover, items, order)
    _note_down(session, handover, items, order)
    for item in items:
        session.expire(item)
    return handover


def confirm_receipt(session: Session, number: str, order: Order) -> Handover:
    """Note that the receiver has the things (or, for what a holder brought back, that the keeper has them).

    Once only; a second click finds it done. Raises NotFound, Forbidden for anybody else.
    """
    handover = _seen(session, number, order.by)
    if handover.receipt is not None:
        return handover
    if not may_confirm(handover, order.by):
        raise Forbidden("由接收人本人确认收到；归还的由产权单位经办确认")
    _mark(session, handover, MarkKind.RECEIVED, order)
    return handover


def keep_signed(session: Session, number: str, scan: StoredFile, order: Order) -> Handover:
    """Keep the scan of the signed paper. Raises NotFound, Forbidden."""
    handover = _seen(session, number, order.by)
    if not may_keep_signed(handover, order.by):
        raise Forbidden("签字件由办理人或产权单位经办归档")
    if any(mark.command_id == order.command_id for mark in handover.marks):
        return handover
    evidence = keep(session, scan, EvidenceKind.SIGNED_PAPER, by=order.by, at=order.at)
    retain(session, [evidence.id], year=day_of(order.at).year)
    _mark(session, handover, MarkKind.SCAN, order, evidence.id)
    return handover


def may_confirm(handover: Handover, by: Actor) -> bool:
    """Tell whether it is this person's to say that the things came."""
    if handover.kind is Handing.RETURN:
        return handover.handed_by != by.person_id and policy.keeps(by, handover.unit_id)
    if handover.kind is Handing.LEND and handover.to_person_id is None:
        return policy.keeps(by, handover.to_unit_id) and handover.handed_by != by.person_id
    return handover.to_person_id == by.person_id


def may_keep_signed(handover: Handover, by: Actor) -> bool:
    """Tell whether the actor may file the signed paper."""
    return handover.handed_by == by.person_id or policy.keeps(by, handover.unit_id)


def _items(session: Session, facts: HandingFacts, by: Actor) -> Sequence[Item]:
    """Lock the owner's unit and then the things, in one order everywhere, so that nobody waits crosswise.

    A thing keeps its owner for good, so the first one's can be read before anything is locked; that the others are of
    the same owner is checked under the lock.
    """
    if len(facts.versions) > MOST_THINGS:
        raise Refused(tell("一张单最多 %(most)s 件，请分几张办理", most=MOST_THINGS))
    is_named = Item.id.in_(facts.versions), policy.visible_items(by)
    owner_id = session.scalar(select(Item.owner_unit_id).where(*is_named).order_by(Item.id).limit(1))
    if owner_id is not None:
        lock_unit(session, owner_id)
    query = select(Item).where(*is_named).order_by(Item.id)
    items = session.scalars(query.with_for_update().execution_options(populate_existing=True)).all()
    if owner_id is None or len(items) != len(facts.versions):
        raise NotFound("有设备没有找到，或者你不能查看；请回到清单重新选择")
    return items


def _done(session: Session, order: Order) -> Handover | None:
    take_turn(session, order.command_id)
    query = select(Handover).where(Handover.command_id == order.command_id)
    return session.scalar(query.where(Handover.handed_by == order.by.person_id))


def _refuse_stale(items: Sequence[Item], facts: HandingFacts) -> None:
    for item in items:
        if item.version != facts.versions[item.id]:
            raise Stale(tell("%(item)s刚刚被别人办过，请看过最新状态后再办", item=item.label))


def _require_open(kind: Handing, item: Item) -> None:
    if item.state in DEMANDS[kind]:
        return
    told = {
        "item": item.label,
        "state": STATE_NAMES[item.state],
        "kind": HANDING_NAMES[kind],
        "wanted": listed((STATE_NAMES[state] for state in ItemState if state in DEMANDS[kind]), "、"),
    }
    if item.state in DEMANDS[Handing.RETURN] and kind is not Handing.REPAIRED:
        sentence = tell("%(item)s现在是%(state)s，%(kind)s只办%(wanted)s的设备，请先办归还", **told)
    else:
        sentence = tell("%(item)s现在是%(state)s，%(kind)s只办%(wanted)s的设备", **told)
    raise NotOpen(sentence, state=item.state)


def _move(session: Session, handover: Handover, items: Sequence[Item], to: Destination) -> None:
    """Move things that are locked and fresh: those that end up alike in one statement."""
    alike: dict[Standing, list[int]] = defaultdict(list)
    lines = []
    tallied: list[Change] = []
    for item in items:
        was = item.standing
        now = after(was, handover.kind, to)
        alike[now].append(item.id)
        tallied += [(item.kind, was.state, -1, -item.price_fen), (item.kind, now.state, 1, item.price_fen)]
        lines.append(
            {
                "handover_id": handover.id,
                "item_id": item.id,
                "event": item.events + 1,
                "from_state": was.state,
                "from_holder_id": was.holder_id,
                "from_room_id": was.room_id,
                "from_team_id": was.team_id,
            }
        )
    for now, ids in alike.items():
        things = table(Item)
        moved = update(things).where(things.c.id.in_(ids))
        moved = moved.values(**vars(now), events=things.c.events + 1, version=things.c.version + 1)
        if changed(session.execute(moved)) != len(ids):
            raise Stale("有设备刚刚被别人办过，请看过最新状态后再办")
    session.execute(insert(table(HandoverLine)), lines)
    keep_tally(session, handover.unit_id, tallied)


def _note_down(session: Session, handover: Handover, items: Sequence[Item], order: Order) -> None:
    person = session.get(Person, handover.to_person_id) if handover.to_person_id else None
    room, team, unit = handover.to_room, handover.to_team, handover.to_unit
    record(
        session,
        by=order.by,
        at=order.at,
        action=f"equipment.{handover.kind.value}",
        subject=("handover", handover.id, handover.number),
        seat=_seat_of(order.by, handover.unit_id),
        after={
            "things": [item.number for item in items],
            "person": person.name if person else None,
            "place": room.title if room else None,
            "team": team.name if team else None,
            "unit": unit.name if unit else None,
            "due_on": handover.due_on,
            "paper": handover.paper,
        },
        note=handover.reason,
    )


def _seen(session: Session, number: str, by: Actor) -> Handover:
    query = select(Handover).options(joinedload(Handover.marks))
    query = query.where(Handover.number == number, policy.visible_handovers(by))
    handover = session.scalars(query.with_for_update(of=Handover)).unique().one_or_none()
    if handover is None:
        raise NotFound
    return handover


def _mark(session: Session, handover: Handover, kind: MarkKind, order: Order, scan_id: int | None = None) -> None:
    mark = HandoverMark(
        handover_id=handover.id,
        kind=kind,
        scan_id=scan_id,
        marked_by=order.by.person_id,
        marked_at=order.at,
        command_id=order.command_id,
    )
    session.add(mark)
    session.flush()
    session.expire(handover, ["marks"])
    record(
        session,
        by=order.by,
        at=order.at,
        action=f"handover.{kind.value}",
        subject=("handover", handover.id, handover.number),
        seat=_seat_of(order.by, handover.unit_id),
        after={"evidence_id": scan_id} if scan_id else {},
    )


def _seat_of(by: Actor, unit_id: int) -> str:
    for kind in (SeatKind.HEAD, SeatKind.REVIEWER):
        if by.holds(kind, unit_id=unit_id):
            return kind
    return SeatKind.MEMBER if by.holds(SeatKind.MEMBER) else ""
