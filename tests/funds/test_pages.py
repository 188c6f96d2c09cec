"""The pages of funds as each seat finds them: what is shown, what is refused in words, what one click does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from io import BytesIO

import pytest
from sqlalchemy import func, select

from tests.funds.movements import figures, limit, move, nothing_amiss
from tests.office import Office
from tests.pages import Browse
from tests.web.checked_client import CheckedClient, hidden, token
from tracker.funds.classification import economic_codes
from tracker.funds.models import BudgetPaper, Category, CellKind, Fund, PaperKind, Verb
from tracker.funds.policy import PAY_CODES, PAY_WORDS
from tracker.funds.queries import cells
from tracker.teams.models import Team

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
QUOTA_FEN = 60_000_000
PAPER = {"number": "云财预〔2026〕15号", "dated": "2026-03-01", "issuer": "云湖区财政局", "reason": "年中调整"}
NEW_FUND = {
    **PAPER,
    "year": "2026",
    "name": "专班工作经费",
    "code": "zbbx",
    "function_code": "2011308",
    "opens_on": "2026-01-01",
    "closes_on": "2026-12-31",
    "head_from": "5,000",
    "with_liaison": "y",
    "ceiling": "１，２３４，５６７．８９",
    "categories-0-name": "差旅费",
    "categories-0-economic_code": "30211",
    "categories-1-name": "",
    "categories-1-economic_code": "30239",
    "categories-2-name": "",
    "categories-2-economic_code": "",
}


def post(client: CheckedClient, url: str, typed: Mapping[str, object], *, page: str = "") -> tuple[int, str, str]:
    """Open a page, fill its form in, send it; give back status, where it leads, and the page."""
    opened = client.get(page or url).get_data(as_text=True)
    carried = {"csrf_token": token(opened), "command_id": hidden(opened, "command_id")}
    answer = client.post(url, data={**carried, **typed}, content_type="multipart/form-data")
    return answer.status_code, answer.headers.get("Location", ""), answer.get_data(as_text=True)


def url(office: Office, kind: str) -> str:
    return f"/funds/{office.fund_id}/papers/new/{kind}"


# who sees what


@pytest.mark.parametrize("who", ["officer", "cashier", "auditor"])
def test_finance_and_the_auditor_see_every_team_and_every_paper(small_office: Office, browse: Browse, who: str) -> None:
    shown = browse(who).get(f"/funds/{small_office.fund_id}").get_data(as_text=True)
    for words in ("新能源招商组团", "电子信息招商组团", "统筹预留", "云财预〔2026〕2号", "3,000,000.00"):
        assert words in shown
    assert ("登记指标文件" in shown) is (who == "officer")


@pytest.mark.parametrize(
    ("who", "reads_papers"), [("reviewer", True), ("head", True), ("member", False), ("agent", False)]
)
def test_a_lead_unit_and_a_team_see_their_own_quota_alone(
    small_office: Office, browse: Browse, who: str, reads_papers: bool
) -> None:
    client = browse(who)
    shown = client.get(f"/funds/{small_office.fund_id}").get_data(as_text=True)
    assert "新能源招商组团" in shown
    for hidden_words in ("电子信息", "统筹预留", "登记指标文件", "1,800,000.00"):
        assert hidden_words not in shown
    assert ("云财预〔2026〕2号" in shown) is reads_papers
    assert "600,000.00" in client.get("/funds").get_data(as_text=True)


def test_people_without_a_seat_and_the_administrator_open_no_fund(small_office: Office, browse: Browse) -> None:
    for who in ("nobody", "administrator"):
        client = browse(who)
        for path in ("/funds", f"/funds/{small_office.fund_id}", "/budget", "/budget.xlsx"):
            assert client.get(path).status_code == 403


def test_a_fund_that_is_not_there_is_not_found(small_office: Office, browse: Browse) -> None:
    client = browse("officer")
    for path in ("/funds/999", "/funds/999/papers/new/issue", "/funds/999/accounts/1", "/funds/papers/999/scan"):
        assert client.get(path).status_code == 404


OFFICER_PATHS = ["/funds/new", *(f"/funds/{{fund}}/papers/new/{kind}" for kind in PaperKind)]


@pytest.mark.parametrize("path", OFFICER_PATHS)
def test_only_the_finance_officer_opens_and_sends_the_forms(small_office: Office, browse: Browse, path: str) -> None:
    path = path.format(fund=small_office.fund_id)
    for who in ("administrator", "nobody"):
        assert browse(who).get(path).status_code == 403
    for who in ("member", "reviewer", "head", "cashier", "auditor"):
        client = browse(who)
        assert client.get(path).status_code == 403
        kept = token(client.get("/funds").get_data(as_text=True))
        assert client.post(path, data={"csrf_token": kept, **NEW_FUND}).status_code == 403
    with small_office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(BudgetPaper)) == 2


# a new fund


def test_the_officer_opens_a_fund_with_its_paper_and_scan(office: Office, browse: Browse) -> None:
    client = browse("officer")
    typed = {**NEW_FUND, "scan": (BytesIO(PDF), "../红头文件.pdf")}
    status, where, _page = post(client, "/funds/new", typed)

    assert status == 303
    shown = client.get(where).get_data(as_text=True)
    for words in ("专班工作经费", "1,234,567.89", "云财预〔2026〕15号", "其他交通费用", "联络员核对"):
        assert words in shown
    with office.database.reading() as session:
        fund = session.scalars(select(Fund).where(Fund.name == "专班工作经费")).one()
        paper = session.scalars(select(BudgetPaper).where(BudgetPaper.fund_id == fund.id)).one()
        own = select(Category.name).where(Category.fund_id == fund.id).order_by(Category.position)
        purposes = session.scalars(own).all()
    assert (fund.code, fund.head_from_fen, fund.with_liaison) == ("ZBBX", 500_000, True)
    assert list(purposes) == ["差旅费", "其他交通费用"]
    scan = client.get(f"/funds/papers/{paper.id}/scan")
    assert scan.data == PDF
    assert scan.mimetype == "application/pdf"
    assert scan.headers["Content-Disposition"].startswith("attachment")
    assert ".." not in scan.headers["Content-Disposition"]
    nothing_amiss(office)


def test_the_second_click_opens_no_second_fund(small_office: Office, browse: Browse) -> None:
    client = browse("officer")
    opened = client.get("/funds/new").get_data(as_text=True)
    sent = {"csrf_token": token(opened), "command_id": hidden(opened, "command_id"), **NEW_FUND}
    answers = [client.post("/funds/new", data=sent) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert answers[0].headers["Location"] == answers[1].headers["Location"]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ceiling": "0"}, "金额不能是 0"),
        ({"ceiling": "1.234"}, "最多两位小数"),
        ({"ceiling": ""}, "请填写年度预算"),
        ({"year": "26"}, "应在 2000 到 2100 之间"),
        ({"code": "招商"}, "凭证编号前缀用"),
        ({"function_code": "1011308"}, "7 位数字"),
        ({"closes_on": "2027-01-01"}, "2026 年度以内"),
        ({"dated": "2026-03-10"}, "不能晚于今天"),
        ({"dated": "昨天"}, "日期请写成年-月-日"),
        ({"number": ""}, "请填写指标文号"),
        ({"name": "精准招商工作经费"}, "已有同名"),
        ({"categories-0-economic_code": "30101"}, "请从列表中选择"),
        ({"categories-0-economic_code": ""}, "请给「差旅费」选择支出经济分类"),
        ({"categories-0-name": "季度奖金"}, "工资福利性支出"),
        ({"categories-1-name": "差旅费"}, "重复"),
        ({"categories-0-economic_code": "", "categories-0-name": "", "categories-1-economic_code": ""}, "至少要有一个"),
        ({"scan": (BytesIO(b"MZ\x90\x00 not a paper"), "文件.pdf")}, "不支持这种文件"),
        ({"scan": (BytesIO(b""), "空.pdf")}, "文件是空的"),
    ],
)
def test_a_fund_filled_in_wrongly_is_told_what_to_mend(
    small_office: Office, browse: Browse, changes: dict[str, object], sentence: str
) -> None:
    status, _where, shown = post(browse("officer"), "/funds/new", {**NEW_FUND, **changes})
    assert status == 422
    assert sentence in shown
    assert "有错误：" in shown
    if "name" not in changes:
        assert 'value="专班工作经费"' in shown
    with small_office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Fund)) == 1


def test_a_row_more_is_had_without_scripts_and_keeps_what_was_typed(small_office: Office, browse: Browse) -> None:
    client = browse("officer")
    status, _where, shown = post(client, "/funds/new", {**NEW_FUND, "op": "add"})
    assert status == 200
    assert len(re.findall(r'name="categories-\d+-name"', shown)) == 4
    assert 'value="专班工作经费"' in shown
    assert "有错误" not in shown


def test_a_script_gets_only_the_rows(small_office: Office, browse: Browse) -> None:
    client = browse("officer")
    kept = token(client.get(url(small_office, "move")).get_data(as_text=True))
    sent = {"csrf_token": kept, "op": "add", "rows-0-amount": "5", "rows-1-amount": ""}
    answer = client.post(url(small_office, "move"), data=sent, headers={"X-Part": "1"})
    shown = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert 'id="move-rows"' in shown
    assert "<html" not in shown
    assert len(re.findall(r'name="rows-\d+-amount"', shown)) == 3


def test_codes_offered_are_never_pay(small_office: Office) -> None:
    offered = economic_codes()
    assert {"30201", "30211", "30217", "31002"} <= set(offered)
    for code, name in offered.items():
        assert not code.startswith(PAY_CODES)
        assert not any(word in name for word in PAY_WORDS)


# papers


def test_an_issue_gives_several_teams_their_quota(office: Office, browse: Browse) -> None:
    client = browse("officer")
    typed = {
        **PAPER,
        "rows-0-place": str(office.team_id),
        "rows-0-amount": "1,000.50",
        "rows-1-place": str(office.other_team_id),
        "rows-1-amount": "¥2000",
    }
    status, where, _shown = post(client, url(office, "issue"), typed)
    assert status == 303
    assert "已登记「年初下达」文件 云财预〔2026〕15号" in client.get(where).get_data(as_text=True)
    assert figures(office, team_id=office.team_id)[0] == QUOTA_FEN + 100_050
    assert figures(office, team_id=office.other_team_id)[0] == QUOTA_FEN + 200_000
    nothing_amiss(office)


def test_a_team_without_a_quota_yet_is_offered_and_gets_one(small_office: Office, browse: Browse) -> None:
    with small_office.database.writing() as session:
        new = Team(name="低空经济招商组团", short_name="低空经济", lead_unit_id=small_office.lead_unit_id)
        session.add(new)
        session.flush()
        team_id = new.id
    client = browse("officer")
    assert "低空经济招商组团" in client.get(url(small_office, "issue")).get_data(as_text=True)
    assert "低空经济招商组团" not in client.get(url(small_office, "recall")).get_data(as_text=True)
    typed = {**PAPER, "rows-0-place": str(team_id), "rows-0-amount": "8"}
    assert post(client, url(small_office, "issue"), typed)[0] == 303
    assert figures(small_office, team_id=team_id)[0] == 800


@pytest.mark.parametrize(
    "case",
    [
        ("supplement", "team", 100, 0),
        ("supplement", "reserve", 0, 100),
        ("cut", "team", -100, 0),
        ("cut", "reserve", 0, -100),
        ("recall", "team", -100, 100),
        ("issue", "team", 100, -100),
    ],
)
def test_each_form_moves_money_its_way(small_office: Office, browse: Browse, case: tuple[str, str, int, int]) -> None:
    """Kind, place, and what it does to the team's and the reserve's available figure, in fen."""
    kind, place, team_fen, reserve_fen = case
    team, reserve = figures(small_office, team_id=small_office.team_id)[0], figures(small_office)[0]
    typed = {**PAPER, "rows-0-place": str(small_office.team_id) if place == "team" else "reserve", "rows-0-amount": "1"}
    assert post(browse("officer"), url(small_office, kind), typed)[0] == 303
    assert figures(small_office, team_id=small_office.team_id)[0] == (team or 0) + team_fen
    assert figures(small_office)[0] == (reserve or 0) + reserve_fen
    nothing_amiss(small_office)


def test_one_fen_below_what_is_held_is_refused_and_what_was_typed_stays(small_office: Office, browse: Browse) -> None:
    move(small_office, Verb.HOLD, {"宣传印刷": 10_000_000})
    typed = {**PAPER, "rows-0-place": str(small_office.team_id), "rows-0-amount": "500,000.01"}
    status, _where, shown = post(browse("officer"), url(small_office, "cut"), typed)
    assert status == 422
    assert "未占用、未支出的只剩 500,000.00 元" in shown
    assert "超出 0.01 元" in shown
    assert 'value="500,000.01"' in shown
    assert figures(small_office, team_id=small_office.team_id) == (50_000_000, 10_000_000, 0)


def test_a_paper_clicked_twice_counts_once(small_office: Office, browse: Browse) -> None:
    client = browse("officer")
    page = client.get(url(small_office, "supplement")).get_data(as_text=True)
    sent = {
        "csrf_token": token(page),
        "command_id": hidden(page, "command_id"),
        **PAPER,
        "rows-0-place": "reserve",
        "rows-0-amount": "7",
    }
    assert [client.post(url(small_office, "supplement"), data=sent).status_code for _click in range(2)] == [303, 303]
    assert figures(small_office)[0] == 300_000_000 - 2 * QUOTA_FEN + 700


def test_quota_moves_between_teams_and_limits_between_categories_in_one_paper(
    small_office: Office, browse: Browse
) -> None:
    office = small_office
    limit(office, "公务接待", 100_000, team_id=office.team_id)
    limit(office, "宣传印刷", 100_000, team_id=office.team_id)
    first, second = office.categories["公务接待"], office.categories["宣传印刷"]
    typed = {
        **PAPER,
        "rows-0-source": f"{office.team_id}:*",
        "rows-0-target": f"{office.other_team_id}:*",
        "rows-0-amount": "10",
        "rows-1-source": f"{office.team_id}:{first}",
        "rows-1-target": f"{office.team_id}:{second}",
        "rows-1-amount": "20",
        "rows-2-source": "",
        "rows-2-target": "",
        "rows-2-amount": "",
    }
    assert post(browse("officer"), url(office, "move"), typed)[0] == 303
    assert figures(office, team_id=office.other_team_id)[0] == QUOTA_FEN + 1_000
    assert figures(office, team_id=office.team_id, category="公务接待")[0] == 98_000
    assert figures(office, team_id=office.team_id, category="宣传印刷")[0] == 102_000
    nothing_amiss(office)


@pytest.mark.parametrize(
    "case",
    [
        ("team:*", "team:*", "1", "只能调给另一个组团"),
        ("team:*", "team:first", "1", "只能调给另一个组团"),
        ("team:first", "other:*", "1", "只能调给另一个组团"),
        ("", "other:*", "1", "请选择调出的账户"),
        ("team:*", "", "1", "请选择调入的账户"),
        ("team:*", "other:*", "", "请填写调剂金额"),
        ("other:first", "team:*", "1", "请从列表中选择"),
        ("team:*", "999:*", "1", "请从列表中选择"),
        ("", "", "", "至少填一行"),
    ],
)
def test_a_move_that_fits_nowhere_is_told_what_to_mend(
    small_office: Office, browse: Browse, case: tuple[str, str, str, str]
) -> None:
    office = small_office
    source, target, amount, sentence = case
    limit(office, "公务接待", 100_000, team_id=office.team_id)
    names = {"team": office.team_id, "other": office.other_team_id, "first": office.categories["公务接待"]}

    def spelled(place: str) -> str:
        return ":".join(str(names.get(part, part)) for part in place.split(":"))

    typed = {**PAPER, "rows-0-source": spelled(source), "rows-0-target": spelled(target), "rows-0-amount": amount}
    status, _where, shown = post(browse("officer"), url(office, "move"), typed)
    assert status == 422
    assert sentence in shown
    assert figures(office, team_id=office.team_id)[0] == QUOTA_FEN


@pytest.mark.parametrize("scope", ["team", "all"])
def test_limits_are_set_and_taken_away_per_team_and_across_the_fund(
    small_office: Office, browse: Browse, scope: str
) -> None:
    office, client = small_office, browse("officer")
    team_id = office.team_id if scope == "team" else None
    page = url(office, "limit") + (f"?team={team_id}" if team_id else "")
    category = str(office.categories["公务接待"])
    assert post(client, page, {**PAPER, "rows-0-category": category, "rows-0-limit": "800"})[0] == 303
    assert figures(office, team_id=team_id, category="公务接待")[0] == 80_000
    assert post(client, page, {**PAPER, "rows-0-category": category, "rows-0-limit": "0"})[0] == 303
    assert figures(office, team_id=team_id, category="公务接待")[0] == 0
    both = {**PAPER, "rows-0-category": category, "rows-0-limit": "5", "rows-0-lift": "y"}
    status, _where, shown = post(client, page, both)
    assert status == 422
    assert "请只留一项" in shown
    assert post(client, page, {**PAPER, "rows-0-category": category, "rows-0-lift": "y"})[0] == 303
    assert figures(office, team_id=team_id, category="公务接待")[0] is None
    nothing_amiss(office)


def test_a_team_without_a_quota_has_no_limits_to_set(small_office: Office, browse: Browse) -> None:
    assert browse("officer").get(url(small_office, "limit") + "?team=999").status_code == 404


@pytest.mark.parametrize(
    "typed",
    [
        {"rows-0-place": "budget", "rows-0-amount": "1"},
        {"rows-0-place": "-1", "rows-0-amount": "1"},
        {"rows-0-place": "9" * 40, "rows-0-amount": "1"},
        {"rows-0-place": "", "rows-0-amount": "1"},
        {"rows-²-place": "reserve", "rows-²-amount": "1"},
        {"rows-99999999999999999999-amount": "1"},
        {"rows": "1", "rows-": "1", "rows--amount": "1"},
        {"rows-0-place": "999999", "rows-0-amount": "1"},
        {"command_id": "x" * 5000, "rows-0-place": "<script>", "rows-0-amount": "1"},
        {"number": "A" * 5000, "rows-0-place": "reserve", "rows-0-amount": "1"},
    ],
)
def test_a_form_that_was_tampered_with_changes_nothing(
    small_office: Office, browse: Browse, typed: dict[str, object]
) -> None:
    status, _where, _shown = post(browse("officer"), url(small_office, "supplement"), {**PAPER, **typed})
    assert status in {404, 422}
    assert figures(small_office)[0] == 300_000_000 - 2 * QUOTA_FEN


# purposes, route, scans


def test_a_purpose_is_added_and_the_second_click_adds_none(small_office: Office, browse: Browse) -> None:
    client = browse("officer")
    page = f"/funds/{small_office.fund_id}"
    for _click in range(2):
        typed = {"economic_code": "30215", "name": "会务活动"}
        assert post(client, f"{page}/categories", typed, page=page)[0] == 303
    with small_office.database.reading() as session:
        named = session.scalars(select(Category.name)).all()
        counted = [cell for cell in cells(session, small_office.fund_id) if cell.kind is CellKind.FUND_CATEGORY]
    assert list(named).count("会务活动") == 1
    assert len(counted) == 5


def test_a_purpose_without_a_code_is_asked_for_it_on_the_funds_page(small_office: Office, browse: Browse) -> None:
    page = f"/funds/{small_office.fund_id}"
    status, _where, shown = post(browse("officer"), f"{page}/categories", {"name": "会务"}, page=page)
    assert status == 422
    assert "请选择支出经济分类" in shown
    assert 'id="add-category" data-decide open' in shown
    assert 'value="5,000.00"' in shown  # the route's own form is drawn as it stands


def test_the_route_is_changed_on_the_funds_page(small_office: Office, browse: Browse) -> None:
    client, page = browse("officer"), f"/funds/{small_office.fund_id}"
    assert post(client, f"{page}/route", {"head_from": "0", "with_liaison": "y"}, page=page)[0] == 303
    shown = client.get(page).get_data(as_text=True)
    assert "每张报销单都要" in shown
    assert "联络员核对" in shown
    status, _where, shown = post(client, f"{page}/route", {"head_from": "很多"}, page=page)
    assert status == 422
    assert "金额只能填数字" in shown


def test_a_scan_is_for_those_who_read_the_funds_papers(small_office: Office, browse: Browse) -> None:
    typed = {
        **PAPER,
        "rows-0-place": str(small_office.team_id),
        "rows-0-amount": "1",
        "scan": (BytesIO(PDF), "指标.pdf"),
    }
    assert post(browse("officer"), url(small_office, "issue"), typed)[0] == 303
    with small_office.database.reading() as session:
        paper_id = session.scalars(select(BudgetPaper.id).where(BudgetPaper.scan_id.is_not(None))).one()
    path = f"/funds/papers/{paper_id}/scan"
    for who, status in {
        "officer": 200,
        "cashier": 200,
        "auditor": 200,
        "reviewer": 200,
        "other_reviewer": 200,
        "member": 404,
        "outsider": 404,
        "administrator": 403,
        "nobody": 403,
    }.items():
        assert browse(who).get(path).status_code == status, who


def test_a_paper_without_a_scan_offers_none(small_office: Office, browse: Browse) -> None:
    client = browse("officer")
    assert "/scan" not in client.get(f"/funds/{small_office.fund_id}").get_data(as_text=True)
    assert client.get("/funds/papers/1/scan").status_code == 404
