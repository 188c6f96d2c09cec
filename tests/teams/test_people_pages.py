"""The directory, accounts and seats on the pages of administrator and lead unit."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from tests.office import NOON, PEOPLE, Office
from tests.pages import GOOD_PASSWORD, Browse, Clock, give_password, sign_in
from tests.web.checked_client import CheckedClient, hidden, token
from tracker.audit.models import AuditEntry
from tracker.identity.models import Person
from tracker.kernel.actors import SeatKind
from tracker.teams.directory import PAGE
from tracker.teams.models import Seat

pytestmark = pytest.mark.usefixtures("quick_passwords")

KEEPERS = {"administrator"}
LEADS = {"reviewer", "second_reviewer", "head", "other_reviewer"}


def text(client: CheckedClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def sent(client: CheckedClient, address: str, *, page: str = "", **data: object) -> TestResponse:
    """Post what a person would from the page at ``page`` (the same address unless told)."""
    form = text(client, page or address)
    kept = {"csrf_token": token(form), "command_id": hidden(form, "command_id")}
    if 'name="version"' in form:
        kept["version"] = hidden(form, "version")
    return client.post(address, data={**kept, **data})


def named(office: Office, sign_in_name: str) -> Person | None:
    with office.database.reading() as session:
        return session.scalar(select(Person).where(Person.sign_in_name == sign_in_name))


def account(office: Office, who: str) -> Person:
    with office.database.reading() as session:
        return session.get_one(Person, office.people[who])


NEW = {"name": "林 若溪", "sign_in_name": "Lin.Ruoxi", "post": "科员"}


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_only_those_the_table_names_open_the_pages(small_office: Office, browse: Browse, who: str) -> None:
    client = browse(who)
    somebody = small_office.people["nobody"]
    keeper, lead = who in KEEPERS, who in LEADS
    expected = {
        "/people": keeper or lead or who == "auditor",
        f"/people/{somebody}": keeper or lead or who == "auditor",
        f"/people/{somebody}/seats/new": keeper or lead,
        "/people/new": keeper,
        f"/people/{somebody}/edit": keeper,
        "/units": keeper or who == "auditor",
        "/units/new": keeper,
        f"/units/{small_office.lead_unit_id}": keeper or who == "auditor",
        "/teams/new": keeper,
        f"/teams/{small_office.team_id}": keeper or who == "auditor",
        "/me": True,
    }

    answers = {address: client.get(address).status_code for address in expected}

    assert answers == {address: 200 if opens else 403 for address, opens in expected.items()}


def test_the_auditor_reads_units_and_teams_and_finds_nothing_to_press(small_office: Office, browse: Browse) -> None:
    client = browse("auditor")
    menu = text(client, "/")
    listed = text(client, "/units")
    unit, team = f"/units/{small_office.lead_unit_id}", f"/teams/{small_office.team_id}"

    assert 'href="/units"' in menu
    assert f'href="{unit}"' in listed
    assert f'href="{team}"' in listed
    for page, told in ((text(client, unit), "云湖区工业和信息化局"), (text(client, team), "新能源招商组团")):
        assert told in page
        assert 'name="name"' not in page
        for act in (">保存<", "撤销单位", "撤销组团", "/close"):
            assert act not in page, act
    for act in ("/units/new", "/teams/new"):
        assert act not in listed


@pytest.mark.parametrize("who", ["reviewer", "officer", "auditor", "member", "nobody"])
def test_nobody_but_the_administrator_touches_an_account_even_without_a_page(
    small_office: Office, browse: Browse, who: str
) -> None:
    client = browse(who)
    form = {"csrf_token": token(text(client, "/me")), "version": "1", "command_id": "0" * 32, **NEW}
    somebody = small_office.people["nobody"]
    posts = [
        "/people/new",
        f"/people/{somebody}/edit",
        f"/people/{somebody}/password",
        *(f"/people/{somebody}/account/{act}" for act in ("disable", "enable", "unlock")),
        "/units/new",
        f"/units/{small_office.lead_unit_id}",
        f"/units/{small_office.lead_unit_id}/close",
        "/teams/new",
        f"/teams/{small_office.team_id}",
        f"/teams/{small_office.team_id}/close",
    ]

    assert {client.post(address, data=form).status_code for address in posts} == {403}
    with small_office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.chain == "office")) == 0


@pytest.mark.parametrize("address", ["/people/999", "/people/999/edit", "/seats/999", "/units/999", "/teams/999"])
def test_what_does_not_exist_is_not_found(browse: Browse, address: str) -> None:
    assert browse("administrator").get(address).status_code == 404


@pytest.mark.parametrize(
    "address", ["/people/999/password", "/people/999/account/disable", "/seats/999/cancel", "/units/999/close"]
)
def test_acts_on_what_does_not_exist_are_not_found(browse: Browse, address: str) -> None:
    client = browse("administrator")
    form = token(text(client, "/me"))
    assert client.post(address, data={"csrf_token": form, "version": "1"}).status_code == 404


def test_a_new_person_gets_a_one_time_password_that_opens_only_the_password_page(
    office: Office, browse: Browse
) -> None:
    answer = sent(browse("administrator"), "/people/new", **NEW, home_unit_id=str(office.lead_unit_id))
    page = answer.get_data(as_text=True)
    found = re.search(r'<code translate="no">([^<]+)</code>', page)
    assert found is not None
    assert answer.headers["Cache-Control"] == "no-store"
    person = named(office, "lin.ruoxi")
    assert person is not None
    assert (person.name, person.post, person.must_change) == ("林 若溪", "科员", True)
    assert found[1] not in repr(vars(person))

    client = browse("")
    assert sign_in(client, "lin.ruoxi", found[1]).status_code == 303
    assert client.get("/me").location == "/me/password"
    assert found[1] not in text(browse("administrator"), f"/people/{person.id}")


def test_the_second_click_adds_nobody_and_says_where_the_password_went(small_office: Office, browse: Browse) -> None:
    client = browse("administrator")
    form = text(client, "/people/new")
    data = {
        "csrf_token": token(form),
        "command_id": hidden(form, "command_id"),
        "version": hidden(form, "version"),
        **NEW,
    }
    first, second = client.post("/people/new", data=data), client.post("/people/new", data=data)

    assert (first.status_code, second.status_code) == (200, 200)
    assert "<code" in first.get_data(as_text=True)
    assert "刚才已经添加好" in second.get_data(as_text=True)
    with small_office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == len(PEOPLE) + 1


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "请填写姓名"),
        ({"name": "长" * 61}, "姓名最多 60 字"),
        ({"sign_in_name": "林若溪"}, "账号用 2 到 40 位"),
        ({"sign_in_name": "a"}, "账号用 2 到 40 位"),
        ({"sign_in_name": "REVIEWER"}, "账号 reviewer 已经是周敏在用"),
        ({"home_unit_id": "999"}, "请从列表中选择原单位"),
        ({"home_unit_id": "x"}, "请从列表中选择原单位"),
        ({"post": "职" * 41}, "职务最多 40 字"),
    ],
)
def test_a_person_that_does_not_fit_is_refused_and_what_was_typed_stays(
    small_office: Office, browse: Browse, changes: dict[str, str], sentence: str
) -> None:
    answer = sent(browse("administrator"), "/people/new", **{**NEW, **changes})
    page = answer.get_data(as_text=True)

    assert answer.status_code == 422
    assert sentence in page
    assert ('value="科员"' in page) or "post" in changes


def test_changing_a_person_is_recorded_before_and_after(office: Office, browse: Browse) -> None:
    address = f"/people/{office.people['nobody']}"
    answer = sent(browse("administrator"), f"{address}/edit", name="吴岗", sign_in_name="wu.gang", post="主任")

    assert answer.location == address
    with office.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "person.change")).one()
    assert (entry.before["name"], entry.after["name"]) == ("无岗", "吴岗")
    assert (entry.before["home_unit"], entry.after["home_unit"]) == ("云湖区农业农村局", "")
    assert (entry.person_name, entry.seat) == ("管理员", "administrator")


def test_two_administrators_at_one_person_the_second_is_told_what_changed_and_may_then_save(
    small_office: Office, browse: Browse
) -> None:
    address = f"/people/{small_office.people['nobody']}/edit"
    first, second = browse("administrator"), browse("administrator")
    drawn = text(second, address)
    sent(first, address, name="吴岗", sign_in_name="nobody")
    mine = {
        "csrf_token": token(drawn),
        "command_id": hidden(drawn, "command_id"),
        "name": "无岗二",
        "sign_in_name": "nobody",
    }

    answer = second.post(address, data={**mine, "version": hidden(drawn, "version")})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "修改人员（名称 无岗 → 吴岗" in page
    assert 'value="无岗二"' in page

    again = second.post(address, data={**mine, "version": hidden(page, "version")})
    assert again.status_code == 303
    assert account(small_office, "nobody").name == "无岗二"


def test_an_account_is_disabled_enabled_and_unlocked(office: Office, browse: Browse, page_clock: Clock) -> None:
    address = f"/people/{office.people['member']}"
    client, theirs = browse("administrator"), browse("member")
    give_password(office, "member", failures=6, locked_until=page_clock.moment + timedelta(minutes=2))
    assert "连续输错 6 次" in text(client, address)

    sent(client, f"{address}/account/unlock", page=address)
    assert (account(office, "member").failures, account(office, "member").locked_until) == (0, None)
    sent(client, f"{address}/account/disable", page=address)
    assert theirs.get("/me").status_code == 303
    assert "已停用" in text(client, address)
    sent(client, f"{address}/account/enable", page=address)
    assert sign_in(browse(""), "member").status_code == 303


def test_disabling_twice_is_the_same_as_once(small_office: Office, browse: Browse) -> None:
    address = f"/people/{small_office.people['member']}"
    client = browse("administrator")
    form = text(client, address)
    data = {"csrf_token": token(form), "version": hidden(form, "version"), "command_id": hidden(form, "command_id")}

    answers = [client.post(f"{address}/account/disable", data=data).status_code for _ in range(2)]

    assert answers == [303, 303]
    with small_office.database.reading() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "account.disable")).all()) == 1


def test_a_reset_is_shown_once_and_a_stale_page_resets_nothing(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "member")
    address = f"/people/{small_office.people['member']}"
    client, theirs = browse("administrator"), browse("member")
    form = text(client, address)
    data = {"csrf_token": token(form), "version": hidden(form, "version"), "command_id": hidden(form, "command_id")}

    first = client.post(f"{address}/password", data=data)
    kept = account(small_office, "member").password_hash
    second = client.post(f"{address}/password", data=data)

    assert "<code" in first.get_data(as_text=True)
    assert theirs.get("/me").status_code == 303
    assert sign_in(browse(""), "member", GOOD_PASSWORD).status_code == 422
    assert second.status_code == 409
    assert "已办理：重置密码" in second.get_data(as_text=True)
    assert account(small_office, "member").password_hash == kept


def test_the_administrator_neither_disables_nor_resets_the_own_account(small_office: Office, browse: Browse) -> None:
    address = f"/people/{small_office.people['administrator']}"
    client = browse("administrator")
    form = {"csrf_token": token(text(client, address)), "version": "1", "command_id": "0" * 32}

    for act in ("account/disable", "password"):
        answer = client.post(f"{address}/{act}", data=form)
        assert answer.status_code == 422
        assert "请由另一位系统管理员办理" in answer.get_data(as_text=True)
    assert client.get("/me").status_code == 200


def test_the_directory_is_searched_by_name_account_unit_seat_and_state(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    give_password(small_office, "cashier", locked_until=page_clock.moment + timedelta(minutes=2))
    give_password(small_office, "auditor", disabled_at=NOON)
    client = browse("administrator")

    def found(question: str) -> set[str]:
        return set(
            re.findall(r'<a class="t-title" href="/people/\d+">([^<]+)</a>', text(client, f"/people?{question}"))
        )

    assert found("q=周敏") == {"周敏"}
    assert found("q=REVIEWER") == {"周敏", "吴桐", "钱进"}
    assert len(found("q=农业农村局")) == len(PEOPLE)
    assert found("seat=head") == {"郑海"}
    assert found(f"team={small_office.other_team_id}") == {"赵倩"}
    assert found(f"seat=agent&team={small_office.team_id}") == {"何静"}
    assert found("account=resting") == {"沈洁"}
    assert found("account=disabled") == {"韩冰"}
    assert found("q=%25") == set()
    assert found("q=没有这个人") == set()
    assert len(found("seat=wrong&team=x&after=zzz")) == len(PEOPLE)


def test_long_lists_are_paged_by_name_both_ways_without_losing_anybody(office: Office, browse: Browse) -> None:
    with office.database.writing() as session:
        session.add_all(
            Person(sign_in_name=f"extra{n}", name=f"丁{n % 7}", password_hash="", must_change=False, created_at=NOON)
            for n in range(2 * PAGE)
        )
    client = browse("administrator")
    address, pages = "/people", []
    while address:
        page = text(client, address)
        pages.append(re.findall(r'class="t-title" href="/people/(\d+)"', page))
        more = re.search(r'rel="next" href="([^"]+)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    before = re.findall(r'class="t-title" href="/people/(\d+)"', text(client, back[1].replace("&amp;", "&")))

    everybody = [one for page_of in pages for one in page_of]
    assert len(everybody) == len(set(everybody)) == len(PEOPLE) + 2 * PAGE
    assert [len(page_of) for page_of in pages] == [PAGE, PAGE, len(PEOPLE)]
    assert before == pages[1]


def test_a_lead_unit_sees_its_own_seats_and_no_accounts(small_office: Office, browse: Browse) -> None:
    client = browse("reviewer")
    everyone = text(client, "/people")
    outsider = text(client, f"/people/{small_office.people['outsider']}")

    assert "组员" in everyone
    assert "outsider" not in everyone
    assert "系统管理员" not in re.sub(r"<select.*?</select>", "", everyone, flags=re.DOTALL)
    assert "电子信息" not in outsider
    assert "重置密码" not in outsider
    assert client.get(f"/seats/{_seat(small_office, 'outsider')}").status_code == 404
    assert client.get(f"/seats/{_seat(small_office, 'officer')}").status_code == 404
    assert client.get(f"/seats/{_seat(small_office, 'second_reviewer')}").status_code == 403


APART = {"officer", "cashier", "auditor", "administrator"}


@pytest.mark.parametrize("who", ["administrator", *sorted(LEADS)])
def test_a_person_s_pages_open_exactly_for_whom_the_list_shows_them_to(
    office: Office, browse: Browse, page_clock: Clock, who: str
) -> None:
    """A lead unit keeps its roster: who is disabled, or keeps the district's money, accounts or trail, is not on it."""
    with office.database.writing() as session:
        session.get_one(Person, office.people["nobody"]).disabled_at = page_clock.moment
    hidden_from_lead = APART | {"nobody"}
    client = browse(who)
    listed = set(re.findall(r'href="/people/(\d+)"', text(client, "/people")))

    for name, person_id in office.people.items():
        is_seen = who == "administrator" or name not in hidden_from_lead
        assert (str(person_id) in listed) is is_seen, name
        for address in (f"/people/{person_id}", f"/people/{person_id}/seats/new"):
            assert client.get(address).status_code == (200 if is_seen else 404), (name, address)
        found = text(client, f"/people?q={PEOPLE[name][0]}") if name in PEOPLE else ""
        assert not found or (f'href="/people/{person_id}"' in found) is is_seen


