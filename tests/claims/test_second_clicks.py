"""Two at once that are one: the second click, and two people who do what may stand only once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import func, select, update

from tests.claims.test_races import at_once
from tests.holds import nothing_broken
from tests.office import NOON, TODAY, Office, a_draft, a_filing, a_submitted, command
from tracker.claims import operations
from tracker.claims.models import Claim, Kind
from tracker.claims.operations.drafts import DraftHeader
from tracker.identity.models import Person
from tracker.identity.operations import PersonFacts, add_person
from tracker.kernel.actors import SeatKind
from tracker.kernel.errors import Refused, Stale
from tracker.teams.models import Seat
from tracker.teams.operations import SeatFacts, TeamFacts, UnitFacts, add_team, add_unit, give_seat

CLICKS = 4


def _twin_clicks(office: Office, act: Callable[[object, str], int]) -> list[list[object]]:
    """Send each of a few commands from several windows at once."""

    def send(command_id: str) -> int:
        with office.database.writing() as session:
            return act(session, command_id)

    commands = [uuid.uuid4().hex for _ in range(4)]
    return [at_once([lambda one=one: send(one)] * CLICKS) for one in commands]  # type: ignore[misc]


def _one_answer(answers: list[list[object]]) -> None:
    for answer in answers:
        assert all(isinstance(one, int) for one in answer), answer
        assert len(set(answer)) == 1
    assert len({answer[0] for answer in answers}) == len(answers)


def test_a_draft_is_opened_once(office: Office) -> None:
    member = office.member
    header = DraftHeader(Kind.GENERAL, office.fund_id, office.team_id, office.people["member"])
    _one_answer(
        _twin_clicks(office, lambda s, key: operations.open_draft(s, header, by=member, at=NOON, draft_key=key))  # type: ignore[arg-type]
    )
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Claim)) == 4


def test_a_person_a_unit_and_a_team_are_added_once(office: Office) -> None:
    by = office.administrator

    def person(session: object, key: str) -> int:
        facts = PersonFacts(f"n{key[:8]}", "新人")
        return add_person(session, facts, password_hash="x", by=by, at=NOON, command_id=key).id  # type: ignore[arg-type]

    def unit(session: object, key: str) -> int:
        return add_unit(session, UnitFacts(f"单位{key[:8]}", key[:6]), by=by, at=NOON, command_id=key).id  # type: ignore[arg-type]

    def team(session: object, key: str) -> int:
        facts = TeamFacts(f"组团{key[:8]}", key[:6], office.lead_unit_id)
        return add_team(session, facts, by=by, at=NOON, command_id=key).id  # type: ignore[arg-type]

    for act in (person, unit, team):
        _one_answer(_twin_clicks(office, act))


def test_a_seat_is_given_once(office: Office) -> None:
    by = office.administrator

    def seat(session: object, key: str) -> int:
        facts = SeatFacts(SeatKind.MEMBER, TODAY, None, team_id=office.team_id)
        return give_seat(session, office.people["nobody"], facts, by=by, at=NOON, command_id=key).id  # type: ignore[arg-type]

    answers = _twin_clicks(office, seat)
    _one_answer(answers[:1])
    assert all(isinstance(one, Refused) for answer in answers[1:] for one in answer), "the seat is held already"
    with office.database.reading() as session:
        given = select(func.count()).select_from(Seat).where(Seat.person_id == office.people["nobody"])
        assert session.scalar(given) == 1


def test_of_two_people_of_one_sign_in_name_one_is_added_and_the_other_refused(office: Office) -> None:
    by = office.administrator

    def add() -> int:
        with office.database.writing() as session:
            facts = PersonFacts("same.name", "同名")
            return add_person(session, facts, password_hash="x", by=by, at=NOON, command_id=uuid.uuid4().hex).id

    answers = at_once([add] * CLICKS)
    assert sum(isinstance(answer, int) for answer in answers) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == CLICKS - 1
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).where(Person.sign_in_name == "same.name")) == 1


def test_one_command_sent_to_two_claims_at_once_decides_one(office: Office) -> None:
    first, second, sent = a_submitted(office), a_submitted(office), command(office.reviewer)

    def approve(claim_id: int) -> str:
        with office.database.writing() as session:
            return operations.approve(session, claim_id, sent).state

    answers = at_once([lambda: approve(first), lambda: approve(second)])
    assert sum(isinstance(answer, str) for answer in answers) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == 1
    nothing_broken(office.database)


def test_a_command_the_book_knows_from_elsewhere_is_a_stale_page_not_a_fault(office: Office) -> None:
    claim_id = a_submitted(office)
    known = command(office.reviewer, comment="不属于开支范围")
    with pytest.raises(Stale), office.database.writing() as session:
        operations.reject(session, claim_id, type(known)(known.by, known.at, "issue", None, known.comment))
    nothing_broken(office.database)


def test_an_agent_who_submits_many_at_once_stays_within_the_quota(office: Office) -> None:
    """1,500.00 was given; six claims of 1,000.00 come at once: one goes through."""
    with office.database.writing() as session:
        session.execute(update(Seat).where(Seat.person_id == office.people["agent"]).values(quota_fen=150_000))
    agent = office.agent
    drafts = [(a_draft(office, filing, by=agent), filing) for filing in (a_filing(office, 100_000) for _ in range(6))]

    def submit(claim_id: int, filing: object) -> object:
        with office.database.writing() as session:
            return operations.submit(session, claim_id, filing, command(agent)).number  # type: ignore[arg-type]

    answers = at_once([lambda d=draft: submit(*d) for draft in drafts])  # type: ignore[misc]
    assert sum(isinstance(answer, str) for answer in answers) == 1
    refused = [answer for answer in answers if not isinstance(answer, str)]
    assert all(isinstance(answer, Refused) and "还剩 500.00 元" in answer.sentence for answer in refused), refused
