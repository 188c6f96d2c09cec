"""票夹 on its pages: dropped, read, found wrong, picked into a claim, deleted while unused; nobody else's."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from tests.claims.form_pages import FormPage, a_picture, open_claim
from tests.evidence.specimens import Invoice, digital_xml, invoice, specimen
from tests.evidence.stored_files import a_photo_of, put, read_all
from tests.office import Office
from tests.pages import AFTERNOON, Browse, Clock
from tests.web.checked_client import CheckedClient, token
from tracker.claims import folder
from tracker.claims.models import Attachment
from tracker.evidence.models import Evidence

LEAD = "云湖区工业和信息化局"


def of_lead_unit(seed: int, **facts: Any) -> Invoice:
    """An invoice made out to the unit that leads the team, from this budget year."""
    blue = next(one for place in range(seed, seed + 5000, 500) if (one := invoice(place)).total > 0)
    return replace(blue, buyer=LEAD, buyer_id=None, day=date(2026, 3, 2), number=f"26322000{seed:012d}", **facts)


def red_of(blue: Invoice) -> Invoice:
    """The red-letter invoice that takes a blue one back."""
    red = next(one for seed in range(200) if (one := invoice(seed)).total < 0)
    facts: dict[str, Any] = {"ex_tax": -(blue.ex_tax or 0), "tax": -(blue.tax or 0), "total": -blue.total}
    return replace(red, buyer=LEAD, buyer_id=None, day=date(2026, 3, 5), red_of=blue.number, **facts)


def drop(client: CheckedClient, *files: tuple[bytes, str], by_script: bool = True) -> TestResponse:
    """Send files to the folder, as the script does or as the form does without scripts."""
    body = {
        "csrf_token": token(client.get("/invoices").text),
        "files": [(io.BytesIO(data), name) for data, name in files],
    }
    headers = {"X-Part": "1"} if by_script else {}
    return client.post("/invoices/files", data=body, headers=headers, content_type="multipart/form-data")


def press(client: CheckedClient, address: str, **more: str) -> TestResponse:
    return client.post(address, data={"csrf_token": token(client.get("/invoices").text), **more})


def a_zip(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, data in files.items():
            parcel.writestr(name.replace("__", "."), data)
    return out.getvalue()


def files_of(office: Office, person: str = "member") -> list[Evidence]:
    with office.database.reading() as session:
        return list(
            session.scalars(select(Evidence).where(Evidence.uploaded_by == office.people[person]).order_by(Evidence.id))
        )


def test_a_dropped_invoice_is_kept_at_once_and_read_in_the_background(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    answer = drop(client, (digital_xml(of_lead_unit(1)), "住宿.xml"))
    assert answer.status_code == 200
    assert 'data-into="folder-rows"' in answer.text
    assert "待识别" in answer.text
    assert "data-busy" in answer.text
    assert "data-wait" in answer.text
    assert read_all(small_office) == 1
    kept = files_of(small_office)[0]
    done = client.get(f"/invoices/progress?ids={kept.id}", headers={"X-Part": "1"}).text
    assert "可用" in done
    assert "data-busy" not in done
    assert "data-wait" not in done
    assert of_lead_unit(1).number[-6:] in client.get("/invoices").text


def test_the_menu_counts_what_waits(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    drop(client, (digital_xml(invoice(1)), "1.xml"), (digital_xml(invoice(2)), "2.xml"))
    menu = client.get("/invoices").text.partition("<main")[0]
    assert "票夹" in menu
    assert re.search(r'href="/invoices"[^>]*>.*?票夹.*?class="count">2<', menu, re.DOTALL)
    assert "票夹" not in browse("officer").get("/").text.partition("<main")[0]


def test_two_hundred_files_in_one_parcel_are_taken_in_seconds_and_wait(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    parcel = a_zip(**{f"{seed}__xml": digital_xml(invoice(seed)) for seed in range(200)})
    answer = drop(client, (parcel, "一年的发票.zip"))
    assert answer.status_code == 200
    assert "还有 200+ 个" in answer.text
    assert len(files_of(small_office)) == 200
    page = client.get("/invoices").text
    assert page.count('class="bill"') == 50
    assert "下一页" in page


def test_a_parcel_with_bad_files_keeps_the_good_ones_and_says_why_of_each_bad_one(
    small_office: Office, browse: Browse
) -> None:
    parcel = a_zip(
        好的__xml=digital_xml(invoice(3)),
        程序__exe=b"MZ\x90\x00" + b"\0" * 64,
        空的__pdf=b"",
        网页__html=b"<html><script>alert(1)</script></html>",
        坏图__png=b"\x89PNG\r\n\x1a\n" + b"\0" * 40,
        照片__png=a_picture("照片"),
    )
    answer = drop(browse("member"), (parcel, "三月.zip"))
    assert answer.status_code == 200
    for name in ("程序.exe", "空的.pdf", "网页.html", "坏图.png"):
        assert f"「{name}」没有收下：" in answer.text
    assert [one.display_name for one in files_of(small_office)] == ["好的.xml", "照片.png"]


def test_a_parcel_within_a_parcel_and_one_that_lies_are_refused_whole(small_office: Office, browse: Browse) -> None:
    inner = a_zip(a__xml=digital_xml(invoice(4)))
    answer = drop(browse("member"), (a_zip(inner__zip=inner), "套娃.zip"))
    assert answer.status_code == 422
    assert "压缩包内又有压缩包" in answer.text
    assert files_of(small_office) == []


def test_without_scripts_the_page_itself_says_what_became_of_each_file(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    answer = drop(client, (digital_xml(invoice(5)), "好.xml"), (b"MZ", "坏.exe"), by_script=False)
    assert answer.status_code == 200
    assert "收下 1 个文件" in answer.text
    assert "「坏.exe」没有收下" in answer.text


def test_the_same_file_dropped_again_is_not_a_second_one(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    drop(client, (digital_xml(invoice(6)), "一.xml"))
    answer = drop(client, (digital_xml(invoice(6)), "改了名.xml"))
    assert "票夹里已经有了" in answer.text
    assert len(files_of(small_office)) == 1


def test_wild_ids_are_no_rows(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    answer = client.get(f"/invoices/progress?of=x&ids={'9' * 40},-1,a,٣", headers={"X-Part": "1"})
    assert answer.status_code == 200
    assert 'class="bill"' not in answer.text
    assert client.get("/invoices/progress").status_code == 303


def test_nothing_chosen_is_said(small_office: Office, browse: Browse) -> None:
    answer = drop(browse("member"))
    assert answer.status_code == 422
    assert "没有选文件" in answer.text


def test_a_file_is_deleted_while_unused_and_the_second_click_is_told(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    drop(client, (digital_xml(invoice(7)), "多余.xml"))
    read_all(small_office)
    handle = files_of(small_office)[0].handle
    assert press(client, f"/invoices/{handle}/delete").status_code == 303
    assert files_of(small_office) == []
    assert press(client, f"/invoices/{handle}/delete").status_code == 303
    assert "没有找到这个附件" in client.get("/invoices").text


def test_a_file_a_claim_uses_is_not_deleted(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    page = open_claim(client, small_office)
    drop(client, (digital_xml(of_lead_unit(8)), "用的.xml"))
    read_all(small_office)
    handle = files_of(small_office)[0].handle
    pick(client, page, handle)
    press(client, f"/invoices/{handle}/delete")
    assert "已经用在单据里，不能删除" in client.get("/invoices?show=used").text
    assert len(files_of(small_office)) == 1


def pick(client: CheckedClient, page: FormPage, *handles: str) -> TestResponse:
    address = f"/claims/{page.claim_id}/pick"
    form = client.get(address).text
    return client.post(address, data={"csrf_token": token(form), "file": list(handles)})


def test_what_is_picked_opens_a_line_filled_from_what_was_read(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    one = of_lead_unit(9)
    drop(client, (digital_xml(one), "印刷.xml"))
    read_all(small_office)
    page = open_claim(client, small_office)
    assert page.press("pick").location.endswith(f"/claims/{page.claim_id}/pick")
    answer = pick(client, page, files_of(small_office)[0].handle)
    assert answer.status_code == 303
    again = FormPage(client, page.claim_id)
    key = again.keys[0]
    assert again.value(f"line-{key}-bill_number") == one.number
    assert again.value(f"line-{key}-spent_on") == "2026-03-02"
    assert again.value(f"line-{key}-face_fen") == again.value(f"line-{key}-amount")
    assert "印刷.xml" in again.text
    used = client.get("/invoices?show=used").text
    assert "已用" in used
    assert f"/claims/{page.claim_id}" in used


def test_picked_twice_is_one_line(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    drop(client, (digital_xml(of_lead_unit(10)), "一.xml"))
    read_all(small_office)
    handle = files_of(small_office)[0].handle
    page = open_claim(client, small_office)
    pick(client, page, handle)
    pick(client, page, handle)
    assert len(FormPage(client, page.claim_id).keys) == 1


def test_the_data_file_and_the_photo_of_one_invoice_lie_at_one_line(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    one = of_lead_unit(11)
    drop(client, (digital_xml(one), "数据.xml"), (a_photo_of(one), "照片.jpg"))
    read_all(small_office)
    page = open_claim(client, small_office)
    pick(client, page, *(kept.handle for kept in files_of(small_office)))
    with small_office.database.reading() as session:
        keys = session.scalars(select(Attachment.line_key).where(Attachment.claim_id == page.claim_id)).all()
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_a_file_picked_into_one_claim_is_not_picked_into_another(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    drop(client, (digital_xml(of_lead_unit(12)), "一.xml"))
    read_all(small_office)
    handle = files_of(small_office)[0].handle
    first, second = open_claim(client, small_office), open_claim(client, small_office)
    pick(client, first, handle)
    answer = pick(client, second, handle)
    assert answer.status_code == 422
    assert "已用在" in answer.text


def test_a_discarded_draft_gives_its_papers_back_to_the_folder(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    drop(client, (digital_xml(of_lead_unit(13)), "一.xml"))
    read_all(small_office)
    page = open_claim(client, small_office)
    pick(client, page, files_of(small_office)[0].handle)
    client.post(f"/claims/{page.claim_id}/draft/discard", data={"csrf_token": token(client.get("/invoices").text)})
    assert "一.xml" in client.get("/invoices").text


def test_what_is_wrong_with_a_paper_is_said_in_the_folder(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    client = browse("member")
    wrong_title = replace(of_lead_unit(14), buyer="某某科技有限公司", buyer_id="91320000MA1XXXXX0X")
    future = of_lead_unit(15)
    future = replace(future, day=date(2026, 3, 20))
    drop(client, (digital_xml(wrong_title), "抬头不对.xml"), (digital_xml(future), "明天的.xml"))
    drop(client, (b"%PDF-1.4 nothing", "坏.pdf"), (digital_xml(of_lead_unit(16)), "好的.xml"))
    read_all(small_office)
    page = client.get("/invoices?show=problem").text
    assert "发票抬头不是付款单位" in page
    assert "晚于今天" in page
    assert "没有识别：" in page
    assert "好的.xml" not in page


def test_a_red_letter_invoice_is_told_of_and_blocks_its_blue_one(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    blue = of_lead_unit(17)
    drop(client, (digital_xml(blue), "蓝.xml"), (digital_xml(red_of(blue)), "红.xml"))
    read_all(small_office)
    page = client.get("/invoices?show=problem").text
    assert "这张发票已被红冲，不能报销" in page
    assert "这是红字发票，不能报销" in page


def test_a_paper_that_could_not_be_read_may_be_tried_again(small_office: Office, browse: Browse) -> None:
    client = browse("member")
    drop(client, (b"%PDF-1.4 nothing", "坏.pdf"))
    read_all(small_office)
    handle = files_of(small_office)[0].handle
    assert "重新识别" in client.get("/invoices").text
    press(client, f"/invoices/{handle}/retry")
    assert "待识别" in client.get("/invoices").text


def test_how_long_a_paper_has_waited_is_said_and_the_oldest_stands_first(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    client = browse("member")
    drop(client, (digital_xml(invoice(20)), "旧.xml"))
    page_clock.pass_by(days=3)
    client = browse("member")
    drop(client, (digital_xml(invoice(21)), "新.xml"))
    page = client.get("/invoices").text
    assert "放了 3 天" in page
    assert page.index("旧.xml") < page.index("新.xml")


FOREIGN = ("outsider", "colleague", "reviewer", "officer", "auditor", "administrator")


@pytest.mark.parametrize("name", FOREIGN)
def test_nobody_sees_or_touches_what_waits_in_anothers_folder(small_office: Office, browse: Browse, name: str) -> None:
    drop(browse("member"), (digital_xml(invoice(22)), "私.xml"))
    read_all(small_office)
    kept = files_of(small_office)[0]
    client = browse(name)
    csrf = token(client.get("/me").text)
    assert client.get(f"/evidence/{kept.handle}").status_code == 404
    assert client.get(f"/evidence/{kept.handle}/pages/1.png").status_code == 404
    assert client.get(f"/evidence/{kept.handle}/alike/{kept.id}").status_code == 404
    for act in ("delete", "retry"):
        answer = client.post(f"/invoices/{kept.handle}/{act}", data={"csrf_token": csrf})
        assert answer.status_code in {303, 403, 404}
    progress = client.get(f"/invoices/progress?ids={kept.id}", headers={"X-Part": "1"})
    assert "私.xml" not in progress.text
    assert files_of(small_office)[0].id == kept.id


def test_a_colleague_cannot_pick_what_is_not_theirs(small_office: Office, browse: Browse) -> None:
    drop(browse("member"), (digital_xml(invoice(23)), "私.xml"))
    read_all(small_office)
    client = browse("colleague")
    page = open_claim(client, small_office, person="colleague")
    answer = pick(client, page, files_of(small_office)[0].handle)
    assert answer.status_code == 404
    assert "没有找到这张票据" in answer.text


def test_a_photo_of_which_only_the_code_was_read_is_to_be_looked_at_and_not_called_wrong(
    small_office: Office, browse: Browse
) -> None:
    client = browse("member")
    drop(client, (a_photo_of(of_lead_unit(24)), "照片.jpg"))
    read_all(small_office)
    page = client.get("/invoices").text
    assert "文件里没有读到发票抬头，请对照原件核对" in page
    assert "没有购买方抬头" not in page
    assert "没有问题票据" in client.get("/invoices?show=problem").text


def test_a_railway_ticket_asks_for_no_title(small_office: Office, browse: Browse) -> None:
    put(small_office, specimen("PDF XBRL rai", 3).data, "车票.pdf", media="pdf")
    read_all(small_office)
    with small_office.database.reading() as session:
        shown = folder.kept(session, small_office.actor("member"), folder.Shows.UNUSED, at=AFTERNOON)
    assert not [one for one in shown if any("抬头" in sentence for sentence in one.problems)]


def test_the_folder_asks_no_more_of_the_database_for_thirty_papers_than_for_one(
    small_office: Office, browse: Browse
) -> None:
    asked: list[str] = []

    def count(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    def queries_for(papers: int) -> int:
        for seed in range(papers):
            put(small_office, digital_xml(of_lead_unit(100 + seed)), f"{seed}.xml")
        read_all(small_office)
        with small_office.database.reading() as session:
            event.listen(small_office.database.engine, "before_cursor_execute", count)
            asked.clear()
            shown = folder.kept(session, small_office.actor("member"), folder.Shows.UNUSED, at=AFTERNOON)
            event.remove(small_office.database.engine, "before_cursor_execute", count)
        assert len(shown) >= papers
        return len(asked)

    assert queries_for(30) <= queries_for(1) <= 20
