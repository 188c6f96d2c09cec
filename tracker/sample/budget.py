"""The sample's fund of 3,000,000.00 and the papers that moved its money during the year."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from tracker.evidence.operations import StoredFile
from tracker.funds.models import PaperKind
from tracker.funds.operations import open_fund, record_paper
from tracker.funds.papers import (
    BUDGET,
    RESERVE,
    CategoryFacts,
    FundFacts,
    LimitChange,
    PaperChanges,
    PaperFacts,
    Transfer,
)
from tracker.kernel.money import parse_yuan
from tracker.sample.bills import letter
from tracker.sample.people import TEAMS
from tracker.sample.stage import Stage, on
from tracker.storage.files import current_files

FUND_NAME = "精准招商工作经费"
FUND_CODE = "ZSBX"
HEAD_FROM = "3,000"
TOGETHER_UP_TO = "3,000"

CATEGORIES: tuple[CategoryFacts, ...] = (
    CategoryFacts("差旅费", "30211", "差旅费"),
    CategoryFacts("公务接待", "30217", "公务接待费"),
    CategoryFacts("宣传印刷", "30202", "印刷费"),
    CategoryFacts("办公与邮电", "30201", "办公费"),
    CategoryFacts("租赁费", "30214", "租赁费"),
    CategoryFacts("会议活动", "30215", "会议费"),
    CategoryFacts("委托咨询", "30227", "委托业务费"),
    CategoryFacts("设备购置", "31002", "办公设备购置"),
)


@dataclass(frozen=True)
class _Paper:
    """A paper to come: its day, kind, number in the year's series, reason, and what it changes."""

    month: int
    day: int
    kind: PaperKind
    sequence: int
    reason: str
    transfers: tuple[tuple[str, str, str], ...] = ()
    limits: tuple[tuple[str, str, str], ...] = ()


_PAPERS: tuple[_Paper, ...] = (
    _Paper(
        1,
        6,
        PaperKind.ISSUE,
        4,
        "按组团年度计划下达额度",
        tuple((RESERVE, team.short_name, f"{team.quota_yuan}") for team in TEAMS),
    ),
    _Paper(
        1,
        8,
        PaperKind.LIMIT,
        5,
        "从严控制接待支出，设分项限额",
        limits=(("", "公务接待", "200,000"), ("新能源", "公务接待", "40,000"), ("电子信息", "差旅费", "260,000")),
    ),
    _Paper(2, 10, PaperKind.SUPPLEMENT, 9, "区政府专题会议纪要，追加招商经费", ((BUDGET, RESERVE, "100,000"),)),
    _Paper(8, 18, PaperKind.MOVE, 41, "电子信息组团第三季度外出较多，调剂使用", (("文旅康养", "电子信息", "60,000"),)),
    _Paper(10, 20, PaperKind.RECALL, 55, "年度执行进度偏慢，收回统筹", (("生物医药", RESERVE, "20,000"),)),
)
"""The papers after the first; together with it the ceiling is 3,000,000.00."""

_FIRST = "2,900,000"


def budget_year(stage: Stage) -> Iterator[datetime]:
    """Open the fund on the first working days and record every later paper on its day."""
    opened = on(date(stage.year, 1, 4), 9, 20)
    yield opened
    facts = FundFacts(
        year=stage.year,
        name=FUND_NAME,
        code=FUND_CODE,
        function_code="2011308",
        opens_on=date(stage.year, 1, 1),
        closes_on=date(stage.year, 12, 31),
        head_from_fen=parse_yuan(HEAD_FROM),
        with_liaison=False,
        together_up_to_fen=parse_yuan(TOGETHER_UP_TO),
        categories=CATEGORIES,
    )
    stage.fund_id = open_fund(
        stage.session,
        facts,
        _paper(stage, 3, opened.date(), "年初预算批复"),
        ceiling_fen=parse_yuan(_FIRST),
        by=stage.actor("fangzhiyuan"),
        at=stage.at,
        command_id="sample-fund",
    )
    stage.learn_categories()
    for paper in _PAPERS:
        yield on(date(stage.year, paper.month, paper.day), 10, 5)
        record_paper(
            stage.session,
            stage.fund_id,
            paper.kind,
            _paper(stage, paper.sequence, date(stage.year, paper.month, paper.day), paper.reason),
            _changes(stage, paper),
            by=stage.actor("fangzhiyuan"),
            at=stage.at,
            command_id=f"sample-paper-{paper.sequence}",
        )


def _changes(stage: Stage, paper: _Paper) -> PaperChanges:
    return PaperChanges(
        transfers=[
            Transfer(_place(stage, one), _place(stage, to), parse_yuan(fen)) for one, to, fen in paper.transfers
        ],
        limits=[
            LimitChange(stage.categories[name], parse_yuan(fen), stage.district.teams[team] if team else None)
            for team, name, fen in paper.limits
        ],
    )


def _place(stage: Stage, name: str) -> str | int:
    return name if name in (BUDGET, RESERVE) else stage.district.teams[name]


def _paper(stage: Stage, sequence: int, dated: date, reason: str) -> PaperFacts:
    number = f"云财预〔{stage.year}〕{sequence}号"
    data = letter(
        "云湖区财政局文件",
        f"关于{FUND_NAME}的通知",
        [f"经研究，现就{stage.year}年度{FUND_NAME}有关事项通知如下：{reason}。请按专款专用、分别核算的要求执行。"],
        signed="云湖区财政局",
        day=dated,
        number=number,
    )
    sha256 = current_files().put(data)
    return PaperFacts(
        number=number,
        dated=dated,
        issuer="云湖区财政局",
        reason=reason,
        scan=StoredFile(sha256=sha256, size=len(data), media="jpeg", display_name=f"{number}.jpg"),
    )
