"""Sheets of cards: every bad cell is named, nothing is written until clean or so chosen, twice is harmless."""

from __future__ import annotations

import errno
import io
import json
import os
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import delete, func, select
from werkzeug.test import TestResponse

from tests.equipment.things import a_room, a_thing, nothing_amiss, order, the_thing
from tests.office import TODAY, Office
from tests.pages import Browse
from tests.web.checked_client import CheckedClient, hidden, token
from tracker.equipment.lifecycle import ItemState
from tracker.equipment.models import Handover, Item
from tracker.equipment.operations import arriving, provide, register_held
from tracker.identity.models import Person
from tracker.kernel.text import Told, tell
from tracker.logistics import equipment_sheet
from tracker.logistics.equipment_sheet import COLUMNS
from tracker.logistics.imports import Imports, Job, Stage, Tracking
from tracker.logistics.views import equipment_sheets
from tracker.teams.models import Seat, Team

GOOD = {
    "名称": "台式电脑",
    "类别": "台式电脑",
    "原值（元）": "4,950.00",
    "购置日期": "2026-01-12",
    "使用年限": 6,
    "目录版本": "政府采购品目分类目录（2022 年版）",
    "分类代码": "A02010105",
}


def _sheet(*rows: dict[str, object]) -> bytes:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("设备")
    titles = [column.title for column in COLUMNS]
    page.append(titles)
    for row in rows:
        page.append([row.get(title) for title in titles])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def _good(number: int, **more: object) -> dict[str, object]:
    return {**GOOD, "序列号": f"SN-{number:05d}", **more}


def _sent(client: CheckedClient, data: bytes) -> tuple[str, dict[str, str]]:
    form = client.get("/equipment/import").get_data(as_text=True)
    posted = {"csrf_token": token(form), "command_id": hidden(form, "command_id")}
    unit = {"unit_id": "1"}
    sheet = {"sheet": (io.BytesIO(data), "设备.xlsx")}
    page = _ended(client, client.post("/equipment/import", data={**posted, **unit, **sheet}))
    return page, {**posted, **unit}


def _ended(client: CheckedClient, answer: TestResponse) -> str:
    """Look at an import as a browser without scripts does, until it has ended."""
    if answer.status_code != 303:
        return answer.get_data(as_text=True)
    assert answer.location.startswith("/equipment/import/"), answer.location
    for _look in range(600):
        page = client.get(answer.location).get_data(as_text=True)
        if "<progress" not in page:
            return page
        assert f'data-poll="{answer.location}?' in page, "scripts ask by themselves"
        assert f'href="{answer.location}"' in page, "who has no scripts asks again"
        time.sleep(0.2)
    raise AssertionError(page)


def _written(client: CheckedClient, page: str, posted: dict[str, str], which: str) -> TestResponse:
    """Choose what is written, with what the report carries along."""
    carried = {name: hidden(page, name) for name in ("sheet_name", "checked")}
    return client.post("/equipment/import/write", data={**posted, **carried, "which": which})


def _count(office: Office) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Item)) or 0


