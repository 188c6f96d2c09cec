"""The invented units, teams and people of 云湖区, and how they are entered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tracker.identity.models import Person, Unit
from tracker.identity.operations.people import PersonFacts, add_person
from tracker.identity.passwords import hashed
from tracker.kernel.actors import SYSTEM, SeatKind
from tracker.kernel.money import parse_yuan
from tracker.teams.models import Team
from tracker.teams.operations import SeatFacts, TeamFacts, UnitFacts, add_team, add_unit, give_seat

PASSWORD = "Yunhu.2026.sample"  # noqa: S105  of the sample district alone, and printed beside its sign-in names

UNITS: tuple[tuple[str, str], ...] = (
    ("云湖区财政局", "区财政局"),
    ("云湖区工业和信息化局", "区工信局"),
    ("云湖区科学技术局", "区科技局"),
    ("云湖区商务局", "区商务局"),
    ("云湖区文化和旅游局", "区文旅局"),
    ("云湖区卫生健康委员会", "区卫健委"),
    ("云湖区审计局", "区审计局"),
    ("云湖区大数据管理局", "区大数据局"),
    ("云湖区农业农村局", "区农业农村局"),
    ("云湖区住房和城乡建设局", "区住建局"),
    ("云湖区市场监督管理局", "区市场监管局"),
    ("云湖区发展和改革委员会", "区发改委"),
    ("云湖经济开发区管理委员会", "云湖经开区"),
)


@dataclass(frozen=True)
class SampleTeam:
    """A team: its names, its lead unit, its quota in yuan, and how much of it the year's claims use (percent)."""

    name: str
    short_name: str
    lead_unit: str
    quota_yuan: int
    used_percent: int


TEAMS: tuple[SampleTeam, ...] = (
    SampleTeam("新能源招商组团", "新能源", "区工信局", 600_000, 78),
    SampleTeam("电子信息招商组团", "电子信息", "区科技局", 520_000, 92),
    SampleTeam("现代商贸招商组团", "现代商贸", "区商务局", 480_000, 66),
    SampleTeam("文旅康养招商组团", "文旅康养", "区文旅局", 450_000, 52),
    SampleTeam("生物医药招商组团", "生物医药", "区卫健委", 400_000, 35),
)


@dataclass(frozen=True)
class SamplePerson:
    """A person: sign-in name, name, home unit, post, and the seat with its place (a team, a unit, or none)."""

    sign_in_name: str
    name: str
    home_unit: str
    post: str
    seat: SeatKind
    place: str = ""
    last_month: int = 12
    first_month: int = 1


_M, _R, _H = SeatKind.MEMBER, SeatKind.REVIEWER, SeatKind.HEAD

PEOPLE: tuple[SamplePerson, ...] = (
    SamplePerson("chenli", "陈立", "区农业农村局", "科员", _M, "新能源"),
    SamplePerson("wanghao", "王浩", "区住建局", "副科长", _M, "新能源"),
    SamplePerson("xujing", "徐婧", "云湖经开区", "科员", _M, "新能源"),
    SamplePerson("hejing", "何静", "区工信局", "科员", SeatKind.AGENT, "新能源"),
    SamplePerson("zhoumin", "周敏", "区工信局", "综合科科长", _R, "区工信局"),
    SamplePerson("zhenghai", "郑海", "区工信局", "副局长", _H, "区工信局"),
    SamplePerson("linyuchuan", "林雨川", "区发改委", "科员", _M, "电子信息"),
    SamplePerson("gaokun", "高堃", "区市场监管局", "科员", _M, "电子信息"),
    SamplePerson("tangyue", "唐悦", "区大数据局", "副主任", _M, "电子信息"),
    SamplePerson("liuzhe", "刘喆", "区科技局", "成果科科长", _R, "区科技局"),
    SamplePerson("panlin", "潘琳", "区科技局", "局长", _H, "区科技局"),
    SamplePerson("zhaoqian", "赵倩", "区市场监管局", "科员", _M, "现代商贸"),
    SamplePerson("fengchong", "冯翀", "云湖经开区", "科员", _M, "现代商贸"),
    SamplePerson("dongping", "董平", "区农业农村局", "主任科员", _M, "现代商贸", last_month=6),
    SamplePerson("luyao", "陆瑶", "区住建局", "科员", _M, "现代商贸", first_month=7),
    SamplePerson("jiangbo", "姜波", "区商务局", "科员", SeatKind.AGENT, "现代商贸"),
    SamplePerson("qianjin", "钱进", "区商务局", "外贸科科长", _R, "区商务局"),
    SamplePerson("shenyuan", "沈渊", "区商务局", "副局长", _H, "区商务局"),
    SamplePerson("mengjie", "孟洁", "区大数据局", "科员", _M, "文旅康养"),
    SamplePerson("duanrong", "段镕", "区发改委", "副科长", _M, "文旅康养"),
    SamplePerson("shiwen", "石雯", "区市场监管局", "科员", _M, "文旅康养"),
    SamplePerson("weiran", "魏然", "云湖经开区", "招商二科科长", _M, "文旅康养", first_month=9),
    SamplePerson("yanhong", "颜虹", "区文旅局", "产业科科长", _R, "区文旅局"),
    SamplePerson("kangwei", "康维", "区文旅局", "局长", _H, "区文旅局"),
    SamplePerson("luoxin", "罗昕", "区市场监管局", "科员", _M, "生物医药"),
    SamplePerson("songyue", "宋玥", "区大数据局", "科员", _M, "生物医药"),
    SamplePerson("jiyuan", "纪远", "区农业农村局", "总农艺师", _M, "生物医药", first_month=3),
    SamplePerson("bailu", "白露", "区卫健委", "规划科科长", _R, "区卫健委"),
    SamplePerson("tanzhong", "谭中", "区卫健委", "副主任", _H, "区卫健委"),
    SamplePerson("fangzhiyuan", "方志远", "区财政局", "国库科科长", SeatKind.OFFICER),
    SamplePerson("yuqing", "余清", "区财政局", "科员", SeatKind.OFFICER),
    SamplePerson("shenjie", "沈洁", "区财政局", "出纳", SeatKind.CASHIER),
    SamplePerson("hanbing", "韩冰", "区审计局", "科长", SeatKind.AUDITOR),
    SamplePerson("linyue", "林月", "区农业农村局", "人事科科长", SeatKind.HOME_UNIT, "区农业农村局"),
    SamplePerson("gupeng", "顾朋", "云湖经开区", "组织人事局副局长", SeatKind.HOME_UNIT, "云湖经开区"),
    SamplePerson("guanliyuan", "顾理源", "区大数据局", "工程师", SeatKind.ADMINISTRATOR),
)

