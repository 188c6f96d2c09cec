"""The pages of seconded people as each seat finds them: who sees what, what one click does, what is refused."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, update

from tests.office import NOON, TODAY, Office, a_draft, a_filing, a_submitted
from tests.pages import Browse, Clock
from tests.secondments.seconded import HOME, ID_NUMBER, PHONE, holds, loaded, recorded
from tests.web.checked_client import CheckedClient, hidden, token
from tracker.identity.models import Unit
from tracker.kernel.actors import SeatKind
from tracker.logistics.secondment_sheet import COLUMNS
from tracker.secondments.lifecycle import State
from tracker.secondments.models import Confirmation, Secondment, Snapshot, TermPaper
from tracker.storage.cipher import Cipher
from tracker.teams.models import Seat
from tracker.vouchers.pool import Crashed, Pool

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
JUNE = datetime(2026, 6, 10, 4, 0, tzinfo=UTC)
NEW = {
    "person": "newcomer",
    "post_kind": "institution",
    "station": "上海",
    "begins_on": "2026-03-01",
    "last_day": "2026-12-31",
    "full_time": "y",
    "paper_number": "云组通〔2026〕3号",
    "paper_dated": "2026-02-20",
    "level": "section",
    "duty": "副科长",
    "rank": "四级主任科员",
    "title": "农艺师",
    "pay_grade": "专技十级",
    "post_paper_number": "云农〔2026〕8号",
    "post_paper_dated": "2026-02-10",
    "id_number": ID_NUMBER,
    "phone": PHONE,
}


def post(client: CheckedClient, url: str, typed: dict[str, Any], *, page: str = "") -> tuple[int, str, str]:
    """Open a page, fill its form in, send it; give back status, where it leads, and the page."""
    opened = client.get(page or url).get_data(as_text=True)
    carried = {"csrf_token": token(opened), "command_id": hidden(opened, "command_id")}
    if 'name="version"' in opened:
        carried["version"] = hidden(opened, "version")
    answer = client.post(url, data={**carried, **typed}, content_type="multipart/form-data")
    return answer.status_code, answer.headers.get("Location", ""), answer.get_data(as_text=True)


def new(office: Office, **more: str) -> dict[str, Any]:
    with office.database.reading() as session:
        home = session.scalars(select(Unit.id).where(Unit.short_name == HOME)).one()
    return {**NEW, "home_unit_id": str(home), "team_id": str(office.team_id), **more}


@pytest.fixture
def made(district: Office, browse: Browse) -> int:
    """Record a usual secondment through the page."""
    status, there, shown = post(browse("reviewer"), "/secondments/new", new(district))
    assert status == 303, re.findall(r'class="err"[^>]*>([^<]*)', shown)
    return int(there.rsplit("/", 1)[1])


def test_recording_through_the_page_gives_the_seat_and_shows_masked_numbers(
    district: Office, browse: Browse, made: int
) -> None:
    shown = browse("reviewer").get(f"/secondments/{made}").get_data(as_text=True)
    for words in ("副科长", "云组通〔2026〕3号", "上海", "其他人员", "110***********0038", "138****8000"):
        assert words in shown
    assert ID_NUMBER not in shown
    assert PHONE not in shown
    assert loaded(district, made).seat is not None
    holds(district.database)


@pytest.mark.parametrize(
    ("who", "status", "sees_numbers"),
    [
        ("reviewer", 200, True),
        ("head", 200, True),
        ("home", 200, True),
        ("newcomer", 200, True),
        ("auditor", 200, False),
        ("other_reviewer", 404, False),
        ("member", 404, False),
        ("stranger", 404, False),
        ("officer", 404, False),
        ("administrator", 404, False),
    ],
)
def test_numbers_are_shown_to_whom_they_concern_alone(
    browse: Browse, made: int, who: str, status: int, sees_numbers: bool
) -> None:
    answer = browse(who).get(f"/secondments/{made}")
    assert answer.status_code == status
    assert ("138****8000" in answer.get_data(as_text=True)) is sees_numbers


def test_numbers_another_key_hides_are_said_to_be_unreadable_and_the_rest_is_shown(
    district: Office, browse: Browse, made: int, tmp_path: Path
) -> None:
    locked = Cipher.from_file(tmp_path / "former.key").lock(ID_NUMBER)
    with district.database.writing() as session:
        session.execute(update(Secondment).where(Secondment.id == made).values(id_cipher=locked))
    answer = browse("reviewer").get(f"/secondments/{made}")
    assert answer.status_code == 200
    for words in ("密钥不符，读不出来", "副科长"):
        assert words in answer.get_data(as_text=True)


@pytest.mark.parametrize("act", ["extend", "end", "post", "leave"])
@pytest.mark.parametrize(
    ("who", "status"), [("home", 403), ("newcomer", 403), ("auditor", 403), ("other_reviewer", 404)]
)
def test_the_wrong_person_opens_no_form(browse: Browse, made: int, who: str, status: int, act: str) -> None:
    assert browse(who).get(f"/secondments/{made}/{act}").status_code == status


def test_the_second_click_records_once(district: Office, browse: Browse) -> None:
    client = browse("reviewer")
    opened = client.get("/secondments/new").get_data(as_text=True)
    carried = {"csrf_token": token(opened), "command_id": hidden(opened, "command_id")}
    there = {client.post("/secondments/new", data={**carried, **new(district)}).location for _click in range(2)}
    assert len(there) == 1
    with district.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Secondment)) == 1


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"person": "无此人"}, "没有账号或姓名是「无此人」的人"),
        ({"id_number": "110101199003070037"}, "身份证号最后一位对不上"),
        ({"last_day": "2026-02-01"}, "最后一天不能早于开始那天"),
        ({"duty": ""}, "请填写职务"),
        ({"person": "member"}, "2026-01-01 起的组员席位"),
        ({"person": "周敏"}, "不能给自己"),
    ],
)
def test_what_does_not_fit_is_said_under_its_field(
    district: Office, browse: Browse, more: dict[str, str], words: str
) -> None:
    status, _there, shown = post(browse("reviewer"), "/secondments/new", new(district, **more))
    assert status == 422
    assert words in shown
    assert "有错误：" in shown


def test_a_scan_is_handed_out_to_those_who_see_the_secondment(district: Office, browse: Browse) -> None:
    files = {"scan": (BytesIO(PDF), "抽调.pdf"), "post_scan": (BytesIO(PDF + b" "), "原单位.pdf")}
    _status, there, _shown = post(browse("reviewer"), "/secondments/new", {**new(district), **files})
    shown = browse("home").get(there).get_data(as_text=True)
    links = re.findall(r'href="(/secondments/\d+/scans/\d+)"', shown)
    assert len(links) == 2
    assert {browse("home").get(link).data for link in links} == {PDF, PDF + b" "}
    assert browse("member").get(links[0]).status_code == 404


def test_an_extension_and_an_early_end_through_the_page(district: Office, browse: Browse, made: int) -> None:
    client = browse("reviewer")
    paper = {"paper_number": "云组通〔2026〕9号", "paper_dated": "2026-03-08", "reason": "项目对接"}
    assert post(client, f"/secondments/{made}/extend", {**paper, "last_day": "2027-06-30"})[0] == 303
    assert post(client, f"/secondments/{made}/end", {**paper, "last_day": "2026-08-31"})[0] == 303
    assert post(client, f"/secondments/{made}/end", {**paper, "last_day": "2026-09-30"})[0] == 422
    assert loaded(district, made).ends_before == date(2026, 9, 1)
    holds(district.database)


def test_a_stale_page_is_told_and_may_be_sent_again(district: Office, browse: Browse, made: int) -> None:
    first, paper = browse("reviewer"), {"paper_number": "甲", "paper_dated": "2026-03-08", "reason": "项目"}
    opened = first.get(f"/secondments/{made}/extend").get_data(as_text=True)
    old = {name: hidden(opened, name) for name in ("csrf_token", "command_id", "version")}
    post(browse("head"), f"/secondments/{made}/extend", {**paper, "last_day": "2027-01-31"})
    again = first.post(f"/secondments/{made}/extend", data={**old, **paper, "last_day": "2027-03-31"})
    shown = again.get_data(as_text=True)
    assert again.status_code == 409
    assert "郑海" in shown
    new_version = {**old, "version": hidden(shown, "version")}
    sent = first.post(f"/secondments/{made}/extend", data={**new_version, **paper, "last_day": "2027-03-31"})
    assert sent.status_code == 303
    assert loaded(district, made).ends_before == date(2027, 4, 1)


def test_a_post_needs_its_scan(district: Office, browse: Browse, made: int) -> None:
    client, typed = (
        browse("reviewer"),
        {
            "effective_on": "2026-07-01",
            "level": "division",
            "duty": "副主任",
            "paper_number": "云农〔2026〕20号",
            "paper_dated": "2026-03-05",
        },
    )
    status, _there, shown = post(client, f"/secondments/{made}/post", typed)
    assert status == 422
    assert "请上传扫描件" in shown
    with_scan = {**typed, "scan": (BytesIO(PDF), "任职.pdf")}
    assert post(client, f"/secondments/{made}/post", with_scan)[0] == 303
    with district.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Snapshot)) == 2


PROMOTED = {
    "level": "bureau",
    "duty": "副局长",
    "paper_number": "云农〔2026〕9号",
    "paper_dated": "2026-03-01",
}


def test_a_coming_promotion_is_named_with_its_day_and_today_stays_as_it_is(browse: Browse, made: int) -> None:
    client = browse("reviewer")
    typed = {**PROMOTED, "effective_on": "2026-05-01", "scan": (BytesIO(PDF), "文件.pdf")}
    assert post(client, f"/secondments/{made}/post", typed)[0] == 303
    card = (
        client.get(f"/secondments/{made}").get_data(as_text=True).partition('id="rank"')[2].partition("</section>")[0]
    )
    assert re.findall(r"<b>([^<]*)</b>", card) == ["其他人员", "司局级"]
    assert card.index("今天") < card.index("2026-05-01 起")


def test_the_reviewer_of_a_claim_reads_the_rank_of_its_days(district: Office, browse: Browse) -> None:
    made = recorded(district, "member", begins_on=date(2026, 1, 1))
    claim_id = a_submitted(district, 100_000)
    client = browse("reviewer")
    assert "费用标准：其他人员（乡科级及相当）" in plain(client.get(f"/claims/{claim_id}").get_data(as_text=True))
    day = date(2026, 3, 2)
    typed = {**PROMOTED, "effective_on": day.isoformat(), "scan": (BytesIO(PDF), "文件.pdf")}
    assert post(client, f"/secondments/{made}/post", typed)[0] == 303
    assert "司局级（司局级（厅局级）及相当）" in plain(client.get(f"/claims/{claim_id}").get_data(as_text=True))


def test_a_claim_of_somebody_without_a_recorded_secondment_names_no_rank(district: Office, browse: Browse) -> None:
    claim_id = a_submitted(district, 100_000)
    assert "费用标准" not in browse("reviewer").get(f"/claims/{claim_id}").get_data(as_text=True)


def plain(page: str) -> str:
    return re.sub(r"<[^>]*>", "", page)


SAME = dict.fromkeys(("duty_same", "rank_same", "title_same", "pay_same", "full_time"), "y")


def test_the_home_unit_is_reminded_and_confirms_on_its_page(
    district: Office, browse: Browse, made: int, page_clock: Clock
) -> None:
    client = browse("home")
    assert "2026 年上半年还有" not in client.get("/secondments").get_data(as_text=True)
    page_clock.moment = JUNE
    client = browse("home")
    assert "2026 年上半年还有 1 人没有确认" in client.get("/secondments").get_data(as_text=True)
    assert "高远" in client.get("/secondments/confirmations").get_data(as_text=True)
    assert "扫描件" not in client.get(f"/secondments/{made}/confirm/2026H1").get_data(as_text=True)
    status, _there, shown = post(client, f"/secondments/{made}/confirm/2026H1", {**SAME, "pay_same": ""})
    assert status == 422
    assert "请写明是什么变化" in shown
    assert post(client, f"/secondments/{made}/confirm/2026H1", SAME)[0] == 303
    with district.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Confirmation)) == 1
    assert "没有要确认的人" in client.get("/secondments/confirmations").get_data(as_text=True)


def test_overdue_is_said_and_the_lead_unit_enters_the_paper(
    district: Office, browse: Browse, made: int, page_clock: Clock
) -> None:
    page_clock.moment = JUNE + timedelta(days=30)
    client = browse("reviewer")
    assert "已经逾期" in client.get("/secondments").get_data(as_text=True)
    url = f"/secondments/{made}/confirm/2026H1"
    assert post(client, url, {**SAME, "paper_number": "函", "paper_dated": "2026-06-28"})[0] == 422
    paper = {"paper_number": "云农函〔2026〕5号", "paper_dated": "2026-06-28", "scan": (BytesIO(PDF), "函.pdf")}
    assert post(client, url, {**SAME, **paper})[0] == 303
    assert "云农函〔2026〕5号" in client.get(f"/secondments/{made}").get_data(as_text=True)
    assert browse("newcomer").get(url).status_code == 403
    assert browse("stranger").get(url).status_code == 404


def test_an_older_half_is_reached_by_its_address(district: Office, browse: Browse) -> None:
    recorded(district, begins_on=date(2024, 3, 1))
    client = browse("reviewer")
    assert "更早的半年还有 1 人次没有确认" in client.get("/secondments").get_data(as_text=True)
    shown = client.get("/secondments/confirmations?half=2024H1").get_data(as_text=True)
    assert "高远" in shown
    assert re.search(r'href="\?half=2024H1" aria-current="page"', shown)


def test_what_cannot_be_confirmed_is_said_instead_of_a_form(browse: Browse, made: int, page_clock: Clock) -> None:
    page_clock.moment = JUNE
    client = browse("home")
    assert post(client, f"/secondments/{made}/confirm/2026H1", SAME)[0] == 303
    assert "已确认 2026 年上半年" in client.get(f"/secondments/{made}").get_data(as_text=True)
    for half, words in (("2026H1", "已经确认过"), ("2025H2", "不在抽调期内"), ("2026H2", "现在还早")):
        shown = client.get(f"/secondments/{made}/confirm/{half}").get_data(as_text=True)
        assert words in shown
        assert 'name="duty_same"' not in shown


def test_a_reported_change_is_a_task_of_the_lead_unit(browse: Browse, made: int, page_clock: Clock) -> None:
    page_clock.moment = JUNE
    changed = {**SAME, "full_time": "", "note": "每周回原单位值班一天"}
    assert post(browse("home"), f"/secondments/{made}/confirm/2026H1", changed)[0] == 303
    client = browse("reviewer")
    assert "原单位说有变化 1 项" in client.get("/").get_data(as_text=True)
    assert f'/secondments/{made}#halves"><span class="tag warn">' in client.get("/secondments").get_data(as_text=True)
    listed = client.get("/secondments/confirmations").get_data(as_text=True)
    url = f"/secondments/{made}/halves/2026H1/settle"
    assert "每周回原单位值班一天" in listed
    assert f'href="{url}"' in listed
    assert post(client, url, {"note": ""})[0] == 422
    assert post(client, url, {"note": "已商原单位不再安排值班"})[0] == 303
    assert "已商原单位不再安排值班" in client.get(f"/secondments/{made}").get_data(as_text=True)
    assert "原单位说有变化" not in client.get("/").get_data(as_text=True)
    assert browse("home").get(url).status_code == 403


def test_a_half_given_up_on_its_page_leaves_the_list(browse: Browse, made: int, page_clock: Clock) -> None:
    page_clock.moment = JUNE + timedelta(days=30)
    client = browse("reviewer")
    assert "半年确认：2026 年上半年逾期未确认" in client.get(f"/secondments/{made}/leave").get_data(as_text=True)
    url = f"/secondments/{made}/halves/2026H1/waive"
    assert url in client.get(f"/secondments/{made}/confirm/2026H1").get_data(as_text=True)
    assert post(client, url, {"note": "原单位已撤销"})[0] == 303
    assert "半年确认：没有未了事项" in client.get(f"/secondments/{made}/leave").get_data(as_text=True)


def test_leaving_is_refused_with_the_open_claims_named(district: Office, browse: Browse) -> None:
    typed = new(district, person="member", begins_on="2026-01-01", other_home="y")
    _status, there, _shown = post(browse("reviewer"), "/secondments/new", typed)
    a_submitted(district, 100_000)
    client, leaving = (
        browse("reviewer"),
        {
            "last_day": TODAY.isoformat(),
            "note": "表现良好",
            "paper_number": "云组通〔2026〕18号",
            "paper_dated": "2026-03-08",
        },
    )
    listed = client.get(f"{there}/leave").get_data(as_text=True)
    number = re.search(r"报销单：(BX-2026-\d+)", listed)
    assert number is not None
    assert "席位：没有未了事项" in listed
    status, _there, shown = post(client, f"{there}/leave", leaving)
    assert status == 422
    assert f"还有事项没有了结：{number[1]}" in shown
    assert loaded(district, int(there.rsplit("/", 1)[1])).state is State.RUNNING


def test_open_claims_are_handed_over_on_the_leaving_page(district: Office, browse: Browse) -> None:
    made = recorded(district, "nobody", begins_on=date(2026, 3, 2))
    a_draft(district, a_filing(district, 5_000, person="nobody"), by=district.actor("nobody"))
    client = browse("reviewer")
    text = client.get(f"/secondments/{made}/leave").get_data(as_text=True)
    assert "移交报销单" in text
    sent = {"csrf_token": token(text), "command_id": hidden(text, "command_id")}
    turned_down = client.post(f"/secondments/{made}/claims", data=sent)
    assert turned_down.status_code == 422
    assert "请选择接手的报账员" in turned_down.get_data(as_text=True)

    answer = client.post(f"/secondments/{made}/claims", data={**sent, "to_person_id": district.people["agent"]})
    assert answer.status_code == 303
    text = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "已移交 1 张报销单" in text
    assert "报销单：没有未了事项" in text


def test_leaving_closes_and_the_certificate_can_be_printed(district: Office, browse: Browse, made: int) -> None:
    client = browse("reviewer")
    assert client.get(f"/secondments/{made}/certificate.pdf").status_code == 404
    typed = {
        "last_day": TODAY.isoformat(),
        "note": "服从安排，按期完成任务",
        "paper_number": "云组通〔2026〕18号",
        "paper_dated": "2026-03-08",
    }
    assert post(client, f"/secondments/{made}/leave", typed)[0] == 303
    assert "服从安排" in client.get(f"/secondments/{made}").get_data(as_text=True)
    papers = [client.get(f"/secondments/{made}/{name}.pdf").data for name in ("notice", "certificate", "certificate")]
    assert all(paper.startswith(b"%PDF") for paper in papers)
    assert papers[1] == papers[2]
    assert client.get(f"/secondments/{made}/leave").status_code == 403
    holds(district.database)


def test_one_that_has_not_begun_is_taken_back(district: Office, browse: Browse) -> None:
    typed = new(district, begins_on="2026-04-01")
    _status, there, _shown = post(browse("reviewer"), "/secondments/new", typed)
    assert post(browse("reviewer"), f"{there}/cancel", {}, page=there)[0] == 303
    assert "已取消" in browse("reviewer").get(there).get_data(as_text=True)
    with district.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Seat).where(Seat.by_secondment)) == 0


def test_the_roster_by_team_and_day(district: Office, browse: Browse, made: int) -> None:
    client = browse("reviewer")

    def shown(query: str) -> bool:
        return f'/secondments/{made}"' in client.get(f"/secondments?{query}").get_data(as_text=True)

    assert shown("")
    assert shown(f"team={district.team_id}&day=2026-12-31")
    assert not shown("day=2027-01-01")
    assert shown("day=2027-01-01&phase=ended")
    assert not shown("day=2026-02-28")
    assert shown("day=2026-02-28&phase=coming")
    assert not shown(f"team={district.other_team_id}")
    assert shown("q=高远 农业")
    assert not shown("q=无此人")
    assert '<td class="num">2026-12-31</td>' in client.get("/secondments?view=months").get_data(as_text=True)
    assert "高远" not in browse("other_reviewer").get("/secondments?phase=all").get_data(as_text=True)
    assert "高远" not in browse("member").get("/secondments?phase=all").get_data(as_text=True)
    assert "高远" in browse("auditor").get("/secondments").get_data(as_text=True)


def test_the_line_of_another_day_is_not_called_today(browse: Browse, made: int) -> None:
    client = browse("reviewer")
    for query, label in (("", "今天"), ("&day=2026-06-01", "2026-06-01")):
        drawn = client.get(f"/secondments?view=months{query}").get_data(as_text=True)
        picture = drawn.partition("<svg class=")[2] or drawn
        marks = re.findall(r'<text[^>]*y="12"[^>]*>([^<]*)</text>', picture)
        assert marks == [label]


def test_a_day_that_is_none_is_said_and_today_shown(browse: Browse, made: int) -> None:
    client = browse("reviewer")
    shown = client.get("/secondments?day=明天").get_data(as_text=True)
    assert "「明天」不是日期" in shown
    assert f'value="{TODAY.isoformat()}"' in shown
    for query in ("", "?day=", "?day=2026-06-01"):
        assert "不是日期" not in client.get(f"/secondments{query}").get_data(as_text=True)


def test_a_phone_leads_to_people_and_things_from_its_bottom_bar(browse: Browse, made: int) -> None:
    finds = {"reviewer": {"/secondments", "/equipment"}, "member": {"/equipment"}, "home": {"/secondments"}}
    for who, wanted in finds.items():
        bar = browse(who).get("/me").get_data(as_text=True).partition('<nav class="m-tab"')[2].partition("</nav>")[0]
        links = re.findall(r'href="([^"]*)"', bar)
        assert wanted <= set(links)
        assert len(links) <= 6


def test_the_home_units_first_page_is_about_its_people(browse: Browse, made: int, page_clock: Clock) -> None:
    first = browse("home").get("/").get_data(as_text=True)
    assert "没有要确认的人" in first
    assert "下一次是 2026 年上半年，开始确认的日期是 2026-05-31" in plain(first)
    for words in ("最近的报销单", "额度"):
        assert words not in first
    page_clock.moment = JUNE
    client = browse("home")
    assert f'href="/secondments/{made}/confirm/2026H1"' in client.get("/").get_data(as_text=True)
    assert post(client, f"/secondments/{made}/confirm/2026H1", SAME)[0] == 303
    assert "下一次是 2026 年下半年，开始确认的日期是 2026-12-01" in plain(client.get("/").get_data(as_text=True))


def test_pages_of_the_roster_lead_on_and_back(district: Office, browse: Browse, made: int) -> None:
    with district.database.writing() as session:
        first = session.get_one(Secondment, made)
        for number in range(60):
            twin = {key: getattr(first, key) for key in ("person_id", "home_unit_id", "post_kind", "team_id")}
            copy = Secondment(
                **twin,
                begins_on=date(2020, 1, 1) + timedelta(days=number * 10),
                ends_before=date(2020, 1, 5) + timedelta(days=number * 10),
                state=State.LEFT,
                recorded_by=first.recorded_by,
                recorded_at=first.recorded_at,
                command_id=f"copy-{number}",
            )
            session.add(copy)
            session.flush()
            _papers(session, first, copy)
    client = browse("reviewer")
    one = client.get("/secondments?phase=all").get_data(as_text=True)
    older = re.search(r'href="([^"]*older=\d+)"', one)
    assert older is not None
    two = client.get(older[1].replace("&amp;", "&")).get_data(as_text=True)
    newer = re.search(r'href="([^"]*newer=\d+)"', two)
    assert newer is not None
    back = client.get(newer[1].replace("&amp;", "&")).get_data(as_text=True)
    lines = [re.findall(r'class="t-title" href="/secondments/(\d+)"', shown) for shown in (one, two, back)]
    assert [len(ids) for ids in lines] == [50, 11, 50]
    assert lines[0] == lines[2]
    assert not set(lines[0]) & set(lines[1])


def _papers(session: Any, first: Secondment, copy: Secondment) -> None:
    there = [
        session.scalars(select(kind).where(kind.secondment_id == first.id)).all() for kind in (Snapshot, TermPaper)
    ]
    for row in (*there[0], *there[1]):
        facts = {key: value for key, value in row.as_facts().items() if key != "id"}
        facts |= {"secondment_id": copy.id, "command_id": f"{copy.command_id}-paper"}
        if isinstance(row, TermPaper):
            facts["ends_before"] = copy.ends_before
        session.add(type(row)(**facts))


# typing errors and missing scans


def test_a_scan_that_came_later_is_added_on_the_persons_page(browse: Browse, made: int) -> None:
    client = browse("reviewer")
    shown = client.get(f"/secondments/{made}").get_data(as_text=True)
    assert "有 2 份文件没有扫描件" in shown
    links = re.findall(rf'href="(/secondments/{made}/(?:paper|post)/\d+/scan)"', shown)
    assert len(links) == 2
    for link in links:
        assert post(client, link, {})[0] == 422
        assert post(client, link, {"scan": (BytesIO(PDF), "文件.pdf")})[0] == 303
    shown = client.get(f"/secondments/{made}").get_data(as_text=True)
    assert "没有扫描件" not in shown
    [scan, _other] = re.findall(rf'href="(/secondments/{made}/scans/\d+)"', shown)
    assert browse("home").get(scan).data == PDF
    assert "这份文件已有扫描件" in client.get(links[0]).get_data(as_text=True)
    assert browse("home").get(links[0]).status_code == 403
    assert "补扫描件" not in browse("home").get(f"/secondments/{made}").get_data(as_text=True)


def test_a_typing_error_is_put_right_and_both_texts_stand_on_the_page(
    district: Office, browse: Browse, made: int
) -> None:
    client, url = browse("reviewer"), f"/secondments/{made}/correct"
    usual = {name: new(district)[name] for name in ("home_unit_id", "post_kind", "station", "begins_on", "full_time")}
    assert post(client, url, {**usual, "station": "苏州"})[0] == 422
    right = {**usual, "station": "苏州", "phone": "13900139000", "reason": "录入时看错"}
    assert post(client, url, right)[0] == 303
    shown = client.get(f"/secondments/{made}").get_data(as_text=True)
    for words in ("驻点：上海 → 苏州", "手机：138****8000 → 139****9000", "录入时看错"):
        assert words in shown
    assert browse("home").get(url).status_code == 403


def test_papers_and_posts_are_put_right_on_their_pages(browse: Browse, made: int) -> None:
    client = browse("reviewer")
    shown = client.get(f"/secondments/{made}").get_data(as_text=True)
    [post_url, paper_url] = re.findall(rf'href="(/secondments/{made}/p(?:ost|aper)s/\d+/correct)"', shown)
    paper = {"paper_number": "云组通〔2026〕13号", "paper_dated": "2026-02-20", "correction": "漏了一位"}
    assert post(client, paper_url, paper)[0] == 303
    words = {"level": "section", "duty": "科长", "rank": "", "title": "", "pay_grade": ""}
    record = {"paper_number": "云农〔2026〕8号", "paper_dated": "2026-02-10", "correction": "照文件核对"}
    assert post(client, post_url, {**words, **record})[0] == 303
    shown = client.get(f"/secondments/{made}").get_data(as_text=True)
    for told in ("文号：云组通〔2026〕3号 → 云组通〔2026〕13号", "职务：副科长 → 科长", "职级：四级主任科员 → --"):
        assert told in shown
    assert client.get(f"/secondments/{made}/papers/999/correct").status_code == 404


def test_a_home_unit_other_than_in_the_directory_asks_for_a_tick(district: Office, browse: Browse) -> None:
    with district.database.reading() as session:
        other = session.scalars(select(Unit.id).where(Unit.short_name == "区财政局")).one()
    typed = new(district, home_unit_id=str(other))
    client = browse("reviewer")
    assert 'name="other_home"' not in client.get("/secondments/new").get_data(as_text=True)
    status, _there, shown = post(client, "/secondments/new", typed)
    assert status == 422
    assert "高远在人员目录里的单位是云湖区农业农村局" in shown
    assert 'name="other_home"' in shown
    assert post(client, "/secondments/new", {**typed, "other_home": "y"})[0] == 303


def test_a_full_time_person_still_seated_at_home_is_said(district: Office, browse: Browse, made: int) -> None:
    client = browse("reviewer")
    person = f"/people/{district.people['newcomer']}"
    assert "在原单位还有席位" not in client.get(f"/secondments/{made}").get_data(as_text=True)
    assert "在原单位还有席位" not in browse("administrator").get(person).get_data(as_text=True)
    with district.database.writing() as session:
        one = session.get_one(Secondment, made)
        session.add(
            Seat(
                person_id=one.person_id,
                kind=SeatKind.REVIEWER,
                unit_id=one.home_unit_id,
                held_from=TODAY,
                given_by=district.people["administrator"],
                given_at=NOON,
            )
        )
    assert "全脱产的人在原单位还有席位：" in client.get(f"/secondments/{made}").get_data(as_text=True)
    assert "抽调期间在原单位还有席位：" in browse("administrator").get(person).get_data(as_text=True)


# the sheet


def sheet_of(*rows: dict[str, str]) -> BytesIO:
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    titles = [column.title for column in COLUMNS]
    page.append(titles)
    for row in rows:
        page.append([row.get(title, "") for title in titles])
    kept = BytesIO()
    book.save(kept)
    kept.seek(0)
    return kept


ROW = {
    "账号": "newcomer",
    "姓名": "高远",
    "原单位": "云湖区农业农村局",
    "岗位性质": "事业",
    "组团": "新能源招商组团",
    "开始日期": "2026-03-01",
    "最后一天": "2026/12/31",
    "抽调文号": "云组通〔2026〕3号",
    "抽调文件日期": "2026-02-20",
    "职务层次": "乡科级及相当",
    "职务": "副科长",
    "原单位文号": "云农〔2026〕8号",
    "原单位文件日期": "2026-02-10",
    "手机": "13800138000",
}
OTHER = {**ROW, "账号": "other_newcomer", "姓名": "苏晴"}


def imported(client: CheckedClient, *rows: dict[str, str], **more: str) -> tuple[int, str]:
    """Check a sheet, then send its report's form."""
    shown = checked(client, sheet_of(*rows))
    carried = {"csrf_token": token(shown), **{name: hidden(shown, name) for name in ("command_id", "checked")}}
    answer = client.post("/secondments/import/write", data={**carried, **more})
    return answer.status_code, answer.get_data(as_text=True)


