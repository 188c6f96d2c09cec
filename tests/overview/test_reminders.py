"""The first page reminds of confirmations, things not brought back, faults and counts, each person whom it concerns."""

from __future__ import annotations

from datetime import date

from sqlalchemy import update

from tests.equipment.things import a_thing, handed, order, other_unit_id, to_member
from tests.office import TODAY, Office
from tests.pages import Browse
from tests.secondments.seconded import recorded, with_home_unit
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.models import Item
from tracker.equipment.operations import open_stocktake, report_fault
from tracker.equipment.operations.counting import StocktakeFacts
from tracker.overview.reminders import Reminder, ReminderKind, reminders_of


def _reminded(office: Office, name: str, on: date = TODAY) -> list[Reminder]:
    with office.database.reading() as session:
        return reminders_of(session, office.actor(name), on=on)


def test_who_owes_a_confirmation_is_reminded_from_thirty_days_before_its_day(office: Office) -> None:
    with_home_unit(office)
    recorded(office, "newcomer", begins_on=date(2025, 10, 1))
    late = Reminder(ReminderKind.OVERDUE, 1, "/secondments/confirmations?half=2025H2", "2025 年下半年")
    soon = Reminder(ReminderKind.CONFIRM, 1, "/secondments/confirmations?half=2026H1", "2026 年上半年")
    for name in ("home", "reviewer", "head"):
        assert _reminded(office, name) == [late]
        assert _reminded(office, name, date(2026, 5, 30)) == [late]
        assert _reminded(office, name, date(2026, 5, 31)) == [soon, late]
    for name in ("stranger", "member", "other_reviewer", "officer", "auditor"):
        assert _reminded(office, name, date(2026, 5, 31)) == []


def test_a_keeper_is_reminded_of_things_and_a_counter_of_his_count(office: Office) -> None:
    lent, broken = a_thing(office), a_thing(office)
    to = Destination(unit_id=other_unit_id(office), due_on=date(2026, 3, 10))
    handed(office, Handing.LEND, lent, to=to)
    handed(office, Handing.ISSUE, broken, to=to_member(office))
    with office.database.writing() as session:
        session.execute(update(Item).where(Item.number == lent).values(due_on=date(2026, 3, 1)))
        report_fault(session, broken, "开不了机", None, order(office.actor("member")))
    with office.database.writing() as session:
        facts = StocktakeFacts("一季度盘点", office.lead_unit_id, TODAY, [office.people["agent"]])
        count = open_stocktake(session, facts, order(office.actor("reviewer"))).id
    assert _reminded(office, "reviewer") == [
        Reminder(ReminderKind.LENT, 1, "/equipment?overdue=yes"),
        Reminder(ReminderKind.FAULTS, 1, "/equipment/faults"),
    ]
    assert _reminded(office, "agent") == [
        Reminder(ReminderKind.COUNT, 1, f"/equipment/stocktakes/{count}", "一季度盘点")
    ]
    for name in ("member", "officer", "auditor", "head"):
        assert _reminded(office, name) == []


def test_the_first_page_names_them(small_office: Office, browse: Browse) -> None:
    with_home_unit(small_office)
    recorded(small_office, "newcomer", begins_on=date(2025, 10, 1))
    page = browse("home").get("/").get_data(as_text=True)
    assert "2025 年下半年逾期未确认 1 人" in page
    assert "/secondments/confirmations?half=2025H2" in page
