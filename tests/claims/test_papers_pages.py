"""The papers of a claim: drawn from the frozen record, counted, bundled, signed and given back; checked by anyone."""

from __future__ import annotations

import hashlib
import io
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image
from pypdf import PdfReader
from sqlalchemy import update

from tests.claims.gate_pages import press, words
from tests.holds import nothing_broken
from tests.office import NOON, PEOPLE, Office, a_draft, a_file, a_filing, a_submitted, an_accepted, an_approved, command
from tests.pages import Browse, Clock
from tests.web.checked_client import token
from tracker.claims import operations
from tracker.claims.models import Attachment
from tracker.commands import main
from tracker.evidence.models import Evidence
from tracker.evidence.operations import throw_away
from tracker.kernel.errors import Refused
from tracker.storage import use
from tracker.vouchers import drawing, pool
from tracker.vouchers.content import content_hash, from_json, to_json
from tracker.vouchers.models import Voucher


def voucher(office: Office, number: str = "ZSBX-2026-000001") -> Voucher:
    with office.database.reading() as session:
        return session.query(Voucher).filter_by(number=number).one()


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_the_quota_row_calls_what_others_hold_used_and_not_reimbursed(small_office: Office) -> None:
    a_submitted(small_office, 300_000)
    an_approved(small_office, 100_000)
    content = from_json(voucher(small_office).content)
    assert content.quota is not None
    assert content.quota.spent_fen == 300_000, "held by the other claim, nothing has been paid"
    paper = "".join(text_of(drawing.draw(content)).split())

    assert "已占用3,000.00" in paper
    assert "已报销" not in paper


def a_scan() -> bytes:
    picture = io.BytesIO()
    Image.new("RGB", (600, 400), "white").save(picture, "PNG")
    return picture.getvalue()


