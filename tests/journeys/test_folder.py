"""票夹 in a browser: files dropped, read, told apart, used in a claim, seen by the reviewer beside what was claimed."""

from __future__ import annotations

import base64
import random
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FilePayload, Locator, Page, expect

from tests.claims.test_folder_pages import a_zip, of_lead_unit
from tests.evidence.specimens import Invoice, digital_face, digital_xml, ofd, pdf
from tests.evidence.stored_files import a_photo_of, put, read_all
from tests.journeys.site import HEIGHTS, Site, scrolls_sideways
from tests.journeys.test_everybody import unfit
from tests.journeys.test_filing import open_general_claim
from tests.journeys.test_gate import take_from_inbox
from tests.office import a_payee
from tracker.evidence.worker import Worker
from tracker.kernel.money import format_yuan
from tracker.storage import current
from tracker.storage.files import current_files

FILERS = {1366: "member", 390: "colleague"}
"""Each width has a person of its own, whose folder begins empty."""

DROP = """([box, files]) => {
  const carried = new DataTransfer();
  for (const [name, data] of files)
    carried.items.add(new File([Uint8Array.from(atob(data), (one) => one.charCodeAt(0))], name));
  for (const type of ['dragover', 'drop'])
    box.dispatchEvent(new DragEvent(type, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


def small(seed: int) -> Invoice:
    """An invoice for the lead unit that one reviewer may approve."""
    return next(one for place in range(seed, seed + 400, 20) if (one := of_lead_unit(place)).total < 490_000)


def as_pdf(one: Invoice) -> bytes:
    return pdf([digital_face(one, random.Random(1))])


def as_ofd(one: Invoice) -> bytes:
    return ofd(digital_face(one, random.Random(1)), tag="flat")


def payload(name: str, data: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": data}


@contextmanager
def a_reader() -> Iterator[None]:
    """Read what waits in the background, as the web process does in earnest."""
    worker = Worker(current(), current_files()).start()
    try:
        yield
    finally:
        worker.stop()


def choose(page: Page, files: Sequence[FilePayload]) -> None:
    """Choose files behind 点击选择文件, as a person does."""
    with page.expect_file_chooser() as chosen:
        page.locator("label.drop-l").click()
    chosen.value.set_files(files)


def drop(page: Page, files: Sequence[FilePayload]) -> None:
    """Let files fall onto the page, as from a folder of the desk."""
    carried = [[one["name"], base64.b64encode(one["buffer"]).decode()] for one in files]
    page.locator("[data-upload]").first.evaluate(f"(box, files) => ({DROP})([box, files])", carried)


def rows(page: Page, word: str = "") -> Locator:
    return page.get_by_role("list", name="票据列表").locator("> li").filter(has_text=word)


def unfit_everywhere(page: Page, where: str) -> list[str]:
    """Say what is wrong with the page at desk and phone width and in large type, without loading it anew."""
    page.evaluate(Axe().axe_script)
    wrong: list[str] = []
    before = page.viewport_size
    for size in ("normal", "large"):
        page.evaluate("(size) => { document.documentElement.dataset.size = size }", size)
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            # a bar that sticks covers whatever was scrolled below it; at the top each control has its room
            page.evaluate("scrollTo(0, 0)")
            place = f"{where} at {width}, {size} type"
            wrong += unfit(page, place)
            if wide := scrolls_sideways(page):
                wrong.append(f"{place}: {wide} px too wide")
    page.evaluate("() => { document.documentElement.dataset.size = 'normal' }")
    if before:
        page.set_viewport_size(before)
    return wrong


def fill_what_is_left(page: Page, number: int) -> None:
    """Fill in what no invoice says: what it was for."""
    line = page.get_by_role("group", name=f"第 {number} 行", exact=True)
    with page.expect_response("**/check"):
        line.get_by_label("费用科目").select_option(label="办公与邮电")
    line.get_by_label("说明").fill("招商资料打印用纸")
    line.get_by_label("说明").blur()


class Papers:
    """The invoices of one person's March."""

    def __init__(self, base: int) -> None:
        self.printed, self.ofd, self.data, self.in_parcel, self.shot, self.spare = (
            small(base + 1000 * place) for place in range(6)
        )
        self.twin = replace(self.data, number=f"26322999{base + 77:012d}")

    def chosen(self) -> list[FilePayload]:
        return [
            payload("数电票.pdf", as_pdf(self.printed)),
            payload("数电票.ofd", as_ofd(self.ofd)),
            payload("数据.xml", digital_xml(self.data)),
            payload("拍的.jpg", a_photo_of(self.shot)),
        ]

    def dropped(self) -> list[FilePayload]:
        parcel = a_zip(包里的__xml=digital_xml(self.in_parcel), 另一张__xml=digital_xml(self.twin))
        return [payload("三月.zip", parcel), payload("安装程序.pdf", b"MZ\x90\x00" + b"\0" * 80)]

    def in_folder(self) -> tuple[Invoice, ...]:
        return self.printed, self.ofd, self.data, self.in_parcel, self.shot