def test_the_auditor_reads_of_everybody_and_changes_nobody(small_office: Office, browse: Browse) -> None:
    client = browse("auditor")
    listed = text(client, "/people")
    somebody = text(client, f"/people/{small_office.people['officer']}")

    assert set(map(str, small_office.people.values())) <= set(re.findall(r'href="/people/(\d+)"', listed))
    assert "财政复核" in somebody
    for act in ("/people/new", "seats/new", "/edit", "/password", "/account/", "/seats/"):
        assert act not in listed + somebody, act


def test_who_left_finance_is_on_the_roster_again(small_office: Office, browse: Browse) -> None:
    officer = small_office.people["officer"]
    with small_office.database.writing() as session:
        session.get_one(Seat, _seat(small_office, "officer")).held_until = NOON.date()

    assert browse("reviewer").get(f"/people/{officer}").status_code == 200


def _seat(office: Office, who: str) -> int:
    with office.database.reading() as session:
        return session.scalars(select(Seat.id).where(Seat.person_id == office.people[who])).one()


def test_the_lead_unit_names_a_filing_agent_with_an_end_and_a_quota(office: Office, browse: Browse) -> None:
    address = f"/people/{office.people['nobody']}/seats/new?kind=agent"
    client = browse("head")
    form = text(client, address)
    assert "电子信息招商组团" not in form
    assert 'name="unit_id"' not in form
    wanted = {"team_id": str(office.team_id), "held_from": "2026年3月9日"}

    missing = sent(client, address, **wanted)
    assert missing.status_code == 422
    assert "请填写任期最后一天" in missing.get_data(as_text=True)

    answer = sent(client, address, **wanted, last_day="2026-06-30", quota_fen="５０,０００")
    assert answer.location == f"/people/{office.people['nobody']}"
    page = text(client, answer.location)
    assert "2026-06-30" in page
    assert "50,000.00" in page
    with office.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "seat.give")).one()
        assert (entry.seat, entry.after["quota_fen"], entry.after["last_day"]) == ("head", 5_000_000, "2026-06-30")


