"""How many things there are of each state, and their price: right after every act, for everybody, on both engines."""

from __future__ import annotations

import importlib.util
import threading
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import product
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import select, text, update

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
from tests.office import Office
from tracker import schema
from tracker.equipment import checks, policy
from tracker.equipment.facts import HandingFacts
from tracker.equipment.kinds import ItemKind
from tracker.equipment.lifecycle import Destination, Handing, ItemState
from tracker.equipment.models import Item, KeptTally
from tracker.equipment.operations import hand_over, register, register_held
from tracker.equipment.queries import finding
from tracker.equipment.queries.finding import Tally, Wanted
from tracker.kernel.errors import Refused

H, S = Handing, ItemState
READERS = ("reviewer", "head", "other_reviewer", "member", "auditor", "officer", "nobody")


def tallied(office: Office, wanted: Wanted | None = None, *, name: str = "reviewer") -> dict[ItemState, Tally]:
    """What the list says of each state."""
    with office.database.reading() as session:
        found = finding.tallies(session, wanted or Wanted(), seen_by=office.actor(name))
    return found.by_state


def counted(office: Office, fits: Callable[[Item], bool], *, name: str) -> dict[ItemState, Tally]:
    """What going through every card the person may see gives."""
    with office.database.reading() as session:
        seen = session.scalars(select(Item).where(policy.visible_items(office.actor(name)))).all()
    wanted = [item for item in seen if fits(item)]
    cards = Counter(item.state for item in wanted)
    return {state: Tally(cards[state], sum(i.price_fen for i in wanted if i.state is state)) for state in cards}


def other_things(office: Office, count: int) -> list[str]:
    """Things of the unit that leads the other team."""
    keeper = office.actor("other_reviewer")
    with office.database.writing() as session:
        made = register(session, other_unit_id(office), [a_card(price_fen=70_000)] * count, order(keeper))
        return list(session.scalars(select(Item.number).where(Item.intake_id == made.id).order_by(Item.id)))


def test_every_act_moves_what_it_moves_from_one_state_to_the_next(office: Office) -> None:
    one, two, three = some_things(office, 3, price_fen=100_001)
    desk = a_thing(office, name="办公桌", kind=ItemKind.DESK, price_fen=50_000, life_years=15)
    assert tallied(office) == {S.IDLE: Tally(4, 350_003)}

    handed(office, H.ISSUE, one, desk, to=to_member(office))
    assert tallied(office) == {S.IDLE: Tally(2, 200_002), S.IN_USE: Tally(2, 150_001)}
    assert tallied(office, Wanted(kind=ItemKind.DESK)) == {S.IN_USE: Tally(1, 50_000)}

    handed(office, H.TRANSFER, one, to=Destination(office.people["colleague"], None, office.team_id))
    assert tallied(office)[S.IN_USE] == Tally(2, 150_001)

    handed(office, H.LEND, two, to=Destination(unit_id=other_unit_id(office), due_on=date(2026, 6, 1)))
    handed(office, H.REPAIR, one)
    handed(office, H.DISPOSE, three, by="head", paper="云国资〔2026〕1号")
    assert tallied(office) == {
        S.IN_USE: Tally(1, 50_000),
        S.LENT: Tally(1, 100_001),
        S.REPAIR: Tally(1, 100_001),
        S.DISPOSED: Tally(1, 100_001),
    }
    handed(office, H.REPAIRED, one)
    handed(office, H.RETURN, two)
    assert tallied(office) == {
        S.IDLE: Tally(1, 100_001),
        S.IN_USE: Tally(2, 150_001),
        S.DISPOSED: Tally(1, 100_001),
    }
    nothing_amiss(office)


def test_a_sheet_with_holders_is_tallied_as_held_and_a_refused_or_repeated_one_not_at_all(office: Office) -> None:
    keeper = office.actor("reviewer")
    cards = [
        a_card(number="ZC-2024-0001", holder_id=office.people["member"], team_id=office.team_id),
        a_card(number="ZC-2024-0002", kind=ItemKind.DESKTOP, price_fen=500_000),
    ]
    for _click in range(2):
        with office.database.writing() as session:
            register_held(session, office.lead_unit_id, cards, order(keeper, command_id="sheet"))
    with pytest.raises(Refused, match="已经登记"), office.database.writing() as session:
        register_held(session, office.lead_unit_id, [*cards, a_card()], order(keeper))
    assert tallied(office) == {S.IN_USE: Tally(1, 628_000), S.IDLE: Tally(1, 500_000)}
    nothing_amiss(office)


