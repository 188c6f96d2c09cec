"""The roster by team and day, one secondment with its papers, and the expense rank of a day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session, joinedload

from tracker.evidence.models import Evidence
from tracker.identity.models import Person, Unit
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.errors import NotFound
from tracker.secondments.lifecycle import State
from tracker.secondments.models import Amendment, Confirmation, HalfMark, HalfNote, Secondment, Snapshot, TermPaper
from tracker.secondments.policy import may_see
from tracker.secondments.ranks import ExpenseRank, Level
from tracker.secondments.standing import Paper, Post, holding, papers_of, posts_of
from tracker.teams.models import Seat, Team
from tracker.teams.queries import held_on

PAGE = 50
DAY = timedelta(days=1)
ENDS_SOON = timedelta(days=30)
_AT_ONCE = 500
"""How many ids one statement names."""


class Phase(StrEnum):
    """Where a secondment lies from a day."""

    PRESENT = "present"
    COMING = "coming"
    ENDED = "ended"
    LEFT = "left"


PHASE_NAMES: dict[Phase, str] = {
    Phase.PRESENT: "在岗",
    Phase.COMING: "未开始",
    Phase.ENDED: "到期待返岗",
    Phase.LEFT: "已返岗",
}


@dataclass(frozen=True)
class Wanted:
    """What to look for in the roster; an empty part asks for nothing."""

    text: str = ""
    team_id: int | None = None
    phase: Phase | None = Phase.PRESENT


@dataclass(frozen=True)
class Row:
    """A line of the roster: a secondment with the snapshot of the day."""

    secondment: Secondment
    post: Post
    phase: Phase
    start: Paper
    has_changes: bool = False
    """The home unit reported a change, and nobody noted yet what was done about it."""

    @property
    def paper_number(self) -> str:
        """The number of the paper it began with."""
        return self.start.number

    @property
    def paper_dated(self) -> date:
        """The date of the paper it began with."""
        return self.start.dated

    @property
    def last_day(self) -> date:
        """The last day of the term."""
        return self.secondment.ends_before - DAY


@dataclass(frozen=True)
class Found:
    """One page of the roster, latest beginning first, and whether there is more on either side."""

    rows: Sequence[Row]
    has_newer: bool
    has_older: bool


@dataclass(frozen=True)
class Counts:
    """How many are there on the day, end soon, wait for their leaving, and have not begun."""

    present: int
    ends_soon: int
    ended: int
    coming: int


def roster(
    session: Session,
    wanted: Wanted,
    *,
    seen_by: Actor,
    on: date,
    older_than: int | None = None,
    newer_than: int | None = None,
    most: int = PAGE,
) -> Found:
    """Return a page of the roster on a day; ``older_than`` and ``newer_than`` are the secondment at the page's edge."""
    query = _whole().where(visible(seen_by), *_conditions(wanted, on))
    key = tuple_(Secondment.begins_on, Secondment.id)
    edge_id = newer_than if newer_than is not None else older_than
    edge = session.get(Secondment, edge_id) if edge_id is not None else None
    if edge is not None and newer_than is not None:
        newer = query.where(key > (edge.begins_on, edge.id)).order_by(Secondment.begins_on, Secondment.id)
        rows = session.scalars(newer.limit(most + 1)).all()
        found, has_newer, has_older = rows[:most][::-1], len(rows) > most, True
    else:
        if edge is not None:
            query = query.where(key < (edge.begins_on, edge.id))
        latest = query.order_by(Secondment.begins_on.desc(), Secondment.id.desc())
        rows = session.scalars(latest.limit(most + 1)).all()
        found, has_newer, has_older = rows[:most], edge is not None, len(rows) > most
    return Found(_lines(session, found, on), has_newer, has_older)


def every(session: Session, wanted: Wanted, *, seen_by: Actor, on: date, most: int) -> list[Row]:
    """Return the roster on a day, whole, latest beginning first; at most ``most`` lines."""
    query = _whole().where(visible(seen_by), *_conditions(wanted, on))
    latest = query.order_by(Secondment.begins_on.desc(), Secondment.id.desc()).limit(most)
    return _lines(session, session.scalars(latest).all(), on)


def counts(session: Session, *, seen_by: Actor, on: date) -> Counts:
    """Count the visible secondments by where they lie from a day, in one statement."""
    present = (Secondment.begins_on <= on) & (Secondment.ends_before > on)
    cases = (
        present,
        present & (Secondment.ends_before <= on + ENDS_SOON),
        Secondment.ends_before <= on,
        Secondment.begins_on > on,
    )
    figures = [func.count().filter(case) for case in cases]
    query = select(*figures).where(visible(seen_by), Secondment.state == State.RUNNING)
    counted = list(session.execute(query).one())
    return Counts(present=counted[0], ends_soon=counted[1], ended=counted[2], coming=counted[3])