BAD = [
    ({"类别": "电脑"}, "类别", "没有「电脑」"),
    ({"原值（元）": "-1"}, "原值（元）", "不能是负数"),
    ({"原值（元）": "7,000.001"}, "原值（元）", "两位小数"),
    ({"原值（元）": "5,000.01"}, "原值（元）", "超出价格上限"),
    ({"购置日期": "2027-01-01"}, "购置日期", "不能晚于今天"),
    ({"购置日期": "2026-02-30"}, "购置日期", "没有"),
    ({"使用年限": 3}, "使用年限", "最低使用年限 6 年"),
    ({"使用年限": "六"}, "使用年限", "整数"),
    ({"使用年限": "9" * 12}, "使用年限", "1 到 50 年"),
    ({"件数": 0}, "件数", "1 到 500"),
    ({"件数": -2}, "件数", "整数"),
    ({"件数": 1.5}, "件数", "整数"),
    ({"件数": "两件"}, "件数", "整数"),
    ({"件数": 501}, "件数", "1 到 500"),
    ({"件数": "1" + "0" * 30}, "件数", "1 到 500"),
    ({"件数": "9" * 60}, "件数", "整数"),
    ({"目录版本": None}, "分类代码", "版本"),
    ({"资产编号": "12345"}, "资产编号", "ZC-年-序号"),
    ({"序列号": None}, "序列号", "没有资产编号的要填序列号"),
    ({"存放地点": "月球"}, "存放地点", "没有「月球」"),
    ({"名称": None}, "名称", "没有填写"),
    ({"持有人": "赵倩"}, "持有人", "没有找到「赵倩」"),
    ({"持有人": "陈立（月球）"}, "持有人", "没有找到"),
    ({"持有人": "周敏"}, "持有人", "不能给自己"),
    ({"使用组团": "电子信息"}, "使用组团", "没有找到「电子信息」"),
    ({"持有人": "郑海", "使用组团": "新能源"}, "使用组团", "持有人今天不在新能源招商组团任职"),
]


@pytest.mark.parametrize(("change", "column", "reason"), BAD)
def test_a_bad_row_is_named_by_row_column_and_reason(
    small_office: Office, change: dict[str, object], column: str, reason: str
) -> None:
    data = _sheet(_good(1), {**_good(2), **change})
    with small_office.database.reading() as session:
        keeper = small_office.actor("reviewer")
        report = equipment_sheet.check(session, data, small_office.lead_unit_id, by=keeper, today=TODAY)
    assert [(cell.row, cell.column) for cell in report.bad] == [(3, column)]
    assert reason in report.bad[0].reason
    assert len(report.fresh) == 1


def test_a_holder_of_a_shared_name_is_asked_for_by_unit_or_sign_in_name(small_office: Office) -> None:
    with small_office.database.writing() as session:
        session.get_one(Person, small_office.people["colleague"]).name = "陈立"
        sign_in_name = session.get_one(Person, small_office.people["member"]).sign_in_name
    data = _sheet(_good(1, 持有人="陈立"), _good(2, 持有人=sign_in_name))
    with small_office.database.reading() as session:
        keeper = small_office.actor("reviewer")
        report = equipment_sheet.check(session, data, small_office.lead_unit_id, by=keeper, today=TODAY)
    assert [(cell.row, cell.column) for cell in report.bad] == [(2, "持有人")]
    assert "有 2 位「陈立」" in report.bad[0].reason
    assert [line.value.holder_id for line in report.fresh] == [small_office.people["member"]]


def test_things_with_a_holder_come_with_their_handover_and_the_same_sheet_again_changes_nothing(
    office: Office, browse: Browse
) -> None:
    client = browse("reviewer")
    data = _sheet(*(_good(number, 持有人="陈立") for number in range(201)), _good(300), _good(301, 持有人="王浩"))
    page, posted = _sent(client, data)
    for _click in range(2):
        answer = _written(client, page, posted, "all")
        assert answer.status_code == 303
        if answer.location != "/equipment":  # a second click may find it done already
            _ended(client, answer)
    with office.database.reading() as session:
        held = select(func.count()).where(Item.holder_id == office.people["member"])
        assert session.scalar(held) == 201
        assert session.scalar(select(func.count()).where(Item.holder_id.is_(None))) == 1
        assert sorted(session.scalars(select(Handover.things))) == [1, 1, 200]
    page, _posted = _sent(client, data)
    assert "早已登记 203 行" in page
    nothing_amiss(office)


def test_things_come_to_the_team_the_sheet_names_with_or_without_a_holder(small_office: Office, browse: Browse) -> None:
    room = a_room(small_office)
    client = browse("reviewer")
    place = {"存放地点": "行政中心 A 座 508"}
    rows = [_good(1, 持有人="陈立", 使用组团="新能源", **place), _good(2, 使用组团="新能源招商组团"), _good(3)]
    page, posted = _sent(client, _sheet(*rows))
    assert _written(client, page, posted, "all").status_code == 303
    with small_office.database.reading() as session:
        columns = select(Item.holder_id, Item.team_id, Item.room_id, Item.state).order_by(Item.serial)
        assert [tuple(row) for row in session.execute(columns)] == [
            (small_office.people["member"], small_office.team_id, room, ItemState.IN_USE),
            (None, small_office.team_id, None, ItemState.IN_USE),
            (None, None, None, ItemState.IDLE),
        ]
    nothing_amiss(small_office)


