"""A file the store has lost: said in words wherever it was wanted, and no reason to print nothing."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from tests.claims.gate_pages import press, words
from tests.office import Office, an_approved
from tests.pages import Browse
from tests.vouchers.papers import a_voucher
from tracker.claims.models import Attachment
from tracker.evidence.models import Evidence
from tracker.storage.files import current_files
from tracker.vouchers.drawing import draw


@pytest.fixture
def half_lost(small_office: Office) -> tuple[int, str, str]:
    """An approved claim with two files, the first of which is gone: its id, the lost handle and the other."""
    claim_id = an_approved(small_office, 100_000, 50_000)
    with small_office.database.reading() as session:
        ids = [one.evidence_id for one in session.query(Attachment).filter_by(claim_id=claim_id)]
        lost, kept = (session.get_one(Evidence, one) for one in ids)
    current_files().discard(lost.sha256)
    return claim_id, lost.handle, kept.handle


def text_of(pdf: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "")


def test_a_lost_original_is_said_to_be_lost_and_what_to_do(half_lost: tuple[int, str, str], browse: Browse) -> None:
    _, lost, kept = half_lost
    officer = browse("officer")

    answer = officer.get(f"/evidence/{lost}")

    assert answer.status_code == 410
    assert "请联系系统管理员用备份恢复" in words(answer)
    assert officer.get(f"/evidence/{kept}").status_code == 200


@pytest.mark.parametrize("picture", ["thumb.png", "pages/1.png"])
def test_the_picture_of_a_lost_original_says_so_itself(
    half_lost: tuple[int, str, str], browse: Browse, picture: str
) -> None:
    answer = browse("officer").get(f"/evidence/{half_lost[1]}/{picture}")

    assert (answer.status_code, answer.mimetype) == (410, "image/svg+xml")
    assert "请联系系统管理员用备份恢复" in answer.text


def test_the_voucher_is_printed_all_the_same_and_names_the_lost_file(
    half_lost: tuple[int, str, str], browse: Browse
) -> None:
    claim_id = half_lost[0]
    officer = browse("officer")

    pdf = officer.get(f"/claims/{claim_id}/voucher.pdf")
    printed = press(officer, officer.get(f"/claims/{claim_id}/voucher"), f"/claims/{claim_id}/voucher")

    for answer in (pdf, printed):
        assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
        assert "缺附件原件：发票.pdf。" in text_of(answer.data)
    assert len([name for name in PdfReader(io.BytesIO(pdf.data)).attachments if "发票.pdf" in name]) == 1


def test_the_bundle_has_a_page_that_names_the_lost_file(half_lost: tuple[int, str, str], browse: Browse) -> None:
    answer = browse("officer").get(f"/claims/{half_lost[0]}/bundle.pdf")

    pages = [page.extract_text().replace("\n", "") for page in PdfReader(io.BytesIO(answer.data)).pages]
    assert len(pages) == 3
    assert "这份原件不在文件库里了" in pages[1]
    assert "请联系系统管理员用备份恢复" in pages[1]
    assert "发票.pdf" in pages[1]
    assert "原件保存在系统中" not in pages[1]


def test_many_lost_files_of_long_names_leave_the_paper_whole() -> None:
    whole = PdfReader(io.BytesIO(draw(a_voucher(8))))
    names = [f"{number}-{'很长的名字' * 20}\N{GRINNING FACE}.pdf" for number in range(30)]

    paper = PdfReader(io.BytesIO(draw(a_voucher(8), lost=names)))

    text = text_of(draw(a_voucher(8), lost=names))
    assert "等 30 个" in text
    assert len(paper.pages) in (len(whole.pages), len(whole.pages) + 1)