def checked(client: CheckedClient, data: BytesIO) -> str:
    """Send a sheet and read what its own page says when it is checked."""
    status, there, shown = post(client, "/secondments/import", {"sheet": (data, "名册.xlsx")})
    assert (status, bool(re.fullmatch(r"/secondments/import/[0-9a-f]{32}", there))) == (303, True), shown
    for _look in range(200):
        shown = client.get(there).get_data(as_text=True)
        if "data-poll" not in shown:
            return shown
        time.sleep(0.05)
    raise AssertionError(shown)


def seconded(office: Office) -> int:
    with office.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Secondment)) or 0


def test_checking_a_sheet_records_nobody_and_importing_records_all(district: Office, browse: Browse) -> None:
    client = browse("reviewer")
    assert "可以导入 2 人" in checked(client, sheet_of(ROW, OTHER))
    assert seconded(district) == 0
    assert imported(client, ROW, OTHER)[0] == 303
    assert seconded(district) == 2
    holds(district.database)


def test_importing_again_changes_nothing(district: Office, browse: Browse) -> None:
    client = browse("reviewer")
    imported(client, ROW, OTHER)
    assert "原来就有 2 人" in checked(client, sheet_of(ROW, OTHER))
    assert imported(client, ROW, OTHER)[0] == 303
    assert seconded(district) == 2
    holds(district.database)


