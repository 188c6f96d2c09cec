"""The pages of the standards' figures: read by all, kept by the finance officer alone, felt at the next card."""

from __future__ import annotations

import pytest

from tests.office import Office
from tests.pages import Browse
from tests.web.checked_client import CheckedClient, hidden, token

LIST = "/equipment/standards/figures?set=central-2016"
SCANNER = "/equipment/standards/figures/central-2016/scanner.cap"
CHECK = {"verdict": "verified", "number": "财资〔2016〕27号", "remark": "附件一第 2 页"}
EDITION = {"cap": "6,000.00", "since": "2026-03-01", "paper": "云财资〔2026〕8号", "origin": "第 3 页"}


def _text(client: CheckedClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.get_data(as_text=True))


def _sent(client: CheckedClient, page: str, address: str, facts: dict[str, str]) -> int:
    form = _text(client, page)
    keys = {"csrf_token": token(form), "command_id": hidden(form, "command_id")}
    return client.post(address, data={**keys, **facts}).status_code


@pytest.mark.parametrize("name", ["member", "reviewer", "head", "cashier", "auditor"])
def test_who_reads_things_reads_the_figures_and_cannot_keep_them(
    small_office: Office, browse: Browse, name: str
) -> None:
    client = browse(name)
    page = _text(client, LIST)
    assert "未核实，只作提醒" in page
    assert "记录核对结果" not in page
    one = _text(client, SCANNER)
    assert "采用新标准" not in one
    for verb, facts in (("check", CHECK), ("edition", EDITION)):
        keys = {"csrf_token": token(one), "command_id": "a" * 32}
        assert client.post(f"{SCANNER}/{verb}", data={**keys, **facts}).status_code == 403


@pytest.mark.parametrize("name", ["administrator", "nobody"])
def test_who_has_no_business_with_things_sees_no_figure(small_office: Office, browse: Browse, name: str) -> None:
    assert browse(name).get(LIST).status_code == 403
    assert browse(name).get(SCANNER).status_code == 403


def test_the_officer_checks_a_figure_and_the_next_card_over_it_is_stopped(small_office: Office, browse: Browse) -> None:
    officer = browse("officer")
    assert _sent(officer, SCANNER, f"{SCANNER}/check", CHECK) == 303
    page = _text(officer, SCANNER)
    assert "附件一第 2 页" in page
    assert "方志远" in page
    keeper = browse("reviewer")
    form = _text(keeper, "/equipment/new")
    card = {
        "csrf_token": token(form),
        "command_id": hidden(form, "command_id"),
        "unit_id": small_office.lead_unit_id,
        "name": "扫描仪",
        "kind": "scanner",
        "copies": "1",
        "price": "4,000.01",
        "bought_on": "2026-01-12",
        "life_years": "6",
        "source": "purchase",
    }
    refused = keeper.post("/equipment/new", data={**card, "seen": "yes"})
    assert refused.status_code == 422
    assert "超出价格上限 4,000.00 元 0.01 元" in refused.get_data(as_text=True)


def test_the_officer_adopts_a_newer_figure_and_both_stay_on_the_page(small_office: Office, browse: Browse) -> None:
    officer = browse("officer")
    assert _sent(officer, SCANNER, f"{SCANNER}/edition", EDITION) == 303
    page = _text(officer, SCANNER)
    assert "6,000.00 元" in page
    assert "4,000.00 元" in page
    assert "云财资〔2026〕8号" in _text(browse("member"), LIST)
    early = officer.post(
        f"{SCANNER}/edition", data={"csrf_token": token(page), "command_id": "b" * 32, **EDITION, "cap": "5,000.00"}
    )
    assert early.status_code == 422
    assert "原有的不能改写" in early.get_data(as_text=True)


def test_a_whole_standard_is_checked_on_its_page(small_office: Office, browse: Browse) -> None:
    officer = browse("officer")
    address = "/equipment/standards/figures/central-2016/check"
    assert _sent(officer, LIST, address, {**CHECK, "remark": ""}) == 422
    assert _sent(officer, LIST, address, CHECK) == 303
    assert "未核实，只作提醒" not in _text(officer, LIST).partition("</table>")[0]
    assert "有公开出处，本区未核对" not in _text(officer, LIST).partition("</table>")[0]


def test_a_figure_nobody_here_checked_is_not_called_verified(small_office: Office, browse: Browse) -> None:
    figures = _text(browse("officer"), LIST).partition("</table>")[0]
    assert "有公开出处，本区未核对" in figures
    assert "已核实" not in figures


def test_a_standard_or_figure_nobody_knows_is_not_found(small_office: Office, browse: Browse) -> None:
    officer = browse("officer")
    for place in ("moon/scanner.cap", "central-2016/moon.cap"):
        assert officer.get(f"/equipment/standards/figures/{place}").status_code == 404
    assert _sent(officer, LIST, "/equipment/standards/figures/moon/check", CHECK) == 404
