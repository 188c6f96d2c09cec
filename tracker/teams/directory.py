"""The directory of the office: people with their seats, page by page, as far as the reader may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from tracker.identity.models import Person, Unit
from tracker.identity.policy import is_administrator
from tracker.kernel.actors import SEAT_NAMES, TEAM_SEATS, UNIT_SEATS, Actor, SeatKind
from tracker.kernel.errors import Forbidden, NotFound
from tracker.teams import policy
from tracker.teams.models import Seat, Team
from tracker.teams.queries import held_on

PAGE = 50


class Account(StrEnum):
    """The state of an account, as the administrator filters by it."""

    OPEN = "open"
    RESTING = "resting"
    DISABLED = "disabled"


class Term(StrEnum):
    """Where a seat's term lies from a day."""

    RUNNING = "running"
    COMING = "coming"
    ENDED = "ended"


@dataclass(frozen=True)
class SeatLine:
    """A seat as a page shows it; ``last_day`` is inclusive, None while no end is set."""

    id: int
    kind: SeatKind
    place: str
    held_from: date
    last_day: date | None
    term: Term
    quota_fen: int | None
    version: int
    may_change: bool

    @property
    def name(self) -> str:
        """Name the seat."""
        return SEAT_NAMES[self.kind]


@dataclass(frozen=True)
class Wanted:
    """What to look for in the directory; an empty part asks for nothing."""

    text: str = ""
    kind: SeatKind | None = None
    team_id: int | None = None
    account: Account | None = None


@dataclass(frozen=True)
class Found:
    """One page of people by name, with their running and coming seats, and whether there is more on either side."""

    people: Sequence[Person]
    seats: dict[int, list[SeatLine]]
    has_before: bool
    has_after: bool


def may_read(by: Actor) -> bool:
    """Tell whether the actor may look into the directory."""
    return reads_all(by) or bool(by.units())


def reads_all(by: Actor) -> bool:
    """Tell whether the directory hides nobody from the actor: the administrator keeps it, the auditor reads it."""
    return is_administrator(by) or by.holds(SeatKind.AUDITOR)


def people(
    session: Session,
    wanted: Wanted,
    *,
    seen_by: Actor,
    at: datetime,
    on: date,
    after: int | None = None,
    before: int | None = None,
) -> Found:
    """Return a page of the directory. ``after`` and ``before`` are the person at the edge of the page in hand."""
    require_reader(seen_by)
    query = select(Person).options(joinedload(Person.home_unit)).where(*_conditions(wanted, seen_by, at, on))
    key = tuple_(Person.name, Person.id)
    edge = session.get(Person, before if before is not None else after) if (before or after) else None
    if edge is not None and before is not None:
        backwards = query.where(key < (edge.name, edge.id)).order_by(Person.name.desc(), Person.id.desc())
        rows = session.scalars(backwards.limit(PAGE + 1)).all()
        found, has_before, has_after = rows[:PAGE][::-1], len(rows) > PAGE, True
    else:
        if edge is not None:
            query = query.where(key > (edge.name, edge.id))
        rows = session.scalars(query.order_by(Person.name, Person.id).limit(PAGE + 1)).all()
        found, has_before, has_after = rows[:PAGE], edge is not None, len(rows) > PAGE
    seats = seats_of(session, [person.id for person in found], seen_by=seen_by, on=on)
    return Found(found, seats, has_before, has_after)


def person(session: Session, person_id: int, *, seen_by: Actor, on: date) -> Person:
    """Load a person of the directory with the home unit. Raises NotFound, also for whom the reader's list hides."""
    require_reader(seen_by)
    query = select(Person).options(joinedload(Person.home_unit)).where(Person.id == person_id)
    found = session.scalar(query.where(*_listed_for(seen_by, on)))
    if found is None:
        raise NotFound
    return found


def seats_of(
    session: Session, person_ids: Iterable[int], *, seen_by: Actor, on: date, with_ended: bool = False
) -> dict[int, list[SeatLine]]:
    """List the seats of these people that the reader may see, running ones first, latest first within."""
    query = select(Seat).options(joinedload(Seat.team), joinedload(Seat.unit))
    query = query.where(Seat.person_id.in_(list(person_ids)))
    if not with_ended:
        query = query.where(or_(Seat.held_until.is_(None), Seat.held_until > on))
    lines: dict[int, list[SeatLine]] = defaultdict(list)
    for seat in session.scalars(query.order_by(Seat.held_from.desc(), Seat.id.desc())):
        if _is_seen(seat, seen_by):
            lines[seat.person_id].append(as_line(seat, seen_by=seen_by, on=on))
    order = list(Term)
    return {key: sorted(seats, key=lambda line: order.index(line.term)) for key, seats in lines.items()}


def kept_at_home(session: Session, known: Person, *, on: date) -> list[SeatKind]:
    """Name the seats somebody seconded still holds at his own unit on a day: full-time means that there are none."""
    held = session.scalars(select(Seat).where(Seat.person_id == known.id, held_on(on)).order_by(Seat.id)).all()
    if known.home_unit_id is None or not any(one.by_secondment for one in held):
        return []
    return [one.kind for one in held if one.unit_id == known.home_unit_id]


def seat(session: Session, seat_id: int, *, seen_by: Actor) -> Seat:
    """Load a seat with its person and place. Raises NotFound for one the reader may not see."""
    require_reader(seen_by)
    query = select(Seat).options(joinedload(Seat.person), joinedload(Seat.team), joinedload(Seat.unit))
    found = session.scalar(query.where(Seat.id == seat_id))
    if found is None or not _is_seen(found, seen_by):
        raise NotFound
    return found


