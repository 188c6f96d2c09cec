"""What happens to the sample's rooms and equipment: provided, issued, moved, lent, repaired, disposed of, returned."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random

from sqlalchemy import select

from tracker.equipment import operations
from tracker.equipment.kinds import ItemKind
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.models import Item
from tracker.evidence.media import sniff
from tracker.evidence.operations import StoredFile
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of
from tracker.sample import counts
from tracker.sample.bills import signed_scan
from tracker.sample.people import TEAMS, SamplePerson
from tracker.sample.seconded import started
from tracker.sample.stage import Stage, Story, on, working_day
from tracker.sample.stock import (
    BUYS,
    Buy,
    Place,
    days_ago,
    first_of,
    hand,
    held,
    keeper,
    member,
    order,
    take,
    team_of,
    write_rooms,
    written,
)
from tracker.storage.files import current_files

_SEED = 508
_A_DAY = timedelta(days=1)
K = ItemKind


def stories(stage: Stage) -> Iterator[Story]:
    """Tell the year of rooms and equipment."""
    places = {team.short_name: Place(team) for team in TEAMS}
    chance = Random(_SEED)  # noqa: S311  the same year again
    for number, place in enumerate(places.values()):
        yield _furnished(stage, place, number, chance)
    yield _repaired(stage, places["现代商贸"])
    yield _in_repair(stage, places["新能源"])
    yield _lent(stage, places["新能源"], places["电子信息"], K.PROJECTOR, since_days=45, for_days=20)
    yield _lent(stage, places["现代商贸"], places["生物医药"], K.PROJECTOR, since_days=12, for_days=40)
    yield _disposed(stage, places["电子信息"])
    yield _passed_on(stage, places["现代商贸"])
    for name in ("luyao", "weiran", "jiyuan"):
        yield _newcomer(stage, places, member(name))
    yield _bought_later(stage, places["新能源"])
    yield from counts.stories(stage, places["新能源"])


def _furnished(stage: Stage, place: Place, number: int, chance: Random) -> Story:
    """Write down rooms and cards, provide the office to the team, and give everybody of it a desk and a machine."""
    yield started(stage) + timedelta(minutes=7 * number)
    write_rooms(stage, place)
    heads = len(team_of(place))
    for buy in BUYS:
        if not buy.only_for or place.team.short_name in buy.only_for:
            place.things[buy.kind] += written(stage, place, buy, buy.for_heads * heads + buy.besides)
    day = working_day(date(stage.year, 1, 7))
    yield on(day, 9, 30 + number)
    public = [place.things[kind][0] for kind in (K.PRINTER_A4, K.SHREDDER, K.SCANNER, K.SOFA)]
    public += [*place.things[K.FILING_CABINET], *place.things[K.COPIER], *place.things[K.MEETING_TABLE]]
    in_team = Destination(None, place.office, stage.district.teams[place.team.short_name])
    hand(stage, place, Handing.ISSUE, public, in_team, "组团公用")
    there = [person for person in team_of(place) if person.first_month == 1]
    made = {person.sign_in_name: _issued(stage, place, person, seat) for seat, person in enumerate(there, 1)}
    yield on(working_day(day + _A_DAY), 9, number)
    for name, paper in made.items():
        if chance.random() < 0.8:  # noqa: PLR2004  most confirm at once
            operations.confirm_receipt(stage.session, paper, order(stage, name))
        if chance.random() < 0.6:  # noqa: PLR2004  and more than half of the signed papers came back
            data = signed_scan("设备领用单", paper, chance)
            scan = StoredFile(current_files().put(data), len(data), sniff(data), f"签字件 {paper}.jpg")
            operations.keep_signed(stage.session, paper, scan, order(stage, keeper(stage, place)))


def _issued(stage: Stage, place: Place, person: SamplePerson, seat: int, *, with_laptop: bool = False) -> str:
    """Give somebody a desk, a chair and a computer with one paper, and a seat in the office; return its number."""
    things = [take(place, K.DESK), take(place, K.CHAIR), take(place, K.DESKTOP)]
    if with_laptop or seat == 1:
        things.append(take(place, K.LAPTOP))
    person_id = stage.district.people[person.sign_in_name]
    to = Destination(person_id, place.office, stage.district.teams[place.team.short_name])
    operations.seat_at_desk(stage.session, place.office, seat, person_id, order(stage, keeper(stage, place)))
    return hand(stage, place, Handing.ISSUE, things, to, "到组团工作，配备办公用品")


def _repaired(stage: Stage, place: Place) -> Story:
    printer = place.things[K.PRINTER_A4]
    yield on(working_day(date(stage.year, 3, 16)), 10)
    hand(stage, place, Handing.REPAIR, printer[:1], Destination(), "卡纸，送维修点更换定影组件")
    yield on(working_day(date(stage.year, 3, 30)), 15)
    hand(stage, place, Handing.REPAIRED, printer[:1], Destination(), "更换定影组件，已试机")


def _in_repair(stage: Stage, place: Place) -> Story:
    yield on(days_ago(stage, 6), 10, 20)
    broken = held(stage, "xujing", K.DESKTOP)
    hand(stage, place, Handing.REPAIR, broken, Destination(), "开机无显示，送修检测主板")


def _lent(stage: Stage, owner: Place, borrower: Place, kind: ItemKind, *, since_days: int, for_days: int) -> Story:
    """Lend a thing to another lead unit's team; the owner stays, and the day agreed may pass."""
    day = max(days_ago(stage, since_days), date(stage.year, 1, 20))
    yield on(working_day(day), 11)
    to = Destination(
        team_id=stage.district.teams[borrower.team.short_name],
        unit_id=stage.district.units[borrower.team.lead_unit],
        due_on=working_day(day) + _A_DAY * for_days,
    )
    hand(
        stage,
        owner,
        Handing.LEND,
        owner.things[kind][:1],
        to,
        "产业推介会使用",
        paper=f"云借函〔{stage.year}〕{since_days}号",
    )