BAD: dict[str, tuple[dict[str, str], str, str]] = {
    "nobody": ({"账号": "no.one"}, "账号", "没有账号「no.one」"),
    "another's name": ({"姓名": "苏晴"}, "姓名", "的姓名是高远"),
    "an unknown unit": ({"原单位": "某局"}, "原单位", "没有「某局」"),
    "an unknown team": ({"组团": "某组团"}, "组团", "没有「某组团」"),
    "an unknown kind": ({"岗位性质": "公务员"}, "岗位性质", "只能填行政、参公"),
    "a day that is none": ({"开始日期": "2026-02-30"}, "开始日期", "这一天"),
    "nothing where something is needed": ({"职务": ""}, "职务", "没有填写"),
    "a term backwards": ({"最后一天": "2026-02-01"}, "最后一天", "不能早于"),
    "a phone that is none": ({"手机": "123"}, "手机", "11 位手机号"),
    "another team's lead unit": ({"组团": "电子信息招商组团"}, "账号", "牵头单位"),
}


@pytest.mark.parametrize(("change", "column", "words"), BAD.values(), ids=list(BAD))
def test_every_bad_cell_is_named_and_nothing_is_imported(
    district: Office, browse: Browse, change: dict[str, str], column: str, words: str
) -> None:
    client = browse("reviewer")
    status, shown = imported(client, OTHER, {**ROW, **change})
    assert status == 200
    found = list(re.findall(r'<td class="num">(\d+)</td><td class="nowrap">([^<]*)</td><td>([^<]*)</td>', shown))
    assert [(row, title) for row, title, _why in found] == [("3", column)]
    assert words in found[0][2].replace("&#39;", "'")
    assert seconded(district) == 0