def one(session: Session, secondment_id: int, *, seen_by: Actor) -> Secondment:
    """Load a secondment with its people and places. Raises NotFound for one the actor may not see."""
    found = session.scalar(_whole().where(Secondment.id == secondment_id))
    if found is None or not may_see(seen_by, found):
        raise NotFound
    return found


def some(session: Session, secondment_ids: Iterable[int], *, seen_by: Actor) -> dict[int, Secondment]:
    """Load the secondments of these ids that the actor may see."""
    found = session.scalars(_whole().where(Secondment.id.in_(list(secondment_ids)), visible(seen_by)))
    return {one.id: one for one in found}


def as_row(session: Session, secondment: Secondment, *, on: date) -> Row:
    """Turn a secondment into a line of the roster as it lies on a day."""
    return _lines(session, [secondment], on)[0]


def known_of(session: Session, person_id: int) -> dict[str, object]:
    """Tell what a new secondment of a person begins with, from the directory; {} for nobody."""
    person = session.get(Person, person_id)
    if person is None:
        return {}
    return {"person": person.sign_in_name, "home_unit_id": person.home_unit_id, "duty": person.post}


def snapshots(session: Session, secondment_id: int) -> Sequence[Post]:
    """List the snapshots of a post, latest first."""
    return posts_of(session, [secondment_id])[secondment_id][::-1]


def papers(session: Session, secondment_id: int) -> Sequence[Paper]:
    """List the papers of a term in their order."""
    return papers_of(session, [secondment_id])[secondment_id]


def others_of(session: Session, secondment: Secondment, *, seen_by: Actor) -> Sequence[Secondment]:
    """List the person's other secondments that the actor may see, latest first."""
    others = _whole().where(
        Secondment.person_id == secondment.person_id, Secondment.id != secondment.id, visible(seen_by)
    )
    return session.scalars(others.order_by(Secondment.begins_on.desc())).all()


def scan(session: Session, secondment_id: int, evidence_id: int, *, seen_by: Actor) -> Evidence:
    """Load a scan that belongs to a secondment the actor may see. Raises NotFound."""
    one(session, secondment_id, seen_by=seen_by)
    holds = or_(
        *(
            select(model.id).where(model.secondment_id == secondment_id, model.scan_id == evidence_id).exists()
            for model in (Snapshot, TermPaper, Confirmation, Amendment)
        )
    )
    found = session.scalar(select(Evidence).where(Evidence.id == evidence_id, holds))
    if found is None:
        raise NotFound
    return found


def posts_on(session: Session, secondment_ids: Iterable[int], on: date) -> dict[int, Post]:
    """Find the snapshot that holds on a day for each secondment; before its first day, the first."""
    return {key: holding(posts, on) for key, posts in posts_of(session, secondment_ids).items()}


def expense_rank(session: Session, person_id: int, on: date) -> ExpenseRank:
    """Tell by which rank a person's expenses of a day are judged: 部级, 司局级, or 其他人员.

    Derived from the snapshot that holds on the day; a day outside every secondment gives 其他人员, the lowest
    (财行〔2013〕531号 knows three ranks; 处级 and 科级 are 其他人员).
    """
    told = levels_over(session, person_id, None, [on])
    return told[0].rank if told else ExpenseRank.OTHER


@dataclass(frozen=True)
class LevelSpan:
    """The level of a post over some of the days asked for, from the first to the last of them."""

    first: date
    last: date
    level: Level
    rank: ExpenseRank


def levels_over(session: Session, person_id: int, team_id: int | None, days: Iterable[date]) -> list[LevelSpan]:
    """Tell which level a person's post has on some days, in the order of the days, those of one level together.

    Days outside the person's secondments (to the team, if one is named) are left out.
    """
    mine = select(Secondment).where(Secondment.person_id == person_id, Secondment.state != State.CANCELLED)
    if team_id is not None:
        mine = mine.where(Secondment.team_id == team_id)
    terms = session.scalars(mine).all()
    posts = posts_of(session, [term.id for term in terms]) if terms else {}
    spans: list[LevelSpan] = []
    for day in sorted(set(days)):
        term = next((one for one in terms if one.begins_on <= day < one.ends_before), None)
        if term is None:
            continue
        post = holding(posts[term.id], day)
        if spans and spans[-1].level is post.level:
            spans[-1] = replace(spans[-1], last=day)
        else:
            spans.append(LevelSpan(day, day, post.level, post.expense_rank))
    return spans


def seats_at_home(session: Session, secondment: Secondment, *, on: date) -> Sequence[SeatKind]:
    """Name the seats the person holds at the home unit on a day: somebody full-time has none there."""
    mine = select(Seat.kind).where(
        Seat.person_id == secondment.person_id, Seat.unit_id == secondment.home_unit_id, held_on(on)
    )
    return session.scalars(mine.order_by(Seat.id)).all()