def _disposed(stage: Stage, place: Place) -> Story:
    """Dispose of the old computer nobody uses, by the head, on the approval."""
    yield on(working_day(date(stage.year, 4, 21)), 16)
    old = select(Item.number).where(
        Item.owner_unit_id == stage.district.units[place.team.lead_unit], Item.model == "旧配置 19 英寸"
    )
    numbers = list(stage.session.scalars(old))
    head = stage.district.holders(SeatKind.HEAD, place.team.lead_unit)[0].sign_in_name
    paper = f"云国资处〔{stage.year}〕14号"
    why = "已过最低使用年限，主板损坏，维修不经济"
    hand(stage, place, Handing.DISPOSE, numbers, Destination(), why, paper=paper, by=head)


def _passed_on(stage: Stage, place: Place) -> Story:
    """Take back what somebody who goes home holds, and free the desk."""
    yield on(working_day(date(stage.year, 6, 30)), 15)
    leaver = stage.district.people["dongping"]
    numbers = list(stage.session.scalars(select(Item.number).where(Item.holder_id == leaver).order_by(Item.id)))
    hand(stage, place, Handing.RETURN, numbers, Destination(room_id=place.store), "返岗，交回设备")
    for number in numbers:
        kind = stage.session.scalars(select(Item.kind).where(Item.number == number)).one()
        place.things[kind].insert(0, number)
    seats = [seat for seat, person in enumerate(first_of(place), 1) if person.sign_in_name == "dongping"]
    for seat in seats:
        operations.free_desk(stage.session, place.office, seat, order(stage, keeper(stage, place)))


def _newcomer(stage: Stage, places: dict[str, Place], person: SamplePerson) -> Story:
    place = places[person.place]
    yield on(working_day(date(stage.year, person.first_month, 1)), 10, 40)
    seat = len(first_of(place)) + 1
    paper = _issued(stage, place, person, seat, with_laptop=True)
    yield on(working_day(day_of(stage.at) + _A_DAY), 9, 15)
    operations.confirm_receipt(stage.session, paper, order(stage, person.sign_in_name))


def _bought_later(stage: Stage, place: Place) -> Story:
    """Buy two laptops in summer; one goes to the member whose station is away, one stays in the store."""
    day = working_day(date(stage.year, 8, 20))
    yield on(day, 15)
    buy = Buy("笔记本电脑 14 英寸", "国产化配置 16G/1T", K.LAPTOP, "6,680", 6, 0, code="A02010108")
    numbers = written(stage, place, buy, 2, bought_on=day - _A_DAY * 5)
    place.things[K.LAPTOP] += numbers
    to = Destination(stage.district.people["xujing"], None, stage.district.teams["新能源"])
    paper = hand(stage, place, Handing.ISSUE, numbers[:1], to, "上海驻点使用")
    yield on(working_day(day + _A_DAY), 10)
    operations.confirm_receipt(stage.session, paper, order(stage, "xujing"))
