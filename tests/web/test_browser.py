"""In a real browser: the script only makes faster what works without it; nothing scrolls sideways."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask, Response, render_template, request
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from tests.web.gallery import gallery_app
from tracker.web.access import public
from tracker.web.pages import is_part_request


class Desk:
    """A small site to try the script on, and what it was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, list[str]], list[str]]] = []
        self.answer: Callable[[], Response] = lambda: Response(
            '<div id="total" data-part>5,404.00</div><p id="unknown" data-part>x</p>', mimetype="text/html"
        )
        self.upload_status = 200
        self.address = ""


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    app, desk = gallery_app(EVERYONE=True, WTF_CSRF_ENABLED=False), Desk()
    _add_workbench(app, desk)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    desk.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield desk
    server.shutdown()
    thread.join()


def _add_workbench(app: Flask, desk: Desk) -> None:
    def note() -> None:
        desk.sent.append(
            (request.path, request.form.to_dict(flat=False), [f.filename or "" for f in request.files.getlist("files")])
        )

    def bench() -> Response:
        return Response(render_template("bench.html"), mimetype="text/html")

    def live() -> Response:
        assert is_part_request()
        note()
        return desk.answer()

    def up() -> Response:
        note()
        return Response(
            '<p class="err">这不是发票</p>' if desk.upload_status == 422 else '<div id="total" data-part>7.00</div>',
            desk.upload_status,
            mimetype="text/html",
        )

    def slow() -> Response:
        note()
        threading.Event().wait(0.6)
        return Response("<!doctype html><title>done</title>done", mimetype="text/html")

    app.add_url_rule("/bench", "bench", public(bench))
    app.add_url_rule("/live", "live", public(live), methods=["POST"])
    app.add_url_rule("/up", "up", public(up), methods=["POST"])
    app.add_url_rule("/slow", "slow", public(slow), methods=["POST"])


@pytest.fixture
def bench(chromium: Browser, desk: Desk) -> Iterator[Page]:
    desk.sent.clear()
    desk.upload_status = 200
    page = chromium.new_page()
    page.goto(f"{desk.address}/bench")
    yield page
    page.close()


@pytest.mark.parametrize(
    ("width", "size"),
    [(1366, "normal"), (390, "normal"), (320, "normal"), (700, "normal"), (1366, "large"), (390, "large")],
)
def test_no_page_scrolls_sideways_or_breaks_the_content_policy(
    chromium: Browser, desk: Desk, width: int, size: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 768})
    context.add_cookies([{"name": "size", "value": size, "url": desk.address}])
    page, complaints = context.new_page(), []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))

    for path in ("/gallery", "/gallery?text=" + "长" * 200, "/gate", "/"):
        page.goto(desk.address + path)
        assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0, path
    context.close()

    assert complaints == []


def test_the_menu_opens_on_a_phone_without_scripts(chromium: Browser, desk: Desk) -> None:
    context = chromium.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.address + "/gallery")

    assert not page.get_by_role("navigation", name="主导航").is_visible()
    page.get_by_role("link", name="打开菜单").click()
    assert page.get_by_role("link", name="财政对账").is_visible()
    page.get_by_role("link", name="收起菜单").click()
    assert not page.get_by_role("link", name="财政对账").is_visible()
    context.close()


def test_a_decision_opens_without_scripts(chromium: Browser, desk: Desk) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.address + "/gallery")
    page.locator("#send-back > summary").click()

    assert page.get_by_label("退回原因").is_visible()
    context.close()


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("１２３４．５", "1,234.50"),
        ("¥1，234", "1,234.00"),
        ("7元", "7.00"),
        ("1.234", "1.234"),
        ("-5", "-5"),
        ("x", "x"),
        ("007", "7.00"),
    ],
)
def test_an_amount_is_tidied_on_leaving_and_never_guessed(bench: Page, typed: str, shown: str) -> None:
    bench.fill("[name=amount]", typed)
    bench.locator("[name=amount]").blur()

    assert bench.input_value("[name=amount]") == shown


def test_the_server_fills_parts_while_typing_goes_on(bench: Page, desk: Desk) -> None:
    bench.locator("[name=why]").press_sequentially("深圳")
    expect(bench.locator("#total")).to_have_text("5,404.00")

    assert bench.evaluate("document.activeElement.name") == "why"
    assert bench.locator("#unknown").count() == 0
    assert desk.sent[-1][1]["why"] == ["深圳"]


