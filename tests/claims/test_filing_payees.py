"""Accounts: shown by their tail only, never twice, closed for good, chosen by those they belong to."""

from __future__ import annotations

import pytest
from werkzeug.test import TestResponse

from tests.claims.form_pages import open_claim
from tests.office import Office, a_payee
from tests.pages import Browse
from tests.web.checked_client import CheckedClient, token
from tracker.claims.models import Payee

NUMBER = "6222 0212 3456 8821"


def add(client: CheckedClient, office: Office, **changes: str) -> TestResponse:
    body = {
        "csrf_token": token(client.get("/payees").text),
        "method": "person",
        "owner": f"person:{office.people['member']}",
        "holder": "陈立",
        "bank": "江苏银行",
        "account": NUMBER,
        **changes,
    }
    return client.post("/payees", data=body)


def accounts(office: Office) -> list[Payee]:
    with office.database.reading() as session:
        return session.query(Payee).all()


def test_the_number_is_enciphered_and_shown_by_its_tail(small_office: Office, browse: Browse) -> None:
    member = browse("member")
    assert add(member, small_office).status_code == 303
    shown = member.get("/payees").text
    assert "江苏银行 尾号 8821" in shown
    digits = NUMBER.replace(" ", "")
    assert digits not in shown
    assert digits.encode() not in accounts(small_office)[0].account_cipher
    assert small_office.database.path is not None
    assert digits.encode() not in small_office.database.path.read_bytes()


def test_a_second_click_adds_no_second_account(small_office: Office, browse: Browse) -> None:
    member = browse("member")
    for number in (NUMBER, "6222021234568821", "６２２２０２１２３４５６８８２１"):
        assert add(member, small_office, account=number).status_code == 303
    assert len(accounts(small_office)) == 1


@pytest.mark.parametrize("number", ["", "1234567", "1" * 31, "12345678x", "6222-0212-3456-88a1", "<b>12345678</b>"])
def test_what_is_no_account_number_is_refused_and_not_sent_back(
    small_office: Office, browse: Browse, number: str
) -> None:
    answer = add(browse("member"), small_office, account=number)
    assert answer.status_code == 422
    assert 'href="#account"' in answer.text
    assert not number or f'value="{number}"' not in answer.text
    assert accounts(small_office) == []


def test_a_vendor_belongs_to_a_team_and_a_card_to_a_person(small_office: Office, browse: Browse) -> None:
    member = browse("member")
    assert add(member, small_office, method="vendor").status_code == 422
    assert add(member, small_office, owner=f"team:{small_office.team_id}").status_code == 422
    team = f"team:{small_office.team_id}"
    assert add(member, small_office, method="vendor", owner=team, holder="某印务公司").status_code == 303
    assert "某印务公司" in browse("colleague").get("/payees").text
    assert "某印务公司" not in browse("outsider").get("/payees").text


def test_nobody_adds_an_account_for_another(small_office: Office, browse: Browse) -> None:
    other = f"person:{small_office.people['colleague']}"
    assert add(browse("member"), small_office, owner=other).status_code == 422
    assert add(browse("agent"), small_office, owner=other, holder="王浩").status_code == 303
    outsider = f"person:{small_office.people['outsider']}"
    assert add(browse("agent"), small_office, owner=outsider).status_code == 422


def test_a_closed_account_is_chosen_no_more(small_office: Office, browse: Browse) -> None:
    payee_id = a_payee(small_office)
    member = browse("member")
    page = open_claim(member, small_office)
    page.fill(pay_method="person")
    page.press("save")
    assert f'<option value="{payee_id}"' in page.text
    body = {"csrf_token": token(member.get("/payees").text)}
    for _ in range(2):
        assert member.post(f"/payees/{payee_id}/close", data=body).status_code == 303
    page.press("save")
    assert f'<option value="{payee_id}"' not in page.text
    colleague = browse("colleague")
    body = {"csrf_token": token(colleague.get("/payees").text)}
    assert colleague.post(f"/payees/{payee_id}/close", data=body).status_code == 404


def test_a_foreign_account_cannot_be_named_on_a_claim(small_office: Office, browse: Browse) -> None:
    foreign = a_payee(small_office, "colleague")
    page = open_claim(browse("member"), small_office)
    page.fill(pay_method="person", payee_id=str(foreign))
    answer = page.press("submit")
    assert answer.status_code == 422
    assert "请从列表中选择收款账户" in answer.text


def test_adding_an_account_leads_back_to_the_claim_with_its_text_kept(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    page.fill(purpose="写了一半")
    sent = page.press("payees")
    assert sent.location.startswith("/payees?back=")
    assert f'href="{page.url}"' in page.client.get(sent.location).text
    page.press("save")
    assert page.value("purpose") == "写了一半"


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "javascript:alert(1)", "/\\evil"])
def test_the_way_back_stays_on_the_site(browse: Browse, small_office: Office, back: str) -> None:
    assert "evil" not in browse("member").get("/payees", query_string={"back": back}).text
