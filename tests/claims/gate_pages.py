"""A reader of the review page: finds each act's form and sends it as a browser would."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

from werkzeug.test import TestResponse

from tests.web.checked_client import CheckedClient


class _Forms(HTMLParser):
    """Notes every form with the values its controls carry."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: dict[str, dict[str, str]] = {}
        self._here: dict[str, str] | None = None
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._here = self.forms.setdefault(facts.get("action", ""), {})
        elif self._here is not None and facts.get("name"):
            if tag == "input" and facts.get("type") not in ("checkbox", "file", "radio"):
                self._here[facts["name"]] = facts.get("value", "")
            self._area = facts["name"] if tag == "textarea" else self._area
            self._select = facts["name"] if tag == "select" else self._select
        elif tag == "option" and self._here is not None and "selected" in facts:
            self._here[self._select] = facts.get("value", "")

    def handle_data(self, data: str) -> None:
        if self._area and self._here is not None:
            self._here[self._area] = self._here.get(self._area, "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._here = None
        if tag == "textarea":
            self._area = ""


def forms_of(answer: TestResponse) -> dict[str, dict[str, str]]:
    """Map the address of each form on a page to the values it carries."""
    reader = _Forms()
    reader.feed(answer.text)
    return reader.forms


def form_for(answer: TestResponse, address: str) -> tuple[str, dict[str, str]]:
    """Find the form sent to an address, with or without a query; raises AssertionError naming those there are."""
    found = forms_of(answer)
    for action, values in found.items():
        if action.split("?")[0] == address:
            return action, values
    raise AssertionError(f"no form to {address}; there are {sorted(found)}")


def press(client: CheckedClient, page: TestResponse, address: str, **typed: Any) -> TestResponse:
    """Send the form of a page as its button would, with something typed."""
    action, values = form_for(page, address)
    return client.post(action, data={**values, **typed})


def acts_on(answer: TestResponse, claim_id: int) -> set[str]:
    """Name the acts a page offers for a claim."""
    pattern = re.compile(rf"/claims/{claim_id}/([a-z-]+)")
    return {found[1] for action in forms_of(answer) if (found := pattern.fullmatch(action.split("?")[0]))}


def words(answer: TestResponse) -> str:
    """The text a person reads on the page."""
    text = re.sub(r"<(script|style)[\s\S]*?</\1>", " ", answer.text)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text))