def test_a_row_whose_room_is_another_teams_is_named(small_office: Office) -> None:
    room = a_room(small_office)
    keeper = small_office.actor("reviewer")
    with small_office.database.writing() as session:
        session.get_one(Team, small_office.other_team_id).lead_unit_id = small_office.lead_unit_id
        provide(
            session, room, small_office.other_team_id, order(keeper), begins_on=TODAY, last_day=None, paper="云组通"
        )
    data = _sheet(_good(1, 使用组团="新能源", 存放地点="行政中心 A 座 508"))
    with small_office.database.reading() as session:
        report = equipment_sheet.check(session, data, small_office.lead_unit_id, by=keeper, today=TODAY)
    assert [(cell.row, cell.column) for cell in report.bad] == [(2, "使用组团")]
    assert "提供给别的组团" in report.bad[0].reason


def test_a_row_that_is_on_a_card_is_known_even_if_its_holder_left_since(small_office: Office, browse: Browse) -> None:
    client = browse("reviewer")
    data = _sheet(_good(1, 持有人="陈立"))
    page, posted = _sent(client, data)
    _written(client, page, posted, "all")
    with small_office.database.writing() as session:
        session.execute(delete(Seat).where(Seat.person_id == small_office.people["member"]))
    page, _posted = _sent(client, data)
    assert "早已登记 1 行；有错 0 行" in page


def test_progress_is_told_while_a_sheet_is_read_checked_and_written(small_office: Office) -> None:
    heard: list[tuple[str, int, int]] = []
    keeper = small_office.actor("reviewer")
    data = _sheet(*(_good(number, 持有人="陈立") for number in range(600)))
    with small_office.database.reading() as session:
        report = equipment_sheet.check(
            session, data, 1, by=keeper, today=TODAY, progress=lambda *told: heard.append(told)
        )
    cards = [line.value for line in report.fresh]
    with small_office.database.writing() as session:
        register_held(session, 1, cards, order(keeper), progress=lambda *told: heard.append(("writing", *told)))
    for part in ("reading", "checking", "writing"):
        told = [(done, total) for of, done, total in heard if of == part]
        assert len(told) >= 3, part
        assert told == sorted(told), part
        assert all(done <= total for done, total in told), part
    assert heard[-1] == ("writing", 1200, 1200), "600 cards, and 600 handed over"


def test_an_import_is_shown_to_nobody_but_who_began_it(small_office: Office, browse: Browse) -> None:
    client = browse("reviewer")
    form = client.get("/equipment/import").get_data(as_text=True)
    posted = {"csrf_token": token(form), "command_id": hidden(form, "command_id"), "unit_id": "1"}
    answer = client.post("/equipment/import", data={**posted, "sheet": (io.BytesIO(_sheet(_good(1))), "设备.xlsx")})
    assert client.get(answer.location).status_code == 200
    assert browse("second_reviewer").get(answer.location).status_code == 404
    assert client.get(f"/equipment/import/{'0' * 32}").status_code == 404


