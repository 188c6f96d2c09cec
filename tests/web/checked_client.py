"""A test client that reads every page it opens the way a browser, a screen reader and an attacker would."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tracker.web.headers import CONTENT_SECURITY_POLICY, SEALED_POLICY

VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
SHAPES = frozenset({"path", "rect", "circle", "line", "polyline", "polygon", "ellipse", "use", "image", "stop"})
CONTROLS = frozenset({"input", "select", "textarea"})
ADDRESSES = frozenset({"href", "src", "action", "formaction", "poster", "data", "srcset", "xlink:href", "background"})
BLOCKS = ("div", "ul", "ol", "dl", "p", "table", "section", "fieldset", "details", "h1", "h2", "h3")
NEVER_INSIDE = {
    **{block: {"p"} for block in BLOCKS},
    "form": {"form", "p"},
    "a": {"a", "button"},
    "button": {"a", "button"},
    "label": {"label"},
}
"""What a browser takes apart, or a screen reader stumbles over, when the one stands inside the other."""
_OUTSIDE = re.compile(r"^\s*(?:[a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)
_INSIDE = re.compile(r"^(?:data:image/|blob:|mailto:|tel:)", re.IGNORECASE)


class BadPage(AssertionError):
    """A page that breaks a rule every page keeps."""


class PageReader(HTMLParser):
    """Walks a page and notes what it has and what is wrong with it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self.open: list[tuple[str, int]] = []
        self.ids: list[str] = []
        self.seen: dict[str, int] = {}
        self.pointed_at: list[tuple[str, str]] = []
        self.controls: list[dict[str, str | None]] = []
        self.inside_label = 0
        self.title = ""
        self.language = ""
        self.has_doctype = False
        self.silent_charts = 0

    def handle_decl(self, decl: str) -> None:
        self.has_doctype |= decl.lower() == "doctype html"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if around := NEVER_INSIDE.get(tag, set()) & {name for name, _ in self.open}:
            self.faults.append(f"line {self.getpos()[0]}: <{tag}> inside <{min(around)}>")
        if tag not in VOID:
            self.open.append((tag, self.getpos()[0]))
            self.inside_label += tag == "label"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, attrs)
        if tag not in VOID and tag not in SHAPES:
            self.faults.append(f"line {self.getpos()[0]}: <{tag}/> does not close itself in HTML")

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            self.faults.append(f"line {self.getpos()[0]}: </{tag}> closes nothing")
            return
        if not self.open or self.open[-1][0] != tag:
            inside = f"<{self.open[-1][0]}> of line {self.open[-1][1]}" if self.open else "nothing"
            self.faults.append(f"line {self.getpos()[0]}: </{tag}> while inside {inside}")
            names = [name for name, _ in self.open]
            if tag not in names:
                return
            del self.open[len(names) - names[::-1].index(tag) :]
        self.open.pop()
        self.inside_label -= tag == "label"

    def handle_data(self, data: str) -> None:
        inside = self.open[-1][0] if self.open else ""
        if inside == "title" and not any(name == "svg" for name, _ in self.open):
            self.title += data
        if inside == "script" and data.strip():
            self.faults.append(f"line {self.getpos()[0]}: a script inside the page")

    def _note(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        facts = dict(attrs)
        self.seen[tag] = self.seen.get(tag, 0) + 1
        if len(facts) < len(attrs):
            self.faults.append(f"line {line}: <{tag}> names an attribute twice")
        if tag == "html":
            self.language = facts.get("lang") or ""
        self.faults += [f"line {line}: {fault}" for fault in _faults_of_element(tag, facts)]
        if tag in CONTROLS:
            self.controls.append({**facts, "_tag": tag, "_line": str(line), "_in_label": str(self.inside_label)})
        for name, value in attrs:
            self._note_attribute(tag, name, value or "", line)

    def _note_attribute(self, tag: str, name: str, value: str, line: int) -> None:
        if name.startswith("on"):
            self.faults.append(f"line {line}: <{tag} {name}> runs script the content policy forbids")
        if name == "id":
            if value in self.ids:
                self.faults.append(f"line {line}: id {value!r} is used twice")
            if not value or any(character.isspace() for character in value):
                self.faults.append(f"line {line}: id {value!r} is no id")
            self.ids.append(value)
        if name in {"for", "aria-labelledby", "aria-describedby", "aria-controls"}:
            self.pointed_at += [(f"line {line}: {name}", target) for target in value.split()]
        if name in ADDRESSES and _OUTSIDE.match(value) and not _INSIDE.match(value):
            self.faults.append(f"line {line}: <{tag} {name}={value!r}> leads outside")


def _faults_of_element(tag: str, facts: dict[str, str | None]) -> list[str]:
    """List what is wrong with one element, whatever stands around it."""
    rules = [
        (tag == "style" or "style" in facts, f"<{tag}> carries style, which the content policy drops"),
        (tag == "script" and not facts.get("src"), "a script inside the page"),
        (tag in {"iframe", "object", "embed", "base", "applet"}, f"<{tag}> is not used on this site"),
        (tag == "img" and "alt" not in facts, "a picture without alt"),
        (facts.get("role") == "img" and not (facts.get("aria-label") or "").strip(), "a chart that says nothing"),
        (
            tag == "form" and (facts.get("method") or "get").lower() not in {"get", "post"},
            "a form that is neither GET nor POST",
        ),
    ]
    return [words for is_broken, words in rules if is_broken]


def faults_of(html: str, *, whole: bool = True) -> list[str]:
    """List what is wrong with a page, or with a part of one when ``whole`` is False."""
    reader = PageReader()
    reader.feed(html)
    reader.close()
    faults = list(reader.faults)
    faults += [f"line {line}: <{tag}> is never closed" for tag, line in reader.open]
    faults += _unnamed(reader)
    if whole:
        faults += [f"{where} points at {target!r}, which is not there" for where, target in _lost(reader)]
        faults += _missing_landmarks(reader)
    return faults


def _lost(reader: PageReader) -> list[tuple[str, str]]:
    return [(where, target) for where, target in reader.pointed_at if target not in reader.ids]


def _unnamed(reader: PageReader) -> list[str]:
    labelled = {target for where, target in reader.pointed_at if where.endswith(": for")}
    quiet = {"hidden", "submit", "button", "image", "reset"}
    return [
        f"line {control['_line']}: <{control['_tag']} name={control.get('name')!r}> has no label"
        for control in reader.controls
        if (control.get("type") or "") not in quiet
        and control["_in_label"] == "0"
        and not control.get("aria-label")
        and not control.get("aria-labelledby")
        and control.get("id") not in labelled
    ]


def _missing_landmarks(reader: PageReader) -> list[str]:
    wanted = [
        (reader.has_doctype, "no doctype"),
        (reader.language in {"zh-CN", "en"}, f"lang is {reader.language!r}"),
        (bool(reader.title.strip(" ·\n")), "no title"),
        (not reader.title.strip().startswith("·"), "the title does not name the page"),
        (reader.seen.get("h1", 0) == 1, f"{reader.seen.get('h1', 0)} h1"),
        (reader.seen.get("main", 0) == 1, f"{reader.seen.get('main', 0)} main"),
        (reader.seen.get("header", 0) >= 1, "no header"),
    ]
    return [words for is_there, words in wanted if not is_there]


def check_answer(answer: TestResponse, *, is_part: bool = False) -> None:
    """Raise BadPage when an answer lacks its headers or, being a page, breaks a rule of pages."""
    policy = answer.headers.get("Content-Security-Policy")
    if policy not in {CONTENT_SECURITY_POLICY, SEALED_POLICY}:
        raise BadPage(f"{answer.request.path}: content policy is {policy!r}")
    if answer.headers.get("X-Content-Type-Options") != "nosniff":
        raise BadPage(f"{answer.request.path}: content type may be guessed")
    if answer.mimetype != "text/html" or answer.status_code in range(300, 400):
        return
    if faults := faults_of(answer.get_data(as_text=True), whole=not is_part):
        raise BadPage(f"{answer.request.path} ({answer.status_code}):\n  " + "\n  ".join(faults))


class CheckedClient(FlaskClient):
    """A client that refuses to open a page that is not fit to be shown."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Open an address and check what comes."""
        kwargs.setdefault("buffered", True)
        answer = super().open(*args, **kwargs)
        check_answer(answer, is_part="X-Part" in answer.request.headers)
        return answer


def checked_client(app: Flask) -> CheckedClient:
    """Make a checked client of an app."""
    app.test_client_class = CheckedClient
    client = app.test_client()
    assert isinstance(client, CheckedClient)
    return client


def token(html: str) -> str:
    """Return the CSRF token in a page. Raises BadPage when there is none."""
    return hidden(html, "csrf_token")


def hidden(html: str, name: str) -> str:
    """Return the value of a hidden field in a page. Raises BadPage when there is none."""
    for found in re.finditer(r"<input\b[^>]*>", html):
        facts = dict(re.findall(r'([\w-]+)="([^"]*)"', found[0]))
        if facts.get("name") == name and facts.get("type") == "hidden":
            return str(facts.get("value", ""))
    raise BadPage(f"no hidden field {name}")
