"""审批过程: who did what to a claim, whose turn it is, and who may come after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from tracker.claims import policy
from tracker.claims.lifecycle import STEP_SEATS, Move, State, Step
from tracker.claims.models import Claim, Decision
from tracker.kernel.clock import OFFICE
from tracker.teams.queries import holders


class When(StrEnum):
    """Where a mark stands in time."""

    DONE = "done"
    NOW = "now"
    NEXT = "next"


@dataclass(frozen=True)
class Mark:
    """One stop on a claim's way: an act that was done, the step whose turn it is, or a step to come."""

    when: When
    step: Step | None = None
    decision: Decision | None = None
    is_again: bool = False
    """A submission after the first."""
    names: Sequence[str] = field(default_factory=tuple)
    """Who may act at a step now or later."""


def course_of(session: Session, claim: Claim, *, on: date) -> list[Mark]:
    """Tell a claim's whole way: what happened, then the step whose turn it is, then the steps of its route to come."""
    marks, submissions = [], 0
    for decision in claim.decisions:
        submissions += decision.move is Move.SUBMIT
        marks.append(Mark(When.DONE, decision.at_step, decision, decision.move is Move.SUBMIT and submissions > 1))
    if claim.step is None or claim.step not in claim.route:
        return marks
    steps = [Step(name) for name in claim.route[claim.route.index(claim.step) :]]
    seats = [STEP_SEATS[step] for step in steps]
    found = holders(session, seats, team_id=claim.team_id, unit_id=claim.team.lead_unit_id, on=on)
    for step, seat in zip(steps, seats, strict=True):
        when = When.NOW if step is claim.step else When.NEXT
        # whoever stands on the document already does not decide on it again
        names = [one.name for one in found if one.kind is seat and not policy.met_before(one.person_id, claim, step)]
        marks.append(Mark(when, step, names=names))
    return marks


STOPS = ("提交", "审核", "复核", "支付")
"""A claim's way in four words, for a small picture."""

_STOPS_DONE = {State.IN_ROUTE: 1, State.APPROVED: 2, State.ACCEPTED: 3, State.PART_PAID: 3, State.PAID: 4}


def stop_of(state: State) -> int:
    """Tell which of the four stops a claim stands at, from 0; 4 is past them all."""
    return _STOPS_DONE.get(state, 0)


def waited_days(since: datetime, at: datetime) -> int:
    """Count whole working days (Monday to Friday) between two moments; public holidays are not known here."""
    first, last = since.astimezone(OFFICE), at.astimezone(OFFICE)
    span = timedelta()
    day = first
    while day < last:
        midnight = (day + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        if day.weekday() < 5:  # noqa: PLR2004  Saturday is 5
            span += min(midnight, last) - day
        day = midnight
    return span.days
