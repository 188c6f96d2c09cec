"""The pages of things and rooms: found by who may see them, worked by who may act, once however often clicked."""

from __future__ import annotations

import io
import re
from datetime import date

import pytest

from tests.equipment.things import (
    a_room,
    a_thing,
    handed,
    nothing_amiss,
    order,
    other_unit_id,
    some_things,
    the_thing,
    to_member,
)
from tests.office import Office
from tests.pages import Browse
from tests.web.checked_client import hidden, token
from tracker.equipment.kinds import ItemKind
from tracker.equipment.lifecycle import Destination, Handing, ItemState
from tracker.equipment.operations import provide

SCAN = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


def _text(client: object, address: str) -> str:
    answer = client.get(address)  # type: ignore[attr-defined]
    assert answer.status_code == 200, (address, answer.status_code)
    return str(answer.get_data(as_text=True))


def test_a_keeper_writes_several_cards_alike_and_each_has_its_own_number(small_office: Office, browse: Browse) -> None:
    client = browse("reviewer")
    form = _text(client, "/equipment/new")
    data = {
        "csrf_token": token(form),
        "command_id": hidden(form, "command_id"),
        "unit_id": small_office.lead_unit_id,
        "name": "台式电脑",
        "kind": "desktop",
        "official": "catalogue_2022:A02010105",
        "copies": "2",
        "serials": "SN-1\nSN-2",
        "price": "4,950.00",
        "bought_on": "2026-01-12",
        "life_years": "6",
        "source": "purchase",
    }
    for _click in range(2):
        assert client.post("/equipment/new", data=data).status_code == 303
    page = _text(client, "/equipment")
    assert "ZC-2026-0001" in page
    assert "ZC-2026-0002" in page
    assert "ZC-2026-0003" not in page
    assert "共 2 件，原值 ¥9,900.00" in page
    thing = the_thing(small_office, "ZC-2026-0001")
    assert (thing.edition, thing.code, thing.serial) == ("catalogue_2022", "A02010105", "SN-1")


def test_a_price_over_a_found_cap_needs_an_approval_and_an_unverified_one_is_only_shown(
    small_office: Office, browse: Browse
) -> None:
    client = browse("reviewer")
    form = _text(client, "/equipment/new")
    data = {
        "csrf_token": token(form),
        "command_id": hidden(form, "command_id"),
        "unit_id": small_office.lead_unit_id,
        "name": "笔记本电脑",
        "kind": "laptop",
        "copies": "1",
        "price": "7,000.01",
        "bought_on": "2026-01-12",
        "life_years": "6",
        "source": "purchase",
    }
    refused = client.post("/equipment/new", data=data)
    assert refused.status_code == 422
    assert "超出价格上限 7,000.00 元 0.01 元" in refused.get_data(as_text=True)
    assert client.post("/equipment/new", data={**data, "price": "7,000.00"}).status_code == 303

    scanner = {**data, "kind": "scanner", "price": "4,000.01", "command_id": "a" * 32}
    shown = client.post("/equipment/new", data=scanner)
    assert shown.status_code == 200
    assert "未核实，只作提醒" in shown.get_data(as_text=True)
    assert client.post("/equipment/new", data={**scanner, "seen": "yes"}).status_code == 303


@pytest.mark.parametrize("name", ["administrator", "nobody"])
def test_who_has_no_business_with_things_gets_no_page_of_them(browse: Browse, name: str) -> None:
    for address in ("/equipment", "/equipment/rooms", "/equipment/handovers", "/equipment/new"):
        assert browse(name).get(address).status_code == 403


@pytest.mark.parametrize("name", ["outsider", "other_reviewer"])
def test_a_thing_of_others_is_not_found(small_office: Office, browse: Browse, name: str) -> None:
    number = a_thing(small_office)
    paper = handed(small_office, Handing.ISSUE, number, to=to_member(small_office))
    room = a_room(small_office)
    client = browse(name)
    for address in (
        f"/equipment/{number}",
        f"/equipment/{number}/photo",
        f"/equipment/handovers/{paper.number}",
        f"/equipment/handovers/{paper.number}.pdf",
        f"/equipment/rooms/{room}",
    ):
        assert client.get(address).status_code == 404, address
    assert number not in _text(client, "/equipment")


