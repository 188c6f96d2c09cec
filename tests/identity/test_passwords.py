"""Passwords: what each profile asks for, and how the own one is changed."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.office import NOON, Office
from tests.pages import GOOD_PASSWORD, Browse, Clock, give_password, office_settings, sign_in
from tests.web.checked_client import CheckedClient, token
from tracker.application import create_app
from tracker.audit.models import AuditEntry
from tracker.identity import passwords
from tracker.identity.models import EarlierPassword, Person
from tracker.identity.profiles import LONGEST, PROFILES, flaws, is_common, profile
from tracker.identity.queries import token_digest
from tracker.kernel.errors import Busy
from tracker.storage import current, use

pytestmark = pytest.mark.usefixtures("quick_passwords")

DENGBAO, ASVS = PROFILES["dengbao3"], PROFILES["asvs"]
OWN = ["zhoumin", "周敏", "区工信局"]


@pytest.fixture
def profile_name(request: pytest.FixtureRequest) -> str:
    return str(getattr(request, "param", "dengbao3"))


@pytest.fixture
def app_of_profile(small_office: Office, tmp_path: Path, page_clock: Clock, app: Flask, profile_name: str) -> Flask:
    """Put the application under the other profile."""
    app.extensions["tracker.settings"] = replace(app.extensions["tracker.settings"], password_profile=profile_name)
    return app


def change(client: CheckedClient, present: str, wanted: str, again: str | None = None) -> TestResponse:
    form = client.get("/me/password").get_data(as_text=True)
    data = {
        "csrf_token": token(form),
        "present": present,
        "wanted": wanted,
        "again": wanted if again is None else again,
    }
    return client.post("/me/password", data=data)


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("Aa1-bcdef", "至少 10 位"),
        ("Aa1-bcdefg", ""),
        ("kuaizoulushang", "至少 3 种"),
        ("kuaizoulushang7", "至少 3 种"),
        ("Kuaizoulushang7", ""),
        ("Zhoumin-2026-x", "不要用自己的账号"),
        ("周敏-Xk29-waterfall", "不要用自己的账号"),
        ("Password-2026!", "太常见"),
        ("P@ssw0rd2026", "太常见"),
        ("Qwertyuiop1!", "太常见"),
        ("Ab1!" * 4, "太有规律"),
        ("A1-" + "x" * (LONGEST - 3), ""),
        ("A1-" + "x" * (LONGEST - 2), "最多 128 位"),
    ],
)
def test_dengbao3_asks_for_length_and_classes(password: str, wrong: str) -> None:
    found = "；".join(flaws(password, DENGBAO, own_words=OWN))

    assert (wrong in found) if wrong else found == ""


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("dahaitiankon", ""),
        ("dahaitianko", "至少 12 位"),
        ("correct horse battery staple", "太常见"),
        ("马路上的四只红灯笼一起飞", ""),
        ("123456789012", "太常见"),
        ("aaaaaaaaaaaaaa", "太有规律"),
        ("woaizhongguo1949", "太常见"),
        ("zhoumin likes tea", "不要用自己的账号"),
    ],
)
def test_asvs_asks_for_length_and_turns_down_common_ones_but_asks_for_no_classes(password: str, wrong: str) -> None:
    found = "；".join(flaws(password, ASVS, own_words=OWN))

    assert (wrong in found) if wrong else found == ""


@pytest.mark.parametrize("password", ["1qaz2wsx3edc", "987654321", "!!admin!!", "Admin@123", "w0a1n1", "iloveyou520"])
def test_a_common_password_is_seen_through_its_dress(password: str) -> None:
    assert is_common(password)


@pytest.mark.parametrize("password", ["lanse-dianhua-huapen", "Zhu-Que-Lan-Tian-58", "tK7#mvq!L2wz"])
def test_an_uncommon_password_is_left_alone(password: str) -> None:
    assert not is_common(password)


def test_an_unknown_profile_stops_the_start() -> None:
    with pytest.raises(ValueError, match="dengbao3, asvs"):
        profile("weakest")


def test_every_one_time_password_is_new_and_without_look_alikes() -> None:
    made = {passwords.one_time_password() for _ in range(200)}

    assert len(made) == 200
    assert not set("0O1lIi") & set("".join(made))


def test_a_password_typed_in_full_width_is_the_same_password() -> None:
    assert passwords.matches(passwords.hashed("Abc-123"), "Ａｂｃ－１２３")


def test_at_most_so_many_are_checked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "PATIENCE_SECONDS", 0.01)
    turns = passwords._Hashing.turns
    for _ in range(passwords.AT_ONCE):
        assert turns.acquire(timeout=0)
    try:
        with pytest.raises(Busy, match="登录的人太多"):
            passwords.hashed("x")
    finally:
        for _ in range(passwords.AT_ONCE):
            turns.release()


def test_changing_the_password_signs_out_everywhere_else_and_leaves_a_trace(office: Office, browse: Browse) -> None:
    give_password(office, "member")
    here, elsewhere = browse("member"), browse("member")
    with here.session_transaction() as kept:
        before = kept["sign_in"]

    answer = change(here, GOOD_PASSWORD, "Xin-De-Mi-Yu-2026")

    assert (answer.status_code, answer.location) == (303, "/me")
    assert here.get("/me").status_code == 200
    with here.session_transaction() as kept:
        assert kept["sign_in"] != before
    assert elsewhere.get("/me").status_code == 303
    assert sign_in(browse(""), "member", GOOD_PASSWORD).status_code == 422
    assert sign_in(browse(""), "member", "Xin-De-Mi-Yu-2026").status_code == 303
    with office.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "account.change_password")).one()
        assert entry.after == {"browsers": 2}
        kept_text = repr([row.after for row in session.scalars(select(AuditEntry))])
        assert "argon2" not in kept_text


@pytest.mark.parametrize(
    ("present", "wanted", "again", "sentence"),
    [
        ("wrong", "Xin-De-Mi-Yu-2026", None, "现在的密码不对"),
        (GOOD_PASSWORD, "short-A1", None, "至少 10 位"),
        (GOOD_PASSWORD, "Xin-De-Mi-Yu-2026", "Xin-De-Mi-Yu-2027", "两次填的新密码不一样"),
        (GOOD_PASSWORD, GOOD_PASSWORD, None, "最近用过"),
        (GOOD_PASSWORD, "member-A1-long", None, "不要用自己的账号"),
        ("", "", None, "请填写现在的密码"),
        (GOOD_PASSWORD, "A1-" * 300, None, "密码太长"),
    ],
)
def test_a_change_that_does_not_fit_says_why_and_shows_no_password(  # noqa: PLR0917  a case has this many parts
    small_office: Office, browse: Browse, present: str, wanted: str, again: str | None, sentence: str
) -> None:
    give_password(small_office, "member")
    answer = change(browse("member"), present, wanted, again)

    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert "有错误：" in page
    assert GOOD_PASSWORD not in page
    assert not wanted or wanted not in page


def test_the_last_five_are_not_used_again_and_the_sixth_may_be(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "member")
    client = browse("member")
    used = [GOOD_PASSWORD, *(f"Lan-Se-Hua-Ping-{number}x" for number in range(1, 6))]
    for present, wanted in itertools.pairwise(used):
        assert change(client, present, wanted).status_code == 303

    assert "最近用过" in change(client, used[-1], used[1]).get_data(as_text=True)
    assert change(client, used[-1], used[0]).status_code == 303


@pytest.mark.parametrize("profile_name", ["asvs"], indirect=True)
def test_asvs_only_asks_that_the_new_one_differs(small_office: Office, browse: Browse, app_of_profile: Flask) -> None:
    give_password(small_office, "member")
    client = browse("member")

    assert "一样" in change(client, GOOD_PASSWORD, GOOD_PASSWORD).get_data(as_text=True)
    assert change(client, GOOD_PASSWORD, "gaoshan liushui qin").status_code == 303
    assert change(client, "gaoshan liushui qin", GOOD_PASSWORD).status_code == 303


def test_dengbao3_leads_everybody_to_the_password_after_ninety_days(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    give_password(small_office, "member")
    page_clock.moment = NOON + timedelta(days=89, hours=23)
    assert browse("member").get("/me").status_code == 200
    page_clock.moment = NOON + timedelta(days=90)

    client = browse("member")
    assert client.get("/me").location == "/me/password"
    assert "用满 90 天" in client.get("/me/password").get_data(as_text=True)
    assert change(client, GOOD_PASSWORD, "Xin-De-Mi-Yu-2026").status_code == 303
    assert client.get("/me").status_code == 200


@pytest.mark.parametrize("profile_name", ["asvs"], indirect=True)
def test_asvs_leaves_an_old_password_alone(
    small_office: Office, browse: Browse, page_clock: Clock, app_of_profile: Flask
) -> None:
    give_password(small_office, "member")
    page_clock.moment = NOON + timedelta(days=900)

    assert browse("member").get("/me").status_code == 200


def test_whoever_has_to_change_sees_no_other_page_but_may_leave(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "administrator", must_change=True)
    client = browse("administrator")

    for address in ("/me", "/people", "/people/new", "/units"):
        assert client.get(address).location == "/me/password", address
    assert "一次性密码" in client.get("/me/password").get_data(as_text=True)
    form = token(client.get("/me/password").get_data(as_text=True))
    assert client.post("/people/new", data={"csrf_token": form, "name": "x"}).location == "/me/password"
    assert client.post("/display/size", data={"csrf_token": form, "size": "large"}).status_code == 303
    assert client.post("/sign-out", data={"csrf_token": form}).location == "/sign-in"


def test_a_password_changed_elsewhere_meanwhile_makes_the_form_stale(office: Office, browse: Browse) -> None:
    give_password(office, "member")
    client = browse("member")
    real = passwords.hashed

    def somebody_is_faster(password: str) -> str:
        give_password(office, "member", password_hash=real("Gai-Guo-Le-2026-x"))
        return real(password)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hashed", somebody_is_faster)
        answer = change(client, GOOD_PASSWORD, "Xin-De-Mi-Yu-2026")

    assert answer.status_code == 409
    assert "刚在别处改过" in answer.get_data(as_text=True)


def test_guessing_the_present_password_from_an_open_browser_is_stopped(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "member")
    client = browse("member")

    answers = [change(client, "wrong", "Xin-De-Mi-Yu-2026").status_code for _ in range(11)]

    assert answers == [422] * 10 + [429]


def test_the_own_browsers_are_listed_and_ended_one_by_one_or_all(office: Office, browse: Browse) -> None:
    desk, phone, tablet = browse("member"), browse("member"), browse("member")
    page = desk.get("/me").get_data(as_text=True)
    assert page.count('name="browser"') == 2
    handle = page.split('name="browser" value="')[1][:16]

    desk.post("/me/browsers/end", data={"csrf_token": token(page), "browser": handle})
    assert sorted(one.get("/me").status_code for one in (desk, phone, tablet)) == [200, 200, 303]
    desk.post("/me/browsers/others/end", data={"csrf_token": token(page)})
    assert [one.get("/me").status_code for one in (desk, phone, tablet)] == [200, 303, 303]
    answer = desk.post("/me/browsers/all/end", data={"csrf_token": token(page)})
    assert answer.location == "/sign-in"
    assert desk.get("/me").status_code == 303


@pytest.mark.parametrize("handle", ["", "%", "_" * 16, "0" * 16, "x"])
def test_nobody_ends_another_persons_browser(small_office: Office, browse: Browse, handle: str) -> None:
    victim, other = browse("head"), browse("member")
    with victim.session_transaction() as kept:
        known = token_digest(kept["sign_in"])[:16]
    form = token(other.get("/me").get_data(as_text=True))

    other.post("/me/browsers/end", data={"csrf_token": form, "browser": handle or known})

    assert victim.get("/me").status_code == 200
    assert other.get("/me").status_code == 200


def test_earlier_passwords_are_kept_as_hashes_only(small_office: Office, browse: Browse) -> None:
    give_password(small_office, "member")
    change(browse("member"), GOOD_PASSWORD, "Xin-De-Mi-Yu-2026")

    with small_office.database.reading() as session:
        kept = session.scalars(select(EarlierPassword.password_hash)).one()
        person = session.get_one(Person, small_office.people["member"])
        assert kept.startswith("$argon2id$")
        assert kept != person.password_hash


def test_the_application_starts_only_under_a_known_profile(small_office: Office, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="unknown password profile"):
        create_app(office_settings(small_office, tmp_path, password_profile="none"))
    made = create_app(office_settings(small_office, tmp_path, password_profile="asvs"))
    assert made.extensions["tracker.settings"].password_profile == "asvs"
    current().close()
    use(small_office.database)
