"""What the files of a claim say against what is claimed: findings for the filer and, the same, for the reviewer."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.evidence.stored_files import put
from tests.office import NOON, Office, a_filing, command
from tests.pages import Browse
from tests.web.checked_client import hidden, token
from tracker.claims import findings, operations, queries
from tracker.claims.filing import Filing
from tracker.claims.findings import Finding, Level, NotReady
from tracker.claims.operations.drafts import DraftHeader
from tracker.evidence.models import Evidence
from tracker.evidence.operations import FileRead
from tracker.evidence.reading import Box, Item, Reading
from tracker.evidence.reading import kinds as bills
from tracker.evidence.reading.facts import Leg, Source

LEAD = "云湖区工业和信息化局"
NUMBER = "26322000000000000001"
GOOD = Reading(
    kind=bills.DIGITAL_ORDINARY,
    invoice_number=NUMBER,
    issue_date=date(2026, 3, 3),
    buyer_name=LEAD,
    seller_name="青禾文印服务部",
    total_fen=120_000,
    items=(Item("*纸制品*复印纸"),),
    boxes={"total_fen": Box(0, 0.6, 0.8, 0.7, 0.85), "invoice_number": Box(0, 0.7, 0.1, 0.95, 0.14)},
    sources={"total_fen": Source.TEXT, "invoice_number": Source.TEXT},
)


def a_claim(
    office: Office, *readings: Reading, person: str = "member", **facts: Any
) -> tuple[int, Filing, list[Evidence]]:
    """A draft with a line for each reading, filled in as the file says."""
    filing = a_filing(office, *(reading.total_fen or 100 for reading in readings), person=person)
    lines = tuple(
        replace(
            line,
            spent_on=reading.issue_date or date(2026, 3, 3),
            facts={**line.facts, "bill_number": reading.invoice_number or "", **facts},
        )
        for line, reading in zip(filing.lines, readings, strict=True)
    )
    filing = replace(filing, lines=lines)
    actor = office.actor(person)
    header = DraftHeader(filing.kind, filing.fund_id, filing.team_id, filing.beneficiary_id, filing.purpose)
    kept = [
        put(office, uuid.uuid4().bytes, f"{place}.pdf", media="pdf", person=person, read=FileRead(reading))
        for place, reading in enumerate(readings)
    ]
    with office.database.writing() as session:
        claim_id = operations.open_draft(session, header, by=actor, at=NOON, draft_key=uuid.uuid4().hex)
        for line, evidence in zip(lines, kept, strict=True):
            operations.attach(session, claim_id, evidence.id, line.key, by=actor, at=NOON)
    return claim_id, filing, kept


def found(office: Office, claim_id: int, filing: Filing, person: str = "member") -> list[Finding]:
    with office.database.reading() as session:
        claim = queries.one(session, claim_id, seen_by=office.actor(person))
        return findings.of_filing(session, claim, filing, at=NOON)


def said(office: Office, reading: Reading, **facts: Any) -> dict[str, Level]:
    claim_id, filing, _ = a_claim(office, reading, **facts)
    return {one.sentence: one.level for one in found(office, claim_id, filing)}


def about(all_said: dict[str, Level], word: str) -> list[Level]:
    return [level for sentence, level in all_said.items() if word in sentence]


def test_a_good_invoice_passes_and_its_title_is_listed_as_passed(small_office: Office) -> None:
    everything = said(small_office, GOOD)
    assert everything["发票抬头、税号一致"] is Level.PASS
    assert [sentence for sentence, level in everything.items() if level is not Level.PASS] == []


CASES: dict[str, tuple[Reading, dict[str, Any], str, Level]] = {
    "red letter": (replace(GOOD, red_letter=True), {}, "这是红字发票", Level.BLOCK),
    "another firm's title": (replace(GOOD, buyer_name="某公司"), {}, "抬头不是付款单位", Level.WARN),
    "made out to a person": (replace(GOOD, buyer_name="个人"), {}, "抬头是个人", Level.WARN),
    "no title": (replace(GOOD, buyer_name=None), {}, "没有购买方抬头", Level.WARN),
    "a photo whose code alone was read": (
        replace(GOOD, buyer_name=None, buyer_tax_id=None, sources={"total_fen": Source.QR}),
        {},
        "文件里没有读到发票抬头",
        Level.WARN,
    ),
    "issued last year": (replace(GOOD, issue_date=date(2025, 12, 31)), {}, "开票日期 2025-12-31 不在", Level.WARN),
    "issued tomorrow": (replace(GOOD, issue_date=date(2026, 3, 10)), {}, "晚于今天，请核对原件", Level.WARN),
    "another number typed": (GOOD, {"bill_number": "26322000000000000002"}, "与文件上读出的", Level.WARN),
    "more typed than printed": (GOOD, {"face_fen": 120_001}, "比文件上读出的 1,200.00 元多", Level.WARN),
    "meals as office supplies": (replace(GOOD, items=(Item("*餐饮服务*餐费"),)), {}, "发票内容是餐饮", Level.WARN),
    "three nights, printed two": (
        replace(GOOD, remarks="入住：2026-03-01 离店：2026-03-03"),
        {"nights": 3},
        "填了住宿 3 晚",
        Level.WARN,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_what_does_not_agree_is_said_at_its_line(small_office: Office, case: str) -> None:
    reading, facts, word, level = CASES[case]
    everything = said(small_office, reading, **facts)
    assert about(everything, word) == [level]
    assert all(sentence.startswith("第 1 行") for sentence in everything if word in sentence)


FINE: dict[str, tuple[Reading, dict[str, Any], str]] = {
    "as many nights as printed": (replace(GOOD, remarks="入住：2026-03-01 离店：2026-03-03"), {"nights": 2}, "晚"),
    "less claimed than printed": (GOOD, {"face_fen": 120_000}, "比文件上"),
    "a train ticket in a person's name": (
        replace(GOOD, kind=bills.RAIL, buyer_name="个人", items=(), legs=(Leg("淮安东", "深圳北"),)),
        {},
        "抬头",
    ),
}


@pytest.mark.parametrize("case", FINE)
def test_what_agrees_is_left_alone(small_office: Office, case: str) -> None:
    reading, facts, word = FINE[case]
    levels = about(said(small_office, reading, **facts), word)
    assert Level.WARN not in levels
    assert Level.BLOCK not in levels


def test_a_red_letter_invoice_in_any_folder_blocks_its_blue_one(small_office: Office) -> None:
    red = replace(GOOD, invoice_number="26322000000000000077", red_letter=True, red_of=NUMBER, total_fen=-120_000)
    put(small_office, b"red", "红.xml", person="outsider", read=FileRead(red))
    claim_id, filing, _ = a_claim(small_office, GOOD)
    sentences = [one.sentence for one in found(small_office, claim_id, filing) if one.level is Level.BLOCK]
    assert any("已被红冲（红字发票 26322000000000000077）" in sentence for sentence in sentences)
    with pytest.raises(NotReady), small_office.database.writing() as session:
        operations.submit(session, claim_id, filing, command(small_office.actor("member")))


@pytest.mark.parametrize(("back_fen", "level"), [(-1, Level.BLOCK), (-119_999, Level.BLOCK), (-120_000, Level.BLOCK)])
def test_a_partial_red_letter_blocks_the_part_it_takes_back(small_office: Office, back_fen: int, level: Level) -> None:
    red = replace(GOOD, invoice_number="26322000000000000077", red_letter=True, red_of=NUMBER, total_fen=back_fen)
    put(small_office, b"red", "红.xml", person="outsider", read=FileRead(red))
    everything = said(small_office, GOOD)
    assert about(everything, "红冲") == [level]


def test_what_a_partial_red_letter_leaves_may_be_claimed_to_the_fen(small_office: Office) -> None:
    red = replace(GOOD, invoice_number="26322000000000000077", red_letter=True, red_of=NUMBER, total_fen=-20_000)
    put(small_office, b"red", "红.xml", person="outsider", read=FileRead(red))
    claim_id, filing, _ = a_claim(small_office, GOOD)
    line = filing.lines[0]
    for fen, level in ((100_000, Level.WARN), (100_001, Level.BLOCK)):
        filed = replace(filing, lines=(replace(line, claimed_fen=fen),))
        told = [one for one in found(small_office, claim_id, filed) if "部分红冲" in one.sentence]
        assert [one.level for one in told] == [level]
        assert "最多可报 1,000.00 元" in told[0].sentence


def submitted(office: Office, reading: Reading, person: str = "member") -> tuple[int, Evidence]:
    claim_id, filing, kept = a_claim(office, reading, person=person)
    with office.database.writing() as session:
        operations.submit(session, claim_id, filing, command(office.actor(person)))
    return claim_id, kept[0]


def test_a_paper_like_one_in_another_claim_is_pointed_out_without_naming_the_claim(office: Office) -> None:
    submitted(office, GOOD, "colleague")
    twin = replace(GOOD, invoice_number="26322000000000000002")
    claim_id, filing, _ = a_claim(office, twin)
    alike = [one for one in found(office, claim_id, filing) if one.alike]
    assert [one.level for one in alike] == [Level.WARN]
    assert "销售方、日期、金额都相同" in alike[0].sentence
    assert "BX-" not in alike[0].sentence


def test_a_paper_of_a_draft_or_a_rejected_claim_is_no_look_alike(small_office: Office) -> None:
    a_claim(small_office, GOOD, person="colleague")
    rejected, _ = submitted(small_office, GOOD, "colleague")
    with small_office.database.writing() as session:
        operations.reject(session, rejected, command(small_office.actor("reviewer"), comment="不属于本项目"))
    claim_id, filing, _ = a_claim(small_office, replace(GOOD, invoice_number="26322000000000000002"))
    assert [one for one in found(small_office, claim_id, filing) if one.alike] == []


def test_two_lines_of_one_claim_with_like_papers_are_pointed_out_once(small_office: Office) -> None:
    claim_id, filing, _ = a_claim(small_office, GOOD, replace(GOOD, invoice_number="26322000000000000002"))
    alike = [one.sentence for one in found(small_office, claim_id, filing) if one.alike]
    assert len(alike) == 1
    assert "第 1 行：这份票据与第 2 行的票据很像" in alike[0]


def explain(browse: Browse, name: str, handle: str, other_id: int, reason: str) -> int:
    client = browse(name)
    address = f"/evidence/{handle}/alike/{other_id}"
    page = client.get(address)
    if page.status_code != 200:
        return page.status_code
    command_id = hidden(page.text, "command_id") if 'name="reason"' in page.text else uuid.uuid4().hex
    sent = {"csrf_token": token(page.text), "command_id": command_id, "reason": reason}
    return client.post(address, data=sent).status_code


def test_the_filers_word_goes_to_the_reviewer_and_the_reviewers_word_settles(
    small_office: Office, browse: Browse
) -> None:
    _, first = submitted(small_office, GOOD, "colleague")
    claim_id, mine = submitted(small_office, replace(GOOD, invoice_number="26322000000000000002"))
    assert explain(browse, "member", mine.handle, first.id, "两批纸，同一天同一家买的") == 303
    page = browse("reviewer").get(f"/claims/{claim_id}").text
    assert "陈立说明：两批纸，同一天同一家买的" in page
    assert explain(browse, "reviewer", mine.handle, first.id, "已与供货单核对") == 303
    page = browse("reviewer").get(f"/claims/{claim_id}").text
    assert "陈立说明" not in page
    with small_office.database.reading() as session:
        claim = queries.one(session, claim_id, seen_by=small_office.actor("reviewer"))
        levels = [one.level for one in findings.of_filing(session, claim, _as_filed(claim), at=NOON) if one.alike]
    assert levels == [Level.PASS]


def _as_filed(claim: Any) -> Filing:
    from tracker.claims.filing import filing_of  # noqa: PLC0415

    return filing_of(claim)


def test_who_may_not_see_a_paper_cannot_ask_about_it_nor_speak_of_it(small_office: Office, browse: Browse) -> None:
    _, first = submitted(small_office, GOOD, "colleague")
    _, mine = submitted(small_office, replace(GOOD, invoice_number="26322000000000000002"))
    assert explain(browse, "outsider", mine.handle, first.id, "看看") == 404
    assert explain(browse, "other_reviewer", mine.handle, first.id, "看看") == 404
    assert explain(browse, "auditor", mine.handle, first.id, "看看") in {403, 422}
    assert explain(browse, "member", mine.handle, mine.id, "看看") == 404
    page = browse("member").get(f"/evidence/{mine.handle}/alike/{first.id}").text
    assert "在你不能查看的单据里" in page
    assert "0.pdf" in page


def test_the_reviewer_sees_what_the_paper_says_marked_and_beside_the_claim(
    small_office: Office, browse: Browse
) -> None:
    claim_id, filing, _ = a_claim(small_office, GOOD, face_fen=120_000)
    filing = replace(filing, lines=(replace(filing.lines[0], spent_on=date(2026, 3, 4)),))
    with small_office.database.writing() as session:
        operations.submit(session, claim_id, filing, command(small_office.actor("member")))
    page = browse("reviewer").get(f"/claims/{claim_id}").text
    viewer = page.partition("data-viewer")[2].partition("</section>")[0]
    assert viewer.count("<rect") >= 2
    assert "style=" not in viewer
    assert "单据 2026-03-04" in viewer
    assert "与单据一致" in viewer
    assert "未重复" in viewer
    assert NUMBER in viewer
