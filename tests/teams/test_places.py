"""Units and teams."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.office import NOON, TODAY, Office
from tests.pages import Browse
from tests.teams.test_people_pages import sent, text
from tests.web.checked_client import hidden, token
from tracker.audit.models import AuditEntry
from tracker.identity.models import Unit
from tracker.kernel.errors import Forbidden, Refused
from tracker.teams import operations
from tracker.teams.models import Seat, Team
from tracker.teams.operations import TeamFacts, UnitFacts
from tracker.teams.operations.places import is_credit_code

UNIT = {"name": "云湖区商务局", "short_name": "区商务局"}
CODE = "11320000MB1520018L"


def of_unit(office: Office, unit_id: int) -> Unit:
    with office.database.reading() as session:
        return session.get_one(Unit, unit_id)


def test_a_credit_code_is_known_by_its_check_sign() -> None:
    valid = [
        code for code in (f"{CODE[:17]}{sign}" for sign in "0123456789ABCDEFGHJKLMNPQRTUWXY") if is_credit_code(code)
    ]

    assert len(valid) == 1
    assert is_credit_code("91350100M000100Y43")  # the worked example of GB 32100-2015
    for wrong in ("91350100M000100Y44", "91350100M000100Y4", "91350100M000100Y43 ", "9135O100M000100Y43", ""):
        assert not is_credit_code(wrong)


def test_a_unit_is_added_once_however_often_the_button_is_pressed(office: Office, browse: Browse) -> None:
    client = browse("administrator")
    form = text(client, "/units/new")
    data = {"csrf_token": token(form), "command_id": hidden(form, "command_id"), "version": "0", **UNIT}

    assert [client.post("/units/new", data=data).status_code for _ in range(2)] == [303, 303]
    assert text(client, "/units").count(">云湖区商务局</a>") == 1
    with office.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "unit.add")).one()
        assert entry.after == {**UNIT, "credit_code": ""}


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "云湖区财政局"}, "已经有云湖区财政局"),
        ({"name": ""}, "请填写单位名称"),
        ({"name": "局" * 81}, "名称最多 80 字"),
        ({"short_name": " "}, "请填写简称"),
        ({"short_name": "局" * 21}, "简称最多 20 字"),
        ({"credit_code": "123"}, "统一社会信用代码是 18 位"),
        ({"credit_code": "91350100M000100Y44"}, "最后一位要对得上"),
    ],
)
def test_a_unit_that_does_not_fit_is_refused_in_words(
    small_office: Office, browse: Browse, changes: dict[str, str], sentence: str
) -> None:
    answer = sent(browse("administrator"), "/units/new", **{**UNIT, **changes})

    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)


def test_a_unit_is_changed_and_a_stale_page_is_told(small_office: Office, browse: Browse) -> None:
    address = f"/units/{small_office.lead_unit_id}"
    first, second = browse("administrator"), browse("administrator")
    drawn = text(second, address)
    sent(first, address, name="云湖区工信局", short_name="工信局", credit_code="91350100m000100y43")
    assert of_unit(small_office, small_office.lead_unit_id).credit_code == "91350100M000100Y43"

    answer = second.post(
        address,
        data={"csrf_token": token(drawn), "version": hidden(drawn, "version"), "name": "别的", "short_name": "别"},
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "名称 云湖区工业和信息化局 → 云湖区工信局" in page
    again = second.post(
        address,
        data={"csrf_token": token(page), "version": hidden(page, "version"), "name": "别的", "short_name": "别"},
    )
    assert again.status_code == 303


def test_a_unit_that_leads_a_team_or_seats_somebody_is_not_closed(small_office: Office, browse: Browse) -> None:
    client = browse("administrator")
    address = f"/units/{small_office.lead_unit_id}"
    answer = sent(client, f"{address}/close", page=address)
    assert answer.status_code == 422
    assert "还牵头新能源招商组团" in answer.get_data(as_text=True)

    with small_office.database.writing() as session:
        session.get_one(Team, small_office.team_id).closed_at = NOON
    answer = sent(client, f"{address}/close", page=address)
    assert "还有 3 个席位没有到期" in answer.get_data(as_text=True)
    assert of_unit(small_office, small_office.lead_unit_id).closed_at is None


def test_an_unused_unit_is_closed_and_offered_no_more(office: Office, browse: Browse) -> None:
    client = browse("administrator")
    with office.database.reading() as session:
        unit_id = session.scalars(select(Unit.id).where(Unit.name == "云湖区农业农村局")).one()
    answer = sent(client, f"/units/{unit_id}/close", page=f"/units/{unit_id}")

    assert answer.status_code == 303
    assert "已撤销" in text(client, f"/units/{unit_id}")
    assert "云湖区农业农村局" not in text(client, "/people/new")
    person = f"/people/{office.people['nobody']}/edit"
    assert "云湖区农业农村局" in text(client, person), "who belongs to it keeps it"
    assert sent(client, person, name="无岗二", sign_in_name="nobody", home_unit_id=str(unit_id)).status_code == 303


def test_a_team_is_added_under_an_open_lead_unit(office: Office, browse: Browse) -> None:
    client = browse("administrator")
    facts = {"name": "生物医药招商组团", "short_name": "生物医药", "lead_unit_id": str(office.lead_unit_id)}
    assert sent(client, "/teams/new", **{**facts, "lead_unit_id": ""}).status_code == 422
    assert sent(client, "/teams/new", **{**facts, "lead_unit_id": "999"}).status_code == 422
    assert sent(client, "/teams/new", **{**facts, "name": "新能源招商组团"}).status_code == 422
    assert sent(client, "/teams/new", **facts).status_code == 303

    assert "生物医药招商组团" in text(client, "/units")


def test_a_team_moves_to_another_lead_unit_unless_somebody_would_examine_the_own_team(
    small_office: Office, browse: Browse
) -> None:
    client = browse("administrator")
    address = f"/teams/{small_office.other_team_id}"
    facts = {"name": "电子信息招商组团", "short_name": "电子信息", "lead_unit_id": str(small_office.lead_unit_id)}
    with small_office.database.writing() as session:
        seat = Seat(
            person_id=small_office.people["reviewer"],
            kind="member",
            team_id=small_office.other_team_id,
            held_from=TODAY,
            given_by=1,
            given_at=NOON,
        )
        session.add(seat)
        session.flush()
        seat_id = seat.id

    refused = sent(client, address, **facts)
    assert refused.status_code == 422
    assert "周敏既在电子信息又在新的牵头单位有席位" in refused.get_data(as_text=True)

    with small_office.database.writing() as session:
        session.delete(session.get_one(Seat, seat_id))
    assert sent(client, address, **facts).status_code == 303
    with small_office.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "team.change")).one()
        assert entry.before["lead_unit"] == "云湖区科学技术局"
        assert entry.after["lead_unit"] == "云湖区工业和信息化局"


def test_a_team_with_people_in_it_is_not_closed(small_office: Office, browse: Browse) -> None:
    address = f"/teams/{small_office.other_team_id}"
    client = browse("administrator")
    answer = sent(client, f"{address}/close", page=address)
    assert "还有 1 个席位没有到期" in answer.get_data(as_text=True)

    with small_office.database.writing() as session:
        for seat in session.scalars(select(Seat).where(Seat.team_id == small_office.other_team_id)):
            session.delete(seat)
    assert sent(client, f"{address}/close", page=address).status_code == 303
    assert "已撤销" in text(client, address)


def test_units_and_teams_are_the_administrators_even_below_the_pages(small_office: Office) -> None:
    by = small_office.head
    with small_office.database.writing() as session:
        for act in (
            lambda: operations.add_unit(session, UnitFacts("x", "x"), by=by, at=NOON, command_id="a"),
            lambda: operations.change_unit(session, 1, UnitFacts("x", "x"), by=by, at=NOON, version=1),
            lambda: operations.close_unit(session, 1, by=by, at=NOON, version=1),
            lambda: operations.add_team(session, TeamFacts("x", "x", 1), by=by, at=NOON, command_id="b"),
            lambda: operations.change_team(session, 1, TeamFacts("x", "x", 1), by=by, at=NOON, version=1),
            lambda: operations.close_team(session, 1, by=by, at=NOON, version=1),
        ):
            with pytest.raises(Forbidden):
                act()


def test_a_closed_unit_is_not_changed_any_more(small_office: Office) -> None:
    with small_office.database.writing() as session:
        unit = Unit(name="旧局", short_name="旧", closed_at=NOON)
        session.add(unit)
        session.flush()
        with pytest.raises(Refused, match="已经撤销"):
            operations.change_unit(
                session, unit.id, UnitFacts("新局", "新"), by=small_office.administrator, at=NOON, version=1
            )
