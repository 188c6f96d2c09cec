"""The gate: reviewer, head, finance and cashier, each in a window of their own, on the desk and on the phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.site import Site, scrolls_sideways
from tests.office import Office, a_submitted, an_accepted, an_approved, command
from tracker.claims import operations
from tracker.claims.models import Claim

WIDTHS = (1366, 390)


def number_of(office: Office, claim_id: int) -> str:
    with office.database.reading() as session:
        return session.get_one(Claim, claim_id).number or ""


def for_the_head(office: Office, amount_fen: int) -> int:
    """Put a claim on the head's desk."""
    claim_id = a_submitted(office, amount_fen)
    with office.database.writing() as session:
        operations.approve(session, claim_id, command(office.actor("reviewer")))
    return claim_id


def take_from_inbox(page: Page, number: str) -> None:
    page.goto("/inbox")
    page.get_by_role("row").filter(has_text=number).get_by_role("link").first.click()
    expect(page.locator("nav[aria-label='位置']")).to_contain_text(number)


def decide(page: Page, opener: str, reason: str, verb: str) -> None:
    """Open a decision, write its reason, carry it out."""
    box = page.locator("details.decide").filter(has=page.locator("summary", has_text=opener))
    box.locator("summary").click()
    box.get_by_label("原因").fill(reason)
    box.get_by_role("button", name=verb).click()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_reviewer_deducts_returns_and_approves_the_next(site: Site, width: int) -> None:
    office = site.office
    first, second = a_submitted(office, 90_000, 30_000), a_submitted(office, 70_000)
    number, next_number = number_of(office, first), number_of(office, second)
    with site.window("reviewer", width) as page:
        take_from_inbox(page, number)
        cut = page.locator("#cut")
        cut.locator("summary").click()
        cut.get_by_label("核减金额").fill("100")
        cut.get_by_label("核减原因").fill("超出协议价")
        cut.get_by_role("button", name="核减", exact=True).click()
        expect(page.locator(".flash")).to_contain_text("第 1 行核减 100.00 元，核定合计 1,100.00 元")
        expect(page.get_by_role("region", name="费用明细")).to_contain_text("超出协议价")

        decide(page, "退回修改", "发票抬头写错，请换开", "退回修改")
        expect(page.locator(".flash")).to_contain_text(f"{number} 已退回填报人修改")

        take_from_inbox(page, next_number)
        assert scrolls_sideways(page) == 0
        page.get_by_role("button", name="同意").and_(page.locator("[type=submit]")).click()
        expect(page.locator(".flash")).to_contain_text(f"{next_number} 已同意，报销凭证已编号")
        page.goto("/inbox?tab=done")
        expect(page.get_by_role("row").filter(has_text=next_number)).to_contain_text("待财政")

    with site.window("member", width) as page:
        page.goto(f"/claims/{first}/edit")
        expect(page.locator(".flash")).to_contain_text("发票抬头写错，请换开")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_heads_approval_numbers_the_voucher(site: Site, width: int) -> None:
    claim_id = for_the_head(site.office, 800_000)
    with site.window("head", width) as page:
        take_from_inbox(page, number_of(site.office, claim_id))
        page.get_by_role("button", name="同意").and_(page.locator("[type=submit]")).click()
        expect(page.locator(".flash")).to_contain_text("报销凭证已编号，送财政局复核")

        page.goto(f"/claims/{claim_id}/voucher")
        expect(page.get_by_role("heading", level=2).first).to_have_text(re.compile(r"^ZSBX-2026-\d{4,}$"))
        expect(page.locator("main")).to_contain_text("捌仟元整")


@pytest.mark.parametrize("width", WIDTHS)
def test_finance_verifies_one_and_sends_another_back_to_the_lead_unit(site: Site, width: int) -> None:
    office = site.office
    first, second = an_approved(office, 120_000), an_approved(office, 130_000)
    with site.window("officer", width) as page:
        take_from_inbox(page, number_of(office, first))
        page.get_by_role("button", name="复核通过").and_(page.locator("[type=submit]")).click()
        expect(page.locator(".flash")).to_contain_text(f"{number_of(office, first)} 复核通过，可以支付")

        take_from_inbox(page, number_of(office, second))
        decide(page, "退回牵头单位", "缺合同复印件", "退回牵头单位")
        expect(page.locator(".flash")).to_contain_text("已退回牵头单位，原报销凭证已作废")

    with site.window("reviewer", width) as page:
        take_from_inbox(page, number_of(office, second))
        expect(page.locator("main")).to_contain_text("缺合同复印件")


@pytest.mark.parametrize("width", WIDTHS)
def test_the_cashier_pays_in_two_parts_and_records_what_the_bank_sent_back(site: Site, width: int) -> None:
    claim_id = an_accepted(site.office, 200_000)
    with site.window("cashier", width) as page:
        page.goto(f"/claims/{claim_id}/payments")
        due = page.locator("section", has=page.get_by_role("heading", name="应付", exact=True))
        pay = page.locator("section", has=page.get_by_role("heading", name="登记支付", exact=True))
        pay.get_by_label("支付金额").fill("1,500")
        pay.get_by_role("button", name="登记支付").click()
        expect(due).to_contain_text("伍佰元整")
        expect(pay.get_by_label("支付金额")).to_have_value("500.00")

        pay.get_by_role("button", name="登记支付").click()
        expect(page.locator(".page-h")).to_contain_text("已支付")
        expect(pay).to_have_count(0)

        bounce = page.locator("details.decide").first
        bounce.locator("summary").click()
        bounce.get_by_label("退票原因").fill("账号已注销")
        bounce.get_by_role("button", name="登记退票").click()
        expect(page.locator(".flash")).to_contain_text("退票已登记，金额回到待支付")
        expect(page.get_by_role("region", name="支付记录")).to_contain_text("账号已注销")
        expect(page.locator(".page-h")).to_contain_text("部分支付")
        assert scrolls_sideways(page) == 0
