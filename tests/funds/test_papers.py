"""Money comes only from papers, each kind moves it one way, and none below what is held and spent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select

from tests.funds.movements import (
    cell_of,
    figures,
    limit,
    limit_move,
    move,
    nothing_amiss,
    paper,
    total,
    transfer,
)
from tests.office import NOON, Office, a_paper
from tracker.audit.models import AuditEntry
from tracker.evidence.models import Evidence, EvidenceKind
from tracker.evidence.operations import StoredFile
from tracker.funds.book import NotEnoughLeft
from tracker.funds.models import BookEntry, BudgetPaper, Category, Cell, Fund, PaperKind, Verb
from tracker.funds.operations import (
    BUDGET,
    RESERVE,
    CategoryFacts,
    FundFacts,
    LimitChange,
    LimitMove,
    PaperChanges,
    Place,
    Transfer,
    add_category,
    open_fund,
    set_route,
)
from tracker.funds.policy import ROUTES
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.storage.files import current_files
from tracker.teams.models import Team

ENDS = ("budget", "reserve", "team", "other")
DIRECTIONS = [(source, target) for source in ENDS for target in ENDS if source != target]
QUOTA_FEN = 60_000_000
CEILING_FEN = 300_000_000


def place(office: Office, end: str) -> Place:
    places: dict[str, Place] = {
        "budget": BUDGET,
        "reserve": RESERVE,
        "team": office.team_id,
        "other": office.other_team_id,
    }
    return places[end]


@pytest.mark.parametrize("kind", list(PaperKind))
def test_each_kind_of_paper_moves_money_its_own_ways_and_no_other(small_office: Office, kind: PaperKind) -> None:
    """Walks every kind against every direction; what is allowed changes both ends by the amount, to the fen."""
    for source, target in DIRECTIONS:
        allowed = (source.replace("other", "team"), target.replace("other", "team")) in ROUTES[kind]
        before = {end: _available(small_office, end) for end in ENDS[1:]}
        if allowed:
            transfer(small_office, kind, place(small_office, source), place(small_office, target), 1_001)
        else:
            with pytest.raises(Refused):
                transfer(small_office, kind, place(small_office, source), place(small_office, target), 1_001)
        change = {end: _available(small_office, end) - before[end] for end in ENDS[1:]}
        expected = dict.fromkeys(ENDS[1:], 0)
        if allowed:
            expected |= {end: fen for end, fen in ((source, -1_001), (target, 1_001)) if end != "budget"}
        assert change == expected, (source, target)
    nothing_amiss(small_office)


def _available(office: Office, end: str) -> int:
    team_id = {"reserve": None, "team": office.team_id, "other": office.other_team_id}[end]
    return figures(office, team_id=team_id)[0] or 0


def test_one_paper_gives_to_several_teams(office: Office) -> None:
    changes = PaperChanges(
        transfers=[Transfer(RESERVE, office.team_id, 100), Transfer(RESERVE, office.other_team_id, 250)]
    )
    paper(office, PaperKind.ISSUE, changes)

    assert figures(office, team_id=office.team_id)[0] == QUOTA_FEN + 100
    assert figures(office, team_id=office.other_team_id)[0] == QUOTA_FEN + 250
    assert figures(office)[0] == CEILING_FEN - 2 * QUOTA_FEN - 350
    nothing_amiss(office)


def test_the_teams_can_never_be_given_more_than_the_fund_has(office: Office) -> None:
    left = CEILING_FEN - 2 * QUOTA_FEN
    with pytest.raises(NotEnoughLeft, match=r"统筹预留未占用、未支出的只剩 1,800,000\.00 元.*超出 0\.01 元"):
        transfer(office, PaperKind.ISSUE, RESERVE, office.team_id, left + 1)

    transfer(office, PaperKind.ISSUE, RESERVE, office.team_id, left)
    assert figures(office)[0] == 0
    assert total(office) == CEILING_FEN
    nothing_amiss(office)


@pytest.mark.parametrize(
    ("kind", "target"), [(PaperKind.CUT, "budget"), (PaperKind.RECALL, "reserve"), (PaperKind.MOVE, "other")]
)
def test_nothing_that_is_held_or_spent_can_be_taken_away(office: Office, kind: PaperKind, target: str) -> None:
    move(office, Verb.HOLD, {"宣传印刷": 10_000_000})
    move(office, Verb.SPEND, {"宣传印刷": 4_000_000})
    free = QUOTA_FEN - 10_000_000

    with pytest.raises(NotEnoughLeft) as refusal:
        transfer(office, kind, office.team_id, place(office, target), free + 1)
    assert "「新能源招商组团」额度未占用、未支出的只剩 500,000.00 元" in refusal.value.sentence
    assert "超出 0.01 元" in refusal.value.sentence
    assert "请减少金额" in refusal.value.sentence
    assert figures(office, team_id=office.team_id) == (free, 6_000_000, 4_000_000)

    transfer(office, kind, office.team_id, place(office, target), free)
    assert figures(office, team_id=office.team_id) == (0, 6_000_000, 4_000_000)
    nothing_amiss(office)


def test_two_rows_of_a_paper_that_take_from_one_team_count_together(small_office: Office) -> None:
    take = Transfer(small_office.team_id, RESERVE, QUOTA_FEN // 2 + 1)
    with pytest.raises(NotEnoughLeft, match=r"超出 0\.02 元"):
        paper(small_office, PaperKind.RECALL, PaperChanges(transfers=[take, take]))
    assert figures(small_office, team_id=small_office.team_id)[0] == QUOTA_FEN


def test_a_paper_sent_twice_has_one_effect(office: Office) -> None:
    changes = PaperChanges(transfers=[Transfer(RESERVE, office.team_id, 500)])
    paper(office, PaperKind.ISSUE, changes, command_id="the same click")
    paper(office, PaperKind.ISSUE, changes, command_id="the same click")

    assert figures(office, team_id=office.team_id)[0] == QUOTA_FEN + 500
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BudgetPaper)) == 3
    nothing_amiss(office)


@pytest.mark.parametrize("who", ["member", "reviewer", "head", "cashier", "auditor", "administrator", "nobody"])
def test_only_the_finance_officer_records_papers(small_office: Office, who: str) -> None:
    changes = PaperChanges(transfers=[Transfer(RESERVE, small_office.team_id, 500)])
    with pytest.raises(Forbidden):
        paper(small_office, PaperKind.ISSUE, changes, by=small_office.actor(who))
    assert figures(small_office, team_id=small_office.team_id)[0] == QUOTA_FEN


@pytest.mark.parametrize("amount_fen", [0, -1, 100_000_000_000])
def test_an_amount_is_above_nothing_and_below_a_billion(small_office: Office, amount_fen: int) -> None:
    with pytest.raises(Refused, match="金额要大于 0"):
        transfer(small_office, PaperKind.SUPPLEMENT, BUDGET, RESERVE, amount_fen)


def test_a_paper_that_changes_nothing_is_refused(small_office: Office) -> None:
    with pytest.raises(Refused, match="至少填一行"):
        paper(small_office, PaperKind.ISSUE, PaperChanges())


def test_a_team_that_is_not_there_gets_nothing(small_office: Office) -> None:
    with pytest.raises(NotFound):
        transfer(small_office, PaperKind.ISSUE, RESERVE, 99_999, 100)
    with small_office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Cell).where(Cell.team_id == 99_999)) == 0


def test_a_closed_team_gives_money_back_but_gets_none(small_office: Office) -> None:
    with small_office.database.writing() as session:
        session.get_one(Team, small_office.other_team_id).closed_at = NOON
    with pytest.raises(Refused, match="「电子信息招商组团」已撤销"):
        transfer(small_office, PaperKind.ISSUE, RESERVE, small_office.other_team_id, 100)

    transfer(small_office, PaperKind.RECALL, small_office.other_team_id, RESERVE, QUOTA_FEN)
    assert figures(small_office, team_id=small_office.other_team_id)[0] == 0


# limits


def test_a_limit_stops_the_category_at_the_fen(office: Office) -> None:
    limit(office, "公务接待", 1_000_000, team_id=office.team_id)
    move(office, Verb.HOLD, {"公务接待": 1_000_000})

    with pytest.raises(NotEnoughLeft, match=r"「新能源招商组团 · 公务接待」限额还剩 0\.00 元"):
        move(office, Verb.HOLD, {"公务接待": 1})
    assert figures(office, team_id=office.team_id, category="公务接待") == (0, 1_000_000, 0)
    nothing_amiss(office)


def test_a_limit_across_the_fund_binds_the_teams_together(office: Office) -> None:
    limit(office, "公务接待", 1_000_000)
    move(office, Verb.HOLD, {"公务接待": 600_000})
    with pytest.raises(NotEnoughLeft, match=r"「全部组团 · 公务接待」限额还剩 4,000\.00 元"):
        move(office, Verb.HOLD, {"公务接待": 400_001}, team_id=office.other_team_id)
    move(office, Verb.HOLD, {"公务接待": 400_000}, team_id=office.other_team_id)
    nothing_amiss(office)


def test_a_limit_is_never_set_below_what_is_held_and_spent(office: Office) -> None:
    move(office, Verb.HOLD, {"公务接待": 500_000})
    with pytest.raises(NotEnoughLeft, match=r"不能低于已占用与已支出之和 5,000\.00 元"):
        limit(office, "公务接待", 499_999, team_id=office.team_id)
    limit(office, "公务接待", 500_000, team_id=office.team_id)
    assert figures(office, team_id=office.team_id, category="公务接待") == (0, 500_000, 0)
    nothing_amiss(office)


def test_a_limit_taken_away_leaves_only_counting(office: Office) -> None:
    limit(office, "公务接待", 1_000_000, team_id=office.team_id)
    move(office, Verb.HOLD, {"公务接待": 300_000})
    limit(office, "公务接待", None, team_id=office.team_id)
    move(office, Verb.HOLD, {"公务接待": 900_000})
    assert figures(office, team_id=office.team_id, category="公务接待") == (None, 1_200_000, 0)
    nothing_amiss(office)


def test_a_category_may_be_shut_with_a_limit_of_nothing(office: Office) -> None:
    """A limit of 0 where nothing was spent makes no entry; the category still takes no more."""
    limit(office, "公务接待", 0, team_id=office.team_id)
    with pytest.raises(NotEnoughLeft):
        move(office, Verb.HOLD, {"公务接待": 1})
    nothing_amiss(office)


def test_a_limit_can_be_set_to_what_it_is(small_office: Office) -> None:
    limit(small_office, "公务接待", 1_000_000, team_id=small_office.team_id)
    limit(small_office, "公务接待", 1_000_000, team_id=small_office.team_id)
    assert figures(small_office, team_id=small_office.team_id, category="公务接待") == (1_000_000, 0, 0)
    nothing_amiss(small_office)


def test_one_paper_does_not_limit_a_category_twice(small_office: Office) -> None:
    twice = [LimitChange(small_office.categories["公务接待"], fen, small_office.team_id) for fen in (100, 200)]
    with pytest.raises(Refused, match="写了两次"):
        paper(small_office, PaperKind.LIMIT, PaperChanges(limits=twice))


def test_part_of_a_limit_moves_to_another_category_of_the_team(office: Office) -> None:
    limit(office, "公务接待", 1_000_000, team_id=office.team_id)
    limit(office, "差旅费", 500_000, team_id=office.team_id)
    move(office, Verb.HOLD, {"公务接待": 400_000})

    with pytest.raises(NotEnoughLeft, match=r"只剩 6,000\.00 元"):
        limit_move(office, "公务接待", "差旅费", 600_001)
    limit_move(office, "公务接待", "差旅费", 600_000)
    assert figures(office, team_id=office.team_id, category="公务接待")[0] == 0
    assert figures(office, team_id=office.team_id, category="差旅费")[0] == 1_100_000
    nothing_amiss(office)


def test_a_limit_moves_only_between_limited_categories(small_office: Office) -> None:
    limit(small_office, "公务接待", 1_000_000, team_id=small_office.team_id)
    with pytest.raises(Refused, match="都设了分项限额"):
        limit_move(small_office, "公务接待", "差旅费", 1)


@pytest.mark.parametrize("kind", [kind for kind in PaperKind if kind is not PaperKind.LIMIT])
def test_limits_are_set_by_limit_papers_alone(small_office: Office, kind: PaperKind) -> None:
    changes = PaperChanges(limits=[LimitChange(small_office.categories["公务接待"], 100)])
    with pytest.raises(Refused, match="分项限额"):
        paper(small_office, kind, changes)


@pytest.mark.parametrize("kind", [kind for kind in PaperKind if kind is not PaperKind.MOVE])
def test_limits_move_by_move_papers_alone(small_office: Office, kind: PaperKind) -> None:
    first, second = list(small_office.categories.values())[:2]
    changes = PaperChanges(limit_moves=[LimitMove(small_office.team_id, first, second, 100)])
    with pytest.raises(Refused, match="调剂"):
        paper(small_office, kind, changes)


def test_another_funds_category_is_refused(small_office: Office) -> None:
    with pytest.raises(Refused, match="不属于这项经费"):
        paper(small_office, PaperKind.LIMIT, PaperChanges(limits=[LimitChange(987_654, 100)]))


# opening, purposes, route


def the_facts(**changes: object) -> FundFacts:
    facts = FundFacts(
        year=2026,
        name="专班工作经费",
        code="ZBBX",
        function_code="2011308",
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 31),
        head_from_fen=0,
        with_liaison=True,
        categories=[CategoryFacts("差旅费", "30211", "差旅费")],
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def opened(office: Office, facts: FundFacts, *, command_id: str = "new fund", who: str = "officer") -> int:
    with office.database.writing() as session:
        return open_fund(
            session,
            facts,
            a_paper("云财预〔2026〕30号"),
            ceiling_fen=1_000_000,
            by=office.actor(who),
            at=NOON,
            command_id=command_id,
        )


def test_a_fund_opens_once_however_often_it_is_clicked(office: Office) -> None:
    first = opened(office, the_facts())
    assert opened(office, the_facts()) == first
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Fund)) == 2
        reserve = session.scalars(select(Cell).where(Cell.fund_id == first, Cell.place == "*:*")).one()
        assert reserve.available == 1_000_000
    nothing_amiss(office)


CALLED_OTHERWISE = (
    *("工 资", "工\u200b资", "工・资", "工|资", "ＧＺ工资", "薪酬", "年终奖", "加班费", "人员奖励"),
    *("抽调人员生活补助", "津 补 贴", "公积金", "伙食补助和生活补助"),
)
"""Pay in other words and writings."""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "精准招商工作经费"}, "已有同名"),
        ({"code": "ZSBX"}, "同编号前缀"),
        ({"opens_on": date(2026, 12, 31), "closes_on": date(2026, 1, 1)}, "结束日期早于开始日期"),
        ({"closes_on": date(2027, 1, 1)}, "2026 年度以内"),
        ({"categories": []}, "至少要有一个"),
        ({"categories": [CategoryFacts("补助", "30305", "生活补助")]}, "工资福利性支出"),
        ({"categories": [CategoryFacts("加班", "30101", "基本工资")]}, "工资福利性支出"),
        ({"categories": [CategoryFacts("招商奖金", "30299", "其他商品和服务支出")]}, "工资福利性支出"),
        ({"categories": [CategoryFacts("慰问", "30229", "福利费")]}, "工资福利性支出"),
        *(({"categories": [CategoryFacts(name, "30226", "劳务费")]}, "工资福利性支出") for name in CALLED_OTHERWISE),
        ({"categories": [CategoryFacts("差旅费", "30211"), CategoryFacts("差旅费", "30239")]}, "重复"),
    ],
)
def test_a_fund_that_cannot_be_is_refused_in_words(
    small_office: Office, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        opened(small_office, the_facts(**changes))
    with small_office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Fund)) == 1


def test_a_further_purpose_gets_its_accounts_everywhere(office: Office) -> None:
    facts = CategoryFacts("会务活动", "30215", "会议费")
    with office.database.writing() as session:
        first = add_category(session, office.fund_id, facts, by=office.actor("officer"), at=NOON)
    with office.database.writing() as session:
        assert add_category(session, office.fund_id, facts, by=office.actor("officer"), at=NOON) == first
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Category)) == 5
        assert session.scalar(select(func.count()).select_from(Cell).where(Cell.category_id == first)) == 3
    office.categories["会务活动"] = first
    move(office, Verb.HOLD, {"会务活动": 100})
    nothing_amiss(office)


def test_a_purpose_is_never_pay_nor_a_name_twice(small_office: Office) -> None:
    officer = small_office.actor("officer")
    for facts in (CategoryFacts("绩效", "30299"), CategoryFacts("差旅费", "30239")):
        with pytest.raises(Refused), small_office.database.writing() as session:
            add_category(session, small_office.fund_id, facts, by=officer, at=NOON)


@pytest.mark.parametrize(
    "name", ["伙食补助费和市内交通补助", "误餐补助", "加班餐费", "差旅费（含出差补助）", "薪火计划推介会"]
)
def test_what_only_sounds_like_pay_is_a_purpose(small_office: Office, name: str) -> None:
    with small_office.database.writing() as session:
        facts = CategoryFacts(name, "30211", "差旅费")
        assert add_category(session, small_office.fund_id, facts, by=small_office.actor("officer"), at=NOON)
    nothing_amiss(small_office)


def test_the_route_changes_with_a_trace_and_only_by_finance(small_office: Office) -> None:
    with small_office.database.writing() as session:
        set_route(
            session, small_office.fund_id, head_from_fen=0, with_liaison=True, by=small_office.actor("officer"), at=NOON
        )
    with small_office.database.reading() as session:
        fund = session.get_one(Fund, small_office.fund_id)
        assert (fund.head_from_fen, fund.with_liaison) == (0, True)
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "fund.set_route")).one()
        assert entry.before == {"head_from_fen": 500_000, "with_liaison": False, "together_up_to_fen": 0}
    with pytest.raises(Forbidden), small_office.database.writing() as session:
        set_route(
            session, small_office.fund_id, head_from_fen=1, with_liaison=True, by=small_office.actor("head"), at=NOON
        )


def test_a_scan_is_kept_with_its_paper_and_not_again_with_the_second_click(small_office: Office) -> None:
    data = b"%PDF-1.4 paper"
    scan = StoredFile(current_files().put(data), len(data), "pdf", "指标文件.pdf")
    for _click in range(2):
        with small_office.database.writing() as session:
            open_fund(
                session,
                the_facts(),
                replace(a_paper("云财预〔2026〕30号"), scan=scan),
                ceiling_fen=100,
                by=small_office.actor("officer"),
                at=NOON,
                command_id="one click",
            )
    with small_office.database.reading() as session:
        kept = session.scalars(select(Evidence)).all()
        assert [(e.kind, e.display_name) for e in kept] == [(EvidenceKind.BUDGET_PAPER, "指标文件.pdf")]
        papers = session.scalars(select(BudgetPaper.scan_id).where(BudgetPaper.scan_id.is_not(None))).all()
        assert papers == [kept[0].id]


def test_the_trail_tells_a_paper_in_names_people_know(small_office: Office) -> None:
    transfer(small_office, PaperKind.MOVE, small_office.team_id, small_office.other_team_id, 12_345)
    with small_office.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "fund.move")).one()
    assert entry.after is not None
    assert entry.after["changes"] == ["「新能源招商组团」额度 → 「电子信息招商组团」额度 123.45"]


def test_every_entry_of_the_book_names_fund_and_place(small_office: Office) -> None:
    move(small_office, Verb.HOLD, {"公务接待": 100})
    with small_office.database.reading() as session:
        entries = session.scalars(select(BookEntry)).all()
        cells = {cell.id: cell for cell in session.scalars(select(Cell))}
    assert entries
    for entry in entries:
        cell = cells[entry.cell_id]
        assert (entry.fund_id, entry.team_id, entry.category_id) == (cell.fund_id, cell.team_id, cell.category_id)


def test_a_quota_issued_is_explained_by_the_cell_it_came_from(small_office: Office) -> None:
    before = cell_of(small_office).ceiling_fen
    transfer(small_office, PaperKind.SUPPLEMENT, BUDGET, small_office.team_id, 777)
    assert cell_of(small_office).ceiling_fen == before
    assert total(small_office) == CEILING_FEN + 777
    nothing_amiss(small_office)
