"""The inbox and the review page: what waits longest comes first, and the verdict stands before the decision."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.claims.gate_pages import acts_on, words
from tests.office import (
    NOON,
    PEOPLE,
    Office,
    a_draft,
    a_filing,
    a_paid,
    a_paper,
    a_submitted,
    an_accepted,
    an_approved,
    command,
)
from tests.pages import Browse, Clock
from tracker.claims import operations
from tracker.claims.course import waited_days
from tracker.claims.models import Claim
from tracker.funds.models import PaperKind
from tracker.funds.operations import LimitChange, PaperChanges, record_paper
from tracker.kernel.actors import SeatKind
from tracker.teams.models import Seat


def test_the_longest_wait_comes_first_and_turns_amber_after_two_working_days(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    first = a_submitted(small_office, 100_000)
    second = a_submitted(small_office, 200_000)
    inbox = browse("reviewer").get("/inbox").text
    assert inbox.index(f"/claims/{first}?from=inbox") < inbox.index(f"/claims/{second}?from=inbox")
    assert 'class="c-wait mono warn-t strong"' not in inbox
    page_clock.pass_by(days=2)
    assert inbox.count("2 小时") >= 2
    assert browse("reviewer").get("/inbox").text.count('class="c-wait mono warn-t strong"') == 2


@pytest.mark.parametrize(
    ("since", "days"),
    [
        (timedelta(), 0),
        (timedelta(days=2), 2),
        (timedelta(days=4, hours=23), 4),
        # Monday noon to the next Monday noon: the weekend is not waited.
        (timedelta(days=7), 5),
        (timedelta(days=5), 4),
    ],
)
def test_waiting_counts_working_days(since: timedelta, days: int) -> None:
    assert waited_days(NOON, NOON + since) == days


def test_each_tab_shows_its_own_pile(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 100_000)
    assert f"/claims/{claim_id}" in browse("member").get("/inbox").text
    assert f"/claims/{claim_id}" in browse("reviewer").get("/inbox").text
    assert f"/claims/{claim_id}" not in browse("reviewer").get("/inbox?tab=done").text
    with small_office.database.writing() as session:
        operations.approve(session, claim_id, command(small_office.reviewer))
    assert f"/claims/{claim_id}" not in browse("reviewer").get("/inbox").text
    assert f"/claims/{claim_id}" in browse("reviewer").get("/inbox?tab=done").text
    assert f"/claims/{claim_id}" in browse("officer").get("/inbox").text


def test_the_page_says_amount_verdict_and_what_is_left_after_approval(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 200_000, 143_500)
    read = words(browse("reviewer").get(f"/claims/{claim_id}?from=inbox"))
    for said in (
        "¥3,435.00",
        "符合标准",
        "票据唯一 2 张，查重通过",
        "附件齐全",
        "额度充足 同意后剩 ¥596,565.00",
        "叁仟肆佰叁拾伍元整",
        "第 1 / 1 件",
        "轮到你",
    ):
        assert said in read


def test_a_claim_with_a_limited_category_is_measured_by_the_limit(small_office: Office, browse: Browse) -> None:
    office = small_office
    with office.database.writing() as session:
        limit = LimitChange(office.categories["办公与邮电"], 1_000_000, team_id=office.team_id)
        record_paper(
            session, office.fund_id, PaperKind.LIMIT, a_paper(), PaperChanges(limits=[limit]),
            by=office.officer, at=NOON, command_id="limit",
        )  # fmt: skip
    claim_id = a_submitted(office, 300_000)
    read = words(browse("reviewer").get(f"/claims/{claim_id}"))
    assert "同意后剩 ¥7,000.00" in read
    assert "办公与邮电额度全年 10,000.00" in read


def test_the_timeline_names_who_did_what_and_who_may_come_next(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 600_000)
    with small_office.database.writing() as session:
        operations.approve(session, claim_id, command(small_office.reviewer, comment="票据已核对"))
    read = words(browse("head").get(f"/claims/{claim_id}"))
    for said in (
        "陈立 组员 提交报销",
        "周敏 牵头单位经办 同意",
        "票据已核对",
        "郑海 牵头单位负责人审批 轮到你",
        "方志远",
    ):
        assert said in read


def test_a_line_is_chosen_by_a_link_without_scripts(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 100_000, 200_000)
    with small_office.database.reading() as session:
        second = session.get_one(Claim, claim_id).lines[1]
    page = browse("reviewer").get(f"/claims/{claim_id}?line={second.key}")
    assert page.text.index('id="line-2" class="sel"')
    assert "第 2 行" in words(page)
    assert "票据 2 / 2" in words(page)


BUTTONS: dict[str, dict[str, set[str]]] = {
    "review": {"reviewer": {"approve", "comment", "return", "reject", "deduct"}, "member": {"comment", "withdraw"}},
    "finance": {"officer": {"verify", "comment", "finance-return"}, "head": {"comment", "void"}},
    "paid": {"cashier": set(), "auditor": set(), "member": set()},
}


@pytest.mark.parametrize(("place", "who"), [(place, who) for place, people in BUTTONS.items() for who in people])
def test_each_seat_finds_the_buttons_it_may_press(small_office: Office, browse: Browse, place: str, who: str) -> None:
    build = {"review": a_submitted, "finance": an_approved, "paid": a_paid}[place]
    claim_id = build(small_office, 600_000)
    assert acts_on(browse(who).get(f"/claims/{claim_id}"), claim_id) == BUTTONS[place][who]


def test_who_stands_on_the_document_already_reads_why_instead_of_a_button(small_office: Office, browse: Browse) -> None:
    with small_office.database.writing() as session:
        session.add(
            Seat(
                person_id=small_office.people["reviewer"],
                kind=SeatKind.HEAD,
                unit_id=small_office.lead_unit_id,
                held_from=date(2026, 1, 1),
                held_until=None,
                given_by=small_office.people["administrator"],
                given_at=NOON,
            )
        )
    claim_id = a_submitted(small_office, 600_000)
    with small_office.database.writing() as session:
        operations.approve(session, claim_id, command(small_office.reviewer))
    page = browse("reviewer").get(f"/claims/{claim_id}")
    assert "你已办理过这张单据的「牵头单位审核」，不相容岗位不能由同一人办理" in words(page)
    assert acts_on(page, claim_id) == {"comment"}


def test_a_claim_is_seen_by_its_people_and_by_nobody_else(small_office: Office, browse: Browse) -> None:
    claim_id = an_accepted(small_office, 600_000)
    seen = {"member", "liaison", "reviewer", "second_reviewer", "head", "officer", "cashier", "auditor"}
    for who in PEOPLE:
        for address in ("", "/payments", "/voucher"):
            expected = 200 if who in seen else 404
            assert browse(who).get(f"/claims/{claim_id}{address}").status_code == expected, (who, address)
    assert browse("").get(f"/claims/{claim_id}").status_code == 303


def test_a_draft_leads_its_filer_to_the_form_and_is_hidden_from_others(small_office: Office, browse: Browse) -> None:
    claim_id = a_draft(small_office, a_filing(small_office, 100_000))
    answer = browse("member").get(f"/claims/{claim_id}")
    assert (answer.status_code, answer.location) == (303, f"/claims/{claim_id}/edit")
    assert browse("reviewer").get(f"/claims/{claim_id}").status_code == 404


def test_a_returned_claim_says_who_returned_it_and_why(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 100_000)
    with small_office.database.writing() as session:
        operations.send_back(session, claim_id, command(small_office.reviewer, comment="请补会议通知"))
    read = words(browse("member").get(f"/claims/{claim_id}"))
    assert "周敏退回： 请补会议通知" in read
    assert "继续修改" in read


@pytest.mark.parametrize("address", ["/claims/999999", "/claims/99999999999999999999", "/claims/-1", "/claims/x"])
def test_addresses_of_no_claim_are_not_found(small_office: Office, browse: Browse, address: str) -> None:
    assert browse("reviewer").get(address).status_code == 404


@pytest.mark.parametrize(
    "query", ["line=%00", "line=" + "x" * 500, "sheet=999", "sheet=-1", "sheet=x", "from=nowhere", "line=<script>"]
)
def test_a_tampered_address_of_the_page_is_no_fault(small_office: Office, browse: Browse, query: str) -> None:
    claim_id = a_submitted(small_office, 100_000)
    assert browse("reviewer").get(f"/claims/{claim_id}?{query}").status_code in {200, 400}
