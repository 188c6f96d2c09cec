"""A roster on its way in: how far it is, what a second click and a change meanwhile come to, and who may look."""

from __future__ import annotations

import io
import re
import threading
import time
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.logistics.test_secondments_pages import OTHER, ROW, checked, imported, post, seconded, sheet_of
from tests.office import Office
from tests.pages import Browse
from tests.secondments.seconded import ID_NUMBER, holds, recorded
from tests.web.checked_client import CheckedClient, hidden, token
from tracker.kernel.errors import Refused
from tracker.logistics import secondment_sheet
from tracker.logistics.views import secondments_sheet
from tracker.secondments.operations import record_secondment
from tracker.storage import Base


def form_of(shown: str, **more: str) -> dict[str, str]:
    """What the form under a check's result sends."""
    return {"csrf_token": token(shown), **{name: hidden(shown, name) for name in ("command_id", "checked")}, **more}


def ended(client: CheckedClient, there: str) -> str:
    """Look at an import's page until it is done."""
    for _look in range(200):
        shown = client.get(there).get_data(as_text=True)
        if "data-poll" not in shown:
            return shown
        time.sleep(0.05)
    raise AssertionError(shown)


def test_a_roster_at_work_shows_how_far_it_is_and_in_the_end_what_it_held(
    district: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secondments_sheet, "_PATIENCE", 0.0)
    let_go, record = threading.Event(), record_secondment
    tried: list[int] = []

    def after_the_first(*facts: Any, **more: Any) -> object:
        if tried:
            let_go.wait(10)
        tried.append(1)
        return record(*facts, **more)

    monkeypatch.setattr(secondment_sheet, "record_secondment", after_the_first)
    monkeypatch.setattr("tracker.logistics.imports._TOLD_EVERY", 0.0)
    client = browse("reviewer")
    status, there, _shown = post(client, "/secondments/import", {"sheet": (sheet_of(ROW, OTHER), "名册.xlsx")})
    assert status == 303
    for _look in range(100):
        shown = client.get(there, headers={"X-Part": "1"}).get_data(as_text=True)
        if "1 / 2" in shown:
            break
        time.sleep(0.05)
    assert 'max="2" value="1"' in shown
    assert "正在检查" in shown
    assert "逐行检查" in shown
    assert "<html" not in shown
    let_go.set()
    assert "可以导入 2 人" in ended(client, there)
    assert seconded(district) == 0


def test_a_second_click_finds_the_first_and_nobody_is_recorded_twice(district: Office, browse: Browse) -> None:
    client = browse("reviewer")
    form = form_of(checked(client, sheet_of(ROW, OTHER)))
    for _click in range(2):
        answer = client.post("/secondments/import/write", data=form)
        assert (answer.status_code, answer.location) == (303, "/secondments?phase=all")
        assert "已导入 2 人，0 人原来就有" in client.get(answer.location).get_data(as_text=True)
    assert seconded(district) == 2
    holds(district.database)


def test_a_row_that_has_become_wrong_since_it_was_checked_is_shown_and_nobody_is_recorded(
    district: Office, browse: Browse
) -> None:
    client = browse("reviewer")
    form = form_of(checked(client, sheet_of(ROW, OTHER)))
    recorded(district, "newcomer", begins_on=date(2026, 3, 5))
    before = seconded(district)
    answer = client.post("/secondments/import/write", data=form)
    assert answer.status_code == 303
    shown = ended(client, answer.location)
    assert "可以导入 1 人，原来就有 0 人，有问题 1 行" in shown
    assert "正抽调在新能源招商组团" in shown
    assert seconded(district) == before
    assert client.post("/secondments/import/write", data=form_of(shown, clean_only="y")).status_code == 303
    assert seconded(district) == before + 1