def row_of(page: Page, one: Invoice) -> Locator:
    """The row of an invoice, by the end of its number."""
    return rows(page, f"…{one.number[-6:]}")


@pytest.mark.parametrize("width", FILERS)
def test_dropped_invoices_are_read_used_in_a_claim_and_seen_by_the_reviewer(site: Site, width: int) -> None:
    papers = Papers(width * 1000)
    a_payee(site.office, FILERS[width])
    with site.window(FILERS[width], width) as page:
        page.goto("/invoices")
        fill_the_folder(page, papers)
        put(site.office, digital_xml(papers.spare), "多余.xml", person=FILERS[width])
        read_all(site.office)
        wrong = tell_the_twins_apart(page, papers)
        wrong += throw_the_spare_away(page, papers)
        wrong += choose_two_for_a_claim(page, papers)
        number = submit(page)
        wrong += find_them_used(page, number)
    with site.window("reviewer", width) as page:
        take_from_inbox(page, number)
        wrong += look_at_the_papers(page, papers)
    assert wrong == []


def fill_the_folder(page: Page, papers: Papers) -> None:
    """Choose and drop files, see them wait, see them read, see the one that is none refused."""
    expect(page.get_by_text("票夹是空的")).to_be_visible()
    first, *others = papers.chosen()
    choose(page, [first])
    expect(rows(page)).to_have_count(1)
    choose(page, others)
    expect(rows(page)).to_have_count(4)
    expect(page.get_by_text("票夹是空的")).to_have_count(0)
    drop(page, papers.dropped())
    expect(rows(page)).to_have_count(6)
    expect(page.locator(".up-row")).to_contain_text("「安装程序.pdf」没有收下：")
    expect(page.get_by_role("button", name="重试")).to_be_visible()
    expect(page.locator("#folder-progress")).to_contain_text("正在识别，还有 6 个")
    expect(page.get_by_role("progressbar", name="识别进度")).to_be_visible()
    assert scrolls_sideways(page) == 0
    with a_reader():
        expect(page.locator("#folder-progress")).not_to_contain_text("正在识别", timeout=60_000)
    expect(rows(page, "待识别")).to_have_count(0)
    for one in papers.in_folder():
        expect(row_of(page, one)).to_contain_text(format_yuan(one.total))


def tell_the_twins_apart(page: Page, papers: Papers) -> list[str]:
    """Filter the doubtful ones, compare the look-alikes, say why both may stand; return what is unfit."""
    page.get_by_role("link", name="有问题").click()
    expect(rows(page)).to_have_count(2)
    expect(row_of(page, papers.data)).to_contain_text("很像：")
    wrong = unfit_everywhere(page, "the folder with doubtful papers")

    row_of(page, papers.data).get_by_role("link", name="比一比，写明原因").click()
    expect(page.get_by_role("img", name="数据.xml")).to_be_visible()
    expect(page.get_by_role("img", name="另一张.xml")).to_be_visible()
    wrong += unfit_everywhere(page, "the comparison of look-alikes")
    page.get_by_role("button", name="记下说明").click()
    expect(page.locator(".errsum")).to_contain_text("请写明为什么不是重复报销")
    page.get_by_label("说明").and_(page.locator("input")).fill("两次采购，金额相同")
    page.get_by_role("button", name="记下说明").click()
    expect(page.locator(".flash")).to_contain_text("已记下说明")
    page.goto("/invoices?show=problem")
    expect(page.get_by_text("没有问题票据")).to_be_visible()
    return wrong


def throw_the_spare_away(page: Page, papers: Papers) -> list[str]:
    """Delete what no claim uses; return what is unfit."""
    page.get_by_role("link", name="未用").click()
    expect(rows(page)).to_have_count(7)
    wrong = unfit_everywhere(page, "the folder")
    row_of(page, papers.spare).get_by_role("button", name="删除").click()
    expect(page.locator(".flash")).to_contain_text("已从票夹删除")
    expect(rows(page)).to_have_count(6)
    return wrong


def choose_two_for_a_claim(page: Page, papers: Papers) -> list[str]:
    """Open a claim and lay two invoices with it: it fills itself; return what is unfit."""
    open_general_claim(page)
    page.get_by_label("报销事由").fill("招商资料印制")
    page.get_by_role("button", name="从票夹选").click()
    page.wait_for_url("**/pick")
    wrong = unfit_everywhere(page, "the choice from the folder")
    for name in ("数电票.pdf", "数电票.ofd"):
        page.get_by_role("checkbox", name=f"选「{name}」").check()
    page.get_by_role("button", name="加入报销单").click()
    expect(page.locator(".flash")).to_contain_text("已从票夹加入 2 张票据")
    expect(page.get_by_label("报销事由")).to_have_value("招商资料印制")
    lines = [page.get_by_role("group", name=f"第 {number} 行", exact=True) for number in (1, 2)]
    for line, one in zip(lines, (papers.printed, papers.ofd), strict=True):
        expect(line.get_by_label("票据号码")).to_have_value(one.number)
        expect(line.get_by_label("日期")).to_have_value("2026-03-02")
        expect(line.get_by_label("票面金额")).to_have_value(format_yuan(one.total))
        expect(line.get_by_label("报销金额")).to_have_value(format_yuan(one.total))
    expect(page.locator("#sum")).to_have_text(f"¥{format_yuan(papers.printed.total + papers.ofd.total)}")
    return wrong


