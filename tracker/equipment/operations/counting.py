"""Count: open a session over what the book holds, note what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.equipment import policy
from tracker.equipment.facts import Order
from tracker.equipment.lifecycle import ItemState
from tracker.equipment.models import Item, Room, Stocktake, StocktakeCounter, StocktakeLine, StocktakeTag
from tracker.equipment.models.counts import OUTCOME_NAMES, Outcome
from tracker.equipment.operations.items import lock_unit
from tracker.equipment.queries.counts import counter_ids, may_see
from tracker.identity.models import Unit
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.kernel.lifecycle import NotOpen
from tracker.kernel.text import tell
from tracker.storage.statements import changed, table, take_turn
from tracker.teams.models import Team
from tracker.teams.queries import actor

MOST_COUNTERS = 20


@dataclass(frozen=True)
class StocktakeFacts:
    """A session as it is opened: over a unit's things, of a team or room if named, counted by these people."""

    name: str
    unit_id: int
    closes_on: date
    counters: Sequence[int]
    team_id: int | None = None
    room_id: int | None = None


def open_stocktake(session: Session, facts: StocktakeFacts, order: Order) -> Stocktake:
    """Open a session and write down where the book has everything in its scope.

    The same command a second time returns the first's. Raises Forbidden, Refused naming the field: no counters, a
    counter who keeps the things (不相容岗位), nothing to count.
    """
    by = order.by
    if not policy.keeps(by, facts.unit_id) and not policy.heads(by, facts.unit_id):
        raise Forbidden("盘点由产权单位的经办或负责人发起，你没有这个席位")
    lock_unit(session, facts.unit_id)
    take_turn(session, order.command_id)
    done = session.scalar(select(Stocktake).where(Stocktake.command_id == order.command_id))
    if done is not None:
        return done
    if not facts.name:
        raise Refused("请填写盘点名称", field="name")
    if facts.closes_on < day_of(order.at):
        raise Refused("截止日期不能早于今天", field="closes_on")
    _check_counters(session, facts, order)
    count = Stocktake(
        name=facts.name,
        unit_id=facts.unit_id,
        team_id=facts.team_id,
        room_id=facts.room_id,
        closes_on=facts.closes_on,
        opened_by=by.person_id,
        opened_at=order.at,
        command_id=order.command_id,
    )
    session.add(count)
    session.flush()
    session.add_all(StocktakeCounter(stocktake_id=count.id, person_id=person) for person in sorted(set(facts.counters)))
    if _write_lines(session, count) == 0:
        raise Refused("这个范围里没有要盘的设备，请核对范围", field="team_id")
    note_down(session, "stocktake.open", count, order, after={"closes_on": facts.closes_on})
    return count


def count_item(
    session: Session, stocktake_id: int, number: str, order: Order, *, room_id: int | None = None
) -> StocktakeLine | StocktakeTag:
    """Note that a thing was found, in a room if one is named; another room than the book's is 位置不符.

    A repeated scan changes nothing unless it names another room. Another result takes back what was explained of the
    one before: it is explained anew, if it differs. A thing of the unit that the scope leaves out joins
    it when it is found where the book does not have it; any other number is noted as an unknown tag. Raises NotFound,
    Forbidden for who is not named to count, NotOpen after signing or the closing day.
    """
    count = counting(session, stocktake_id, order)
    _check_place(session, room_id)
    line = session.scalar(
        select(StocktakeLine)
        .join(Item, Item.id == StocktakeLine.item_id)
        .where(StocktakeLine.stocktake_id == count.id, Item.number == number)
        .with_for_update(of=StocktakeLine)
    )
    if line is None:
        line = _brought_in(session, count, number, room_id)
    if line is None:
        return note_tag(session, stocktake_id, number, order, room_id=room_id)
    here = room_id or (count.room_id if line.outcome is None else None)
    elsewhere = here is not None and here != line.book_room_id
    outcome = Outcome.ELSEWHERE if elsewhere else Outcome.FOUND
    found_room = here if here is not None else line.book_room_id
    if (line.outcome, line.found_room_id) == (outcome, found_room) or (line.outcome is not None and room_id is None):
        return line
    line.outcome, line.found_room_id = outcome, found_room
    line.counted_by, line.counted_at = order.by.person_id, order.at
    line.explanation, line.explained_by = "", None
    session.add(line)
    session.flush()
    note_change(session, "stocktake.count", count, order, after={"number": number, "outcome": OUTCOME_NAMES[outcome]})
    return line


def _brought_in(session: Session, count: Stocktake, number: str, room_id: int | None) -> StocktakeLine | None:
    """Take a thing of the unit into a count that left it out, if it was found in the counted or a wrong room."""
    item = session.scalar(
        select(Item).where(Item.number == number, Item.owner_unit_id == count.unit_id, Item.state != ItemState.DISPOSED)
    )
    here = room_id or count.room_id
    if item is None or here is None or (here == item.room_id and here != count.room_id):
        return None
    return StocktakeLine(
        stocktake_id=count.id,
        item_id=item.id,
        book_room_id=item.room_id,
        book_holder_id=item.holder_id,
        explanation="",
    )


