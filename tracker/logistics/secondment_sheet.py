"""The roster as a sheet: the same columns out and in; a row becomes the facts of a secondment or says what is wrong."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.identity.models import Person, Unit
from tracker.kernel.actors import Actor
from tracker.kernel.errors import Refused
from tracker.kernel.text import one_line, tell
from tracker.logistics.sheets import BadCell, BadRow, Column, Line, SheetRow, read_each, rows_of, written
from tracker.secondments.facts import Document, PostFacts, SecondmentFacts
from tracker.secondments.lifecycle import State
from tracker.secondments.models import Secondment
from tracker.secondments.operations import Command, record_secondment
from tracker.secondments.policy import keeps
from tracker.secondments.queries import PHASE_NAMES, Row
from tracker.secondments.ranks import LEVEL_NAMES, POST_NAMES, Level, PostKind
from tracker.secondments.standing import Post, papers_of, posts_of
from tracker.storage.cipher import Cipher, OtherKey
from tracker.teams.models import Team
from tracker.web.forms import parse_day

MOST_ROWS = 200
"""A check tries every row under the writers' lock, at about 16 ms each; larger districts import in parts."""
W = TypeVar("W", bound=StrEnum)
Progress = Callable[[int, int], object]
"""Hears how many of how many rows are done."""

COLUMNS = (
    Column("账号", 14, "登录账号，要先由系统管理员添加人员"),
    Column("姓名", 10, "与账号对应的姓名，用来核对"),
    Column("原单位", 24, "单位全称"),
    Column("岗位性质", 10),
    Column("组团", 22, "组团全称"),
    Column("驻点", 10),
    Column("开始日期", 12),
    Column("最后一天", 12, "含这一天"),
    Column("全脱产", 8, "是或否，不填按是"),
    Column("抽调文号", 20),
    Column("抽调文件日期", 14),
    Column("职务层次", 20),
    Column("职务", 14),
    Column("职级", 16),
    Column("职称", 12),
    Column("工资档次", 14),
    Column("原单位文号", 20, "写明职务、职级、职称、工资的原单位文件"),
    Column("原单位文件日期", 14),
    Column("身份证号", 20, "可以不填；加密保存"),
    Column("手机", 14, "可以不填；加密保存"),
)
_MAY_BE_EMPTY = frozenset({"驻点", "全脱产", "职级", "职称", "工资档次", "身份证号", "手机"})
NEEDED = tuple(column.title for column in COLUMNS if column.title not in _MAY_BE_EMPTY)
CHOICES: dict[str, Sequence[str]] = {
    "岗位性质": list(POST_NAMES.values()),
    "职务层次": list(LEVEL_NAMES.values()),
    "全脱产": ["是", "否"],
}
_COLUMN_OF_FIELD = {
    "person_id": "账号",
    "home_unit_id": "原单位",
    "other_home": "原单位",
    "team_id": "组团",
    "station": "驻点",
    "begins_on": "开始日期",
    "last_day": "最后一天",
    "paper_number": "抽调文号",
    "paper_dated": "抽调文件日期",
    "duty": "职务",
    "rank": "职级",
    "title": "职称",
    "pay_grade": "工资档次",
    "post_paper_number": "原单位文号",
    "post_paper_dated": "原单位文件日期",
    "id_number": "身份证号",
    "phone": "手机",
}


def unheard(_done: int, _total: int) -> None:
    """Report to nobody."""


@dataclass
class Report:
    """What a sheet holds: rows to record, rows already recorded, and every cell that is wrong."""

    fresh: int = 0
    known: int = 0
    bad: list[BadCell] = field(default_factory=list)
    different: list[BadCell] = field(default_factory=list)

    @property
    def bad_rows(self) -> int:
        """Count the rows with something wrong."""
        return len({cell.row for cell in self.bad})


def template() -> bytes:
    """Write the empty sheet to fill in."""
    return written("专职人员", COLUMNS, (), choices=CHOICES)


def roster_sheet(rows: Iterable[Row]) -> bytes:
    """Write the roster; numbers of persons are left out, everything else can be read in again."""
    told = [column for column in COLUMNS if column.title not in {"身份证号", "手机"}]
    columns = [*told, Column("状态", 12)]
    return written("专职人员", columns, (_row_out(row) for row in rows))


def read_sheet(session: Session, data: bytes, bad: list[BadCell]) -> list[Line[SecondmentFacts]]:
    """Read a sheet into facts, naming every bad cell. Raises Unreadable for a sheet that is none or lacks columns."""
    rows = rows_of(data, NEEDED, most=MOST_ROWS)
    names = _Names.of(session, rows)
    return list(read_each(rows, names.facts, bad))


