"""Claims as people look for them: one, waiting for me, started by me, done by me, by account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from tracker.claims import policy
from tracker.claims.lifecycle import STEP_SEATS, State, Step
from tracker.claims.models import Attachment, Claim, ClaimLine, Decision, Kind
from tracker.evidence.models import Evidence
from tracker.funds.models import Category
from tracker.identity.models import Person
from tracker.kernel.actors import UNIT_SEATS, Actor, SeatKind
from tracker.kernel.errors import NotFound
from tracker.teams.models import Team

COUNTED_TO = 999
"""Lists count no further than this."""


def one(session: Session, claim_id: int, *, seen_by: Actor, lock: bool = False) -> Claim:
    """Load a claim whole: lines, evidence, decisions, payments. Raises NotFound for what the actor may not see."""
    wanted = (
        select(Claim)
        .options(
            joinedload(Claim.fund, innerjoin=True),
            joinedload(Claim.team, innerjoin=True).joinedload(Team.lead_unit, innerjoin=True),
            joinedload(Claim.filer, innerjoin=True),
            joinedload(Claim.beneficiary, innerjoin=True).joinedload(Person.home_unit),
            joinedload(Claim.payee),
            selectinload(Claim.lines).joinedload(ClaimLine.category, innerjoin=True),
            selectinload(Claim.attachments).joinedload(Attachment.evidence, innerjoin=True),
            selectinload(Claim.decisions).joinedload(Decision.person, innerjoin=True),
            selectinload(Claim.payments),
        )
        .where(Claim.id == claim_id, Claim.state != State.DISCARDED, policy.seen_by(seen_by))
    )
    if lock:
        wanted = wanted.with_for_update(of=Claim)
    claim = session.scalars(wanted.execution_options(populate_existing=True)).unique().one_or_none()
    if claim is None:
        raise NotFound("没有找到这张单据，可能已被删除，或者你不能查看")
    return claim


def evidence_of(session: Session, handle: str, *, seen_by: Actor) -> Evidence:
    """Find a file by its handle: one's own upload, or laid with a claim one may see. Raises NotFound."""
    on_claims = (
        select(Attachment.id)
        .join(Claim, Claim.id == Attachment.claim_id)
        .where(Attachment.evidence_id == Evidence.id, policy.seen_by(seen_by))
        .exists()
    )
    found = session.scalar(
        select(Evidence).where(Evidence.handle == handle, or_(Evidence.uploaded_by == seen_by.person_id, on_claims))
    )
    if found is None:
        raise NotFound("没有找到这个附件，可能已被删除，或者你不能查看")
    return found


@dataclass(frozen=True)
class Row:
    """A claim as lists show it; amounts are fen."""

    id: int
    number: str | None
    kind: Kind
    purpose: str
    state: State
    step: Step | None
    filer: str
    beneficiary: str
    team: str
    claimed_fen: int
    deducted_fen: int
    paid_fen: int
    files: int
    waiting_since: datetime | None
    changed_at: datetime
    submitted_at: datetime | None

    @property
    def approved_fen(self) -> int:
        """Claimed less deducted, in fen."""
        return self.claimed_fen - self.deducted_fen


_FILER = select(Person.name).where(Person.id == Claim.filer_id).scalar_subquery()
_BENEFICIARY = select(Person.name).where(Person.id == Claim.beneficiary_id).scalar_subquery()
_TEAM = select(Team.name).where(Team.id == Claim.team_id).scalar_subquery()
_FILES = select(func.count()).where(Attachment.claim_id == Claim.id).scalar_subquery()


def _rows(session: Session, wanted: Select[tuple[int]]) -> list[Row]:
    columns = select(
        Claim.id,
        Claim.number,
        Claim.kind,
        Claim.purpose,
        Claim.state,
        Claim.step,
        _FILER,
        _BENEFICIARY,
        _TEAM,
        Claim.claimed_fen,
        Claim.deducted_fen,
        Claim.paid_fen,
        _FILES,
        Claim.waiting_since,
        Claim.changed_at,
        Claim.submitted_at,
    ).where(Claim.id.in_(wanted))
    return [Row(*row) for row in session.execute(columns)]


def my_turn(actor: Actor) -> ColumnElement[bool]:
    """Make the condition that the claim waits for a seat of this person that they may act in."""
    turns: list[ColumnElement[bool]] = []
    for step, seat in STEP_SEATS.items():
        if seat is SeatKind.LIAISON:
            teams = actor.teams(seat)
            if teams:
                turns.append(and_(Claim.step == step, Claim.team_id.in_(teams)))
        elif seat in UNIT_SEATS:
            units = actor.units({seat})
            if units:
                led = select(Team.id).where(Team.lead_unit_id.in_(units))
                turns.append(and_(Claim.step == step, Claim.team_id.in_(led)))
        elif actor.holds(seat):
            turns.append(Claim.step == step)
    if not turns:
        return false()
    open_states = Claim.state.in_([State.IN_ROUTE, State.APPROVED, State.ACCEPTED, State.PART_PAID])
    mine = or_(Claim.filer_id == actor.person_id, Claim.beneficiary_id == actor.person_id)
    return and_(open_states, or_(*turns), ~mine)


