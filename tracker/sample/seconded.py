"""The sample's seconded people: recorded by their lead units, extended, ended early, promoted, confirmed, gone home."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select

from tracker.evidence.media import sniff
from tracker.evidence.operations import StoredFile
from tracker.kernel.actors import SeatKind
from tracker.sample.bills import letter
from tracker.sample.nobody import id_number
from tracker.sample.people import PEOPLE, TEAMS, UNITS, SamplePerson
from tracker.sample.stage import Stage, Story, on, working_day
from tracker.secondments import operations
from tracker.secondments.facts import Document, PostFacts, SecondmentFacts
from tracker.secondments.halves import Half
from tracker.secondments.models import Secondment
from tracker.secondments.operations import Answers, Command, LeavingFacts, is_asked, open_matters
from tracker.secondments.ranks import Level, PostKind
from tracker.storage.files import current_files

_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Post:
    """What the home unit's document says of a post besides 职务; ``station`` is where the person works away."""

    kind: PostKind
    level: Level
    rank: str = ""
    title: str = ""
    pay_grade: str = ""
    station: str = ""


_CIVIL, _LIKE, _INSTITUTION = PostKind.ADMINISTRATIVE, PostKind.CIVIL_LIKE, PostKind.INSTITUTION
_SECTION, _STAFF, _DIVISION = Level.SECTION, Level.STAFF, Level.DIVISION

POSTS: dict[str, Post] = {
    "chenli": Post(_INSTITUTION, _STAFF, "", "农艺师", "专技十级 9 档", "深圳"),
    "wanghao": Post(_CIVIL, _SECTION, "四级主任科员", "", "21 级 4 档"),
    "xujing": Post(_LIKE, _STAFF, "一级科员", "", "24 级 3 档", "上海"),
    "linyuchuan": Post(_CIVIL, _STAFF, "一级科员", "", "24 级 2 档", "苏州"),
    "gaokun": Post(_CIVIL, _STAFF, "一级科员", "", "25 级 2 档"),
    "tangyue": Post(_INSTITUTION, _SECTION, "", "高级工程师", "专技七级 12 档"),
    "zhaoqian": Post(_INSTITUTION, _STAFF, "", "经济师", "专技十级 7 档"),
    "fengchong": Post(_LIKE, _STAFF, "四级主任科员", "", "22 级 3 档", "杭州"),
    "dongping": Post(_CIVIL, _SECTION, "三级主任科员", "", "19 级 5 档"),
    "luyao": Post(_CIVIL, _STAFF, "一级科员", "", "25 级 1 档"),
    "mengjie": Post(_INSTITUTION, _STAFF, "", "助理工程师", "专技十级 6 档"),
    "duanrong": Post(_CIVIL, _SECTION, "四级主任科员", "", "21 级 3 档"),
    "shiwen": Post(_CIVIL, _STAFF, "一级科员", "", "24 级 4 档", "上海"),
    "luoxin": Post(_INSTITUTION, _STAFF, "", "主管药师", "专技九级 8 档"),
    "songyue": Post(_INSTITUTION, _STAFF, "", "工程师", "专技十级 8 档"),
    "weiran": Post(_LIKE, _SECTION, "三级主任科员", "", "19 级 6 档", "北京"),
    "jiyuan": Post(_CIVIL, _DIVISION, "二级调研员", "", "16 级 7 档"),
}

_PROMOTED, _EXTENDED, _ENDED_EARLY = "wanghao", "duanrong", "dongping"
_ON_PAPER = ("区住建局", "区大数据局")
"""Home units without a seat of their own that sent their word on paper; those of other units are overdue."""


def members() -> list[SamplePerson]:
    """List the seconded people."""
    return [person for person in PEOPLE if person.seat is SeatKind.MEMBER]


def keeper_of(stage: Stage, team: str) -> str:
    """Name the reviewer of a team's lead unit, who keeps its people and things."""
    unit = next(one.lead_unit for one in TEAMS if one.short_name == team)
    return stage.district.holders(SeatKind.REVIEWER, unit)[0].sign_in_name


def stories(stage: Stage) -> Iterator[Story]:
    """Tell the year of every seconded person."""
    for place, team in enumerate(TEAMS):
        mine = [person for person in members() if person.place == team.short_name]
        for month in sorted({person.first_month for person in mine}):
            came = [person for person in mine if person.first_month == month]
            yield _arrival(stage, came, team.name, place)
    yield _promotion(stage)
    yield _extension(stage)
    yield _early_end(stage)
    yield _confirmed(stage, Half(stage.year, 1))
    yield _confirmed(stage, Half(stage.year, 2))


