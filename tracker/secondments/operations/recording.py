"""Record a secondment: term, papers, the post's first snapshot, the numbers, and the member seat for the same term."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.identity.models import Person, Unit
from tracker.kernel.actors import SeatKind
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import tell
from tracker.secondments import policy
from tracker.secondments.facts import Document, SecondmentFacts, checked_station
from tracker.secondments.lifecycle import LIFE, Move, State
from tracker.secondments.models import PaperKind, Secondment, Snapshot, TermPaper
from tracker.secondments.operations.writing import Command, kept, kept_scan, note_down
from tracker.secondments.ranks import LEVEL_NAMES, POST_NAMES
from tracker.storage.cipher import Cipher
from tracker.storage.statements import take_turn
from tracker.teams.models import Team
from tracker.teams.operations import SeatFacts, cancel_seat, seat_member

_DAY = timedelta(days=1)


def record_secondment(session: Session, facts: SecondmentFacts, order: Command, *, cipher: Cipher) -> Secondment:
    """Record a secondment and give its member seat. The same command a second time returns the first's.

    Raises Forbidden for who does not keep this team's secondments, Refused naming the field when something does not
    fit, another secondment runs or a term would overlap.
    """
    person = session.get(Person, facts.person_id, with_for_update=True)
    take_turn(session, order.command_id)
    done = session.scalar(select(Secondment).where(Secondment.command_id == order.command_id))
    if done is not None:
        return done
    if person is None:
        raise Refused("请从列表中选择人员", field="person_id")
    team = session.get(Team, facts.team_id)
    if team is None or team.closed_at is not None:
        raise Refused("请从列表中选择组团", field="team_id")
    policy.require_keeper(order.by, team.lead_unit_id)
    policy.require_another(order.by, person.id, "登记抽调")
    paper, post, post_paper = facts.paper.checked(order.at), facts.post.checked(), _post_paper(facts, order)
    policy.check_term(facts.begins_on, facts.last_day)
    home = _home(session, facts, team)
    policy.require_own_unit(person, home, is_right=facts.other_home)
    _refuse_another(session, person, facts)
    id_number, phone = policy.id_number(facts.id_number), policy.phone(facts.phone)
    secondment = Secondment(
        person_id=person.id,
        person=person,
        home_unit_id=home.id,
        post_kind=facts.post_kind,
        team_id=team.id,
        team=team,
        station=checked_station(facts.station),
        begins_on=facts.begins_on,
        ends_before=facts.last_day + _DAY,
        full_time=facts.full_time,
        id_cipher=cipher.lock(id_number) if id_number else None,
        phone_cipher=cipher.lock(phone) if phone else None,
        seat_id=_seat(session, facts, order),
        recorded_by=order.by.person_id,
        recorded_at=order.at,
        command_id=order.command_id,
    )
    session.add(secondment)
    session.flush()
    session.add_all(
        [
            TermPaper(
                secondment_id=secondment.id,
                kind=PaperKind.START,
                number=paper.number,
                dated=paper.dated,
                ends_before=secondment.ends_before,
                scan_id=kept_scan(session, paper.scan, order),
                recorded_by=order.by.person_id,
                recorded_at=order.at,
                command_id=order.command_id,
            ),
            Snapshot(
                secondment_id=secondment.id,
                number=1,
                effective_on=facts.begins_on,
                level=post.level,
                duty=post.duty,
                rank=post.rank,
                title=post.title,
                pay_grade=post.pay_grade,
                paper_number=post_paper.number,
                paper_dated=post_paper.dated,
                scan_id=kept_scan(session, post_paper.scan, order),
                recorded_by=order.by.person_id,
                recorded_at=order.at,
                command_id=order.command_id,
            ),
        ]
    )
    session.flush()
    note_down(session, "secondment.record", secondment, order, after=_told(secondment, home, paper.number, facts))
    return secondment


def cancel(session: Session, secondment_id: int, order: Command) -> Secondment:
    """Take back a secondment whose term has not begun, with its seat; a second click finds it done."""
    done = session.get(Secondment, secondment_id)
    if done is not None and done.state is State.CANCELLED:
        policy.require_keeper(order.by, done.team.lead_unit_id)
        return done
    secondment = kept(session, secondment_id, Move.CANCEL, order)
    policy.require_another(order.by, secondment.person_id, "取消抽调")
    seat = secondment.seat
    if seat is None:
        raise Refused("这次抽调没有组员席位，不能取消；请联系系统管理员核对")
    secondment.state = LIFE.after(secondment.state, Move.CANCEL)
    secondment.seat_id = None
    secondment.version += 1
    session.flush()
    cancel_seat(session, seat.id, by=order.by, at=order.at, version=seat.version, through_secondment=True)
    session.flush()
    note_down(session, "secondment.cancel", secondment, order)
    return secondment


def _post_paper(facts: SecondmentFacts, order: Command) -> Document:
    return facts.post_paper.checked(order.at, field="post_paper_number", dated_field="post_paper_dated")


def _home(session: Session, facts: SecondmentFacts, team: Team) -> Unit:
    home = session.get(Unit, facts.home_unit_id)
    if home is None or home.closed_at is not None:
        raise Refused("请从列表中选择原单位", field="home_unit_id")
    if home.id == team.lead_unit_id:
        raise Refused("牵头单位自己的人不用抽调，请核对原单位", field="home_unit_id")
    return home


def _refuse_another(session: Session, person: Person, facts: SecondmentFacts) -> None:
    others = select(Secondment).where(Secondment.person_id == person.id, Secondment.state != State.CANCELLED)
    for other in session.scalars(others.order_by(Secondment.begins_on)):
        where = f"{other.team.name}（{span(other.begins_on, other.ends_before)}）"
        if other.state is State.RUNNING:
            raise Refused(
                tell("%(person)s正抽调在%(where)s，请先办返岗，再登记新的抽调", person=person.name, where=where),
                field="person_id",
            )
        if facts.begins_on < other.ends_before and other.begins_on <= facts.last_day:
            raise Refused(
                tell("%(person)s在%(where)s的抽调期与这一期重叠，请核对开始日期", person=person.name, where=where),
                field="begins_on",
            )


def _seat(session: Session, facts: SecondmentFacts, order: Command) -> int:
    seat_facts = SeatFacts(SeatKind.MEMBER, facts.begins_on, facts.last_day, team_id=facts.team_id)
    try:
        seat = seat_member(session, facts.person_id, seat_facts, by=order.by, at=order.at, command_id=order.command_id)
    except NotFound:
        raise
    except Refused as refusal:
        if refusal.field == "held_from":
            refusal.field = "begins_on"
        raise
    return seat.id


def span(begins_on: date, ends_before: date) -> str:
    """Write a half-open term with its last day: ``2026-03-01 至 2026-08-31``."""
    return f"{begins_on.isoformat()} 至 {(ends_before - _DAY).isoformat()}"


def _told(secondment: Secondment, home: Unit, paper: str, facts: SecondmentFacts) -> dict[str, Any]:
    return {
        "person": secondment.person.name,
        "home_unit": home.name,
        "post_kind": POST_NAMES[secondment.post_kind],
        "team": secondment.team.name,
        "station": secondment.station,
        "begins_on": secondment.begins_on,
        "last_day": facts.last_day,
        "full_time": secondment.full_time,
        "paper": paper,
        "level": LEVEL_NAMES[facts.post.level],
        "post": facts.post.duty,
        "rank": facts.post.rank,
        "title": facts.post.title,
        "pay_grade": facts.post.pay_grade,
    }
