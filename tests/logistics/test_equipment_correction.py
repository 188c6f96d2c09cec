"""The page on which a keeper corrects a card."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO

from pypdf import PdfReader

from tests.equipment.things import (
    a_card,
    a_thing,
    handed,
    nothing_amiss,
    order,
    some_things,
    the_thing,
    to_member,
)
from tests.office import NOON, Office
from tests.pages import Browse
from tests.web.checked_client import hidden, token
from tracker.equipment.lifecycle import Handing
from tracker.equipment.operations import correct


def filled(page: str, **more: str) -> dict[str, str]:
    """The form as it is drawn for a laptop, with some fields typed over."""
    return {
        **{name: hidden(page, name) for name in ("command_id", "version")},
        "csrf_token": token(page),
        "name": "笔记本电脑 14 英寸",
        "model": "国产化配置",
        "kind": "laptop",
        "official": "",
        "price": "6,280.00",
        "bought_on": "2026-01-12",
        "source": "purchase",
        "life_years": "6",
        **more,
    }


def test_a_keeper_corrects_a_card_from_its_page_once_however_often_clicked(office: Office, browse: Browse) -> None:
    number = a_thing(office)
    client = browse("reviewer")
    assert f"/equipment/{number}/correct" in client.get(f"/equipment/{number}").get_data(as_text=True)
    page = client.get(f"/equipment/{number}/correct").get_data(as_text=True)
    assert 'value="6,280.00"' in page

    address, sent = f"/equipment/{number}/correct", filled(page, serial="PF3-0017", reason="序列号漏录")
    for _click in range(2):
        assert client.post(address, data=sent).status_code == 303
    assert the_thing(office, number).serial == "PF3-0017"
    assert the_thing(office, number).price_fen == 628_000
    nothing_amiss(office)

    stale = client.post(address, data={**sent, "note": "又一处"})
    assert stale.status_code == 409
    assert "刚刚被别人办过" in stale.text


def test_what_does_not_fit_is_said_at_its_field_and_nothing_is_lost(small_office: Office, browse: Browse) -> None:
    number = a_thing(small_office)
    client = browse("reviewer")
    address = f"/equipment/{number}/correct"
    page = client.get(address).get_data(as_text=True)
    for change, words in (
        ({"reason": ""}, "请写明为什么更正"),
        ({"price": "七千"}, "金额"),
        ({"price": "0"}, "大于 0"),
        ({"bought_on": "2031-02-30"}, "日期"),
        ({"kind": "spaceship"}, "类别"),
        ({"name": ""}, "请填写设备名称"),
    ):
        answer = client.post(address, data=filled(page, **{"reason": "改", "note": "留着这句", **change}))
        assert answer.status_code == 422, change
        assert words in answer.text, change
        assert "留着这句" in answer.text, change
    assert the_thing(small_office, number).note == ""


def test_a_price_over_an_unverified_figure_is_shown_before_it_is_written(small_office: Office, browse: Browse) -> None:
    number = a_thing(small_office)
    client = browse("reviewer")
    address = f"/equipment/{number}/correct"
    page = client.get(address).get_data(as_text=True)
    sent = filled(page, kind="scanner", price="99,999.00", reason="类别录错")
    asked = client.post(address, data=sent)
    assert asked.status_code == 200
    assert "只作提醒" in asked.text
    assert the_thing(small_office, number).price_fen == 628_000
    assert client.post(address, data={**sent, "seen": "yes"}).status_code == 303
    assert the_thing(small_office, number).price_fen == 9_999_900


def test_a_paper_printed_after_a_correction_says_when_its_card_was_corrected(office: Office, browse: Browse) -> None:
    right, noted, wrong = some_things(office, 3)
    old = handed(office, Handing.ISSUE, right, noted, wrong, to=to_member(office))

    def rewrite(number: str, days: int, **more: str) -> None:
        seen, by = the_thing(office, number).version, office.actor("reviewer")
        with office.database.writing() as session:
            correct(session, number, a_card(**more), "录错", order(by, at=NOON + timedelta(days=days)), version=seen)

    def paper(number: str) -> str:
        data = browse("reviewer").get(f"/equipment/handovers/{number}.pdf").data
        return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(BytesIO(data)).pages))

    assert "更正" not in paper(old.number)
    rewrite(wrong, 2, serial="PF3-0017")
    rewrite(wrong, 3, serial="PF3-0018")
    rewrite(noted, 3, note="放在收发室")
    printed = paper(old.number)
    assert printed.count("更正") == 1, "a note is not on the paper"
    assert "卡片于2026年3月12日更正" in printed
    later = handed(office, Handing.RETURN, right, noted, wrong, at=NOON + timedelta(days=4))
    assert "更正" not in paper(later.number), "it was signed with the card as it is"