def test_whoever_looks_by_whatever_filter_is_told_what_going_through_the_cards_gives(office: Office) -> None:
    room = a_room(office)
    mine = some_things(office, 5, price_fen=100_000)
    a_thing(office, kind=ItemKind.DESK, price_fen=30_000, life_years=15, room_id=room)
    theirs = other_things(office, 4)
    handed(office, H.ISSUE, mine[0], mine[1], to=to_member(office, room))
    handed(office, H.LEND, mine[2], to=Destination(unit_id=other_unit_id(office), due_on=date(2026, 6, 1)))
    handed(office, H.DISPOSE, mine[3], by="head", paper="云国资〔2026〕1号")
    lent = Destination(unit_id=office.lead_unit_id, due_on=date(2026, 6, 1), team_id=office.team_id)
    handed(office, H.LEND, theirs[0], theirs[1], by="other_reviewer", to=lent)

    filters: dict[str, tuple[Wanted, Callable[[str, Item], bool]]] = {
        "all": (Wanted(), lambda _who, _item: True),
        "a state": (Wanted(state=S.IDLE), lambda _who, _item: True),
        "class": (Wanted(kind=ItemKind.DESK), lambda _who, item: item.kind is ItemKind.DESK),
        "unit": (
            Wanted(unit_id=office.lead_unit_id),
            lambda _who, item: item.owner_unit_id == office.lead_unit_id,
        ),
        "unit and class": (
            Wanted(unit_id=other_unit_id(office), kind=ItemKind.LAPTOP),
            lambda _who, item: item.owner_unit_id == other_unit_id(office) and item.kind is ItemKind.LAPTOP,
        ),
        "room": (Wanted(room_id=room), lambda _who, item: item.room_id == room),
        "team": (Wanted(team_id=office.team_id), lambda _who, item: item.team_id == office.team_id),
        "mine": (Wanted(is_mine=True), lambda who, item: item.holder_id == office.people[who]),
    }
    for name, (called, (wanted, fits)) in product(READERS, filters.items()):
        right = counted(office, lambda item, name=name, fits=fits: fits(name, item), name=name)  # type: ignore[misc]
        assert tallied(office, wanted, name=name) == right, (name, called)
    assert tallied(office)[S.LENT] == Tally(3, 240_000), "what is lent away and what is borrowed"


def test_verify_says_where_a_kept_tally_is_not_what_the_cards_give(small_office: Office) -> None:
    a_thing(small_office)
    with small_office.database.writing() as session:
        session.execute(update(KeptTally).values(count=KeptTally.count + 1))
    with small_office.database.reading() as session:
        assert [*checks.breaches(session)] == [
            f"单位 {small_office.lead_unit_id} 闲置的笔记本电脑 记着 2 件、628000 分，卡片有 1 件、628000 分"
        ]
    with small_office.database.writing() as session:
        session.execute(text("DELETE FROM equipment_tally"))
    with small_office.database.reading() as session:
        assert [told.partition(" 记着 ")[2] for told in checks.breaches(session)] == [
            "0 件、0 分，卡片有 1 件、628000 分"
        ]


def test_a_sheet_and_a_handover_of_one_unit_at_once_wait_for_each_other_and_both_are_done(office: Office) -> None:
    """The sheet holds the tally before it takes the number of its handover; the other would hold the number."""
    thing = the_thing(office, a_thing(office))
    keeper, facts = office.actor("second_reviewer"), HandingFacts(H.ISSUE, {thing.id: thing.version}, to_member(office))
    told: list[str] = []

    def hand() -> None:
        try:
            with office.database.writing() as session:
                told.append(hand_over(session, facts, order(keeper)).number)
        except Exception as error:  # noqa: BLE001  whatever it is fails the test
            told.append(str(error))

    other, writer = threading.Thread(target=hand), order(office.actor("reviewer"))
    with office.database.writing() as session:
        made = register(session, office.lead_unit_id, [a_card()], writer)
        other.start()
        other.join(0.4)
        fresh = session.scalars(select(Item).where(Item.intake_id == made.id)).one()
        hand_over(session, HandingFacts(H.ISSUE, {fresh.id: fresh.version}, to_member(office)), order(writer.by))
    other.join()
    assert told == ["DB-2026-0002"]
    assert tallied(office) == {S.IN_USE: Tally(2, 2 * 628_000)}
    nothing_amiss(office)


def test_an_office_that_had_things_before_is_tallied_when_it_is_brought_up_to_date(office: Office) -> None:
    handed(office, H.ISSUE, *some_things(office, 3)[:2], to=to_member(office))
    other_things(office, 1)
    before = [tallied(office, name=name) for name in READERS]
    place = next(Path(schema.MIGRATIONS).glob("versions/0016_*.py"))
    spec = importlib.util.spec_from_file_location("tallies_from_nothing", place)
    assert spec is not None
    assert spec.loader is not None
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    with office.database.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration.downgrade()
        migration.upgrade()
    assert [tallied(office, name=name) for name in READERS] == before
    nothing_amiss(office)
