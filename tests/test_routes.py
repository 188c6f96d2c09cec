"""Every route × every seat: who may open it is what its mark says.

Nothing answers 5xx, no GET writes, no POST goes without its token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.routing import Rule

from tests.office import PEOPLE, Office, a_paid, a_submitted
from tests.pages import Browse
from tracker.storage import Base
from tracker.web.access import access_of, unclassified_views

PUBLIC = {
    "static",
    "identity.sign_in",
    "identity.sign_out",
    "vouchers.verify",
    "vouchers.verify_code",
}
"""Endpoints open to anybody are listed here as well as marked, so that opening one takes two hands."""

ABSURD = ("0", "999999999", "-1", "99999999999999999999999", "%00", "..%2f..%2fetc%2fpasswd", "' OR 1=1 --", "{{7*7}}")


def _rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def _addresses(rule: Rule, values: dict[str, Any], *, absurd_too: bool = False) -> Iterator[str]:
    """The route's address with real ids and, if asked, with each absurd one."""
    if not rule.arguments:
        yield rule.rule
        return

    def filled(choose: Any) -> str:
        return re.sub(r"<(?:[^:<>]+(?:\([^)]*\))?:)?([^<>]+)>", lambda m: str(choose(m.group(1))), rule.rule)

    yield filled(lambda name: values.get(name, 1))
    for absurd in ABSURD if absurd_too else ():
        yield filled(lambda _name, absurd=absurd: absurd)


@pytest.fixture
def busy_office(small_office: Office) -> Office:
    """An office with a claim in the gate and one that is paid, so that ids exist."""
    a_submitted(small_office, 100_000)
    a_paid(small_office, 200_000)
    return small_office


def _ids(office: Office) -> dict[str, Any]:
    return {"fund_id": office.fund_id, "team_id": office.team_id, "claim_id": 1, "cell_id": 2, "person_id": 1}


def test_every_view_is_classified(app: Flask) -> None:
    assert unclassified_views(app) == []


def test_what_is_public_is_on_the_list(app: Flask) -> None:
    marked = {rule.endpoint for rule in _rules(app) if (access := access_of(app, rule.endpoint)) and access.is_public}
    extra = {name for name in marked if not name.startswith("display.")}
    assert extra <= PUBLIC, f"public, but not listed: {sorted(extra - PUBLIC)}"


@pytest.mark.parametrize("name", ["", *PEOPLE])
def test_each_person_opens_what_the_mark_says_and_nothing_falls_over(
    busy_office: Office, app: Flask, browse: Browse, name: str
) -> None:
    client = browse(name)
    seats = {PEOPLE[name][1]} if name else set()
    wrong: list[str] = []
    for rule in _rules(app):
        access = access_of(app, rule.endpoint)
        assert access is not None
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        for address in _addresses(rule, _ids(busy_office), absurd_too=name in ("", "member", "officer")):
            answer = client.get(address)
            status = answer.status_code
            if status >= 500:
                wrong.append(f"{address}: {status}")
            elif status in (400, 404):
                continue
            elif not access.is_public and not name and not (status == 303 and "/sign-in" in answer.location):
                wrong.append(f"{address}: open to nobody signed in ({status})")
            elif access.seats and name and not access.seats & seats and status != 403:
                wrong.append(f"{address}: {name} has no such seat, answered {status}")
    assert wrong == []


def test_no_get_writes(busy_office: Office, app: Flask, browse: Browse) -> None:
    before = _sizes(busy_office)
    for name in ("member", "reviewer", "officer", "administrator", "auditor"):
        client = browse(name)
        for rule in _rules(app):
            if "GET" in (rule.methods or ()) and rule.endpoint != "static":
                client.get(next(_addresses(rule, _ids(busy_office))))
    after = _sizes(busy_office)
    allowed = {"sign_in"}
    assert {table for table in after if after[table] != before[table]} <= allowed


@pytest.mark.parametrize("name", ["", "member", "officer", "administrator"])
def test_no_post_goes_without_its_token(busy_office: Office, app: Flask, browse: Browse, name: str) -> None:
    client = browse(name)
    before = _sizes(busy_office)["audit_entry"]
    open_doors = []
    for rule in _rules(app):
        if "POST" not in (rule.methods or ()):
            continue
        for address in _addresses(rule, _ids(busy_office)):
            status = client.post(address, data={"anything": "x"}).status_code
            if status not in (303, 400, 403, 404, 405):
                open_doors.append(f"{address}: {status}")
    assert open_doors == []
    assert _sizes(busy_office)["audit_entry"] == before


@pytest.mark.parametrize(
    "name", ["member", "agent", "reviewer", "head", "officer", "cashier", "administrator", "auditor"]
)
def test_an_empty_or_wild_post_is_answered_in_words(busy_office: Office, app: Flask, browse: Browse, name: str) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    client = browse(name)
    broken = []
    for rule in _rules(app):
        if "POST" not in (rule.methods or ()) or rule.endpoint.endswith("sign_out"):
            continue
        for address in _addresses(rule, _ids(busy_office), absurd_too=name == "member"):
            for data in (
                {},
                {"version": "x" * 5000, "command_id": "\u202e{{7*7}}<script>", "amount": "-1e9", "op": "x"},
            ):
                status = client.post(address, data=data).status_code
                if status >= 500 and status != 503:
                    broken.append(f"{address}: {status}")
    assert broken == []


def _sizes(office: Office) -> dict[str, int]:
    with office.database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }
