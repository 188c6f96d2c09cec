"""Every page of logistics, filled as an office fills it: fit for everybody on desk and phone; none is forgotten."""

from __future__ import annotations

import io
import re
from datetime import date

import openpyxl
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sqlalchemy import select, update

from tests.equipment.things import a_room, handed, order, other_unit_id, some_things, to_member
from tests.journeys.site import HEIGHTS, Site, scrolls_sideways
from tests.journeys.test_everybody import unfit
from tests.logistics.test_secondments_pages import OTHER, ROW, sheet_of
from tests.office import TODAY, Office, a_paid
from tests.secondments.seconded import recorded, with_home_unit
from tracker.equipment.kinds import ItemKind
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.models import Item
from tracker.equipment.operations import count_item, note_tag, open_stocktake, provide, report_fault, seat_at_desk
from tracker.equipment.operations.books import BookFacts, take_over
from tracker.equipment.operations.counting import StocktakeFacts
from tracker.equipment.standards.books import Sort
from tracker.funds.models import Category
from tracker.logistics.equipment_sheet import COLUMNS
from tracker.logistics.views import blueprint
from tracker.secondments.models import Snapshot, TermPaper

LONG = "云湖区经济开发区管理委员会新能源与高端装备制造产业招商引资联合工作专班共用"
FILES = re.compile(r"\.(pdf|xlsx)$|/(photo|export|template)$|/(scans|signed)/|/static/")
"""Rules that hand out a file and draw no page."""

PAGES: tuple[tuple[str, str], ...] = (
    ("reviewer", "/equipment"),
    ("reviewer", "/equipment?q=没有这个"),
    ("reviewer", "/equipment?overdue=yes"),
    ("member", "/equipment?mine=yes"),
    ("reviewer", "/equipment/{held}"),
    ("member", "/equipment/{held}"),
    ("agent", "/equipment/{counted}"),
    ("reviewer", "/equipment/{held}/correct"),
    ("reviewer", "/equipment/faults"),
    ("reviewer", "/equipment/handovers"),
    ("member", "/equipment/handovers/{paper}"),
    ("reviewer", "/equipment/handovers/{paper}"),
    ("reviewer", "/equipment/handovers/new?kind=issue&item={idle}"),
    ("reviewer", "/equipment/handovers/new?kind=lend&item={idle}"),
    ("member", "/equipment/handovers/new?kind=return&item={held}"),
    ("head", "/equipment/handovers/new?kind=dispose&item={idle}"),
    ("reviewer", "/equipment/import"),
    ("reviewer", "/equipment/import/{job}"),
    ("reviewer", "/equipment/new"),
    ("auditor", "/equipment/purchases"),
    ("reviewer", "/equipment/purchases"),
    ("reviewer", "{purchase}"),
    ("reviewer", "/equipment/rooms"),
    ("member", "/equipment/rooms/{room}"),
    ("reviewer", "/equipment/rooms/{room}"),
    ("reviewer", "/equipment/rooms/{room}/edit"),
    ("reviewer", "/equipment/rooms/new"),
    ("member", "/equipment/standards"),
    ("reviewer", "/equipment/standards?set=nanchong-2020"),
    ("auditor", "/equipment/standards/books?key=own-1"),
    ("officer", "/equipment/standards/figures"),
    ("officer", "/equipment/standards/figures?set=own-1"),
    ("officer", "/equipment/standards/figures/central-2016/laptop.cap"),
    ("officer", "/equipment/standards/import"),
    ("reviewer", "/equipment/stocktakes"),
    ("reviewer", "/equipment/stocktakes/{count}"),
    ("agent", "/equipment/stocktakes/{count}"),
    ("head", "/equipment/stocktakes/{count}"),
    ("reviewer", "/equipment/stocktakes/new"),
    ("reviewer", "/secondments"),
    ("auditor", "/secondments?view=timeline"),
    ("reviewer", "/secondments/{secondment}"),
    ("home", "/secondments/{secondment}"),
    ("reviewer", "/secondments/{secondment}/extend"),
    ("reviewer", "/secondments/{secondment}/end"),
    ("home", "/secondments/{secondment}/confirm/2025H2"),
    ("reviewer", "/secondments/{secondment}/leave"),
    ("reviewer", "/secondments/{secondment}/post"),
    ("reviewer", "/secondments/{secondment}/correct"),
    ("reviewer", "/secondments/{secondment}/halves/2025H2/waive"),
    ("reviewer", "/secondments/{secondment}/papers/{term_paper}/correct"),
    ("reviewer", "/secondments/{secondment}/paper/{term_paper}/scan"),
    ("reviewer", "/secondments/{secondment}/posts/{snapshot}/correct"),
    ("reviewer", "/secondments/confirmations"),
    ("reviewer", "/secondments/import"),
    ("reviewer", "/secondments/import/{roster}"),
    ("reviewer", "/secondments/new"),
)
"""Who looks at which page."""


