"""The list of claims: page after page and back again, searched as people type, and nothing for the administrator."""

from __future__ import annotations

import html
import re
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from tests.office import NOON, TODAY, Office, a_paid, a_submitted
from tests.pages import Browse, Clock
from tests.web.checked_client import CheckedClient
from tracker.claims.models import Attachment, Claim
from tracker.claims.queries import LONG_WAIT_DAYS, Wanted, listed
from tracker.evidence.models import Evidence
from tracker.kernel.actors import SeatKind
from tracker.teams.models import Seat


def sequence(text: str) -> list[int]:
    return list(dict.fromkeys(int(number) for number in re.findall(r"BX-2026-(\d+)", text)))


def further(client: CheckedClient, page: str, edge: str) -> str:
    found = re.search(rf'href="(/claims\?[^"]*\b{edge}=\d+[^"]*)"', page)
    assert found, f"no way to the page {edge}"
    return client.get(found[1].replace("&amp;", "&")).text


def test_three_pages_there_are_the_same_three_pages_back(small_office: Office, browse: Browse) -> None:
    for turn in range(47):
        a_submitted(small_office, 1_000 + turn)
    reviewer = browse("reviewer")

    first = reviewer.get("/claims?scope=all").text
    second = further(reviewer, first, "before")
    third = further(reviewer, second, "before")

    assert [sequence(page) for page in (first, second, third)] == [
        list(range(47, 27, -1)),
        list(range(27, 7, -1)),
        list(range(7, 0, -1)),
    ]
    back = further(reviewer, third, "after")
    assert sequence(back) == sequence(second)
    assert sequence(further(reviewer, back, "before")) == sequence(third)
    top = further(reviewer, back, "after")
    assert sequence(top) == sequence(first)
    assert "after=" not in top


def test_newer_pages_keep_to_what_the_list_is_narrowed_to(small_office: Office) -> None:
    odd = [a_submitted(small_office, 1_000 + turn) for turn in range(6)][::2]
    with small_office.database.writing() as session:
        session.execute(update(Claim).where(Claim.id.in_(odd)).values(purpose="看样"))
    with small_office.database.reading() as session:
        wanted = Wanted(text="看样", after=odd[0], most=1)
        assert [row.id for row in listed(session, small_office.actor("reviewer"), wanted)] == [odd[1]]


@pytest.mark.parametrize(
    ("typed", "finds"),
    [
        ("tesla", True),
        ("Tesla 考察", True),
        ("TESLA 考察", True),
        ("bx-2026", True),
        ("BX-2026-0001", True),
        ("0%_A", True),
        ("0%_", True),
        ("5%", False),
        ("T%a", False),
        ("Tesl_", False),
        ("/", False),
        ("\\", False),
    ],
)
def test_a_search_takes_letters_of_either_size_and_signs_as_they_are(
    office: Office, typed: str, *, finds: bool
) -> None:
    claim_id = a_submitted(office)
    with office.database.writing() as session:
        session.execute(update(Claim).values(purpose="Tesla 考察 100%_a"))
    with office.database.reading() as session:
        found = [row.id for row in listed(session, office.actor("reviewer"), Wanted(text=typed))]
    assert found == ([claim_id] if finds else [])


def test_who_became_administrator_sees_nothing_of_the_claims_once_filed(small_office: Office, browse: Browse) -> None:
    claim_id = a_submitted(small_office)
    with small_office.database.reading() as session:
        laid = session.query(Attachment).filter_by(claim_id=claim_id).one()
        handle = session.get_one(Evidence, laid.evidence_id).handle
    before = browse("member")
    assert "BX-2026-0001" in before.get("/inbox?tab=started").text
    assert before.get(f"/evidence/{handle}").status_code == 200
    member = small_office.people["member"]
    with small_office.database.writing() as session:
        session.execute(update(Seat).where(Seat.person_id == member).values(held_until=TODAY))
        session.add(
            Seat(
                person_id=member,
                kind=SeatKind.ADMINISTRATOR,
                held_from=date(2026, 1, 1),
                given_by=small_office.people["administrator"],
                given_at=NOON,
            )
        )

    client = browse("member")

    for address in ("/", "/inbox", "/inbox?tab=started", "/inbox?tab=done", "/claims?scope=mine"):
        page = client.get(address).text
        assert "BX-2026-0001" not in page, address
        assert "购置招商资料用纸" not in page, address
    for address in (
        f"/claims/{claim_id}",
        f"/claims/{claim_id}/voucher",
        f"/evidence/{handle}",
        f"/evidence/{handle}/thumb.png",
        f"/evidence/{handle}/pages/1.png",
    ):
        assert client.get(address).status_code == 404, address


def test_the_long_waits_the_board_counts_are_the_ones_its_link_lists(
    small_office: Office, browse: Browse, page_clock: Clock
) -> None:
    waits, _paid = a_submitted(small_office, 40_000), a_paid(small_office, 30_000)
    page_clock.moment += timedelta(days=LONG_WAIT_DAYS, minutes=1)
    officer = browse("officer")
    board = officer.get("/budget").text
    assert "1 张报销单在一处等了 5 天以上" in board
    address = html.unescape(re.findall(r'href="(/claims[^"]*state=late)"', board)[0])
    page = officer.get(address).text
    assert re.findall(r'href="/claims/(\d+)"', page) == [str(waits)]
    assert '<option value="late" selected>等了 5 天以上</option>' in page  # narrowed further, it stays so

    with small_office.database.writing() as session:
        session.execute(update(Claim).values(waiting_since=page_clock.moment))
    assert re.findall(r'href="/claims/(\d+)"', officer.get(address).text) == []