SHOWN = ("chenli", "hejing", "zhoumin", "zhenghai", "fangzhiyuan", "shenjie", "linyue", "hanbing", "guanliyuan")
"""The people whose sign-in names are printed: one for each seat."""

_AGENT_QUOTA_FEN = parse_yuan("120,000")


@dataclass(frozen=True)
class District:
    """The ids of what was entered, by the names above."""

    units: dict[str, int]
    teams: dict[str, int]
    people: dict[str, int]

    def holders(self, kind: SeatKind, place: str = "") -> list[SamplePerson]:
        """List the people of a seat at a place."""
        return [person for person in PEOPLE if person.seat is kind and person.place == place]


def enter_people(session: Session, year: int, *, at: datetime, password_at: datetime) -> District:
    """Enter units, teams, people and seats for the year; every account opens with the sample's one password.

    Members get theirs with their secondment (``tracker.sample.seconded``).
    """
    units = {
        short: add_unit(session, UnitFacts(name, short), by=SYSTEM, at=at, command_id=f"sample-unit-{place}").id
        for place, (name, short) in enumerate(UNITS)
    }
    teams = {
        team.short_name: add_team(
            session,
            TeamFacts(team.name, team.short_name, units[team.lead_unit]),
            by=SYSTEM,
            at=at,
            command_id=f"sample-team-{place}",
        ).id
        for place, team in enumerate(TEAMS)
    }
    kept = hashed(PASSWORD)
    people = {}
    for person in PEOPLE:
        facts = PersonFacts(person.sign_in_name, person.name, units[person.home_unit], person.post)
        command_id = f"sample-person-{person.sign_in_name}"
        row = add_person(session, facts, password_hash=kept, by=SYSTEM, at=at, command_id=command_id)
        people[person.sign_in_name] = row.id
        if person.seat is SeatKind.MEMBER:
            continue
        give_seat(
            session,
            row.id,
            SeatFacts(
                kind=person.seat,
                held_from=date(year, person.first_month, 1),
                last_day=date(year + 1, 12, 31),
                team_id=teams.get(person.place),
                unit_id=units.get(person.place),
                quota_fen=_AGENT_QUOTA_FEN if person.seat is SeatKind.AGENT else None,
            ),
            by=SYSTEM,
            at=at,
            command_id=f"sample-seat-{person.sign_in_name}",
        )
    # A sample is looked at, not kept: nobody has to choose another password first.
    session.execute(
        update(Person)
        .where(Person.id.in_(people.values()))
        .values(must_change=False, password_at=password_at)
        .execution_options(synchronize_session=False)
    )
    return District(units, teams, people)


def find_people(session: Session) -> District | None:
    """Find the sample district in a database, or None where there is something else or nothing."""
    marks = select(Person.id).where(Person.command_id == f"sample-person-{PEOPLE[0].sign_in_name}")
    if session.scalar(marks) is None:
        return None
    units = dict(session.execute(select(Unit.short_name, Unit.id)).all())
    teams = dict(session.execute(select(Team.short_name, Team.id)).all())
    people = dict(session.execute(select(Person.sign_in_name, Person.id)).all())
    return District(units, teams, people)
