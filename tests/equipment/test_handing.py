"""A thing has one holder; each handover is one event, made whole or not at all, by whom it falls to."""

from __future__ import annotations

import re
import threading
from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.equipment.things import (
    a_card,
    a_room,
    a_thing,
    handed,
    nothing_amiss,
    order,
    other_unit_id,
    some_things,
    the_thing,
    to_member,
)
from tests.office import NOON, Office
from tracker.equipment import checks
from tracker.equipment.facts import HandingFacts, Purchase
from tracker.equipment.lifecycle import DEMANDS, Destination, Handing, ItemState
from tracker.equipment.models import Handover, HandoverLine, Item
from tracker.equipment.operations import (
    confirm_receipt,
    correct,
    correcting,
    hand_over,
    handing,
    keep_signed,
    register,
)
from tracker.equipment.operations.items import lock_unit
from tracker.equipment.queries import handovers
from tracker.evidence.operations import StoredFile
from tracker.kernel.errors import Forbidden, NotFound, Refused, Stale
from tracker.kernel.lifecycle import NotOpen
from tracker.storage import Database
from tracker.teams.models import Team
from tracker.teams.operations import change_team
from tracker.teams.operations.places import TeamFacts

H, S = Handing, ItemState


def test_several_things_change_holder_place_and_team_on_one_numbered_paper(office: Office) -> None:
    room = a_room(office)
    numbers = some_things(office, 3)

    paper = handed(office, H.ISSUE, *numbers, to=to_member(office, room))

    assert paper.number == "DB-2026-0001"
    for number in numbers:
        thing = the_thing(office, number)
        assert (thing.state, thing.holder_id, thing.room_id, thing.team_id) == (
            S.IN_USE,
            office.people["member"],
            room,
            office.team_id,
        )
    nothing_amiss(office)


def test_one_thing_that_cannot_move_keeps_all_where_they_are_and_the_number_free(office: Office) -> None:
    first, second = some_things(office, 2)
    handed(office, H.ISSUE, second, to=to_member(office))

    with pytest.raises(NotOpen, match=f"{second}.*现在是在用.*请先办归还"):
        handed(office, H.ISSUE, first, second, to=to_member(office))

    assert the_thing(office, first).state is S.IDLE
    assert handed(office, H.ISSUE, first, to=to_member(office)).number == "DB-2026-0002"
    nothing_amiss(office)


def test_a_second_click_finds_the_first_paper(office: Office) -> None:
    number = a_thing(office)
    first = handed(office, H.ISSUE, number, to=to_member(office), command_id="c" * 32)
    again = handed(office, H.ISSUE, number, to=to_member(office), command_id="c" * 32)

    assert again.id == first.id
    assert the_thing(office, number).events == 1


def test_two_keepers_race_for_one_thing_and_one_of_them_is_told(office: Office) -> None:
    number = a_thing(office)
    thing = the_thing(office, number)
    told: list[str] = []
    barrier = threading.Barrier(2)

    def hand(keeper: str, person: str) -> None:
        facts = HandingFacts(
            H.ISSUE, {thing.id: thing.version}, Destination(office.people[person], None, office.team_id)
        )
        barrier.wait()
        try:
            with office.database.writing() as session:
                hand_over(session, facts, order(office.actor(keeper)))
            told.append("handed")
        except Stale as refusal:
            told.append(refusal.sentence)

    hands = [
        threading.Thread(target=hand, args=pair) for pair in (("reviewer", "member"), ("second_reviewer", "colleague"))
    ]
    for one in hands:
        one.start()
    for one in hands:
        one.join()

    assert told.count("handed") == 1
    assert sum("刚刚被别人办过" in words for words in told) == 1
    assert the_thing(office, number).events == 1
    nothing_amiss(office)


