"""Labels on paper: each code leads to its thing, and no line of the text is cut, however long the names are."""

from __future__ import annotations

import re

import pypdfium2
import pytest
import zxingcpp

from tests.equipment.things import a_thing, some_things
from tests.office import NOON, Office
from tests.pages import Browse
from tracker.equipment.queries import items
from tracker.logistics.equipment_papers import LAYOUTS, label_sheets

LONG = "多功能网络数码复合机（黑白彩色双面自动输稿）带大容量纸盒套装国产化适配版"
MODEL = "国产化配置 i9-14900K 64G 内存 2TB 固态 含正版操作系统"


@pytest.mark.parametrize(("up", "sheets"), [(12, 2), (24, 1)])
def test_every_code_of_a_label_sheet_leads_to_its_thing(small_office: Office, up: int, sheets: int) -> None:
    numbers = some_things(small_office, 13, name=LONG, model=MODEL)
    with small_office.database.reading() as session:
        things = items.some(session, numbers, seen_by=small_office.actor("reviewer"))
        data = label_sheets(things, up, lambda number: f"https://tracker.example/equipment/{number}", at=NOON, skip=2)
    document = pypdfium2.PdfDocument(data)
    assert len(document) == sheets
    read = [
        code.text
        for place in range(len(document))
        for code in zxingcpp.read_barcodes(document[place].render(scale=3).to_pil())
    ]
    assert sorted(read) == [f"https://tracker.example/equipment/{number}" for number in numbers]
    spots = [spot for place in range(len(document)) for spot in _rows(document[place], place, up)]
    assert len(spots) == len(numbers)
    assert all(top == bottom for top, bottom in spots), "the last line of a label lies within it"
    assert sorted(top for top, _bottom in spots) == sorted((2 + n) // LAYOUTS[up].columns for n in range(len(numbers)))


def _rows(page: pypdfium2.PdfPage, place: int, up: int) -> list[tuple[int, int]]:
    """Tell of each label's last line in which rows of labels, counted over all sheets, its top and bottom lie."""
    layout, text = LAYOUTS[up], page.get_textpage()
    finder, found = text.search("扫码报修"), []
    while (hit := finder.get_next()) is not None:
        _left, bottom, _right, top = text.get_charbox(hit[0])
        ends = ((page.get_height() - edge) * 25.4 / 72 / layout.height for edge in (top, bottom))
        rows = [place * layout.rows + int(end) for end in ends]
        found.append((rows[0], rows[1]))
    return found


def test_the_list_offers_both_sheets_and_skipping_used_labels(small_office: Office, browse: Browse) -> None:
    number = a_thing(small_office)
    client = browse("reviewer")
    page = client.get("/equipment").get_data(as_text=True)
    offered = re.search(r'<select[^>]*name="up" form="pick">(.*?)</select>', page, re.DOTALL)
    assert offered is not None
    assert re.findall(r'value="(\d+)"', offered[1]) == ["24", "12"]
    assert re.search(r'<input[^>]*name="skip" form="pick"', page) is not None
    whole = client.get(f"/equipment/labels.pdf?item={number}&up=12&skip=11")
    over = client.get(f"/equipment/labels.pdf?item={number}&item={a_thing(small_office)}&up=12&skip=11")
    assert [len(pypdfium2.PdfDocument(answer.data)) for answer in (whole, over)] == [1, 2]
