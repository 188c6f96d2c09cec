"""The board and the accounts as pages: what each seat sees, what each figure leads to."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from openpyxl import load_workbook

from tests.funds.movements import cell_of, limit, move, transfer
from tests.office import Office, a_paid, a_submitted
from tests.pages import Browse
from tracker.funds.models import PaperKind, Verb
from tracker.funds.operations import RESERVE


def rows_of(page: str) -> list[str]:
    """List the anchors of the tree's rows, in their order."""
    return re.findall(r'<tr id="([^"]+)"', page)


def test_the_board_answers_where_the_money_stands(small_office: Office, browse: Browse) -> None:
    office = small_office
    a_paid(office, 100_000)
    a_submitted(office, 50_000)
    page = browse("officer").get("/budget").get_data(as_text=True)
    for words in (
        "精准招商工作经费",
        "专款专用",
        "300.00",
        "2 个组团 120.00 万 · 预留 180.00 万",
        "时序进度 18.6%",
        "1 单 · 待审核 1、待复核 0、待支付 0",
        "看数据表",
        "统筹预留",
        "598,500.00",
    ):
        assert words in page, words


def test_each_figure_leads_to_the_claims_and_the_account_behind_it(small_office: Office, browse: Browse) -> None:
    office = small_office
    move(office, Verb.HOLD, {"公务接待": 500})
    page = browse("officer").get("/budget").get_data(as_text=True)
    team, category, fund = office.team_id, office.categories["公务接待"], office.fund_id
    cell = cell_of(office, team_id=team)
    for link in (
        f'href="/claims?scope=all&amp;fund={fund}&amp;team={team}&amp;state=paid"',
        f'href="/claims?scope=all&amp;fund={fund}&amp;team={team}&amp;state=open"',
        f'href="/claims?scope=all&amp;fund={fund}&amp;team={team}&amp;category={category}&amp;state=open"',
        f'href="/claims?scope=all&amp;fund={fund}&amp;state=paid"',
        f'href="/funds/{fund}/accounts/{cell.id}"',
        f'href="/budget.xlsx?fund={fund}"',
    ):
        assert link in page, link


def test_the_figure_of_held_money_leads_to_the_claims_that_hold_it(small_office: Office, browse: Browse) -> None:
    office = small_office
    a_submitted(office, 50_000)
    a_paid(office, 100_000)
    client = browse("officer")
    page = client.get("/budget?open=none").get_data(as_text=True)
    held = re.search(r'href="(/claims[^"]*team=1&amp;state=open)">500.00', page)
    spent = re.search(r'href="(/claims[^"]*team=1&amp;state=paid)">1,000.00', page)
    assert held is not None
    assert spent is not None
    first, second = "BX-2026-0001", "BX-2026-0002"
    for link, there, elsewhere in ((held[1], first, second), (spent[1], second, first)):
        listed = client.get(link.replace("&amp;", "&")).get_data(as_text=True)
        assert there in listed
        assert elsewhere not in listed


def test_rows_unfold_and_fold_by_links_alone(small_office: Office, browse: Browse) -> None:
    client, first, second = browse("officer"), f"team-{small_office.team_id}", f"team-{small_office.other_team_id}"
    page = client.get("/budget").get_data(as_text=True)
    assert len(rows_of(page)) == 2 + 4 + 1 + 1
    folded = client.get("/budget?open=none").get_data(as_text=True)
    assert rows_of(folded) == [first, second, "reserve", "total"]
    assert 'aria-expanded="true"' not in folded
    toggle = re.search(rf'class="twist" href="([^"]*)#{second}"', folded)
    assert toggle is not None
    opened = client.get(toggle[1].replace("&amp;", "&")).get_data(as_text=True)
    assert [row for row in rows_of(opened) if row.startswith(f"{second}-")]
    everything = re.search(r'href="([^"]*)#b-tree">全部展开', folded)
    assert everything is not None
    whole = client.get(everything[1].replace("&amp;", "&")).get_data(as_text=True)
    assert len(rows_of(whole)) == 3 * (1 + 4) + 1
    assert "全部收起" in whole


