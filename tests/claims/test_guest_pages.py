"""The guest list on its pages: a number typed is masked wherever it is kept or shown, and carried on."""

from __future__ import annotations

import importlib.util
import io
import logging
import re
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select, update

from tests.claims.form_pages import FormPage, a_picture, open_claim, upload
from tests.office import NOON, Office, a_payee, command
from tests.pages import Browse
from tests.web.checked_client import hidden, token
from tracker import schema
from tracker.audit.models import AuditEntry
from tracker.claims import operations, queries, verdict
from tracker.claims.facts import GUEST_NUMBERS
from tracker.claims.findings import Level
from tracker.claims.guest_numbers import Kept
from tracker.claims.models import Claim, Kind
from tracker.claims.typed import Typed
from tracker.storage import Base
from tracker.storage.cipher import Cipher
from tracker.vouchers.models import Voucher

WANG = "王明 某某电池公司总经理 企业人员"
ID, ID_MASK = "329901198001011233", "329***********1233"
LI = "李工 某公司厂长 企业人员"
PASSPORT, PASSPORT_MASK = "E12345678", "E*******8"
CLEAR = (ID, "19800101", PASSPORT, "1234567")
LISTED = f"{WANG} {ID}\n{LI} {PASSPORT}"
MASKED = f"{WANG} {ID_MASK}\n{LI} {PASSPORT_MASK}"
SEALED = re.compile("gAAAA")
"""How every ciphertext of the office's key begins."""


def a_reception(office: Office, browse: Browse, guests: str, visitors: str = "2") -> FormPage:
    """A reception that lacks nothing but what its guest list lacks; the list is typed and not saved yet."""
    payee_id = a_payee(office)
    page = open_claim(browse("member"), office, Kind.RECEPTION)
    page.fill(purpose="接待电池企业考察团", pay_method="person")
    page.press("add")
    page.line(1, category=f"{office.categories['公务接待']}:gift")
    page.press("save")
    page.fill(about__visit_unit="某某电池公司", about__visited_on="2026-03-03", about__hosts="2")
    page.fill(about__visitors=visitors, payee_id=str(payee_id))
    page.line(1, spent_on="2026-03-03", summary="云湖特产两份", amount="300", people="2", rate_fen="150")
    page.line(1, bill_kind="其他", bill_count="1", face_fen="300")
    upload(page, (a_picture("纪念品"), "票据.png"), line=page.keys[0])
    page.press("save")
    page.fill(about__guests=guests)
    return page


def again(page: FormPage) -> FormPage:
    """The form in a new window."""
    return FormPage(page.client, page.claim_id)


def guests_on(page: FormPage) -> str:
    return page.value("about-guests").replace("\r\n", "\n").strip()


def the_claim(office: Office, claim_id: int) -> Claim:
    with office.database.reading() as session:
        claim = session.get_one(Claim, claim_id)
        session.refresh(claim, ["typed", "facts", "state", "version"])
        return claim


def kept_of(office: Office, page: FormPage) -> list[Kept]:
    """What the draft, or after submission the claim, keeps behind its masks."""
    claim = the_claim(office, page.claim_id)
    if claim.typed is not None:
        return list(Typed.read(claim.typed).guest_numbers)
    return [Kept.read(one) for one in claim.facts[GUEST_NUMBERS]]


def numbers_of(app: Flask, office: Office, page: FormPage) -> list[str]:
    cipher: Cipher = app.extensions["tracker.cipher"]
    return [cipher.unlock(one.cipher.encode()) if one.cipher else "" for one in kept_of(office, page)]


def everything_kept(office: Office) -> str:
    """Every value of every table."""
    with office.database.reading() as session:
        rows = [row for table in Base.metadata.sorted_tables for row in session.execute(select(table)).all()]
    return "\n".join(str(value) for row in rows for value in row)


def told(answer_text: str) -> list[str]:
    """What stands in the way, beside the box."""
    said = re.search(r'id="about-guests-err">([^<]*)', answer_text)
    return said[1].split("；") if said else []