def test_the_clean_rows_alone_are_imported_by_explicit_choice(district: Office, browse: Browse) -> None:
    assert imported(browse("reviewer"), OTHER, {**ROW, "职务": ""}, clean_only="y")[0] == 303
    assert seconded(district) == 1


def test_one_person_twice_in_a_sheet_is_named(district: Office, browse: Browse) -> None:
    _status, shown = imported(browse("reviewer"), ROW, {**ROW, "开始日期": "2026-04-01"})
    assert "正抽调在新能源招商组团" in shown
    assert seconded(district) == 0


def test_what_an_edited_sheet_says_otherwise_is_named_and_not_taken(district: Office, browse: Browse) -> None:
    client = browse("reviewer")
    imported(client, ROW, OTHER)
    edited = {**ROW, "驻点": "苏州", "最后一天": "2027-06-30", "职务": "科长", "手机": "13900139000"}
    shown = checked(client, sheet_of(edited, OTHER))
    assert "原来就有 2 人" in shown
    assert "其中有不同、未改的 1 行" in shown
    told = re.findall(r'<td class="num">2</td><td class="nowrap">([^<]*)</td><td>([^<]*)</td>', shown)
    assert [(title, why.partition("，没有改")[0]) for title, why in told] == [
        ("驻点", "登记的是空，表里是苏州"),
        ("最后一天", "登记的是2026-12-31，表里是2027-06-30"),
        ("职务", "登记的是副科长，表里是科长"),
        ("手机", "与登记的不同"),
    ]
    assert "13800138000" not in shown
    assert "办延长或提前结束" in dict(told)["最后一天"]
    with district.database.reading() as session:
        assert set(session.scalars(select(Secondment.station))) == {""}


