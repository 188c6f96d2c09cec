"""Odd ways people go: clicking twice, an old tab, back after submitting, no scripts, no mouse."""

from __future__ import annotations

from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from tests.journeys.site import Site
from tests.journeys.test_filing import a_photo, fill_the_line
from tests.journeys.test_gate import number_of
from tests.office import Office, a_payee, a_submitted, command
from tests.pages import GOOD_PASSWORD
from tracker.claims import operations
from tracker.claims.models import Claim, Decision


def times(office: Office, claim_id: int, move: str) -> int:
    """How often something was done to a claim."""
    counted = select(func.count()).select_from(Decision).where(Decision.claim_id == claim_id, Decision.move == move)
    with office.database.reading() as session:
        return session.scalar(counted) or 0


def a_returned_claim(site: Site) -> int:
    """A claim back with its filer, lacking nothing."""
    claim_id = a_submitted(site.office, 88_000)
    with site.office.database.writing() as session:
        operations.send_back(session, claim_id, command(site.office.actor("reviewer"), comment="请再核对"))
    return claim_id


def test_a_second_click_on_submit_submits_once(site: Site) -> None:
    claim_id = a_returned_claim(site)
    with site.window("member") as page:
        page.goto(f"/claims/{claim_id}/edit")
        page.get_by_role("button", name="提交审核").dblclick()
        expect(page.locator(".page-h")).to_contain_text("待牵头单位审核")
    assert times(site.office, claim_id, "submit") == 2, "the first time, and once more after its return"


def test_an_old_tab_is_told_what_changed_and_changes_nothing(site: Site) -> None:
    claim_id = a_submitted(site.office, 99_000)
    with site.window("reviewer") as page:
        page.goto(f"/claims/{claim_id}")
        other = site.another(page.context)
        other.goto(f"/claims/{claim_id}")
        agree(other)
        expect(other.locator(".flash")).to_contain_text("已同意")

        agree(page)
        expect(page.locator(".errsum")).to_contain_text("周敏")
        expect(page.locator(".errsum")).to_be_focused()
    assert times(site.office, claim_id, "approve") == 1


def test_an_old_tab_of_a_draft_shows_both_versions(site: Site) -> None:
    claim_id = a_returned_claim(site)
    with site.window("member") as page:
        page.goto(f"/claims/{claim_id}/edit")
        other = site.another(page.context)
        other.goto(f"/claims/{claim_id}/edit")
        other.get_by_label("报销事由").fill("另一个窗口写的")
        other.get_by_role("button", name="存草稿").locator("visible=true").last.click()
        expect(other.locator(".flash").first).to_be_visible()
        other.close()

        page.get_by_label("报销事由").fill("这个窗口写的")
        page.locator(".dock").get_by_role("button", name="存草稿").click()
        conflict = page.locator("#conflict")
        expect(conflict).to_contain_text("另一个窗口写的")
        expect(conflict).to_contain_text("这个窗口写的")


def test_back_after_submitting_does_not_submit_again(site: Site) -> None:
    claim_id = a_returned_claim(site)
    with site.window("member") as page:
        page.goto(f"/claims/{claim_id}/edit")
        page.get_by_role("button", name="提交审核").click()
        expect(page.locator(".page-h")).to_contain_text("待牵头单位审核")
        page.go_back()
        if page.url.endswith("/edit"):
            page.get_by_role("button", name="提交审核").locator("visible=true").click()
        expect(page.locator("main")).to_contain_text("牵头单位审核")
    assert times(site.office, claim_id, "submit") == 2, "the first time, and once more after its return"


def test_a_claim_is_filed_and_approved_without_scripts(site: Site) -> None:
    a_payee(site.office)
    with site.window("member", scripts=False) as page:
        page.goto("/claims/new")
        page.get_by_role("radio", name="一般费用").check()
        page.get_by_role("button", name="开始填写").click()
        page.get_by_label("报销事由").fill("没有脚本也能报")
        page.locator("#files").set_input_files(a_photo())
        page.get_by_role("button", name="传发票").click()
        line = page.get_by_role("group", name="第 1 行", exact=True)
        expect(line.get_by_role("link", name="文印发票.png", exact=True)).to_be_attached()
        fill_the_line(page, "1,200", scripts=False)
        page.get_by_role("radio", name="转个人账户").check()
        page.locator(".dock").get_by_role("button", name="存草稿").click()
        page.get_by_label("收款账户").select_option(index=1)
        page.get_by_role("button", name="提交审核").click()
        expect(page.locator(".page-h")).to_contain_text("待牵头单位审核")
        claim_id = int(page.url.split("/claims/")[1].split("?")[0])

    with site.window("reviewer", scripts=False) as page:
        page.goto(f"/claims/{claim_id}")
        agree(page)
        expect(page.locator(".flash")).to_contain_text("报销凭证已编号")


def test_signing_in_and_approving_need_no_mouse(site: Site) -> None:
    claim_id = a_submitted(site.office, 77_000)
    site.give_password("reviewer")
    with site.window() as page:
        page.goto("/sign-in")
        tab_to(page, "账号")
        page.keyboard.type("reviewer")
        tab_to(page, "密码")
        page.keyboard.type(GOOD_PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("navigation", name="主导航")).to_be_visible()

        page.goto(f"/claims/{claim_id}")
        page.keyboard.press("Tab")
        assert focused(page) == "跳到正文"
        page.keyboard.press("Enter")
        tab_to(page, "同意，")
        page.keyboard.press("Enter")
        expect(page.locator(".flash")).to_contain_text(f"{number_of(site.office, claim_id)} 已同意")
    with site.office.database.reading() as session:
        assert session.get_one(Claim, claim_id).state == "approved"


def agree(page: Page) -> None:
    page.locator("button[form=say]").click()


def focused(page: Page) -> str:
    """The words of what has the focus; what stands behind a sticky bar does not count as found."""
    words = page.evaluate(
        """() => {
          const here = document.activeElement;
          const box = here.getBoundingClientRect();
          const seen = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
          if (here !== document.body && !here.contains(seen) && !(seen && seen.contains(here))) return 'hidden';
          return (here.labels && here.labels[0] ? here.labels[0].innerText : here.innerText || '').trim();
        }"""
    )
    return str(words)


def tab_to(page: Page, words: str) -> None:
    """Press Tab until something with these words has the focus; every stop on the way is in sight."""
    for _ in range(80):
        page.keyboard.press("Tab")
        here = focused(page)
        assert here != "hidden", page.evaluate("document.activeElement.outerHTML")
        if here.startswith(words) and "据实列支" not in here:
            return
    raise AssertionError(f"Tab never comes to {words}")