@pytest.mark.parametrize("name", ["member", "head", "officer", "auditor", "cashier"])
def test_readers_see_and_cannot_write(small_office: Office, browse: Browse, name: str) -> None:
    number = a_thing(small_office)
    handed(small_office, Handing.ISSUE, number, to=to_member(small_office))
    client = browse(name)
    assert number in _text(client, "/equipment")
    assert "登记设备" not in _text(client, "/equipment")
    assert client.get("/equipment/new").status_code == 403


def _hand_through_page(client: object, number: str, kind: str, **typed: object) -> tuple[int, str]:
    address = f"/equipment/handovers/new?kind={kind}&item={number}"
    form = _text(client, address)
    thing = re.search(r'name="thing" value="([^"]+)"', form)
    assert thing is not None
    data = {"csrf_token": token(form), "command_id": hidden(form, "command_id"), "thing": thing[1], **typed}
    first = client.post(address, data=data)  # type: ignore[attr-defined]
    second = client.post(address, data=data)  # type: ignore[attr-defined]
    assert first.status_code == second.status_code
    assert first.headers.get("Location") == second.headers.get("Location")
    return first.status_code, first.headers.get("Location", "")


def test_a_thing_goes_from_keeper_to_member_and_back_on_pages(office: Office, browse: Browse) -> None:
    room = a_room(office)
    number = a_thing(office)
    status, paper = _hand_through_page(
        browse("reviewer"), number, "issue", person_id=office.people["member"], team_id=office.team_id, room_id=room
    )
    assert status == 303
    assert the_thing(office, number).events == 1

    member = browse("member")
    page = _text(member, f"/equipment/{number}")
    assert "这件设备等你确认收到" in page
    assert member.post(f"{paper}/receipt", data={"csrf_token": token(page)}).status_code == 303
    assert "这件设备等你确认收到" not in _text(member, f"/equipment/{number}")

    status, paper = _hand_through_page(member, number, "return")
    assert status == 303
    assert the_thing(office, number).state is ItemState.IDLE
    keeper = browse("reviewer")
    assert "东西收到了吗" in _text(keeper, paper)
    nothing_amiss(office)


def test_the_signed_paper_is_filed_and_handed_out_again(small_office: Office, browse: Browse) -> None:
    number = a_thing(small_office)
    paper = handed(small_office, Handing.ISSUE, number, to=to_member(small_office))
    client = browse("reviewer")
    address = f"/equipment/handovers/{paper.number}"
    page = _text(client, address)
    data = {"csrf_token": token(page), "command_id": "f" * 32, "scan": (io.BytesIO(SCAN), "签字件.pdf")}
    assert client.post(f"{address}/signed", data=data).status_code == 303
    link = re.search(rf'href="({address}/signed/\d+)"', _text(client, address))
    assert link is not None
    assert client.get(link[1]).get_data() == SCAN
    assert browse("outsider").get(link[1]).status_code == 404


def test_what_is_lent_and_not_back_is_on_the_overdue_list(small_office: Office, browse: Browse) -> None:
    late, later = some_things(small_office, 2)
    for number, due in ((late, date(2026, 3, 10)), (later, date(2026, 4, 30))):
        to = Destination(unit_id=other_unit_id(small_office), due_on=due)
        handed(small_office, Handing.LEND, number, to=to)
    assert "过了约定归还日期" not in _text(browse("reviewer"), "/equipment")
    client = browse("reviewer")
    page = _text(client, "/equipment?overdue=yes")
    assert late not in page


def test_the_overdue_list_names_what_is_late(small_office: Office, browse: Browse, page_clock: object) -> None:
    late, later = some_things(small_office, 2)
    for number, due in ((late, date(2026, 3, 10)), (later, date(2026, 4, 30))):
        to = Destination(unit_id=other_unit_id(small_office), due_on=due)
        handed(small_office, Handing.LEND, number, to=to)
    page_clock.pass_by(days=2)  # type: ignore[attr-defined]
    client = browse("reviewer")
    assert "1 件借出的设备过了约定归还日期" in _text(client, "/equipment")
    page = _text(client, "/equipment?overdue=yes")
    assert late in page
    assert later not in page
    assert "逾期未还" in page