def test_a_lead_unit_cannot_reach_other_seats_or_teams_by_address_or_extra_fields(
    small_office: Office, browse: Browse
) -> None:
    client = browse("reviewer")
    address = f"/people/{small_office.people['nobody']}/seats/new"
    assert "牵头单位负责人" not in re.sub(
        r"<header.*?</header>", "", text(client, f"{address}?kind=head"), flags=re.DOTALL
    )

    foreign = sent(client, f"{address}?kind=member", team_id=str(small_office.other_team_id), held_from="2026-03-09")
    assert foreign.status_code == 422
    sent(client, f"{address}?kind=officer", team_id=str(small_office.team_id), held_from="2026-03-09", kind="officer")
    with small_office.database.reading() as session:
        kinds = session.scalars(select(Seat.kind).where(Seat.person_id == small_office.people["nobody"])).all()
    assert kinds == [SeatKind.MEMBER]


def test_a_conflicting_seat_is_refused_on_the_page_in_words(small_office: Office, browse: Browse) -> None:
    address = f"/people/{small_office.people['officer']}/seats/new?kind=cashier"
    answer = sent(browse("administrator"), address, held_from="2026-03-09")

    assert answer.status_code == 422
    assert "方志远已是财政复核（2026-01-01 至 2026-12-31），不能同时是财政支付" in answer.get_data(as_text=True)