def note_tag(
    session: Session, stocktake_id: int, tag: str, order: Order, *, room_id: int | None = None
) -> StocktakeTag:
    """Note a tag that the scope does not know; a repeated scan changes nothing. Raises what ``count_item`` raises."""
    count = counting(session, stocktake_id, order)
    _check_place(session, room_id)
    if not tag:
        raise Refused("请填写标签编号", field="tag")
    known = session.scalar(select(StocktakeTag).where(StocktakeTag.stocktake_id == count.id, StocktakeTag.tag == tag))
    if known is not None:
        return known
    noted = StocktakeTag(
        stocktake_id=count.id, tag=tag[:60], room_id=room_id, noted_by=order.by.person_id, noted_at=order.at
    )
    session.add(noted)
    session.flush()
    note_change(session, "stocktake.tag", count, order, after={"number": tag})
    return noted


def drop_tag(session: Session, stocktake_id: int, tag_id: int, order: Order) -> None:
    """Take out a tag noted by mistake; the trail keeps it. One that is gone already stays so.

    Raises what ``count_item`` raises.
    """
    count = counting(session, stocktake_id, order)
    tag = session.scalar(select(StocktakeTag).where(StocktakeTag.id == tag_id, StocktakeTag.stocktake_id == count.id))
    if tag is None:
        return
    before: dict[str, object] = {"number": tag.tag, "person": tag.noter.name}
    session.delete(tag)
    session.flush()
    note_change(session, "stocktake.drop_tag", count, order, before=before)


def _check_place(session: Session, room_id: int | None) -> None:
    if room_id is not None and session.get(Room, room_id) is None:
        raise Refused("请从列表中选择位置", field="room_id")


def counting(session: Session, stocktake_id: int, order: Order) -> Stocktake:
    """Load a session for somebody who counts. Raises NotFound, Forbidden, NotOpen."""
    count = session.get(Stocktake, stocktake_id, with_for_update=True)
    if count is None:
        raise NotFound
    if order.by.person_id not in counter_ids(session, count.id):
        seen(session, stocktake_id, order.by)
        raise Forbidden("你不是这次盘点的盘点人；保管和盘点要由不同的人办理")
    if policy.keeps(order.by, count.unit_id):
        raise Forbidden("你现在保管这些设备，盘点请由别人办理（不相容岗位分离）")
    if count.signed_at is not None:
        raise NotOpen("盘点已经签字，不能再改")
    if day_of(order.at) > count.closes_on:
        raise NotOpen(tell("盘点已在 %(closes_on)s 截止，不能再盘", closes_on=count.closes_on.isoformat()))
    return count


def seen(session: Session, stocktake_id: int, by: Actor) -> Stocktake:
    """Load a session for whoever may know of it, so that nobody else changes it meanwhile. Raises NotFound."""
    count = session.get(Stocktake, stocktake_id, with_for_update=True)
    if count is None or not may_see(session, count, by):
        raise NotFound
    return count


def _check_counters(session: Session, facts: StocktakeFacts, order: Order) -> None:
    people = set(facts.counters)
    if not 0 < len(people) <= MOST_COUNTERS:
        raise Refused(tell("请选 1 到 %(most)s 位盘点人", most=MOST_COUNTERS), field="counters")
    for person_id in sorted(people):
        try:
            person = actor(session, person_id, on=day_of(order.at))
        except NotFound:
            raise Refused("请从列表中选择盘点人", field="counters") from None
        if policy.keeps(person, facts.unit_id):
            raise Refused(
                tell("%(person)s保管这些设备，不能又是盘点人（不相容岗位分离），请换人", person=person.name),
                field="counters",
            )
    unit = session.get(Unit, facts.unit_id)
    team = session.get(Team, facts.team_id) if facts.team_id else None
    room = session.get(Room, facts.room_id) if facts.room_id else None
    if unit is None or (facts.team_id and team is None) or (facts.room_id and room is None):
        raise Refused("请从列表中选择盘点范围", field="team_id")


def _write_lines(session: Session, count: Stocktake) -> int:
    scope = select(literal(count.id), Item.id, Item.room_id, Item.holder_id, literal("")).where(
        Item.owner_unit_id == count.unit_id, Item.state != ItemState.DISPOSED
    )
    if count.team_id is not None:
        scope = scope.where(Item.team_id == count.team_id)
    if count.room_id is not None:
        scope = scope.where(Item.room_id == count.room_id)
    columns = ["stocktake_id", "item_id", "book_room_id", "book_holder_id", "explanation"]
    return changed(session.execute(insert(table(StocktakeLine)).from_select(columns, scope)))


def note_change(
    session: Session,
    action: str,
    count: Stocktake,
    order: Order,
    **told: Any,
) -> None:
    """Put into the trail what changed of a session's result, and raise its version by one for that line.

    Whoever counts or explains does not look at the version, so nobody waits for another's page; whoever signs does,
    and is told the lines written since.
    """
    count.version += 1  # under the lock of ``seen``
    session.flush()
    note_down(session, action, count, order, **told)


def note_down(
    session: Session,
    action: str,
    count: Stocktake,
    order: Order,
    *,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
    note: str = "",
) -> None:
    """Put into the trail what was done in a session."""
    record(
        session,
        by=order.by,
        at=order.at,
        action=action,
        subject=("stocktake", count.id, count.name),
        seat=SeatKind.HEAD if policy.heads(order.by, count.unit_id) else "",
        before=before,
        after=after,
        note=note,
    )