def person_named(session: Session, typed: str) -> Sequence[Person]:
    """Find the people an account or a full name names."""
    exact = session.scalars(select(Person).where(Person.sign_in_name == typed.lower())).all()
    return exact or session.scalars(select(Person).where(Person.name == typed).order_by(Person.sign_in_name)).all()


def teams_kept(session: Session, by: Actor) -> Sequence[Team]:
    """List the open teams whose secondments the actor keeps."""
    led = select(Team).where(Team.closed_at.is_(None), Team.lead_unit_id.in_(by.units()))
    return session.scalars(led.order_by(Team.id)).all()


def teams_seen(session: Session, by: Actor) -> Sequence[Team]:
    """List the teams the actor may ask the roster for."""
    wanted = select(Team).order_by(Team.id)
    if not by.holds(SeatKind.AUDITOR):
        mine = select(Secondment.team_id).where(visible(by)).distinct()
        wanted = wanted.where(or_(Team.lead_unit_id.in_(by.units()), Team.id.in_(mine)))
    return session.scalars(wanted).all()


def visible(by: Actor) -> ColumnElement[bool]:
    """Make the condition that the actor may know of a secondment: see ``policy.may_see``."""
    if by.holds(SeatKind.AUDITOR):
        return Secondment.id.is_not(None)
    led = select(Team.id).where(Team.lead_unit_id.in_(by.units()))
    homes = by.units({SeatKind.HOME_UNIT})
    # Added to nothing, the columns are not looked up one by one in three indexes and sorted: the list walks its own.
    return or_(
        Secondment.person_id + 0 == by.person_id,
        (Secondment.team_id + 0).in_(led) if by.units() else false(),
        (Secondment.home_unit_id + 0).in_(homes) if homes else false(),
    )


def is_open_change() -> ColumnElement[bool]:
    """Make the condition that a confirmation reports a change nobody noted anything about yet."""
    settled = select(HalfNote.id).where(
        HalfNote.secondment_id == Confirmation.secondment_id,
        HalfNote.half == Confirmation.half,
        HalfNote.mark == HalfMark.SETTLED,
    )
    same = (Confirmation.duty_same, Confirmation.rank_same, Confirmation.title_same, Confirmation.pay_same)
    return ~and_(*same, Confirmation.full_time) & ~settled.exists()


def phase_of(secondment: Secondment, on: date) -> Phase:
    """Tell where a secondment lies from a day."""
    if secondment.begins_on > on:
        return Phase.COMING
    if secondment.ends_before > on:
        return Phase.PRESENT
    return Phase.ENDED if secondment.state is State.RUNNING else Phase.LEFT


def _lines(session: Session, found: Sequence[Secondment], on: date) -> list[Row]:
    lines: list[Row] = []
    for part in range(0, len(found), _AT_ONCE):
        some = found[part : part + _AT_ONCE]
        ids = [row.id for row in some]
        posts, papers_there = posts_on(session, ids, on), papers_of(session, ids)
        told = select(Confirmation.secondment_id).where(Confirmation.secondment_id.in_(ids), is_open_change())
        changed = set(session.scalars(told))
        lines += [
            Row(row, posts[row.id], phase_of(row, on), papers_there[row.id][0], row.id in changed) for row in some
        ]
    return lines


def _whole() -> Select[Secondment]:
    return select(Secondment).options(
        joinedload(Secondment.person), joinedload(Secondment.home_unit), joinedload(Secondment.team)
    )


def _conditions(wanted: Wanted, on: date) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Secondment.state != State.CANCELLED]
    if wanted.team_id is not None:
        conditions.append(Secondment.team_id == wanted.team_id)
    if wanted.phase is not None:
        conditions.append(_phase_is(wanted.phase, on))
    for word in wanted.text.split():
        people = select(Person.id).where(Person.name.icontains(word, autoescape=True))
        homes = select(Unit.id).where(Unit.name.icontains(word, autoescape=True))
        conditions.append(
            or_(
                Secondment.person_id.in_(people),
                Secondment.home_unit_id.in_(homes),
                Secondment.station.icontains(word, autoescape=True),
            )
        )
    return conditions


def _phase_is(phase: Phase, on: date) -> ColumnElement[bool]:
    return {
        Phase.PRESENT: and_(Secondment.begins_on <= on, Secondment.ends_before > on),
        Phase.COMING: Secondment.begins_on > on,
        Phase.ENDED: and_(Secondment.ends_before <= on, Secondment.state == State.RUNNING),
        Phase.LEFT: and_(Secondment.ends_before <= on, Secondment.state == State.LEFT),
    }[phase]
