"""Stock-takes, gaps and purchases on their pages."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select, update

from tests.equipment.things import a_room, handed, nothing_amiss, some_things, the_thing, to_member
from tests.office import Office, a_paid
from tests.pages import Browse
from tests.web.checked_client import CheckedClient, hidden, token
from tracker.equipment.kinds import RoomUse
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.models import Intake, Stocktake
from tracker.equipment.queries import rooms
from tracker.funds.models import Category


def _text(client: CheckedClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def _open(office: Office, client: CheckedClient) -> int:
    form = _text(client, "/equipment/stocktakes/new")
    data = {
        "csrf_token": token(form),
        "command_id": hidden(form, "command_id"),
        "name": "一季度盘点",
        "closes_on": "2026-03-31",
        "unit_id": office.lead_unit_id,
        "counters": [office.people["member"], office.people["colleague"]],
    }
    for _click in range(2):
        assert client.post("/equipment/stocktakes/new", data=data).status_code == 303
    with office.database.reading() as session:
        return session.scalars(select(Stocktake.id)).one()


def test_a_phone_scans_a_label_counts_and_the_head_signs(small_office: Office, browse: Browse) -> None:
    room = a_room(small_office)
    there, lost = some_things(small_office, 2, room_id=room)
    handed(small_office, Handing.ISSUE, there, to=to_member(small_office, room))
    keeper, member, head = browse("reviewer"), browse("member"), browse("head")
    count = _open(small_office, keeper)
    assert "周敏" not in re.sub(r"(?s)<header.*?</header>", "", _text(keeper, "/equipment/stocktakes/new"))

    assert "一季度盘点" in _text(member, f"/equipment/{lost}"), "who counts opens what nobody holds, too"
    page = _text(member, f"/equipment/{there}")
    assert "一季度盘点" in page
    data = {"csrf_token": token(page), "number": there, "back": "item"}
    for _scan in range(2):
        assert member.post(f"/equipment/stocktakes/{count}/count", data=data).status_code == 303
    assert member.post(f"/equipment/stocktakes/{count}/count", data={**data, "number": "旧-1"}).status_code == 303
    assert (
        keeper.post(
            f"/equipment/stocktakes/{count}/count", data={**data, "csrf_token": token(_text(keeper, "/equipment"))}
        ).status_code
        == 403
    )

    shown = _text(keeper, f"/equipment/stocktakes/{count}")
    assert lost in shown
    for address in re.findall(r'action="(/equipment/stocktakes/\d+/(?:lines|tags)/\d+)"', shown):
        said = {"csrf_token": token(shown), "explanation": "已查明，另行处理"}
        assert keeper.post(address, data=said).status_code == 303
    signing = _text(head, f"/equipment/stocktakes/{count}")
    sign = {"csrf_token": token(signing), "version": hidden(signing, "version"), "opinion": "同意"}
    assert head.post(f"/equipment/stocktakes/{count}/sign", data=sign).status_code == 303
    assert "已签字" in _text(member, f"/equipment/stocktakes/{count}")
    assert browse("auditor").get(f"/equipment/stocktakes/{count}.pdf").mimetype == "application/pdf"
    assert browse("auditor").get(f"/equipment/stocktakes/{count}.xlsx").status_code == 200
    assert browse("outsider").get(f"/equipment/stocktakes/{count}").status_code == 404
    nothing_amiss(small_office)


def test_a_label_outside_the_count_is_told_and_noted_and_a_counted_one_says_so(
    small_office: Office, browse: Browse
) -> None:
    room, store = a_room(small_office), a_room(small_office, "库房", seats=0, use=RoomUse.STORE)
    there, apart = some_things(small_office, 1, room_id=room)[0], some_things(small_office, 1, room_id=store)[0]
    keeper = browse("reviewer")
    form = _text(keeper, "/equipment/stocktakes/new")
    data = {
        "csrf_token": token(form),
        "command_id": hidden(form, "command_id"),
        "name": "单间盘点",
        "closes_on": "2026-03-31",
        "unit_id": small_office.lead_unit_id,
        "room_id": room,
        "counters": [small_office.people["colleague"]],
    }
    count = keeper.post("/equipment/stocktakes/new", data=data).location
    counter = browse("colleague")

    scanned = counter.get(f"/equipment/{apart}")
    assert (scanned.status_code, scanned.location) == (303, f"{count}?tag={apart}")
    page = _text(counter, scanned.location)
    assert f"{apart} 不在这次盘点范围" in page
    assert "库房</option>" in page, "stores are places, too"
    assert browse("member").get(f"/equipment/{apart}").status_code == 404, "who does not count sees no more than before"

    typed = {"csrf_token": token(page), "room_id": room}
    label = f"http://tracker.example/equipment/{apart}"
    counter.post(f"{count}/count", data={**typed, "number": label})
    assert f"{apart} 位置不符：账面在行政中心 A 座 库房，已记在行政中心 A 座 508" in _text(counter, count)
    counter.post(
        f"{count}/count", data={**typed, "number": f"http://tracker.example/equipment/{there}?x=1", "room_id": ""}
    )
    item = _text(counter, f"/equipment/{there}")
    assert "不用再盘" in item
    assert "盘到</b>" in item
    assert counter.post(f"{count}/count", data={**typed, "number": "旧" * 61}).status_code == 422

    counter.post(f"{count}/count", data={**typed, "number": "错号"})
    page = _text(counter, count)
    [drop] = re.findall(r'action="(/equipment/stocktakes/\d+/tags/\d+/drop)"', page)
    assert drop not in _text(browse("reviewer"), count)
    assert counter.post(drop, data=typed).status_code == 303
    assert "错号" not in _text(counter, f"{count}?which=found").replace("已撤去误记", "")


def test_after_signing_what_was_not_counted_is_missing(small_office: Office, browse: Browse) -> None:
    [lost] = some_things(small_office, 1)
    keeper, head = browse("reviewer"), browse("head")
    count = _open(small_office, keeper)
    shown = _text(keeper, f"/equipment/stocktakes/{count}")
    [line] = re.findall(r'action="(/equipment/stocktakes/\d+/lines/\d+)"', shown)
    said = {"csrf_token": token(shown), "explanation": "已报失"}
    assert keeper.post(line, data=said).status_code == 303
    signing = _text(head, f"/equipment/stocktakes/{count}")
    sign = {"csrf_token": token(signing), "version": hidden(signing, "version"), "opinion": "同意"}
    assert head.post(f"/equipment/stocktakes/{count}/sign", data=sign).status_code == 303
    page = _text(keeper, f"/equipment/stocktakes/{count}")
    assert "未找到" in page
    assert lost in page
    assert re.search(r"还没盘到</\w+>\s*<\w+[^>]*>\s*1\b", page) is None


def test_who_counts_opens_a_thing_whose_last_handover_is_not_for_him_to_see(
    small_office: Office, browse: Browse
) -> None:
    room = a_room(small_office)
    [number] = some_things(small_office, 1)
    paper = handed(small_office, Handing.TRANSFER, number, to=Destination(room_id=room)).number
    _open(small_office, browse("reviewer"))
    page = _text(browse("member"), f"/equipment/{number}")
    assert paper in page
    assert f"/equipment/handovers/{paper}" not in page, "no link that leads to a 404"
    assert f"/equipment/handovers/{paper}" in _text(browse("reviewer"), f"/equipment/{number}")


def test_rooms_are_shown_page_by_page_and_none_is_left_out(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "CARDS_A_PAGE", 2)
    for name in ("501", "502", "503"):
        a_room(small_office, name)
    client = browse("reviewer")
    first, second = _text(client, "/equipment/rooms"), _text(client, "/equipment/rooms?page=2")
    assert [name in first for name in ("501", "502", "503")] == [True, True, False]
    assert [name in second for name in ("501", "502", "503")] == [False, False, True]
    assert "page=2" in first
    assert 'rel="next"' not in second


def test_a_team_sees_what_it_lacks_and_what_it_has_too_much_of(small_office: Office, browse: Browse) -> None:
    numbers = some_things(small_office, 2)
    handed(small_office, Handing.ISSUE, *numbers, to=to_member(small_office))
    page = _text(browse("member"), "/equipment/standards")
    assert "超 1" in page
    assert "还可配 2" in page
    assert "未核实，只作提醒" in page
    assert "抵减" not in page


def test_a_paid_line_becomes_things_once_with_its_voucher(small_office: Office, browse: Browse) -> None:
    a_paid(small_office, 1_256_000)
    with small_office.database.writing() as session:
        session.execute(update(Category).values(economic_code="31002"))
    audit = _text(browse("auditor"), "/equipment/purchases")
    client = browse("reviewer")
    listed = _text(client, "/equipment/purchases")
    link = re.search(r'href="(/equipment/purchases/\d+/\w+)"', listed)
    assert link is not None
    assert "12,560.00" in audit, "audit reads what waits, of whatever unit"
    assert "/equipment/purchases/" not in audit, "and has no button"
    assert browse("auditor").get(link[1]).status_code == 403
    assert 'href="/equipment/purchases"' in _text(browse("auditor"), "/equipment")
    assert "12,560.00" not in _text(browse("other_reviewer"), "/equipment/purchases")
    form = _text(client, link[1])
    data = {
        "csrf_token": token(form),
        "command_id": hidden(form, "command_id"),
        "unit_id": small_office.lead_unit_id,
        "name": "笔记本电脑",
        "kind": "laptop",
        "copies": "2",
        "price": "6,280.01",
        "bought_on": "2026-03-03",
        "life_years": "6",
        "source": "purchase",
    }
    refused = client.post(link[1], data=data)
    assert refused.status_code == 422
    assert "与核定金额 12,560.00 元不一致" in refused.get_data(as_text=True)
    for _click in range(2):
        assert client.post(link[1], data={**data, "price": "6,280.00"}).status_code == 303
    other = client.post(link[1], data={**data, "price": "6,280.00", "command_id": "e" * 32})
    assert other.status_code == 422
    assert link[1] not in _text(client, "/equipment/purchases")
    thing = the_thing(small_office, "ZC-2026-0001")
    with small_office.database.reading() as session:
        intake = session.get_one(Intake, thing.intake_id)
        assert (intake.items, intake.line_fen, intake.voucher_number[:4]) == (2, 1_256_000, "ZSBX")
    assert thing.bought_on == date(2026, 3, 3)
    assert browse("other_reviewer").get(link[1]).status_code == 404
    nothing_amiss(small_office)
