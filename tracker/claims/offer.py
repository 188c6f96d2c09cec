"""What a filer may choose from: for whom, from which fund, in which category, to which account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, and_, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.claims import facts
from tracker.claims.facts import Item
from tracker.claims.models import Claim, Kind, Payee, PayMethod
from tracker.claims.typed import Typed
from tracker.funds.models import Category, Cell, CellKind, Fund
from tracker.identity.models import Person
from tracker.kernel.actors import Actor, SeatKind
from tracker.storage.statements import run
from tracker.teams.models import Seat, Team
from tracker.teams.queries import held_on


@dataclass(frozen=True)
class Whom:
    """A person one may file for, in the team the money comes from."""

    team_id: int
    team: str
    lead_unit_id: int
    person_id: int
    person: str

    @property
    def key(self) -> str:
        """The choice's value: ``team:person``."""
        return f"{self.team_id}:{self.person_id}"


def people(session: Session, actor: Actor, *, on: date) -> list[Whom]:
    """List whom the actor may file for today: themselves as a member, members of teams they are the agent of."""
    as_member, as_agent = actor.teams(SeatKind.MEMBER), actor.teams(SeatKind.AGENT)
    if not as_member and not as_agent:
        return []
    asked = {"mine": list(as_member), "agent_of": list(as_agent), "person": actor.person_id, "day": on}
    rows = run(session, _OFFERED, asked).all()
    found = [Whom(*row) for row in rows]
    return sorted(found, key=lambda one: (one.person_id != actor.person_id, one.team_id, one.person, one.person_id))


_SELF: BindParameter[int] = bindparam("person")
_OFFERED = (
    select(Team.id, Team.name, Team.lead_unit_id, Person.id, Person.name)
    .join(Seat, Seat.team_id == Team.id)
    .join(Person, Person.id == Seat.person_id)
    .where(
        Seat.kind == SeatKind.MEMBER,
        held_on(bindparam("day")),
        or_(
            and_(Seat.team_id.in_(bindparam("mine", expanding=True)), Seat.person_id == _SELF),
            and_(Seat.team_id.in_(bindparam("agent_of", expanding=True)), Seat.person_id != _SELF),
        ),
        Person.disabled_at.is_(None),
        Team.closed_at.is_(None),
    )
    .distinct()
)


def funds(session: Session, team_ids: set[int], *, on: date, also: int | None = None) -> Sequence[Fund]:
    """List the funds of which one of the teams has a quota, this year's and last year's, latest first.

    ``also`` is the fund a draft already names; it stays on the list.
    """
    wanted = {"teams": list(team_ids), "since": on.year - 1, "also": also or 0}
    return session.scalars(_WITH_QUOTA, wanted).unique().all()


_WITH_QUOTA = (
    select(Fund)
    .options(joinedload(Fund.categories))
    .where(
        or_(
            and_(
                Fund.id.in_(
                    select(Cell.fund_id).where(
                        Cell.kind == CellKind.TEAM, Cell.team_id.in_(bindparam("teams", expanding=True))
                    )
                ),
                Fund.year >= bindparam("since"),
            ),
            Fund.id == bindparam("also"),
        )
    )
    .order_by(Fund.year.desc(), Fund.id)
)


@dataclass(frozen=True)
class Purpose:
    """What a line may be for: a category of the fund, and the item inside it."""

    category: Category
    item: Item

    @property
    def key(self) -> str:
        """The choice's value: ``category:item``."""
        return f"{self.category.id}:{self.item.key}"

    @property
    def label(self) -> str:
        """The item's name, or the category's where it is not divided."""
        return self.item.name or self.category.name


def purposes(fund: Fund, kind: Kind) -> list[Purpose]:
    """List what lines of a kind of claim may be for, in the fund's order."""
    return [
        Purpose(category, item)
        for category in fund.categories
        if category.closed_at is None and facts.categories_for(kind, category.economic_code)
        for item in facts.items_of(category.economic_code)
    ]


def payees(session: Session, method: PayMethod, *, person_id: int, team_id: int) -> Sequence[Payee]:
    """List the open accounts a claim may be paid to: the beneficiary's own, or the team's vendors."""
    if method is PayMethod.VENDOR:
        return session.scalars(_OF_VENDORS, {"team": team_id}).all()
    return session.scalars(_OF_PERSON, {"person": person_id, "method": method}).all()


_OPEN = select(Payee).where(Payee.closed_at.is_(None)).order_by(Payee.id.desc())
_OF_VENDORS = _OPEN.where(Payee.team_id == bindparam("team"), Payee.method == PayMethod.VENDOR)
_OF_PERSON = _OPEN.where(Payee.person_id == _SELF, Payee.method == bindparam("method"))


def own_payees(session: Session, actor: Actor) -> Sequence[Payee]:
    """List the open accounts a person keeps: their own, those they added, and their teams' vendors."""
    teams = {seat.team_id for seat in actor.seats if seat.team_id is not None}
    return session.scalars(
        select(Payee)
        .where(
            Payee.closed_at.is_(None),
            or_(
                Payee.person_id == actor.person_id,
                Payee.created_by == actor.person_id,
                Payee.team_id.in_(teams),
            ),
        )
        .order_by(Payee.method, Payee.id.desc())
    ).all()


def to_copy(session: Session, actor: Actor, *, most: int = 8) -> Sequence[Claim]:
    """List the latest claims of one's own that a new one may start from."""
    return session.scalars(
        select(Claim)
        .where(Claim.filer_id == actor.person_id, Claim.number.is_not(None))
        .order_by(Claim.id.desc())
        .limit(most)
    ).all()


@dataclass(frozen=True)
class Chosen:
    """What the form's deciding choices come to, and what may be chosen under them."""

    kind: Kind
    whom: Whom
    fund: Fund
    method: PayMethod
    people: Sequence[Whom]
    funds: Sequence[Fund]
    purposes: Sequence[Purpose]
    payees: Sequence[Payee]


def choose(session: Session, actor: Actor, claim: Claim, typed: Typed, *, on: date) -> Chosen:
    """Read the choices everything else on the form depends on; what is no choice leaves the draft's own.

    The person and fund a draft names stay choices even when they no longer would be for a new one. A claim with a
    number keeps its person, its team and its fund: others have looked at it so.
    """
    own = Whom(claim.team_id, claim.team.name, claim.team.lead_unit_id, claim.beneficiary_id, claim.beneficiary.name)
    offered = people(session, actor, on=on)
    if own not in offered:
        offered.append(own)
    if claim.number is not None:
        offered = [own]
    whom = next((one for one in offered if one.key == typed.head.get("whom")), own)
    there = funds(session, {one.team_id for one in offered}, on=on, also=claim.fund_id)
    if claim.number is not None:
        there = [fund for fund in there if fund.id == claim.fund_id]
    named = next((fund for fund in there if str(fund.id) == typed.head.get("fund_id")), None)
    fund = named or next(fund for fund in there if fund.id == claim.fund_id)
    kind = next((kind for kind in Kind if kind == typed.head.get("kind")), claim.kind)
    method = next((method for method in PayMethod if method == typed.head.get("pay_method")), claim.pay_method)
    accounts = payees(session, method, person_id=whom.person_id, team_id=whom.team_id)
    return Chosen(kind, whom, fund, method, offered, there, purposes(fund, kind), accounts)
