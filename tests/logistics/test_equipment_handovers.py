"""The forms of handovers: as drawn they change nothing unasked, and both units of a loan read its papers."""

from __future__ import annotations

import re
from datetime import date

from werkzeug.test import TestResponse

from tests.equipment.things import (
    a_room,
    a_thing,
    handed,
    nothing_amiss,
    other_unit_id,
    some_things,
    the_thing,
    to_member,
)
from tests.office import Office
from tests.pages import Browse
from tests.web.checked_client import CheckedClient, hidden, token
from tracker.equipment.lifecycle import Destination, Handing, ItemState


def _sent(client: CheckedClient, address: str, **more: object) -> TestResponse:
    """Press the button of a handover's form as it was drawn, with some fields changed."""
    page = client.get(address).get_data(as_text=True)
    typed: dict[str, object] = {
        "csrf_token": token(page),
        "command_id": hidden(page, "command_id"),
        "thing": re.findall(r'name="thing" value="([^"]+)"', page),
    }
    for name, options in re.findall(r'<select[^>]* name="(\w+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option selected value="([^"]*)"|<option value="([^"]*)" selected', options)
        typed[name] = (chosen[1] or chosen[2] or "") if chosen else ""
    return client.post(address, data={**typed, **more})


def test_a_transfer_form_as_drawn_leaves_holder_team_and_place(small_office: Office, browse: Browse) -> None:
    room, number = a_room(small_office), a_thing(small_office)
    handed(small_office, Handing.ISSUE, number, to=to_member(small_office, room))
    before = the_thing(small_office, number).standing

    answer = _sent(browse("reviewer"), f"/equipment/handovers/new?kind=transfer&item={number}")

    assert answer.status_code == 303
    assert the_thing(small_office, number).standing == before
    nothing_amiss(small_office)


def test_a_return_form_as_drawn_leaves_the_thing_where_it_stands(small_office: Office, browse: Browse) -> None:
    room, number = a_room(small_office), a_thing(small_office)
    handed(small_office, Handing.ISSUE, number, to=to_member(small_office, room))
    assert _sent(browse("member"), f"/equipment/handovers/new?kind=return&item={number}").status_code == 303
    thing = the_thing(small_office, number)
    assert (thing.state, thing.room_id, thing.holder_id) == (ItemState.IDLE, room, None)


def test_things_from_different_places_ask_for_the_place(small_office: Office, browse: Browse) -> None:
    room, other = a_room(small_office), a_room(small_office, "510")
    first, second = some_things(small_office, 2)
    handed(small_office, Handing.ISSUE, first, to=to_member(small_office, room))
    handed(small_office, Handing.ISSUE, second, to=to_member(small_office, other))
    client, address = browse("reviewer"), f"/equipment/handovers/new?kind=return&item={first}&item={second}"
    refused = _sent(client, address)
    assert refused.status_code == 422
    assert "各件原来的位置不同" in refused.get_data(as_text=True)
    assert _sent(client, address, room_id=other).status_code == 303
    assert the_thing(small_office, first).room_id == other


def test_an_issue_names_a_person_or_says_that_it_is_shared(small_office: Office, browse: Browse) -> None:
    number = a_thing(small_office)
    client, address = browse("reviewer"), f"/equipment/handovers/new?kind=issue&item={number}"
    refused = _sent(client, address)
    assert refused.status_code == 422
    assert "请选择使用人；大家公用的请选公用" in refused.get_data(as_text=True)
    assert the_thing(small_office, number).events == 0
    assert _sent(client, address, person_id="0").status_code == 303
    thing = the_thing(small_office, number)
    assert (thing.holder_id, thing.team_id) == (None, small_office.team_id)


def test_a_lent_thing_is_not_offered_together_with_others(small_office: Office, browse: Browse) -> None:
    own, lent = some_things(small_office, 2)
    handed(small_office, Handing.ISSUE, own, to=to_member(small_office))
    loan = Destination(None, None, small_office.other_team_id, other_unit_id(small_office), date(2026, 4, 30))
    handed(small_office, Handing.LEND, lent, to=loan)
    page = browse("reviewer").get(f"/equipment/handovers/new?kind=transfer&item={own}&item={lent}")
    told = page.get_data(as_text=True)
    assert "要与其他设备分开办理" in told
    assert f"{lent} 笔记本电脑 14 英寸（区科技局）" in told
    assert 'name="person_id"' not in told


def test_the_borrower_reads_the_paper_he_made(small_office: Office, browse: Browse) -> None:
    number = a_thing(small_office)
    loan = Destination(None, None, small_office.other_team_id, other_unit_id(small_office), date(2026, 4, 30))
    handed(small_office, Handing.LEND, number, to=loan)
    client = browse("other_reviewer")
    moved = _sent(
        client, f"/equipment/handovers/new?kind=transfer&item={number}", person_id=small_office.people["outsider"]
    )
    assert client.get(moved.location).status_code == 200
    back = _sent(client, f"/equipment/handovers/new?kind=return&item={number}")
    page = client.get(back.location)
    assert page.status_code == 200
    assert "归档签字件" in page.get_data(as_text=True)
    assert client.get(f"{back.location}.pdf").status_code == 200
    assert browse("member").get(back.location).status_code == 404


def test_who_gave_a_thing_back_reads_its_number_and_no_dead_link(small_office: Office, browse: Browse) -> None:
    number = a_thing(small_office)
    handed(small_office, Handing.ISSUE, number, to=Destination(small_office.people["member"]))
    paper = handed(small_office, Handing.RETURN, number, by="member")
    page = browse("member").get(f"/equipment/handovers/{paper.number}").get_data(as_text=True)
    assert number in page
    assert f'href="/equipment/{number}"' not in page
    assert browse("member").get(f"/equipment/{number}").status_code == 404