@pytest.fixture(scope="module")
def places(served: Site) -> dict[str, object]:
    """Fill the office: things held, lent and overdue, broken, counted; a room in use; people seconded."""
    office = with_home_unit(served.office)
    keeper = office.actor("reviewer")
    room = a_room(office)
    held, idle, lent, counted = some_things(office, 4, room_id=room, name=LONG, model="国产化配置" * 6)
    paper = handed(office, Handing.ISSUE, held, to=to_member(office), reason="工作需要" * 10).number
    handed(office, Handing.LEND, lent, to=Destination(unit_id=other_unit_id(office), due_on=date(2026, 3, 10)))
    found: dict[str, object] = {"held": held, "idle": idle, "counted": counted, "paper": paper, "room": room}
    with office.database.writing() as session:
        provide(
            session, room, office.team_id, order(keeper), begins_on=TODAY, last_day=None, paper="云机管函〔2025〕8号"
        )
        seat_at_desk(session, room, 1, office.people["member"], order(keeper))
        report_fault(session, held, "开机后屏幕一直闪，换过电源线还是一样", None, order(office.actor("member")))
    with office.database.writing() as session:
        session.execute(update(Item).where(Item.number == lent).values(due_on=date(2026, 3, 1)))
        facts = StocktakeFacts("2026 年一季度盘点", office.lead_unit_id, TODAY, [office.people["agent"]])
        count = open_stocktake(session, facts, order(keeper)).id
        counter = office.actor("agent")
        count_item(session, count, held, order(counter))
        note_tag(session, count, "旧标签-0001", order(counter))
        rows = [{"item": "便携式计算机", "rank_or_variant": "", "quantity_limit": "≤30%", "price_cap_yuan": "6000"}]
        rows[0] |= {"min_life_years": "5", "standard": "", "source": "第 3 页", "status": ""}
        book = BookFacts(
            Sort.FIGURES, LONG, "云财资〔2026〕8号", "附件一", "区财政局", TODAY, is_verified=False, rows=rows
        )
        take_over(session, book, order(office.actor("officer")))
    found["count"] = count
    found["secondment"] = recorded(office, "newcomer", begins_on=date(2025, 10, 1), id_number="", phone="")
    with office.database.reading() as session:
        for name, kept in (("term_paper", TermPaper), ("snapshot", Snapshot)):
            found[name] = session.scalars(select(kept.id).where(kept.secondment_id == found["secondment"])).first()
    a_paid(office, 120_000)
    with office.database.writing() as session:
        session.execute(update(Category).values(economic_code="31002"))
    found["purchase"] = _purchase(served)
    found["job"] = _job(served, office)
    found["roster"] = _roster(served)
    return found


def _purchase(site: Site) -> str:
    with site.window("reviewer") as page:
        page.goto("/equipment/purchases")
        link = page.locator("main a[href^='/equipment/purchases/']").first.get_attribute("href")
    assert link
    return link


def _job(site: Site, office: Office) -> str:
    """Have a sheet with a wrong row checked, in the browser, and return its import."""
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append([column.title for column in COLUMNS])
    for kind in ("台式电脑", "没有这一类"):
        row = {"名称": LONG, "类别": kind, "原值（元）": 100, "购置日期": "2026-01-12", "使用年限": 6, "序列号": kind}
        page.append([row.get(column.title) for column in COLUMNS])
    kept = io.BytesIO()
    book.save(kept)
    with site.window("reviewer") as window:
        window.goto("/equipment/import")
        sheet = {"name": "设备.xlsx", "mimeType": "application/octet-stream", "buffer": kept.getvalue()}
        window.locator("#sheet").set_input_files(sheet)  # type: ignore[arg-type]
        expect(window.locator("#import-report")).to_contain_text("有错 1 行")
        job = window.locator("[name=checked]").get_attribute("value")
    with office.database.reading() as session:
        assert session.scalar(select(Item.id).where(Item.kind == ItemKind.DESKTOP)) is None, "nothing is written yet"
    assert job
    return job


def _roster(site: Site) -> str:
    """Have a roster with a wrong row checked, in the browser, and return its import."""
    kept = sheet_of(OTHER, {**ROW, "账号": "no.one", "岗位性质": "公务员"})
    with site.window("reviewer") as window:
        window.goto("/secondments/import")
        sheet = {"name": "名册.xlsx", "mimeType": "application/octet-stream", "buffer": kept.getvalue()}
        window.locator("input[type=file]").set_input_files(sheet)  # type: ignore[arg-type]
        window.get_by_role("button", name="检查表格").click()
        expect(window.locator("#import-report")).to_contain_text("有问题 1 行")
        return window.url.rpartition("/")[2]


@pytest.mark.parametrize(("who", "pattern"), PAGES)
def test_a_page_of_logistics_is_fit_for_everybody_on_desk_and_phone(
    site: Site, places: dict[str, object], who: str, pattern: str
) -> None:
    path = pattern.format(**places)
    wrong: list[str] = []
    with site.window(who) as page:
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200
        page.evaluate(Axe().axe_script)
        for width in (1366, 390):
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
            wrong += unfit(page, f"{path} at {width}")
            if wide := scrolls_sideways(page):
                wrong.append(f"{path} at {width}: {wide} px too wide")
    assert wrong == []


def test_no_page_of_logistics_is_left_out(site: Site, places: dict[str, object]) -> None:
    """Each address the package answers with a page is looked at above."""
    from flask import Flask  # noqa: PLC0415  only to read the addresses

    app = Flask("addresses")
    app.register_blueprint(blueprint)
    routes = app.url_map.bind("localhost")
    seen = {routes.match(pattern.format(**places).partition("?")[0])[0] for _who, pattern in PAGES}
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and not FILES.search(rule.rule)
    }
    assert pages - seen == set()
