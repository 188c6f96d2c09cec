"""Whatever is sent to the form, nobody is shown a fault, nothing runs, and what was typed is not lost."""

from __future__ import annotations

import random

import pytest

from tests.claims.form_pages import FormPage, a_ready_form, open_claim
from tests.office import Office, a_payee
from tests.pages import Browse

NASTY = (
    "",
    " ",
    "0",
    "-1",
    "99999999999999999999",
    "1e309",
    "NaN",
    "null",
    "[]",
    "' OR '1'='1'; DROP TABLE claim; --",
    '"><script>alert(1)</script>',
    "{{ 7 * 7 }}{% raw %}",
    "${7*7}",
    "=1+1",
    "\u202e\u2066反转\u2069",
    "\x01\x07\x1b[31m",
    "\ud83d\ude00" * 3,
    "龘" * 5000,
    "1:1:1",
    "999999:transport",
    "../../etc/passwd",
    "2026-02-30",
    "0000-00-00",
    "\u2028\u2029",
    "a\r\nSet-Cookie: x=1",
)
OPS = ("save", "submit", "add", "remove:x", "up:", "down:zz", "overwrite:9", "overwrite:²", "detach:0", "payees")
STATUSES = {200, 303, 400, 404, 409, 413, 422}


def sendable(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


@pytest.mark.parametrize("what", ["edit", "draft", "check"])
@pytest.mark.parametrize("seed", range(6))
def test_no_text_in_any_field_is_a_fault(small_office: Office, browse: Browse, what: str, seed: int) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.press("add")
    chance = random.Random(seed)
    names = [name for name, _ in page.pairs if name != "csrf_token"]
    for _ in range(12):
        body = list(page.pairs)
        for name in chance.sample(names, 6):
            text = sendable(chance.choice(NASTY))
            body = [(one, text if one == name else value) for one, value in body]
        chance.shuffle(body)
        data: dict[str, list[str]] = {}
        for name, value in body:
            data.setdefault(name, []).append(value)
        data["op"] = [chance.choice([*OPS, sendable(chance.choice(NASTY))])]
        headers = {"X-Part": "1"} if chance.random() < 0.5 else {}
        answer = page.client.post(f"/claims/{page.claim_id}/{what}", data=data, headers=headers)
        assert answer.status_code in STATUSES, answer.text[:500]
        assert "<script>alert" not in answer.text
        assert "49{%" not in answer.text


@pytest.mark.parametrize("text", NASTY)
def test_every_text_survives_a_save_and_is_shown_as_text(small_office: Office, browse: Browse, text: str) -> None:
    page = open_claim(browse("member"), small_office)
    page.press("add")
    page.fill(purpose=sendable(text), note=sendable(text))
    page.line(1, summary=sendable(text), amount=sendable(text), spent_on=sendable(text))
    assert page.press("save").status_code == 303
    again = FormPage(page.client, page.claim_id)
    assert "<script>alert" not in again.text
    if len(text) < 100 and text.strip() and text.isascii() and text.isprintable():
        assert again.value(f"line-{again.keys[0]}-summary") == " ".join(text.split())


def test_missing_fields_and_wrong_types_are_no_fault(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    csrf, command = page.value("csrf_token"), page.value("command_id")
    for body in (
        {},
        {"version": "abc"},
        {"version": "1", "line": ["a"] * 2000},
        {"version": "1", "line": ["../x", "ok1", "x" * 40]},
        {"version": "99999999999999999999"},
        {"version": "-1", "kind": ["travel", "reception"]},
        {"version": "1", "line": "about", "line-about-amount": "1"},
    ):
        for url in (page.url, f"/claims/{page.claim_id}/draft", f"/claims/{page.claim_id}/check"):
            sent = page.client.post(url, data={"csrf_token": csrf, "command_id": command, **body})
            assert sent.status_code in STATUSES


def test_three_hundred_lines_are_taken_and_one_more_is_told(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    base = dict(page.pairs)
    keys = [f"k{number}" for number in range(301)]
    body: dict[str, object] = {**base, "line": keys, "op": "submit"}
    answer = page.client.post(page.url, data=body)
    assert answer.status_code == 422
    assert "最多 300 行" in answer.text


def test_a_huge_body_is_refused_with_a_sentence(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    answer = page.client.post(page.url, data={**dict(page.pairs), "note": "字" * 2_000_000})
    assert answer.status_code == 413


@pytest.mark.parametrize("claim_id", ["0", "999999", "99999999999999999999", "-1", "x"])
def test_a_made_up_claim_is_not_found(small_office: Office, browse: Browse, claim_id: str) -> None:
    member = browse("member")
    assert member.get(f"/claims/{claim_id}/edit").status_code == 404
