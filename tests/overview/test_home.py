"""工作台: each seat finds what waits for it, what became of its own claims, and how its teams' money stands."""

from __future__ import annotations

from datetime import date

import pytest

from tests.claims.gate_pages import words
from tests.office import NOON, PEOPLE, Office, a_draft, a_filing, a_paid, a_submitted, an_approved, command
from tests.pages import Browse, Clock
from tracker.claims import operations
from tracker.kernel.actors import SeatKind
from tracker.teams.models import Seat


@pytest.mark.parametrize("who", PEOPLE)
def test_everybody_who_signs_in_has_a_home(small_office: Office, browse: Browse, who: str) -> None:
    a_submitted(small_office, 600_000)
    answer = browse(who).get("/")
    assert answer.status_code == 200
    assert f"{PEOPLE[who][0]}，下午好" in words(answer)
    assert "3 月 9 日 星期一" in words(answer)


def test_nobody_is_sent_to_sign_in(small_office: Office, browse: Browse) -> None:
    assert browse("").get("/").location.startswith("/sign-in")


def test_a_reviewer_sees_what_waits_and_opens_it_from_here(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    claim_id = a_submitted(small_office, 600_000)
    home = browse("reviewer").get("/")
    read = words(home)
    assert "待我处理 1 件 最早一件已等 2 小时" in read
    assert f"/claims/{claim_id}?from=inbox" in home.text
    assert "你是区工信局的牵头单位经办" in read
    page_clock.pass_by(days=2)
    assert '<span class="strong warn-t">2 天 2 小时</span>' in browse("reviewer").get("/").text


def test_a_member_sees_their_claims_and_what_came_back(small_office: Office, browse: Browse) -> None:
    a_paid(small_office, 120_000)
    claim_id = a_submitted(small_office, 50_000)
    a_draft(small_office, a_filing(small_office, 10_000))
    with small_office.database.writing() as session:
        operations.send_back(session, claim_id, command(small_office.reviewer, comment="请补会议通知"))
    read = words(browse("member").get("/"))
    assert "我发起的 3 单" in read
    assert "1 单退回待改" in read
    assert "我的已报销 ¥1,200.00" in read
    assert "没交的草稿 1 张" in read
    assert "被退回 周敏：请补会议通知" in read


def test_a_colleague_sees_nothing_of_another_member_s_claims(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 600_000)
    home = browse("colleague").get("/")
    assert "我发起的 0 单" in words(home)
    assert f"/claims/{claim_id}" not in home.text


def test_the_team_s_money_is_shown_as_the_account_has_it(small_office: Office, browse: Browse) -> None:
    a_paid(small_office, 120_000)
    a_submitted(small_office, 30_000)
    read = words(browse("member").get("/"))
    assert "本组团可用额度 ¥598,500.00" in read
    assert "已支出 1,200.00 在途 300.00 可用 598,500.00" in read
    assert "电子信息招商组团" not in read


def test_finance_sees_all_teams_together(small_office: Office, browse: Browse) -> None:
    a_paid(small_office, 120_000)
    an_approved(small_office, 30_000)
    read = words(browse("officer").get("/"))
    assert "各组团可用额度 ¥1,198,500.00" in read
    assert "待我处理 1 件" in read


def test_the_auditor_reads_and_has_nothing_to_do(small_office: Office, browse: Browse) -> None:
    a_submitted(small_office, 600_000)
    read = words(browse("auditor").get("/"))
    assert "最近的报销单" in read
    assert "待我处理" not in read
    assert "BX-2026-0001" in read


def test_the_administrator_sees_accounts_and_no_claim(small_office: Office, browse: Browse) -> None:
    a_submitted(small_office, 600_000)
    with small_office.database.writing() as session:
        session.add(
            Seat(
                person_id=small_office.people["nobody"],
                kind=SeatKind.LIAISON,
                team_id=small_office.team_id,
                held_from=date(2026, 1, 1),
                held_until=date(2026, 4, 1),
                given_by=small_office.people["administrator"],
                given_at=NOON,
            )
        )
    read = words(browse("administrator").get("/"))
    assert "在用账号 14 人" in read
    assert "无岗 组团联络员 新能源招商组团 2026-04-01" in read
    assert "BX-2026-0001" not in read
    assert "¥" not in read


def test_who_holds_no_seat_is_told_whom_to_ask(small_office: Office, browse: Browse) -> None:
    assert "你还没有席位" in words(browse("nobody").get("/"))


@pytest.mark.parametrize("query", ["tab=done", "tab=waiting", "tab=x", "tab=%00", "tab=started&tab=done"])
def test_tabs_of_the_home_page_never_fail(small_office: Office, browse: Browse, query: str) -> None:
    assert browse("reviewer").get(f"/?{query}").status_code in {200, 400}
