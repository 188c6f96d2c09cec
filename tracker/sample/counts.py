"""The sample's stock-takes: one finished and signed in summer, one half-way now."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import select

from tracker.equipment import operations
from tracker.equipment.kinds import ItemKind
from tracker.equipment.models import Item, Stocktake, StocktakeLine, StocktakeTag
from tracker.equipment.models.counts import Outcome
from tracker.equipment.operations.counting import StocktakeFacts
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of
from tracker.sample.stage import Stage, Story, on, working_day
from tracker.sample.stock import Place, days_ago, keeper, order, orders_of

_A_DAY = timedelta(days=1)
K = ItemKind


def stories(stage: Stage, place: Place) -> Iterator[Story]:
    """Tell the counts of a lead unit's things."""
    yield _counted(stage, place)
    yield _counting(stage, place)


def _counted(stage: Stage, place: Place) -> Story:
    """Count everything in June: one stands elsewhere, one is missing, one label is nobody's; explained and signed."""
    day = working_day(date(stage.year, 6, 22))
    yield on(day, 9)
    name = f"{stage.year} 年年中盘点"
    stocktake_id = _open(stage, place, name, date(stage.year, 6, 30), ("hejing", "chenli"))
    yield on(working_day(day + _A_DAY), 9, 30)
    numbers = _numbers(stage, stocktake_id)
    counter = orders_of(stage, "hejing")
    for number in numbers[:-1]:
        elsewhere = place.other if number == place.things[K.SCANNER][0] else None
        operations.count_item(stage.session, stocktake_id, number, counter(), room_id=elsewhere)
    operations.note_tag(stage.session, stocktake_id, "旧标签 GX-0917", counter(), room_id=place.store)
    yield on(working_day(day + _A_DAY * 3), 16)
    explained = orders_of(stage, keeper(stage, place))
    for line in _open_lines(stage, stocktake_id):
        found = line.outcome is Outcome.ELSEWHERE
        why = "组团开会时搬到洽谈室，已搬回" if found else "借给展会使用未登记，已追回并补办交接"
        operations.explain(stage.session, stocktake_id, line.id, why, explained())
    whose = "机关事务局旧标签，不属本单位资产，已撕下"
    for tag in stage.session.scalars(select(StocktakeTag).where(StocktakeTag.stocktake_id == stocktake_id)):
        operations.explain_tag(stage.session, stocktake_id, tag.id, whose, explained())
    yield on(working_day(day + _A_DAY * 6), 10)
    head = stage.district.holders(SeatKind.HEAD, place.team.lead_unit)[0].sign_in_name
    says = "账实基本相符，差异已说明，同意。"
    seen = stage.session.get_one(Stocktake, stocktake_id).version
    operations.close_stocktake(stage.session, stocktake_id, says, order(stage, head), version=seen)


def _counting(stage: Stage, place: Place) -> Story:
    """Begin to count again a week ago; more than half is done, one thing was found elsewhere."""
    yield on(days_ago(stage, 8), 9, 15)
    closes_on = day_of(stage.until) + _A_DAY * 14
    stocktake_id = _open(stage, place, f"{stage.year} 年年终盘点", closes_on, ("hejing", "wanghao"))
    yield on(days_ago(stage, 4), 15)
    counter = orders_of(stage, "hejing")
    numbers = _numbers(stage, stocktake_id)
    for position, number in enumerate(numbers[: len(numbers) * 5 // 8]):
        elsewhere = place.other if position == 1 else None
        operations.count_item(stage.session, stocktake_id, number, counter(), room_id=elsewhere)


def _open(stage: Stage, place: Place, name: str, closes_on: date, counters: tuple[str, ...]) -> int:
    people = [stage.district.people[one] for one in counters]
    facts = StocktakeFacts(name, stage.district.units[place.team.lead_unit], closes_on, people)
    return operations.open_stocktake(stage.session, facts, order(stage, keeper(stage, place))).id


def _numbers(stage: Stage, stocktake_id: int) -> list[str]:
    columns = select(Item.number).join(StocktakeLine, StocktakeLine.item_id == Item.id)
    return list(stage.session.scalars(columns.where(StocktakeLine.stocktake_id == stocktake_id).order_by(Item.id)))


def _open_lines(stage: Stage, stocktake_id: int) -> list[StocktakeLine]:
    differs = StocktakeLine.outcome.is_(None) | (StocktakeLine.outcome != Outcome.FOUND)
    return list(stage.session.scalars(select(StocktakeLine).where(StocktakeLine.stocktake_id == stocktake_id, differs)))
