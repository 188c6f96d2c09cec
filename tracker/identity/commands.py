"""`tracker user`: accounts at the command line of the server, for the first administrator and for locked-out ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.identity import operations, passwords
from tracker.identity.models import Person
from tracker.identity.queries import plain_name
from tracker.kernel.actors import SYSTEM
from tracker.kernel.clock import OFFICE, now
from tracker.kernel.errors import Refused
from tracker.storage import current, unit_of_work


@click.group("user")
def user() -> None:
    """People, their accounts and their seats."""


@contextmanager
def at_the_database() -> Iterator[None]:
    """Open the database as the command line says (its context's object does it); print a refusal as one line."""
    opener = click.get_current_context().obj
    if callable(opener):
        opener()
    try:
        yield
    except Refused as refusal:
        raise click.ClickException(refusal.sentence) from refusal


def find(session: Session, name: str) -> Person:
    """Find a person by sign-in name. Raises ClickException when there is none."""
    person = session.scalar(select(Person).where(Person.sign_in_name == plain_name(name)))
    if person is None:
        raise click.ClickException(f"没有账号 {name}；用 tracker user list 查看全部账号")
    return person


def say_one_time(person: Person, password: str) -> None:
    """Print a one-time password, once."""
    click.echo(f"账号 {person.sign_in_name}（{person.name}）")
    click.echo(f"一次性密码 {password}")
    click.echo("只显示这一次；第一次登录时要改，7 天内有效")


@user.command("list")
@click.option("--all", "with_disabled", is_flag=True, help="也列出已停用的账号。")
def list_people(*, with_disabled: bool) -> None:
    """List accounts: sign-in name, name, home unit, state."""
    query = select(Person).order_by(Person.sign_in_name)
    moment = now()
    with at_the_database(), current().reading() as session:
        for person in session.scalars(query if with_disabled else query.where(Person.disabled_at.is_(None))):
            unit = person.home_unit.name if person.home_unit else "-"
            resting = person.locked_until is not None and person.locked_until > moment
            state = "已停用" if person.disabled_at else "暂停登录" if resting else "正常"
            click.echo(f"{person.sign_in_name}\t{person.name}\t{unit}\t{state}")


@user.command("reset")
@click.argument("name")
def reset(name: str) -> None:
    """Give the account NAME a new one-time password, print it once, sign it out everywhere."""
    one_time = passwords.one_time_password()
    hashed = passwords.hashed(one_time)
    with at_the_database(), unit_of_work() as session:
        found = find(session, name)
        person = operations.reset_password(
            session, found.id, password_hash=hashed, by=SYSTEM, at=now(), version=found.version
        )
    say_one_time(person, one_time)


@user.command("disable")
@click.argument("name")
def disable(name: str) -> None:
    """Close the account NAME and sign it out everywhere."""
    with at_the_database(), unit_of_work() as session:
        found = find(session, name)
        operations.disable(session, found.id, by=SYSTEM, at=now(), version=found.version)
    click.echo(f"已停用 {found.sign_in_name}（{found.name}）")


@user.command("enable")
@click.argument("name")
def enable(name: str) -> None:
    """Open the disabled account NAME again."""
    with at_the_database(), unit_of_work() as session:
        found = find(session, name)
        operations.enable(session, found.id, by=SYSTEM, at=now(), version=found.version)
    click.echo(f"已启用 {found.sign_in_name}（{found.name}）")


@user.command("unlock")
@click.argument("name")
def unlock(name: str) -> None:
    """Let the account NAME try again at once after too many wrong passwords."""
    with at_the_database(), unit_of_work() as session:
        found = find(session, name)
        rested = found.locked_until
        operations.unlock(session, found.id, by=SYSTEM, at=now(), version=found.version)
    until = f"（原来暂停到 {rested.astimezone(OFFICE):%Y-%m-%d %H:%M}）" if rested else ""
    click.echo(f"已解除暂停 {found.sign_in_name}{until}")
