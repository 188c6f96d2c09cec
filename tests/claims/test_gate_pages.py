"""Deciding on the page: an act is done once, by whoever may; what cannot be done is said, the typed word kept."""

from __future__ import annotations

import pytest

from tests.claims.gate_pages import acts_on, form_for, press, words
from tests.holds import nothing_broken
from tests.office import PEOPLE, Office, a_submitted, an_accepted, an_approved, command
from tests.pages import Browse
from tests.web.checked_client import token
from tracker.claims import operations
from tracker.claims.lifecycle import State, Step
from tracker.claims.models import Claim
from tracker.claims.views.gate import ACTS
from tracker.funds.queries import team_cell


def the(office: Office, claim_id: int) -> Claim:
    with office.database.reading() as session:
        claim = session.get_one(Claim, claim_id)
        len(claim.decisions), len(claim.lines)
        return claim


def held(office: Office) -> int:
    with office.database.reading() as session:
        cell = team_cell(session, office.fund_id, office.team_id)
        assert cell is not None
        return cell.held


def test_approving_in_the_inbox_leads_to_the_next_that_waits(small_office: Office, browse: Browse) -> None:
    first, second = a_submitted(small_office, 600_000), a_submitted(small_office, 100_000)
    reviewer = browse("reviewer")
    page = reviewer.get(f"/claims/{first}?from=inbox")
    assert "送负责人审批" in words(page)
    answer = press(reviewer, page, f"/claims/{first}/approve", comment="同意，据实列支")
    assert (answer.status_code, answer.location) == (303, f"/claims/{second}?from=inbox")
    told = words(reviewer.get(answer.location))
    assert "BX-2026-0001 已同意，送牵头单位负责人审批；要改请负责人退回上一步" in told
    claim = the(small_office, first)
    assert (claim.step, claim.decisions[-1].comment) == (Step.HEAD, "同意，据实列支")
    answer = press(reviewer, reviewer.get(f"/claims/{second}?from=inbox"), f"/claims/{second}/approve")
    assert answer.location == "/inbox"


def test_the_whole_way_on_pages_from_reviewer_to_accepted(office: Office, browse: Browse) -> None:
    claim_id = a_submitted(office, 600_000)
    for who, act in (("reviewer", "approve"), ("head", "approve"), ("officer", "verify")):
        client = browse(who)
        page = client.get(f"/claims/{claim_id}?from=inbox")
        assert press(client, page, f"/claims/{claim_id}/{act}").status_code == 303
    assert the(office, claim_id).state is State.ACCEPTED
    nothing_broken(office.database)


def test_the_second_click_is_one_decision(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 600_000)
    reviewer = browse("reviewer")
    page = reviewer.get(f"/claims/{claim_id}?from=inbox")
    assert press(reviewer, page, f"/claims/{claim_id}/approve").status_code == 303
    assert press(reviewer, page, f"/claims/{claim_id}/approve").status_code == 303
    assert [decision.step for decision in the(small_office, claim_id).decisions].count(Step.REVIEW) == 1


def test_two_reviewers_at_once_the_second_is_told_who_was_first_and_keeps_what_they_typed(
    office: Office, browse: Browse
) -> None:
    claim_id = a_submitted(office, 600_000)
    first, second = browse("reviewer"), browse("second_reviewer")
    page = second.get(f"/claims/{claim_id}?from=inbox")
    press(first, first.get(f"/claims/{claim_id}?from=inbox"), f"/claims/{claim_id}/approve")
    answer = press(second, page, f"/claims/{claim_id}/return", comment="请补第 2 行的行程单")
    assert answer.status_code == 409
    read = words(answer)
    assert "周敏于 03-09 14:00 已「同意」，你这一步没有保存" in read
    assert "请补第 2 行的行程单" in answer.text
    assert "readonly" in answer.text
    assert the(office, claim_id).state is State.IN_ROUTE


