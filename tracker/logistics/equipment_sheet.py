"""Cards as a sheet: the same columns out and in; a row becomes a card, or every cell that is wrong is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import partial
from typing import TypeVar

from sqlalchemy import or_
from sqlalchemy.orm import Session, joinedload

from tracker.equipment import standards
from tracker.equipment.editions import Records
from tracker.equipment.facts import ItemFacts
from tracker.equipment.kinds import EDITION_NAMES, KIND_NAMES, SOURCE_NAMES, Edition, ItemKind, Source
from tracker.equipment.lifecycle import STATE_NAMES
from tracker.equipment.models import Item, Room
from tracker.equipment.operations.items import NUMBER, known_numbers, known_serials
from tracker.equipment.queries import items, rooms
from tracker.equipment.queries.standards import records
from tracker.kernel.actors import Actor
from tracker.kernel.errors import Refused
from tracker.kernel.money import parse_yuan
from tracker.kernel.text import tell
from tracker.logistics.receivers import Receivers
from tracker.logistics.sheets import BadCell, BadRow, Column, Line, SheetRow, read_each, rows_of, text_of, written
from tracker.web.forms import parse_day

MOST_ROWS = 10_000
READING, CHECKING, WRITING = "reading", "checking", "writing"
_COUNT = re.compile(r"[0-9]{1,40}")
_MOST_COUNTED = 1_000_000
"""Beyond any count a card may have, which then says how many it may have."""
W = TypeVar("W", bound=StrEnum)
Progress = Callable[[str, int, int], None]
"""Hears of a part how many rows of how many are done."""


def unseen(_part: str, _done: int, _total: int) -> None:
    """Report to nobody."""


COLUMNS = (
    Column("资产编号", 16, "已有 ZC 编号的照填；没有的留空，登记时自动编号，但要填序列号"),
    Column("名称", 22),
    Column("规格型号", 18),
    Column("类别", 16),
    Column("目录版本", 22, "填了分类代码就要填版本：同一代码在不同版本里是不同的东西"),
    Column("分类代码", 14),
    Column("原值（元）", 12, "这一行全部件数的合计"),
    Column("件数", 8, "不填按 1"),
    Column("购置日期", 12),
    Column("来源", 12),
    Column("来源凭据", 18),
    Column("序列号", 20),
    Column("使用年限", 10),
    Column("存放地点", 22, "楼宇和房间号，照办公用房里的名称"),
    Column("持有人", 20, "已经在谁手里：姓名（单位），或登录名；公用和闲置的不填"),
    Column("使用组团", 18, "哪个组团在用；公用的只填组团，不填持有人"),
    Column("备注", 20),
    Column("超标准审批文号", 18),
)
NEEDED = ("名称", "类别", "原值（元）", "购置日期", "使用年限")
CHOICES: dict[str, Sequence[str]] = {
    "类别": list(KIND_NAMES.values()),
    "目录版本": list(EDITION_NAMES.values()),
    "来源": list(SOURCE_NAMES.values()),
}
_WIDEST = {"名称": 60, "规格型号": 60, "来源凭据": 60, "序列号": 60, "备注": 200, "超标准审批文号": 60, "分类代码": 20}
_COLUMN_OF = {
    "name": "名称",
    "price_fen": "原值（元）",
    "pieces": "件数",
    "life_years": "使用年限",
    "bought_on": "购置日期",
    "code": "分类代码",
}


@dataclass
class Report:
    """What a sheet holds: cards to write, rows already on a card, and every cell that is wrong."""

    fresh: list[Line[ItemFacts]] = field(default_factory=list)
    known: int = 0
    bad: list[BadCell] = field(default_factory=list)
    different: list[BadCell] = field(default_factory=list)

    @property
    def bad_rows(self) -> int:
        """Count the rows with something wrong."""
        return len({cell.row for cell in self.bad})

    @property
    def worth_fen(self) -> int:
        """Add up what the clean rows are worth."""
        return sum(line.value.price_fen for line in self.fresh)


def template() -> bytes:
    """Write the empty sheet to fill in."""
    return written("设备", COLUMNS, (), choices=CHOICES)


def export(things: Iterable[Item]) -> bytes:
    """Write cards with where each thing is; the first columns can be read in again."""
    more = [Column(title, 16) for title in ("产权单位", "状态", "使用人", "位置", "约定归还")]
    return written("设备", [*COLUMNS, *more], (_row_out(item) for item in things))


def check(
    session: Session, data: bytes, unit_id: int, *, by: Actor, today: date, progress: Progress = unseen
) -> Report:
    """Read a sheet and check every row against the rules of a card, the book, and the other rows.

    A row whose number or serial is on a card already is counted as known, so that the same sheet twice is harmless.
    ``progress`` hears of the parts READING and CHECKING. Raises Unreadable for a sheet that is none or lacks columns.
    """
    report = Report()
    rows = rows_of(data, NEEDED, most=MOST_ROWS, progress=partial(progress, READING))
    known = Known(
        today=today,
        places={room.title: room.id for room in rooms.choices(session, seen_by=by, unit_id=unit_id)},
        standing=records(session),
        receivers=_receivers(session, unit_id, by=by, today=today),
    )
    fresh = _fresh(session, rows)
    report.known = len(rows) - len(fresh)
    kept = {row.number for row in fresh}
    report.different = list(_differences(session, [row for row in rows if row.number not in kept], unit_id))

    def read(row: SheetRow) -> ItemFacts:
        progress(CHECKING, min(row.number, len(rows)), len(rows))
        return _card(row, known)

    seen: dict[tuple[str, str], int] = {}
    for line in read_each(fresh, read, report.bad):
        card = line.value
        keys = [("资产编号", card.number), (f"序列号/{card.kind.value}", card.serial)]
        twice = next((key for key in keys if key[1] and key in seen), None)
        if twice is not None:
            column = twice[0].partition("/")[0]
            report.bad.append(BadCell(line.row, column, f"与第 {seen[twice]} 行重复：{twice[1]}"))
            continue
        seen.update({key: line.row for key in keys if key[1]})
        report.fresh.append(line)
    report.bad.sort(key=lambda cell: cell.row)
    return report


def _fresh(session: Session, rows: Sequence[SheetRow]) -> list[SheetRow]:
    """Leave out the rows that stand on a card already: whatever else they say, they change nothing."""
    kinds = {name: kind.value for kind, name in KIND_NAMES.items()}
    numbers = known_numbers(session, (row["资产编号"].upper() for row in rows))
    serials = known_serials(session, (row["序列号"] for row in rows))
    return [
        row
        for row in rows
        if row["资产编号"].upper() not in numbers and (kinds.get(row["类别"], ""), row["序列号"]) not in serials
    ]


_ON_A_CARD = [column.title for column in COLUMNS if column.title not in {"存放地点", "持有人", "使用组团"}]
_AT_ONCE = 500


def _differences(session: Session, rows: Sequence[SheetRow], unit_id: int) -> Iterator[BadCell]:
    """Name what rows that stand on a card of the unit say otherwise; an empty cell says nothing."""
    for part in range(0, len(rows), _AT_ONCE):
        some = rows[part : part + _AT_ONCE]
        query = items.whole().options(joinedload(Item.first_room).joinedload(Room.building))
        numbers, serials = ({row[title] for row in some} - {""} for title in ("资产编号", "序列号"))
        named = or_(Item.number.in_({number.upper() for number in numbers}), Item.serial.in_(serials))
        found = session.scalars(query.where(Item.owner_unit_id == unit_id, named)).all()
        cards: dict[object, Item] = {item.number: item for item in found} | {
            (item.kind, item.serial): item for item in found if item.serial
        }
        kinds = {name: kind for kind, name in KIND_NAMES.items()}
        for row in some:
            card = cards.get(row["资产编号"].upper()) or cards.get((kinds.get(row["类别"]), row["序列号"]))
            if card is not None:
                yield from _otherwise(row, card)


def _otherwise(row: SheetRow, card: Item) -> Iterator[BadCell]:
    held = dict(zip((column.title for column in COLUMNS), _row_out(card), strict=False))
    for title in _ON_A_CARD:
        told, known = row[title], text_of(held[title])
        if not told or told == known or (title == "资产编号" and told.upper() == known):
            continue
        faults: list[tuple[str, str]] = []
        if title == "原值（元）" and _fen(row, faults) == card.price_fen and not faults:
            continue
        if title == "购置日期" and _day(row, faults) == card.bought_on:
            continue
        sentence = tell(
            "卡片上是%(known)s，表里是%(told)s，没有改；录错了请在这件设备的卡片上更正", known=known or "空", told=told
        )
        yield BadCell(row.number, title, sentence)


def _receivers(session: Session, unit_id: int, *, by: Actor, today: date) -> Receivers:
    people = items.receivers(session, unit_id, on=today)
    teams = items.led_teams(session, [unit_id])
    return Receivers(
        people,
        teams,
        seated=items.teams_of(session, [person.id for person in people], on=today),
        given=rooms.given_to(session, on=today),
        keeper_id=by.person_id,
    )


@dataclass(frozen=True)
class Known:
    """What the rows of a sheet are checked against."""

    today: date
    places: dict[str, int]
    standing: Records
    receivers: Receivers


def _card(row: SheetRow, known: Known) -> ItemFacts:
    bad = row.faults(NEEDED)
    bad += [(title, f"最多 {most} 字") for title, most in _WIDEST.items() if len(row[title]) > most]
    kind = _chosen(row, "类别", KIND_NAMES, bad)
    source = _chosen(row, "来源", SOURCE_NAMES, bad) or Source.PURCHASE
    edition = _chosen(row, "目录版本", EDITION_NAMES, bad)
    price_fen = _fen(row, bad)
    pieces, life_years = _count(row, "件数", 1, bad), _count(row, "使用年限", 0, bad)
    bought_on = _day(row, bad)
    number = row["资产编号"].upper()
    if number and not NUMBER.fullmatch(number):
        bad.append(("资产编号", "编号写成 ZC-年-序号，例如 ZC-2026-0001；旧编号请写在备注里"))
    if not number and not row["序列号"]:
        bad.append(("序列号", "没有资产编号的要填序列号，重复导入时靠它认出同一件"))
    room_id = known.places.get(row["存放地点"])
    if row["存放地点"] and room_id is None:
        bad.append(("存放地点", f"没有「{row['存放地点']}」，请照办公用房里的名称填写"))
    holder_id, wrong_holder = known.receivers.person(row["持有人"])
    team_id, wrong_team = known.receivers.team(row["使用组团"], person_id=holder_id, room_id=room_id)
    bad += [(title, wrong) for title, wrong in (("持有人", wrong_holder), ("使用组团", wrong_team)) if wrong]
    if bad or kind is None or bought_on is None:
        raise BadRow(bad)
    card = ItemFacts(
        name=row["名称"],
        kind=kind,
        price_fen=price_fen,
        bought_on=bought_on,
        life_years=life_years,
        source=source,
        model=row["规格型号"],
        edition=edition,
        code=row["分类代码"],
        pieces=pieces,
        source_paper=row["来源凭据"],
        serial=row["序列号"],
        note=row["备注"],
        exception=row["超标准审批文号"],
        room_id=room_id,
        number=number,
        holder_id=holder_id,
        team_id=team_id,
    )
    wrong = [(_COLUMN_OF.get(name, "名称"), sentence) for name, sentence in card.faults(known.today)]
    if card.pieces > 0 and not card.exception:  # prices are judged a piece
        sets = known.standing.adopted(card.bought_on)
        wrong += [(_COLUMN_OF[one.field], one.sentence) for one in standards.judge(card, sets) if one.blocks]
    if wrong:
        raise BadRow(wrong)
    return card


def _holder_out(item: Item) -> str:
    if item.holder is None:
        return ""
    unit = item.holder.home_unit
    return f"{item.holder.name}（{unit.short_name}）" if unit else item.holder.name


def _chosen(row: SheetRow, title: str, names: dict[W, str], bad: list[tuple[str, str]]) -> W | None:
    found = next((kind for kind, name in names.items() if name == row[title]), None)
    if row[title] and found is None:
        bad.append((title, f"没有「{row[title]}」，只能填{'、'.join(names.values())}"))
    return found


def _fen(row: SheetRow, bad: list[tuple[str, str]]) -> int:
    if not row["原值（元）"]:
        return 0
    try:
        return parse_yuan(row["原值（元）"])
    except Refused as refusal:
        bad.append(("原值（元）", refusal.sentence))
        return 0


def _count(row: SheetRow, title: str, default: int, bad: list[tuple[str, str]]) -> int:
    if not row[title]:
        return default
    if not _COUNT.fullmatch(row[title]):
        bad.append((title, "只能填整数"))
        return default
    return min(int(row[title]), _MOST_COUNTED)


def _day(row: SheetRow, bad: list[tuple[str, str]]) -> date | None:
    if not row["购置日期"]:
        return None
    try:
        return parse_day(row["购置日期"])
    except ValueError as error:
        bad.append(("购置日期", str(error)))
        return None


def _row_out(item: Item) -> list[object]:
    return [
        item.number,
        item.name,
        item.model,
        KIND_NAMES[ItemKind(item.kind)],
        EDITION_NAMES[Edition(item.edition)] if item.edition else "",
        item.code,
        float(Decimal(item.price_fen) / 100),
        item.pieces,
        item.bought_on,
        SOURCE_NAMES[item.source],
        item.source_paper,
        item.serial,
        item.life_years,
        item.first_room.title if item.first_room else "",
        _holder_out(item),
        item.team.name if item.team else "",
        item.note,
        item.exception,
        item.owner_unit.name,
        STATE_NAMES[item.state],
        item.holder.name if item.holder else "",
        item.room.title if item.room else "",
        item.due_on or "",
    ]
