"""Paying on the page: in parts, to several payees, never a fen too much; and what the bank sends back."""

from __future__ import annotations

import pytest

from tests.claims.gate_pages import forms_of, press, words
from tests.holds import nothing_broken
from tests.office import NOON, PEOPLE, Office, a_paid, a_payee, an_accepted, an_approved
from tests.pages import Browse
from tests.web.checked_client import token
from tracker.claims.lifecycle import State
from tracker.claims.models import Claim, Payee, PayMethod
from tracker.funds.queries import team_cell


def the(office: Office, claim_id: int) -> Claim:
    with office.database.reading() as session:
        claim = session.get_one(Claim, claim_id)
        len(claim.payments), len(claim.decisions)
        return claim


def account(office: Office) -> tuple[int, int]:
    """The team's held and spent money, in fen."""
    with office.database.reading() as session:
        cell = team_cell(session, office.fund_id, office.team_id)
        assert cell is not None
        return cell.held, cell.spent


def a_vendor(office: Office, *, team_id: int | None = None) -> int:
    with office.database.writing() as session:
        vendor = Payee(
            method=PayMethod.VENDOR,
            team_id=team_id or office.team_id,
            holder="云湖印务有限公司",
            bank="江苏银行",
            account_cipher=b"sealed",
            tail="0099",
            created_by=office.people["member"],
            created_at=NOON,
        )
        session.add(vendor)
        session.flush()
        return vendor.id


def test_the_rest_is_prefilled_to_the_account_on_the_claim(small_office: Office, browse: Browse) -> None:
    claim_id = an_accepted(small_office, 600_000)
    page = browse("cashier").get(f"/claims/{claim_id}/payments")
    values = forms_of(page)[f"/claims/{claim_id}/payments"]
    assert (values["amount_fen"], values["paid_on"]) == ("6,000.00", "2026-03-09")
    assert values["payee_id"] == str(the(small_office, claim_id).payee_id)


def test_one_bank_reference_for_two_payees_is_pointed_out_and_for_one_transfer_is_not(
    small_office: Office, browse: Browse
) -> None:
    claim_id, vendor = an_accepted(small_office, 600_000), a_vendor(small_office)
    cashier, address = browse("cashier"), f"/claims/{claim_id}/payments"
    own = str(the(small_office, claim_id).payee_id)
    warned = []
    for payee, yuan, reference in (
        (own, "100.55", "流水001"),
        (own, "20.00", "流水001"),
        (str(vendor), "300", "流水001"),
    ):
        sent = press(cashier, cashier.get(address), address, payee_id=payee, amount_fen=yuan, reference=reference)
        assert sent.status_code == 303
        warned.append("也登记在 ZF-2026-0002、ZF-2026-0001" in words(cashier.get(address)))
    assert warned == [False, False, True]
    nothing_broken(small_office.database)


def test_a_claim_is_paid_in_parts_to_two_payees_and_both_books_agree(office: Office, browse: Browse) -> None:
    claim_id, vendor = an_accepted(office, 600_000), a_vendor(office)
    cashier, address = browse("cashier"), f"/claims/{claim_id}/payments"
    first = press(
        cashier, cashier.get(address), address, amount_fen="1,234.56", payee_id=str(vendor), reference="JS0001"
    )
    page = cashier.get(first.location)
    assert "已登记支付 1,234.56 元，还应支付 4,765.44 元" in words(page)
    assert account(office) == (476_544, 123_456)
    assert forms_of(page)[address]["amount_fen"] == "4,765.44"
    last = press(cashier, page, address)
    assert "BX-2026-0001 已付清" in words(cashier.get(last.location))
    claim = the(office, claim_id)
    assert (claim.state, [payment.holder for payment in claim.payments]) == (State.PAID, ["云湖印务有限公司", "陈立"])
    assert account(office) == (0, 600_000)
    nothing_broken(office.database)


def test_one_fen_over_is_refused_naming_what_is_still_owed(small_office: Office, browse: Browse) -> None:
    claim_id = an_accepted(small_office, 600_000)
    cashier, address = browse("cashier"), f"/claims/{claim_id}/payments"
    answer = press(cashier, cashier.get(address), address, amount_fen="6000.01")
    assert answer.status_code == 422
    assert "还应支付 6,000.00 元，本次填了 6,000.01 元" in words(answer)
    assert account(small_office) == (600_000, 0)


def test_the_second_click_pays_once(small_office: Office, browse: Browse) -> None:
    claim_id = an_accepted(small_office, 600_000)
    cashier, address = browse("cashier"), f"/claims/{claim_id}/payments"
    page = cashier.get(address)
    for _ in range(2):
        assert press(cashier, page, address, amount_fen="100").status_code == 303
    assert [payment.amount_fen for payment in the(small_office, claim_id).payments] == [10_000]