def as_line(row: Seat, *, seen_by: Actor, on: date) -> SeatLine:
    """Turn a seat, loaded with its place, into what a page shows."""
    place = row.team.name if row.team else row.unit.name if row.unit else ""
    term = term_of(row, on)
    lead = row.team.lead_unit_id if row.team else None
    is_open = term is not Term.ENDED and row.person_id != seen_by.person_id and not row.by_secondment
    return SeatLine(
        id=row.id,
        kind=row.kind,
        place=place,
        held_from=row.held_from,
        last_day=row.held_until - timedelta(days=1) if row.held_until else None,
        term=term,
        quota_fen=row.quota_fen,
        version=row.version,
        may_change=is_open and policy.may_give_at(seen_by, row.kind, lead),
    )


def term_of(row: Seat, on: date) -> Term:
    """Tell where a seat's term lies from a day."""
    if row.held_from > on:
        return Term.COMING
    return Term.ENDED if row.held_until is not None and row.held_until <= on else Term.RUNNING


def teams_to_seat(session: Session, by: Actor) -> Sequence[Team]:
    """List the open teams whose seats the actor keeps or, as auditor, reads."""
    query = select(Team).where(Team.closed_at.is_(None)).order_by(Team.id)
    if not reads_all(by):
        query = query.where(Team.lead_unit_id.in_(by.units()))
    return session.scalars(query).all()


def own_seats(session: Session, by: Actor, *, on: date) -> list[SeatLine]:
    """List the actor's own seats, ended ones too."""
    query = select(Seat).options(joinedload(Seat.team), joinedload(Seat.unit)).where(Seat.person_id == by.person_id)
    lines = [as_line(row, seen_by=by, on=on) for row in session.scalars(query.order_by(Seat.held_from.desc()))]
    order = list(Term)
    return sorted(lines, key=lambda line: order.index(line.term))


def places(session: Session) -> list[tuple[Unit, list[Team]]]:
    """List every unit by name with the teams it leads, closed ones last."""
    led: dict[int, list[Team]] = defaultdict(list)
    for team in session.scalars(select(Team).order_by(Team.closed_at.is_not(None), Team.id)):
        led[team.lead_unit_id].append(team)
    units = session.scalars(select(Unit).order_by(Unit.closed_at.is_not(None), Unit.name))
    return [(unit, led[unit.id]) for unit in units]


def require_reader(by: Actor) -> None:
    """Raise Forbidden unless the actor may look into the directory."""
    if not may_read(by):
        raise Forbidden("人员与席位由系统管理员、牵头单位和审计查看，你没有这些席位")


def _is_seen(row: Seat, by: Actor) -> bool:
    if reads_all(by) or row.person_id == by.person_id:
        return True
    return (row.team.lead_unit_id if row.team else row.unit_id) in by.units()


def _listed_for(by: Actor, on: date) -> list[ColumnElement[bool]]:
    """Make the conditions that the directory shows a person to the reader, in its list and on a page alike.

    The administrator keeps every account, the auditor reads of every one. A lead unit keeps the roster (domain.md,
    seats): it looks for people it may take into its teams, and none of those with a seat of the district (finance,
    audit, the administrator) may be.
    """
    if reads_all(by):
        return []
    apart = select(Seat.person_id).where(
        Seat.kind.in_(policy.KEPT_APART), or_(Seat.held_until.is_(None), Seat.held_until > on)
    )
    return [Person.disabled_at.is_(None), Person.id.not_in(apart)]


def _conditions(wanted: Wanted, by: Actor, at: datetime, on: date) -> list[ColumnElement[bool]]:
    conditions = _listed_for(by, on)
    if is_administrator(by) and wanted.account is not None:
        conditions.append(_account_is(wanted.account, at))
    for word in wanted.text.split():
        home = select(Unit.id).where(or_(*(_has(column, word) for column in (Unit.name, Unit.short_name))))
        conditions.append(or_(_has(Person.name, word), _has(Person.sign_in_name, word), Person.home_unit_id.in_(home)))
    if wanted.kind is not None or wanted.team_id is not None:
        conditions.append(Person.id.in_(_seated(wanted, by, on)))
    return conditions


def _seated(wanted: Wanted, by: Actor, on: date):  # type: ignore[no-untyped-def]  # noqa: ANN202  a select of ids
    query = select(Seat.person_id).where(held_on(on))
    if wanted.kind is not None:
        query = query.where(Seat.kind == wanted.kind)
    if wanted.team_id is not None:
        query = query.where(Seat.team_id == wanted.team_id)
    if not reads_all(by):
        own_teams = select(Team.id).where(Team.lead_unit_id.in_(by.units()))
        query = query.where(
            or_(
                Seat.kind.in_(TEAM_SEATS) & Seat.team_id.in_(own_teams),
                Seat.kind.in_(UNIT_SEATS) & Seat.unit_id.in_(by.units()),
            )
        )
    return query


def _account_is(state: Account, at: datetime) -> ColumnElement[bool]:
    rests = Person.locked_until.is_not(None) & (Person.locked_until > at)
    return {
        Account.OPEN: Person.disabled_at.is_(None) & ~rests,
        Account.RESTING: Person.disabled_at.is_(None) & rests,
        Account.DISABLED: Person.disabled_at.is_not(None),
    }[state]


def _has(column, word: str) -> ColumnElement[bool]:  # type: ignore[no-untyped-def]  # noqa: ANN001  a text column
    found: ColumnElement[bool] = column.icontains(word, autoescape=True)
    return found
