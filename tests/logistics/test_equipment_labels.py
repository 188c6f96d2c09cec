"""Labels on paper: each code leads to its thing, and no line of the text is cut, however long the names are."""

from __future__ import annotations

import pypdfium2
import pytest
import zxingcpp

from tests.equipment.things import some_things
from tests.office import NOON, Office
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