def test_after_a_deduction_meanwhile_the_form_stays_open_with_the_new_version(
    small_office: Office, browse: Browse
) -> None:
    claim_id = a_submitted(small_office, 600_000)
    first, second = browse("reviewer"), browse("second_reviewer")
    page = second.get(f"/claims/{claim_id}")
    line = the(small_office, claim_id).lines[0]
    cut = first.get(f"/claims/{claim_id}?line={line.key}")
    press(first, cut, f"/claims/{claim_id}/deduct", deducted_fen="10", comment="超标准")
    stale = press(second, page, f"/claims/{claim_id}/approve", comment="同意")
    assert (stale.status_code, the(small_office, claim_id).step) == (409, Step.REVIEW)
    _, values = form_for(stale, f"/claims/{claim_id}/approve")
    assert values["comment"] == "同意"
    assert press(second, stale, f"/claims/{claim_id}/approve").status_code == 303
    assert the(small_office, claim_id).step is Step.HEAD


def test_returning_needs_a_reason_said_beside_the_field(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 100_000)
    reviewer = browse("reviewer")
    answer = press(reviewer, reviewer.get(f"/claims/{claim_id}"), f"/claims/{claim_id}/return", comment="  ")
    assert answer.status_code == 422
    assert '<details class="decide" id="do-return" data-decide open>' in answer.text
    assert "请写明原因" in words(answer)
    assert "有错误：" in answer.text
    assert the(small_office, claim_id).state is State.IN_ROUTE


def test_returning_frees_the_money_and_may_ask_to_see_it_again_first(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 600_000)
    with small_office.database.writing() as session:
        operations.approve(session, claim_id, command(small_office.reviewer))
    head = browse("head")
    answer = press(
        head, head.get(f"/claims/{claim_id}"), f"/claims/{claim_id}/return", comment="补通知", to_me_again="y"
    )
    assert answer.status_code == 303
    claim = the(small_office, claim_id)
    assert (claim.state, claim.resume_step, held(small_office)) == (State.RETURNED, Step.HEAD, 0)


def test_a_line_is_deducted_by_a_fen_less_than_all_but_not_by_one_more(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 100_000, 50_000)
    reviewer = browse("reviewer")
    line = the(small_office, claim_id).lines[0]
    page = reviewer.get(f"/claims/{claim_id}?line={line.key}")
    over = press(reviewer, page, f"/claims/{claim_id}/deduct", deducted_fen="1000.01", comment="超标准")
    assert over.status_code == 422
    assert "核减金额要在 0 到 1,000.00 元之间" in words(over)
    assert press(
        reviewer, over, f"/claims/{claim_id}/deduct", deducted_fen="999.99", comment="超标准"
    ).status_code == 303  # fmt: skip
    assert (the(small_office, claim_id).approved_fen, held(small_office)) == (50_001, 50_001)


def test_what_is_deducted_to_zero_says_why_it_cannot_be_approved(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 100_000)
    reviewer = browse("reviewer")
    page = reviewer.get(f"/claims/{claim_id}")
    cut = press(reviewer, page, f"/claims/{claim_id}/deduct", deducted_fen="1000", comment="不在开支范围")
    assert "第 1 行核减 1,000.00 元，核定合计 0.00 元" in words(reviewer.get(cut.location))
    refused = press(reviewer, reviewer.get(f"/claims/{claim_id}"), f"/claims/{claim_id}/approve")
    assert refused.status_code == 422
    assert "核定金额是 0，不能同意；请退回修改，或不同意" in words(refused)
    rejected = press(reviewer, refused, f"/claims/{claim_id}/reject", comment="不在开支范围")
    assert rejected.status_code == 303
    nothing_broken(small_office.database)


@pytest.mark.parametrize("typed", ["", "abc", "-5", "1.234", "999999999999", "1e5", "<b>", "１０"])
def test_odd_amounts_of_a_deduction_are_answered_in_words(small_office: Office, browse: Browse, typed: str) -> None:
    claim_id = a_submitted(small_office, 100_000)
    reviewer = browse("reviewer")
    answer = press(
        reviewer, reviewer.get(f"/claims/{claim_id}"), f"/claims/{claim_id}/deduct", deducted_fen=typed, comment="超"
    )
    assert answer.status_code == (303 if typed == "１０" else 422)