def import_rows(
    session: Session,
    lines: Sequence[Line[SecondmentFacts]],
    bad: list[BadCell],
    *,
    by: Actor,
    at: datetime,
    cipher: Cipher,
    progress: Progress = unheard,
) -> Report:
    """Record every row that can be recorded, each in a savepoint of its own; the refusals are named by cell.

    A row whose person already has a secondment to the team from the same day is left as it is, so that the same
    sheet a second time changes nothing; what such a row says otherwise is named cell by cell. ``progress`` hears of
    the rows as they are come to.
    """
    report = Report(bad=bad)
    for done, line in enumerate(lines):
        progress(done, len(lines))
        known = _known(session, line.value, by)
        if known is not None:
            report.known += 1
            report.different += _differences(session, known, line, cipher)
            continue
        command = Command(by, at, _command_id(line.value))
        try:
            with session.begin_nested():
                record_secondment(session, line.value, command, cipher=cipher)
            report.fresh += 1
        except Refused as refusal:
            column = _COLUMN_OF_FIELD.get(refusal.field or "", "账号")
            report.bad.append(BadCell(line.row, column, refusal.sentence))
    report.bad.sort(key=lambda cell: cell.row)
    return report


def _known(session: Session, facts: SecondmentFacts, by: Actor) -> Secondment | None:
    """Find the secondment a row means, for who keeps it: to others nothing is told of it, their row is refused."""
    same = select(Secondment).where(
        Secondment.person_id == facts.person_id,
        Secondment.team_id == facts.team_id,
        Secondment.begins_on == facts.begins_on,
        Secondment.state != State.CANCELLED,
    )
    found = session.scalar(same.limit(1))
    return found if found is not None and keeps(by, found.team.lead_unit_id) else None


_BY_PAPER = "要改请凭文件办延长或提前结束"
_BY_CHANGE = "真的变了请凭原单位文件登记变化，录错了请更正"
_BY_CORRECTION = "录错了请在这个人的页面更正"
_POST_COLUMNS = ("职务层次", "职务", "职级", "职称", "工资档次", "原单位文号", "原单位文件日期")


def _differences(session: Session, known: Secondment, line: Line[SecondmentFacts], cipher: Cipher) -> Iterator[BadCell]:
    """Name what a row says otherwise than what is on record; a post may be any of those recorded."""
    facts = line.value
    start = papers_of(session, [known.id])[known.id][0]
    pairs: list[tuple[str, object, object, str]] = [
        ("原单位", known.home_unit.name, session.get_one(Unit, facts.home_unit_id).name, _BY_CORRECTION),
        ("岗位性质", POST_NAMES[known.post_kind], POST_NAMES[facts.post_kind], _BY_CORRECTION),
        ("驻点", known.station, one_line(facts.station), _BY_CORRECTION),
        ("最后一天", known.last_day, facts.last_day, _BY_PAPER),
        ("全脱产", _yes(known.full_time), _yes(facts.full_time), _BY_CORRECTION),
        ("抽调文号", start.number, one_line(facts.paper.number), _BY_CORRECTION),
        ("抽调文件日期", start.dated, facts.paper.dated, _BY_CORRECTION),
    ]
    posts = [_post_cells(post, post.paper_number, post.paper_dated) for post in posts_of(session, [known.id])[known.id]]
    typed = _post_cells(facts.post, facts.post_paper.number, facts.post_paper.dated)
    if typed not in posts:
        both = zip(_POST_COLUMNS, posts[-1], typed, strict=True)
        pairs += [(title, held, told, _BY_CHANGE) for title, held, told in both]
    for title, held, told, how in pairs:
        if held != told:
            sentence = tell(
                "登记的是%(held)s，表里是%(told)s，没有改；%(how)s", held=_shown(held), told=_shown(told), how=how
            )
            yield BadCell(line.row, title, sentence)
    for title, data, told in (
        ("身份证号", known.id_cipher, facts.id_number),
        ("手机", known.phone_cipher, facts.phone),
    ):
        if told and _spelt(told) != _spelt(_unlocked(cipher, data)):
            yield BadCell(line.row, title, tell("与登记的不同，没有改；%(how)s", how=_BY_CORRECTION))


def _post_cells(post: Post | PostFacts, number: str, dated: date) -> tuple[object, ...]:
    texts = (one_line(text) for text in (post.duty, post.rank, post.title, post.pay_grade, number))
    return (LEVEL_NAMES[post.level], *texts, dated)


def _yes(is_so: object) -> str:
    return "是" if is_so else "否"


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value) or "空"


def _spelt(number: str) -> str:
    return re.sub(r"[\s()-]", "", unicodedata.normalize("NFKC", number)).upper().removeprefix("+86")