def _arrival(stage: Stage, came: list[SamplePerson], team: str, place: int) -> Story:
    """Record those who begin together, on the paper that names them all."""
    month = came[0].first_month
    first = date(stage.year, month, 1)
    yield on(working_day(date(stage.year, 1, 2)), 9, 20 + place) if month == 1 else on(first - _A_DAY * 6, 10, place)
    dated = first - timedelta(days=9)
    number = f"云组通〔{dated.year}〕{40 + place + month}号"
    names = "、".join(person.name for person in came)
    scan = paper(
        "中共云湖区委组织部文件",
        f"关于抽调{came[0].name}等同志到{team}工作的通知" if len(came) > 1 else f"关于抽调{names}同志的通知",
        [
            f"经研究，抽调{names}同志到{team}专职从事招商工作，与原单位工作脱钩。",
            "抽调期间职务、职级、职称、工资福利由原单位保持不变，日常管理由组团和牵头单位负责。",
        ],
        "中共云湖区委组织部",
        dated,
        number,
    )
    for person in came:
        post = POSTS[person.sign_in_name]
        operations.record_secondment(
            stage.session,
            SecondmentFacts(
                person_id=stage.district.people[person.sign_in_name],
                home_unit_id=stage.district.units[person.home_unit],
                post_kind=post.kind,
                team_id=stage.district.teams[person.place],
                begins_on=first,
                last_day=_planned(stage, person),
                paper=Document(number, dated, scan),
                post=PostFacts(post.level, person.post, post.rank, post.title, post.pay_grade),
                post_paper=Document(_home_number(stage, person, dated), dated - _A_DAY * 4),
                station=post.station,
                id_number=_id_number(person),
                phone=f"170{sum(map(ord, person.sign_in_name)) % 10**4:04d}{len(person.sign_in_name):04d}",
            ),
            order(stage, keeper_of(stage, person.place)),
            cipher=stage.cipher,
        )


def _planned(stage: Stage, person: SamplePerson) -> date:
    """Return the last day as it was planned: one is extended later, one ends early."""
    if person.sign_in_name == _EXTENDED:
        return date(stage.year, 9, 30)
    return date(stage.year if person.sign_in_name == _ENDED_EARLY else stage.year + 1, 12, 31)


def _promotion(stage: Stage) -> Story:
    yield on(working_day(date(stage.year, 5, 12)), 15)
    person, dated = _person(_PROMOTED), date(stage.year, 4, 28)
    number = f"{_paper_word(person.home_unit)}〔{stage.year}〕22号"
    said = [f"经局党组研究，{person.name}同志任综合管理科科长，自{stage.year}年5月1日起算。"]
    scan = paper("云湖区住房和城乡建设局文件", f"关于{person.name}同志任职的通知", said, "区住建局", dated, number)
    post = PostFacts(_SECTION, "综合管理科科长", "三级主任科员", "", "20 级 4 档")
    keeper = order(stage, keeper_of(stage, person.place))
    document = Document(number, dated, scan)
    effective_on = date(stage.year, 5, 1)
    running = _running(stage, person)
    operations.change_post(stage.session, running.id, post, document, keeper, effective_on=effective_on)


def _extension(stage: Stage) -> Story:
    yield on(working_day(date(stage.year, 9, 16)), 10, 30)
    person, dated = _person(_EXTENDED), date(stage.year, 9, 10)
    number = f"云组通〔{stage.year}〕71号"
    why = "在谈项目进入签约阶段，需要继续跟进"
    said = [f"因{why}，{person.name}同志抽调期延长至{stage.year + 1}年12月31日。"]
    scan = paper("中共云湖区委组织部文件", "关于延长抽调期的通知", said, "中共云湖区委组织部", dated, number)
    keeper = order(stage, keeper_of(stage, person.place))
    last_day = date(stage.year + 1, 12, 31)
    operations.extend(
        stage.session, _running(stage, person).id, last_day, Document(number, dated, scan), keeper, reason=why
    )