def test_filters_and_words_narrow_the_list(small_office: Office, browse: Browse) -> None:
    laptop = a_thing(small_office)
    desk = a_thing(small_office, name="办公桌", kind=ItemKind.DESK, price_fen=100_000, life_years=15)
    handed(small_office, Handing.ISSUE, laptop, to=to_member(small_office))
    client = browse("reviewer")
    for query, shown, left_out in (
        ("q=陈立", laptop, desk),
        ("kind=desk", desk, laptop),
        ("state=idle", desk, laptop),
        (f"q={desk}", desk, laptop),
    ):
        page = _text(client, f"/equipment?{query}")
        assert f'value="{shown}"' in page, query
        assert f'value="{left_out}"' not in page, query


def test_rooms_show_seats_taken_and_the_keeper_seats_people(small_office: Office, browse: Browse) -> None:
    room = a_room(small_office, seats=4)
    with small_office.database.writing() as session:
        provide(
            session,
            room,
            small_office.team_id,
            order(small_office.actor("reviewer")),
            begins_on=date(2026, 1, 5),
            last_day=None,
        )
    client = browse("reviewer")
    page = _text(client, f"/equipment/rooms/{room}")
    data = {
        "csrf_token": token(page),
        "command_id": "d" * 32,
        "number": "2",
        "person_id": small_office.people["member"],
    }
    for _click in range(2):
        answer = client.post(f"/equipment/rooms/{room}/desks", data=data)
        assert answer.status_code in {303, 422}
    assert "1/4 工位" in _text(browse("member"), "/equipment")
    assert client.post(f"/equipment/rooms/{room}/desks/2/free", data={"csrf_token": token(page)}).status_code == 303
    assert "0/4 工位" in _text(client, "/equipment/rooms")
    refused = browse("head").post(f"/equipment/rooms/{room}/desks", data={"csrf_token": "x"})
    assert refused.status_code in {400, 403}
    nothing_amiss(small_office)


def test_a_label_sheet_and_the_form_are_printed(small_office: Office, browse: Browse) -> None:
    number = a_thing(small_office)
    paper = handed(small_office, Handing.ISSUE, number, to=to_member(small_office))
    client = browse("reviewer")
    for address in (
        f"/equipment/labels.pdf?item={number}",
        f"/equipment/labels.pdf?item={number}&up=12&skip=3",
        f"/equipment/handovers/{paper.number}.pdf",
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert client.get("/equipment/labels.pdf").status_code == 422


def test_a_room_is_provided_again_for_the_next_term_and_the_page_cancels_it(
    small_office: Office, browse: Browse
) -> None:
    room = a_room(small_office)
    keeper = order(small_office.actor("reviewer"))
    with small_office.database.writing() as session:
        provide(session, room, small_office.team_id, keeper, begins_on=date(2026, 1, 5), last_day=date(2026, 6, 30))
    client, address = browse("reviewer"), f"/equipment/rooms/{room}"
    page = _text(client, address)
    assert "再提供给组团" in page
    assert 'value="2026-07-01"' in page
    data = {"csrf_token": token(page), "command_id": "e" * 32}
    longer = client.post(f"{address}/take-back", data={**data, "until": "2026-07-31"})
    assert longer.status_code == 422
    assert "收回不能延长" in longer.get_data(as_text=True)
    term = {"begins_on": "2026-07-01", "last_day": "", "paper": "云管〔2026〕9号"}
    again = {**data, **term, "team_id": small_office.team_id}
    assert client.post(f"{address}/provide", data=again).status_code == 303
    page = _text(client, address)
    [cancel] = re.findall(r"/equipment/rooms/\d+/provisions/\d+/cancel", page)
    assert "为什么取消" in client.post(cancel, data={**data, "reason": ""}).get_data(as_text=True)
    assert client.post(cancel, data={**data, "reason": "改到二号楼"}).status_code == 303
    assert "云管〔2026〕9号" not in _text(client, address)
    assert browse("head").post(cancel, data=data).status_code in {400, 403}
    nothing_amiss(small_office)
