"""A member fills in a claim: opened once, saved as typed, told what is missing, submitted once."""

from __future__ import annotations

import re

import pytest

from tests.claims.form_pages import FormPage, a_picture, a_ready_form, open_claim, upload
from tests.office import NOON, Office, a_payee, a_submitted, command
from tests.pages import Browse
from tests.web.checked_client import hidden, token
from tracker.claims import facts, operations
from tracker.claims.facts import Entry, Field
from tracker.claims.forms.filing import header_of
from tracker.claims.lifecycle import State
from tracker.claims.models import Claim, Kind
from tracker.claims.typed import Typed
from tracker.claims.views.filing_desk import Desk, lay_out
from tracker.evidence.models import InvoiceKey
from tracker.funds.models import Cell, CellKind


def the_claim(office: Office, claim_id: int) -> Claim:
    with office.database.reading() as session:
        return session.get_one(Claim, claim_id)


def held(office: Office) -> int:
    with office.database.reading() as session:
        return session.query(Cell).filter_by(team_id=office.team_id, kind=CellKind.TEAM).one().held


def test_a_double_click_opens_one_draft(small_office: Office, browse: Browse) -> None:
    member = browse("member")
    first = member.get("/claims/new").text
    body = {
        "csrf_token": token(first),
        "command_id": hidden(first, "command_id"),
        "kind": "travel",
        "whom": f"{small_office.team_id}:{small_office.people['member']}",
        "fund_id": small_office.fund_id,
    }
    assert member.post("/claims/new", data=body).location == member.post("/claims/new", data=body).location


