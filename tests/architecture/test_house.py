"""How the house is built: names, sizes, first sentences, templates without inline code, and whom the text is about."""

from __future__ import annotations

import ast
import re
from pathlib import PurePath

import pytest

from tests.architecture.tree import files, named, texts

HOMELESS = {"util", "utils", "helper", "helpers", "common", "misc", "shared"}
NAMED = {".py", ".html", ".css", ".js"}
LONGEST_MODULE = 450
"""Lines; a room over about 300 becomes a folder, and this is where about ends."""


def test_no_module_is_named_for_having_no_home() -> None:
    homeless = [
        named(place)
        for place in files()
        if place.suffix in {".py", ".html", ".css", ".js"}
        and HOMELESS & {*PurePath(named(place)).with_suffix("").parts}
    ]
    assert homeless == []


def test_every_module_begins_with_a_sentence_of_purpose() -> None:
    silent = []
    for name, text in texts(".py"):
        if name.endswith("/__init__.py") and not text.strip() and not name.startswith("tracker/"):
            continue
        first = (ast.get_docstring(ast.parse(text)) or "").partition("\n")[0]
        if not re.search(r"[.。:,;]$|^[A-Z].{40,}", first):
            silent.append(f"{name}: {first!r}")
    assert silent == []


def test_no_room_is_too_large_to_be_read_at_once() -> None:
    large = {
        name: lines for name, text in texts(".py", under="tracker/") if (lines := text.count("\n")) > LONGEST_MODULE
    }
    assert large == {}


INLINE = {
    "an inline style": re.compile(r"\sstyle\s*=\s*[\"']|<style\b", re.IGNORECASE),
    "an inline script": re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.IGNORECASE),
    "an event handler": re.compile(r"<[^>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "a script address": re.compile(r"javascript:", re.IGNORECASE),
    "text taken as markup": re.compile(r"\|\s*safe\b"),
}
"""What the site's policy of content security would refuse, or what would let typed text become markup."""

PRINTED = ("templates/vouchers/", "templates/papers/")
"""Papers drawn by WeasyPrint are no pages: no browser and no policy reads them."""


@pytest.mark.parametrize("what", INLINE)
def test_no_template_carries(what: str) -> None:
    found = [
        f"{name}:{text.count(chr(10), 0, hit.start()) + 1}"
        for name, text in texts(".html", ".svg", under="templates/")
        if not name.startswith(PRINTED)
        for hit in INLINE[what].finditer(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "markup"),
    [
        ("an inline style", '<p style="color: red">'),
        ("an inline script", "<script>alert(1)</script>"),
        ("an event handler", '<a href="#" onclick="go()">'),
        ("a script address", '<a href="javascript:go()">'),
        ("text taken as markup", "{{ claim.purpose | safe }}"),
    ],
)
def test_the_search_for_inline_code_finds_it(what: str, markup: str) -> None:
    assert INLINE[what].search(markup)


_OTHERS = [
    # Written in pieces, so that this file does not find itself.
    "cla" + "ude",
    "anthro" + "pic",
    "open" + "ai",
    "chat" + "gpt",
    "co" + "pilot",
    "language " + "model",
    "ai-" + "generated",
    "/wo" + "rk/",
    "/t" + "mp/v/",
    "../sha" + "red",
    "py" + "pi.org",
    "python" + "hosted",
    "npm" + "js",
    "opt/" + "wheels",
]


def test_the_repository_speaks_of_the_product_alone() -> None:
    """Neither who or what wrote it, nor the machine it was written on, nor where packages come from."""
    told = re.compile("|".join(map(re.escape, _OTHERS)), re.IGNORECASE)
    found = [
        f"{name}: {hit.group()}"
        for name, text in texts()
        for hit in told.finditer(text)
        if not name.endswith((".otf", ".po"))
    ]
    assert found == []