def test_the_voucher_says_what_the_record_says(small_office: Office, browse: Browse) -> None:
    claim_id = an_approved(small_office, 600_000)
    answer = browse("member").get(f"/claims/{claim_id}/voucher.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    text = text_of(answer.data)
    for said in ("ZSBX-2026-000001", "6,000.00", "人民币陆仟元整", "新能源招商组团", "周敏", "郑海"):
        assert said in text
    assert "http://localhost/verify/" in text.replace("\n", "")
    assert voucher(small_office).prints == 0


def test_each_print_is_counted_and_a_reprint_says_so(small_office: Office, browse: Browse) -> None:
    claim_id = an_approved(small_office, 100_000)
    head = browse("head")
    for number in (1, 2):
        page = head.get(f"/claims/{claim_id}/voucher")
        assert f"打印（第 {number} 次）" in words(page)
        answer = press(head, page, f"/claims/{claim_id}/voucher")
        assert answer.mimetype == "application/pdf"
        assert voucher(small_office).prints == number
        assert f"第 {number} 次打印" in text_of(answer.data).replace(" ", "").replace(
            f"第{number}次", f"第 {number} 次"
        )
    nothing_broken(small_office.database)


def test_the_same_form_sent_twice_is_one_print_and_a_minute_later_another(
    office: Office, browse: Browse, page_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id = an_approved(office, 100_000)
    head, address = browse("head"), f"/claims/{claim_id}/voucher"
    form = head.get(address)
    monkeypatch.setattr(pool, "draw_bounded", lambda *_, copy_number=None, **__: b"%%PDF-1.7 print %d" % copy_number)

    papers = [press(head, form, address).data for _ in range(2)]
    assert papers == [b"%PDF-1.7 print 1", b"%PDF-1.7 print 1"]
    assert voucher(office).prints == 1

    page_clock.moment += timedelta(minutes=2)
    assert press(head, form, address).data == b"%PDF-1.7 print 2"
    assert voucher(office).prints == 2
    nothing_broken(office.database)


def test_two_prints_at_once_bear_two_numbers(office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    claim_id = an_approved(office, 100_000)
    member, reviewer = browse("member"), browse("reviewer")
    address = f"/claims/{claim_id}/voucher"
    forms = {client: client.get(address) for client in (member, reviewer)}
    drawn: list[int | None] = []
    meanwhile: list[int] = []

    def drawing(*_: object, copy_number: int | None = None, **__: object) -> bytes:
        drawn.append(copy_number)
        if len(drawn) == 1:  # while the first is drawn, another is printed from beginning to end
            other = threading.Thread(
                target=lambda: meanwhile.append(press(reviewer, forms[reviewer], address).status_code)
            )
            other.start()
            other.join()
        return b"%PDF-1.7 print " + str(copy_number).encode()

    monkeypatch.setattr(pool, "draw_bounded", drawing)

    answer = press(member, forms[member], address)

    assert meanwhile == [200]
    assert answer.data == b"%PDF-1.7 print 2"
    assert drawn == [1, 1, 2]
    assert voucher(office).prints == 2
    nothing_broken(office.database)


def test_a_print_that_others_always_outrun_is_refused_in_words_and_not_counted(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id = an_approved(small_office, 100_000)
    member, address = browse("member"), f"/claims/{claim_id}/voucher"
    form = member.get(address)

    def outrun(*_: object, **__: object) -> bytes:
        with small_office.database.writing() as session:
            session.execute(update(Voucher).values(prints=Voucher.prints + 1))
        return b"%PDF-1.7"

    monkeypatch.setattr(pool, "draw_bounded", outrun)

    answer = press(member, form, address)

    assert answer.status_code == 409
    assert "请再点一次打印" in words(answer)
    assert voucher(small_office).prints == 5


def test_a_void_voucher_is_still_shown_with_its_mark(small_office: Office, browse: Browse) -> None:
    claim_id = an_approved(small_office, 100_000)
    with small_office.database.writing() as session:
        operations.finance_return(session, claim_id, command(small_office.officer, comment="科目不对"))
    with small_office.database.writing() as session:
        operations.approve(session, claim_id, command(small_office.reviewer))
    read = words(browse("auditor").get(f"/claims/{claim_id}/voucher"))
    assert read.index("ZSBX-2026-000002 有效") < read.index("ZSBX-2026-000001 已作废")
    assert "科目不对" in read
    old = voucher(small_office)
    pdf = browse("auditor").get(f"/claims/{claim_id}/voucher.pdf?voucher={old.id}").data
    assert "作废" in text_of(pdf).replace(" ", "")
    assert "ZSBX-2026-000002" in text_of(browse("auditor").get(f"/claims/{claim_id}/voucher.pdf").data)


def returned_with_another_file(office: Office, claim_id: int) -> tuple[str, str]:
    """Void the voucher, take its file off the claim, lay another with it; return the handles of both."""
    with office.database.reading() as session:
        first = session.query(Attachment).filter_by(claim_id=claim_id).one()
        evidence_id, key = first.evidence_id, first.line_key
        handle = session.get_one(Evidence, evidence_id).handle
    with office.database.writing() as session:
        operations.finance_return(session, claim_id, command(office.officer, comment="票据不对"))
    with office.database.writing() as session:
        operations.send_back(session, claim_id, command(office.reviewer, comment="换一张票据"))
    with office.database.writing() as session:
        operations.detach(session, claim_id, evidence_id, by=office.member, at=NOON)
        other = a_file(session, office.member, "另一张.pdf", b"%PDF-1.4 another")
        operations.attach(session, claim_id, other, key, by=office.member, at=NOON)
        return handle, session.get_one(Evidence, other).handle


def embedded(pdf: bytes) -> set[str]:
    return {name.partition("-")[2] for name in PdfReader(io.BytesIO(pdf)).attachments}


def test_a_void_voucher_keeps_the_files_it_was_issued_with(office: Office, browse: Browse) -> None:
    claim_id = an_approved(office, 100_000)
    handle, other = returned_with_another_file(office, claim_id)

    for who in ("auditor", "officer", "reviewer", "member"):
        client = browse(who)
        assert f"/evidence/{handle}" in client.get(f"/claims/{claim_id}/voucher").text, who
        assert client.get(f"/evidence/{handle}").data.startswith(b"%PDF-1.4 "), who
    assert browse("auditor").get(f"/evidence/{other}").status_code == 200
    for who in ("outsider", "other_reviewer", "colleague", "administrator", "nobody"):
        assert browse(who).get(f"/evidence/{handle}").status_code == 404, who
    auditor = browse("auditor")
    assert embedded(auditor.get(f"/claims/{claim_id}/voucher.pdf").data) >= {"发票.pdf"}
    assert "另一张.pdf" not in embedded(auditor.get(f"/claims/{claim_id}/voucher.pdf").data)
    bundle = text_of(auditor.get(f"/claims/{claim_id}/bundle.pdf").data)
    assert "发票.pdf" in bundle
    assert "另一张.pdf" not in bundle
    nothing_broken(office.database)


def test_the_new_voucher_has_the_new_file_and_the_old_one_the_old(small_office: Office, browse: Browse) -> None:
    filing = a_filing(small_office, 100_000)
    claim_id = a_draft(small_office, filing)
    for turn in (1, 2):
        with small_office.database.writing() as session:
            operations.submit(session, claim_id, filing, command(small_office.member))
        with small_office.database.writing() as session:
            operations.approve(session, claim_id, command(small_office.reviewer))
        if turn == 1:
            returned_with_another_file(small_office, claim_id)

    auditor = browse("auditor")
    names = []
    for number in ("ZSBX-2026-000001", "ZSBX-2026-000002"):
        address = f"/claims/{claim_id}/voucher.pdf?voucher={voucher(small_office, number).id}"
        names.append(embedded(auditor.get(address).data) & {"发票.pdf", "另一张.pdf"})
    assert names == [{"发票.pdf"}, {"另一张.pdf"}]


def test_files_of_a_voucher_are_neither_thrown_away_nor_swept(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    claim_id = an_approved(small_office, 100_000)
    handle, _ = returned_with_another_file(small_office, claim_id)
    with small_office.database.writing() as session, pytest.raises(Refused, match="不能删除"):
        throw_away(session, handle, by=small_office.member, at=NOON)
    with small_office.database.writing() as session:
        operations.discard(session, claim_id, by=small_office.member, at=NOON)
    monkeypatch.setenv("TRACKER_VAR", str(tmp_path))
    monkeypatch.setenv("TRACKER_DATABASE", f"sqlite:///{small_office.database.path}")
    monkeypatch.setattr("tracker.commands.reading.YOUNGEST", timedelta(0))

    swept = CliRunner().invoke(main, ["evidence", "sweep"])

    assert swept.exit_code == 0, swept.output
    use(small_office.database)
    assert browse("auditor").get(f"/evidence/{handle}").status_code == 200


def test_a_voucher_of_before_files_were_frozen_draws_those_kept_with_it(small_office: Office, browse: Browse) -> None:
    claim_id = an_approved(small_office, 100_000)
    old = replace(from_json(voucher(small_office).content), files=None)
    assert "files" not in to_json(old)
    with small_office.database.writing() as session:
        session.execute(update(Voucher).values(content=to_json(old), content_hash=content_hash(to_json(old))))
    returned_with_another_file(small_office, claim_id)

    pdf = browse("auditor").get(f"/claims/{claim_id}/voucher.pdf").data

    assert "发票.pdf" in embedded(pdf)
    assert "另一张.pdf" not in embedded(pdf)
    assert content_hash(to_json(old))[:16].upper() in text_of(pdf)


def test_the_bundle_carries_a_page_for_every_file_even_one_that_cannot_be_opened(
    small_office: Office, browse: Browse
) -> None:
    claim_id = an_approved(small_office, 100_000, 50_000)
    answer = browse("officer").get(f"/claims/{claim_id}/bundle.pdf")
    pages = PdfReader(io.BytesIO(answer.data)).pages
    assert len(pages) == 3
    assert all("发票.pdf" in page.extract_text() for page in pages[1:])


def test_a_claim_without_a_voucher_says_so(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office, 100_000)
    assert "还没有报销凭证" in words(browse("reviewer").get(f"/claims/{claim_id}/voucher"))
    for file in ("voucher.pdf", "bundle.pdf"):
        answer = browse("reviewer").get(f"/claims/{claim_id}/{file}")
        assert answer.status_code == 404
        assert "牵头单位最后一步同意后会自动编号" in words(answer)


def test_a_paper_that_cannot_be_drawn_is_a_sentence_and_no_print(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim_id = an_approved(small_office, 100_000)
    head = browse("head")
    page = head.get(f"/claims/{claim_id}/voucher")

    def crash(*_arguments: object, **_more: object) -> bytes:
        raise pool.Crashed("ended")

    monkeypatch.setattr(pool, "draw_bounded", crash)
    answer = press(head, page, f"/claims/{claim_id}/voucher")
    assert answer.status_code == 422
    assert "文件没有生成出来，内容没有丢失" in words(answer)
    assert head.get(f"/claims/{claim_id}/voucher.pdf").status_code == 422
    assert voucher(small_office).prints == 0


def test_the_signed_paper_is_given_back_shown_and_put_into_the_bundle(small_office: Office, browse: Browse) -> None:
    claim_id = an_approved(small_office, 100_000)
    member, address = browse("member"), f"/claims/{claim_id}/voucher/scan"
    page = member.get(f"/claims/{claim_id}/voucher")
    answer = press(member, page, address, scan=(io.BytesIO(a_scan()), "签字件.png"))
    assert answer.status_code == 303
    shown = browse("officer").get(f"/claims/{claim_id}/voucher")
    assert "签字件.png" in words(shown)
    handle = shown.text.partition("/evidence/")[2][:32]
    for who, status in (("officer", 200), ("reviewer", 200), ("member", 200), ("outsider", 404), ("colleague", 404)):
        assert browse(who).get(f"/evidence/{handle}").status_code == status, who
    bundle = PdfReader(io.BytesIO(browse("officer").get(f"/claims/{claim_id}/bundle.pdf").data))
    assert "签字件.png" in bundle.pages[-1].extract_text()
    nothing_broken(small_office.database)


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("", b"", "没有选文件"),
        ("签字.txt", b"hello there, this is no picture at all", "签字件请传 PDF 扫描件或照片"),
        ("签字.png", b"\x89PNG\r\n\x1a\n broken", "签字件请传 PDF 扫描件或照片"),
        ("签字.exe", b"MZ" + b"\0" * 200, "签字件请传 PDF 扫描件或照片"),
    ],
)
def test_what_is_no_scan_is_turned_down_in_words(
    small_office: Office, browse: Browse, name: str, data: bytes, sentence: str
) -> None:
    claim_id = an_approved(small_office, 100_000)
    member, address = browse("member"), f"/claims/{claim_id}/voucher/scan"
    more = {"scan": (io.BytesIO(data), name)} if name else {}
    answer = press(member, member.get(f"/claims/{claim_id}/voucher"), address, **more)
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert voucher(small_office).signed_scan_id is None


def test_who_may_give_a_signed_paper_back(small_office: Office, browse: Browse) -> None:
    claim_id = an_accepted(small_office, 600_000)
    may = {"member", "reviewer", "second_reviewer", "head", "officer", "cashier"}
    unseen = {"colleague", "agent", "administrator", "outsider", "other_reviewer", "nobody"}
    for who in PEOPLE:
        client = browse(who)
        body = {"csrf_token": token(client.get("/").text), "scan": (io.BytesIO(a_scan()), "签字件.png")}
        status = client.post(f"/claims/{claim_id}/voucher/scan", data=body).status_code
        expected = {303} if who in may else {404, 403} if who in unseen else {403}
        assert status in expected, (who, status)


def test_printing_is_not_the_auditor_s(small_office: Office, browse: Browse) -> None:
    claim_id = an_approved(small_office, 100_000)
    auditor = browse("auditor")
    assert "打印（第" not in words(auditor.get(f"/claims/{claim_id}/voucher"))
    body = {"csrf_token": token(auditor.get("/").text)}
    assert auditor.post(f"/claims/{claim_id}/voucher", data=body).status_code == 403
    assert voucher(small_office).prints == 0


# The public page.


def test_anyone_with_the_paper_may_check_it(small_office: Office, browse: Browse) -> None:
    an_approved(small_office, 600_000)
    paper = voucher(small_office)
    answer = browse("").get(f"/verify/{paper.verify_code}?h={paper.content_hash[:16]}")
    read = words(answer)
    assert answer.status_code == 200
    for said in (
        "摘要与记录一致，凭证有效",
        paper.number,
        "人民币陆仟元整",
        "¥6,000.00",
        paper.content_hash[:16].upper(),
        "陈*",
    ):
        assert said in read
    for kept in ("陈立", "8821", "购置招商资料用纸"):
        assert kept not in answer.text


@pytest.mark.parametrize("head", ["0" * 16, "x", "é", "'--", "0" * 500])
def test_a_changed_paper_is_told_from_the_record(small_office: Office, browse: Browse, head: str) -> None:
    an_approved(small_office, 600_000)
    answer = browse("").get(f"/verify/{voucher(small_office).verify_code}", query_string={"h": head})
    assert answer.status_code == 200
    assert "纸面摘要与记录不一致" in words(answer)


def test_a_void_paper_says_so_to_everyone(small_office: Office, browse: Browse) -> None:
    claim_id = an_approved(small_office, 600_000)
    with small_office.database.writing() as session:
        operations.void_voucher(session, claim_id, command(small_office.head, comment="内部原因"))
    answer = browse("").get(f"/verify/{voucher(small_office).verify_code}")
    assert "这张凭证已于 2026-03-09 作废，不能再使用" in words(answer)
    assert "内部原因" not in answer.text


@pytest.mark.parametrize("code", ["NOTACODE", "a" * 300, "<script>", "%25", "22222222222222222222"])
def test_an_unknown_code_is_not_found_in_words(small_office: Office, browse: Browse, code: str) -> None:
    answer = browse("").get(f"/verify/{code}")
    assert answer.status_code == 404
    assert "这张纸不能作为凭证" in words(answer)


def test_what_is_typed_off_the_paper_is_compared(small_office: Office, browse: Browse) -> None:
    an_approved(small_office, 600_000)
    paper, visitor = voucher(small_office), browse("")
    head = paper.content_hash[:16].upper()
    spaced = " ".join(head[place : place + 4] for place in range(0, 16, 4))
    right = {"number": paper.number.lower(), "amount_fen": "¥6,000.00", "head": spaced}
    page = visitor.get("/verify")
    assert "纸面内容与记录一致，凭证有效" in words(press(visitor, page, "/verify", **right))
    for wrong in ({"amount_fen": "6000.01"}, {"head": "0" * 16}, {"number": "ZSBX-2026-000009"}):
        answer = press(visitor, page, "/verify", **{**right, **wrong})
        assert "与记录对不上" in words(answer)
        assert paper.verify_code not in answer.text


def test_codes_cannot_be_tried_without_end(small_office: Office, browse: Browse) -> None:
    an_approved(small_office, 600_000)
    visitor = browse("")
    statuses = [visitor.get(f"/verify/GUESS{number}").status_code for number in range(62)]
    assert statuses[0] == 404
    assert statuses[-1] == 429


def test_the_hash_on_the_paper_is_the_hash_of_what_is_kept(small_office: Office) -> None:
    an_approved(small_office, 600_000)
    paper = voucher(small_office)
    assert hashlib.sha256(paper.content.encode()).hexdigest() == paper.content_hash