def test_a_complete_claim_is_submitted_and_holds_its_money_once(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    body = page.sent("submit")
    first, second = (page.client.post(page.url, data=body) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303), first.text
    assert first.location == second.location == f"/claims/{page.claim_id}"
    assert held(small_office) == 120_000
    claim = the_claim(small_office, page.claim_id)
    assert (claim.state, claim.claimed_fen, claim.typed) == (State.IN_ROUTE, 120_000, None)


def test_a_submitted_claim_is_no_longer_edited(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    draft = page.sent()
    page.press("submit")
    assert page.client.get(page.url).location == f"/claims/{page.claim_id}"
    assert page.client.post(page.url, data=page.sent("save")).status_code == 409
    assert page.client.post(f"/claims/{page.claim_id}/draft", data=draft, headers={"X-Part": "1"}).status_code == 409


@pytest.mark.parametrize("op", ["save", "add", "submit"])
def test_an_old_form_of_a_submitted_claim_says_so_and_keeps_what_was_typed(
    small_office: Office, browse: Browse, op: str
) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    other = FormPage(page.client, page.claim_id)
    other.read(page.client.get(page.url))
    assert page.press("submit").status_code == 303
    other.fill(purpose="另一个窗口刚写的<b>事由</b>")
    sent = other.sent(op)
    sent["command_id"] = "f" * 32
    answer = page.client.post(other.url, data=sent)

    assert answer.status_code == 409
    assert re.search("陈立于 .* 已「提交", answer.text)
    assert "报销事由：另一个窗口刚写的&lt;b&gt;" in answer.text
    assert the_claim(small_office, page.claim_id).purpose != "另一个窗口刚写的<b>事由</b>"
    autosaved = page.client.post(f"/claims/{page.claim_id}/draft", data=sent, headers={"X-Part": "1"})
    assert (autosaved.status_code, "已「提交" in autosaved.text) == (409, True)


def test_an_empty_form_is_kept_as_a_draft_and_refused_at_submission(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    assert page.press("save").status_code == 303
    answer = page.press("submit")
    assert answer.status_code == 422
    assert "有错误：" in answer.text
    for sentence in ("请写明报销事由", "至少要有一行明细", "请选择收款账户"):
        assert sentence in answer.text
    assert 'href="#add-line"' in answer.text
    assert 'href="#payee_id"' in answer.text


def asked_of(kind: Kind) -> list[tuple[str, Field]]:
    """Every item a kind of claim may carry, with each field it demands."""
    codes = {"30211", "30217", "30201"}
    return [
        (f"{code}:{item.key}", field)
        for code in sorted(codes)
        if facts.categories_for(kind, code)
        for item in facts.items_of(code)
        for field in item.fields
        if field.required
    ]


CATEGORY = {"30211": "差旅费", "30217": "公务接待", "30201": "办公与邮电"}


@pytest.mark.parametrize("kind", list(Kind))
def test_every_mandatory_header_field_is_demanded_where_it_stands(
    small_office: Office, browse: Browse, kind: Kind
) -> None:
    answer = open_claim(browse("member"), small_office, kind).press("submit")
    for field in facts.HEADER_FIELDS[kind]:
        assert (f"请填写{field.label}" in answer.text) == field.required, field.key
        assert f'id="about-{field.key}"' in answer.text


@pytest.mark.parametrize("kind", list(Kind))
def test_every_mandatory_line_field_is_demanded_where_it_stands(
    small_office: Office, browse: Browse, kind: Kind
) -> None:
    page = open_claim(browse("member"), small_office, kind)
    page.press("add")
    for item in dict.fromkeys(item for item, _ in asked_of(kind)):
        code, _, key = item.partition(":")
        page.line(1, category=f"{small_office.categories[CATEGORY[code]]}:{key}")
        page.press("save")
        page.press("submit")
        for _, field in (pair for pair in asked_of(kind) if pair[0] == item):
            assert f'href="#line-{page.keys[0]}-{field.key}"' in page.text, field.key
            assert f"第 1 行：请填写{field.label}" in page.text, field.key


@pytest.mark.parametrize("kind", list(Kind))
def test_a_kind_offers_only_its_own_categories(small_office: Office, browse: Browse, kind: Kind) -> None:
    page = open_claim(browse("member"), small_office, kind)
    page.press("add")
    for code, name in CATEGORY.items():
        for item in facts.items_of(code):
            offered = f'value="{small_office.categories[name]}:{item.key}"' in page.text
            assert offered == facts.categories_for(kind, code), (name, item.key)


VALUES = {
    Entry.TEXT: "深圳",
    Entry.BLOCK: "张三 某公司经理 企业人员 E12345678\n李四 某局科长 公职人员 未提供",
    Entry.DAY: "2026-03-03",
    Entry.COUNT: "2",
    Entry.MONEY: "500",
}


ITEMS = [(kind, item) for kind in Kind for item in dict.fromkeys(item for item, _ in asked_of(kind))]


@pytest.mark.parametrize(("kind", "item"), ITEMS)
def test_every_item_of_every_kind_can_be_filed(small_office: Office, browse: Browse, kind: Kind, item: str) -> None:
    payee_id = a_payee(small_office)
    page = open_claim(browse("member"), small_office, kind)
    page.fill(purpose="对接新能源电池项目", pay_method="person")
    code, _, key = item.partition(":")
    page.press("add")
    page.line(1, category=f"{small_office.categories[CATEGORY[code]]}:{key}")
    page.press("save")
    for field in facts.HEADER_FIELDS[kind]:
        page.put(f"about-{field.key}", VALUES.get(field.entry) or field.choices[0])
    page.line(1, spent_on="2026-03-03", summary="一项开支", amount="500")
    for field in next(one for one in facts.items_of(code) if one.key == key).fields:
        page.line(1, **{field.key: VALUES.get(field.entry) or field.choices[0]})
    page.put("payee_id", str(payee_id))
    upload(page, (a_picture(item), "票据.png"), line=page.keys[0])
    answer = page.press("submit")
    assert answer.status_code == 303, re.findall(r'<a href="#[^"]*">([^<]*)', answer.text)
    with small_office.database.reading() as session:
        line = session.get_one(Claim, page.claim_id).lines[0]
        assert line.facts["item"] == key
        assert line.claimed_fen == 50_000


BAD_AMOUNTS = {
    "12.345": "金额最多两位小数",
    "-5": "金额不能是负数",
    "0": "金额不能是 0",
    "一千": "金额只能填数字",
    "1000000000": "金额不能超过 999,999,999.99",
    "1e5": "金额只能填数字",
    "1200\u202e": "金额只能填数字",
}


@pytest.mark.parametrize(("typed", "sentence"), BAD_AMOUNTS.items())
def test_a_wrong_amount_is_told_beside_it_and_stays_as_typed(
    small_office: Office, browse: Browse, typed: str, sentence: str
) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.line(1, amount=typed)
    answer = page.press("submit")
    assert answer.status_code == 422
    assert f'href="#line-{page.keys[0]}-amount"' in answer.text
    assert f"第 1 行：{sentence}" in answer.text
    assert page.value(f"line-{page.keys[0]}-amount") == typed.strip("\u202e")
    assert "请填写报销金额" not in answer.text
    assert held(small_office) == 0


AMOUNTS = {"1,199.5": 119_950, "１２００．００": 120_000, "¥1200": 120_000, "￥ 1,000元": 100_000}


@pytest.mark.parametrize(("typed", "fen"), AMOUNTS.items())
def test_amounts_are_read_as_people_type_them(small_office: Office, browse: Browse, typed: str, fen: int) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.line(1, amount=typed)
    assert page.press("submit").status_code == 303
    assert the_claim(small_office, page.claim_id).claimed_fen == fen


def test_a_bill_number_typed_full_width_is_kept_as_the_bill_has_it(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.line(1, bill_number="２５３１２０００００００００１２３４５６", bill_code="０３２００２３０１１１１")
    assert page.press("submit").status_code == 303
    with small_office.database.reading() as session:
        facts = session.get_one(Claim, page.claim_id).lines[0].facts
    assert (facts["bill_number"], facts["bill_code"]) == ("25312000000000123456", "032002301111")


def test_one_number_in_two_widths_is_one_number(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.press("add")
    page.line(1, bill_number="25312000000000123456")
    page.line(2, bill_number="２５３１２０００００００００１２３４５６")
    assert "在本单里出现不止一次" in page.ask("check").text


def test_one_fen_over_the_face_is_refused(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.line(1, amount="1200.01")
    answer = page.press("submit")
    assert answer.status_code == 422
    assert "报销金额比票面多 0.01 元" in answer.text


def test_one_fen_over_the_quota_is_refused_naming_what_is_left(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.line(1, amount="600000.01", face_fen="600000.01")
    answer = page.press("submit")
    assert answer.status_code == 422
    assert "还剩 600,000.00 元" in answer.text
    assert held(small_office) == 0
    page.line(1, amount="600000.00")
    assert page.press("submit").status_code == 303


def test_lines_are_added_moved_and_removed_without_scripts(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    for name in "甲乙丙":
        page.press("add")
        page.line(len(page.keys), summary=name)
    page.press("save")

    def names() -> list[str]:
        return [page.value(f"line-{key}-summary") for key in page.keys]

    assert names() == ["甲", "乙", "丙"]
    page.press(f"up:{page.keys[2]}")
    assert names() == ["甲", "丙", "乙"]
    page.press(f"down:{page.keys[0]}")
    assert names() == ["丙", "甲", "乙"]
    page.press(f"up:{page.keys[0]}")
    assert names() == ["丙", "甲", "乙"]
    page.press(f"remove:{page.keys[1]}")
    assert names() == ["丙", "乙"]


def test_a_removed_line_takes_its_files_along(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.press(f"remove:{page.keys[0]}")
    assert page.keys == []
    with small_office.database.reading() as session:
        assert session.get_one(Claim, page.claim_id).attachments == []


def test_a_script_gets_the_changed_parts_only(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    answer = page.client.post(page.url, data=page.sent("add"), headers={"X-Part": "1"})
    assert answer.status_code == 200
    for part in ("lines", "outlook", "findings", "dock-sum", "version", "saved"):
        assert f'id="{part}"' in answer.text
    assert "<html" not in answer.text


def test_changing_the_kind_keeps_what_was_typed_for_the_other(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office, "travel")
    page.fill(about__places="深圳、东莞", kind="general")
    page.press("save")
    assert "about-places" not in dict(page.pairs)
    page.fill(kind="travel")
    page.press("save")
    assert page.value("about-places") == "深圳、东莞"


def test_the_check_tells_totals_capitals_accounts_and_findings(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.line(1, amount="1,100.50")
    answer = page.ask("check")
    amounts = ("¥1,100.50", "壹仟壹佰元伍角整", "¥600,000.00", "¥598,899.50")
    for said in (*amounts, "每行都有票据", "额度充足", "可以提交", "周敏"):
        assert said in answer.text, said
    assert the_claim(small_office, page.claim_id).claimed_fen == 120_000


def test_the_check_redraws_a_line_whose_category_changed(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office, "travel")
    page.press("add")
    page.line(1, category=f"{small_office.categories['差旅费']}:lodging")
    answer = page.ask("check")
    assert f'id="line-{page.keys[0]}-city"' in answer.text
    assert 'id="lines"' not in answer.text


def test_the_check_redraws_header_and_lines_when_the_kind_changed(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office, "travel")
    page.fill(kind="reception")
    answer = page.ask("check")
    assert 'id="about-visit_unit"' in answer.text
    assert 'id="lines"' in answer.text


def test_an_autosave_answers_the_time_and_the_new_version(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    page.fill(purpose="购置招商资料用纸")
    answer = page.ask("draft")
    assert answer.status_code == 200
    assert "14:00 已自动保存" in answer.text
    assert hidden(answer.text, "version") == "2"
    assert the_claim(small_office, page.claim_id).purpose == "购置招商资料用纸"


def test_a_page_follows_its_own_save_even_when_the_answer_was_lost(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.fill(note="第一次")
    assert page.ask("draft").status_code == 200
    page.fill(note="第二次")
    assert page.ask("draft").status_code == 200, "the answer with the new version never reached the page"
    assert page.press("submit").status_code == 303


def test_a_save_of_the_same_page_that_lands_during_the_submission_does_not_stop_it(
    small_office: Office, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page saves itself every few seconds: its own save is no other window."""
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))

    def saved_meanwhile(claim: Claim, typed: Typed) -> Desk:
        desk = lay_out(claim, typed)
        with small_office.database.writing() as session:
            operations.save_draft(
                session,
                claim.id,
                header_of(desk.sheet.filing()),
                typed.pairs(),
                version=claim.version,
                by=small_office.actor("member"),
                at=NOON,
            )
        return desk

    monkeypatch.setattr("tracker.claims.views.filing.lay_out", saved_meanwhile)
    assert page.press("submit").status_code == 303
    assert the_claim(small_office, page.claim_id).state is State.IN_ROUTE


def test_a_second_window_is_told_what_differs_and_keeps_its_text(small_office: Office, browse: Browse) -> None:
    first = open_claim(browse("member"), small_office)
    second = FormPage(first.client, first.claim_id)
    first.fill(purpose="甲窗口写的")
    first.press("save")
    second.fill(purpose="乙窗口写的")
    part = second.ask("draft")
    assert part.status_code == 409
    for said in ("别的窗口改过", "报销事由", "甲窗口写的", "乙窗口写的"):
        assert said in part.text
    whole = second.press("save")
    assert whole.status_code == 409
    assert second.value("purpose") == "乙窗口写的"
    assert the_claim(small_office, first.claim_id).purpose == "甲窗口写的"


def test_a_second_window_may_overwrite_after_seeing_the_difference(small_office: Office, browse: Browse) -> None:
    first = open_claim(browse("member"), small_office)
    second = FormPage(first.client, first.claim_id)
    first.fill(purpose="甲窗口写的")
    first.press("save")
    second.fill(purpose="乙窗口写的")
    second.press("save")
    op = next(value for name, value in second.buttons if value.startswith("overwrite:"))
    assert second.press(op).status_code == 303
    assert the_claim(small_office, first.claim_id).purpose == "乙窗口写的"


def test_a_stale_window_cannot_submit(small_office: Office, browse: Browse) -> None:
    first = a_ready_form(browse("member"), small_office, a_payee(small_office))
    second = FormPage(first.client, first.claim_id)
    first.fill(note="改过")
    first.press("save")
    assert second.press("submit").status_code == 409
    assert held(small_office) == 0


def test_a_returned_claim_comes_back_with_its_rows_and_the_reason(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.press("submit")
    with small_office.database.writing() as session:
        operations.send_back(session, page.claim_id, command(small_office.actor("reviewer"), comment="请补审批单"))
    again = FormPage(page.client, page.claim_id)
    assert "请补审批单" in again.text
    assert again.value(f"line-{again.keys[0]}-amount") == "1,200.00"
    assert again.value(f"line-{again.keys[0]}-bill_number") == "26322000001234567890"
    again.fill(note="已补")
    assert again.press("submit").status_code == 303
    assert held(small_office) == 120_000


def test_a_withdrawn_claim_is_edited_again_under_its_number(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.press("submit")
    number = the_claim(small_office, page.claim_id).number
    with small_office.database.writing() as session:
        operations.withdraw(session, page.claim_id, command(small_office.actor("member")))
    again = FormPage(page.client, page.claim_id)
    assert number is not None
    assert number in again.text
    assert again.press("submit").status_code == 303
    assert the_claim(small_office, page.claim_id).number == number


def test_an_invoice_used_elsewhere_is_told_while_typing_and_refused(small_office: Office, browse: Browse) -> None:
    payee_id = a_payee(small_office)
    a_ready_form(browse("member"), small_office, payee_id).press("submit")
    second = a_ready_form(browse("member"), small_office, payee_id)
    assert "已在别的报销单里报过 1,200.00 元" in second.ask("check").text
    answer = second.press("submit")
    assert answer.status_code == 422
    assert f'href="#line-{second.keys[0]}-bill_number"' in answer.text
    assert held(small_office) == 120_000


def test_an_agent_files_on_behalf_and_both_names_stay(small_office: Office, browse: Browse) -> None:
    payee_id = a_payee(small_office)
    page = a_ready_form(browse("agent"), small_office, payee_id)
    assert page.press("submit").status_code == 303
    claim = the_claim(small_office, page.claim_id)
    assert (claim.filer_id, claim.beneficiary_id) == (small_office.people["agent"], small_office.people["member"])


def test_an_agent_cannot_file_for_someone_of_another_team(small_office: Office, browse: Browse) -> None:
    agent = browse("agent")
    first = agent.get("/claims/new").text
    assert "赵倩" not in first
    sent = agent.post(
        "/claims/new",
        data={
            "csrf_token": token(first),
            "command_id": hidden(first, "command_id"),
            "kind": "travel",
            "whom": f"{small_office.other_team_id}:{small_office.people['outsider']}",
            "fund_id": small_office.fund_id,
        },
    )
    assert sent.status_code == 422
    assert "请从列表中选择报销人与组团" in sent.text


@pytest.mark.parametrize("name", ["reviewer", "head", "officer", "cashier", "auditor", "administrator", "nobody"])
def test_those_who_do_not_file_find_no_form(small_office: Office, browse: Browse, name: str) -> None:
    page = open_claim(browse("member"), small_office)
    client = browse(name)
    for url in ("/claims/new", page.url, "/payees"):
        assert client.get(url).status_code == 403


def test_another_members_draft_is_not_found(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    for name in ("colleague", "agent", "outsider"):
        client = browse(name)
        assert client.get(page.url).status_code == 404
        body = {"csrf_token": token(client.get("/claims/new").text), "version": "1"}
        for what in ("edit", "draft", "check", "files", "copy", "draft/discard"):
            url = f"/claims/{page.claim_id}/{what}"
            assert client.post(url, data=body).status_code == 404, url


def test_the_beneficiary_sees_but_does_not_edit_what_an_agent_fills_in(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("agent"), small_office)
    assert browse("member").get(page.url).status_code == 403


def test_a_copy_brings_texts_but_no_days_bills_or_files(small_office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.press("submit")
    first = page.client.get("/claims/new").text
    assert "从已有单据复制" in first
    body = {"csrf_token": token(first), "command_id": hidden(first, "command_id")}
    sent = page.client.post(f"/claims/{page.claim_id}/copy", data=body)
    assert sent.location == page.client.post(f"/claims/{page.claim_id}/copy", data=body).location
    copied = FormPage(page.client, int(sent.location.split("/")[2]))
    key = copied.keys[0]
    assert key != page.keys[0]
    assert copied.value("purpose") == "购置招商资料用纸"
    assert copied.value(f"line-{key}-summary") == "打印纸"
    assert copied.value(f"line-{key}-amount") == "1,200.00"
    for cleared in ("spent_on", "bill_number", "bill_code", "face_fen"):
        assert copied.value(f"line-{key}-{cleared}") == "", cleared
    assert "发票.png" not in copied.text


def test_a_discarded_draft_is_gone(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    sent = page.client.post(f"/claims/{page.claim_id}/draft/discard", data={"csrf_token": page.value("csrf_token")})
    assert sent.status_code == 303
    assert page.client.get(page.url).status_code == 404


def test_a_form_without_its_token_is_not_taken(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    body = [(name, value) for name, value in page.pairs if name != "csrf_token"]
    for what in ("edit", "draft", "check", "files"):
        assert page.client.post(f"/claims/{page.claim_id}/{what}", data=dict(body)).status_code == 400


def test_the_list_narrows_pages_and_leads_to_the_claim(small_office: Office, browse: Browse) -> None:
    numbers = [a_submitted(small_office, 10_000 + count) for count in range(25)]
    member = browse("member")
    first = member.get("/claims").text
    assert first.count("data-row") == 20
    assert f'href="/claims/{numbers[-1]}"' in first
    older = re.search(r'href="([^"]*before=[^"]*)"', first)
    assert older is not None
    second = member.get(older[1].replace("&amp;", "&")).text
    assert second.count("data-row") == 5
    newer = re.search(r'href="([^"]*after=[^"]*)"', second)
    assert newer is not None
    assert member.get(newer[1].replace("&amp;", "&")).text.count("data-row") == 20
    assert member.get("/claims?text=BX-2026-0003").text.count("data-row") == 1
    assert member.get("/claims?state=paid").text.count("data-row") == 0
    assert member.get("/claims?most=50").text.count("data-row") == 25
    assert browse("reviewer").get("/claims").text.count("data-row") == 20
    assert browse("outsider").get("/claims?scope=all").text.count("data-row") == 0
    assert browse("administrator").get("/claims").status_code == 403


MADE_UP = (
    "before=x",
    "before=-1",
    "most=7",
    "state=%27",
    "kind[]=1",
    "fund=99999999999999999999",
    "text=%E2%80%AE%25_",
    "after=0&before=9",
    "_external=1&_scheme=javascript",
    "team=1%00",
)


@pytest.mark.parametrize("query", MADE_UP)
def test_a_made_up_address_of_the_list_is_no_fault(small_office: Office, browse: Browse, query: str) -> None:
    a_submitted(small_office)
    assert browse("member").get(f"/claims?{query}").status_code in {200, 400}


def test_own_drafts_lead_back_to_the_form(small_office: Office, browse: Browse) -> None:
    page = open_claim(browse("member"), small_office)
    assert f'href="{page.url}"' in page.client.get("/claims").text


@pytest.mark.parametrize(
    ("field", "typed", "says"),
    [
        ("bill_number", "9" * 31, "票据号码最多 30 位，填了 31 位"),
        ("bill_number", "9" * 100, "票据号码最多 30 位，填了 100 位"),
        ("bill_number", "\N{SQUARE CORPORATION}" * 10, "票据号码最多 30 位，填了 40 位"),
        ("bill_code", "8" * 21, "票据代码最多 20 位，填了 21 位"),
    ],
)
def test_a_number_longer_than_any_invoice_s_is_refused_beside_its_field(
    office: Office, browse: Browse, field: str, typed: str, says: str
) -> None:
    page = a_ready_form(browse("member"), office, a_payee(office))
    page.line(1, **{field: typed})

    answer = page.press("submit")

    assert answer.status_code == 422
    assert says in answer.text
    assert f'id="line-{page.keys[0]}-{field}"' in answer.text


def test_the_longest_number_and_code_and_texts_are_kept_whole(office: Office, browse: Browse) -> None:
    page = a_ready_form(browse("member"), office, a_payee(office))
    page.fill(purpose="事" * 200, note="注" * 400)
    page.line(1, bill_number="9" * 30, bill_code="8" * 20, summary="说" * 120)

    assert page.press("submit").status_code == 303

    with office.database.reading() as session:
        claim = session.get_one(Claim, page.claim_id)
        assert (claim.state, len(claim.purpose), len(claim.note)) == ("in_route", 200, 400)
        key = session.query(InvoiceKey).one()
        assert (key.number, key.code) == ("9" * 30, "8" * 20)


OLD_OR_NEW = {
    "8 digits": ({"bill_number": "12345678"}, True),
    "8 digits, full-width": ({"bill_number": "１２３４ ５６７８"}, True),
    "8 digits and the code": ({"bill_number": "12345678", "bill_code": "032002300111"}, False),
    "20 digits": ({"bill_number": "26322000001234567890"}, False),
    "7 digits": ({"bill_number": "1234567"}, False),
    "no number": ({"bill_number": ""}, False),
    "a fiscal receipt": ({"bill_kind": "财政票据", "bill_number": "12345678"}, False),
    "another paper": ({"bill_kind": "其他", "bill_number": "12345678"}, False),
}


@pytest.mark.parametrize("case", OLD_OR_NEW)
def test_the_code_is_asked_of_an_invoice_of_the_old_form_alone(small_office: Office, browse: Browse, case: str) -> None:
    texts, is_asked = OLD_OR_NEW[case]
    page = a_ready_form(browse("member"), small_office, a_payee(small_office))
    page.line(1, **{"bill_kind": "发票", "bill_code": "", **texts})

    answer = page.press("submit")

    assert answer.status_code == (422 if is_asked else 303)
    assert ("第 1 行：票据号码是 8 位" in answer.text) is is_asked
    assert not is_asked or f'href="#line-{page.keys[0]}-bill_code"' in answer.text
