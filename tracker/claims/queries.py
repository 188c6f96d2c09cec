"""Claims as people look for them: one, waiting for me, started by me, done by me, by account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, func, or_, select, union
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import InstrumentedAttribute, set_committed_value

from tracker.claims import policy
from tracker.claims.lifecycle import HOLDING_STATES, STEP_SEATS, State, Step
from tracker.claims.models import Attachment, Claim, ClaimLine, Decision, Kind, Payment
from tracker.evidence import keys
from tracker.evidence.models import Evidence, InvoiceKey, InvoiceShare
from tracker.funds.models import Category
from tracker.identity.models import Person
from tracker.kernel.actors import UNIT_SEATS, Actor, SeatKind
from tracker.kernel.errors import NotFound
from tracker.storage.statements import run
from tracker.storage.tables import Base
from tracker.teams.models import Team
from tracker.vouchers.models import Voucher, VoucherFile

_UNSEEN = "没有找到这张单据，可能已被删除，或者你不能查看"

LONG_WAIT_DAYS = 5
"""A claim that has waited at one step for this many days is pointed out to the whole office."""
COUNTED_TO = 999
"""Lists count no further than this."""


def locked(session: Session, claim_id: int, *, seen_by: Actor) -> Claim:
    """Load a claim for a move and lock its row; what hangs on it is loaded when asked for. Raises NotFound."""
    claim = session.scalars(_lockable(seen_by), {"this_claim": claim_id}).one_or_none()
    if claim is None:
        raise NotFound(_UNSEEN)
    return claim


@lru_cache(maxsize=256)
def _lockable(seen_by: Actor) -> Select[Claim]:
    return (
        select(Claim)
        .options(
            joinedload(Claim.fund, innerjoin=True),
            joinedload(Claim.team, innerjoin=True),
        )
        .where(Claim.id == bindparam("this_claim"), policy.seen_by(seen_by))
        .with_for_update(of=Claim)
        .execution_options(populate_existing=True)
    )


def one(session: Session, claim_id: int, *, seen_by: Actor) -> Claim:
    """Load a claim whole: lines, evidence, decisions, payments. Raises NotFound for what the actor may not see."""
    claim = session.scalars(_whole(seen_by), {"this_claim": claim_id}).one_or_none()
    if claim is None:
        raise NotFound(_UNSEEN)
    furnish(session, claim, *_HANGS_ON)
    return claim


def furnish(session: Session, claim: Claim, *names: str) -> None:
    """Load what hangs on a claim: ``lines``, ``attachments``, ``decisions``, ``payments``, each with what it names."""
    for name in names:
        set_committed_value(claim, name, session.scalars(_HANGS_ON[name], {"this_claim": claim.id}).all())


@lru_cache(maxsize=256)
def _whole(seen_by: Actor) -> Select[Claim]:
    return (
        select(Claim)
        .options(
            joinedload(Claim.fund, innerjoin=True),
            joinedload(Claim.team, innerjoin=True).joinedload(Team.lead_unit, innerjoin=True),
            joinedload(Claim.filer, innerjoin=True),
            joinedload(Claim.beneficiary, innerjoin=True).joinedload(Person.home_unit),
            joinedload(Claim.payee),
        )
        .where(Claim.id == bindparam("this_claim"), policy.seen_by(seen_by))
        .execution_options(populate_existing=True)
    )


def _on_this(
    model: type[Base], of_claim: InstrumentedAttribute[int], order: InstrumentedAttribute[int], *also: Any
) -> Select[Any]:
    loaded = select(model).options(*(joinedload(one, innerjoin=True) for one in also))
    return loaded.where(of_claim == bindparam("this_claim")).order_by(order).execution_options(populate_existing=True)


_HANGS_ON = {
    "lines": _on_this(ClaimLine, ClaimLine.claim_id, ClaimLine.position, ClaimLine.category),
    "attachments": _on_this(Attachment, Attachment.claim_id, Attachment.id, Attachment.evidence),
    "decisions": _on_this(Decision, Decision.claim_id, Decision.id, Decision.person),
    "payments": _on_this(Payment, Payment.claim_id, Payment.id),
}
"""What hangs on a claim: a loading option would build these four statements anew each time, at twice their cost."""


def evidence_of(session: Session, handle: str, *, seen_by: Actor) -> Evidence:
    """Find a file by its handle: one's own, laid with a claim one may see, frozen in its vouchers, or its signed paper.

    Raises NotFound.
    """
    on_claims = (
        select(Attachment.id)
        .join(Claim, Claim.id == Attachment.claim_id)
        .where(Attachment.evidence_id == Evidence.id, policy.seen_by(seen_by))
        .exists()
    )
    on_vouchers = (
        select(Voucher.id)
        .join(Claim, Claim.id == Voucher.claim_id)
        .where(Voucher.signed_scan_id == Evidence.id, policy.seen_by(seen_by))
        .exists()
    )
    frozen = (
        select(VoucherFile.voucher_id)
        .join(Voucher, Voucher.id == VoucherFile.voucher_id)
        .join(Claim, Claim.id == Voucher.claim_id)
        .where(VoucherFile.evidence_id == Evidence.id, policy.seen_by(seen_by))
        .exists()
    )
    mine = Evidence.uploaded_by == seen_by.person_id
    # What an administrator once uploaded belongs to claims, and no claim is the administrator's to look at.
    theirs = or_(on_claims, on_vouchers, frozen, mine if not seen_by.holds(SeatKind.ADMINISTRATOR) else false())
    found = session.scalar(select(Evidence).where(Evidence.handle == handle, theirs))
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
    filer_id: int

    @property
    def approved_fen(self) -> int:
        """Claimed less deducted, in fen."""
        return self.claimed_fen - self.deducted_fen


_FILER = select(Person.name).where(Person.id == Claim.filer_id).scalar_subquery()
_BENEFICIARY = select(Person.name).where(Person.id == Claim.beneficiary_id).scalar_subquery()
_TEAM = select(Team.name).where(Team.id == Claim.team_id).scalar_subquery()
_FILES = select(func.count()).where(Attachment.claim_id == Claim.id).scalar_subquery()


_COLUMNS = select(
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
    Claim.filer_id,
)


def _rows(session: Session, wanted: Select[int]) -> list[Row]:
    return [Row(*row) for row in run(session, _COLUMNS.where(Claim.id.in_(wanted)))]


def _turns(actor: Actor) -> list[ColumnElement[bool]]:
    """List, one for each seat held, the condition that a claim waits for it; each is one range of an index."""
    turns: list[ColumnElement[bool]] = []
    for step, seat in STEP_SEATS.items():
        if seat is SeatKind.LIAISON:
            turns += [and_(Claim.step == step, Claim.team_id == team) for team in sorted(actor.teams(seat))]
        elif seat in UNIT_SEATS:
            led = select(Team.id).where(Team.lead_unit_id.in_(sorted(actor.units({seat}))))
            turns += [and_(Claim.step == step, Claim.team_id.in_(led))] if actor.units({seat}) else []
        elif actor.holds(seat):
            turns.append(Claim.step == step)
    mine = or_(Claim.filer_id == actor.person_id, Claim.beneficiary_id == actor.person_id)
    return [and_(turn, ~mine) for turn in turns]


@lru_cache(maxsize=256)
def _waiting(actor: Actor, most: int) -> Select[int, datetime | None]:
    """Select what waits for the person, longest wait first, at most so many: each seat by its own index range."""
    turns = _turns(actor)
    if not turns:
        return select(Claim.id, Claim.waiting_since).where(false())
    each = [
        select(Claim.id, Claim.waiting_since).where(turn).order_by(Claim.waiting_since, Claim.id).limit(most).subquery()
        for turn in turns
    ]
    together = union(*(select(part) for part in each)).subquery()
    return select(together.c.id, together.c.waiting_since).order_by(together.c.waiting_since, together.c.id).limit(most)


def inbox(session: Session, actor: Actor, *, most: int = 50) -> list[Row]:
    """List what waits for the person, longest wait first."""
    rows = [Row(*row) for row in run(session, _waiting_columns(actor, most))]
    return sorted(rows, key=lambda row: (row.waiting_since or row.changed_at, row.id))


@lru_cache(maxsize=256)
def _waiting_columns(actor: Actor, most: int) -> Select[*tuple[Any, ...]]:
    return _COLUMNS.where(Claim.id.in_(select(_waiting(actor, most).subquery().c.id)))


def inbox_ids(session: Session, actor: Actor) -> Sequence[int]:
    """List the ids that wait for the person, longest wait first, for 上一件 and 下一件."""
    return session.scalars(_waiting(actor, COUNTED_TO)).all()


def inbox_count(session: Session, actor: Actor) -> int:
    """Count what waits for the person, up to 999."""
    return int(run(session, _count(actor)).scalar_one())


@lru_cache(maxsize=256)
def _count(actor: Actor) -> Select[int]:
    return select(func.count()).select_from(_waiting(actor, COUNTED_TO).subquery())


def started(session: Session, actor: Actor, *, before: int | None = None, most: int = 20) -> list[Row]:
    """List the claims the person filed or benefits from, latest first, as far as they may see claims.

    ``before`` is the last id of the page before.
    """
    each = []
    for column in (Claim.filer_id, Claim.beneficiary_id):
        own = select(Claim.id).where(column == actor.person_id, Claim.state != State.DISCARDED, policy.seen_by(actor))
        if before is not None:
            own = own.where(Claim.id < before)
        each.append(own.order_by(Claim.id.desc()).limit(most).subquery())
    together = union(*(select(part) for part in each)).subquery()
    return _latest(session, select(Claim.id).where(Claim.id.in_(select(together.c.id))), most)


def done(session: Session, actor: Actor, *, before: int | None = None, most: int = 20) -> list[Row]:
    """List the claims the person has acted on for the gate, latest first."""
    acted = select(Decision.claim_id).where(Decision.person_id == actor.person_id, Decision.at_step.is_not(None))
    if before is not None:
        acted = acted.where(Decision.claim_id < before)
    # A claim is decided on a few times at most, so a few times the page's rows are enough to fill it.
    recent = acted.order_by(Decision.claim_id.desc()).limit(most * 8).subquery()
    return _latest(session, select(Claim.id).where(Claim.id.in_(select(recent)), policy.seen_by(actor)), most)


@dataclass(frozen=True)
class Wanted:
    """What a list of claims is narrowed to; empty means all. Keyset paging by ``before`` or ``after`` (an id)."""

    text: str = ""
    fund_id: int | None = None
    team_id: int | None = None
    category_id: int | None = None
    state: State | None = None
    kind: Kind | None = None
    holds: bool = False
    """Only claims that hold money: in the gate, or approved and not wholly paid."""
    waiting_before: datetime | None = None
    """Only claims at a step since before then."""
    is_own: bool = False
    """Only claims the person filed or benefits from."""
    before: int | None = None
    after: int | None = None
    most: int = 20


def listed(session: Session, actor: Actor, wanted: Wanted) -> list[Row]:
    """List the claims the person may see, narrowed, latest first."""
    chosen = select(Claim.id).where(policy.seen_by(actor))
    if wanted.text:
        chosen = chosen.where(_matches(wanted.text))
    for column, value in (
        (Claim.fund_id, wanted.fund_id),
        (Claim.team_id, wanted.team_id),
        (Claim.state, wanted.state),
        (Claim.kind, wanted.kind),
    ):
        if value is not None:
            chosen = chosen.where(column == value)
    if wanted.holds:
        chosen = chosen.where(Claim.state.in_(HOLDING_STATES))
    if wanted.waiting_before is not None:
        chosen = chosen.where(Claim.step.is_not(None), Claim.waiting_since < wanted.waiting_before)
    if wanted.category_id is not None:
        in_category = select(ClaimLine.id).where(
            ClaimLine.claim_id == Claim.id, ClaimLine.category_id == wanted.category_id
        )
        chosen = chosen.where(in_category.exists())
    if wanted.after is not None:
        return _next_newer(session, chosen.where(Claim.id > wanted.after), wanted.most)
    if wanted.before is not None:
        chosen = chosen.where(Claim.id < wanted.before)
    return _latest(session, chosen, wanted.most)


_NUMBER = re.compile(r"BX-\d{4}-\d+", re.IGNORECASE)
_BILL = re.compile(r"(?!BX)(?=(?:[A-Z]*[0-9]){5})[0-9A-Z]{6,30}")
"""Letters alone are a word, and BX begins a claim's number."""


