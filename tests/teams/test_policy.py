"""Seats: who gives which, which exclude each other on one person, and how terms begin and end."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import product
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from tests.office import NOON, TODAY, Office
from tracker.audit.models import AuditEntry
from tracker.identity.operations import disable
from tracker.kernel.actors import BUSINESS_SEATS, SEAT_NAMES, SYSTEM, TEAM_SEATS, Actor, SeatKind
from tracker.kernel.errors import Forbidden, NotFound, Refused, Stale
from tracker.teams import operations, queries
from tracker.teams.models import Seat
from tracker.teams.operations import SeatFacts
from tracker.teams.policy import PLACES, Held, Place, conflicts

K = SeatKind
YEAR_END = date(2026, 12, 31)


def facts(office: Office, kind: SeatKind, *, team: str = "team", unit: str = "lead", **more: object) -> SeatFacts:
    places: dict[Place, dict[str, int]] = {
        Place.TEAM: {"team_id": office.team_id if team == "team" else office.other_team_id},
        Place.UNIT: {"unit_id": office.lead_unit_id if unit == "lead" else office.lead_unit_id + 1},
        Place.DISTRICT: {},
    }
    values = {"held_from": TODAY, "last_day": YEAR_END, **places[PLACES[kind]], **more}
    return SeatFacts(kind, **values)  # type: ignore[arg-type]


def give(office: Office, who: str, wanted: SeatFacts, *, by: Actor | None = None) -> int:
    with office.database.writing() as session:
        return operations.give_seat(
            session,
            office.people[who],
            wanted,
            by=by or office.administrator,
            at=NOON,
            command_id=uuid.uuid4().hex,
        ).id


def seat(office: Office, seat_id: int) -> Seat:
    with office.database.reading() as session:
        return session.get_one(Seat, seat_id)


def own_seat(office: Office, who: str) -> int:
    with office.database.reading() as session:
        return session.scalars(select(Seat.id).where(Seat.person_id == office.people[who])).one()


def end(office: Office, seat_id: int, last_day: date | None, *, by: Actor | None = None, version: int = 1) -> Seat:
    with office.database.writing() as session:
        return operations.change_term(
            session, seat_id, last_day, by=by or office.administrator, at=NOON, version=version
        )


GIVERS = {
    "administrator": frozenset(K),
    "reviewer": TEAM_SEATS,
    "head": TEAM_SEATS,
    **{
        who: frozenset()
        for who in (
            "other_reviewer",
            "member",
            "agent",
            "liaison",
            "officer",
            "cashier",
            "auditor",
            "outsider",
            "nobody",
        )
    },
}


def test_each_kind_of_seat_is_given_by_those_the_table_names_and_nobody_else(small_office: Office) -> None:
    """Walk every giver × every kind; the person who receives holds nothing."""
    for giver, kind in product(GIVERS, K):
        wanted = facts(small_office, kind)
        by = small_office.actor(giver)
        who = "nobody" if giver != "nobody" else "outsider"
        if kind in GIVERS[giver]:
            seat_id = give(small_office, who, wanted, by=by)
            with small_office.database.writing() as session:
                session.delete(session.get_one(Seat, seat_id))
        else:
            with pytest.raises(Forbidden, match=SEAT_NAMES[kind]):
                give(small_office, who, wanted, by=by)


def test_a_lead_unit_names_nobody_for_another_units_team(small_office: Office) -> None:
    with pytest.raises(Forbidden, match="你不是这个组团的牵头单位"):
        give(small_office, "nobody", facts(small_office, K.MEMBER, team="other"), by=small_office.reviewer)


def test_nobody_gives_a_seat_to_themselves_nor_changes_their_own_term(small_office: Office) -> None:
    for who, kind in (("administrator", K.ADMINISTRATOR), ("reviewer", K.MEMBER), ("head", K.AGENT)):
        with pytest.raises(Refused, match="不能给自己"):
            give(small_office, who, facts(small_office, kind), by=small_office.actor(who))
    with pytest.raises(Refused, match="不能给自己"):
        end(small_office, own_seat(small_office, "administrator"), TODAY)


SAME, OTHER = "same", "other"
TOGETHER: dict[tuple[SeatKind, SeatKind, str], bool] = {
    (K.MEMBER, K.MEMBER, OTHER): False,
    (K.MEMBER, K.AGENT, SAME): True,
    (K.MEMBER, K.AGENT, OTHER): True,
    (K.MEMBER, K.LIAISON, SAME): False,
    (K.MEMBER, K.LIAISON, OTHER): True,
    (K.AGENT, K.AGENT, OTHER): True,
    (K.AGENT, K.LIAISON, SAME): False,
    (K.AGENT, K.LIAISON, OTHER): True,
    (K.LIAISON, K.LIAISON, OTHER): True,
    (K.REVIEWER, K.REVIEWER, OTHER): True,
    (K.HEAD, K.HEAD, OTHER): True,
    (K.REVIEWER, K.HEAD, SAME): False,
    (K.REVIEWER, K.HEAD, OTHER): True,
    **{(team, unit, SAME): False for team, unit in product((K.MEMBER, K.AGENT, K.LIAISON), (K.REVIEWER, K.HEAD))},
    **{(team, unit, OTHER): True for team, unit in product((K.MEMBER, K.AGENT, K.LIAISON), (K.REVIEWER, K.HEAD))},
    **dict.fromkeys(
        product((K.OFFICER, K.CASHIER), (K.MEMBER, K.AGENT, K.LIAISON, K.REVIEWER, K.HEAD), (SAME, OTHER)), False
    ),
    (K.OFFICER, K.CASHIER, SAME): False,
    (K.HOME_UNIT, K.HOME_UNIT, OTHER): True,
    **{
        (K.HOME_UNIT, other, where): other not in {K.AUDITOR, K.ADMINISTRATOR}
        for other, where in product(sorted(set(K) - {K.HOME_UNIT}), (SAME, OTHER))
    },
    (K.AUDITOR, K.ADMINISTRATOR, SAME): False,
    **dict.fromkeys(product((K.AUDITOR, K.ADMINISTRATOR), sorted(BUSINESS_SEATS), (SAME, OTHER)), False),
}


def held(kind: SeatKind, where: str, *, held_from: date = TODAY, until: date | None = None) -> Held:
    number = 1 if where == SAME else 2
    place = PLACES[kind]
    return Held(
        kind,
        held_from,
        until,
        team_id=number if place is Place.TEAM else None,
        unit_id=number if place is Place.UNIT else None,
        lead_unit_id=number if place is Place.TEAM else None,
    )


@pytest.mark.parametrize(("pair", "goes"), TOGETHER.items(), ids=str)
def test_two_seats_go_together_or_not_whichever_was_first(pair: tuple[SeatKind, SeatKind, str], goes: bool) -> None:
    first, second, where = pair
    here, there = held(first, SAME), held(second, where)

    assert (not list(conflicts(here, [there]))) is goes
    assert (not list(conflicts(there, [here]))) is goes


def test_every_pair_of_kinds_is_in_the_table() -> None:
    pairs = {frozenset((first, second)) for first, second, _ in TOGETHER}
    lone = {frozenset((kind,)) for kind in (K.OFFICER, K.CASHIER, K.AUDITOR, K.ADMINISTRATOR)}

    assert pairs | lone == {frozenset(pair) for pair in product(K, K)}


def test_seats_exclude_each_other_only_while_their_terms_share_a_day() -> None:
    spring = held(K.OFFICER, SAME, held_from=date(2026, 1, 1), until=date(2026, 4, 1))
    last_day = held(K.CASHIER, SAME, held_from=date(2026, 3, 31))
    next_day = held(K.CASHIER, SAME, held_from=date(2026, 4, 1))

    assert list(conflicts(last_day, [spring]))
    assert not list(conflicts(next_day, [spring]))


@pytest.mark.parametrize(
    ("who", "kind", "more", "why"),
    [
        ("auditor", K.ADMINISTRATOR, {}, "三员分立"),
        ("officer", K.AUDITOR, {}, "三员分立"),
        ("member", K.ADMINISTRATOR, {}, "三员分立"),
        ("member", K.MEMBER, {"team": "other"}, "只能抽调到一个组团"),
        ("cashier", K.OFFICER, {}, "不同的人办理"),
        ("reviewer", K.HEAD, {}, "不同的人担任"),
        ("head", K.MEMBER, {}, "自己组团"),
        ("member", K.REVIEWER, {}, "自己组团"),
        ("member", K.MEMBER, {}, "已经有了"),
    ],
)
def test_a_seat_that_does_not_go_with_another_is_refused_naming_both(
    office: Office, who: str, kind: SeatKind, more: dict[str, str], why: str
) -> None:
    with pytest.raises(Refused, match=why) as refused:
        give(office, who, facts(office, kind, **more))

    assert SEAT_NAMES[kind] in refused.value.sentence
    assert "2026-01-01 至 2026-12-31" in refused.value.sentence


def test_the_reviewer_of_one_unit_may_be_seconded_to_another_units_team(small_office: Office) -> None:
    assert give(small_office, "other_reviewer", facts(small_office, K.MEMBER))


def test_the_last_day_counts_and_the_next_does_not(office: Office) -> None:
    give(office, "nobody", facts(office, K.MEMBER, last_day=TODAY))

    with office.database.reading() as session:
        person_id = office.people["nobody"]
        assert queries.actor(session, person_id, on=TODAY).holds(K.MEMBER, team_id=office.team_id)
        assert not queries.actor(session, person_id, on=TODAY + timedelta(days=1)).seats


@pytest.mark.parametrize(
    ("kind", "more", "field"),
    [
        (K.AGENT, {"last_day": None}, "last_day"),
        (K.MEMBER, {"last_day": TODAY - timedelta(days=1)}, "last_day"),
        (K.MEMBER, {"last_day": date(2100, 12, 31)}, "last_day"),
        (K.MEMBER, {"held_from": date(2025, 3, 7)}, "held_from"),
        (K.MEMBER, {"team_id": None}, "team_id"),
        (K.MEMBER, {"team_id": 999}, "team_id"),
        (K.REVIEWER, {"unit_id": 999}, "unit_id"),
        (K.MEMBER, {"quota_fen": 100}, "quota_fen"),
        (K.AGENT, {"quota_fen": 0}, "quota_fen"),
        (K.AGENT, {"quota_fen": -1}, "quota_fen"),
    ],
)
def test_a_place_term_or_quota_that_does_not_fit_names_its_field(
    small_office: Office, kind: SeatKind, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        give(small_office, "nobody", facts(small_office, kind, **more))

    assert refused.value.field == field


def test_a_filing_agent_has_an_end_and_may_have_a_quota(small_office: Office) -> None:
    seat_id = give(small_office, "nobody", facts(small_office, K.AGENT, quota_fen=5_000_000), by=small_office.head)

    assert seat(small_office, seat_id).quota_fen == 5_000_000
    with pytest.raises(Refused, match="要写明任期的最后一天"):
        end(small_office, seat_id, None, by=small_office.head)


def test_the_same_command_twice_gives_one_seat(office: Office) -> None:
    answers = []
    for _ in range(2):
        with office.database.writing() as session:
            answers.append(
                operations.give_seat(
                    session,
                    office.people["nobody"],
                    facts(office, K.MEMBER),
                    by=office.administrator,
                    at=NOON,
                    command_id="the same",
                ).id
            )

    assert answers[0] == answers[1]
    with office.database.reading() as session:
        assert len(session.scalars(select(AuditEntry).where(AuditEntry.action == "seat.give")).all()) == 1


def test_ending_a_seat_keeps_it_and_tells_the_trail_before_and_after(office: Office) -> None:
    seat_id = own_seat(office, "member")
    end(office, seat_id, TODAY, by=office.reviewer)

    assert seat(office, seat_id).held_until == TODAY + timedelta(days=1)
    with office.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "seat.change_term")).one()
        assert (entry.before["last_day"], entry.after["last_day"]) == ("2026-12-31", "2026-03-09")
        assert (entry.seat, entry.person_name) == ("reviewer", "周敏")
        assert entry.subject_name == "陈立 新能源组员"


def test_a_term_is_never_ended_in_the_past_nor_revived(small_office: Office) -> None:
    seat_id = own_seat(small_office, "member")
    with pytest.raises(Refused, match="最早到昨天"):
        end(small_office, seat_id, TODAY - timedelta(days=2))

    end(small_office, seat_id, TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="已经结束"):
        end(small_office, seat_id, YEAR_END, version=2)


def test_extending_into_another_seats_term_is_refused(small_office: Office) -> None:
    seat_id = own_seat(small_office, "member")
    end(small_office, seat_id, TODAY)
    give(small_office, "member", facts(small_office, K.MEMBER, team="other", held_from=TODAY + timedelta(days=1)))

    with pytest.raises(Refused, match="只能抽调到一个组团"):
        end(small_office, seat_id, TODAY + timedelta(days=1), version=2)


def test_a_stale_page_is_told_who_changed_the_term_and_how(small_office: Office) -> None:
    seat_id = own_seat(small_office, "member")
    end(small_office, seat_id, date(2026, 6, 30), by=small_office.reviewer)

    with pytest.raises(Stale, match=r"周敏在 03-09 12:00 已办理：修改任期（任期止 2026-12-31 → 2026-06-30）"):
        end(small_office, seat_id, date(2026, 7, 31))
    assert end(small_office, seat_id, date(2026, 6, 30)).version == 2


def test_a_seat_that_has_not_begun_may_be_taken_back_and_one_that_has_may_not(office: Office) -> None:
    coming = give(office, "nobody", facts(office, K.MEMBER, held_from=TODAY + timedelta(days=1)))
    running = own_seat(office, "member")

    with office.database.writing() as session:
        operations.cancel_seat(session, coming, by=office.administrator, at=NOON, version=1)
    with office.database.writing() as session, pytest.raises(Refused, match="任期已经开始"):
        operations.cancel_seat(session, running, by=office.administrator, at=NOON, version=1)
    with office.database.writing() as session, pytest.raises(NotFound):
        operations.cancel_seat(session, coming, by=office.administrator, at=NOON, version=1)
    with office.database.reading() as session:
        assert session.get(Seat, coming) is None
        assert session.scalars(select(AuditEntry).where(AuditEntry.action == "seat.cancel")).one().before


def test_nobody_is_given_a_seat_while_the_account_is_disabled(small_office: Office) -> None:
    with small_office.database.writing() as session:
        disable(session, small_office.people["nobody"], by=SYSTEM, at=NOON, version=1)
    with pytest.raises(Refused, match="已停用"):
        give(small_office, "nobody", facts(small_office, K.MEMBER))


def test_a_person_who_does_not_exist_is_not_found(small_office: Office) -> None:
    with small_office.database.writing() as session, pytest.raises(NotFound):
        operations.give_seat(
            session, 999, facts(small_office, K.MEMBER), by=small_office.administrator, at=NOON, command_id="x"
        )


def test_of_two_conflicting_seats_given_at_the_same_moment_one_is_refused(office: Office) -> None:
    together = Barrier(2)

    def give_one(kind: SeatKind) -> str:
        together.wait()
        try:
            give(office, "nobody", facts(office, kind), by=office.administrator)
        except Refused as refusal:
            return refusal.sentence
        return "given"

    with ThreadPoolExecutor(2) as people:
        answers = list(people.map(give_one, (K.OFFICER, K.CASHIER)))

    assert answers.count("given") == 1
    assert any("不能同时是" in answer for answer in answers)
    with office.database.reading() as session:
        assert len(session.scalars(select(Seat).where(Seat.person_id == office.people["nobody"])).all()) == 1
