"""Open pages as a person of the office: a checked client, signed in, at two in the afternoon of the office's day."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import update
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from tests.office import NOON, Office
from tests.web.checked_client import CheckedClient, checked_client, token
from tracker.application import create_app
from tracker.identity import passwords
from tracker.identity.models import Person
from tracker.identity.operations import start_sign_in
from tracker.kernel import clock
from tracker.settings import Settings
from tracker.storage import current, use
from tracker.web.compiling import PageCache

AFTERNOON = NOON + timedelta(hours=2)
Browse = Callable[[str], CheckedClient]


class Clock:
    """The clock of the pages; it stands still until a test moves it."""

    def __init__(self) -> None:
        self.moment = AFTERNOON

    def now(self, zone: tzinfo | None = None) -> datetime:
        return self.moment.astimezone(zone)

    def pass_by(self, **span: float) -> datetime:
        self.moment += timedelta(**span)
        return self.moment


@pytest.fixture
def page_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Stand in for the clock that ``now()`` reads, for as long as the test runs."""
    standing = Clock()
    monkeypatch.setattr(clock, "datetime", standing)
    return standing


def office_settings(office: Office, var: Path, *, password_profile: str = "dengbao3") -> Settings:  # noqa: S107  the name of a profile
    """Make the settings of an installation that uses the office's database."""
    return Settings(
        var=var,
        database_url=office.database.url.render_as_string(hide_password=False),
        secret_key=b"the same key in every test......",
        base_url="http://localhost",
        trusted_hosts=(),
        secure_cookies=False,
        password_profile=password_profile,
    )


@pytest.fixture
def pages_of(request: pytest.FixtureRequest) -> Office:
    """Find the office the test asked for: ``office`` on each engine, else ``small_office`` on SQLite."""
    wanted = "office" if "office" in request.fixturenames else "small_office"
    found = request.getfixturevalue(wanted)
    assert isinstance(found, Office)
    return found


@pytest.fixture(scope="session")
def compiled_pages(tmp_path_factory: pytest.TempPathFactory) -> PageCache:
    """Compile each template once a run, not once a test."""
    return PageCache(str(tmp_path_factory.mktemp("compiled")))


@pytest.fixture(scope="session", autouse=True)
def compiled_addresses() -> Iterator[None]:
    """Compile what builds each address once a run: nine tenths of the time an application takes to put together.

    Werkzeug makes, for each rule of each application, a function of the rule's text alone; it finds its converters
    by the rule it is called with.
    """
    compiling = Rule._compile_builder
    made: dict[tuple[object, ...], Callable[..., tuple[str, str]]] = {}

    def compiled(rule: Rule, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        key = (rule.rule, rule.host, rule.subdomain, repr(rule.defaults), repr(rule._trace), append_unknown)
        if key not in made:
            made[key] = compiling(rule, append_unknown)
        return made[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Rule, "_compile_builder", compiled)
        yield


@pytest.fixture
def app(pages_of: Office, tmp_path: Path, page_clock: Clock, compiled_pages: PageCache) -> Iterator[Flask]:
    """Put the whole application together on the office's database."""
    made = create_app(office_settings(pages_of, tmp_path))
    made.testing = True
    made.jinja_env.bytecode_cache = compiled_pages
    yield made
    current().close()
    use(pages_of.database)


@pytest.fixture
def browse(app: Flask, pages_of: Office, page_clock: Clock) -> Browse:
    """``browse("reviewer")`` is a client signed in as that person; ``browse("")`` is nobody."""

    def signed_in(name: str) -> CheckedClient:
        client = checked_client(app)
        if name:
            with pages_of.database.writing() as session:
                sign_in_token = start_sign_in(
                    session, pages_of.people[name], at=page_clock.moment, address="127.0.0.1", browser="tests"
                )
            with client.session_transaction() as kept:
                kept["sign_in"] = sign_in_token
        return client

    return signed_in


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords in a moment; how long a check really takes is a test of its own."""
    monkeypatch.setattr(passwords._Hashing, "hasher", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
    passwords._nobodys_hash.cache_clear()


GOOD_PASSWORD = "Zhu-Que-Lan-Tian-58"


def give_password(office: Office, name: str, password: str = GOOD_PASSWORD, **more: Any) -> None:
    """Give a person of the office a password that need not be changed."""
    kept = more.pop("password_hash", None) or passwords.hashed(password)
    values = {"password_hash": kept, "password_at": NOON, "must_change": False, **more}
    with office.database.writing() as session:
        session.execute(update(Person).where(Person.id == office.people[name]).values(values))


def sign_in(
    client: CheckedClient, name: str, password: str = GOOD_PASSWORD, *, address: str = "10.0.0.1", **more: str
) -> TestResponse:
    """Fill in the sign-in form as a person would."""
    place = {"REMOTE_ADDR": address}
    target = f"/sign-in?next={more['next']}" if "next" in more else "/sign-in"
    form = client.get(target, environ_overrides=place).get_data(as_text=True)
    data = {"csrf_token": token(form), "name": name, "password": password}
    return client.post(target, data=data, environ_overrides=place)
