"""What waits in the gate, and the claims and payments an account's entries rest on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from tracker.claims import policy
from tracker.claims.lifecycle import HOLDING_STATES, STEP_NAMES, Step
from tracker.claims.models import Claim, Payment
from tracker.claims.queries import LONG_WAIT_DAYS
from tracker.identity.models import Person
from tracker.kernel.actors import Actor

_OPEN = Claim.state.in_(bindparam("open", sorted(HOLDING_STATES), expanding=True, literal_execute=True))
"""Written into the statement as it is, so that SQLite finds the index over open claims."""


@dataclass(frozen=True)
class Waiting:
    """Claims in the gate by step, how many of them wait too long, and the one that waits longest."""

    by_step: Sequence[tuple[Step, int]] = ()
    late: int = 0
    longest_since: datetime | None = None
    longest_step: str = ""

    @property
    def count(self) -> int:
        """All claims in the gate."""
        return sum(count for _step, count in self.by_step)

    def at(self, *steps: Step) -> int:
        """Count the claims at some steps."""
        return sum(count for step, count in self.by_step if step in steps)


def waiting_claims(session: Session, fund_id: int, team_ids: Sequence[int], *, at: datetime) -> Waiting:
    """Count what waits of a fund for some teams, by step."""
    late = case((Claim.waiting_since < at - timedelta(days=LONG_WAIT_DAYS), 1), else_=0)
    rows = session.execute(
        select(Claim.step, func.count(), func.sum(late), func.min(Claim.waiting_since))
        .where(_OPEN, Claim.fund_id == fund_id, Claim.team_id.in_(team_ids), Claim.step.is_not(None))
        .group_by(Claim.step)
    ).all()
    oldest = min((row for row in rows if row[3] is not None), key=lambda row: row[3], default=None)
    steps = {step: int(count) for step, count, _late, _since in rows}
    return Waiting(
        by_step=[(step, steps[step]) for step in Step if step in steps],
        late=sum(int(row[2] or 0) for row in rows),
        longest_since=oldest[3] if oldest is not None else None,
        longest_step=STEP_NAMES[oldest[0]] if oldest is not None else "",
    )


@dataclass(frozen=True)
class Behind:
    """The claim an entry rests on: its id if the person may open it, its number, its purpose."""

    claim_id: int | None
    number: str
    purpose: str = ""


def claims_behind(
    session: Session, documents: Iterable[tuple[str, int]], *, seen_by: Actor
) -> dict[tuple[str, int], Behind]:
    """Find the claims behind documents ``(kind, id)`` of entries; a payment's is the claim it pays.

    Who may not open a claim is told its number alone.
    """
    wanted = list(documents)
    claims = {("claim", i): i for kind, i in wanted if kind == "claim"}
    payments = [i for kind, i in wanted if kind == "payment"]
    if payments:
        paid = session.execute(select(Payment.id, Payment.claim_id).where(Payment.id.in_(payments)))
        claims |= {("payment", payment_id): claim_id for payment_id, claim_id in paid}
    if not claims:
        return {}
    ids = set(claims.values())
    opened = dict(
        session.execute(select(Claim.id, Claim.purpose).where(Claim.id.in_(ids), policy.seen_by(seen_by))).all()
    )
    numbers = dict(session.execute(select(Claim.id, Claim.number).where(Claim.id.in_(ids))).all())
    return {
        document: Behind(claim_id if claim_id in opened else None, numbers[claim_id] or "", opened.get(claim_id, ""))
        for document, claim_id in claims.items()
        if claim_id in numbers
    }


def names_of(session: Session, person_ids: Iterable[int]) -> dict[int, str]:
    """Find people's names."""
    return dict(session.execute(select(Person.id, Person.name).where(Person.id.in_(set(person_ids)))).all())