def test_a_card_is_corrected_while_its_thing_is_handed_over_and_nobody_waits_crosswise(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = a_thing(office)
    seen = the_thing(office, number).version
    has_unit, wants_unit = threading.Event(), threading.Event()
    told: dict[str, str] = {}

    def first(session: Session, unit_id: int) -> None:
        lock_unit(session, unit_id)
        has_unit.set()
        wants_unit.wait(1)  # SQLite lets nobody else begin

    def second(session: Session, unit_id: int) -> None:
        wants_unit.set()
        lock_unit(session, unit_id)

    monkeypatch.setattr(correcting, "lock_unit", first)
    monkeypatch.setattr(handing, "lock_unit", second)

    def rewrite() -> None:
        with office.database.writing() as session:
            by = order(office.actor("reviewer"))
            correct(session, number, a_card(note="放在收发室"), "补记", by, version=seen)
        told["correct"] = "done"

    def hand() -> None:
        has_unit.wait(5)
        try:
            handed(office, H.ISSUE, number, to=to_member(office), by="second_reviewer")
        except Refused as refusal:
            told["hand"] = type(refusal).__name__

    hands = [threading.Thread(target=act) for act in (rewrite, hand)]
    for one in hands:
        one.start()
    for one in hands:
        one.join()
    assert told["correct"] == "done"
    assert told.get("hand") in {None, "Stale"}, "he may have to look again, but never waits in vain"
    nothing_amiss(office)


def test_a_page_drawn_before_somebody_else_moved_the_thing_is_stale(small_office: Office) -> None:
    thing = the_thing(small_office, a_thing(small_office))
    handed(small_office, H.ISSUE, thing.number, to=to_member(small_office))
    facts = HandingFacts(H.RETURN, {thing.id: thing.version})
    with small_office.database.writing() as session, pytest.raises(Stale, match=thing.number):
        hand_over(session, facts, order(small_office.actor("reviewer")))


STATES = {
    S.IDLE: [],
    S.IN_USE: [H.ISSUE],
    S.LENT: [H.LEND],
    S.REPAIR: [H.REPAIR],
    S.DISPOSED: [H.DISPOSE],
}
WAYS = list(STATES.items())
WAYS += [(S.REPAIR, [H.ISSUE, H.REPAIR]), (S.REPAIR, [H.LEND, H.REPAIR]), (S.LENT, [H.LEND, H.REPAIR, H.REPAIRED])]


@pytest.mark.parametrize(("state", "steps"), WAYS)
@pytest.mark.parametrize("kind", list(H))
def test_every_handover_from_every_state_leads_where_the_table_says(
    small_office: Office, state: ItemState, steps: list[Handing], kind: Handing
) -> None:
    number = a_thing(small_office)
    for step in steps:
        _make(small_office, step, number)
    assert the_thing(small_office, number).state is state

    if state in DEMANDS[kind]:
        _make(small_office, kind, number)
    else:
        with pytest.raises((NotOpen, NotFound)):
            _make(small_office, kind, number)
    nothing_amiss(small_office)


def _make(office: Office, kind: Handing, number: str) -> Handover:
    by = "head" if kind is H.DISPOSE else "reviewer"
    state = the_thing(office, number).state
    to = {
        H.ISSUE: to_member(office),
        H.TRANSFER: Destination() if state is S.IDLE else to_member(office) if state is S.IN_USE else Destination(),
        H.LEND: Destination(unit_id=other_unit_id(office), due_on=date(2026, 4, 30)),
    }.get(kind, Destination())
    return handed(office, kind, number, by=by, to=to, paper="云国资处〔2026〕3号")


def test_a_thing_back_from_repair_is_where_it_was(small_office: Office) -> None:
    room = a_room(small_office)
    number = a_thing(small_office)
    handed(small_office, H.ISSUE, number, to=to_member(small_office, room))
    handed(small_office, H.REPAIR, number, reason="屏幕不亮")
    handed(small_office, H.REPAIRED, number)
    thing = the_thing(small_office, number)
    assert (thing.state, thing.holder_id, thing.room_id) == (S.IN_USE, small_office.people["member"], room)


def test_a_lent_thing_comes_back_from_repair_to_who_borrowed_it_and_is_due_as_agreed(office: Office) -> None:
    number = a_thing(office)
    _lent(office, number)
    with pytest.raises(Forbidden):
        handed(office, H.REPAIR, number, by="other_reviewer")
    handed(office, H.REPAIR, number, reason="屏幕不亮")
    away = the_thing(office, number)
    assert (away.state, away.due_on, away.borrower_unit_id) == (S.REPAIR, None, other_unit_id(office))
    handed(office, H.REPAIRED, number)
    thing = the_thing(office, number)
    assert (thing.state, thing.team_id, thing.due_on, thing.kept_due_on) == (
        S.LENT,
        office.other_team_id,
        date(2026, 4, 30),
        None,
    )
    nothing_amiss(office)


def test_what_is_beyond_repair_is_disposed_of_from_the_workshop(office: Office) -> None:
    used, lent = some_things(office, 2)
    handed(office, H.ISSUE, used, to=to_member(office))
    _lent(office, lent)
    handed(office, H.REPAIR, used, lent)
    handed(office, H.DISPOSE, used, lent, by="head", paper="云国资处〔2026〕3号")
    for number in (used, lent):
        thing = the_thing(office, number)
        assert (thing.state, thing.holder_id, thing.borrower_unit_id, thing.kept_due_on) == (S.DISPOSED,) + (None,) * 3
    nothing_amiss(office)


def test_lending_to_another_unit_keeps_the_owner_and_the_day_it_is_due(office: Office) -> None:
    number = a_thing(office)
    to = Destination(None, None, office.other_team_id, other_unit_id(office), date(2026, 4, 30))
    handed(office, H.LEND, number, to=to)

    thing = the_thing(office, number)
    assert (thing.owner_unit_id, thing.borrower_unit_id) == (office.lead_unit_id, other_unit_id(office))
    moved = Destination(office.people["outsider"], None, office.other_team_id)
    handed(office, H.TRANSFER, number, by="other_reviewer", to=moved)
    thing = the_thing(office, number)
    assert (thing.state, thing.holder_id, thing.due_on) == (S.LENT, office.people["outsider"], date(2026, 4, 30))
    handed(office, H.RETURN, number, by="other_reviewer")
    assert the_thing(office, number).borrower_unit_id is None
    nothing_amiss(office)


@pytest.mark.parametrize(
    ("to", "words"),
    [
        (Destination(unit_id=None, due_on=date(2026, 4, 1)), "借用单位"),
        (Destination(unit_id=-1, due_on=None), "归还日期"),
        (Destination(unit_id=-1, due_on=date(2026, 3, 9)), "晚于今天"),
        (Destination(unit_id=-2, due_on=date(2026, 4, 1)), "不能是产权单位自己"),
    ],
)
def test_a_loan_needs_another_unit_and_a_day_to_come(small_office: Office, to: Destination, words: str) -> None:
    number = a_thing(small_office)
    real = {-1: other_unit_id(small_office), -2: small_office.lead_unit_id, None: None}[to.unit_id]
    with pytest.raises(Refused, match=words):
        handed(small_office, H.LEND, number, to=Destination(unit_id=real, due_on=to.due_on))


def test_a_team_of_another_unit_borrows_and_is_not_issued(small_office: Office) -> None:
    number = a_thing(small_office)
    with pytest.raises(Refused, match="请办借用"):
        handed(small_office, H.ISSUE, number, to=Destination(team_id=small_office.other_team_id))


def test_a_person_outside_the_team_is_not_handed_its_things(small_office: Office) -> None:
    number = a_thing(small_office)
    to = Destination(small_office.people["outsider"], None, small_office.team_id)
    with pytest.raises(Refused, match="赵倩今天不在新能源招商组团任职"):
        handed(small_office, H.ISSUE, number, to=to)


def test_a_thing_is_issued_to_somebody_or_to_a_team(small_office: Office) -> None:
    number = a_thing(small_office)
    with pytest.raises(Refused, match="请选择使用人"):
        handed(small_office, H.ISSUE, number, to=Destination())
    handed(small_office, H.ISSUE, number, to=Destination(team_id=small_office.team_id))
    assert the_thing(small_office, number).holder_id is None


def test_a_keeper_hands_nothing_to_himself(small_office: Office) -> None:
    number = a_thing(small_office)
    with pytest.raises(Refused, match="不能给自己"):
        handed(small_office, H.ISSUE, number, to=Destination(small_office.people["reviewer"]))


WRONG_PEOPLE = [
    ("other_reviewer", NotFound),
    ("outsider", NotFound),
    ("administrator", NotFound),
    ("nobody", NotFound),
    ("officer", Forbidden),
    ("auditor", Forbidden),
    ("head", Forbidden),
]


@pytest.mark.parametrize(("person", "refusal"), WRONG_PEOPLE)
def test_who_does_not_keep_the_things_cannot_issue_them(
    small_office: Office, person: str, refusal: type[Refused]
) -> None:
    number = a_thing(small_office)
    with pytest.raises(refusal):
        handed(small_office, H.ISSUE, number, by=person, to=to_member(small_office))
    assert the_thing(small_office, number).events == 0


def test_a_member_returns_what_is_his_and_nothing_else(small_office: Office) -> None:
    mine, his = some_things(small_office, 2)
    handed(small_office, H.ISSUE, mine, to=to_member(small_office))
    handed(small_office, H.ISSUE, his, to=Destination(small_office.people["colleague"], None, small_office.team_id))

    paper = handed(small_office, H.RETURN, mine, by="member")
    with pytest.raises(Forbidden):
        handed(small_office, H.RETURN, his, by="member")

    with small_office.database.writing() as session, pytest.raises(Forbidden):
        confirm_receipt(session, paper.number, order(small_office.actor("member")))
    with small_office.database.writing() as session:
        confirm_receipt(session, paper.number, order(small_office.actor("reviewer")))


def test_only_the_head_disposes_and_only_with_the_approval(small_office: Office) -> None:
    number = a_thing(small_office)
    with pytest.raises(Forbidden, match="负责人"):
        handed(small_office, H.DISPOSE, number, paper="云国资处〔2026〕3号")
    with pytest.raises(Refused, match="批复文号"):
        handed(small_office, H.DISPOSE, number, by="head")
    with pytest.raises(Refused, match="原因"):
        handed(small_office, H.DISPOSE, number, by="head", paper="云国资处〔2026〕3号", reason="")
    handed(small_office, H.DISPOSE, number, by="head", paper="云国资处〔2026〕3号")
    assert the_thing(small_office, number).state is S.DISPOSED


def test_the_receiver_confirms_once_and_the_signed_paper_is_filed(small_office: Office) -> None:
    number = a_thing(small_office)
    paper = handed(small_office, H.ISSUE, number, to=to_member(small_office))
    with small_office.database.writing() as session, pytest.raises(Forbidden):
        confirm_receipt(session, paper.number, order(small_office.actor("colleague")))
    for _click in range(2):
        with small_office.database.writing() as session:
            confirm_receipt(session, paper.number, order(small_office.actor("member")))
    scan = StoredFile("0" * 64, 10, "pdf", "签字件.pdf")
    with small_office.database.writing() as session:
        keep_signed(session, paper.number, scan, order(small_office.actor("reviewer"), command_id="s" * 32))
    with small_office.database.writing() as session:
        again = keep_signed(session, paper.number, scan, order(small_office.actor("reviewer"), command_id="s" * 32))
        assert [mark.kind.value for mark in again.marks] == ["received", "scan"]


def test_a_handover_is_never_changed_or_deleted(office: Office) -> None:
    handed(office, H.ISSUE, a_thing(office), to=to_member(office))
    for statement in ("UPDATE handover SET reason = 'x'", "DELETE FROM handover_line", "DELETE FROM handover_mark"):
        if "mark" in statement:
            continue
        with pytest.raises(DBAPIError), office.database.writing() as session:
            session.execute(text(statement))


def test_the_check_finds_a_thing_that_is_not_where_its_papers_say(office: Office) -> None:
    number = a_thing(office)
    handed(office, H.ISSUE, number, to=to_member(office))
    with office.database.writing() as session:
        thing = session.scalars(select(Item).where(Item.number == number)).one()
        thing.holder_id = office.people["colleague"]
    with office.database.reading() as session:
        assert [number in words for words in checks.breaches(session)] == [True]


def test_the_check_finds_a_paper_that_lost_a_line(office: Office) -> None:
    first, second = some_things(office, 2)
    handed(office, H.ISSUE, first, second, to=to_member(office))
    _without_guards(office.database, "DELETE FROM handover_line WHERE id = (SELECT max(id) FROM handover_line)")
    with office.database.reading() as session:
        found = list(checks.breaches(session))
    assert any("写明 2 件，明细有 1 件" in words for words in found)
    assert any(second in words for words in found)


def _without_guards(database: Database, statement: str) -> None:
    with database.writing() as session:
        if database.is_sqlite:
            session.execute(text("DROP TRIGGER handover_line_no_delete"))
        else:
            session.execute(text("ALTER TABLE handover_line DISABLE TRIGGER ALL"))
        session.execute(text(statement))


def test_a_claim_line_becomes_things_once_and_to_the_fen(office: Office) -> None:
    purchase = Purchase("12:a1b2", "BX-2026-0012", "ZSBX-2026-000012", 1_256_000)
    cards = [a_card(), a_card()]
    keeper = office.actor("reviewer")
    with office.database.writing() as session, pytest.raises(Refused, match="不一致"):
        register(session, office.lead_unit_id, cards[:1], order(keeper), purchase=purchase)
    with office.database.writing() as session:
        intake = register(session, office.lead_unit_id, cards, order(keeper, command_id="p" * 32), purchase=purchase)
    with office.database.writing() as session:
        again = register(session, office.lead_unit_id, cards, order(keeper, command_id="p" * 32), purchase=purchase)
    assert again.id == intake.id
    with office.database.writing() as session, pytest.raises(Refused, match="只转一次"):
        register(session, office.lead_unit_id, cards, order(keeper), purchase=purchase)
    assert _count(office, Item) == 2
    nothing_amiss(office)


def test_two_clicks_at_once_make_a_claim_line_into_things_once(office: Office) -> None:
    purchase = Purchase("12:a1b2", "BX-2026-0012", "ZSBX-2026-000012", 628_000)
    barrier = threading.Barrier(2)
    told: list[str] = []

    def click(keeper: str) -> None:
        barrier.wait()
        try:
            with office.database.writing() as session:
                register(session, office.lead_unit_id, [a_card()], order(office.actor(keeper)), purchase=purchase)
            told.append("written")
        except Refused:
            told.append("refused")

    clicks = [threading.Thread(target=click, args=(name,)) for name in ("reviewer", "second_reviewer")]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert sorted(told) == ["refused", "written"]
    assert _count(office, Item) == 1


def _count(office: Office, model: type[Item | Handover | HandoverLine]) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_thing_wanted_by_a_number_nobody_has_is_not_found(small_office: Office) -> None:
    session: Session
    with small_office.database.writing() as session, pytest.raises(NotFound):
        hand_over(session, HandingFacts(H.RETURN, {999: 1}), order(small_office.actor("reviewer"), at=NOON))


def _lent(office: Office, number: str, team: bool = True) -> None:
    team_id = office.other_team_id if team else None
    handed(office, H.LEND, number, to=Destination(None, None, team_id, other_unit_id(office), date(2026, 4, 30)))


def test_a_lent_thing_and_one_of_the_owner_are_not_moved_on_one_paper(office: Office) -> None:
    own, lent = some_things(office, 2)
    handed(office, H.ISSUE, own, to=to_member(office))
    _lent(office, lent)

    with pytest.raises(Refused, match=f"{lent}.*借给了区科技局；请分开办理"):
        handed(office, H.TRANSFER, own, lent, to=to_member(office))

    assert the_thing(office, lent).team_id == office.other_team_id
    nothing_amiss(office)


def test_a_lent_thing_stays_with_the_people_of_who_borrowed_it(small_office: Office) -> None:
    number = a_thing(small_office)
    _lent(small_office, number)
    with pytest.raises(Refused, match="新能源招商组团不属于云湖区科学技术局"):
        handed(small_office, H.TRANSFER, number, to=to_member(small_office))
    with pytest.raises(Refused, match="陈立今天不在云湖区科学技术局或它牵头的组团任职"):
        handed(small_office, H.TRANSFER, number, to=Destination(small_office.people["member"]))


def test_a_thing_of_the_owner_is_not_moved_to_another_units_team_but_lent(small_office: Office) -> None:
    number = a_thing(small_office)
    handed(small_office, H.ISSUE, number, to=to_member(small_office))
    with pytest.raises(Refused, match="请办借用"):
        handed(small_office, H.TRANSFER, number, to=Destination(team_id=small_office.other_team_id))


def _whatever_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing were checked of where things go."""
    monkeypatch.setattr(handing, "destination", lambda _session, facts, _items, _order: facts.to)


def test_the_check_finds_a_loan_to_a_team_of_the_owner(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    number = a_thing(office)
    _whatever_was_asked(monkeypatch)
    to = Destination(None, None, office.team_id, other_unit_id(office), date(2026, 4, 30))
    handed(office, H.LEND, number, to=to)
    with office.database.reading() as session:
        [found] = checks.breaches(session)
    assert re.fullmatch("调拨单 DB-2026-0001 借给.+，使用组团.+却由别的单位牵头", found)


def test_a_team_that_borrowed_comes_under_another_unit_and_nothing_is_amiss(office: Office) -> None:
    _lent(office, a_thing(office))
    by = office.actor("administrator")
    with office.database.writing() as session:
        team = session.get_one(Team, office.other_team_id)
        facts = TeamFacts(team.name, team.short_name, office.lead_unit_id)
        change_team(session, team.id, facts, by=by, at=NOON, version=team.version)
    nothing_amiss(office)


def test_a_lent_thing_moved_to_a_team_of_the_owner_when_that_was_allowed_is_not_amiss(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = a_thing(office)
    _lent(office, number)
    _whatever_was_asked(monkeypatch)
    handed(office, H.TRANSFER, number, to=to_member(office))
    nothing_amiss(office)


def test_both_units_see_what_happens_to_a_loan_and_others_do_not(office: Office) -> None:
    number, own = some_things(office, 2)
    before = handed(office, H.ISSUE, number, to=to_member(office)).number
    handed(office, H.RETURN, number)
    _lent(office, number, team=False)
    moved = handed(office, H.TRANSFER, number, by="other_reviewer", to=Destination(office.people["outsider"])).number
    back = handed(office, H.RETURN, number, by="outsider").number
    after = handed(office, H.ISSUE, own, number, to=to_member(office)).number

    with office.database.reading() as session:
        for person, seen in {
            "reviewer": {before, moved, back, after},
            "other_reviewer": {moved, back},
            "outsider": {moved, back},
            "member": {before, after},
        }.items():
            among = handovers.find(session, seen_by=office.actor(person)).handovers
            assert {one.number for one in among} & {before, moved, back, after} == seen, person


def test_the_borrower_files_the_signed_paper_of_what_he_moved(small_office: Office) -> None:
    number = a_thing(small_office)
    _lent(small_office, number)
    paper = handed(small_office, H.RETURN, number, by="other_reviewer")
    scan = StoredFile("0" * 64, 10, "pdf", "签字件.pdf")
    with small_office.database.writing() as session:
        keep_signed(session, paper.number, scan, order(small_office.actor("other_reviewer")))
    with small_office.database.writing() as session, pytest.raises(Forbidden):
        confirm_receipt(session, paper.number, order(small_office.actor("other_reviewer")))
