"""From the form to the paper: a trip and a reception are filed, approved and printed, on the desk and on the phone."""

from __future__ import annotations

import re
import uuid
from io import BytesIO
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.journeys.site import Site, scrolls_sideways
from tests.journeys.test_filing import WIDTHS, a_photo
from tests.journeys.test_gate import take_from_inbox
from tests.office import a_payee


def start(page: Page, kind: str, purpose: str) -> None:
    """Begin a claim of a kind from the home page."""
    page.goto("/")
    page.get_by_role("link", name="填报").locator("visible=true").first.click()
    page.get_by_role("radio", name=kind).check()
    page.get_by_role("button", name="开始填写").click()
    page.wait_for_url("**/edit*")
    page.get_by_label("报销事由").fill(purpose)


def add_line(page: Page, number: int, category: str, amount: str, **facts: str) -> Locator:
    """Add a line and fill it in; ``facts`` are what its category asks for, by label."""
    page.locator("#add-line").click()
    line = page.get_by_role("group", name=f"第 {number} 行", exact=True)
    line.get_by_label("日期", exact=False).first.fill("2026-03-04")
    with page.expect_response("**/check"):
        line.get_by_label("费用科目").select_option(label=category)
    line.get_by_label("说明").fill(category)
    for label, value in facts.items():
        box = line.get_by_label(label)
        if box.evaluate("box => box.tagName") == "SELECT":
            box.select_option(value)
        else:
            box.fill(value)
    line.get_by_label("报销金额").fill(amount)
    line.get_by_label("报销金额").blur()
    return line


def add_bill(page: Page, line: Locator, face: str) -> None:
    """Fill in the bill of a line and lay its photo there."""
    line.get_by_label("票面金额").fill(face)
    line.get_by_label("票据种类").select_option("发票")
    line.get_by_label("票据号码").fill(uuid.uuid4().hex[:12])
    line.get_by_label("张数").fill("1")
    with page.expect_file_chooser() as chosen:
        line.get_by_text("传票据", exact=True).click()
    chosen.value.set_files(a_photo())
    expect(line.get_by_role("link", name=re.compile("的票据$"))).to_be_visible()


def submit(page: Page) -> str:
    """Choose the account and submit; return the claim's number."""
    page.get_by_role("radio", name="转个人账户").check()
    page.get_by_label("收款账户").select_option(index=1)
    expect(page.locator("#findings")).to_contain_text("可以提交")
    assert scrolls_sideways(page) == 0
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator(".flash")).to_contain_text("已提交，单号 BX-2026-")
    found = re.search(r"BX-2026-\d+", page.locator(".flash").inner_text())
    assert found
    return found[0]


def approve(site: Site, number: str, width: int) -> None:
    """Approve the claim at the lead unit: it is below the amount that needs the head."""
    with site.window("reviewer", width) as page:
        take_from_inbox(page, number)
        assert scrolls_sideways(page) == 0
        page.get_by_role("button", name="同意").and_(page.locator("[type=submit]")).click()
        expect(page.locator(".flash")).to_contain_text(f"{number} 已同意，报销凭证已编号")


def voucher_of(page: Page) -> str:
    """Open the voucher's page from the claim and read the PDF behind its link."""
    page.reload()
    page.get_by_role("link", name="报销凭证").click()
    heading = page.get_by_role("heading", level=2).first
    expect(heading).to_have_text(re.compile(r"^ZSBX-2026-\d{4,}$"))
    assert scrolls_sideways(page) == 0
    address = page.get_by_role("link", name="电子凭证 PDF").get_attribute("href")
    assert address
    answer = page.request.get(address)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    sheets = PdfReader(BytesIO(answer.body())).pages
    paper = re.sub(r"\s+", "", "".join(sheet.extract_text() for sheet in sheets))
    assert heading.inner_text() in paper
    return paper


@pytest.mark.parametrize("width", WIDTHS)
def test_a_trip_from_the_form_to_its_voucher(site: Site, width: int) -> None:
    a_payee(site.office)
    with site.window("member", width) as page:
        start(page, "差旅费", "赴深圳对接储能项目")
        page.get_by_label("出发日期").fill("2026-03-03")
        page.get_by_label("返回日期").fill("2026-03-05")
        page.get_by_label("出差地点").fill("深圳")
        route = {"出发地": "云湖", "到达地": "深圳", "到达日期": "2026-03-03", "交通工具": "高铁动车"}
        add_bill(page, add_line(page, 1, "城市间交通费", "480.50", **route), "480.50")
        add_bill(page, add_line(page, 2, "住宿费", "760", 住宿城市="深圳", 住宿天数="2"), "760")
        add_line(page, 3, "伙食补助费", "300", 天数="3", 每天标准="100")
        expect(page.locator("#sum")).to_have_text("¥1,540.50")
        number = submit(page)
        approve(site, number, width)
        paper = voucher_of(page)

    for said in ("赴深圳对接储能项目", "陈立", "周敏", "480.50", "760.00", "300.00", "壹仟伍佰肆拾元伍角整"):
        assert said in paper


GUESTS = """王工 某某电池公司技术总监 企业人员 329901198001011233
李工 某某电池公司厂长　企业人员　E12345678
赵主任、外省投资促进中心主任、公职人员、３２９９０１１９７５０２０２００６１
孙博士 某某大学教授 其他 未提供"""


@pytest.mark.parametrize("width", WIDTHS)
def test_a_reception_from_the_form_to_its_voucher(site: Site, width: int) -> None:
    a_payee(site.office)
    with site.window("member", width) as page:
        start(page, "接待费", "接待电池企业考察团")
        page.get_by_label("来访单位").fill("某某电池材料公司")
        page.get_by_label("接待日期").fill("2026-03-04")
        page.get_by_label("来访人数").fill("4")
        page.get_by_label("陪同人数").fill("2")
        page.get_by_label("来访人员名单").fill(GUESTS)
        add_bill(page, add_line(page, 1, "工作餐", "360", 人数="6", 人均标准="60"), "360")
        expect(page.locator("#sum")).to_have_text("¥360.00")
        number = submit(page)
        approve(site, number, width)
        paper = voucher_of(page)

    guests = ("企业人员329***********1233", "企业人员E*******8", "某某大学教授其他未提供")
    for said in ("接待电池企业考察团", "某某电池材料公司", *guests, "360.00", "叁佰陆拾元整"):
        assert said in paper


SPILLS = """() => Array.from(document.querySelectorAll('#filing .card')).map((card) => Math.max(
  ...Array.from(card.querySelectorAll('input:not([type=file]), select, button')).map(
    (one) => one.getBoundingClientRect().right - card.getBoundingClientRect().right)))"""


@pytest.mark.parametrize("size", ["normal", "large"])
@pytest.mark.parametrize("width", [1366, 1280, 1120, 390])
def test_no_control_of_the_form_lies_outside_its_card(site: Site, width: int, size: Literal["normal", "large"]) -> None:
    a_payee(site.office)
    with site.window("member", 390 if width == 390 else 1366, size=size) as page:
        page.set_viewport_size({"width": width, "height": 800})
        start(page, "差旅费", "赴深圳对接储能项目")
        add_line(page, 1, "住宿费", "760", 住宿城市="深圳", 住宿天数="2")
        assert max(page.evaluate(SPILLS)) <= 0
