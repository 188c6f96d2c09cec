"""`tracker user add` and `tracker user seat`: the parts of the group that know units, teams and seats."""

from __future__ import annotations

import uuid
from datetime import date, datetime

import click
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from tracker.identity import operations as accounts
from tracker.identity import passwords
from tracker.identity.commands import at_the_database, find, say_one_time, user
from tracker.identity.models import Person, Unit
from tracker.identity.operations import PersonFacts
from tracker.kernel.actors import SEAT_NAMES, SYSTEM, SeatKind
from tracker.kernel.clock import day_of, now
from tracker.storage import unit_of_work
from tracker.teams import operations
from tracker.teams.models import Team
from tracker.teams.operations import SeatFacts
from tracker.teams.policy import PLACES, Place

__all__ = ["user"]

_DAY = click.DateTime(["%Y-%m-%d"])
_KINDS = "；".join(f"{kind} {name}" for kind, name in SEAT_NAMES.items())


@user.command("add")
@click.argument("sign_in_name")
@click.option("--name", help="姓名；不写就用账号。")
@click.option("--unit", "unit_name", help="原单位的名称或简称。")
@click.option("--post", default="", help="职务。")
@click.option("--administrator", is_flag=True, help="同时授予系统管理员席位，从今天起，不设期限。")
def add(sign_in_name: str, *, name: str | None, unit_name: str | None, post: str, administrator: bool) -> None:
    """Add a person who signs in as SIGN_IN_NAME, and print a one-time password, once.

    The first administrator of an installation is made with --administrator; everybody else at best on the pages.
    """
    one_time = passwords.one_time_password()
    hashed = passwords.hashed(one_time)
    moment = now()
    with at_the_database(), unit_of_work() as session:
        unit_id = _unit(session, unit_name).id if unit_name else None
        facts = PersonFacts(sign_in_name, name or sign_in_name, unit_id, post)
        person = accounts.add_person(
            session, facts, password_hash=hashed, by=SYSTEM, at=moment, command_id=uuid.uuid4().hex
        )
        if administrator:
            _give(session, person, SeatFacts(SeatKind.ADMINISTRATOR, day_of(moment)), moment)
    say_one_time(person, one_time)


@user.command("seat", epilog=f"KIND: {_KINDS}")
@click.argument("sign_in_name")
@click.argument("kind", type=click.Choice([kind.value for kind in SeatKind]), metavar="KIND")
@click.option("--at", "place", help="组团或单位的名称或简称（组团和牵头单位的席位要写）。")
@click.option("--from", "first_day", type=_DAY, help="第一天，YYYY-MM-DD；不写就是今天。")
@click.option("--until", "last_day", type=_DAY, help="最后一天（含），YYYY-MM-DD；报账员必须写。")
def give_seat(
    sign_in_name: str, kind: str, *, place: str | None, first_day: datetime | None, last_day: datetime | None
) -> None:
    """Give the person SIGN_IN_NAME a seat of KIND."""
    moment = now()
    seat_kind = SeatKind(kind)
    with at_the_database(), unit_of_work() as session:
        person = find(session, sign_in_name)
        facts = SeatFacts(
            kind=seat_kind,
            held_from=_day(first_day) or day_of(moment),
            last_day=_day(last_day),
            team_id=_team(session, place).id if PLACES[seat_kind] is Place.TEAM else None,
            unit_id=_unit(session, place).id if PLACES[seat_kind] is Place.UNIT else None,
        )
        _give(session, person, facts, moment)
    click.echo(f"已授予 {person.name} {SEAT_NAMES[seat_kind]}")


def _give(session: Session, person: Person, facts: SeatFacts, moment: datetime) -> None:
    operations.give_seat(session, person.id, facts, by=SYSTEM, at=moment, command_id=uuid.uuid4().hex)


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _team(session: Session, name: str | None) -> Team:
    named = or_(Team.name == name, Team.short_name == name)
    found = session.scalars(select(Team).where(named, Team.closed_at.is_(None))).all()
    if len(found) != 1:
        raise click.ClickException(f"没有组团 {name}，请写它的名称或简称" if name else "请用 --at 写明组团")
    return found[0]


def _unit(session: Session, name: str | None) -> Unit:
    named = or_(Unit.name == name, Unit.short_name == name)
    found = session.scalars(select(Unit).where(named, Unit.closed_at.is_(None))).all()
    if len(found) != 1:
        raise click.ClickException(f"没有单位 {name}，请写它的名称或简称" if name else "请用 --at 写明单位")
    return found[0]
