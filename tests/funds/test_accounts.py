"""An account explains its available figure: every page's balances, and the sum, agree with the entries."""

from __future__ import annotations

import itertools
import random

import pytest
from sqlalchemy import event, update

from tests.funds.movements import cell_of, limit, move, transfer
from tests.office import Office
from tracker.funds.accounts import AccountLine, AccountSums, account_page, account_sums
from tracker.funds.models import Cell, PaperKind, Verb
from tracker.funds.operations import RESERVE


def a_year(office: Office) -> None:
    """Twenty holds, some spent, some released, a further issue between."""
    chance = random.Random(4)
    for number in range(20):
        fen = chance.randint(100, 90_000)
        move(office, Verb.HOLD, {"公务接待": fen, "宣传印刷": 1})
        if number % 3 == 0:
            move(office, Verb.SPEND, {"公务接待": fen})
        elif number % 3 == 1:
            move(office, Verb.RELEASE, {"公务接待": fen})
        if number == 10:
            transfer(office, PaperKind.ISSUE, RESERVE, office.team_id, 12_345)


def all_pages(office: Office, cell: Cell, most: int) -> list[list[AccountLine]]:
    pages = []
    before = None
    with office.database.reading() as session:
        for _turn in itertools.count():
            shown = account_page(session, cell, before=before, most=most)
            pages.append(list(shown.lines))
            if shown.older is None:
                return pages
            before = shown.older
    raise AssertionError("the pages never end")


def sums_of(office: Office, cell: Cell) -> AccountSums:
    with office.database.reading() as session:
        sums = account_sums(session, cell.id)
    assert sums is not None
    return sums


def test_the_pages_of_an_account_carry_one_balance_from_the_first_paper_to_now(office: Office) -> None:
    a_year(office)
    cell = cell_of(office, team_id=office.team_id)
    whole = all_pages(office, cell, 1000)[0]
    paged = [line for page in all_pages(office, cell, 7) for line in page]

    assert paged == whole
    assert len(paged) == 1 + 20 + 7 + 7 + 1
    balance = 0
    for line in reversed(whole):
        balance += line.available_fen
        assert line.available_after_fen == balance
        assert line.available_fen + line.held_fen + line.spent_fen == (
            line.available_fen if line.document_kind == "paper" else 0
        )
    assert balance == cell.available
    assert whole[-1].document_name == "云财预〔2026〕2号"


def test_turning_back_shows_the_page_one_came_from(small_office: Office) -> None:
    a_year(small_office)
    cell = cell_of(small_office, team_id=small_office.team_id)
    with small_office.database.reading() as session:
        first = account_page(session, cell, most=10)
        second = account_page(session, cell, before=first.older, most=10)
        assert first.newer is None
        assert second.newer is not None
        assert account_page(session, cell, after=second.newer, most=10).lines == first.lines
        third = account_page(session, cell, before=second.older, most=10)
        back = account_page(session, cell, after=third.newer, most=10)
        assert back.lines == second.lines
        assert back.newer == second.newer


@pytest.mark.parametrize("most", [1, 2, 36, 37, 1000])
def test_no_page_is_empty_and_no_line_shown_twice(small_office: Office, most: int) -> None:
    a_year(small_office)
    cell = cell_of(small_office, team_id=small_office.team_id)
    pages = all_pages(small_office, cell, most)
    ids = [line.transaction_id for page in pages for line in page]
    assert all(pages)
    assert ids == sorted(set(ids), reverse=True)


def test_an_account_without_a_line_is_an_empty_page(small_office: Office) -> None:
    cell = cell_of(small_office, team_id=small_office.team_id, category="差旅费")
    with small_office.database.reading() as session:
        assert account_page(session, cell).lines == ()
        assert sums_of(small_office, cell).agrees(cell)


def test_the_sum_of_the_entries_is_the_available_figure(office: Office) -> None:
    a_year(office)
    limit(office, "公务接待", 10_000_000, team_id=office.team_id)
    for category in ("", "公务接待", "宣传印刷"):
        cell = cell_of(office, team_id=office.team_id, category=category)
        sums = sums_of(office, cell)
        assert sums.agrees(cell)
        assert sums.put_in_fen == (cell.ceiling_fen or 0)


def test_a_figure_somebody_altered_no_longer_agrees(small_office: Office) -> None:
    a_year(small_office)
    cell = cell_of(small_office, team_id=small_office.team_id)
    with small_office.database.writing() as session:
        session.execute(update(Cell).where(Cell.id == cell.id).values(available=Cell.available + 1))
    altered = cell_of(small_office, team_id=small_office.team_id)
    assert not sums_of(small_office, altered).agrees(altered)


def test_a_long_account_is_added_up_only_when_asked(small_office: Office) -> None:
    cell = cell_of(small_office, team_id=small_office.team_id)
    move(small_office, Verb.HOLD, {"公务接待": 100})
    with small_office.database.reading() as session:
        assert account_sums(session, cell.id, most=3) == account_sums(session, cell.id)
        assert account_sums(session, cell.id, most=2) is None


def test_a_page_is_read_without_reading_the_account(small_office: Office) -> None:
    """Three statements a page, each answered from the account's own index, however long the account is."""
    a_year(small_office)
    cell = cell_of(small_office, team_id=small_office.team_id)
    said: list[str] = []

    def listen(*facts: object) -> None:
        said.append(str(facts[2]))

    engine = small_office.database.engine
    event.listen(engine, "before_cursor_execute", listen)
    with small_office.database.reading() as session:
        account_page(session, cell, most=10)
    event.remove(engine, "before_cursor_execute", listen)

    statements = [statement for statement in said if statement.lstrip().startswith("SELECT")]
    assert len(statements) == 3
    with engine.connect() as connection:
        for statement in statements[:2]:
            filled = statement
            while "?" in filled:
                filled = filled.replace("?", "1", 1)
            plan = " ".join(str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {filled}"))
            assert "COVERING INDEX ix_book_entry_cell" in plan
            assert "SCAN" not in plan