def submit(page: Page) -> str:
    """Fill in what no invoice says and submit; return the claim's number."""
    for number in (1, 2):
        fill_what_is_left(page, number)
    page.get_by_role("radio", name="转个人账户").check()
    page.get_by_label("收款账户").select_option(index=1)
    expect(page.locator("#findings")).to_contain_text("可以提交")
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator(".flash")).to_contain_text("已提交，单号 BX-2026-")
    found = re.search(r"BX-2026-\d+", page.locator(".flash").inner_text())
    assert found
    return found[0]


def find_them_used(page: Page, number: str) -> list[str]:
    """The folder leads from a used paper to its claim and lets none be deleted; return what is unfit."""
    page.goto("/invoices?show=used")
    expect(rows(page)).to_have_count(2)
    expect(rows(page).first.get_by_role("link", name=number)).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^删除"))).to_have_count(0)
    return unfit_everywhere(page, "the folder of used papers")


def look_at_the_papers(page: Page, papers: Papers) -> list[str]:
    """As the reviewer: each paper's picture, its marks, its fields beside the line's; return what is unfit."""
    viewer = page.locator("[data-viewer]")
    wrong: list[str] = []
    for place, (one, kind) in enumerate(((papers.printed, "pdf"), (papers.ofd, "ofd")), start=1):
        viewer.locator(".thumbs a").nth(place - 1).click()
        expect(viewer.get_by_role("heading", level=2)).to_have_text(f"票据 {place} / 2")
        shown(viewer)
        compared = viewer.locator("dl.match")
        expect(compared).to_contain_text(one.number[-9:])
        expect(compared.locator("> div", has_text="价税合计")).to_contain_text(format_yuan(one.total))
        expect(compared).to_contain_text("与单据一致")
        expect(compared.locator(".warn-t")).to_have_count(0)
        with page.expect_download() as saved:
            viewer.get_by_role("link", name="下载原件").click()
        assert saved.value.suggested_filename == f"数电票.{kind}"
        wrong += unfit_everywhere(page, f"the viewer with {kind}")
    page.get_by_role("button", name="放大").click()
    expect(viewer.locator("[data-sheet]")).to_have_class(re.compile("big"))
    page.get_by_role("button", name="旋转").click()
    expect(viewer.locator("[data-sheet]")).to_have_attribute("style", re.compile(r"rotate\(90deg\)"))
    return wrong


def shown(viewer: Locator) -> None:
    """The picture is there, and what was read is marked on it, inside its edges."""
    expect(viewer.locator("[data-sheet] img")).to_have_js_property("complete", value=True)
    assert viewer.locator("[data-sheet] img").evaluate("(img) => img.decode().then(() => img.naturalWidth)") > 500
    marks = viewer.locator("[data-sheet] svg.marks:not([hidden]) rect")
    assert marks.count() >= 4
    for mark in marks.all():
        x, y, wide, high = (float(mark.get_attribute(name) or "nan") for name in ("x", "y", "width", "height"))
        assert 0 <= x < x + wide <= 1000
        assert 0 <= y < y + high <= 1000


@pytest.mark.parametrize("size", ["normal", "large"])
def test_the_folder_works_without_scripts(site: Site, size: Literal["normal", "large"]) -> None:
    one = small(700_000 + len(size))
    with site.window("outsider", 390, scripts=False, size=size) as page:
        page.goto("/invoices")
        page.get_by_label("把发票拖到这里，或点击选择文件").set_input_files(
            [payload(f"{size}.xml", digital_xml(one)), payload("坏.exe", b"MZ\x90\x00" + b"\0" * 80)]
        )
        page.get_by_role("button", name="放进票夹").click()
        expect(page.get_by_role("list", name="收件结果")).to_contain_text("收下 1 个文件")
        expect(page.get_by_role("list", name="收件结果")).to_contain_text("「坏.exe」没有收下：")
        expect(rows(page, "待识别")).to_have_count(1)
        read_all(site.office)
        page.reload()
        page.goto("/invoices")
        expect(rows(page, f"…{one.number[-6:]}")).to_contain_text(format_yuan(one.total))
        page.get_by_role("button", name=f"删除「{size}.xml」").click()
        expect(page.locator(".flash")).to_contain_text("已从票夹删除")
