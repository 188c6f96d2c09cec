"""The buyer on an invoice: tax id first, then the name, on the day of issue; tickets of persons bear none."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.office import NOON, TODAY, Office
from tests.pages import Browse
from tests.web.checked_client import hidden, token
from tracker.evidence.models import AcceptedTitle
from tracker.evidence.operations import TitleFacts, accept_title, end_title
from tracker.evidence.reading import Reading
from tracker.evidence.reading import kinds as bills
from tracker.evidence.reading.facts import Source
from tracker.evidence.stays import stay_of
from tracker.evidence.titles import Title, TitleAnswer, check_title, titles_of
from tracker.kernel.errors import Forbidden, Refused, Stale

NAME, TAX_ID = "云湖区工业和信息化局", "11320804MB0000000X"
TITLES = [Title(NAME, TAX_ID, date(2026, 1, 1), date(2026, 12, 31))]
GOOD = Reading(
    kind=bills.DIGITAL_ORDINARY,
    buyer_name=NAME,
    buyer_tax_id=TAX_ID,
    issue_date=date(2026, 3, 2),
    sources={"issue_date": Source.TEXT},
)

ANSWERS = {
    "as accepted": (GOOD, TitleAnswer.GOOD),
    "brackets and spaces written otherwise": (replace(GOOD, buyer_name=" 云湖区 工业和信息化局 "), TitleAnswer.GOOD),
    "tax id in full-width letters": (
        replace(GOOD, buyer_tax_id="１１３２０８０４ＭＢ０００００００Ｘ"),
        TitleAnswer.GOOD,
    ),
    "name alone, as on older paper": (replace(GOOD, buyer_tax_id=None), TitleAnswer.GOOD),
    "tax id alone": (replace(GOOD, buyer_name=None), TitleAnswer.GOOD),
    "right name, other tax id": (replace(GOOD, buyer_tax_id="91320000MA1XXXXX0X"), TitleAnswer.WRONG_ID),
    "right tax id, other name": (replace(GOOD, buyer_name="云湖区工信局"), TitleAnswer.WRONG_NAME),
    "another firm": (replace(GOOD, buyer_name="某公司", buyer_tax_id="91320000MA1XXXXX0X"), TitleAnswer.OTHER),
    "a person": (replace(GOOD, buyer_name="个人", buyer_tax_id=None), TitleAnswer.PERSON),
    "a person, in brackets too": (replace(GOOD, buyer_name="个人（个人）", buyer_tax_id=None), TitleAnswer.PERSON),
    "nobody": (replace(GOOD, buyer_name=None, buyer_tax_id=None), TitleAnswer.MISSING),
    "a photo of which the code alone was read": (
        replace(
            GOOD, buyer_name=None, buyer_tax_id=None, sources={"invoice_number": Source.QR, "total_fen": Source.QR}
        ),
        TitleAnswer.UNREAD,
    ),
    "a photo of which nothing was read": (Reading(), TitleAnswer.UNREAD),
    "code and print read, and no buyer": (
        replace(GOOD, buyer_name=None, buyer_tax_id=None, sources={"total_fen": Source.QR, "seller_name": Source.TEXT}),
        TitleAnswer.MISSING,
    ),
    "the last day of the title": (replace(GOOD, issue_date=date(2026, 12, 31)), TitleAnswer.GOOD),
    "a day after its last": (replace(GOOD, issue_date=date(2027, 1, 1)), TitleAnswer.OUT_OF_DATE),
    "a day before its first": (replace(GOOD, issue_date=date(2025, 12, 31)), TitleAnswer.OUT_OF_DATE),
    "a railway ticket": (Reading(kind=bills.RAIL, buyer_name="个人"), TitleAnswer.EXEMPT),
    "an itinerary": (Reading(kind=bills.AIR), TitleAnswer.EXEMPT),
    "a taxi ticket": (Reading(kind=bills.TAXI), TitleAnswer.EXEMPT),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_the_title_is_answered_by_tax_id_name_and_day(case: str) -> None:
    reading, answer = ANSWERS[case]
    assert check_title(reading, TITLES) is answer


def accept(office: Office, by: str = "reviewer", **changes: Any) -> int:
    facts = replace(TitleFacts(NAME, TAX_ID, date(2026, 1, 1)), **changes)
    with office.database.writing() as session:
        return accept_title(
            session, office.lead_unit_id, facts, by=office.actor(by), at=NOON, command_id=f"{by}{sorted(changes)}"
        )


def test_while_none_is_kept_the_units_own_name_counts(small_office: Office) -> None:
    with small_office.database.reading() as session:
        assert [title.name for title in titles_of(session, small_office.lead_unit_id)] == [NAME]


def test_a_title_is_accepted_once_for_a_time(office: Office) -> None:
    first = accept(office)
    assert accept(office) == first
    with pytest.raises(Refused, match="已经登记过"):
        accept(office, valid_from=date(2026, 6, 1))
    with office.database.reading() as session:
        assert titles_of(session, office.lead_unit_id) == [Title(NAME, TAX_ID, date(2026, 1, 1), None)]


@pytest.mark.parametrize("by", ["member", "officer", "other_reviewer", "auditor"])
def test_only_the_units_own_people_and_the_administrator_keep_its_titles(small_office: Office, by: str) -> None:
    with pytest.raises(Forbidden):
        accept(small_office, by)
    assert accept(small_office, "administrator") > 0


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"tax_id": "1132"}, "税号应为"),
        ({"tax_id": "税号一二三四五六七八九十一二三"}, "税号应为"),
        ({"name": "  "}, "请填写抬头名称"),
        ({"valid_until": date(2025, 12, 31)}, "截止日期早于"),
    ],
)
def test_a_title_that_is_none_is_refused_in_words(small_office: Office, changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        accept(small_office, **changes)


def test_a_title_ends_after_its_last_day_and_the_second_window_is_told(office: Office) -> None:
    title_id = accept(office)
    reviewer = office.actor("reviewer")
    with office.database.writing() as session:
        end_title(session, title_id, date(2026, 6, 30), version=1, by=reviewer, at=NOON)
    with pytest.raises(Stale), office.database.writing() as session:
        end_title(session, title_id, date(2026, 7, 31), version=1, by=reviewer, at=NOON)
    with pytest.raises(Refused, match="不能早于"), office.database.writing() as session:
        end_title(session, title_id, date(2025, 7, 31), version=2, by=reviewer, at=NOON)
    with office.database.reading() as session:
        kept = titles_of(session, office.lead_unit_id)
    assert kept[0].holds_on(date(2026, 6, 30))
    assert not kept[0].holds_on(date(2026, 7, 1))


def test_titles_are_kept_on_a_page(small_office: Office, browse: Browse) -> None:
    client = browse("reviewer")
    page = client.get("/titles").text
    sent = {
        "csrf_token": token(page),
        "command_id": hidden(page, "command_id"),
        "unit_id": str(small_office.lead_unit_id),
        "name": NAME,
        "tax_id": TAX_ID.lower(),
        "valid_from": "2026-01-01",
        "valid_until": "",
    }
    assert client.post("/titles", data=sent).status_code == 303
    assert client.post("/titles", data=sent).status_code == 303
    with small_office.database.reading() as session:
        kept = session.scalars(select(AcceptedTitle)).all()
        assert [(one.name, one.tax_id) for one in kept] == [(NAME, TAX_ID)]
    page = client.get("/titles").text
    assert TAX_ID in page
    ended = client.post(
        f"/titles/{kept[0].id}/end",
        data={"csrf_token": token(page), "version": "1", "last_day": "2025-01-01", "command_id": "0" * 32},
    )
    assert ended.status_code == 422
    assert "不能早于启用日期" in ended.text
    assert client.post("/titles", data={**sent, "tax_id": "1", "command_id": "1" * 32}).status_code == 422


def test_a_reviewer_of_another_unit_neither_sees_nor_offers_this_units_titles(
    small_office: Office, browse: Browse
) -> None:
    accept(small_office)
    client = browse("other_reviewer")
    page = client.get("/titles").text
    assert TAX_ID not in page
    sent = {"csrf_token": token(page), "unit_id": str(small_office.lead_unit_id), "name": NAME, "tax_id": TAX_ID}
    assert client.post("/titles", data={**sent, "valid_from": "2026-01-01"}).status_code == 422
    ended = client.post("/titles/1/end", data={"csrf_token": token(page), "version": "1", "last_day": "2026-03-01"})
    assert ended.status_code == 403 or "牵头单位" in ended.text
    assert browse("member").get("/titles").status_code == 403


def test_the_auditor_reads_the_titles_of_every_unit_and_keeps_none(small_office: Office, browse: Browse) -> None:
    accept(small_office)
    client = browse("auditor")
    page = client.get("/titles").text

    assert 'href="/titles"' in client.get("/").text
    assert TAX_ID in page
    for act in ("登记截止日期", 'name="tax_id"', "/titles/1/end"):
        assert act not in page, act
    sent = {"csrf_token": token(client.get("/me").text), "version": "1", "last_day": "2026-03-01"}
    sent |= {"unit_id": str(small_office.lead_unit_id), "name": NAME, "tax_id": TAX_ID, "valid_from": "2026-05-01"}
    assert [client.post(address, data=sent).status_code for address in ("/titles", "/titles/1/end")] == [403, 403]
    with small_office.database.reading() as session:
        kept = session.scalars(select(AcceptedTitle)).one()
        assert (kept.version, kept.valid_until) == (1, None)


STAYS = {
    "入住：2026-03-03 离店：2026-03-05": (date(2026, 3, 3), 2),
    "入住日期:2026年3月3日，离店日期:2026年3月4日": (date(2026, 3, 3), 1),
    "入住人：样例甲 入住 2026-03-03 离店 2026-03-06": (date(2026, 3, 3), 3),
    "入住日期：2026-03-03 至 2026-03-05": (date(2026, 3, 3), 2),
    "3月3日入住，3月5日离店": None,
    "入住 3月3日 离店 3月5日": (date(2026, 3, 3), 2),
    "入住 12月30日 离店 1月2日": (date(2025, 12, 30), 3),
    "入住 2026-03-05 离店 2026-03-03": None,
    "入住 2026-02-30 离店 2026-03-03": None,
    "订单 2026030300012345": None,
    "": None,
}


@pytest.mark.parametrize("remarks", STAYS)
def test_nights_are_read_from_the_remarks_or_not_at_all(remarks: str) -> None:
    issued = date(2026, 1, 3) if "12月30日" in remarks else TODAY - timedelta(days=1)
    stay = stay_of(Reading(remarks=remarks, issue_date=issued))
    assert (None if stay is None else (stay.arrives, stay.nights)) == STAYS[remarks]
