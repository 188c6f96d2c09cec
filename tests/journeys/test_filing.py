"""The member's way: from signing in to a claim in the gate, on the desk and on the phone."""

from __future__ import annotations

import io
import re
import uuid
from contextlib import nullcontext

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.journeys.site import Site, scrolls_sideways
from tests.office import a_payee
from tracker.kernel.money import format_yuan

WIDTHS = (1366, 390)


def a_photo() -> FilePayload:
    """Draw an invoice nobody has handed in yet."""
    image = Image.new("RGB", (320, 200), "white")
    ImageDraw.Draw(image).text((12, 90), uuid.uuid4().hex, fill="black")
    out = io.BytesIO()
    image.save(out, "PNG")
    return {"name": "文印发票.png", "mimeType": "image/png", "buffer": out.getvalue()}


def fen(text: str) -> int:
    """Read an amount of the page: ``¥1,234.50`` is 123450."""
    found = re.search(r"[\d,]+\.\d\d", text)
    assert found, text
    return int(re.sub(r"\D", "", found[0]))


def figure(page: Page, name: str) -> Locator:
    """The figure beside a name in the card of total and quota."""
    return page.locator("#outlook .kv").filter(has_text=name).locator("dd")


def open_general_claim(page: Page) -> None:
    """Start a claim of general costs from the home page."""
    page.goto("/")
    page.get_by_role("link", name="填报").locator("visible=true").first.click()
    page.get_by_role("radio", name="一般费用").check()
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url("**/edit*")


def fill_the_line(page: Page, amount: str, *, scripts: bool = True) -> None:
    """Fill in the only line, its bill and its file."""
    line = page.get_by_role("group", name="第 1 行", exact=True)
    line.get_by_label("日期").fill("2026-03-03")
    with page.expect_response("**/check") if scripts else nullcontext():
        line.get_by_label("费用科目").select_option(label="办公与邮电")
    if not scripts:
        page.get_by_role("button", name="按所选科目更新要填的内容").click()
    line.get_by_label("说明").fill("招商资料打印用纸")
    line.get_by_label("票面金额").fill("1,300")
    line.get_by_label("报销金额").fill(amount)
    line.get_by_label("报销金额").blur()
    line.get_by_label("票据种类").select_option("发票")
    line.get_by_label("票据号码").fill(uuid.uuid4().hex[:12])
    line.get_by_label("张数").fill("1")


@pytest.mark.parametrize("width", WIDTHS)
def test_a_member_signs_in_files_a_claim_and_sees_where_it_is(site: Site, width: int) -> None:
    a_payee(site.office)
    with site.window(width=width) as page:
        site.sign_in(page, "member")
        open_general_claim(page)
        page.get_by_label("报销事由").fill("推介会资料用纸")
        page.locator("#add-line").click()
        fill_the_line(page, "１，２３４．５")

        expect(page.get_by_label("报销金额（元）")).to_have_value("1,234.50")
        expect(page.locator("#sum")).to_have_text("¥1,234.50")
        expect(page.locator("#outlook")).to_contain_text("壹仟贰佰叁拾肆元伍角整")
        before, after = (fen(figure(page, name).inner_text()) for name in ("提交前可用", "提交后可用"))
        assert before - after == 123_450

        page.get_by_role("radio", name="转个人账户").check()
        page.get_by_label("收款账户").select_option(index=1)
        with page.expect_file_chooser() as chosen:
            page.get_by_role("group", name="第 1 行", exact=True).get_by_text("传票据", exact=True).click()
        chosen.value.set_files(a_photo())
        expect(page.get_by_role("link", name="看第 1 行的票据")).to_be_visible()
        expect(page.locator("#saved")).to_contain_text("已自动保存")
        expect(page.locator("#findings")).to_contain_text("可以提交")
        assert scrolls_sideways(page) == 0

        page.get_by_role("button", name="提交审核").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("推介会资料用纸")
        expect(page.locator(".flash")).to_contain_text("已提交，单号 BX-2026-")
        expect(page.locator(".page-h")).to_contain_text("待牵头单位审核")
        expect(page.get_by_role("region", name="审批过程")).to_contain_text("周敏")

        page.goto("/")
        expect(page.locator("main")).to_contain_text(f"¥{format_yuan(after)}")
