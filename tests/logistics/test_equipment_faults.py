"""报修: from the thing's page, once however often clicked; the keeper sends it to repair or says why not."""

from __future__ import annotations

import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from tests.equipment.things import (
    a_thing,
    handed,
    nothing_amiss,
    order,
    other_unit_id,
    some_things,
    the_thing,
    to_member,
)
from tests.office import NOON, Office
from tests.pages import Browse
from tests.web.checked_client import CheckedClient, hidden, token
from tracker.audit.models import AuditEntry
from tracker.equipment import checks
from tracker.equipment.lifecycle import Destination, Handing, ItemState
from tracker.equipment.models import Fault, Handover
from tracker.equipment.operations import close_fault, report_fault
from tracker.kernel.errors import Forbidden, NotFound, Refused

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)


def reported(office: Office, number: str, by: str = "member", *, words: str = "开不了机", command_id: str = "") -> int:
    with office.database.writing() as session:
        return report_fault(session, number, words, None, order(office.actor(by), command_id=command_id)).id


def closed(office: Office, fault_id: int, by: str = "reviewer", *, reason: str = "插头松了，已插好") -> None:
    with office.database.writing() as session:
        close_fault(session, fault_id, reason, order(office.actor(by)))


def the_fault(office: Office, fault_id: int) -> Fault:
    with office.database.reading() as session:
        return session.get_one(Fault, fault_id)


def held_thing(office: Office) -> str:
    number = a_thing(office)
    handed(office, Handing.ISSUE, number, to=to_member(office))
    return number


def _text(client: CheckedClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.get_data(as_text=True))


def _report(client: CheckedClient, number: str, **facts: object) -> int:
    page = _text(client, f"/equipment/{number}")
    keys = {"csrf_token": token(page), "command_id": "a" * 32}
    return client.post(f"/equipment/{number}/fault", data={**keys, **facts}).status_code


def test_a_holder_reports_with_a_photo_and_the_keeper_finds_it(small_office: Office, browse: Browse) -> None:
    number = held_thing(small_office)
    member = browse("member")
    for _click in range(2):
        photo = (io.BytesIO(PNG), "屏幕.png")
        assert _report(member, number, words="屏幕有横线", scan=photo) == 303
    assert "待处理" in _text(member, f"/equipment/{number}")
    keeper = browse("reviewer")
    assert "1 件报修等你处理" in _text(keeper, "/equipment")
    page = _text(keeper, "/equipment/faults")
    assert page.count("屏幕有横线") == 1
    assert number in page
    assert keeper.get("/equipment/faults/1/photo").get_data() == PNG
    assert browse("outsider").get("/equipment/faults/1/photo").status_code == 404


def test_a_report_says_what_is_broken(small_office: Office, browse: Browse) -> None:
    number = held_thing(small_office)
    assert _report(browse("member"), number, words="  ") == 422
    assert _report(browse("member"), number, words="坏了", scan=(io.BytesIO(b"GIF89a"), "x.gif")) == 422


def test_sending_to_repair_answers_the_report_and_takes_its_words_along(small_office: Office, browse: Browse) -> None:
    number = held_thing(small_office)
    fault_id = reported(small_office, number)
    keeper = browse("reviewer")
    address = f"/equipment/handovers/new?kind=repair&item={number}"
    form = _text(keeper, address)
    assert 'value="开不了机"' in form
    data = {"csrf_token": token(form), "command_id": hidden(form, "command_id"), "reason": "开不了机"}
    data["thing"] = hidden(form, "thing")
    assert keeper.post(address, data=data).status_code == 303
    assert the_thing(small_office, number).state is ItemState.REPAIR
    fault = the_fault(small_office, fault_id)
    assert fault.handover_id is not None
    assert fault.closed_by == small_office.people["reviewer"]
    assert "已送修" in _text(browse("member"), f"/equipment/{number}")
    assert "没有待处理的报修" in _text(keeper, "/equipment/faults")
    nothing_amiss(small_office)


def test_the_keeper_closes_a_report_with_a_reason_once(office: Office) -> None:
    number = held_thing(office)
    fault_id = reported(office, number)
    with pytest.raises(Refused, match="为什么不用送修"):
        closed(office, fault_id, reason="")
    closed(office, fault_id)
    closed(office, fault_id, "second_reviewer", reason="再关一次")
    fault = the_fault(office, fault_id)
    assert (fault.reason, fault.closed_by) == ("插头松了，已插好", office.people["reviewer"])
    with office.database.reading() as session:
        acts = select(AuditEntry.action).where(AuditEntry.action.startswith("fault."))
        assert list(session.scalars(acts.order_by(AuditEntry.id))) == ["fault.report", "fault.close"]