def test_an_import_that_breaks_off_says_so_and_leaves_nothing(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browse("reviewer")
    page, posted = _sent(client, _sheet(_good(1, 持有人="陈立")))
    monkeypatch.setattr(arriving, "hand_over", lambda *_: 1 / 0)
    assert "导入中途停了" in _ended(client, _written(client, page, posted, "all"))
    assert _count(small_office) == 0
    monkeypatch.undo()


def test_a_second_click_that_comes_as_the_first_ends_is_told_the_same(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = browse("reviewer")
    page, posted = _sent(client, _sheet(_good(1), _good(2)))
    read_kept = equipment_sheets._kept
    told: list[str] = []

    def first_click() -> None:
        told.append(_told(client, _written(client, page, posted, "all")))

    def after_the_first(sheet: str) -> bytes:
        monkeypatch.setattr(equipment_sheets, "_kept", read_kept)
        first = threading.Thread(target=first_click)
        first.start()
        first.join()
        return read_kept(sheet)

    monkeypatch.setattr(equipment_sheets, "_kept", after_the_first)
    told.append(_told(client, _written(client, page, posted, "all")))
    assert len(told) == 2
    assert all("已导入 2 件设备，0 行早已登记" in one for one in told)
    assert _count(small_office) == 2


def _told(client: CheckedClient, answer: TestResponse) -> str:
    """Say how a writing ended, whether it was quick or is looked at until it has."""
    if answer.location == "/equipment":
        return client.get(answer.location).get_data(as_text=True)
    return _ended(client, answer)


def test_an_import_begins_while_another_writes_down_how_far_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports = Imports(tmp_path)
    gone = tmp_path / ".renamed-meanwhile"
    monkeypatch.setattr(Path, "iterdir", lambda _folder: iter([gone]))
    job = Job("b" * 32, 1, 1, "", Stage.CHECKING)
    ended = imports.begin(job, lambda _progress: replace(job, stage=Stage.CHECKED), patience=5)
    assert ended.stage is Stage.CHECKED


def test_an_import_begun_before_an_upgrade_is_unknown_and_no_fault(tmp_path: Path) -> None:
    imports = Imports(tmp_path)
    job = Job("c" * 32, 1, 1, "", Stage.CHECKING)
    imports.begin(job, lambda _progress: replace(job, stage=Stage.CHECKED), patience=5)
    place = tmp_path / job.id
    told = json.loads(place.read_text("utf-8"))
    assert imports.find(job.id, person_id=1) is not None
    place.write_text(json.dumps({**told, "kept_as": 0, "asked_by": "an older version"}), "utf-8")
    assert imports.find(job.id, person_id=1) is None


def test_an_end_that_cannot_be_written_down_is_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    imports = Imports(tmp_path)
    job = Job("d" * 32, 1, 1, "", Stage.WRITING)

    def full(*_facts: object, **_how: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    def work(_progress: Tracking) -> Job:
        monkeypatch.setattr(tempfile, "mkstemp", full)
        return replace(job, stage=Stage.WRITTEN)

    assert imports.begin(job, work, patience=5).is_running
    assert "how an import ended (written) could not be written down" in caplog.text


def test_an_import_nobody_hears_of_any_more_counts_as_broken_off(tmp_path: Path) -> None:
    imports = Imports(tmp_path)
    job = Job("a" * 32, 1, 1, "", Stage.WRITING)
    asleep = threading.Event()

    def work(_progress: Tracking) -> Job:
        asleep.wait(10)
        return replace(job, stage=Stage.WRITTEN, sentence=tell("%(count)s 件", count=3))

    assert imports.begin(job, work).is_running
    os.utime(tmp_path / job.id, (0, 0))
    lost = imports.find(job.id, person_id=1)
    assert lost is not None
    assert lost.stage is Stage.BROKEN
    asleep.set()
    for _look in range(100):
        if (found := imports.find(job.id, person_id=1)) and found.stage is Stage.WRITTEN:
            break
        time.sleep(0.05)
    assert found is not None
    assert isinstance(found.sentence, Told)
    assert found.sentence == "3 件"


def test_the_same_serial_twice_in_a_sheet_names_the_first_row(small_office: Office) -> None:
    with small_office.database.reading() as session:
        report = equipment_sheet.check(
            session,
            _sheet(_good(1), _good(1)),
            small_office.lead_unit_id,
            by=small_office.actor("reviewer"),
            today=TODAY,
        )
    assert [(cell.row, cell.reason) for cell in report.bad] == [(3, "与第 2 行重复：SN-00001")]


def test_ten_thousand_rows_with_fifty_bad_ones_write_nothing_until_the_keeper_chooses(
    office: Office, browse: Browse
) -> None:
    rows = [_good(number) for number in range(10_000)]
    for number in range(0, 10_000, 200):
        rows[number]["类别"] = "不知道"
    data = _sheet(*rows)
    client = browse("reviewer")
    began = time.monotonic()
    page, posted = _sent(client, data)
    assert time.monotonic() - began < 60
    assert "可以导入 9950 件" in page
    assert "有错 50 行" in page
    assert page.count("没有「不知道」") == 50
    assert _count(office) == 0

    refused = _written(client, page, posted, "all")
    assert refused.status_code == 422
    assert "还有 50 行有错，没有导入" in refused.get_data(as_text=True)
    assert _count(office) == 0

    done = _ended(client, _written(client, page, posted, "clean"))
    assert "已导入 9950 件设备，0 行早已登记" in done
    assert _written(client, page, posted, "clean").location == "/equipment", "the second click finds it done"
    assert _count(office) == 9950

    page, _posted = _sent(client, data)
    assert "可以导入 0 件" in page
    assert "早已登记 9950 行" in page
    nothing_amiss(office)


def test_what_is_exported_is_read_in_again_as_known(small_office: Office, browse: Browse) -> None:
    client = browse("reviewer")
    page, posted = _sent(client, _sheet(_good(1), {**_good(2), "资产编号": "ZC-2026-0040"}))
    assert _written(client, page, posted, "all").location == "/equipment"
    out = client.get("/equipment/export.xlsx").get_data()
    page, _posted = _sent(client, out)
    assert "早已登记 2 行" in page
    with small_office.database.reading() as session:
        assert sorted(session.scalars(select(Item.number))) == ["ZC-2026-0040", "ZC-2026-0041"]


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"a,b,c\n1,2,3"])
def test_what_is_no_sheet_is_said_to_be_none(small_office: Office, browse: Browse, data: bytes) -> None:
    page, _posted = _sent(browse("reviewer"), data)
    assert "不是 XLSX" in page or "请选要导入" in page


def test_what_an_edited_sheet_says_of_a_card_otherwise_is_named_and_not_taken(
    small_office: Office, browse: Browse
) -> None:
    number, other = a_thing(small_office, serial="SN-1"), a_thing(small_office, serial="SN-2")
    client = browse("reviewer")
    book = openpyxl.load_workbook(io.BytesIO(client.get("/equipment/export.xlsx").data))
    sheet = book.active
    assert sheet is not None
    titles = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[0].value == number:
            row[titles.index("名称")].value = "台式机"
            row[titles.index("原值（元）")].value = "6,280.00"
    kept = io.BytesIO()
    book.save(kept)
    with small_office.database.reading() as session:
        by = small_office.actor("reviewer")
        report = equipment_sheet.check(session, kept.getvalue(), small_office.lead_unit_id, by=by, today=TODAY)
    assert (report.known, len(report.fresh), report.bad) == (2, 0, [])
    assert [(cell.column, "笔记本电脑 14 英寸" in cell.reason) for cell in report.different] == [("名称", True)]
    assert the_thing(small_office, other).name == the_thing(small_office, number).name


def test_only_a_keeper_imports(browse: Browse) -> None:
    for name in ("member", "head", "officer", "auditor"):
        assert browse(name).get("/equipment/import").status_code == 403


def test_an_exported_cell_is_never_a_formula(small_office: Office, browse: Browse) -> None:
    client = browse("reviewer")
    a_thing(small_office, note='=HYPERLINK("http://x")')
    book = openpyxl.load_workbook(io.BytesIO(client.get("/equipment/export.xlsx").get_data()))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    assert '=HYPERLINK("http://x")' in [cell.value for cell in cells]
    assert "f" not in {cell.data_type for cell in cells}


def test_a_formula_without_a_result_is_named_whatever_its_column(small_office: Office, browse: Browse) -> None:
    page, _posted = _sent(browse("reviewer"), _sheet(_good(1, 备注='=HYPERLINK("http://x")')))
    assert "这一格是公式，读不出结果" in page
