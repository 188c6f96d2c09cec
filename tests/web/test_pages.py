"""Every component stands up to text that attacks it; the checked client finds every kind of bad page."""

from __future__ import annotations

import gzip
import html
import re
from datetime import date
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from flask import Flask

from tests.web.checked_client import BadPage, CheckedClient, checked_client, faults_of, hidden
from tracker.web.access import public
from tracker.web.asked import asked_choice, asked_day, asked_number, asked_text
from tracker.web.menu import site_frame
from tracker.web.shell import STATIC, TEMPLATES

ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '" autofocus onfocus="alert(1)',
    "</title></textarea></select><svg/onload=alert(1)>",
    "{{ 7 * 7 }}${7*7}{% raw %}",
    "javascript:alert(1)",
    "<!-- --><![CDATA[x]]>",
    "&lt;b&gt;&#x3c;i&#x3e;",
    "%(name)s %s %d 100%",
    "\u202egnp.exe",
    "朱喆堃昇翀犇玥镕𠮷",
    "字" * 400,
    "=cmd|' /C calc'!A0",
]


class Skeleton(HTMLParser):
    """The elements of a page and the names of their attributes, without any text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.bones: list[tuple[str, tuple[str, ...]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.bones.append((tag, tuple(sorted(name for name, _ in attrs))))


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_page_with_every_component_shows_an_attack_as_text(zhou: CheckedClient, attack: str) -> None:
    harmless = zhou.get("/gallery?text=x").text
    page = zhou.get("/gallery?text=" + quote(attack)).text

    assert Skeleton(page).bones == Skeleton(harmless).bones
    assert html.unescape(page).count(attack) > 20


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_was_typed_comes_back_as_text(zhou: CheckedClient, attack: str) -> None:
    names = ("amount", "day", "team", "nights", "rate")
    harmless = zhou.post("/gallery", data={"purpose": "字" * 40, "note": "字" * 60} | dict.fromkeys(names, "x"))
    answer = zhou.post(
        "/gallery", data={"purpose": attack + "字" * 40, "note": attack + "字" * 60} | dict.fromkeys(names, attack)
    )

    assert answer.status_code == 422
    assert Skeleton(answer.text).bones == Skeleton(harmless.text).bones


GOOD = (
    '<!doctype html><html lang="zh-CN"><head><title>x</title></head><body><header></header>'
    "<main><h1>x</h1>{}</main></body></html>"
)


def test_a_good_page_has_no_faults() -> None:
    assert faults_of(GOOD.format("<p>x<br></p>")) == []
    assert faults_of("<p>", whole=False) == ["line 1: <p> is never closed"]


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("<p>", "while inside"),
        ("<p><b>x</p></b>", "while inside"),
        ("</div>", "while inside"),
        ("</br>", "closes nothing"),
        ("<div/>", "does not close itself"),
        ('<p id="a"></p><p id="a"></p>', "used twice"),
        ('<p id="a b"></p>', "is no id"),
        ('<label for="z">x</label>', "not there"),
        ('<p aria-describedby="z">x</p>', "not there"),
        ("<h1>y</h1>", "2 h1"),
        ('<p style="color:red">x</p>', "carries style"),
        ("<style>p{}</style>", "carries style"),
        ("<script>alert(1)</script>", "script inside"),
        ('<p onclick="x()">x</p>', "runs script"),
        ('<a href="https://cdn.example/x">x</a>', "leads outside"),
        ('<a href="//cdn.example/x">x</a>', "leads outside"),
        ('<a href="javascript:x()">x</a>', "leads outside"),
        ('<img src="data:text/html,x" alt="">', "leads outside"),
        ('<img src="/x.png">', "without alt"),
        ('<input name="x">', "has no label"),
        ('<iframe src="/x"></iframe>', "not used"),
        ('<div role="img"></div>', "says nothing"),
        ('<p class="a" class="b">x</p>', "twice"),
        ("<form><form></form></form>", "<form> inside <form>"),
        ('<a href="/x"><b><button>x</button></b></a>', "<button> inside <a>"),
        ("<p><span><div></div></span></p>", "<div> inside <p>"),
    ],
)
def test_the_checked_client_finds_what_is_wrong(body: str, fault: str) -> None:
    assert any(fault in found for found in faults_of(GOOD.format(body)))


@pytest.mark.parametrize(
    ("cut", "fault"),
    [
        (' lang="zh-CN"', "lang"),
        ("<title>x</title>", "title"),
        ("<!doctype html>", "doctype"),
        ("<header></header>", "header"),
        ("<h1>x</h1>", "h1"),
    ],
)
def test_the_checked_client_misses_no_landmark(cut: str, fault: str) -> None:
    assert any(fault in found for found in faults_of(GOOD.format("").replace(cut, "")))


def test_the_checked_client_refuses_a_bad_page_and_a_bare_answer(app: Flask) -> None:
    app.add_url_rule("/bad", "bad", public(lambda: GOOD.format("<p>")))
    with pytest.raises(BadPage, match="while inside"):
        checked_client(app).get("/bad")

    app.after_request_funcs[None].clear()
    with pytest.raises(BadPage, match="content policy"):
        checked_client(app).get("/bad")


def test_a_missing_hidden_field_is_named() -> None:
    with pytest.raises(BadPage, match="version"):
        hidden("<input type='text' name='version'>", "version")


def test_the_page_in_hand_is_marked_in_the_menu(zhou: CheckedClient) -> None:
    marked = re.findall(r'<a href="([^"]+)"[^>]*aria-current="page"', zhou.get("/gallery").text)

    assert "/gallery" in marked
    assert "/" not in marked


def test_an_address_below_an_entry_marks_that_entry(app: Flask, zhou: CheckedClient) -> None:

    for path, here in [("/reconcile/2026-03", "/reconcile"), ("/", "/"), ("/galleryx", None), ("/unknown", None)]:
        with app.test_request_context(path):
            current = [item.href for group in site_frame().groups for item in group.items if item.current]
            assert current == ([here] if here else [])


@pytest.mark.parametrize(
    ("query", "read"),
    [
        ("?n=7&c=a&t=%20x%20y&d=2026-03-05", (7, "a", "x y", date(2026, 3, 5))),
        ("", (5, "z", "", None)),
        ("?n=1e5&c=b&t=" + "x" * 900 + "&d=x", (5, "z", "x" * 100, None)),
        ("?n=" + "9" * 5000 + "&n=3", (5, "z", "", None)),
        ("?n=-1&t=%E2%80%AEabc", (5, "z", "abc", None)),
        ("?n=101", (5, "z", "", None)),
        ("?n=%D9%A3", (5, "z", "", None)),
    ],
)
def test_what_an_address_asks_for_is_read_or_left_at_its_default(
    app: Flask, query: str, read: tuple[int, str, str, date | None]
) -> None:
    with app.test_request_context("/" + query):
        found = (
            asked_number("n", 5, least=0, most=100),
            asked_choice("c", ["a", "z"], "z"),
            asked_text("t"),
            asked_day("d"),
        )

    assert found == read


def test_styles_and_script_keep_their_budget() -> None:
    assert len(gzip.compress((STATIC / "tracker.css").read_bytes(), 9)) <= 12 * 1024
    assert len(gzip.compress((STATIC / "tracker.js").read_bytes(), 9)) <= 6 * 1024


def test_styles_use_nothing_newer_than_the_browser_floor() -> None:
    styles = re.sub(r"/\*.*?\*/", "", (STATIC / "tracker.css").read_text(encoding="utf-8"), flags=re.DOTALL)

    for newer in (
        ":has(",
        ":is(",
        ":where(",
        "@layer",
        "@container",
        "inset:",
        "aspect-ratio",
        "color-mix",
        "oklch",
        "dvh",
        "@import",
        "http:",
        "https:",
    ):
        allowed = "http://www.w3.org" if newer == "http:" else None
        assert newer not in (styles.replace(allowed, "") if allowed else styles), newer


def test_the_script_never_writes_markup_of_its_own() -> None:
    script = (STATIC / "tracker.js").read_text(encoding="utf-8")

    for risky in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "http:",
        "https://",
    ):
        assert risky not in script, risky


def test_templates_carry_no_style_script_or_unescaped_text() -> None:
    mine = [path for folder in ("layout", "components", "errors") for path in (TEMPLATES / folder).glob("*.html")]

    assert len(mine) > 30
    for path in mine:
        written = path.read_text(encoding="utf-8")
        assert not re.search(r"\sstyle=|<style|\son[a-z]+=|\|\s*safe\b|autoescape false", written), path.name
        if path.parent.name == "components":
            assert written.startswith("{# "), f"{path.name} does not say what it is"


def test_without_an_actor_the_frame_offers_no_way_out(app: Flask, stranger: CheckedClient) -> None:
    assert "/sign-out" not in stranger.get("/gate").text


def test_a_view_may_answer_in_its_own_way(zhou: CheckedClient) -> None:
    answer = zhou.get("/leaf.txt")

    assert answer.mimetype == "text/plain"
