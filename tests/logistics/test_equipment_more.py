"""Stock-takes, gaps and purchases on their pages."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import select, update

from tests.equipment.things import a_card, a_room, handed, nothing_amiss, order, some_things, the_thing, to_member
from tests.office import Office, an_approved
from tests.pages import Browse
from tests.web.checked_client import CheckedClient, hidden, token
from tracker.claims.models import Claim
from tracker.equipment.kinds import RoomUse
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.models import Intake, Stocktake
from tracker.equipment.operations import open_stocktake
from tracker.equipment.operations.counting import StocktakeFacts
from tracker.equipment.queries import rooms
from tracker.funds.models import Category
from tracker.kernel.errors import NotFound
from tracker.logistics import purchases


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
    assert '<option value="">不改</option>' in item
    assert "盘到</b>" in item
    assert counter.post(f"{count}/count", data={**typed, "number": "旧" * 61}).status_code == 422

    counter.post(f"{count}/count", data={**typed, "number": "错号"})
    page = _text(counter, count)
    [drop] = re.findall(r'action="(/equipment/stocktakes/\d+/tags/\d+/drop)"', page)
    assert drop not in _text(browse("reviewer"), count)
    assert counter.post(drop, data=typed).status_code == 303
    assert "错号" not in _text(counter, f"{count}?which=found").replace("已撤去误记", "")


def test_a_thing_outside_a_one_room_count_starts_from_that_room(small_office: Office, browse: Browse) -> None:
    room, other = a_room(small_office), a_room(small_office, "510")
    some_things(small_office, 1, room_id=room)
    [mine] = some_things(small_office, 1, room_id=other)
    handed(small_office, Handing.ISSUE, mine, to=to_member(small_office, other))
    people = [small_office.people["member"]]
    facts = StocktakeFacts("单间盘点", small_office.lead_unit_id, date(2026, 3, 31), people, room_id=room)
    with small_office.database.writing() as session:
        open_stocktake(session, facts, order(small_office.actor("reviewer")))
    page = _text(browse("member"), f"/equipment/{mine}")
    assert "不在这次盘点范围" in page
    assert f'<option value="{room}" selected>' in page
    assert "位置相符（" not in page, "what is noted without a place would be noted in the counted room"


def test_who_signs_an_older_page_is_shown_what_was_counted_meanwhile(small_office: Office, browse: Browse) -> None:
    [late] = some_things(small_office, 1)
    keeper, head, member = browse("reviewer"), browse("head"), browse("member")
    count = _open(small_office, keeper)
    address = f"/equipment/stocktakes/{count}"
    drawn = _text(head, address)
    sign = {"csrf_token": token(drawn), "version": hidden(drawn, "version"), "opinion": "同意"}
    data = {"csrf_token": token(_text(member, address)), "number": late}
    assert member.post(f"{address}/count", data=data).status_code == 303
    answer = head.post(f"{address}/sign", data=sign)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert f"又有 1 处变化，最近的是：{late} 改为盘到。" in page
    assert re.search(r"<progress[^>]* max=\"1\" value=\"1\"", page), "as it is now"
    again = {**sign, "version": hidden(page, "version")}
    assert head.post(f"{address}/sign", data=again).status_code == 303


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


def _bought(office: Office, client: CheckedClient) -> str:
    """The address by which the only bought line becomes things."""
    with office.database.writing() as session:
        session.execute(update(Category).values(economic_code="31002"))
    found = re.findall(r'href="(/equipment/purchases/\d+/\w+)"', _text(client, "/equipment/purchases"))
    assert len(found) == 1, found
    return str(found[0])


def _rows(page: str, *rows: dict[str, str]) -> dict[str, str]:
    sent = {"csrf_token": token(page), "command_id": hidden(page, "command_id"), "bought_on": "2026-03-03"}
    alike = {"name": "笔记本电脑", "kind": "laptop", "life_years": "6"}
    for place, row in enumerate(rows):
        sent |= {f"rows-{place}-{name}": value for name, value in {**alike, **row}.items()}
    return sent


def test_an_approved_line_becomes_things_once_with_its_voucher(small_office: Office, browse: Browse) -> None:
    claim = an_approved(small_office, 1_256_000)
    client = browse("reviewer")
    link = _bought(small_office, client)
    audit = _text(browse("auditor"), "/equipment/purchases")
    assert "12,560.00" in audit, "audit reads what waits, of whatever unit"
    assert "/equipment/purchases/" not in audit, "and has no button"
    assert browse("auditor").get(link).status_code == 403
    assert 'href="/equipment/purchases"' in _text(browse("auditor"), "/equipment")
    assert "12,560.00" not in _text(browse("other_reviewer"), "/equipment/purchases")
    form = _text(client, link)
    refused = client.post(link, data=_rows(form, {"copies": "2", "price": "6,280.01"}))
    assert refused.status_code == 422
    assert "与核定金额 12,560.00 元不一致" in refused.get_data(as_text=True)
    data = _rows(form, {"copies": "2", "price": "6,280.00"})
    for _click in range(2):
        assert client.post(link, data=data).status_code == 303
    other = client.post(link, data={**data, "command_id": "e" * 32})
    assert other.status_code == 422
    assert "一行只转一次" in other.get_data(as_text=True)
    assert link not in _text(client, "/equipment/purchases")
    done = _text(client, link)
    assert "rows-0-price" not in done, "a converted line shows no open form"
    assert "ZC-2026-0002" in done
    thing = the_thing(small_office, "ZC-2026-0001")
    with small_office.database.reading() as session:
        intake = session.get_one(Intake, thing.intake_id)
        assert (intake.items, intake.line_fen, intake.voucher_number[:4]) == (2, 1_256_000, "ZSBX")
    assert thing.bought_on == date(2026, 3, 3)
    assert browse("other_reviewer").get(link).status_code == 404
    card = _text(client, "/equipment/ZC-2026-0001")
    assert f'<a href="/claims/{claim}">{intake.voucher_number}</a>' in card
    handed(small_office, Handing.ISSUE, thing.number, to=Destination(small_office.people["colleague"]))
    holder = _text(browse("colleague"), "/equipment/ZC-2026-0001")
    assert intake.voucher_number in holder
    assert f"/claims/{claim}" not in holder, "whoever may not see the claim has no link to it"
    nothing_amiss(small_office)


def test_a_price_that_does_not_divide_is_exact_to_the_fen(small_office: Office, browse: Browse) -> None:
    an_approved(small_office, 200_000)
    client = browse("reviewer")
    link = _bought(small_office, client)
    form = _text(client, link)
    row = {"name": "碎纸机", "kind": "shredder", "copies": "3"}
    for price in ("666.68", "666.65"):
        assert client.post(link, data=_rows(form, {**row, "price": price})).status_code == 422
    sent = client.post(link, data={**_rows(form, {**row, "price": "666.67"}), "seen": "yes"})
    assert sent.status_code == 303
    prices = [the_thing(small_office, f"ZC-2026-000{number}").price_fen for number in (1, 2, 3)]
    assert prices == [66_667, 66_667, 66_666]
    nothing_amiss(small_office)


@pytest.mark.parametrize(
    ("typed", "count", "line", "prices"),
    [
        (599_999, 3, 1_799_999, [599_999, 600_000, 600_000]),
        (600_000, 3, 1_799_999, [600_000, 600_000, 599_999]),
        (600_000, 3, 1_800_000, [600_000, 600_000, 600_000]),
        (33, 3, 102, [33, 33, 33]),
        (1, 1, 2, [1]),
    ],
)
def test_rounding_is_spread_a_fen_a_piece_and_never_hides_more(
    typed: int, count: int, line: int, prices: list[int]
) -> None:
    cards = [a_card(price_fen=typed) for _ in range(count)]
    assert [card.price_fen for card in purchases.to_the_fen([cards], line)] == prices


def test_several_sorts_on_one_line_add_up_to_it(small_office: Office, browse: Browse) -> None:
    an_approved(small_office, 1_300_000)
    client = browse("reviewer")
    link = _bought(small_office, client)
    form = _text(client, link)
    first = {"copies": "2", "price": "6,000.00"}
    grown = client.post(link, data={**_rows(form, first), "op": "add"}).get_data(as_text=True)
    assert "rows-1-name" in grown
    assert 'value="6,000.00"' in grown, "what was typed stays"
    second = {"name": "鼠标", "kind": "other", "copies": "10", "price": "99.00", "life_years": "6"}
    assert client.post(link, data=_rows(form, first, second)).status_code == 422
    fits = {**_rows(form, first, {**second, "price": "100.00"}), "seen": "yes", "rows-2-name": ""}
    assert client.post(link, data=fits).status_code == 303
    names = [the_thing(small_office, f"ZC-2026-{number:04d}").name for number in (1, 2, 3, 12)]
    assert names == ["笔记本电脑", "笔记本电脑", "鼠标", "鼠标"]
    nothing_amiss(small_office)


def test_things_say_when_their_claim_went_back_after_they_were_written(small_office: Office, browse: Browse) -> None:
    claim = an_approved(small_office, 628_000)
    client = browse("reviewer")
    link = _bought(small_office, client)
    form = _text(client, link)
    assert client.post(link, data=_rows(form, {"copies": "1", "price": "6,280.00"})).status_code == 303
    assert "不再有效" not in _text(client, "/equipment/ZC-2026-0001")
    with small_office.database.writing() as session:
        session.execute(update(Claim).where(Claim.id == claim).values(state="returned"))
    handed(
        small_office,
        Handing.ISSUE,
        "ZC-2026-0001",
        to=Destination(small_office.people["colleague"], None, small_office.team_id),
    )
    assert "退回或作废" in _text(client, "/equipment/ZC-2026-0001")
    assert "退回或作废" in _text(browse("member"), "/equipment/ZC-2026-0001"), "his own claim"
    with small_office.database.reading() as session:
        number = session.get_one(Claim, claim).number or ""
    holder = _text(browse("colleague"), "/equipment/ZC-2026-0001")
    assert "退回或作废" not in holder
    assert number not in holder, "whoever may not see the claim is not told of it"
    assert client.get(link).status_code == 404, "what is not approved any more is not offered"


def test_a_line_is_bought_from_the_last_approval_on_and_held_while_its_cards_are_written(office: Office) -> None:
    claim = an_approved(office, 628_000)
    with office.database.writing() as session:
        session.execute(update(Category).values(economic_code="31002"))
        [line] = purchases.waiting(session, office.actor("reviewer"))
        key = line.key
    for state, is_bought in (("approved", True), ("accepted", True), ("in_route", False), ("rejected", False)):
        with office.database.writing() as session:
            session.execute(update(Claim).where(Claim.id == claim).values(state=state))
            if is_bought:
                held = purchases.one(session, claim, key, office.actor("reviewer"), held=True)
                assert purchases.purchase_of(session, held).line_fen == 628_000
                continue
            with pytest.raises(NotFound):
                purchases.one(session, claim, key, office.actor("reviewer"), held=True)
            session.rollback()