def test_a_term_is_changed_on_its_page_and_the_second_click_changes_nothing(
    small_office: Office, browse: Browse
) -> None:
    address = f"/seats/{_seat(small_office, 'member')}"
    client = browse("reviewer")
    form = text(client, address)
    assert 'value="2026-12-31"' in form
    data = {"csrf_token": token(form), "version": hidden(form, "version"), "last_day": "2026-05-31"}

    assert [client.post(address, data=data).status_code for _ in range(2)] == [303, 303]
    stale = client.post(address, data={**data, "last_day": "2026-06-30"})
    assert stale.status_code == 409
    assert "修改任期" in stale.get_data(as_text=True)
    with small_office.database.reading() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "seat.change_term")).all()) == 1


def test_a_coming_seat_is_taken_back_from_its_page(small_office: Office, browse: Browse) -> None:
    person = f"/people/{small_office.people['nobody']}"
    client = browse("administrator")
    sent(client, f"{person}/seats/new?kind=auditor", held_from="2026-04-01")
    seat_id = _seat(small_office, "nobody")
    assert "取消这个席位" in text(client, f"/seats/{seat_id}")

    answer = sent(client, f"/seats/{seat_id}/cancel", page=f"/seats/{seat_id}")

    assert answer.location == person
    assert client.get(f"/seats/{seat_id}").status_code == 404