def test_what_is_being_typed_outlives_the_part_it_stands_in(bench: Page, desk: Desk) -> None:
    desk.answer = lambda: Response(
        '<div id="lines" data-part><input name="line" aria-label="行" value="旧"></div>', mimetype="text/html"
    )
    bench.fill("[name=line]", "新写的")
    bench.evaluate("document.querySelector('[name=line]').setSelectionRange(1, 1)")
    expect(bench.locator("[name=line][value=旧]")).to_be_attached()

    assert bench.input_value("[name=line]") == "新写的"
    assert bench.evaluate("[document.activeElement.name, document.activeElement.selectionStart]") == ["line", 1]


def test_a_line_is_added_in_place(bench: Page, desk: Desk) -> None:
    desk.answer = lambda: Response('<div id="lines" data-part><b>两行</b></div>', mimetype="text/html")
    bench.click("#add")
    bench.wait_for_selector("#lines b")

    assert desk.sent[-1][1]["op"] == ["add"]


def test_a_button_pressed_by_keyboard_keeps_the_focus_when_its_part_is_redrawn(bench: Page, desk: Desk) -> None:
    button = '<button data-part-submit formaction="/live" name="op" value="down:b">下移</button>'
    bench.evaluate(f"document.getElementById('lines').innerHTML = '{button}'")
    bench.locator("[value='down:b']").focus()
    desk.answer = lambda: Response(
        f'<div id="lines" data-part><b>乙</b><details><summary>甲</summary>{button}</details></div>',
        mimetype="text/html",
    )
    bench.keyboard.press("Enter")
    bench.wait_for_selector("#lines b")

    assert bench.evaluate("document.activeElement.value") == "down:b", "so that the line can be moved on"


def test_a_refused_part_is_said_in_its_words(bench: Page, desk: Desk) -> None:
    desk.answer = lambda: Response('<p class="err">额度不够 &lt;b&gt;</p>', 422, mimetype="text/html")
    bench.click("#add")
    expect(bench.locator("[data-say]")).to_have_text("额度不够 <b>")


def test_a_lost_network_is_said_and_the_draft_tried_again(bench: Page, desk: Desk) -> None:
    bench.route("**/live", lambda route: route.abort())
    bench.fill("[name=why]", "x")
    expect(bench.locator("[data-say]")).to_have_text("网络断开")
    assert bench.get_attribute("#f", "data-dirty") == "1"

    bench.unroute("**/live")
    desk.answer = lambda: Response("", mimetype="text/html")
    expect(bench.locator("#f:not([data-dirty])")).to_be_attached(timeout=12000)
    expect(bench.locator("[data-say]")).to_have_text("")


def test_the_second_click_is_not_sent(bench: Page, desk: Desk) -> None:
    bench.evaluate("for (let i = 0; i < 3; i++) document.getElementById('go').click()")
    expect(bench).to_have_title("done")

    assert [(path, form["op"]) for path, form, _ in desk.sent if path == "/slow"] == [("/slow", ["go"])]


def test_files_are_sent_one_by_one_and_not_with_the_check(bench: Page, desk: Desk) -> None:
    desk.answer = lambda: Response("", mimetype="text/html")
    files = [{"name": f"<img src=x>{n}.pdf", "mimeType": "application/pdf", "buffer": b"x"} for n in range(2)]
    with bench.expect_response("**/live"):
        bench.set_input_files("[type=file]", files)  # type: ignore[arg-type]
    expect(bench.locator("#total")).to_have_text("7.00")
    bench.wait_for_timeout(300)

    assert sorted(name for path, _, names in desk.sent if path == "/up" for name in names) == [
        "<img src=x>0.pdf",
        "<img src=x>1.pdf",
    ]
    assert all(not names for path, _, names in desk.sent if path == "/live")
    assert bench.locator("main img").count() == 0


def test_a_file_that_was_not_taken_says_why_and_can_be_sent_again(bench: Page, desk: Desk) -> None:
    desk.upload_status = 422
    bench.set_input_files("[type=file]", {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"x"})
    bench.wait_for_selector("text=这不是发票")

    desk.upload_status = 200
    bench.get_by_role("button", name="重试").click()
    expect(bench.locator("#total")).to_have_text("7.00")
    assert bench.locator(".up-row").count() == 0


