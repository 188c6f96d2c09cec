"""Files of a claim: taken to a line or to new lines, read, shown to those who may see them, refused in words."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path

import pytest

from tests.claims.form_pages import FormPage, a_picture, a_ready_form, open_claim, upload
from tests.office import Office, a_payee
from tests.pages import Browse
from tracker.claims.models import Attachment, Claim
from tracker.claims.prefill import texts_of
from tracker.claims.views import uploads
from tracker.evidence import bounded
from tracker.evidence.archive import Unreadable
from tracker.evidence.media import MAX_FILE_BYTES
from tracker.evidence.models import Evidence, EvidenceKind
from tracker.evidence.reading import Item, Leg, Reading
from tracker.evidence.reading import kinds as bills
from tracker.web.headers import SEALED_POLICY


def files_of(office: Office, claim_id: int) -> list[tuple[str, str]]:
    """Names and line keys of what lies with a claim."""
    with office.database.reading() as session:
        rows = session.query(Evidence.display_name, Attachment.line_key).join(
            Attachment, Attachment.evidence_id == Evidence.id
        )
        return [(name, key) for name, key in rows.where(Attachment.claim_id == claim_id).order_by(Attachment.id)]


def a_zip(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as parcel:
        for name, data in files.items():
            parcel.writestr(f"{name}.png", data)
    return out.getvalue()


def test_each_file_opens_a_line_of_its_own(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    answer = upload(page, (a_picture("甲"), "甲.png"), (a_picture("乙"), "乙.png"))
    assert answer.text.count('data-into="line-list"') == 2
    again = FormPage(page.client, page.claim_id)
    assert [key for _, key in files_of(small_office, page.claim_id)] == again.keys


def test_a_file_goes_to_the_line_it_is_given_to(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    page.press("add")
    upload(page, (a_picture(), "行程.png"), line=page.keys[0])
    upload(page, (a_picture("审批"), "审批单.png"), line="whole")
    assert files_of(small_office, page.claim_id) == [("行程.png", page.keys[0]), ("审批单.png", "")]


def test_a_zip_is_opened_and_each_file_in_it_taken(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    upload(page, (a_zip(a=a_picture("a"), b=a_picture("b")), "发票.zip"))
    assert [name for name, _ in files_of(small_office, page.claim_id)] == ["a.png", "b.png"]


def test_the_same_file_twice_is_once(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    upload(page, (a_picture(), "发票.png"))
    answer = upload(page, (a_picture(), "改了名字.png"))
    assert "没有重复添加" in answer.text
    assert len(files_of(small_office, page.claim_id)) == 1


REFUSED = {
    "空.pdf": (b"", "文件是空的"),
    "程序.exe": (b"MZ\x90\x00" + b"\0" * 64, "不支持这种文件"),
    "网页.html": (b"<html><script>alert(1)</script></html>", "没有传上"),
    "图.svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "没有传上"),
    "坏图.png": (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "图片无法打开"),
    "表.xlsx": (a_zip(x=b"1"), "没有传上"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_taken_is_told_with_its_name_and_the_reason(
    small_office: Office, browse: Browse, name: str
) -> None:
    page = open_claim(browse("member"), small_office)
    data, sentence = REFUSED[name]
    answer = upload(page, (data, name))
    assert answer.status_code == 422
    assert sentence in answer.text
    assert files_of(small_office, page.claim_id) == []


def test_a_file_of_one_byte_over_ten_megabytes_is_not_taken(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_FILE_BYTES == 10 * 1024 * 1024
    # A small limit, because the test client leaves large bodies open.
    picture = a_picture()
    monkeypatch.setattr(uploads, "MAX_FILE_BYTES", len(picture))
    page = open_claim(browse("member"), small_office)
    assert upload(page, (picture, "发票.png")).status_code == 200
    answer = upload(page, (picture + b"0", "大.png"))
    assert answer.status_code == 422
    assert "「大.png」超过 10 MB" in answer.text


def test_one_bad_file_does_not_lose_the_good_ones(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    answer = upload(page, (b"MZ", "程序.exe"), (a_picture(), "发票.png"))
    assert answer.status_code == 200
    assert "「程序.exe」没有传上" in answer.text
    assert [name for name, _ in files_of(small_office, page.claim_id)] == ["发票.png"]


def test_a_hostile_name_is_shown_as_text_and_kept_as_a_name(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    upload(page, (a_picture(), '../../"><script>alert(1)</script>\u202egnp.png'))
    again = FormPage(page.client, page.claim_id)
    assert "<script>alert" not in again.text
    assert "/" not in files_of(small_office, page.claim_id)[0][0]


def test_sixty_files_are_enough_for_one_claim(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    page.press("add")
    line = page.keys[0]
    for start in range(0, 60, 20):
        upload(page, *((a_picture(str(n)), f"{n}.png") for n in range(start, start + 20)), line=line)
    answer = upload(page, (a_picture("61"), "61.png"), line=line)
    assert answer.status_code == 422
    assert "最多 60 个附件" in answer.text


def test_what_was_read_fills_empty_fields_and_never_typed_ones(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Reading(
        kind=bills.DIGITAL_ORDINARY,
        invoice_number="26322000001234567890",
        issue_date=date(2026, 3, 3),
        total_fen=45_600,
        items=(Item("*印刷品*宣传册"),),
    )
    real = bounded.run
    monkeypatch.setattr(
        bounded, "run", lambda work, data, **facts: read if work == "read" else real(work, data, **facts)
    )
    page = open_claim(browse("member"), small_office)
    page.press("add")
    key = page.keys[0]
    page.line(1, amount="400", category=f"{small_office.categories['宣传印刷']}:plain")
    answer = upload(page, (a_picture(), "发票.png"), line=key)
    assert "已识别" in answer.text
    page.read(answer)
    again = FormPage(page.client, page.claim_id)
    assert again.value(f"line-{key}-bill_number") == "26322000001234567890"
    assert again.value(f"line-{key}-face_fen") == "456.00"
    assert again.value(f"line-{key}-summary") == "宣传册"
    assert 'value="400.00"' in answer.text
    assert 'value="456.00"' in answer.text


def test_a_file_that_cannot_be_read_asks_to_be_typed(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    assert "未识别，请手工填写" in upload(page, (a_picture(), "照片.png")).text


def test_a_journey_is_filled_in_as_people_type_it() -> None:
    leg = Leg("淮安东", "上海虹桥", number="G8123", seat="二等座", day=date(2026, 3, 3))
    texts = texts_of(Reading(kind=bills.RAIL, invoice_number="2" * 20, total_fen=25_850, legs=(leg,)), [])
    assert texts["summary"] == "淮安东 → 上海虹桥，二等座"
    assert (texts["vehicle"], texts["bill_kind"], texts["arrives_on"]) == ("高铁动车", "交通客票", "2026-03-03")


def test_a_red_letter_invoice_fills_nothing() -> None:
    assert texts_of(Reading(invoice_number="2" * 20, total_fen=-100, red_letter=True), []) == {}


def test_files_come_with_the_whole_form_where_there_are_no_scripts(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    page.fill(purpose="先写了事由")
    answer = page.press("", url=f"/claims/{page.claim_id}/files", files=(io.BytesIO(a_picture()), "发票.png"))
    assert answer.status_code == 303
    assert page.value("purpose") == "先写了事由"
    assert len(page.keys) == 1
    assert "发票.png" in page.text


def test_a_file_chosen_before_another_button_is_not_lost(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    answer = page.client.post(page.url, data=page.sent("submit", files=(io.BytesIO(a_picture()), "发票.png")))
    assert answer.status_code == 307
    assert answer.location == f"/claims/{page.claim_id}/files"


def test_a_second_window_without_scripts_loses_no_text_to_an_upload(small_office: Office, browse: Browse) -> None:
    first = open_claim(browse("member"), small_office)
    second = FormPage(first.client, first.claim_id)
    first.fill(purpose="甲窗口写的")
    first.press("save")
    second.fill(purpose="乙窗口写的")
    answer = second.press("", url=f"/claims/{first.claim_id}/files", files=(io.BytesIO(a_picture()), "发票.png"))
    assert answer.status_code == 409
    assert second.value("purpose") == "乙窗口写的"
    assert files_of(small_office, first.claim_id) == []


def test_pressing_upload_without_a_file_keeps_the_text_and_says_so(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    page.fill(purpose="先写了事由")
    page.press("", url=f"/claims/{page.claim_id}/files")
    assert page.value("purpose") == "先写了事由"
    assert "没有选文件" in page.text
    assert upload(page).status_code == 422


def test_a_file_is_taken_off_again_and_named_for_what_it_proves(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    upload(page, (a_picture(), "审批单.png"), line="whole")
    page = FormPage(page.client, page.claim_id)
    handle = next(name.removeprefix("file-") for name, _ in page.pairs if name.startswith("file-"))
    page.put(f"file-{handle}", "approval")
    page.press("save")
    with small_office.database.reading() as session:
        assert session.query(Evidence).one().kind is EvidenceKind.APPROVAL
    page.press(f"detach:{handle}")
    assert files_of(small_office, page.claim_id) == []


def test_a_filer_cannot_rename_what_is_not_theirs_to_name(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    upload(page, (a_picture(), "审批单.png"), line="whole")
    handle = next(name for name, _ in FormPage(page.client, page.claim_id).pairs if name.startswith("file-"))
    page.pairs += [(handle, "budget_paper"), ("file-" + "0" * 32, "approval")]
    assert page.press("save").status_code == 303
    with small_office.database.reading() as session:
        assert session.query(Evidence).one().kind is EvidenceKind.OTHER


def test_a_line_lost_with_a_closed_window_comes_back_with_its_file(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    before = page.sent("save")
    upload(page, (a_picture(), "发票.png"))
    page.client.post(page.url, data=before)
    assert len(FormPage(page.client, page.claim_id).keys) == 1


@pytest.fixture
def filed(small_office: Office, browse: Browse) -> tuple[str, int]:
    """Submit a claim with one file; give the file's handle and the claim's id."""
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.press("submit")
    with small_office.database.reading() as session:
        return session.get_one(Claim, page.claim_id).attachments[0].evidence.handle, page.claim_id


def test_an_original_goes_out_as_a_download_that_runs_nothing(browse: Browse, filed: tuple[str, int]) -> None:
    answer = browse("member").get(f"/evidence/{filed[0]}")
    assert answer.data == a_picture(str(filed[1]))
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "filename*=UTF-8''%E5%8F%91%E7%A5%A8.png" in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == SEALED_POLICY
    assert "sandbox" in SEALED_POLICY
    assert answer.headers["Cache-Control"] == "no-store"


def test_pages_are_pictures_drawn_once(
    browse: Browse, filed: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = browse("member")
    first = member.get(f"/evidence/{filed[0]}/pages/1.png")
    assert first.headers["Content-Type"] == "image/png"
    assert first.data.startswith(b"\x89PNG")
    assert list((tmp_path / "pages").glob("*/*-1.png"))
    monkeypatch.setattr(bounded, "run", lambda *_, **__: pytest.fail("drawn a second time"))
    assert member.get(f"/evidence/{filed[0]}/pages/1.png").data == first.data
    assert member.get(f"/evidence/{filed[0]}/thumb.png").data.startswith(b"\x89PNG")


def test_a_page_that_is_not_there_is_not_found(browse: Browse, filed: tuple[str, int]) -> None:
    for number in (0, 2, 9_999_999):
        assert browse("member").get(f"/evidence/{filed[0]}/pages/{number}.png").status_code == 404


def test_a_file_that_cannot_be_drawn_shows_a_blank_sheet(
    browse: Browse, filed: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for drawn in (tmp_path / "pages").glob("*/*.png"):
        drawn.unlink()

    def cannot(*_: object, **__: object) -> None:
        raise Unreadable("PDF 已损坏")

    monkeypatch.setattr(bounded, "run", cannot)
    answer = browse("member").get(f"/evidence/{filed[0]}/pages/1.png")
    assert (answer.status_code, answer.mimetype) == (200, "image/svg+xml")


SEES = {
    "member": 200,
    "reviewer": 200,
    "head": 200,
    "officer": 200,
    "cashier": 200,
    "auditor": 200,
    "colleague": 404,
    "outsider": 404,
    "other_reviewer": 404,
    "administrator": 404,
    "nobody": 404,
    "": 303,
}


@pytest.mark.parametrize(("name", "status"), SEES.items())
def test_files_are_seen_by_those_who_see_the_claim(
    browse: Browse, filed: tuple[str, int], name: str, status: int
) -> None:
    client = browse(name)
    for url in (f"/evidence/{filed[0]}", f"/evidence/{filed[0]}/pages/1.png", f"/evidence/{filed[0]}/thumb.png"):
        assert client.get(url).status_code == status


def test_a_guessed_handle_is_not_found(small_office: Office, browse: Browse) -> None:
    for handle in ("0" * 32, "' OR 1=1 --" + "x" * 21, "../../../../etc/passwd"):
        assert browse("auditor").get(f"/evidence/{handle}").status_code == 404


def test_uploads_are_counted(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    page.client.application.config["UPLOAD_RATE"] = "2 per minute"
    answers = [upload(page, (b"MZ", "程序.exe")).status_code for _ in range(3)]
    assert answers == [422, 422, 429]