def test_the_same_report_twice_is_one(office: Office) -> None:
    number = held_thing(office)
    assert reported(office, number, command_id="d" * 32) == reported(office, number, command_id="d" * 32)


def test_a_report_closed_meanwhile_is_not_tied_to_a_later_repair(office: Office) -> None:
    number = held_thing(office)
    early = reported(office, number)
    closed(office, early)
    late = reported(office, number, words="又开不了机")
    handed(office, Handing.REPAIR, number, reason="送修")
    assert the_fault(office, early).handover_id is None
    assert the_fault(office, late).handover_id is not None


def test_who_does_not_see_a_thing_cannot_report_it_and_who_only_reads_does_not(small_office: Office) -> None:
    number = held_thing(small_office)
    for name in ("outsider", "other_reviewer"):
        with pytest.raises(NotFound):
            reported(small_office, number, name)
    with pytest.raises(Forbidden):
        reported(small_office, number, "auditor")


@pytest.mark.parametrize("name", ["member", "head", "officer", "auditor"])
def test_only_a_keeper_of_the_owner_closes_a_report(small_office: Office, name: str) -> None:
    fault_id = reported(small_office, held_thing(small_office))
    with pytest.raises(Forbidden):
        closed(small_office, fault_id, name)
    with pytest.raises(NotFound):
        closed(small_office, fault_id, "other_reviewer")


def test_the_keeper_of_a_borrower_reports_and_the_owner_answers(small_office: Office) -> None:
    number = a_thing(small_office)
    to = Destination(unit_id=other_unit_id(small_office), due_on=date(2026, 4, 30))
    handed(small_office, Handing.LEND, number, to=to)
    fault_id = reported(small_office, number, "other_reviewer")
    with pytest.raises(Forbidden):
        closed(small_office, fault_id, "other_reviewer")
    closed(small_office, fault_id)


def test_what_is_disposed_of_is_not_reported(small_office: Office) -> None:
    number = a_thing(small_office)
    handed(small_office, Handing.DISPOSE, number, by="head", paper="国资〔2026〕1号")
    with pytest.raises(Refused, match="已经报废处置"):
        reported(small_office, number, "reviewer")


def amiss(office: Office) -> list[str]:
    with office.database.reading() as session:
        return list(checks.breaches(session))


def test_disposing_of_a_thing_answers_its_reports(office: Office) -> None:
    number = a_thing(office)
    fault = reported(office, number, "reviewer")
    paper = handed(office, Handing.DISPOSE, number, by="head", paper="云国资处〔2026〕1号").number
    kept = the_fault(office, fault)
    assert (kept.closed_by, kept.reason) == (office.people["head"], "")
    with office.database.reading() as session:
        assert session.get_one(Handover, kept.handover_id).number == paper
    nothing_amiss(office)


def test_a_report_answered_before_it_was_made_is_named(office: Office) -> None:
    fault = reported(office, a_thing(office), "reviewer")
    closed(office, fault)
    assert amiss(office) == []
    with office.database.writing() as session:
        session.execute(update(Fault).values(closed_at=NOON - timedelta(hours=1)))
    [sentence] = amiss(office)
    assert f"报修 {fault} 在报修之前就处理了" in sentence


def test_an_open_report_of_a_thing_that_is_gone_is_named(office: Office) -> None:
    number = a_thing(office)
    fault = reported(office, number, "reviewer")
    handed(office, Handing.DISPOSE, number, by="head", paper="云国资处〔2026〕1号")
    with office.database.writing() as session:
        session.execute(update(Fault).values(closed_at=None, closed_by=None, handover_id=None))
    [sentence] = amiss(office)
    assert f"报修 {fault} 还没有处理，设备已经报废处置" in sentence


def test_a_report_tied_to_a_paper_that_did_not_take_the_thing_away_is_named(office: Office) -> None:
    number, other = some_things(office, 2)
    fault = reported(office, number, "reviewer")
    handed(office, Handing.REPAIR, number)
    stranger = handed(office, Handing.REPAIR, other)
    issue = handed(office, Handing.REPAIRED, other)
    for wrong in (stranger, issue):
        with office.database.writing() as session:
            session.execute(update(Fault).values(handover_id=wrong.id))
        [sentence] = amiss(office)
        assert f"报修 {fault} 记在 {wrong.number} 名下" in sentence


def test_a_report_answered_by_somebody_else_than_its_paper_says_is_named(office: Office) -> None:
    number = a_thing(office)
    fault = reported(office, number, "reviewer")
    paper = handed(office, Handing.REPAIR, number)
    assert amiss(office) == []
    with office.database.writing() as session:
        session.execute(update(Fault).values(closed_by=office.people["member"]))
    [sentence] = amiss(office)
    assert f"报修 {fault} 的处理人或时间与 {paper.number} 不符" in sentence