def test_an_import_is_its_own_persons_alone(district: Office, browse: Browse) -> None:
    shown = checked(browse("reviewer"), sheet_of(ROW))
    there = f"/secondments/import/{hidden(shown, 'checked')}"
    assert browse("head").get(there).status_code == 404
    assert browse("auditor").get(there).status_code == 403
    assert browse("reviewer").get(f"/equipment/import/{hidden(shown, 'checked')}").status_code == 404
    head = browse("head")
    opened = head.get("/secondments/import").get_data(as_text=True)
    stolen = {**form_of(shown), "csrf_token": token(opened), "command_id": hidden(opened, "command_id")}
    answer = head.post("/secondments/import/write", data=stolen)
    assert answer.status_code == 422
    assert "表格已不在，请重新传" in answer.get_data(as_text=True)
    assert seconded(district) == 0


@pytest.mark.parametrize(
    ("wrong", "words"),
    [(Refused("办不了"), "办不了"), (ValueError("broken"), "导入中途停了")],
    ids=["refused", "broken"],
)
def test_an_import_that_ends_badly_says_so_and_keeps_nothing(
    district: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch, wrong: Exception, words: str
) -> None:
    client = browse("reviewer")
    form = form_of(checked(client, sheet_of(ROW, OTHER)))
    read = secondment_sheet.import_rows

    def fails(session: Session, *facts: Any, **more: Any) -> object:
        read(session, *facts, **more)
        raise wrong

    monkeypatch.setattr(secondment_sheet, "import_rows", fails)
    answer = client.post("/secondments/import/write", data=form)
    assert answer.status_code == 303
    assert words in ended(client, answer.location)
    assert seconded(district) == 0
    monkeypatch.setattr(secondment_sheet, "import_rows", read)
    assert imported(client, ROW, OTHER)[0] == 303
    assert seconded(district) == 2


def test_the_page_sends_its_sheet_to_itself_and_the_result_to_be_written(district: Office, browse: Browse) -> None:
    shown = checked(browse("reviewer"), sheet_of(ROW, {**OTHER, "职务": ""}))
    assert re.findall(r'<form[^>]*action="([^"]+)"', shown.partition("<main")[2]) == [
        "/secondments/import/write",
        "/secondments/import",
    ]
    assert seconded(district) == 0


def test_a_sheet_tells_nobody_of_people_he_does_not_keep(district: Office, browse: Browse) -> None:
    recorded(district, station="上海")
    guesses = [{**ROW, "开始日期": f"2026-03-0{day}", "身份证号": ID_NUMBER} for day in range(1, 10)]
    shown = checked(browse("other_reviewer"), sheet_of(*guesses))
    assert "上海" not in shown
    assert "与登记的" not in shown
    assert "原来就有" not in shown or "原来就有 0" in shown
    assert "牵头单位" in shown, "why each row is refused"


def test_the_sheet_is_kept_enciphered_and_only_until_it_is_written(
    district: Office, browse: Browse, tmp_path: Path
) -> None:
    client = browse("reviewer")
    shown = checked(client, sheet_of({**ROW, "身份证号": ID_NUMBER}))
    written = [place for place in tmp_path.rglob("*") if place.is_file()]
    sheets = [place for place in written if place.suffix == ".sheet"]
    assert len(sheets) == 1
    for place in written:
        assert not opens_with(place, ID_NUMBER), place
    assert all(ID_NUMBER not in str(row) for row in everything(district))

    assert client.post("/secondments/import/write", data=form_of(shown)).status_code == 303
    assert not sheets[0].exists()
    again = client.post("/secondments/import/write", data={**form_of(shown), "command_id": "0" * 32})
    assert again.status_code == 422
    assert "重新传" in again.text


def opens_with(place: Path, words: str) -> bool:
    """Tell whether a file, or a sheet inside it, has words in clear."""
    data = place.read_bytes()
    if words.encode() in data:
        return True
    if not zipfile.is_zipfile(io.BytesIO(data)):
        return False
    archive = zipfile.ZipFile(io.BytesIO(data))
    return any(words.encode() in archive.read(name) for name in archive.namelist())


def everything(office: Office) -> Iterator[object]:
    """Every row of every table."""
    with office.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            yield from session.execute(select(table))
