"""Every main page, for the seat that uses it: fit for everybody, nothing sideways, no complaint, no dead link."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.site import HEIGHTS, Site, scrolls_sideways
from tests.office import a_draft, a_filing, a_paid, a_submitted, an_accepted, an_approved
from tests.web.test_browser import RULES
from tracker.vouchers.models import Voucher

WALKS: dict[str, tuple[str, ...]] = {
    "": ("/sign-in", "/verify", "/verify/{code}", "/verify/NOSUCHPAPER"),
    "member": (
        "/",
        "/claims",
        "/claims/new",
        "/claims/{draft}/edit",
        "/claims/{waiting}",
        "/claims/{paid}/voucher",
        "/inbox?tab=started",
        "/payees",
        "/invoices",
        "/budget",
        "/me",
        "/me/password",
        "/no-such-page",
        "/trail",
    ),
    "reviewer": (
        "/",
        "/inbox",
        "/claims/{waiting}?from=inbox",
        "/people",
        "/titles",
        "/secondments",
        "/secondments/new",
        "/equipment",
        "/equipment/new",
        "/equipment/handovers",
        "/equipment/handovers/new",
        "/equipment/rooms",
        "/equipment/rooms/new",
        "/equipment/stocktakes",
    ),
    "head": ("/", "/inbox", "/budget", "/secondments/import", "/secondments/confirmations"),
    "officer": (
        "/",
        "/inbox",
        "/claims/{approved}?from=inbox",
        "/budget",
        "/funds",
        "/funds/new",
        "/funds/{fund}",
        "/funds/{fund}/accounts/{cell}",
        "/funds/{fund}/papers/new/supplement",
        "/funds/{fund}/papers/new/move",
        "/funds/{fund}/papers/new/limit",
    ),
    "cashier": ("/", "/payments", "/claims/{accepted}/payments", "/claims/{paid}/payments"),
    "auditor": (
        "/",
        "/claims",
        "/claims/{paid}",
        "/units",
        "/units/1",
        "/teams/1",
        "/titles",
        "/trail",
        "/trail/1",
        "/trail/chains",
    ),
    "administrator": (
        "/",
        "/people",
        "/people/new",
        "/people/1",
        "/people/1/seats/new",
        "/units",
        "/units/new",
        "/teams/new",
    ),
    "nobody": ("/", "/claims"),
}
"""Who looks at which pages; pages that only say no are walked by those who run into them."""


@pytest.fixture(scope="module")
def places(served: Site) -> dict[str, object]:
    """Fill the office with a claim at every stop."""
    office = served.office
    found: dict[str, object] = {
        "fund": office.fund_id,
        "cell": 2,
        "draft": a_draft(office, a_filing(office, 45_000, 15_000)),
        "waiting": a_submitted(office, 650_000, 20_000),
        "approved": an_approved(office, 310_000),
        "accepted": an_accepted(office, 220_000),
        "paid": a_paid(office, 120_000),
    }
    with office.database.reading() as session:
        found["code"] = session.query(Voucher).order_by(Voucher.id).first().verify_code  # type: ignore[union-attr]
    return found


def walk(page: Page, who: str, places: dict[str, object]) -> Iterator[str]:
    for pattern in WALKS[who]:
        path = pattern.format(**places)
        page.goto(path)
        yield path


def unfit(page: Page, where: str) -> list[str]:
    """Say what axe finds wrong with a page as it stands, one line for each rule and place."""
    found = page.evaluate("(options) => axe.run(document, options)", {**RULES, "resultTypes": ["violations"]})
    return [
        f"{where}: {one['id']} {node['target']} {node['html'][:160]}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def too_wide(page: Page, where: str) -> list[str]:
    """Say at which widths the page scrolls sideways; leaves the window as wide as a desk's."""
    wrong: list[str] = []
    for width in (320, 390, 1366):
        page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        if wide := scrolls_sideways(page):
            wrong.append(f"{where} at {width}: {wide} px too wide")
    return wrong


@pytest.mark.parametrize("who", WALKS)
def test_pages_are_fit_for_everybody_on_desk_and_phone_and_in_large_type(
    site: Site, places: dict[str, object], who: str
) -> None:
    wrong: list[str] = []
    with site.window(who) as page:
        for path in walk(page, who, places):
            page.evaluate(Axe().axe_script)
            wrong += too_wide(page, path)
            wrong += unfit(page, path)
            page.set_viewport_size({"width": 390, "height": HEIGHTS[390]})
            wrong += unfit(page, f"{path} at 390")
            page.set_viewport_size({"width": 1366, "height": HEIGHTS[1366]})
            page.evaluate("document.documentElement.dataset.size = 'large'")
            wrong += too_wide(page, f"{path} in large type")
            wrong += unfit(page, f"{path} in large type")
    assert wrong == []


@pytest.mark.parametrize("who", [who for who in WALKS if who])
def test_no_link_of_a_page_leads_nowhere(site: Site, places: dict[str, object], who: str) -> None:
    """An address is right when the site knows it; whether this person may go there is another test's question."""
    dead: set[str] = set()
    asked: set[str] = set()
    with site.window(who) as page:
        for path in walk(page, who, places):
            for address in page.evaluate("[...document.querySelectorAll('a[href]')].map((a) => a.href)"):
                parts = urlsplit(address)
                plain = parts.path + (f"?{parts.query}" if parts.query else "")
                if not address.startswith(site.address) or plain in asked:
                    continue
                asked.add(plain)
                if parts.path != path and page.request.get(plain).status == 404:
                    dead.add(f"{path} leads to {plain}")
    assert sorted(dead) == []