def _matches(text: str) -> ColumnElement[bool]:
    """Make the condition of a search: a claim's number, a bill's number, else part of a purpose or of a name."""
    if _NUMBER.fullmatch(text):
        return Claim.number == text.upper()
    if _BILL.fullmatch(keys.normal(text)):
        uses = select(InvoiceShare.claim_id).join(InvoiceKey, InvoiceKey.id == InvoiceShare.key_id)
        return Claim.id.in_(uses.where(InvoiceKey.number == keys.normal(text)))
    people = select(Person.id).where(Person.name.icontains(text, autoescape=True))
    return or_(
        Claim.number.icontains(text, autoescape=True),
        Claim.purpose.icontains(text, autoescape=True),
        Claim.beneficiary_id.in_(people),
        Claim.filer_id.in_(people),
    )


def _latest(session: Session, wanted: Select[int], most: int) -> list[Row]:
    return sorted(_rows(session, wanted.order_by(Claim.id.desc()).limit(most)), key=lambda row: -row.id)


def _next_newer(session: Session, wanted: Select[int], most: int) -> list[Row]:
    """Take the rows next to the edge, not the latest of all, and show them latest first like every page."""
    return sorted(_rows(session, wanted.order_by(Claim.id).limit(most)), key=lambda row: -row.id)


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
