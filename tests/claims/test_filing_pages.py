"""A member fills in a claim: opened once, saved as typed, checked, submitted once."""

from __future__ import annotations

from tests.office import Office
from tests.pages import Browse
from tests.web.checked_client import hidden, token


def test_a_draft_opens_and_is_shown(small_office: Office, browse: Browse) -> None:
    member = browse("member")
    first = member.get("/claims/new")
    assert first.status_code == 200
    sent = member.post("/claims/new", data={"csrf_token": token(first.text), "command_id": hidden(first.text, "command_id"), "kind": "travel", "whom": f"{small_office.team_id}:{small_office.people['member']}", "fund_id": small_office.fund_id})
    assert sent.status_code == 303, sent.text
    shown = member.get(sent.location)
    assert shown.status_code == 200
    print(shown.text)
