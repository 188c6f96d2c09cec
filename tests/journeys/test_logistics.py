"""With the phone: scan a label, say that a thing came, count it, confirm somebody's terms; no page runs sideways."""

from __future__ import annotations

from datetime import date

import pytest
from playwright.sync_api import expect

from tests.equipment.things import a_room, a_thing, handed, order, to_member
from tests.journeys.site import Site, scrolls_sideways
from tests.office import TODAY
from tests.secondments.seconded import recorded, with_home_unit
from tracker.equipment.lifecycle import Handing
from tracker.equipment.operations import open_stocktake, provide
from tracker.equipment.operations.counting import StocktakeFacts

PHONE = 390


def test_the_receiver_scans_the_label_and_says_that_the_thing_came(site: Site) -> None:
    office = site.office
    number = a_thing(office)
    paper = handed(office, Handing.ISSUE, number, to=to_member(office)).number
    with site.window("member", PHONE) as page:
        page.goto(f"/equipment/{number}")
        expect(page.locator("main")).to_contain_text("陈立")
        assert scrolls_sideways(page) == 0
        page.goto(f"/equipment/handovers/{paper}")
        page.get_by_role("button", name="确认收到").click()
        expect(page.locator(".flash")).to_contain_text("已确认收到")
        assert scrolls_sideways(page) == 0


def test_a_holder_gives_a_thing_back_from_its_own_page(site: Site) -> None:
    office = site.office
    number = a_thing(office)
    handed(office, Handing.ISSUE, number, to=to_member(office))
    with site.window("member", PHONE) as page:
        page.goto(f"/equipment/{number}")
        page.get_by_role("link", name="归还").first.click()
        page.get_by_label("原因或说明").fill("不再使用")
        page.locator("main form[method=post] button.pri").click()
        expect(page.locator(".flash")).to_contain_text("已办归还")


def test_a_counter_scans_and_counts(site: Site) -> None:
    office = site.office
    number = a_thing(office)
    facts = StocktakeFacts("手机盘点", office.lead_unit_id, TODAY, [office.people["agent"]])
    with office.database.writing() as session:
        open_stocktake(session, facts, order(office.actor("reviewer")))
    with site.window("agent", PHONE) as page:
        page.goto(f"/equipment/{number}")
        page.get_by_role("button", name="盘到").first.click()
        expect(page.locator(".flash")).to_contain_text(f"{number} 已盘到")
        assert scrolls_sideways(page) == 0


def test_a_holder_scans_and_reports_a_fault_and_the_keeper_sends_the_thing_to_repair(site: Site) -> None:
    office = site.office
    number = a_thing(office)
    handed(office, Handing.ISSUE, number, to=to_member(office))
    with site.window("member", PHONE) as page:
        page.goto(f"/equipment/{number}")
        page.get_by_label("哪里坏了").fill("屏幕一直闪")
        page.get_by_role("button", name="报修").click()
        expect(page.locator(".flash")).to_contain_text("报修")
        expect(page.locator("#faults").locator("..").locator("..")).to_contain_text("屏幕一直闪")
        assert scrolls_sideways(page) == 0
    with site.window("reviewer", PHONE) as page:
        page.goto("/equipment/faults")
        expect(page.locator("main")).to_contain_text("屏幕一直闪")
        assert scrolls_sideways(page) == 0
        page.get_by_role("link", name="办送修").last.click()
        expect(page.get_by_label("原因或说明")).to_have_value("屏幕一直闪")
        page.locator("main form[method=post] button.pri").click()
        expect(page.locator(".flash")).to_contain_text("已办送修")
        page.goto(f"/equipment/{number}")
        expect(page.locator("main")).to_contain_text("已送修")
        assert scrolls_sideways(page) == 0


@pytest.mark.parametrize("width", [1366, PHONE])
def test_a_room_with_its_paper_stays_within_the_window(site: Site, width: int) -> None:
    office = site.office
    room_id = a_room(office, f"60{width}")
    with office.database.writing() as session:
        provide(
            session,
            room_id,
            office.team_id,
            order(office.actor("reviewer")),
            begins_on=TODAY,
            last_day=date(2027, 12, 31),
            paper="云机管函〔2025〕118号",
        )
    with site.window("reviewer", width) as page:
        page.goto(f"/equipment/rooms/{room_id}")
        expect(page.locator("main")).to_contain_text("118号")
        assert scrolls_sideways(page) == 0


def test_the_home_unit_confirms_an_overdue_half_year(site: Site) -> None:
    with_home_unit(site.office)
    made = recorded(site.office, "newcomer", begins_on=date(2025, 10, 1), id_number="", phone="")
    with site.window("home", PHONE) as page:
        page.goto("/")
        page.get_by_role("link", name="2025 年下半年逾期未确认 1 人").click()
        page.wait_for_url("**/secondments/confirmations?half=2025H2")
        assert scrolls_sideways(page) == 0
        page.goto(f"/secondments/{made}")
        expect(page.locator("main")).to_contain_text("逾期未确认")
        page.get_by_role("link", name="确认 2025 年下半年").click()
        for tick in page.locator("main form [type=checkbox]").all():
            tick.check()
        assert scrolls_sideways(page) == 0
        page.locator("main form[method=post] button.pri").click()
        expect(page.locator(".flash")).to_contain_text("已确认 2025 年下半年")
        assert scrolls_sideways(page) == 0