def _early_end(stage: Stage) -> Story:
    """End one term early, then close the leaving as soon as nothing of the person is open any more."""
    yield on(working_day(date(stage.year, 6, 22)), 16)
    person, dated = _person(_ENDED_EARLY), date(stage.year, 6, 18)
    number = f"云组通〔{stage.year}〕52号"
    why = "原单位工作需要，商组织部门同意"
    said = [f"因{why}，{person.name}同志自{stage.year}年7月1日起返回原单位工作。"]
    scan = paper("中共云湖区委组织部文件", "关于提前结束抽调的通知", said, "中共云湖区委组织部", dated, number)
    keeper, last_day = keeper_of(stage, person.place), date(stage.year, 6, 30)
    running = _running(stage, person)
    operations.end_early(
        stage.session, running.id, last_day, Document(number, dated, scan), order(stage, keeper), reason=why
    )
    day = working_day(date(stage.year, 7, 3))
    yield on(day, 11)
    while open_matters(stage.session, _running(stage, person), on=last_day):
        day = working_day(day + _A_DAY * 4)
        yield on(day, 11)
    note = (
        f"{person.name}同志抽调期间服从安排，走访企业 21 家，促成 2 个项目签约，廉洁自律，"
        "办公用品和设备已交接，报销单据已结清。同意返岗。"
    )
    facts = LeavingFacts(last_day, note)
    operations.leave(stage.session, _running(stage, person).id, facts, order(stage, keeper))


def _confirmed(stage: Stage, half: Half) -> Story:
    """Have the home units confirm a half-year: some in their seat, some on paper, some not at all."""
    same = Answers(duty_same=True, rank_same=True, title_same=True, pay_same=True, full_time=True)
    for place, (_name, unit) in enumerate(UNITS):
        seats = stage.district.holders(SeatKind.HOME_UNIT, unit)
        if not seats and unit not in _ON_PAPER:
            continue
        yield on(working_day(half.due_on - _A_DAY * (18 - place)), 14, 10)
        for running in _sent_by(stage, unit):
            if not is_asked(running, half):
                continue
            if seats:
                operations.confirm(stage.session, running.id, half, same, order(stage, seats[0].sign_in_name))
                continue
            dated = (stage.at - _A_DAY).date()
            number = f"{_paper_word(unit)}函〔{stage.year}〕{half.number}{place}号"
            said = [f"{running.person.name}同志抽调期间职务、职级、职称、工资福利均未变动，专职在岗。特此确认。"]
            scan = paper("确认函", f"{half.name}抽调人员情况确认", said, unit, dated, number)
            operations.confirm(
                stage.session,
                running.id,
                half,
                same,
                order(stage, keeper_of(stage, _person_of(stage, running).place)),
                paper=Document(number, dated, scan),
            )


def order(stage: Stage, sign_in_name: str) -> Command:
    """Make an order of somebody at this moment."""
    command = stage.command(sign_in_name)
    return Command(command.by, command.at, command.command_id)


def paper(  # noqa: PLR0917  in the order of the paper itself
    head: str, title: str, said: list[str], signed: str, dated: date, number: str
) -> StoredFile:
    """Scan a paper into the store."""
    data = letter(head, title, said, signed=signed, day=dated, number=number)
    return StoredFile(current_files().put(data), len(data), sniff(data), f"{number}.jpg")


def _running(stage: Stage, person: SamplePerson) -> Secondment:
    mine = select(Secondment).where(Secondment.person_id == stage.district.people[person.sign_in_name])
    return stage.session.scalars(mine).one()


def _sent_by(stage: Stage, unit: str) -> list[Secondment]:
    mine = select(Secondment).where(Secondment.home_unit_id == stage.district.units[unit])
    return list(stage.session.scalars(mine.order_by(Secondment.id)))


def _person(sign_in_name: str) -> SamplePerson:
    return next(person for person in PEOPLE if person.sign_in_name == sign_in_name)


def _person_of(stage: Stage, secondment: Secondment) -> SamplePerson:
    return next(one for one in members() if stage.district.people[one.sign_in_name] == secondment.person_id)


def _paper_word(unit: str) -> str:
    """Return the word a unit's papers are numbered under."""
    return "云" + unit.removeprefix("区").removeprefix("云湖").rstrip("局委区")


def _home_number(stage: Stage, person: SamplePerson, dated: date) -> str:
    return f"{_paper_word(person.home_unit)}〔{dated.year}〕{20 + stage.district.people[person.sign_in_name]}号"


def _id_number(person: SamplePerson) -> str:
    return id_number(sum(place * ord(sign) for place, sign in enumerate(person.sign_in_name, 1)))


def started(stage: Stage) -> datetime:
    """Name the first moment everybody of January is there."""
    return on(working_day(date(stage.year, 1, 2)), 9, 40)