def test_a_pasted_and_a_dropped_file_are_sent_too(bench: Page, desk: Desk) -> None:
    script = """(kind) => {
      const carried = new DataTransfer();
      carried.items.add(new File(['x'], kind + '.png', {type: 'image/png'}));
      const facts = {bubbles: true, cancelable: true};
      if (kind === 'paste') document.dispatchEvent(new ClipboardEvent(kind, {...facts, clipboardData: carried}));
      else document.querySelector('[data-upload]')
        .dispatchEvent(new DragEvent(kind, {...facts, dataTransfer: carried}));
    }"""
    for kind in ("paste", "drop"):
        with bench.expect_response("**/up"):
            bench.evaluate(script, kind)

    assert [names for path, _, names in desk.sent if path == "/up"] == [["paste.png"], ["drop.png"]]


def test_keys_search_step_and_close_but_never_while_typing(bench: Page) -> None:
    bench.locator("h1").click()
    bench.keyboard.press("/")
    assert bench.evaluate("document.activeElement.type") == "search"
    bench.keyboard.type("/j")
    assert bench.input_value("[type=search]") == "/j"
    bench.evaluate("document.activeElement.blur()")
    bench.keyboard.press("j")
    expect(bench).to_have_url(re.compile(r"#next-one$"))  # a link is followed a moment after its click

    bench.locator("#d > summary").click()
    expect(bench.get_by_label("原因")).to_be_focused()
    bench.keyboard.press("Escape")
    assert bench.get_attribute("#d", "open") is None
    assert bench.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_ctrl_enter_submits_the_form_in_hand(bench: Page, desk: Desk) -> None:
    bench.focus("[name=why]")
    bench.keyboard.press("Control+Enter")
    expect(bench).to_have_title("done")

    assert desk.sent[-1][1]["op"] == ["go"]


def test_the_error_summary_takes_focus_and_leads_to_the_control(chromium: Browser, desk: Desk) -> None:
    page = chromium.new_page()
    page.goto(desk.address + "/gallery")
    page.fill("[name=note]", "字" * 60)
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_selector(".errsum")

    assert page.title().startswith("有错误：")
    assert page.evaluate("document.activeElement.className") == "errsum"
    page.get_by_role("link", name="请填写金额").click()
    assert page.evaluate("document.activeElement.id") == "amount"
    page.close()


def test_large_type_switches_at_once_and_is_kept(chromium: Browser, desk: Desk) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(desk.address + "/")
    page.locator(".top [data-large]").click()
    assert page.get_attribute("html", "data-size") == "large"
    page.reload()
    assert page.get_attribute("html", "data-size") == "large"
    assert page.locator(".top [data-large]").get_attribute("aria-pressed") == "true"
    context.close()


def test_evidence_turns_grows_and_changes(chromium: Browser, desk: Desk) -> None:
    page = chromium.new_page()
    page.goto(desk.address + "/gallery")
    viewer = page.locator("[data-viewer]")
    viewer.get_by_role("button", name="放大").click()
    assert viewer.get_by_role("button", name="放大").get_attribute("aria-pressed") == "true"
    viewer.get_by_role("button", name="旋转").click()
    assert "rotate(90deg)" in (viewer.locator("[data-sheet]").get_attribute("style") or "")
    viewer.locator("[data-n='2']").click()
    assert viewer.locator("[data-number]").inner_text() == "2"
    assert viewer.locator("[data-caption]").inner_text() == "住宿"
    assert (viewer.locator("[data-download]").get_attribute("href") or "").endswith("/evidence/2")
    assert viewer.locator(".marks").locator("visible=true").count() == 0
    page.close()


def test_a_pressed_button_says_that_it_was_pressed(bench: Page) -> None:
    bench.evaluate("window.addEventListener('submit', (event) => event.preventDefault())")
    bench.evaluate("document.getElementById('go').click()")

    expect(bench.locator("#go[aria-busy=true]")).to_have_text("正在提交")


RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.mark.parametrize(("width", "size"), [(1366, "normal"), (390, "normal"), (1366, "large")])
def test_every_component_is_fit_for_everybody(chromium: Browser, desk: Desk, width: int, size: str) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 768})
    context.add_cookies([{"name": "size", "value": size, "url": desk.address}])
    page = context.new_page()

    for path in ("/gallery", "/gate", "/fault/refused", "/"):
        page.goto(desk.address + path)
        found = Axe().run(page, options=RULES)
        assert found.violations_count == 0, found.generate_report()
    context.close()


def test_a_form_turned_down_and_an_open_decision_are_fit_too(chromium: Browser, desk: Desk) -> None:
    page = chromium.new_page()
    page.goto(desk.address + "/gallery")
    page.fill("[name=amount]", "1.234")
    page.get_by_role("button", name="提交审核").click()
    page.wait_for_selector(".errsum")
    page.locator("#send-back > summary").click()

    found = Axe().run(page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    page.close()
