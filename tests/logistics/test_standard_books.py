"""Whole standards: taken over from a table with its document, gone by from their day, the old ones kept."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from tests.equipment.things import a_card, order
from tests.office import NOON, TODAY, Office
from tests.pages import Browse
from tests.web.checked_client import CheckedClient, hidden, token
from tracker.equipment import checks, standards
from tracker.equipment.kinds import Edition, ItemKind
from tracker.equipment.models import StandardBook, StandardRuling
from tracker.equipment.operations import rule, take_over
from tracker.equipment.operations.books import BookFacts, RulingFacts
from tracker.equipment.queries.standards import areas_on, class_name_on, records
from tracker.equipment.standards import Staffing, judge
from tracker.equipment.standards.books import Book, Sort, as_set
from tracker.evidence.archive import Unreadable
from tracker.kernel.errors import Forbidden, NotFound, Refused
from tracker.logistics import standard_sheet

FROM = date(2026, 3, 1)
DATA = Path(standards.__file__).parent.parent / "data"
HEAD = "item,rank_or_variant,quantity_limit,price_cap_yuan,min_life_years,standard,source,status"
LAPTOP = "便携式计算机,,≤30%,6000,5,云湖区标准,第 3 页,"


def _csv(*lines: str, head: str = HEAD) -> bytes:
    return "\n".join((head, *lines)).encode()


def _rows(*lines: str) -> list[dict[str, str]]:
    table = standard_sheet.read(_csv(*lines), "标准.csv", Sort.FIGURES)
    assert table.bad == []
    return table.rows


def _facts(rows: list[dict[str, str]], **more: object) -> BookFacts:
    facts: dict[str, object] = {
        "sort": Sort.FIGURES,
        "title": "云湖区通用设备配置标准",
        "number": "云财资〔2026〕8号",
        "clause": "附件一",
        "source": "区财政局 2026-02-20 印发",
        "since": FROM,
        "is_verified": False,
        "rows": rows,
        "replaces": ["central-2016"],
    }
    return BookFacts(**{**facts, **more})  # type: ignore[arg-type]


def _taken(office: Office, facts: BookFacts, *, by: str = "officer", command_id: str = "") -> str:
    with office.database.writing() as session:
        return take_over(session, facts, order(office.actor(by), command_id=command_id)).set_key


def _findings(office: Office, day: date, **card: object) -> list[tuple[bool, str]]:
    wanted = a_card(bought_on=day, **card)
    with office.database.reading() as session:
        return [(one.blocks, one.sentence) for one in judge(wanted, records(session).adopted(day))]


def test_a_whole_standard_holds_from_its_day_and_the_old_one_until_then(office: Office) -> None:
    key = _taken(office, _facts(_rows(LAPTOP), is_verified=True))
    with office.database.reading() as session:
        standing = records(session)
        before, after = ([one.key for one in standing.adopted(day)] for day in (date(2026, 2, 28), FROM))
    assert before == ["central-2016", "furniture-2016"]
    assert after == ["furniture-2016", key]
    assert _findings(office, date(2026, 2, 28), price_fen=628_000) == []
    [(blocks, sentence)] = _findings(office, FROM, price_fen=628_000)
    assert blocks
    assert "6,000.00" in sentence


def test_figures_nobody_verified_only_warn(office: Office) -> None:
    _taken(office, _facts(_rows(LAPTOP)))
    [(blocks, sentence)] = _findings(office, FROM, price_fen=628_000)
    assert not blocks
    assert "未核实" in sentence


def test_a_reference_standard_can_be_gone_by_and_given_up_again_and_all_of_it_stays_on_record(office: Office) -> None:
    officer = office.actor("officer")
    for since, is_adopted in ((FROM, True), (date(2026, 6, 1), False)):
        facts = RulingFacts(is_adopted, since, "云财资〔2026〕9号", "区政府常务会议定")
        with office.database.writing() as session:
            rule(session, "nanchong-2020", facts, order(officer))
    with office.database.reading() as session:
        standing = records(session)
        days = (date(2026, 2, 28), FROM, date(2026, 5, 31), date(2026, 6, 1))
        assert [standing.is_own("nanchong-2020", day) for day in days] == [False, True, True, False]
        assert len(session.scalars(select(StandardRuling)).all()) == 2
    with pytest.raises(DatabaseError), office.database.writing() as session:
        session.execute(text("UPDATE standard_ruling SET is_adopted = true"))


def test_quantities_in_words_that_can_be_counted_are_counted_and_the_others_are_only_shown(office: Office) -> None:
    key = _taken(
        office,
        _facts(_rows(LAPTOP, "复印机,,每 20 人 1 台,,6,,,", "办公桌,,1/人,,15,,,", "碎纸机,,按需要,1000,,,,")),
    )
    with office.database.reading() as session:
        standing = records(session)
        gaps = standards.gaps(Staffing(staff=30), {}, [standing.of(key, TODAY)])
    assert {gap.kinds[0]: gap.allowed for gap in gaps} == {
        ItemKind.LAPTOP: 9,
        ItemKind.COPIER: 2,
        ItemKind.DESK: 30,
    }


def _areas(**by_level: str) -> list[dict[str, str]]:
    return [{"level": level, "area_m2": area, "standard": "", "status": ""} for level, area in by_level.items()]


def test_a_table_of_areas_that_leaves_out_a_level_is_refused(office: Office) -> None:
    """Whoever is of that level would count as allowed no room at all, by a standard that says verified."""
    with pytest.raises(Refused, match="没有厅级、科级以下的面积") as refusal:
        _taken(office, _facts(_areas(division="30", section="18"), sort=Sort.AREAS, is_verified=True, replaces=[]))
    assert refusal.value.field == "sheet"
    with office.database.reading() as session:
        assert areas_on(records(session), FROM).by_level["staff"] == 900


def test_office_areas_and_class_codes_are_taken_over_too(office: Office) -> None:
    areas = _areas(bureau="42", division="30", section="18", staff="12.5")
    codes = [{"edition": "catalogue_2022", "code": "A02010108", "name": "便携计算机", "kind": "laptop", "status": ""}]
    _taken(office, _facts(areas, sort=Sort.AREAS, is_verified=True, replaces=[]))
    _taken(office, _facts(codes, sort=Sort.CODES, replaces=[]))
    with office.database.reading() as session:
        standing = records(session)
        was, now = areas_on(standing, date(2026, 2, 28)), areas_on(standing, FROM)
        assert (was.by_level["staff"], was.is_verified) == (900, False)
        assert (now.by_level["staff"], now.is_verified) == (1250, True)
        names = [class_name_on(session, Edition.CATALOGUE_2022, "A02010108", day) for day in (date(2026, 2, 28), FROM)]
    assert names == ["便携式计算机", "便携计算机"]


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("≤30%", ("percent", 30)),
        ("1/人（含借调）", ("percent", 100)),
        ("每20人1台", ("heads", 20)),
        ("每 10 人 12 台", None),
        ("每 20 人 1.5 台", None),
        ("1/人或 2/人", None),
        ("≤30%，外勤≤50%", None),
    ],
)
def test_a_quantity_of_two_figures_is_never_taken_for_its_first(said: str, counted: tuple[str, int] | None) -> None:
    row = {**dict.fromkeys(HEAD.split(","), ""), "item": "便携式计算机", "quantity_limit": said}
    book = Book("own-1", Sort.FIGURES, "标准", "1", "1", "1", FROM, is_verified=True, rows=[row])
    found = [(one.basis, one.figure) for one in as_set(book).quantities]
    assert found == ([counted] if counted else [])


def test_only_the_finance_officer_takes_over_once_and_only_what_there_is_is_replaced(office: Office) -> None:
    facts = _facts(_rows(LAPTOP))
    with pytest.raises(Forbidden):
        _taken(office, facts, by="reviewer")
    with pytest.raises(NotFound):
        _taken(office, _facts(_rows(LAPTOP), replaces=["no-such"]))
    keys = {_taken(office, facts, command_id="a" * 32) for _click in range(2)}
    assert len(keys) == 1
    with office.database.reading() as session:
        assert len(session.scalars(select(StandardBook)).all()) == 1


@pytest.mark.parametrize(
    ("line", "column", "reason"),
    [
        (",,,5000,6,,,", "品名", "没有填写"),
        ("打印机,A4,,五千,6,,,", "价格上限（元）", "大于 0"),
        ("打印机,A4,,0,6,,,", "价格上限（元）", "大于 0"),
        ("打印机,A4,,5000,若干,,,", "最低使用年限", "1 到 50"),
        ("打印机,A4,,,,,,", "价格上限（元）", "至少填一项"),
        ("便携式计算机,,,7000,6,,,", "品名", "与第 2 行是同一项"),
        ("打印机,A4,,5000,6,另一套标准,,", "标准名称", "只能是一套标准"),
    ],
)
def test_every_wrong_cell_of_a_table_is_named(line: str, column: str, reason: str) -> None:
    table = standard_sheet.read(_csv(LAPTOP, line), "标准.csv", Sort.FIGURES)
    [cell] = table.bad
    assert (cell.row, cell.column) == (3, column)
    assert reason in cell.reason


def test_the_products_own_data_files_are_read_as_they_are() -> None:
    lines = (DATA / "office_standards.csv").read_text("utf-8-sig").splitlines()
    ours = [line for line in lines[1:] if "财资〔2016〕27号" in line]
    table = standard_sheet.read(_csv(*ours, head=lines[0]), "office_standards.csv", Sort.FIGURES)
    assert (table.bad, len(table.rows)) == ([], len(ours))
    for name, sort in (("office_areas.csv", Sort.AREAS), ("class_codes.csv", Sort.CODES)):
        table = standard_sheet.read((DATA / name).read_bytes(), name, sort)
        assert table.bad == []
        assert table.rows


def test_a_template_that_is_filled_in_comes_back_whole_and_what_is_no_table_is_said_to_be_none() -> None:
    with_figures = standards.all_sets()["central-2016"]
    for sort in Sort:
        table = standard_sheet.read(standard_sheet.template(sort, with_figures), "标准.xlsx", sort)
        assert table.bad == []
        assert len(table.rows) >= 4
    for data, name in (
        (b"", "a.csv"),
        (b"\x81\xff\x00", "a.csv"),
        (b"no", "a.xlsx"),
        ("甲,乙\n1,2".encode("gb18030"), "b.csv"),
    ):
        with pytest.raises(Unreadable):
            standard_sheet.read(data, name, Sort.FIGURES)


def _posted(client: CheckedClient, data: bytes, **more: object) -> tuple[int, str]:
    form = client.get("/equipment/standards/import").get_data(as_text=True)
    facts = {
        "csrf_token": token(form),
        "command_id": hidden(form, "command_id"),
        "sort": "figures",
        "title": "云湖区通用设备配置标准",
        "number": "云财资〔2026〕8号",
        "clause": "附件一",
        "source": "区财政局印发",
        "since": "2026-03-01",
        "standing": "unverified",
        "replaces": ["central-2016"],
        **more,
        "sheet": (io.BytesIO(data), "标准.csv"),
    }
    answer = client.post("/equipment/standards/import", data=facts, follow_redirects=True)
    return answer.status_code, answer.get_data(as_text=True)


def test_the_officer_imports_on_the_page_and_everybody_sees_what_holds_now(
    small_office: Office, browse: Browse
) -> None:
    officer = browse("officer")
    status, page = _posted(officer, _csv(LAPTOP, "打印机,A4,,坏,6,,,"))
    assert (status, "有 1 处要改，没有导入" in page, "价格上限（元）" in page) == (422, True, True)
    status, page = _posted(officer, _csv(LAPTOP, "桌前椅,,1/办公室,500,15,,,"))
    assert status == 200
    assert "已导入 2 行，其中 1 行没有对应的设备类别" in page
    assert "2026-03-01 起采用" in page
    listed = browse("member").get("/equipment/standards/books?key=own-1").get_data(as_text=True)
    assert "桌前椅" in listed
    assert "导入时未核实" in listed
    assert "云湖区通用设备配置标准" in browse("member").get("/equipment/standards").get_data(as_text=True)
    old = officer.get("/equipment/standards/figures?set=central-2016").get_data(as_text=True)
    assert "2026-03-01 起停用" in old
    ruling = {
        "csrf_token": token(old),
        "command_id": "b" * 32,
        "use": "use",
        "from_day": "2026-05-01",
        "basis": "云财资〔2026〕20号",
        "grounds": "恢复执行",
    }
    for _click in range(2):
        answer = officer.post("/equipment/standards/figures/central-2016/ruling", data=ruling)
        assert answer.status_code == 303
    again = officer.get("/equipment/standards/figures?set=central-2016").get_data(as_text=True)
    assert again.count("2026-05-01 起采用") == 1
    assert (
        officer.post("/equipment/standards/figures/central-2016/ruling", data={**ruling, "basis": ""}).status_code
        == 422
    )
    assert officer.get("/equipment/standards/import/template.xlsx?sort=areas").status_code == 200


def test_nobody_else_imports_or_rules(small_office: Office, browse: Browse) -> None:
    for name in ("member", "reviewer", "head", "cashier", "auditor", "administrator"):
        client = browse(name)
        assert client.get("/equipment/standards/import").status_code == 403
        page = client.get("/me").get_data(as_text=True)
        data = {"csrf_token": token(page), "command_id": "c" * 32}
        assert client.post("/equipment/standards/figures/central-2016/ruling", data=data).status_code == 403


def test_a_table_with_other_rows_than_it_says_and_a_ruling_on_no_standard_are_named(office: Office) -> None:
    officer = office.actor("officer")
    for book in (
        StandardBook(set_key="own-9", title="少了一行", rows=2, content="[{}]"),
        StandardBook(set_key="own-10", title="读不出来", rows=1, content="{"),
    ):
        for name, value in {"sort": Sort.AREAS, "number": "1", "clause": "1", "source": "1", "since": FROM}.items():
            setattr(book, name, value)
        book.is_verified, book.taken_by, book.taken_at = False, officer.person_id, NOON
        book.command_id = book.set_key
        with office.database.writing() as session:
            session.add(book)
    with office.database.writing() as session:
        said = StandardRuling(set_key="no-such", is_adopted=True, since=FROM, number="1", remark="1")
        said.ruled_by, said.ruled_at, said.command_id = officer.person_id, NOON, "r"
        session.add(said)
    with office.database.reading() as session:
        sentences = list(checks.breaches(session))
    assert len(sentences) == 3
    for words in ("少了一行", "读不出来", "no-such"):
        assert any(words in sentence for sentence in sentences)