def test_finance_returns_to_the_lead_unit_and_the_voucher_is_void(small_office: Office, browse: Browse) -> None:
    claim_id = an_approved(small_office, 600_000)
    officer = browse("officer")
    answer = press(
        officer, officer.get(f"/claims/{claim_id}?from=inbox"), f"/claims/{claim_id}/finance-return", comment="科目不对"
    )
    assert answer.status_code == 303
    assert "原报销凭证已作废" in words(officer.get(answer.location))
    assert (the(small_office, claim_id).step, held(small_office)) == (Step.HEAD, 600_000)


def test_the_head_voids_and_approves_anew(small_office: Office, browse: Browse) -> None:
    claim_id = an_accepted(small_office, 600_000)
    head = browse("head")
    page = press(head, head.get(f"/claims/{claim_id}"), f"/claims/{claim_id}/void", comment="附件放错")
    assert press(head, head.get(page.location), f"/claims/{claim_id}/approve").status_code == 303
    assert the(small_office, claim_id).state is State.APPROVED
    nothing_broken(small_office.database)


def test_the_filer_takes_a_claim_back_until_somebody_acted(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 600_000)
    member = browse("member")
    page = member.get(f"/claims/{claim_id}")
    with small_office.database.writing() as session:
        operations.approve(session, claim_id, command(small_office.reviewer))
    late = press(member, page, f"/claims/{claim_id}/withdraw")
    assert late.status_code == 409
    assert "withdraw" not in acts_on(late, claim_id)
    other = a_submitted(small_office, 100_000)
    answer = press(member, member.get(f"/claims/{other}"), f"/claims/{other}/withdraw")
    assert answer.status_code == 303
    assert the(small_office, other).state is State.DRAFT


def test_a_word_is_kept_in_the_timeline_without_deciding(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 100_000)
    liaison = browse("liaison")
    page = liaison.get(f"/claims/{claim_id}")
    nasty = "<script>alert(1)</script> {{ 7*7 }} ' OR 1=1 --"
    press(liaison, page, f"/claims/{claim_id}/comment", comment=nasty)
    again = liaison.get(f"/claims/{claim_id}")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7*7 }}" in again.text
    assert the(small_office, claim_id).step is Step.REVIEW


SPEAKERS = {"member", "liaison", "reviewer", "second_reviewer", "head", "officer", "cashier"}


@pytest.mark.parametrize("who", PEOPLE)
def test_acts_sent_by_the_wrong_person_change_nothing(small_office: Office, browse: Browse, who: str) -> None:
    """Every act's address, sent to a claim that waits for payment, where the head's voiding is the only act open."""
    claim_id = an_accepted(small_office, 600_000)
    before = the(small_office, claim_id)
    client = browse(who)
    body = {"csrf_token": token(client.get("/").text), "version": str(before.version), "comment": "原因"}
    body |= {"line_id": str(before.lines[0].id), "deducted_fen": "1"}
    for name in ACTS:
        if (name == "comment" and who in SPEAKERS) or (name, who) == ("void", "head"):
            continue
        assert client.post(f"/claims/{claim_id}/{name}", data=body).status_code in {403, 404, 409}, name
    after = the(small_office, claim_id)
    assert (after.state, after.version, held(small_office)) == (before.state, before.version, 600_000)


def test_acts_need_the_page_s_token_and_version(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 600_000)
    reviewer = browse("reviewer")
    body = {"csrf_token": token(reviewer.get("/").text), "comment": "原因", "deducted_fen": "1", "line_id": "1"}
    for name in ACTS:
        assert reviewer.post(f"/claims/{claim_id}/{name}", data={"comment": "x"}).status_code == 400
        for version in ("", "abc", "-1", "99999999999999"):
            assert reviewer.post(f"/claims/{claim_id}/{name}", data={**body, "version": version}).status_code == 422
    assert the(small_office, claim_id).version == 2


def test_coming_back_to_an_act_s_address_shows_the_claim(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 600_000)
    assert browse("reviewer").get(f"/claims/{claim_id}/approve").location == f"/claims/{claim_id}"
    assert browse("outsider").get(f"/claims/{claim_id}/approve").status_code == 404