def inbox(session: Session, actor: Actor, *, most: int = 50) -> list[Row]:
    """List what waits for the person, longest wait first."""
    wanted = select(Claim.id).where(my_turn(actor)).order_by(Claim.waiting_since, Claim.id).limit(most)
    return sorted(_rows(session, wanted), key=lambda row: (row.waiting_since or row.changed_at, row.id))


def inbox_ids(session: Session, actor: Actor) -> Sequence[int]:
    """List the ids that wait for the person, longest wait first, for 上一件 and 下一件."""
    wanted = select(Claim.id).where(my_turn(actor)).order_by(Claim.waiting_since, Claim.id).limit(COUNTED_TO)
    return session.scalars(wanted).all()


def inbox_count(session: Session, actor: Actor) -> int:
    """Count what waits for the person, up to 999."""
    limited = select(Claim.id).where(my_turn(actor)).limit(COUNTED_TO).subquery()
    return session.scalar(select(func.count()).select_from(limited)) or 0


def started(session: Session, actor: Actor, *, before: int | None = None, most: int = 20) -> list[Row]:
    """List the claims the person filed or benefits from, latest first; ``before`` is the last id of the page before."""
    wanted = select(Claim.id).where(
        or_(Claim.filer_id == actor.person_id, Claim.beneficiary_id == actor.person_id),
        Claim.state != State.DISCARDED,
    )
    return _latest(session, wanted, before, most)


def done(session: Session, actor: Actor, *, before: int | None = None, most: int = 20) -> list[Row]:
    """List the claims the person has acted on for the gate, latest first."""
    acted = select(Decision.claim_id).where(Decision.person_id == actor.person_id, Decision.at_step.is_not(None))
    return _latest(session, select(Claim.id).where(Claim.id.in_(acted), policy.seen_by(actor)), before, most)


@dataclass(frozen=True)
class Wanted:
    """What a list of claims is narrowed to; empty means all. Keyset paging by ``before`` (an id)."""

    text: str = ""
    fund_id: int | None = None
    team_id: int | None = None
    category_id: int | None = None
    state: State | None = None
    kind: Kind | None = None
    before: int | None = None
    most: int = 20


def listed(session: Session, actor: Actor, wanted: Wanted) -> list[Row]:
    """List the claims the person may see, narrowed, latest first."""
    chosen = select(Claim.id).where(policy.seen_by(actor), Claim.state != State.DISCARDED)
    if wanted.text:
        like = f"%{_escaped(wanted.text)}%"
        people = select(Person.id).where(Person.name.like(like, escape="\\"))
        bills = select(ClaimLine.claim_id).where(ClaimLine.facts["bill_number"].as_string() == wanted.text)
        chosen = chosen.where(
            or_(
                Claim.number.like(like, escape="\\"),
                Claim.purpose.like(like, escape="\\"),
                Claim.beneficiary_id.in_(people),
                Claim.filer_id.in_(people),
                Claim.id.in_(bills),
            )
        )
    for column, value in (
        (Claim.fund_id, wanted.fund_id),
        (Claim.team_id, wanted.team_id),
        (Claim.state, wanted.state),
        (Claim.kind, wanted.kind),
    ):
        if value is not None:
            chosen = chosen.where(column == value)
    if wanted.category_id is not None:
        chosen = chosen.where(
            Claim.id.in_(select(ClaimLine.claim_id).where(ClaimLine.category_id == wanted.category_id))
        )
    return _latest(session, chosen, wanted.before, wanted.most)


def _latest(session: Session, wanted: Select[tuple[int]], before: int | None, most: int) -> list[Row]:
    if before is not None:
        wanted = wanted.where(Claim.id < before)
    return sorted(_rows(session, wanted.order_by(Claim.id.desc()).limit(most)), key=lambda row: -row.id)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def by_state(session: Session, fund_id: int, team_id: int | None = None) -> dict[State, tuple[int, int]]:
    """Count the claims of a fund (of a team) by state, with their approved amounts in fen."""
    wanted = select(Claim.state, func.count(), func.sum(Claim.claimed_fen - Claim.deducted_fen)).where(
        Claim.fund_id == fund_id
    )
    if team_id is not None:
        wanted = wanted.where(Claim.team_id == team_id)
    return {state: (count, int(total or 0)) for state, count, total in session.execute(wanted.group_by(Claim.state))}


def categories_of(session: Session, claim: Claim) -> Sequence[Category]:
    """List the categories of the claim's fund that are still open."""
    return session.scalars(
        select(Category)
        .where(Category.fund_id == claim.fund_id, Category.closed_at.is_(None))
        .order_by(Category.position)
    ).all()