def test_the_other_basis_leaves_out_what_is_held(small_office: Office, browse: Browse) -> None:
    move(small_office, Verb.HOLD, {"公务接待": 500_000})
    page = browse("officer").get("/budget?basis=spent").get_data(as_text=True)
    assert "未支出" in page
    assert '<th scope="col" class="num">在途</th>' not in page
    assert "600,000.00" in page
    assert re.search(r'basis=spent[^"]*" aria-current="true"', page)


def test_a_member_sees_the_own_team_alone(small_office: Office, browse: Browse) -> None:
    page = browse("member").get("/budget").get_data(as_text=True)
    assert "新能源招商组团" in page
    for words in ("电子信息", "统筹预留", "3,000,000.00"):
        assert words not in page


def test_the_alerts_are_sentences_with_their_figures(small_office: Office, browse: Browse) -> None:
    office = small_office
    limit(office, "公务接待", 100_000, team_id=office.team_id)
    limit(office, "宣传印刷", 100_000, team_id=office.team_id)
    limit(office, "差旅费", 100_000)
    move(office, Verb.HOLD, {"公务接待": 97_500, "宣传印刷": 51_300, "差旅费": 82_000})
    page = browse("officer").get("/budget").get_data(as_text=True)
    for words in (
        "新能源 · 公务接待快用完",
        "可用 ¥25.00，已用与在途 97.5%",
        "宣传印刷已用与在途 51.3%",
        "新能源招商组团，高于时序 32.7 个百分点",
        "全部组团 · 差旅费所剩不多",
        "新能源执行偏慢",
        "执行率 0.0%，近 30 天 0 笔支付",
    ):
        assert words in page, words


@pytest.mark.parametrize(
    "asked",
    [
        "fund=0",
        "fund=-1",
        "fund=x",
        "basis=<script>",
        "open=" + "x" * 9000,
        "open=%E2%80%AE.team-1",
        "open=team-1.team-1.reserve.total.nobody",
        "fund=1&fund=2",
    ],
)
def test_an_odd_address_still_shows_the_board(small_office: Office, browse: Browse, asked: str) -> None:
    answer = browse("officer").get(f"/budget?{asked}")
    assert answer.status_code == 200
    assert "<script>" not in answer.get_data(as_text=True)


def test_a_fund_that_is_not_there_is_not_found(small_office: Office, browse: Browse) -> None:
    for path in ("/budget?fund=999", "/budget.xlsx?fund=999", "/budget?fund=9007199254740992"):
        assert browse("officer").get(path).status_code == 404


def test_the_sheet_is_a_download(small_office: Office, browse: Browse) -> None:
    answer = browse("auditor").get(f"/budget.xlsx?fund={small_office.fund_id}")
    assert answer.status_code == 200
    assert (answer.mimetype or "").endswith("spreadsheetml.sheet")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert "budget-2026-20260309.xlsx" in answer.headers["Content-Disposition"]
    assert load_workbook(BytesIO(answer.data)).sheetnames == ["预算执行", "逐月支出"]


# accounts


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("officer", 200),
        ("cashier", 200),
        ("auditor", 200),
        ("reviewer", 200),
        ("head", 200),
        ("member", 200),
        ("colleague", 200),
        ("agent", 200),
        ("liaison", 200),
        ("outsider", 404),
        ("other_reviewer", 404),
        ("administrator", 403),
        ("nobody", 403),
    ],
)
def test_an_account_is_for_its_team_its_lead_unit_and_finance(
    small_office: Office, browse: Browse, who: str, status: int
) -> None:
    cell = cell_of(small_office, team_id=small_office.team_id)
    client = browse(who)
    assert client.get(f"/funds/{small_office.fund_id}/accounts/{cell.id}").status_code == status


@pytest.mark.parametrize("who", ["member", "reviewer"])
def test_the_reserve_and_the_limits_across_the_fund_are_finances_alone(
    small_office: Office, browse: Browse, who: str
) -> None:
    client = browse(who)
    for cell in (cell_of(small_office), cell_of(small_office, category="公务接待")):
        assert client.get(f"/funds/{small_office.fund_id}/accounts/{cell.id}").status_code == 404
        assert browse("officer").get(f"/funds/{small_office.fund_id}/accounts/{cell.id}").status_code == 200


