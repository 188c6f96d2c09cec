"""The trail on its pages: who reads which part, what is found, and whether the chains hold."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from tests.office import NOON, PEOPLE, Office, a_paid, a_submitted, command
from tests.pages import Browse
from tests.web.checked_client import CheckedClient
from tracker.audit.models import AuditEntry
from tracker.audit.operations import record
from tracker.audit.wording import action_name, facts, told
from tracker.claims import operations
from tracker.claims.models import Claim
from tracker.evidence.models import EVIDENCE_NAMES, EvidenceKind

READERS = {"auditor", "officer"}


def text(client: CheckedClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return answer.get_data(as_text=True)


def lines(page: str) -> list[str]:
    return re.findall(r'<b class="t-title">([^<]+)</b>', page)


def note(office: Office, text_of_it: str, *, at: datetime = NOON, who: str = "administrator", count: int = 1) -> None:
    with office.database.writing() as session:
        for _ in range(count):
            record(
                session,
                by=office.actor(who),
                at=at,
                action="person.change",
                subject=("person", 4, "陈立"),
                seat="administrator",
                before={"name": "陈力", "post": "科员"},
                after={"name": "陈立", "post": "科员"},
                note=text_of_it,
            )


@pytest.mark.parametrize("who", sorted(PEOPLE))
def test_the_trail_is_read_by_auditor_and_finance_officer_alone(small_office: Office, browse: Browse, who: str) -> None:
    note(small_office, "x")
    answers = [browse(who).get(address).status_code for address in ("/trail", "/trail/chains")]

    assert answers == [200, 200] if who in READERS else answers == [403, 403]


def test_the_officer_reads_the_funds_and_not_the_accounts(small_office: Office, browse: Browse) -> None:
    note(small_office, "只给审计看")
    a_submitted(small_office)
    officer, auditor = browse("officer"), browse("auditor")

    assert "修改人员" not in lines(text(officer, "/trail"))
    assert "提交审核" in lines(text(officer, "/trail"))
    assert {"修改人员", "提交审核"} <= set(lines(text(auditor, "/trail")))
    assert "人员、单位与账号" not in text(officer, "/trail/chains")
    hidden_from_officer = re.search(r'href="/trail/(\d+)"', text(auditor, "/trail?action=person.change"))
    assert hidden_from_officer is not None
    assert auditor.get(f"/trail/{hidden_from_officer[1]}").status_code == 200
    assert officer.get(f"/trail/{hidden_from_officer[1]}").status_code == 404
    assert officer.get("/trail/999999").status_code == 404


def test_every_act_on_a_claims_way_to_payment_is_found_by_its_name(office: Office, browse: Browse) -> None:
    a_paid(office)
    page = text(browse("auditor"), "/trail?kind=claim")

    for name in ("新建草稿", "提交审核", "同意并编号", "复核通过", "支付"):
        assert name in lines(page)
    assert "claim." not in "".join(lines(page))


def test_the_trail_is_searched_by_person_act_subject_days_and_words(small_office: Office, browse: Browse) -> None:
    note(small_office, "更正姓名", at=datetime(2026, 2, 28, 15, 59, tzinfo=UTC))
    note(small_office, "二月最后一刻之后", at=datetime(2026, 2, 28, 16, 0, tzinfo=UTC))
    a_submitted(small_office)
    client = browse("auditor")

    def count(question: str) -> int:
        return len(lines(text(client, f"/trail?{question}")))

    everything = count("")
    assert count("action=person.change") == 2
    assert count("action=person.change&until=2026-02-28") == 1, "the office's day ends at 16:00 UTC"
    assert count("since=2026-03-01&until=2026-03-01") == 1
    assert count("q=更正") == 1
    assert count("q=陈立 二月") == 1
    assert count("q=100%25") == count("q=_") == 0
    assert count("person=管理员") == 2
    assert 0 < count("kind=claim") < everything
    assert count("kind=person&subject=4") == 2
    assert count("kind=person&subject=5") == 0
    assert count("action=no.such&kind=x&since=x&until=2026-99-99&subject=-1&older=x") == everything


def test_the_auditor_finds_a_budget_paper_by_its_number_and_an_act_by_its_name(office: Office, browse: Browse) -> None:
    a_submitted(office)
    client = browse("auditor")

    assert lines(text(client, "/trail?q=云财预〔2026〕2号")) == ["年初下达"], "named in the facts alone"
    assert set(lines(text(client, "/trail?q=提交"))) == {"提交审核"}
    assert lines(text(client, "/trail?q=云财预〔2026〕999号")) == []


def test_no_act_or_fact_is_told_in_the_programs_own_words(small_office: Office) -> None:
    a_paid(small_office, 600_000)
    claim_id = a_submitted(small_office, 80_000)
    with small_office.database.writing() as session:
        line = session.get_one(Claim, claim_id).lines[0]
        operations.deduct(session, claim_id, line.id, 50, command(small_office.actor("reviewer"), comment="超标"))
    with small_office.database.reading() as session:
        entries = session.scalars(select(AuditEntry)).all()
        told_acts = {action_name(entry.action) for entry in entries}
        labels = {fact.label for entry in entries for fact in facts(entry.before, entry.after)}
        inner = {told("lines", entry.after["lines"]) for entry in entries if "lines" in entry.after}

    assert {"提交审核", "核减"} <= told_acts
    assert "本行核减（元）" in labels
    assert inner
    assert [words for words in told_acts | labels | inner if re.search(r"[a-z]_|_[a-z]", words)] == []


def test_the_trail_is_paged_both_ways_without_losing_a_line(office: Office, browse: Browse) -> None:
    note(office, "x", count=130)
    client = browse("auditor")
    address, pages = "/trail?action=person.change", []
    while address:
        page = text(client, address)
        pages.append(re.findall(r'<td class="c-amt mono"><a href="/trail/(\d+)"', page))
        more = re.search(r'rel="next" href="([^"]+)"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    back = re.search(r'rel="prev" href="([^"]+)"', page)
    assert back is not None
    before = re.findall(r'<td class="c-amt mono"><a href="/trail/(\d+)"', text(client, back[1].replace("&amp;", "&")))

    assert [len(one) for one in pages] == [50, 50, 30]
    assert len({entry for one in pages for entry in one}) == 130
    assert before == pages[1]


def test_one_line_shows_what_changed_and_leaves_out_what_did_not(small_office: Office, browse: Browse) -> None:
    note(small_office, "更正姓名")
    client = browse("auditor")
    found = re.search(r'href="/trail/(\d+)"', text(client, "/trail?q=更正"))
    assert found is not None
    page = text(client, f"/trail/{found[1]}")

    row = r"<tr><th scope=\"row\">([^<]+)</th><td class=\"muted\">([^<]+)</td><td>([^<]+)</td></tr>"
    assert re.findall(row, page) == [("名称", "陈力", "陈立")]
    assert "更正姓名" in page


def test_facts_are_told_in_the_offices_words() -> None:
    assert told("claimed_fen", 123_450) == "1,234.50"
    assert told("locked_until", "2026-03-09T04:05:00+00:00") == "2026-03-09 12:05"
    assert told("held_from", "2026-03-09") == "2026-03-09"
    assert told("state", "in_route") == "审核中"
    assert {kind: told("kind", kind) for kind in EvidenceKind} == EVIDENCE_NAMES
    assert told("with_liaison", True) == "是"
    assert told("post", "") == told("post", None) == "--"
    assert told("changes", [{"amount_fen": 100}, {"amount_fen": 250}]) == "金额（元） 1.00；金额（元） 2.50"
    assert told("name", "2026-99-99T99:99") == "2026-99-99T99:99"
    assert [fact.label for fact in facts({"name": 1, "post": 2}, {"name": 1, "post": 3})] == ["职务"]


def test_the_auditor_verifies_every_chain_from_the_first_link(office: Office, browse: Browse) -> None:
    note(office, "x", count=3)
    client = browse("auditor")

    assert "都对得上" not in text(client, "/trail/chains")
    assert "都对得上" in text(client, "/trail/chains?verify=1")
    assert browse("officer").get("/trail/chains?verify=1").status_code == 403


def test_a_line_changed_behind_the_programs_back_is_found(small_office: Office, browse: Browse) -> None:
    note(small_office, "原来的说明", count=3)
    with small_office.database.writing() as session:
        session.execute(sql("DROP TRIGGER audit_entry_no_update"))
        session.execute(sql("UPDATE audit_entry SET note = '改过的' WHERE chain = 'office' AND position = 2"))

    assert "审计链 office 第 2 条内容与摘要不符" in text(browse("auditor"), "/trail/chains?verify=1")


def test_going_through_all_chains_again_and_again_is_stopped(small_office: Office, browse: Browse) -> None:
    client = browse("auditor")

    answers = [client.get("/trail/chains?verify=1").status_code for _ in range(11)]

    assert answers == [200] * 10 + [429]


def test_what_the_trail_quotes_is_only_text(small_office: Office, browse: Browse) -> None:
    note(small_office, "<script>alert(1)</script>")

    page = text(browse("auditor"), "/trail?q=%3Cscript%3E")
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_looking_at_the_trail_leaves_no_line_in_it(small_office: Office, browse: Browse) -> None:
    client = browse("auditor")
    before = text(client, "/trail/chains")
    text(client, "/trail")
    text(client, "/trail/chains")

    assert re.findall(r"[0-9a-f]{64}", before) == re.findall(r"[0-9a-f]{64}", text(client, "/trail/chains"))


def test_a_search_into_the_future_finds_nothing_and_says_so(small_office: Office, browse: Browse) -> None:
    day = (NOON + timedelta(days=400)).date().isoformat()

    assert "没有这样的记录" in text(browse("auditor"), f"/trail?since={day}")
