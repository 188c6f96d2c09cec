"""What the sample's lead units have: rooms and things, written down through the real operations, and their keepers."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from tracker.equipment import operations
from tracker.equipment.facts import HandingFacts, ItemFacts, Order, RoomFacts
from tracker.equipment.kinds import Edition, ItemKind, RoomUse, Source
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.models import Item
from tracker.kernel.clock import day_of
from tracker.kernel.money import parse_yuan
from tracker.sample.people import SamplePerson, SampleTeam
from tracker.sample.seconded import keeper_of, members
from tracker.sample.stage import Stage, working_day

K = ItemKind


@dataclass(frozen=True)
class Buy:
    """Things bought alike: how many for each head of a team and how many besides, in years before this one."""

    name: str
    model: str
    kind: ItemKind
    yuan: str
    life: int
    years_ago: int
    for_heads: int = 0
    besides: int = 0
    code: str = ""
    only_for: tuple[str, ...] = ()


BUYS: tuple[Buy, ...] = (
    Buy("办公桌 1.4 米", "钢木 1400×700", K.DESK, "1,480", 15, 2, 1, 1),
    Buy("办公椅", "网布 可升降", K.CHAIR, "460", 15, 2, 1, 2, "A05010301"),
    Buy("台式电脑", "国产化配置 23.8 英寸", K.DESKTOP, "4,860", 6, 1, 1, 0, "A02010105"),
    Buy("台式电脑", "旧配置 19 英寸", K.DESKTOP, "3,990", 6, 8, 0, 1, "A02010105"),
    Buy("笔记本电脑 14 英寸", "国产化配置 16G/512G", K.LAPTOP, "6,280", 6, 1, 0, 2, "A02010108"),
    Buy("黑白激光打印机", "A4 双面", K.PRINTER_A4, "1,160", 6, 3, 0, 1, "A02021003"),
    Buy("文件柜", "五节 钢制", K.FILING_CABINET, "780", 20, 2, 0, 3, "A05010502"),
    Buy("碎纸机", "4 级保密", K.SHREDDER, "760", 6, 3, 0, 1),
    Buy("扫描仪", "A4 馈纸", K.SCANNER, "3,200", 6, 2, 0, 1),
    Buy("三人沙发", "布艺", K.SOFA, "1,860", 15, 4, 0, 1),
    Buy("投影仪", "便携 4000 流明", K.PROJECTOR, "6,900", 6, 2, 0, 1, "", ("新能源", "现代商贸")),
    Buy("数码复印机", "A3 25 页/分", K.COPIER, "18,600", 6, 3, 0, 1, "", ("新能源",)),
    Buy("会议桌", "3.2 米", K.MEETING_TABLE, "5,200", 20, 4, 0, 1, "", ("新能源", "电子信息")),
)


@dataclass(frozen=True)
class Rooms:
    """The rooms a lead unit provides: office with its area and seats, one more, and a store."""

    building: str
    address: str
    office: str
    area_dm2: int
    seats: int
    other: str
    other_dm2: int
    store: str = "库房 B1"


ROOMS: dict[str, Rooms] = {
    "新能源": Rooms("行政中心 A 座", "云湖大道 1 号", "508", 4260, 6, "510", 2830),
    "电子信息": Rooms("行政中心 B 座", "云湖大道 1 号", "312", 3600, 5, "315", 1880),
    "现代商贸": Rooms("商务楼", "望湖路 66 号", "301", 4020, 6, "309", 2400),
    "文旅康养": Rooms("文旅大厦", "湖滨路 18 号", "205", 3890, 5, "207", 2100),
    "生物医药": Rooms("卫健委办公楼", "康复路 9 号", "410", 2960, 4, "412", 1650),
}

_MARKS = {
    "新能源": ("澄芯", 7),
    "电子信息": ("启衡", 5),
    "现代商贸": ("朗悦", 6),
    "文旅康养": ("松间", 4),
    "生物医药": ("微芒", 3),
}
"""The maker whose serials a team's machines carry, and the hundred they begin with."""


@dataclass
class Place:
    """What a team has: its rooms and its things by kind, by number, and who of it keeps and heads them."""

    team: SampleTeam
    office: int = 0
    other: int = 0
    store: int = 0
    things: dict[ItemKind, list[str]] = field(default_factory=lambda: defaultdict(list))