@pytest.mark.parametrize("typed", ["31.12.2026", "2026-13-01", "明天", "9" * 500, "2026-12-31\u202e"])
def test_a_day_nobody_can_read_is_refused(small_office: Office, browse: Browse, typed: str) -> None:
    answer = sent(browse("administrator"), f"/seats/{_seat(small_office, 'member')}", last_day=typed)

    assert answer.status_code == 422


def test_without_its_token_nothing_is_done(small_office: Office, browse: Browse) -> None:
    client = browse("administrator")
    for address in (
        "/people/new",
        f"/people/{small_office.people['member']}/account/disable",
        "/units/new",
        "/sign-out",
    ):
        assert client.post(address, data={**NEW, "version": "1"}).status_code == 400
    assert account(small_office, "member").disabled_at is None


def test_a_form_without_its_version_is_refused(small_office: Office, browse: Browse) -> None:
    client = browse("administrator")
    form = token(text(client, "/me"))
    address = f"/people/{small_office.people['member']}/account/disable"

    for version in ("", "x", "-1", "9" * 30):
        answer = client.post(address, data={"csrf_token": form, "version": version})
        assert answer.status_code == 422
    assert account(small_office, "member").disabled_at is None


NASTY = "<script>alert(1)</script>{{7*7}}"


def test_what_people_are_called_is_only_text(small_office: Office, browse: Browse) -> None:
    client = browse("administrator")
    sent(client, "/people/new", name=NASTY[:60], sign_in_name="nasty", post="<b>x</b>")
    person = named(small_office, "nasty")
    assert person is not None

    for address in ("/people", f"/people/{person.id}", f"/people/{person.id}/edit", f"/people/{person.id}/seats/new"):
        page = text(client, address)
        assert "<script>alert" not in page
        assert "<b>x</b>" not in page


def test_the_own_page_shows_seats_terms_and_what_is_known(small_office: Office, browse: Browse) -> None:
    page = text(browse("member"), "/me")

    assert "新能源招商组团" in page
    assert "2026-12-31" in page
    assert "云湖区农业农村局" in page
    assert "English" in page
    assert "大字版" in page


def test_the_own_page_speaks_english_when_asked(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    client.set_cookie("lang", "en")

    assert '<html lang="en"' in text(client, "/me")
