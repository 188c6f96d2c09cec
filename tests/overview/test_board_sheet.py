"""The sheet carries the board's columns with real numbers, and nothing in it runs."""

from __future__ import annotations

import zipfile
from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import update

from tests.funds.movements import limit, move
from tests.office import NOON, Office
from tests.overview.spending import spend
from tests.overview.test_board import the_board
from tracker.funds.models import Category, Fund, Verb
from tracker.overview.board import Row
from tracker.overview.sheets import COLUMNS, MONTH_SHEET, TREE_HEAD, TREE_SHEET, board_sheet
from tracker.teams.models import Team


def opened(data: bytes, sheet: str = TREE_SHEET) -> Worksheet:
    found = load_workbook(BytesIO(data))[sheet]
    assert isinstance(found, Worksheet)
    return found


def yuan(fen: int | None) -> Decimal | None:
    return None if fen is None else Decimal(fen) / 100


def test_every_row_of_the_board_is_in_the_sheet_to_the_fen(office: Office) -> None:
    spend(office, "公务接待", 123_456_7, at=NOON - timedelta(days=10))
    spend(office, "宣传印刷", 1, at=NOON, team_id=office.other_team_id)
    move(office, Verb.HOLD, {"公务接待": 10_010})
    limit(office, "公务接待", 8_000_001, team_id=office.team_id)
    board = the_board(office)
    sheet = opened(board_sheet(board))

    head = [cell.value for cell in sheet[TREE_HEAD + 1]]
    assert tuple(head[: len(COLUMNS)]) == COLUMNS
    assert head[len(COLUMNS) :] == [f"{start:%m-%d} 起一周支出" for start in board.week_starts]
    expected: list[Row] = []
    for row in (*board.rows, board.total):
        expected += [row, *row.parts]
    written = list(sheet.iter_rows(min_row=TREE_HEAD + 2))
    assert len(written) == len(expected) == 2 * 5 + 1 + 5
    for row, cells in zip(expected, written, strict=True):
        figures = row.figures
        assert [cells[0].value, cells[1].value or ""] == [row.name, row.lead]
        amounts = (figures.budget_fen, figures.spent_fen, figures.held_fen, figures.available_fen)
        for cell, fen in zip(cells[2:6], amounts, strict=True):
            if fen is None:
                assert cell.value is None
                continue
            assert cell.data_type == "n"
            assert Decimal(str(cell.value)) == yuan(fen)
            assert cell.number_format == "#,##0.00"
        rate = cells[6]
        assert (rate.value is None) == (row.rate is None)
        if row.rate is not None:
            exact = Decimal(row.rate.numerator) / row.rate.denominator
            assert abs(Decimal(str(rate.value)) - exact) < Decimal("0.000001")
            assert rate.number_format == "0.0%"
        weeks = [Decimal(str(cell.value)) for cell in cells[7:15] if cell.value is not None]
        assert weeks == [yuan(fen) for fen in row.weeks_fen]


def test_the_sheet_says_what_it_is_and_when(small_office: Office) -> None:
    sheet = opened(board_sheet(the_board(small_office)))
    assert sheet["A1"].value == "2026 年度 精准招商工作经费 预算执行"
    assert sheet["A2"].value == "数据截至 2026-03-09 12:00，金额单位：元"
    assert sheet["A3"].value == "时序进度 18.6%"
    assert sheet.freeze_panes == "B5"


def test_the_months_run_up_to_today_beside_the_even_pace(small_office: Office) -> None:
    spend(small_office, "公务接待", 100, at=NOON - timedelta(days=50))
    spend(small_office, "公务接待", 250, at=NOON)
    sheet = opened(board_sheet(the_board(small_office)), MONTH_SHEET)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
    assert [row[0] for row in rows] == ["2026-01", "2026-02", "2026-03"]
    assert [Decimal(str(row[1])) for row in rows] == [Decimal(1), Decimal(0), Decimal("2.5")]
    assert [Decimal(str(row[2])) for row in rows] == [Decimal(1), Decimal(1), Decimal("3.5")]
    assert Decimal(str(rows[2][3])) == Decimal(300_000_000 * 68 // 365) / 100


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t="])
def test_a_name_that_looks_like_a_formula_stays_words(small_office: Office, start: str) -> None:
    name = f'{start}HYPERLINK("http://evil",1)'[:28]
    with small_office.database.writing() as session:
        session.execute(update(Team).where(Team.id == small_office.team_id).values(name=name))
        session.execute(
            update(Category).where(Category.id == small_office.categories["公务接待"]).values(name=f"{start}1+1")
        )
        session.execute(update(Fund).values(name=f"{start}2+2"))
    data = board_sheet(the_board(small_office))
    sheet = opened(data)
    texts = {cell.value: cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert texts[name] == "s"
    assert texts[f"{start}1+1"] == "s"
    assert "f" not in texts.values()
    with zipfile.ZipFile(BytesIO(data)) as parcel:
        kept = b"".join(parcel.read(name) for name in parcel.namelist() if "sheet" in name)
    assert b"<f>" not in kept
    assert b"<hyperlink" not in kept


def test_the_sheet_of_a_team_holds_its_own_rows_alone(small_office: Office) -> None:
    sheet = opened(board_sheet(the_board(small_office, "member")))
    names = [row[0].value for row in sheet.iter_rows(min_row=TREE_HEAD + 2)]
    assert names == ["新能源招商组团", "差旅费", "公务接待", "宣传印刷", "办公与邮电", "合计"]