def write_rooms(stage: Stage, place: Place) -> None:
    """Write down a lead unit's rooms and provide two of them to its team."""
    team, plan = place.team, ROOMS[place.team.short_name]
    keeps, unit_id = keeper(stage, place), stage.district.units[place.team.lead_unit]
    rooms = (
        RoomFacts(plan.building, plan.office, RoomUse.OFFICE, plan.area_dm2, plan.seats, "专班办公室", plan.address),
        RoomFacts(plan.building, plan.other, RoomUse.COMMON, plan.other_dm2, 0, "洽谈室", plan.address),
        RoomFacts(plan.building, plan.store, RoomUse.STORE, 3200, 0, "", plan.address),
    )
    place.office, place.other, place.store = (
        operations.add_room(stage.session, unit_id, room, order(stage, keeps)).id for room in rooms
    )
    begins_on, paper = date(stage.year, 1, 2), f"云机管函〔{stage.year - 1}〕118号"
    for room in (place.office, place.other):
        operations.provide(
            stage.session,
            room,
            stage.district.teams[team.short_name],
            order(stage, keeps),
            begins_on=begins_on,
            last_day=date(stage.year + 1, 12, 31),
            paper=paper,
        )


def written(stage: Stage, place: Place, buy: Buy, count: int, *, bought_on: date | None = None) -> list[str]:
    """Write the cards of things alike and return their numbers."""
    maker, first = _MARKS[place.team.short_name]
    day = bought_on or date(stage.year - buy.years_ago, 3 + len(buy.name) % 7, 12)
    room = place.store if buy.for_heads or buy.kind in {K.LAPTOP, K.DESKTOP, K.PROJECTOR} else place.office
    had = len(place.things[buy.kind])
    cards = [
        ItemFacts(
            name=buy.name,
            model=buy.model,
            kind=buy.kind,
            price_fen=parse_yuan(buy.yuan),
            bought_on=day,
            life_years=buy.life,
            source=Source.PURCHASE,
            source_paper=f"云采合〔{day.year}〕{10 + len(buy.model)}号",
            edition=Edition.CATALOGUE_2022 if buy.code else None,
            code=buy.code,
            serial=f"{maker}{day.year % 100}{first}{had + piece:03d}" if _is_machine(buy) else "",
            room_id=room,
        )
        for piece in range(1, count + 1)
    ]
    unit_id = stage.district.units[place.team.lead_unit]
    made = operations.register(stage.session, unit_id, cards, order(stage, keeper(stage, place)))
    return list(stage.session.scalars(select(Item.number).where(Item.intake_id == made.id).order_by(Item.id)))


def _is_machine(buy: Buy) -> bool:
    return buy.kind not in {K.DESK, K.CHAIR, K.FILING_CABINET, K.SOFA, K.MEETING_TABLE}


def hand(  # noqa: PLR0917  read as a sentence: hand what to whom and why
    stage: Stage,
    place: Place,
    kind: Handing,
    numbers: list[str],
    to: Destination,
    reason: str,
    *,
    paper: str = "",
    by: str = "",
) -> str:
    """Make a handover of things as they are and return its number."""
    columns = select(Item.id, Item.version).where(Item.number.in_(numbers))
    versions = {row.id: row.version for row in stage.session.execute(columns)}
    facts = HandingFacts(kind, versions, to, reason, paper)
    return operations.hand_over(stage.session, facts, order(stage, by or keeper(stage, place))).number


def take(place: Place, kind: ItemKind) -> str:
    """Take the next thing of a kind out of the store."""
    return place.things[kind].pop(0)


def held(stage: Stage, sign_in_name: str, kind: ItemKind) -> list[str]:
    """List the numbers of what somebody holds of a kind."""
    person_id = stage.district.people[sign_in_name]
    mine = select(Item.number).where(Item.holder_id == person_id, Item.kind == kind)
    return list(stage.session.scalars(mine.order_by(Item.id)))


def order(stage: Stage, sign_in_name: str) -> Order:
    """Make an order of somebody at this moment."""
    command = stage.command(sign_in_name)
    return Order(command.by, command.at, command.command_id)


@dataclass(frozen=True)
class Orders:
    """Many orders of one person in one turn: the person is loaded once."""

    first: Order
    stage: Stage

    def __call__(self) -> Order:
        """Make the next order."""
        return Order(self.first.by, self.first.at, self.stage.next_command_id())


def orders_of(stage: Stage, sign_in_name: str) -> Orders:
    """Make orders of somebody for a whole turn."""
    return Orders(order(stage, sign_in_name), stage)


def keeper(stage: Stage, place: Place) -> str:
    """Name who keeps the things of a team."""
    return keeper_of(stage, place.team.short_name)


def team_of(place: Place) -> list[SamplePerson]:
    """List the seconded people of a team."""
    return [person for person in members() if person.place == place.team.short_name]


def first_of(place: Place) -> list[SamplePerson]:
    """List those who began in January."""
    return [person for person in team_of(place) if person.first_month == 1]


def member(sign_in_name: str) -> SamplePerson:
    """Find a seconded person by sign-in name."""
    return next(person for person in members() if person.sign_in_name == sign_in_name)


def days_ago(stage: Stage, days: int) -> date:
    """Name a working day some days before the present."""
    return working_day(day_of(stage.until) - timedelta(days=days))
