"""Hand the open claims of somebody who leaves to a filing agent of the team, by name; both names stay with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.attributes import set_committed_value

from tracker.audit.operations import fund_chain, record
from tracker.claims import policy
from tracker.claims.leaving import open_of
from tracker.claims.lifecycle import Move
from tracker.claims.models import Claim, ClaimHandover, Decision
from tracker.claims.operations.moves import Command
from tracker.identity.models import Person
from tracker.kernel.actors import UNIT_SEATS, SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.kernel.text import tell
from tracker.storage.statements import table, take_turn
from tracker.teams.models import Seat, Team
from tracker.teams.queries import held_on

_TAKERS = {SeatKind.AGENT}
"""Only a filing agent files for somebody else (domain: both names stay on the paper)."""


def hand_over_claims(
    session: Session, person_id: int, team_id: int, to_person_id: int, command: Command
) -> Sequence[Claim]:
    """Make a filing agent the filer of every open claim of a person in a team; return those claims.

    The person stays the beneficiary of what is theirs, what was decided stays decided, and the money stays held. By
    the team's lead unit; a second click finds nothing left. Raises NotFound, Forbidden, and Refused when the agent
    stands on one of the documents already or nothing is open.
    """
    team = session.get(Team, team_id)
    if team is None:
        raise NotFound
    if team.lead_unit_id not in command.by.units(UNIT_SEATS):
        raise Forbidden("未了结的报销单由本组团的牵头单位移交，你不是这个牵头单位的经办或负责人")
    take_turn(session, command.command_id)
    done = select(ClaimHandover.claim_id).where(ClaimHandover.command_id == command.command_id)
    if before := session.scalars(done).all():
        return session.scalars(select(Claim).where(Claim.id.in_(before))).all()
    leaver, taker = session.get(Person, person_id), _taker(session, team, to_person_id, command)
    whole = open_of(person_id, team_id).options(joinedload(Claim.team)).order_by(Claim.id)
    claims = session.scalars(whole.with_for_update(of=Claim).execution_options(populate_existing=True)).all()
    if leaver is None or not claims:
        raise Refused("没有要移交的报销单")
    for claim in claims:
        _refuse_meeting(claim, taker)
    for claim in claims:
        _hand(session, claim, leaver, taker, command)
    return claims


def takers(session: Session, team_id: int, on: date) -> Sequence[Person]:
    """List who may take over: the team's filing agents of the day, by name."""
    seated = select(Seat.person_id).where(Seat.team_id == team_id, Seat.kind.in_(_TAKERS), held_on(on))
    people = select(Person).where(Person.id.in_(seated), Person.disabled_at.is_(None))
    return session.scalars(people.order_by(Person.name, Person.id)).all()


def _taker(session: Session, team: Team, person_id: int, command: Command) -> Person:
    found = next((one for one in takers(session, team.id, day_of(command.at)) if one.id == person_id), None)
    if found is None:
        raise Refused(
            tell("只能移交给%(team)s在任的报账员；没有的，请先指定报账员", team=team.name), field="to_person_id"
        )
    return found


def _refuse_meeting(claim: Claim, taker: Person) -> None:
    if claim.beneficiary_id == taker.id and claim.filer_id != taker.id:
        raise Refused(
            tell("%(claim)s的报销人是%(person)s，不能又是替人填报的人，请换一位", claim=claim.title, person=taker.name),
            field="to_person_id",
        )
    if any(one.person_id == taker.id and policy.acts_in_gate(one) for one in claim.decisions):
        raise Refused(
            tell(
                "%(person)s办理过%(claim)s，不相容岗位不能又是填报人，请换一位",
                claim=claim.title,
                person=taker.name,
            ),
            field="to_person_id",
        )


def _hand(session: Session, claim: Claim, leaver: Person, taker: Person, command: Command) -> None:
    was = session.get_one(Person, claim.filer_id)
    said = f"{leaver.name}返岗，移交给{taker.name}继续办理"
    session.execute(
        update(table(Claim))
        .where(Claim.id == claim.id, Claim.version == claim.version)
        .values(filer_id=taker.id, version=claim.version + 1, changed_at=command.at)
    )
    session.execute(
        insert(table(ClaimHandover)).values(
            claim_id=claim.id,
            from_person_id=leaver.id,
            to_person_id=taker.id,
            reason=command.comment[:200],
            handed_by=command.by.person_id,
            handed_at=command.at,
            command_id=command.command_id,
        )
    )
    seat = next(
        kind for kind in (SeatKind.REVIEWER, SeatKind.HEAD) if command.by.holds(kind, unit_id=claim.team.lead_unit_id)
    )
    session.execute(
        insert(table(Decision)).values(
            claim_id=claim.id,
            command_id=f"{command.command_id[:36]}:{claim.id}",
            round=claim.round,
            step=None,
            at_step=None,
            move=Move.COMMENT,
            person_id=command.by.person_id,
            seat=seat,
            at=command.at,
            comment=f"{said}。{command.comment}".rstrip("。")[:500],
            amount_fen=None,
        )
    )
    subject = ("claim", claim.id, claim.title)
    told: dict[str, Any] = {"by": command.by, "at": command.at, "seat": seat, "subject": subject, "note": said}
    before, after = {"filer": was.name, "version": claim.version}, {"filer": taker.name, "version": claim.version + 1}
    # The remark stands among the decisions like any other, so the trail has it as one too.
    record(session, chain=fund_chain(claim.fund_id), action="claim.comment", **told)
    record(session, chain=fund_chain(claim.fund_id), action="claim.hand_over", before=before, after=after, **told)
    set_committed_value(claim, "filer_id", taker.id)
    set_committed_value(claim, "version", claim.version + 1)
    session.expire(claim, ["decisions", "filer"])