def test_an_account_is_found_under_its_own_fund_alone(small_office: Office, browse: Browse) -> None:
    cell = cell_of(small_office, team_id=small_office.team_id)
    assert browse("officer").get(f"/funds/99/accounts/{cell.id}").status_code == 404


def test_an_account_explains_itself_back_to_papers_and_claims(office: Office, browse: Browse) -> None:
    claim_id = a_paid(office, 100_000)
    cell = cell_of(office, team_id=office.team_id)
    page = browse("officer").get(f"/funds/{office.fund_id}/accounts/{cell.id}").get_data(as_text=True)
    for words in (
        "合计 599,000.00 = 可用 599,000.00",
        "云财预〔2026〕2号",
        f'href="/claims/{claim_id}">BX-2026-0001</a>',
        f'href="/claims/{claim_id}">ZF-2026-0001</a>',
        "BX-2026-0001 · 购置招商资料用纸",
        "-1,000.00",
        "+1,000.00",
        "沈洁",
    ):
        assert words in page, words
    assert re.search(rf'href="/funds/{office.fund_id}#paper-\d+">云财预〔2026〕2号', page)


def test_a_claim_one_may_not_open_is_named_and_not_linked(small_office: Office, browse: Browse) -> None:
    claim_id = a_paid(small_office, 100_000)
    cell = cell_of(small_office, team_id=small_office.team_id)
    page = browse("colleague").get(f"/funds/{small_office.fund_id}/accounts/{cell.id}").get_data(as_text=True)
    assert "BX-2026-0001" in page
    assert f"/claims/{claim_id}" not in page
    assert "购置招商资料用纸" not in page
    assert "#paper-" not in page


def test_an_account_is_turned_page_by_page(small_office: Office, browse: Browse) -> None:
    office, client = small_office, browse("officer")
    for _issue in range(60):
        transfer(office, PaperKind.ISSUE, RESERVE, office.team_id, 1)
    cell = cell_of(office, team_id=office.team_id)
    path = f"/funds/{office.fund_id}/accounts/{cell.id}"
    first = client.get(path).get_data(as_text=True)
    assert first.count("指标文件</span>") == 50
    older = re.search(r'href="([^"]*before=\d+)"', first)
    assert older is not None
    second = client.get(older[1]).get_data(as_text=True)
    assert second.count("指标文件</span>") == 11
    newer = re.search(r'href="([^"]*after=\d+)"', second)
    assert newer is not None
    assert client.get(newer[1]).get_data(as_text=True).count("指标文件</span>") == 50
    for odd in ("?before=0", "?before=-5", "?after=x", "?before=99999999999999999999"):
        assert client.get(path + odd).status_code == 200


def test_a_category_without_a_limit_says_that_it_shares_the_quota(small_office: Office, browse: Browse) -> None:
    cell = cell_of(small_office, team_id=small_office.team_id, category="公务接待")
    page = browse("officer").get(f"/funds/{small_office.fund_id}/accounts/{cell.id}").get_data(as_text=True)
    assert "没有设分项限额" in page
    assert "还没有发生" in page
    move(small_office, Verb.HOLD, {"公务接待": 500})
    page = browse("officer").get(f"/funds/{small_office.fund_id}/accounts/{cell.id}").get_data(as_text=True)
    assert "合计与在途、已支出相符" in page


def test_the_board_and_the_accounts_speak_english_too(small_office: Office, browse: Browse) -> None:
    client = browse("officer")
    client.set_cookie("lang", "en")
    page = client.get("/budget").get_data(as_text=True)
    for words in ("Budget board", "Execution rate", "Needs attention", "Where the money went", "Reserve"):
        assert words in page, words
    account = client.get(f"/funds/{small_office.fund_id}/accounts/{cell_of(small_office).id}").get_data(as_text=True)
    assert "= available" in account
    assert "Budget papers" in account
    assert "Permitted categories" in client.get(f"/funds/{small_office.fund_id}").get_data(as_text=True)