@pytest.mark.parametrize("way", ["draft", "check", "save", "add", "refused", "upload", "submit"])
def test_a_number_typed_is_in_no_table_no_file_and_no_log(
    office: Office, browse: Browse, way: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    page = a_reception(office, browse, f"{LISTED}\n赵工 {ID}又写\n孙工 32990119800101")
    if way in ("draft", "check"):
        assert page.ask(way).status_code == 200
    elif way == "upload":
        page.press("", url=f"/claims/{page.claim_id}/files", files=(io.BytesIO(a_picture("函")), "函.png"))
    else:
        if way == "refused":
            page.fill(version="1", purpose="", about__hosts="两个")
            page.put("command_id", "0" * 32)
        answer = page.press("save" if way == "refused" else way)
        assert answer.status_code == {"refused": 409, "submit": 422}.get(way, 303)
    kept = everything_kept(office)
    for number in CLEAR:
        assert number not in kept, number
        assert number not in caplog.text, number
    assert (ID_MASK in kept) is (way not in ("check", "refused"))
    place = office.database.url.database
    if office.database.url.get_backend_name() == "sqlite" and place:
        for file in Path(place).parent.glob(f"{Path(place).name}*"):
            assert not any(number.encode() in file.read_bytes() for number in CLEAR), file.name


def test_a_draft_comes_back_masked_and_carries_its_numbers_to_the_submission(
    app: Flask, office: Office, browse: Browse
) -> None:
    page = a_reception(office, browse, LISTED)
    assert page.ask("draft").status_code == 200
    page = again(page)
    assert guests_on(page) == MASKED
    assert not SEALED.search(page.text)
    page.fill(note="改了备注")
    page.press("save")
    assert numbers_of(app, office, page) == [ID, PASSPORT]
    assert page.press("submit").status_code == 303
    claim = the_claim(office, page.claim_id)
    assert claim.typed is None
    assert claim.facts["guests"] == MASKED
    assert numbers_of(app, office, page) == [ID, PASSPORT]


def test_saving_again_without_a_change_leaves_the_draft_as_it_was(office: Office, browse: Browse) -> None:
    page = a_reception(office, browse, LISTED)
    page.ask("draft")
    first = the_claim(office, page.claim_id)
    page.ask("draft")
    page.ask("draft")
    second = the_claim(office, page.claim_id)
    assert (second.version, second.typed) == (first.version, first.typed), "the numbers are still in clear on the page"
    page = again(page)
    page.press("save")
    kept = kept_of(office, page)
    page.ask("draft")
    version = the_claim(office, page.claim_id).version
    page.ask("draft")
    assert the_claim(office, page.claim_id).version == version
    assert kept_of(office, page) == kept == list(Typed.read(first.typed or []).guest_numbers)


def test_a_page_that_is_refused_gives_back_what_was_typed_in_its_own_window(office: Office, browse: Browse) -> None:
    page = a_reception(office, browse, f"{WANG} 329901198001011234")
    answer = page.press("submit")
    assert answer.status_code == 422
    assert told(answer.text) == ["来访人员名单第 1 行的身份证号校验不通过，请照证件核对"]
    assert guests_on(page) == f"{WANG} 329901198001011234"
    page = again(page)
    assert guests_on(page) == f"{WANG} 329***********1234"
    assert told(page.press("submit").text) == ["来访人员名单第 1 行的身份证号校验不通过，请照证件核对"]
    page.fill(about__guests=f"{WANG} {ID}")
    assert page.press("submit").status_code == 303


def test_a_window_that_saved_too_late_keeps_its_numbers_to_overwrite_with(
    app: Flask, office: Office, browse: Browse
) -> None:
    first = a_reception(office, browse, LISTED)
    second = again(first)
    first.press("save")
    second.fill(about__guests=f"赵工 顾问 其他 {ID}")
    assert second.press("save").status_code == 409
    assert guests_on(second) == f"赵工 顾问 其他 {ID}"
    assert f"<td>{ID}" not in second.text
    op = next(value for name, value in second.buttons if value.startswith("overwrite:"))
    assert second.press(op).status_code == 303
    assert guests_on(again(second)) == f"赵工 顾问 其他 {ID_MASK}"
    assert numbers_of(app, office, second) == [ID]


def test_what_was_typed_after_the_claim_left_is_shown_masked_and_kept_nowhere(office: Office, browse: Browse) -> None:
    page = a_reception(office, browse, f"{WANG} {ID}\n{LI} 未提供")
    late = again(page)
    late.fill(about__guests=LISTED)
    assert page.press("submit").status_code == 303
    answer = late.press("save")
    assert answer.status_code == 409
    assert f"{LI} {PASSPORT_MASK}" in answer.text
    assert PASSPORT not in answer.text
    assert PASSPORT not in everything_kept(office)


def test_the_list_is_checked_line_by_line_while_it_is_typed(small_office: Office, browse: Browse) -> None:
    page = a_reception(small_office, browse, f"王工 技术总监\n{WANG} {ID}\n{LI}")
    answer = page.ask("check").text
    assert "来访人员名单第 1 行「王工 技术总监」缺证件号" in answer
    assert f"来访人员名单第 3 行「{LI}」缺证件号" in answer
    assert "来访人员名单第 2 行" not in answer
    refused = page.press("submit")
    assert refused.status_code == 422
    assert [text.partition("「")[0] for text in told(refused.text)] == ["来访人员名单第 1 行", "来访人员名单第 3 行"]


def test_a_mask_without_its_number_is_asked_for_anew(small_office: Office, browse: Browse) -> None:
    page = a_reception(small_office, browse, f"{WANG} {ID_MASK}\n{LI} 未提供")
    answer = page.press("submit")
    assert answer.status_code == 422
    assert told(answer.text) == ["来访人员名单第 1 行的证件号是遮盖过的，请重新填写"]


def test_no_page_can_bring_ciphertext_of_its_own(app: Flask, small_office: Office, browse: Browse) -> None:
    page = a_reception(small_office, browse, f"{WANG} {ID_MASK}")
    stolen = app.extensions["tracker.cipher"].lock(ID).decode()
    page.pairs += [("guest_number", f"{ID_MASK}|{stolen}|"), ("about-guest_ids", stolen), ("guest_number", "no|shape")]
    page.press("save")
    assert numbers_of(app, small_office, page) == [""]


def test_guests_who_gave_no_number_pass_and_are_pointed_out_to_the_reviewer(office: Office, browse: Browse) -> None:
    page = a_reception(office, browse, f"{WANG} {ID}\n{LI} 未提供\n赵工 顾问 其他 未提供", "3")
    assert "来访人员中有 2 人没有提供证件号，请核对" in page.ask("check").text
    assert page.press("submit").status_code == 303
    assert "来访人员中有 2 人没有提供证件号，请核对" in browse("reviewer").get(f"/claims/{page.claim_id}").text


def test_a_list_of_more_or_fewer_than_came_is_pointed_out_and_does_not_stop_the_claim(
    small_office: Office, browse: Browse
) -> None:
    page = a_reception(small_office, browse, f"{WANG} {ID}\n", "2")
    assert "来访人员名单有 1 人，来访人数填了 2 人，请核对" in page.ask("check").text
    assert "来访人员名单有" not in page.fill(about__visitors="1").ask("check").text
    assert page.fill(about__visitors="2").press("submit").status_code == 303


def test_a_returned_claim_and_a_copy_of_it_carry_the_numbers_on(app: Flask, office: Office, browse: Browse) -> None:
    page = a_reception(office, browse, LISTED)
    page.press("submit")
    with office.database.writing() as session:
        operations.send_back(session, page.claim_id, command(office.reviewer, comment="请补说明"))
    page = again(page)
    assert guests_on(page) == MASKED
    first = page.client.get("/claims/new").text
    body = {"csrf_token": token(first), "command_id": hidden(first, "command_id")}
    sent = page.client.post(f"/claims/{page.claim_id}/copy", data=body)
    copied = FormPage(page.client, int(sent.location.split("/")[2]))
    assert guests_on(copied) == MASKED
    assert numbers_of(app, office, copied) == [ID, PASSPORT]
    page.fill(about__guests=f"{LI} {PASSPORT_MASK}", about__visitors="1")
    assert page.press("submit").status_code == 303
    assert numbers_of(app, office, page) == [PASSPORT]


def test_page_paper_record_and_trail_have_the_mask_alone(office: Office, browse: Browse) -> None:
    page = a_reception(office, browse, LISTED)
    page.press("submit")
    with office.database.writing() as session:
        operations.approve(session, page.claim_id, command(office.reviewer))
    auditor = browse("auditor")
    shown = auditor.get(f"/claims/{page.claim_id}").text
    pdf = auditor.get(f"/claims/{page.claim_id}/bundle.pdf").data
    reader = PdfReader(io.BytesIO(pdf))
    paper = "".join(one.extract_text() for one in reader.pages)
    attached = b"".join(data for files in reader.attachments.values() for data in files).decode("utf-8", "replace")
    with office.database.reading() as session:
        frozen = session.scalars(select(Voucher.content)).one()
        trail = session.scalars(select(AuditEntry)).all()
        written = "\n".join(f"{entry.subject_name} {entry.before} {entry.after}" for entry in trail)
    for text in (shown, frozen, paper):
        assert ID_MASK in text
        assert PASSPORT_MASK in text
    assert f"{ID_MASK}<br>{LI}" in shown, "one guest a line"
    listing = browse("member").get("/claims?q=12345678").text
    for text in (shown, frozen, paper, attached, written, listing.replace("q=12345678", "")):
        assert not SEALED.search(text)
        assert ID not in text
        assert PASSPORT not in text


def test_with_another_key_everything_is_shown_saved_and_sent_as_before(
    app: Flask, office: Office, browse: Browse, tmp_path: Path
) -> None:
    page = a_reception(office, browse, LISTED)
    page.press("save")
    app.extensions["tracker.cipher"] = Cipher.from_file(tmp_path / "other.key")
    page = again(page)
    assert guests_on(page) == MASKED
    page.fill(about__guests=f"{WANG} {ID}\n{LI} {PASSPORT_MASK}")
    assert page.ask("draft").status_code == 200
    assert page.press("submit").status_code == 303
    assert browse("reviewer").get(f"/claims/{page.claim_id}").status_code == 200


def test_a_claim_sent_before_numbers_were_asked_for_is_looked_at_as_it_was_then(
    small_office: Office, browse: Browse
) -> None:
    page = a_reception(small_office, browse, LISTED)
    page.press("submit")
    with small_office.database.writing() as session:
        claim = session.get_one(Claim, page.claim_id)
        claim.facts = {**{k: v for k, v in claim.facts.items() if k != GUEST_NUMBERS}, "guests": f"{WANG}\n{LI}"}
    with small_office.database.reading() as session:
        claim = queries.one(session, page.claim_id, seen_by=small_office.reviewer)
        assert [one for one in verdict.open_questions(session, claim, at=NOON) if one.level is Level.BLOCK] == []
    with small_office.database.writing() as session:
        operations.send_back(session, page.claim_id, command(small_office.reviewer, comment="请补证件号"))
    page = again(page)
    assert [text.partition("「")[0] for text in told(page.press("submit").text)] == [
        "来访人员名单第 1 行",
        "来访人员名单第 2 行",
    ]


def test_the_migration_masks_what_drafts_had_in_clear_and_touches_nothing_else(office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), office, Kind.RECEPTION)
    other = open_claim(browse("member"), office)
    other.press("save")
    untouched = the_claim(office, other.claim_id).typed
    clear = [["note", ID], ["about-guests", f"{WANG} ３２９９０１ 19800101 1233\r\n{LI} {PASSPORT}"]]
    with office.database.writing() as session:
        session.execute(update(Claim).where(Claim.id == page.claim_id).values(typed=clear))
    place = next((schema.MIGRATIONS / "versions").glob("0015_*.py"))
    spec = importlib.util.spec_from_file_location("migration_0015", place)
    assert spec is not None
    assert spec.loader is not None
    migration = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(migration)
    writer = office.database.engine.execution_options(writer=True)
    with writer.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        migration.upgrade()
    masked = f"{WANG} {ID_MASK}\r\n{LI} {PASSPORT_MASK}"
    assert the_claim(office, page.claim_id).typed == [["note", ID], ["about-guests", masked]]
    assert the_claim(office, other.claim_id).typed == untouched
    assert guests_on(again(page)) == masked.replace("\r\n", "\n")
