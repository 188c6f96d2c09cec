"""What is done at once can be taken back from the note that tells of it."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

from tests.claims.form_pages import a_ready_form
from tests.claims.gate_pages import form_for, press, words
from tests.office import Office, a_payee, a_submitted, command
from tests.pages import Browse
from tests.web.checked_client import CheckedClient
from tracker.claims import operations
from tracker.claims.lifecycle import State
from tracker.claims.models import Claim


def the_claim(office: Office, claim_id: int) -> tuple[State, int]:
    with office.database.reading() as session:
        claim = session.get_one(Claim, claim_id)
        return claim.state, claim.deducted_fen


def deduct(client: CheckedClient, claim_id: int, yuan: str, reason: str) -> TestResponse:
    page = client.get(f"/claims/{claim_id}")
    answer = press(client, page, f"/claims/{claim_id}/deduct", deducted_fen=yuan, comment=reason)
    return client.get(answer.location)


def restore(client: CheckedClient, claim_id: int, page: TestResponse) -> TestResponse:
    """Press the button in the note, which is not the form of the line in view."""
    note = page.text[page.text.index('class="note ok flash"') : page.text.index("恢复</button>")]
    values = dict(re.findall(r'name="(\w+)" value="([^"]*)"', note))
    return client.post(f"/claims/{claim_id}/deduct", data=values)


def test_a_submission_is_taken_back_from_its_note(small_office: Office, browse: Browse) -> None:
    member = browse("member")
    form = a_ready_form(member, small_office, a_payee(small_office))
    page = member.get(form.press("submit").location)
    assert "额度已占用" in words(page)

    first, values = form_for(page, f"/claims/{form.claim_id}/withdraw")
    answers = [member.post(first, data=values) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303], "the second click finds it done"
    assert the_claim(small_office, form.claim_id)[0] is State.DRAFT


def test_a_submission_somebody_has_decided_on_is_not_taken_back(small_office: Office, browse: Browse) -> None:
    member = browse("member")
    form = a_ready_form(member, small_office, a_payee(small_office))
    page = member.get(form.press("submit").location)
    with small_office.database.writing() as session:
        operations.approve(session, form.claim_id, command(small_office.actor("reviewer")))

    answer = press(member, page, f"/claims/{form.claim_id}/withdraw")

    assert answer.status_code == 409
    assert "周敏" in words(answer)
    assert the_claim(small_office, form.claim_id)[0] is State.APPROVED


def test_a_deduction_is_restored_to_what_it_was(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 100_000)
    reviewer = browse("reviewer")
    deduct(reviewer, claim_id, "100", "超出协议价")
    page = deduct(reviewer, claim_id, "250", "超出协议价，含服务费")
    assert the_claim(small_office, claim_id)[1] == 25_000

    answer = restore(reviewer, claim_id, page)

    assert answer.status_code == 303
    with small_office.database.reading() as session:
        line = session.get_one(Claim, claim_id).lines[0]
        assert (line.deducted_fen, line.deduction_reason) == (10_000, "超出协议价")


def test_the_first_deduction_is_taken_back_whole(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 100_000)
    reviewer = browse("reviewer")
    page = deduct(reviewer, claim_id, "100", "超出协议价")

    restore(reviewer, claim_id, page)

    assert the_claim(small_office, claim_id) == (State.IN_ROUTE, 0)