def _unlocked(cipher: Cipher, data: bytes | None) -> str:
    try:
        return cipher.unlock(data) if data else ""
    except OtherKey:
        return ""


def _command_id(facts: SecondmentFacts) -> str:
    said = f"{facts.person_id}/{facts.team_id}/{facts.begins_on}/{facts.paper.number}"
    return "import-" + hashlib.sha256(said.encode()).hexdigest()[:40]


@dataclass(frozen=True)
class _Names:
    """The people, units and teams a sheet may name."""

    people: dict[str, Person]
    units: dict[str, int]
    teams: dict[str, int]

    @classmethod
    def of(cls, session: Session, rows: Sequence[SheetRow]) -> _Names:
        accounts = {row["账号"].lower() for row in rows}
        people = session.scalars(select(Person).where(Person.sign_in_name.in_(accounts)))
        units: dict[str, int] = {}
        for unit in session.scalars(select(Unit).where(Unit.closed_at.is_(None))):
            units.setdefault(unit.short_name, unit.id)
            units[unit.name] = unit.id
        teams: dict[str, int] = {}
        for team in session.scalars(select(Team).where(Team.closed_at.is_(None))):
            teams.setdefault(team.short_name, team.id)
            teams[team.name] = team.id
        return cls({person.sign_in_name: person for person in people}, units, teams)

    def facts(self, row: SheetRow) -> SecondmentFacts:
        """Read a row. Raises BadRow naming every cell that is wrong."""
        bad = row.faults(NEEDED)
        person = self.people.get(row["账号"].lower())
        if row["账号"] and person is None:
            bad.append(("账号", f"没有账号「{row['账号']}」，请先由系统管理员添加人员"))
        if person is not None and row["姓名"] and person.name != row["姓名"]:
            bad.append(("姓名", f"账号 {person.sign_in_name} 的姓名是{person.name}，请核对"))
        home = _found(row, "原单位", self.units, bad)
        team = _found(row, "组团", self.teams, bad)
        post_kind = _chosen(row, "岗位性质", POST_NAMES, bad)
        level = _chosen(row, "职务层次", LEVEL_NAMES, bad)
        days = {title: _day(row, title, bad) for title in ("开始日期", "最后一天", "抽调文件日期", "原单位文件日期")}
        if row["全脱产"] not in {"", "是", "否"}:
            bad.append(("全脱产", "请填是或否"))
        if bad or person is None or home is None or team is None or post_kind is None or level is None:
            raise BadRow(bad)
        return SecondmentFacts(
            person_id=person.id,
            home_unit_id=home,
            post_kind=post_kind,
            team_id=team,
            begins_on=_sure(days["开始日期"]),
            last_day=_sure(days["最后一天"]),
            paper=Document(row["抽调文号"], _sure(days["抽调文件日期"])),
            post=PostFacts(level, row["职务"], row["职级"], row["职称"], row["工资档次"]),
            post_paper=Document(row["原单位文号"], _sure(days["原单位文件日期"])),
            station=row["驻点"],
            full_time=row["全脱产"] != "否",
            id_number=row["身份证号"],
            phone=row["手机"],
        )


def _found(row: SheetRow, title: str, known: dict[str, int], bad: list[tuple[str, str]]) -> int | None:
    if row[title] and row[title] not in known:
        bad.append((title, f"没有「{row[title]}」，请照{title}的全称填写"))
    return known.get(row[title])


def _chosen(row: SheetRow, title: str, names: dict[W, str], bad: list[tuple[str, str]]) -> W | None:
    found = next((kind for kind, name in names.items() if name == row[title]), None)
    if row[title] and found is None:
        bad.append((title, f"只能填{'、'.join(names.values())}"))
    return found


def _day(row: SheetRow, title: str, bad: list[tuple[str, str]]) -> date | None:
    if not row[title]:
        return None
    try:
        return parse_day(row[title])
    except ValueError as error:
        bad.append((title, str(error)))
        return None


def _sure(day: date | None) -> date:
    assert day is not None  # noqa: S101  a row without it was refused above
    return day


def _row_out(row: Row) -> Sequence[object]:
    one, post = row.secondment, row.post
    return (
        one.person.sign_in_name,
        one.person.name,
        one.home_unit.name,
        POST_NAMES[PostKind(one.post_kind)],
        one.team.name,
        one.station,
        one.begins_on,
        row.last_day,
        "是" if one.full_time else "否",
        row.paper_number,
        row.paper_dated,
        LEVEL_NAMES[Level(post.level)],
        post.duty,
        post.rank,
        post.title,
        post.pay_grade,
        post.paper_number,
        post.paper_dated,
        PHASE_NAMES[row.phase],
    )