def test_a_page_drawn_before_another_payment_pays_nothing(small_office: Office, browse: Browse) -> None:
    claim_id = an_accepted(small_office, 600_000)
    cashier, address = browse("cashier"), f"/claims/{claim_id}/payments"
    old = cashier.get(address)
    press(cashier, cashier.get(address), address, amount_fen="100")
    answer = press(cashier, old, address, amount_fen="100", reference="流水 77")
    assert answer.status_code == 409
    assert "沈洁于 03-09 14:00 已「支付」，你这一步没有保存" in words(answer)
    assert forms_of(answer)[address]["reference"] == "流水 77"
    assert len(the(small_office, claim_id).payments) == 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("paid_on", "2026-03-10", "支付日期不能晚于今天"),
        ("paid_on", "2026-03-08", "支付日期早于财政复核的日期"),
        ("paid_on", "2026-02-30", "没有 2026 年 2 月 30 日这一天"),
        ("paid_on", "", "请填写支付日期"),
        ("amount_fen", "0", "金额不能是 0"),
        ("amount_fen", "-5", "金额不能是负数"),
        ("amount_fen", "1.005", "金额最多两位小数"),
        ("payee_id", "999999", "请从列表中选择收款账户"),
        ("payee_id", "x", "请从列表中选择收款账户"),
        ("payee_id", "", "请选择收款账户"),
        ("reference", "7" * 61, "银行流水号最多 60 字"),
    ],
)
def test_what_cannot_be_a_payment_is_said_beside_the_field(
    small_office: Office, browse: Browse, field: str, typed: str, sentence: str
) -> None:
    claim_id = an_accepted(small_office, 600_000)
    cashier, address = browse("cashier"), f"/claims/{claim_id}/payments"
    answer = press(cashier, cashier.get(address), address, **{field: typed})
    assert answer.status_code == 422
    assert sentence in words(answer)
    assert account(small_office) == (600_000, 0)


def test_another_team_s_vendor_is_not_offered_and_not_taken(small_office: Office, browse: Browse) -> None:
    claim_id, vendor = an_accepted(small_office, 600_000), a_vendor(small_office, team_id=small_office.other_team_id)
    cashier, address = browse("cashier"), f"/claims/{claim_id}/payments"
    page = cashier.get(address)
    assert "云湖印务有限公司" not in page.text
    assert press(cashier, page, address, payee_id=str(vendor)).status_code == 422


def test_a_returned_payment_is_payable_again_and_the_record_stays(office: Office, browse: Browse) -> None:
    claim_id = a_paid(office, 600_000)
    cashier, address = browse("cashier"), f"/claims/{claim_id}/payments"
    answer = press(cashier, cashier.get(address), f"{address}/returned", comment="账号已注销")
    page = cashier.get(answer.location)
    assert "退票已登记，金额回到待支付" in words(page)
    assert "2026-03-09 退票" in words(page)
    assert (the(office, claim_id).state, account(office)) == (State.ACCEPTED, (600_000, 0))
    again = press(cashier, page, address, payee_id=str(a_payee(office)))
    assert again.status_code == 303
    assert (the(office, claim_id).state, account(office)) == (State.PAID, (0, 600_000))
    nothing_broken(office.database)


def test_a_return_needs_its_reason_and_a_day_after_the_payment(small_office: Office, browse: Browse) -> None:
    claim_id = a_paid(small_office, 600_000)
    cashier, address = browse("cashier"), f"/claims/{claim_id}/payments"
    page = cashier.get(address)
    assert "请填写退票原因" in words(press(cashier, page, f"{address}/returned"))
    late = press(cashier, page, f"{address}/returned", comment="退", returned_on="2026-03-10")
    assert "退票日期要在支付日期之后、今天或以前" in words(late)
    assert the(small_office, claim_id).state is State.PAID


@pytest.mark.parametrize("who", [who for who in PEOPLE if who != "cashier"])
def test_only_the_cashier_pays(small_office: Office, browse: Browse, who: str) -> None:
    claim_id = an_accepted(small_office, 600_000)
    client, address = browse(who), f"/claims/{claim_id}/payments"
    claim = the(small_office, claim_id)
    body = {
        "csrf_token": token(client.get("/").text),
        "version": str(claim.version),
        "payee_id": str(claim.payee_id),
        "amount_fen": "10",
        "paid_on": "2026-03-09",
    }
    assert client.post(address, data=body).status_code in {403, 404}
    assert "登记支付" not in client.get(address).text.partition("<main")[2]
    assert account(small_office) == (600_000, 0)


def test_nothing_is_paid_before_finance_has_verified(small_office: Office, browse: Browse) -> None:
    claim_id = an_approved(small_office, 600_000)
    cashier, address = browse("cashier"), f"/claims/{claim_id}/payments"
    page = cashier.get(address)
    assert address not in forms_of(page)
    body = {
        "csrf_token": token(page.text),
        "version": str(the(small_office, claim_id).version),
        "payee_id": str(the(small_office, claim_id).payee_id),
        "amount_fen": "10",
        "paid_on": "2026-03-09",
    }
    assert cashier.post(address, data=body).status_code == 409


def test_the_cashier_s_list_has_three_piles_that_add_up(small_office: Office, browse: Browse) -> None:
    an_accepted(small_office, 600_000)
    a_paid(small_office, 120_000)
    cashier = browse("cashier")
    due = words(cashier.get("/payments"))
    assert "待支付合计 ¥6,000.00" in due
    assert "BX-2026-0001" in due
    assert "BX-2026-0002" not in due
    paid = words(cashier.get("/payments?pile=paid"))
    assert "已支付合计 ¥1,200.00" in paid
    assert "ZF-2026-0001" in paid
    assert "没有退票" in words(cashier.get("/payments?pile=returned"))


@pytest.mark.parametrize("text", ["BX-2026-0001", "陈立"])
def test_the_list_is_narrowed_by_number_and_person(small_office: Office, browse: Browse, text: str) -> None:
    an_accepted(small_office, 600_000)
    cashier = browse("cashier")
    assert "BX-2026-0001" in words(cashier.get("/payments", query_string={"text": text}))
    assert "没有待支付的单据" in words(cashier.get("/payments", query_string={"text": "%_"}))
    assert "没有待支付的单据" in words(cashier.get("/payments", query_string={"team": str(small_office.other_team_id)}))


def test_the_list_is_finance_s_and_the_auditor_s(small_office: Office, browse: Browse) -> None:
    for who in PEOPLE:
        expected = 200 if who in {"officer", "cashier", "auditor"} else 403
        assert browse(who).get("/payments").status_code == expected, who
