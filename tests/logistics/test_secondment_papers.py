"""The notice and the certificate as they come out of the printer."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy.orm import Session

from tests.office import TODAY, Office
from tests.secondments.seconded import a_document, order, recorded
from tracker.kernel.errors import Refused
from tracker.logistics.secondment_papers import certificate, notice, term_notice
from tracker.secondments import operations, queries
from tracker.secondments.models import Secondment


def read(pdf: bytes) -> tuple[int, str]:
    """Count the pages and give back the text without white space."""
    pages = PdfReader(BytesIO(pdf)).pages
    return len(pages), "".join("".join(page.extract_text().split()) for page in pages)


def printed_notice(session: Session, secondment_id: int) -> bytes:
    one = session.get_one(Secondment, secondment_id)
    return notice(queries.as_row(session, one, on=one.begins_on))


def test_the_notice_says_the_term_of_its_own_paper_and_that_pay_stays_at_home(district: Office) -> None:
    made = recorded(district)
    with district.database.writing() as session:
        paper = a_document("云组通〔2026〕9号")
        operations.extend(session, made, date(2027, 6, 30), paper, order(district))
    with district.database.reading() as session:
        pages, text = read(printed_notice(session, made))
    assert pages == 1
    for words in (
        "云湖区农业农村局：",
        "云组通〔2026〕3号",
        "2026年3月1日起至2026年12月31日止",
        "不列支工资、津贴补贴、奖金",
    ):
        assert words in text
    assert "2027年6月30日" not in text
    assert "按「其他人员」标准执行" in text


def test_the_certificate_carries_the_note_and_every_paper_and_is_the_same_every_time(district: Office) -> None:
    made = recorded(district)
    closing = operations.LeavingFacts(TODAY, "完成项目对接 12 个", a_document("云组通〔2026〕18号"))
    with district.database.writing() as session:
        operations.leave(session, made, closing, order(district))
    with district.database.reading() as session:
        one = queries.one(session, made, seen_by=district.actor("reviewer"))
        post = queries.as_row(session, one, on=one.ends_before).post
        first, second = (certificate(one, post, queries.papers(session, made)) for _turn in range(2))
    pages, text = read(first)
    assert pages == 1
    assert first == second
    for words in ("返岗鉴定表", "完成项目对接12个", "云组通〔2026〕3号", "云组通〔2026〕18号", "共9天", "全脱产"):
        assert words in text


def test_an_extension_and_an_early_end_have_notices_of_their_own(district: Office) -> None:
    made = recorded(district)
    with district.database.writing() as session:
        longer, shorter = a_document("云组通〔2026〕9号"), a_document("云组通〔2026〕30号")
        operations.extend(session, made, date(2027, 6, 30), longer, order(district), reason="项目正在签约")
        operations.end_early(session, made, date(2027, 1, 31), shorter, order(district), reason="原单位工作需要")
    with district.database.reading() as session:
        one = queries.one(session, made, seen_by=district.actor("reviewer"))
        papers = queries.papers(session, made)
        (_pages, extended), (pages, ended) = (read(term_notice(one, papers, paper)) for paper in papers[1:])
    assert pages == 1
    for words in (
        "关于延长高远同志",
        "云组通〔2026〕9号",
        "原定至2026年12月31日止",
        "因项目正在签约",
        "延长至2027年6月30日止",
    ):
        assert words in extended
    for words in ("关于提前结束高远同志", "云组通〔2026〕30号", "原定至2027年6月30日止", "提前至2027年1月31日结束"):
        assert words in ended


def test_a_character_nobody_can_print_is_named(district: Office) -> None:
    made = recorded(district, station="\u0f40 站")
    with district.database.reading() as session, pytest.raises(Refused, match="0F40"):
        printed_notice(session, made)