def test_an_unchanged_export_differs_in_nothing_after_a_promotion_either(browse: Browse, made: int) -> None:
    client = browse("reviewer")
    before = client.get("/secondments/export?phase=all").data
    typed = {**PROMOTED, "effective_on": "2026-03-05", "scan": (BytesIO(PDF), "文件.pdf")}
    assert post(client, f"/secondments/{made}/post", typed)[0] == 303
    for data in (before, client.get("/secondments/export?phase=all").data):
        assert "有不同" not in checked(client, BytesIO(data))


def test_a_formula_is_called_a_formula(district: Office, browse: Browse) -> None:
    _status, shown = imported(browse("reviewer"), OTHER, {**ROW, "职务": "=A1"})
    found = list(re.findall(r'<td class="num">(\d+)</td><td class="nowrap">([^<]*)</td><td>([^<]*)</td>', shown))
    assert found == [("3", "职务", "这一格是公式，读不出结果；请把结果粘贴为数值")]


@pytest.mark.parametrize("data", [b"", b"not a sheet", b"PK\x03\x04 broken", PDF])
def test_what_is_no_sheet_is_refused_in_words(browse: Browse, district: Office, data: bytes) -> None:
    status, _there, shown = post(browse("reviewer"), "/secondments/import", {"sheet": (BytesIO(data), "名册.xlsx")})
    assert status == 422
    assert "XLSX" in shown or "选择填好的表格" in shown


