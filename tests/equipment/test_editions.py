"""Standards at run time: a checked figure binds, a newer edition holds from its day, nothing is overwritten."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError

from tests.equipment.things import a_card, a_thing, order
from tests.office import Office
from tracker.audit.models import AuditEntry
from tracker.equipment.editions import Edition
from tracker.equipment.kinds import ItemKind as K
from tracker.equipment.models import StandardCheck, StandardEdition
from tracker.equipment.operations import adopt_edition, check_figures
from tracker.equipment.operations.standards import CheckFacts, EditionFacts
from tracker.equipment.queries.standards import records
from tracker.equipment.standards import judge
from tracker.kernel.errors import Forbidden, NotFound, Refused

SET = "central-2016"
SCANNER = "scanner.cap"


def checked(
    office: Office, *codes: str, is_verified: bool = True, by: str = "officer", command_id: str = "", key: str = SET
) -> int:
    facts = CheckFacts(is_verified, "财资〔2016〕27号", "附件一第 2 页")
    with office.database.writing() as session:
        return check_figures(session, key, codes, facts, order(office.actor(by), command_id=command_id))


def adopted(office: Office, code: str, value: int, since: date, *, by: str = "officer", command_id: str = "") -> int:
    facts = EditionFacts(value, since, "云财资〔2026〕8号", "第 3 页")
    with office.database.writing() as session:
        return adopt_edition(session, SET, code, facts, order(office.actor(by), command_id=command_id)).id


def editions(office: Office, code: str) -> list[Edition]:
    with office.database.reading() as session:
        entry = records(session).entry(SET, code)
    assert entry is not None
    return list(entry.editions)


def blocks(office: Office, kind: K, price_fen: int, bought_on: date = date(2026, 1, 12)) -> list[bool]:
    card = a_card(kind=kind, price_fen=price_fen, bought_on=bought_on)
    with office.database.reading() as session:
        return [finding.blocks for finding in judge(card, records(session).adopted(bought_on))]


def test_one_fen_over_warns_until_the_figure_is_checked_and_blocks_after(office: Office) -> None:
    over = {"name": "扫描仪", "kind": K.SCANNER, "price_fen": 400_001}
    assert blocks(office, K.SCANNER, 400_001) == [False]
    a_thing(office, **over)
    assert checked(office, SCANNER) == 1
    assert blocks(office, K.SCANNER, 400_001) == [True]
    assert blocks(office, K.SCANNER, 400_000) == []
    with pytest.raises(Refused, match=r"超出价格上限 4,000\.00 元 0\.01 元"):
        a_thing(office, **over)
    a_thing(office, **over, exception="云财资〔2026〕5号")


def test_a_check_is_taken_back_by_another_record(office: Office) -> None:
    checked(office, SCANNER)
    checked(office, SCANNER, is_verified=False)
    assert blocks(office, K.SCANNER, 400_001) == [False]
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StandardCheck)) == 2


def test_a_figure_that_came_as_found_can_be_doubted_and_then_only_warns(office: Office) -> None:
    assert blocks(office, K.LAPTOP, 700_001) == [True]
    checked(office, "laptop.cap", is_verified=False)
    assert blocks(office, K.LAPTOP, 700_001) == [False]


def test_a_newer_edition_holds_from_its_day_and_the_old_one_to_the_day_before(office: Office) -> None:
    adopted(office, "laptop.cap", 600_000, date(2026, 3, 1))
    old, new = editions(office, "laptop.cap")
    assert (old.value, old.since, old.until) == (700_000, date(2016, 7, 1), date(2026, 3, 1))
    assert (new.value, new.since, new.until, new.is_verified) == (600_000, date(2026, 3, 1), None, False)
    assert blocks(office, K.LAPTOP, 600_001, date(2026, 2, 28)) == []
    assert blocks(office, K.LAPTOP, 600_001, date(2026, 3, 1)) == [False]
    checked(office, "laptop.cap")
    assert blocks(office, K.LAPTOP, 600_001, date(2026, 3, 1)) == [True]
    assert blocks(office, K.LAPTOP, 600_000, date(2026, 3, 1)) == []
    assert blocks(office, K.LAPTOP, 700_001, date(2026, 2, 28)) == [True]


def test_a_newer_edition_names_its_own_document(office: Office) -> None:
    adopted(office, "laptop.cap", 600_000, date(2026, 1, 1))
    with office.database.reading() as session:
        [finding] = judge(a_card(price_fen=600_001), records(session).adopted(date(2026, 1, 12)))
    assert "云财资〔2026〕8号" in finding.sentence
    assert "未核实，只作提醒" in finding.sentence


def test_an_edition_does_not_begin_before_or_with_the_one_in_force(office: Office) -> None:
    adopted(office, "laptop.cap", 600_000, date(2026, 3, 1))
    for day in (date(2026, 3, 1), date(2020, 1, 1)):
        with pytest.raises(Refused, match="不能改写"):
            adopted(office, "laptop.cap", 650_000, day)
    adopted(office, "laptop.cap", 650_000, date(2026, 3, 2))
    assert [one.until for one in editions(office, "laptop.cap")] == [date(2026, 3, 1), date(2026, 3, 2), None]


def test_a_quantity_of_a_newer_edition_decides_the_gap(office: Office) -> None:
    adopted(office, "laptop.quantity", 80, date(2026, 3, 1))
    with office.database.reading() as session:
        before, after = (records(session).of(SET, day) for day in (date(2026, 2, 28), date(2026, 3, 1)))
    [old], [new] = (
        [quantity for quantity in one.quantities if quantity.kinds == (K.LAPTOP,)] for one in (before, after)
    )
    assert (old.figure, old.is_found) == (50, True)
    assert (new.figure, new.is_found) == (80, False)
    assert "云财资〔2026〕8号" in new.text


def test_a_whole_standard_is_checked_in_one_act_and_a_second_click_writes_nothing(office: Office) -> None:
    counts = {checked(office, command_id="c" * 32) for _click in range(2)}
    [count] = counts
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StandardCheck)) == count
        assert all(one.last.is_verified for one in records(session).entries(SET))
        trail = session.scalars(select(AuditEntry).where(AuditEntry.action == "standard.verify")).all()
    assert len(trail) == 1
    for _click in range(2):
        adopted(office, "laptop.cap", 600_000, date(2026, 3, 1), command_id="e" * 32)
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(StandardEdition)) == 1
    assert not editions(office, "laptop.cap")[-1].is_verified


@pytest.mark.parametrize("name", ["member", "agent", "reviewer", "head", "cashier", "auditor", "administrator"])
def test_only_the_finance_officer_keeps_the_standards(small_office: Office, name: str) -> None:
    with pytest.raises(Forbidden):
        checked(small_office, SCANNER, by=name)
    with pytest.raises(Forbidden):
        adopted(small_office, SCANNER, 500_000, date(2026, 3, 1), by=name)


def test_a_figure_nobody_knows_is_not_found(small_office: Office) -> None:
    for key, code in ((SET, "moon.cap"), ("moon", SCANNER)):
        with pytest.raises(NotFound):
            checked(small_office, code, key=key)


def test_what_was_recorded_is_never_changed(office: Office) -> None:
    checked(office, SCANNER)
    adopted(office, SCANNER, 500_000, date(2026, 3, 1))
    for table in ("standard_check", "standard_edition"):
        with pytest.raises(DatabaseError, match="only added"), office.database.writing() as session:
            session.execute(text(f"UPDATE {table} SET number = 'x'"))
