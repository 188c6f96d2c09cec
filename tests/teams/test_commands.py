"""`tracker user`: accounts and seats from the server's command line."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from tests.office import PEOPLE, Office
from tests.pages import Browse, Clock, give_password, sign_in
from tracker.audit.models import AuditEntry
from tracker.identity.models import Person
from tracker.kernel.actors import SeatKind
from tracker.storage import Database, use
from tracker.teams.commands import user
from tracker.teams.models import Seat

pytestmark = pytest.mark.usefixtures("quick_passwords")

COMMANDS = {"add", "list", "reset", "disable", "enable", "unlock", "seat"}


def run(*words: str) -> Result:
    return CliRunner().invoke(user, list(words), prog_name="tracker user")


def password_in(result: Result) -> str:
    found = re.findall(r"一次性密码 (\S+)", result.output)
    assert len(found) == 1
    return str(found[0])


def test_each_command_explains_itself_without_a_database() -> None:
    assert set(user.commands) == COMMANDS
    for name in COMMANDS:
        result = CliRunner().invoke(user, [name, "--help"], obj=lambda: pytest.fail("opened a database"))
        assert result.exit_code == 0
        assert "Usage:" in result.output


def test_the_first_administrator_is_made_in_an_empty_database(database: Database) -> None:
    use(database)
    result = run("add", "--administrator", "guanli", "--name", "林静")

    assert result.exit_code == 0, result.output
    with database.reading() as session:
        person = session.scalars(select(Person)).one()
        seat = session.scalars(select(Seat)).one()
        assert (person.sign_in_name, person.name, person.must_change) == ("guanli", "林静", True)
        assert (seat.person_id, seat.kind, seat.held_until) == (person.id, SeatKind.ADMINISTRATOR, None)
        written = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [entry.action for entry in written] == ["person.add", "seat.give"]
        assert {entry.person_name for entry in written} == {"命令行"}
        assert password_in(result) not in repr([vars(person), *(entry.after for entry in written)])


def test_the_printed_password_opens_the_password_page(small_office: Office, browse: Browse) -> None:
    client = browse("")
    assert (
        sign_in(client, "xin", password_in(run("add", "xin", "--unit", "区财政局", "--post", "科员"))).status_code
        == 303
    )
    assert client.get("/me").location == "/me/password"


def test_list_shows_the_state_of_each_account(small_office: Office, page_clock: Clock) -> None:
    give_password(small_office, "member", locked_until=page_clock.moment + timedelta(minutes=1))
    give_password(small_office, "head", disabled_at=page_clock.moment)

    assert "member\t陈立\t云湖区农业农村局\t暂停登录" in run("list").output
    assert "郑海" not in run("list").output
    assert "head\t郑海\t云湖区农业农村局\t已停用" in run("list", "--all").output
    assert len(run("list", "--all").output.splitlines()) == len(PEOPLE)


def test_an_account_is_reset_disabled_enabled_and_unlocked(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    give_password(small_office, "member", failures=9, locked_until=page_clock.moment + timedelta(minutes=9))
    assert "已解除暂停" in run("unlock", "member").output
    one_time = password_in(run("reset", "MEMBER"))
    assert run("disable", "member").exit_code == 0
    assert sign_in(browse(""), "member", one_time).status_code == 422
    assert run("enable", "member").exit_code == 0
    assert sign_in(browse(""), "member", one_time).status_code == 303


def test_a_seat_is_given_at_a_place_for_a_term(office: Office, page_clock: Clock) -> None:
    result = run("seat", "nobody", "agent", "--at", "新能源", "--from", "2026-03-01", "--until", "2026-06-30")

    assert result.exit_code == 0, result.output
    with office.database.reading() as session:
        seat = session.scalars(select(Seat).where(Seat.person_id == office.people["nobody"])).one()
        assert (seat.team_id, str(seat.held_from), str(seat.held_until)) == (office.team_id, "2026-03-01", "2026-07-01")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("reset", "no-one"), "没有账号 no-one"),
        (("add", "member"), "账号 member 已经是陈立在用"),
        (("add", "中文"), "账号用 2 到 40 位"),
        (("add", "xin", "--unit", "没有的局"), "没有单位 没有的局"),
        (("seat", "nobody", "member"), "请用 --at 写明组团"),
        (("seat", "nobody", "head", "--at", "新能源"), "没有单位 新能源"),
        (("seat", "nobody", "agent", "--at", "新能源"), "要写明任期的最后一天"),
        (("seat", "officer", "cashier"), "不能同时是财政支付"),
        (("seat", "nobody", "king"), "Invalid value"),
    ],
)
def test_what_cannot_be_done_is_said_and_leaves_with_an_error(
    small_office: Office, page_clock: Clock, words: tuple[str, ...], sentence: str
) -> None:
    result = run(*words)

    assert result.exit_code != 0
    assert sentence in result.output
    assert "Traceback" not in result.output
    assert "一次性密码" not in result.output
