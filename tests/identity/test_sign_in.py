"""Signing in: the right people get in, everybody else hears one sentence, and nobody is kept out by a stranger."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.office import NOON, Office
from tests.pages import GOOD_PASSWORD, Browse, Clock, give_password, office_settings, sign_in
from tests.web.checked_client import checked_client, token
from tracker.application import create_app
from tracker.audit.models import AuditEntry
from tracker.identity import operations, passwords
from tracker.identity.models import Person, SignIn
from tracker.identity.operations.sign_ins import FREE_FAILURES
from tracker.identity.queries import IDLE, LONGEST, token_digest
from tracker.identity.views.sign_in import NOT_OPENED
from tracker.kernel.actors import SYSTEM
from tracker.storage import current, use

pytestmark = pytest.mark.usefixtures("quick_passwords")


def person(office: Office, name: str) -> Person:
    with office.database.reading() as session:
        return session.get_one(Person, office.people[name])


def acts(office: Office) -> list[str]:
    with office.database.reading() as session:
        return list(
            session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("account.%")).order_by("id"))
        )


def test_the_right_password_opens_the_page_that_was_wanted(office: Office, browse: Browse) -> None:
    give_password(office, "reviewer")
    client = browse("")

    answer = sign_in(client, "reviewer", next="/me")

    assert (answer.status_code, answer.location) == (303, "/me")
    assert "周敏" in client.get("/me").get_data(as_text=True)
    assert acts(office) == ["account.sign_in"]


def test_a_name_is_the_same_in_capitals_and_in_full_width(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "reviewer")

    assert sign_in(browse(""), " ＲＥＶＩＥＷＥＲ ").status_code == 303


@pytest.mark.parametrize("elsewhere", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1"])
def test_signing_in_never_leads_outside(small_office: Office, browse: Browse, elsewhere: str) -> None:
    give_password(small_office, "reviewer")

    assert sign_in(browse(""), "reviewer", next=elsewhere).location == "/"


def test_wrong_name_wrong_password_closed_and_resting_account_hear_the_same(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    for name in ("reviewer", "head", "officer"):
        give_password(small_office, name)
    give_password(small_office, "head", disabled_at=page_clock.moment)
    give_password(small_office, "officer", locked_until=page_clock.moment + timedelta(minutes=5))

    answers = {
        sign_in(browse(""), name, password).get_data(as_text=True).count(NOT_OPENED)
        for name, password in (
            ("nobody-of-this-name", GOOD_PASSWORD),
            ("reviewer", "wrong"),
            ("head", GOOD_PASSWORD),
            ("officer", GOOD_PASSWORD),
            ("nobody", ""[:0] or "anything"),
        )
    }

    assert answers == {1}


def test_an_unknown_name_costs_as_much_as_a_known_one(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_password(small_office, "reviewer")
    checked: list[str] = []
    real = passwords._is_hash_of

    def noted(kept: str, typed: str) -> bool:
        checked.append(kept)
        return real(kept, typed)

    monkeypatch.setattr(passwords, "_is_hash_of", noted)

    sign_in(browse(""), "reviewer", "wrong")
    sign_in(browse(""), "no-such-name", "wrong")
    sign_in(browse(""), "nobody", "wrong")

    assert len(checked) == 3
    assert all(kept.startswith("$argon2id$") for kept in checked)
    assert checked[1] == checked[2] != checked[0]


def test_nobody_signs_in_to_an_account_without_a_password(small_office: Office, browse: Browse) -> None:
    for typed in ("x", " ", "None"):
        assert sign_in(browse(""), "reviewer", typed).status_code == 422


def test_checking_a_password_takes_a_fifth_of_a_second_of_work_in_earnest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    began = time.process_time()
    kept = passwords.hashed(GOOD_PASSWORD)

    assert time.process_time() - began > 0.1
    assert passwords.matches(kept, GOOD_PASSWORD)
    assert not passwords.matches(kept, GOOD_PASSWORD + " ")


def test_signing_in_changes_the_token_and_empties_the_session(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "reviewer")
    client = browse("member")
    with client.session_transaction() as kept:
        fixed = kept["sign_in"]
        kept["planted"] = "by somebody else"

    form = client.get("/me").get_data(as_text=True)
    answer = client.post("/sign-in", data={"csrf_token": token(form), "name": "reviewer", "password": GOOD_PASSWORD})

    with client.session_transaction() as kept:
        assert answer.status_code == 303
        assert kept["sign_in"] != fixed
        assert "planted" not in kept
    with small_office.database.reading() as session:
        assert session.get_one(SignIn, token_digest(fixed)).ended_at is not None


def test_the_database_keeps_no_token(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    with client.session_transaction() as kept:
        secret = kept["sign_in"]
    with small_office.database.reading() as session:
        assert session.scalars(select(SignIn.token_digest)).all() == [token_digest(secret)]
        assert session.get(SignIn, secret) is None


def test_a_token_nobody_was_given_opens_nothing(browse: Browse) -> None:
    client = browse("")
    with client.session_transaction() as kept:
        kept["sign_in"] = "fixed by a stranger"

    assert client.get("/me").location == "/sign-in?next=%2Fme"


def test_repeated_failures_let_the_account_rest_and_the_rest_grows(
    office: Office, browse: Browse, page_clock: Clock
) -> None:
    give_password(office, "reviewer")
    client = browse("")
    rests = []
    for _ in range(FREE_FAILURES - 1):
        sign_in(client, "reviewer", "wrong")
    assert person(office, "reviewer").locked_until is None

    for number in range(3):
        sign_in(browse(""), "reviewer", "wrong", address=f"10.0.9.{number}")
        rest = person(office, "reviewer").locked_until
        assert rest is not None
        rests.append(rest - page_clock.moment)
        page_clock.moment = rest + timedelta(minutes=6)

    assert rests == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    assert acts(office).count("account.rest") == 3


def test_a_resting_account_opens_to_nobody_new_until_the_rest_is_over(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    give_password(small_office, "reviewer")
    for _ in range(FREE_FAILURES):
        sign_in(browse(""), "reviewer", "wrong")

    assert sign_in(browse(""), "reviewer").status_code == 422
    page_clock.pass_by(seconds=61)
    assert sign_in(browse(""), "reviewer", address="10.0.0.2").status_code == 303
    assert person(small_office, "reviewer").failures == 0


def test_tries_during_the_rest_do_not_make_it_longer(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "reviewer")
    for _ in range(FREE_FAILURES):
        sign_in(browse(""), "reviewer", "wrong")
    first = person(small_office, "reviewer").locked_until

    for _ in range(3):
        sign_in(browse(""), "reviewer", "wrong")

    assert person(small_office, "reviewer").locked_until == first


def test_a_stranger_who_guesses_one_name_keeps_nobody_else_out(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "reviewer")
    give_password(small_office, "head")
    for _ in range(FREE_FAILURES + 2):
        sign_in(browse(""), "reviewer", "wrong", address="10.9.9.9")

    assert sign_in(browse(""), "head", address="10.9.9.9").status_code == 303


def test_the_owner_gets_in_from_the_own_browser_while_strangers_guess(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "reviewer")
    desk = browse("")
    assert sign_in(desk, "reviewer").status_code == 303
    desk.post("/sign-out", data={"csrf_token": token(desk.get("/me").get_data(as_text=True))})
    for number in range(20):
        sign_in(browse(""), "reviewer", "wrong", address=f"10.7.7.{number}")
    assert person(small_office, "reviewer").locked_until is not None

    assert sign_in(desk, "reviewer").status_code == 303


def test_the_mark_of_a_known_browser_opens_no_other_account_and_cannot_be_made(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    give_password(small_office, "reviewer")
    give_password(small_office, "head", locked_until=page_clock.moment + timedelta(minutes=5))
    desk = browse("")
    sign_in(desk, "reviewer")
    forged = browse("")
    forged.set_cookie("known", '["x","y"].forged', path="/sign-in")

    desk.post("/sign-out", data={"csrf_token": token(desk.get("/me").get_data(as_text=True))})
    assert sign_in(desk, "head").status_code == 422
    assert sign_in(forged, "head").status_code == 422


def test_a_known_browser_that_guesses_is_stopped_too(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "reviewer")
    desk = browse("")
    sign_in(desk, "reviewer")
    desk.post("/sign-out", data={"csrf_token": token(desk.get("/me").get_data(as_text=True))})

    answers = [sign_in(desk, "reviewer", "wrong").status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]
    assert person(small_office, "reviewer").failures == 0


def test_one_address_is_stopped_after_thirty_wrong_tries_but_right_ones_do_not_count(
    small_office: Office, browse: Browse
) -> None:
    give_password(small_office, "reviewer")
    for _ in range(35):
        assert sign_in(browse(""), "reviewer", address="10.1.1.1").status_code == 303

    answers = [sign_in(browse(""), f"guess-{number}", "wrong", address="10.1.1.1").status_code for number in range(31)]

    assert answers == [422] * 30 + [429]
    assert sign_in(browse(""), "reviewer", address="10.1.1.2").status_code == 303


def test_one_name_is_stopped_whether_it_exists_or_not(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "reviewer")
    for name in ("reviewer", "no-such-name"):
        answers = [
            sign_in(browse(""), name, "wrong", address=f"10.2.{len(name)}.{number}").status_code for number in range(11)
        ]
        assert answers == [422] * 10 + [429], name


def test_when_too_many_sign_in_at_once_the_next_is_told_so_and_the_name_stays(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_password(small_office, "reviewer")
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.01)
    turns = passwords._Hashing.turns
    for _ in range(passwords.AT_ONCE):
        turns.acquire()
    try:
        answer = sign_in(browse(""), "reviewer")
    finally:
        for _ in range(passwords.AT_ONCE):
            turns.release()

    page = answer.get_data(as_text=True)
    assert answer.status_code == 503
    assert "登录的人太多" in page
    assert 'value="reviewer"' in page
    assert GOOD_PASSWORD not in page
    assert sign_in(browse(""), "reviewer").status_code == 303


def test_a_form_without_its_token_is_refused_with_a_page(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "reviewer")
    answer = browse("").post("/sign-in", data={"name": "reviewer", "password": GOOD_PASSWORD})

    assert answer.status_code == 400
    assert "页面已过期" in answer.get_data(as_text=True)


def test_an_empty_form_says_what_is_missing(browse: Browse) -> None:
    client = browse("")
    form = client.get("/sign-in").get_data(as_text=True)
    answer = client.post("/sign-in", data={"csrf_token": token(form)})

    assert answer.status_code == 422
    assert "请填写账号" in answer.get_data(as_text=True)
    assert "请填写密码" in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    "spelt",
    [
        lambda turn: "member" + "\x01" * (turn + 1),
        lambda turn: "mem" + "\u202e" * (turn + 1) + "ber",
        lambda turn: " " * (turn + 61) + "member",
        lambda turn: "member" + "\t\r\n" * (turn + 1),
        lambda turn: "ＭEMBER"[: turn % 6] + "member"[turn % 6 :],
    ],
)
@pytest.mark.parametrize("is_known", [False, True])
def test_a_name_typed_with_what_cannot_be_seen_is_no_other_name(
    small_office: Office, browse: Browse, spelt: Callable[[int], str], is_known: bool
) -> None:
    give_password(small_office, "member")
    client = browse("")
    if is_known:
        sign_in(client, "member")
        client.post("/sign-out", data={"csrf_token": token(client.get("/me").get_data(as_text=True))})

    answers = [sign_in(client, spelt(turn), f"wrong-{turn}").status_code for turn in range(25)]

    assert answers[:10] == [422] * 10
    assert set(answers[10:]) == {429}


@pytest.mark.parametrize(
    "typed", ["'; DROP TABLE person; --", "{{7*7}}", "<script>", "\u202eadmin", "a" * 5000, "管理员"]
)
def test_strange_names_are_only_wrong_names(browse: Browse, typed: str) -> None:
    answer = sign_in(browse(""), typed, typed)

    assert answer.status_code == 422
    assert "<script>" not in answer.get_data(as_text=True)


def test_signing_out_ends_it_on_the_server_not_only_in_the_browser(office: Office, browse: Browse) -> None:
    client = browse("member")
    with client.session_transaction() as kept:
        stolen = kept["sign_in"]
    client.post("/sign-out", data={"csrf_token": token(client.get("/me").get_data(as_text=True))})

    thief = browse("")
    with thief.session_transaction() as kept:
        kept["sign_in"] = stolen
    assert thief.get("/me").status_code == 303
    assert acts(office) == ["account.sign_out"]


def test_signing_out_twice_is_the_same_as_once(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    form = token(client.get("/me").get_data(as_text=True))
    first = client.post("/sign-out", data={"csrf_token": form})
    again = client.post("/sign-out", data={"csrf_token": token(client.get("/sign-in").get_data(as_text=True))})

    assert (first.location, again.location) == ("/sign-in", "/sign-in")
    assert acts(small_office) == ["account.sign_out"]


def test_a_browser_left_alone_is_signed_out_and_one_in_use_is_not(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    idle, used = browse("member"), browse("member")
    for _ in range(3):
        page_clock.moment += IDLE / 2
        assert used.get("/me").status_code == 200

    assert idle.get("/me").location == "/sign-in?next=%2Fme"


def test_even_a_browser_in_use_is_signed_out_in_the_end(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    client = browse("member")
    until = page_clock.moment + LONGEST
    while page_clock.moment + timedelta(hours=1) < until:
        page_clock.pass_by(hours=1)
        assert client.get("/me").status_code == 200

    page_clock.pass_by(hours=1)
    assert client.get("/me").status_code == 303


def test_disabling_an_account_ends_its_browsers_at_once(office: Office, browse: Browse, page_clock: Clock) -> None:
    client = browse("member")
    assert client.get("/me").status_code == 200
    with office.database.writing() as session:
        operations.disable(session, office.people["member"], by=SYSTEM, at=page_clock.moment, version=1)

    assert client.get("/me").status_code == 303


def test_a_one_time_password_is_good_for_a_week(small_office: Office, browse: Browse, page_clock: Clock) -> None:
    give_password(small_office, "reviewer", must_change=True)
    page_clock.pass_by(days=6)
    assert sign_in(browse(""), "reviewer").status_code == 303

    page_clock.pass_by(days=1)
    assert sign_in(browse(""), "reviewer").status_code == 422


def test_someone_signed_in_already_is_led_past_the_form(browse: Browse) -> None:
    assert browse("member").get("/sign-in?next=/me").location == "/me"


def test_cookies_are_closed_to_scripts_and_to_other_sites(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "reviewer")
    answer = sign_in(browse(""), "reviewer")

    cookies = {line.split("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    assert set(cookies) == {"tracker", "known"}
    for line in cookies.values():
        assert "HttpOnly" in line
        assert "SameSite=Lax" in line
    assert "Path=/sign-in" in cookies["known"]


@pytest.mark.parametrize(("proxies", "address"), [(0, "10.0.0.1"), (1, "203.0.113.9")])
def test_the_address_is_the_proxys_word_only_when_a_proxy_was_named(
    small_office: Office, tmp_path: Path, page_clock: Clock, proxies: int, address: str
) -> None:
    give_password(small_office, "reviewer")
    client = checked_client(create_app(replace(office_settings(small_office, tmp_path), proxies=proxies)))
    from_proxy = {"REMOTE_ADDR": "10.0.0.1"}
    told = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
    form = token(client.get("/sign-in", environ_overrides=from_proxy).get_data(as_text=True))
    data = {"csrf_token": form, "name": "reviewer", "password": GOOD_PASSWORD}
    client.post("/sign-in", data=data, headers=told, environ_overrides=from_proxy)

    with small_office.database.reading() as session:
        assert session.scalars(select(SignIn.address)).one() == address
    current().close()
    use(small_office.database)


def test_a_right_password_checked_against_a_hash_that_was_replaced_meanwhile_opens_nothing(office: Office) -> None:
    give_password(office, "reviewer")
    checked = person(office, "reviewer").password_hash
    give_password(office, "reviewer", "Gai-Guo-Le-2026-x")
    attempt = operations.Attempt(office.people["reviewer"], checked, matched=True, address="", browser="")

    with office.database.writing() as session:
        assert operations.try_sign_in(session, attempt, at=NOON) is None
