"""Typing errors are put right with a reason, and what stood there before stays on record; a missing scan is added."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.office import TODAY, Office, a_draft, a_filing, command
from tests.secondments.seconded import (
    BEGINS,
    CIPHER,
    HOME,
    PHONE,
    a_document,
    a_scan,
    holds,
    loaded,
    order,
    recorded,
)
from tests.secondments.test_confirming import JUNE, SAME
from tracker.audit.models import AuditEntry
from tracker.claims import operations as claims
from tracker.identity.models import Unit
from tracker.kernel.errors import Forbidden, NotFound, Refused, Stale
from tracker.kernel.lifecycle import NotOpen
from tracker.logistics.leaving import ask_everybody
from tracker.secondments import operations, queries
from tracker.secondments.facts import PostFacts
from tracker.secondments.halves import Half
from tracker.secondments.models import Amendment
from tracker.secondments.operations import Correction
from tracker.secondments.ranks import ExpenseRank, Level, PostKind
from tracker.secondments.standing import papers_of, posts_of


def as_recorded(office: Office, made: int, **more: Any) -> Correction:
    one = loaded(office, made)
    usual = Correction(one.home_unit_id, one.post_kind, one.station, one.begins_on, one.full_time)
    return replace(usual, **more)


def correct(office: Office, made: int, who: str = "reviewer", *, why: str = "录入时看错", **more: Any) -> None:
    version = more.pop("version", None)
    wanted = as_recorded(office, made, **more)
    with office.database.writing() as session:
        operations.correct(session, made, wanted, why, order(office, who, version=version), cipher=CIPHER)


def unit_id(office: Office, short_name: str) -> int:
    with office.database.reading() as session:
        return session.scalars(select(Unit.id).where(Unit.short_name == short_name)).one()


def test_what_was_mistyped_is_put_right_and_the_trail_says_from_what_to_what(district: Office) -> None:
    made = recorded(district)
    correct(district, made, station="苏州", full_time=False, post_kind=PostKind.CIVIL_LIKE, phone="13900139000")
    now = loaded(district, made)
    assert (now.station, now.full_time, now.post_kind) == ("苏州", False, PostKind.CIVIL_LIKE)
    assert CIPHER.unlock(now.phone_cipher or b"") == "13900139000"
    with district.database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "secondment.correct")).one()
        [amendment] = session.scalars(select(Amendment)).all()
    assert (entry.before["station"], entry.after["station"], entry.note) == ("上海", "苏州", "录入时看错")
    assert (entry.before["phone"], entry.after["phone"]) == ("138****8000", "139****9000")
    for kept in (entry.before, entry.after, amendment.before, amendment.after):
        assert PHONE not in str(kept)
        assert "13900139000" not in str(kept)
    holds(district.database)


@pytest.mark.parametrize(
    ("more", "words"),
    [({"why": " ", "station": "苏州"}, "请填写事由"), ({}, "没有要更正的内容"), ({"phone": PHONE}, "没有要更正的内容")],
)
def test_a_correction_has_a_reason_and_changes_something(
    small_district: Office, more: dict[str, str], words: str
) -> None:
    made = recorded(small_district)
    with pytest.raises(Refused, match=words):
        correct(small_district, made, **more)


def test_the_lead_unit_alone_corrects_and_nobody_his_own(district: Office) -> None:
    made = recorded(district)
    for who, refusal in (("home", Forbidden), ("newcomer", Forbidden), ("other_reviewer", NotFound)):
        with pytest.raises(refusal):
            correct(district, made, who, station="苏州")
    with pytest.raises(Stale):
        correct(district, made, station="苏州", version=0)


def test_nothing_is_corrected_after_the_return(small_district: Office) -> None:
    made = recorded(small_district, last_day=TODAY)
    with small_district.database.writing() as session:
        operations.leave(session, made, operations.LeavingFacts(TODAY, "表现良好"), order(small_district))
    with pytest.raises(NotOpen, match="这次抽调的状态已变化"):
        correct(small_district, made, station="苏州")


def test_the_home_unit_is_corrected_until_it_has_confirmed(district: Office) -> None:
    made, other = recorded(district), unit_id(district, "区财政局")
    with pytest.raises(Refused, match="人员目录里的单位") as refused:
        correct(district, made, home_unit_id=other)
    assert refused.value.field == "other_home"
    correct(district, made, home_unit_id=other, other_home=True)
    correct(district, made, home_unit_id=unit_id(district, HOME))
    with district.database.writing() as session:
        operations.confirm(session, made, Half(2026, 1), SAME, order(district, "home", at=JUNE))
    with pytest.raises(Refused, match="已经确认过"):
        correct(district, made, home_unit_id=other, other_home=True)


@pytest.mark.parametrize("begins_on", [BEGINS - timedelta(days=10), BEGINS + timedelta(days=2)])
def test_a_mistyped_first_day_moves_seat_and_first_post_along(district: Office, begins_on: date) -> None:
    made = recorded(district)
    correct(district, made, begins_on=begins_on)
    now = loaded(district, made)
    assert now.seat is not None
    assert now.begins_on == now.seat.held_from == begins_on
    with district.database.reading() as session:
        assert posts_of(session, [made])[made][0].effective_on == begins_on
    holds(district.database)


def test_a_first_day_that_leaves_a_claim_outside_is_refused(district: Office) -> None:
    ask_everybody()
    made = recorded(district, "nobody", begins_on=date(2026, 3, 2))
    filing, filer = a_filing(district, 120_000, person="nobody"), district.actor("nobody")
    claim_id = a_draft(district, filing, by=filer)
    with district.database.writing() as session:
        number = claims.submit(session, claim_id, filing, command(filer)).number
    spent_on = filing.lines[0].spent_on
    assert spent_on is not None
    with pytest.raises(Refused, match=str(number)) as refused:
        correct(district, made, begins_on=spent_on + timedelta(days=1))
    assert refused.value.field == "begins_on"
    correct(district, made, begins_on=spent_on)
    holds(district.database)


def test_a_first_day_inside_an_earlier_term_is_refused(district: Office) -> None:
    first = recorded(district, last_day=TODAY)
    with district.database.writing() as session:
        operations.leave(session, first, operations.LeavingFacts(TODAY, "表现良好"), order(district))
    second = recorded(district, begins_on=TODAY + timedelta(days=5))
    with pytest.raises(Refused, match="重叠"):
        correct(district, second, begins_on=TODAY)
    correct(district, second, begins_on=TODAY + timedelta(days=1))
    holds(district.database)


def test_a_first_day_after_a_recorded_change_or_confirmation_is_refused(district: Office) -> None:
    made = recorded(district)
    with district.database.writing() as session:
        post, day = PostFacts(Level.BUREAU, "副局长"), date(2026, 4, 1)
        operations.change_post(session, made, post, a_document(scan=True), order(district), effective_on=day)
        operations.confirm(session, made, Half(2026, 1), SAME, order(district, "home", at=JUNE))
    with pytest.raises(Refused, match="登记了职务职级变化"):
        correct(district, made, begins_on=date(2026, 4, 1))
    with pytest.raises(Refused, match="半年确认"):
        correct(district, made, begins_on=date(2026, 7, 1))


def paper_of(office: Office, made: int) -> int:
    with office.database.reading() as session:
        return papers_of(session, [made])[made][0].id


def post_of(office: Office, made: int) -> int:
    with office.database.reading() as session:
        return posts_of(session, [made])[made][0].id


def test_a_papers_number_is_corrected_and_what_was_recorded_stays(district: Office) -> None:
    made, document = recorded(district), a_document("云组通〔2026〕13号")
    paper_id = paper_of(district, made)
    with pytest.raises(Refused) as refused, district.database.writing() as session:
        operations.correct_paper(session, made, paper_id, document, "", order(district))
    assert refused.value.field == "correction"
    with district.database.writing() as session:
        operations.correct_paper(session, made, paper_id, document, "漏了一位", order(district))
    with district.database.reading() as session:
        [row] = queries.roster(session, queries.Wanted(), seen_by=district.actor("reviewer"), on=TODAY).rows
        [amendment] = session.scalars(select(Amendment)).all()
    assert row.paper_number == "云组通〔2026〕13号"
    assert amendment.before == {"number": "云组通〔2026〕3号"}
    holds(district.database)


def test_a_mistyped_level_is_put_right_from_its_first_day(district: Office) -> None:
    made = recorded(district)
    post = PostFacts(Level.BUREAU, "副局长", "四级主任科员", "农艺师", "专技十级")
    post_id, document = post_of(district, made), a_document("云农〔2026〕8号")
    same = order(district)
    for _click in range(2):
        with district.database.writing() as session:
            operations.correct_post(session, made, post_id, post, document, "照文件核对", same)
    with district.database.reading() as session:
        who = district.people["newcomer"]
        assert queries.expense_rank(session, who, BEGINS) is ExpenseRank.BUREAU
        assert session.scalars(select(Amendment.before)).all() == [{"level": "section", "duty": "副科长"}]
    with pytest.raises(Refused, match="都没有变化"), district.database.writing() as session:
        operations.change_post(
            session, made, post, a_document(scan=True), order(district), effective_on=TODAY + timedelta(days=9)
        )
    holds(district.database)


@pytest.mark.parametrize("what", ["paper", "post"])
def test_a_missing_scan_is_added_once_and_after_the_return_too(district: Office, what: str) -> None:
    made = recorded(district, last_day=TODAY)
    with district.database.writing() as session:
        operations.leave(session, made, operations.LeavingFacts(TODAY, "表现良好"), order(district))
    record_id = paper_of(district, made) if what == "paper" else post_of(district, made)

    def add(who: str = "reviewer") -> None:
        with district.database.writing() as session:
            operations.add_scan(session, made, what, record_id, a_scan(), order(district, who))

    with pytest.raises(Forbidden):
        add("home")
    add()
    with pytest.raises(Refused, match="已有扫描件"):
        add()
    with district.database.reading() as session:
        record = (papers_of if what == "paper" else posts_of)(session, [made])[made][0]
        assert record.scan is not None
        by = district.actor("home")
        assert queries.scan(session, made, record.scan.id, seen_by=by).id == record.scan.id
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "secondment.add_scan")).one()
    assert entry.person_id == district.people["reviewer"]
    holds(district.database)


def test_a_record_of_somebody_else_is_not_reached_through_ones_own(district: Office) -> None:
    made, other = recorded(district), recorded(district, "other_newcomer")
    with pytest.raises(NotFound), district.database.writing() as session:
        operations.add_scan(session, made, "paper", paper_of(district, other), a_scan(), order(district))


def test_a_home_unit_other_than_the_directorys_is_said_and_confirmed(district: Office) -> None:
    elsewhere = unit_id(district, "区财政局")
    with pytest.raises(Refused, match="高远在人员目录里的单位是云湖区农业农村局") as refused:
        recorded(district, home_unit_id=elsewhere, other_home=False)
    assert refused.value.field == "other_home"
    assert loaded(district, recorded(district, home_unit_id=elsewhere, other_home=True)).home_unit_id == elsewhere
