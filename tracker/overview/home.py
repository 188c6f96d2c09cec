"""工作台: what waits for a person, what became of their own claims, how their teams' money stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.claims import queries as claims
from tracker.claims.lifecycle import Move, State
from tracker.claims.models import Claim, Decision
from tracker.claims.queries import Row
from tracker.funds import quotas
from tracker.funds.models import Fund
from tracker.funds.quotas import FundQuotas, TeamQuota
from tracker.identity.models import Person
from tracker.kernel.actors import UNIT_SEATS, Actor
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound
from tracker.overview.attention import Alert, AlertKind, alerts_of
from tracker.overview.board import Pace, pace_of
from tracker.overview.queries import Waiting, waiting_claims
from tracker.teams.models import Seat

_OWN_SHOWN = 3
_ENDING_DAYS = 30


@dataclass(frozen=True)
class Own:
    """A person's own claims of the year: how many, their sum, how many came back, what was paid; fen."""

    count: int = 0
    total_fen: int = 0
    returned: int = 0
    drafts: int = 0
    paid_fen: int = 0


@dataclass(frozen=True)
class CameBack:
    """An own claim that waits to be mended, with who sent it back and why."""

    claim_id: int
    title: str
    by: str
    reason: str


@dataclass(frozen=True)
class Money:
    """The fund in view as far as the person's teams go."""

    fund: Fund
    at: datetime
    pace: Pace
    seen: FundQuotas
    teams: Sequence[TeamQuota]
    alerts: Sequence[Alert]
    waiting: Waiting


@dataclass(frozen=True)
class Home:
    """Everything the home page shows to one person."""

    waiting: int
    waiting_since: datetime | None
    own: Own
    latest: Sequence[Row]
    came_back: Sequence[CameBack]
    money: Money | None


def home_of(session: Session, actor: Actor, *, at: datetime) -> Home:
    """Read the home page of a person."""
    first = claims.inbox(session, actor, most=1)
    money = _money(session, actor, at)
    return Home(
        waiting=claims.inbox_count(session, actor),
        waiting_since=first[0].waiting_since if first else None,
        own=_own(session, actor, money.fund.id if money else None),
        latest=claims.started(session, actor, most=_OWN_SHOWN),
        came_back=_came_back(session, actor),
        money=money,
    )


def _money(session: Session, actor: Actor, at: datetime) -> Money | None:
    try:
        seen = quotas.fund_in_view(session, actor)
    except NotFound:
        return None
    pace = pace_of(seen.fund.year, day_of(at))
    own = {seat.team_id for seat in actor.seats if seat.team_id is not None}
    led = actor.units(UNIT_SEATS)
    teams = [one for one in seen.teams if one.team.id in own or one.team.lead_unit_id in led]
    waiting = waiting_claims(session, seen.fund.id, [one.team.id for one in seen.teams], at=at)
    alerts = [one for one in alerts_of(seen, pace.elapsed, waiting, {}) if one.kind is not AlertKind.SLOW]
    return Money(seen.fund, at, pace, seen, teams, alerts, waiting)


def _own(session: Session, actor: Actor, fund_id: int | None) -> Own:
    """Count the claims the person filed or benefits from, in the fund in view."""
    mine = or_(Claim.filer_id == actor.person_id, Claim.beneficiary_id == actor.person_id)
    wanted = select(
        Claim.state, func.count(), func.sum(Claim.claimed_fen - Claim.deducted_fen), func.sum(Claim.paid_fen)
    ).where(mine, Claim.state != State.DISCARDED)
    if fund_id is not None:
        wanted = wanted.where(Claim.fund_id == fund_id)
    rows = session.execute(wanted.group_by(Claim.state)).all()
    counts = {state: count for state, count, _total, _paid in rows}
    return Own(
        count=sum(counts.values()),
        total_fen=sum(int(total or 0) for state, _count, total, _paid in rows if state is not State.REJECTED),
        returned=counts.get(State.RETURNED, 0),
        drafts=counts.get(State.DRAFT, 0),
        paid_fen=sum(int(paid or 0) for _state, _count, _total, paid in rows),
    )


def _came_back(session: Session, actor: Actor) -> list[CameBack]:
    """List the person's claims that were returned to them, latest first."""
    returned = session.scalars(
        select(Claim)
        .where(Claim.filer_id == actor.person_id, Claim.state == State.RETURNED)
        .order_by(Claim.changed_at.desc())
        .limit(5)
    ).all()
    found = []
    for claim in returned:
        last = session.scalar(
            select(Decision)
            .options(joinedload(Decision.person))
            .where(Decision.claim_id == claim.id, Decision.move == Move.RETURN)
            .order_by(Decision.id.desc())
            .limit(1)
        )
        if last is not None:
            found.append(CameBack(claim.id, claim.purpose or claim.title, last.person.name, last.comment))
    return found


@dataclass(frozen=True)
class Accounts:
    """What an administrator looks after: people with an account, locked ones, seats that end soon."""

    people: int
    without_seat: int
    locked: int
    ending: Sequence[Seat]


def accounts_of(session: Session, *, at: datetime) -> Accounts:
    """Read the administrator's home page."""
    today: date = day_of(at)
    open_people = Person.disabled_at.is_(None)
    held = (Seat.held_from <= today) & or_(Seat.held_until.is_(None), Seat.held_until > today)
    seated = select(Seat.id).where(Seat.person_id == Person.id, held).exists()
    count = select(func.count()).select_from(Person)
    return Accounts(
        people=session.scalar(count.where(open_people)) or 0,
        without_seat=session.scalar(count.where(open_people, ~seated)) or 0,
        locked=session.scalar(count.where(open_people, Person.locked_until > at)) or 0,
        ending=session.scalars(
            select(Seat)
            .options(joinedload(Seat.person), joinedload(Seat.team), joinedload(Seat.unit))
            .where(held, Seat.held_until <= today + timedelta(days=_ENDING_DAYS))
            .order_by(Seat.held_until, Seat.id)
            .limit(20)
        ).all(),
    )