def test_a_sheet_without_its_titles_is_told_which_are_missing(browse: Browse, district: Office) -> None:
    book, kept = openpyxl.Workbook(), BytesIO()
    book.save(kept)
    kept.seek(0)
    status, _there, shown = post(browse("reviewer"), "/secondments/import", {"sheet": (kept, "空.xlsx")})
    assert status == 422
    assert "没有找到这些列名" in shown


def test_the_export_can_be_read_in_again_and_carries_no_numbers(district: Office, browse: Browse, made: int) -> None:
    client = browse("reviewer")
    data = client.get("/secondments/export?phase=all").data
    rows = list(openpyxl.load_workbook(BytesIO(data)).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert "身份证号" not in rows[0]
    assert rows[1][:3] == ("newcomer", "高远", "云湖区农业农村局")
    assert "原来就有 1 人" in checked(client, BytesIO(data))
    template = openpyxl.load_workbook(BytesIO(client.get("/secondments/import/template").data)).active
    assert [cell.value for cell in template[1]] == [column.title for column in COLUMNS]  # type: ignore[index]


def test_the_menu_leads_to_the_roster_for_those_who_use_it(district: Office, browse: Browse) -> None:
    for who, finds in (("reviewer", True), ("home", True), ("member", True), ("auditor", True), ("officer", False)):
        assert ('href="/secondments"' in browse(who).get("/me").get_data(as_text=True)) is finds


def test_a_paper_that_cannot_be_drawn_is_a_sentence(browse: Browse, made: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(*_arguments: object, **_more: object) -> bytes:
        raise Crashed("ended")

    monkeypatch.setattr(Pool, "run", crash)
    answer = browse("reviewer").get(f"/secondments/{made}/notice.pdf")
    assert answer.status_code == 422
    assert "文件没有生成出来，内容没有丢失" in answer.get_data(as_text=True)


def test_somebody_of_a_unit_that_was_closed_meanwhile_can_still_be_put_right(district: Office, browse: Browse) -> None:
    made = recorded(district)
    with district.database.writing() as session:
        home = session.scalars(select(Unit).where(Unit.short_name == HOME)).one()
        home.closed_at = NOON
    typed = {"home_unit_id": str(home.id), "post_kind": "institution", "station": "苏州", "begins_on": "2026-03-01"}
    sent = {**typed, "full_time": "y", "reason": "驻点录错"}
    status, there, shown = post(browse("reviewer"), f"/secondments/{made}/correct", sent)
    assert (status, there) == (303, f"/secondments/{made}"), shown
    assert loaded(district, made).station == "苏州"
