"""Every page of every seat on PostgreSQL, in an office that has something of everything; and the main acts once."""

from __future__ import annotations

import re
import secrets
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from tests.claims.form_pages import a_ready_form
from tests.claims.gate_pages import form_for
from tests.equipment.things import a_room, a_thing, handed, order, to_member
from tests.funds.test_pages import PAPER
from tests.holds import nothing_broken
from tests.logistics.test_secondments_pages import new
from tests.office import (
    NOON,
    Office,
    a_draft,
    a_filing,
    a_paid,
    a_payee,
    a_submitted,
    an_accepted,
    an_approved,
    command,
)
from tests.pages import Browse
from tests.postgres import PostgresServer
from tests.secondments.seconded import recorded, with_home_unit
from tests.teams.test_people_pages import sent
from tests.web.checked_client import CheckedClient
from tracker.claims import operations
from tracker.claims.lifecycle import State
from tracker.claims.models import Claim, Payment
from tracker.claims.operations.payments import PaymentFacts
from tracker.equipment.lifecycle import Handing
from tracker.equipment.operations import count_item, open_stocktake
from tracker.equipment.operations.counting import StocktakeFacts
from tracker.evidence.models import Evidence, EvidenceKind
from tracker.evidence.operations import StoredFile, keep
from tracker.evidence.operations.readings import FileRead
from tracker.evidence.reading import Reading
from tracker.kernel.clock import day_of
from tracker.storage import Base, open_database, use
from tracker.storage.files import FileStore, current_files, use_files
from tracker.vouchers.models import Voucher
from tracker.web.limits import limiter

SEATS = [
    "member",
    "agent",
    "liaison",
    "reviewer",
    "head",
    "officer",
    "cashier",
    "auditor",
    "administrator",
    "home",
    "nobody",
]
SEE_ALL = ("member", "reviewer", "officer")
"""Who open every claim, in whatever state it is; the others a draft and a paid one."""

NARROWED: tuple[dict[str, str], ...] = (
    {},
    {
        "text": "A%_",
        "q": "a b",
        "team": "1",
        "fund": "1",
        "category": "1",
        "state": "open",
        "before": "3",
        "older": "9",
        "since": "2026-01-01",
        "until": "2026-12-31",
        "show": "used",
        "tab": "done",
        "pile": "paid",
        "account": "open",
        "from": "inbox",
        "ids": "1,2",
        "of": "2",
        "person": "陈",
        "seat": "member",
    },
    {
        "after": "1",
        "newer": "1",
        "tab": "started",
        "pile": "returned",
        "state": "paid",
        "text": "BX-2026-0001",
        "account": "resting",
        "kind": "claim",
    },
)
"""A page as it is opened, and narrowed and paged in the ways the lists offer."""

NO_PAGE = {"static", "claims.voucher_pdf", "claims.bundle_pdf"}
"""The papers are drawn, each for seconds; they have their own test below."""


@pytest.fixture(scope="module")
def filled(
    postgres_server: PostgresServer, postgres_office: tuple[str, Office], tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Office, Path]:
    """The office made once: claims in every state, vouchers void and valid, payments, readings, rooms, things."""
    template, made = postgres_office
    name, files = "template_full", tmp_path_factory.mktemp("full") / "files"
    postgres_server.create(name, template=template)
    database = use(open_database(postgres_server.url(name)))
    use_files(FileStore(files))
    office = replace(made, database=database, people=dict(made.people))
    _fill(office)
    database.close()
    return name, office, files


@pytest.fixture
def pages_of(filled: tuple[str, Office, Path], postgres_server: PostgresServer, tmp_path: Path) -> Iterator[Office]:
    """A copy of it, of which the pages of this module are."""
    template, made, files = filled
    name = f"pages_{secrets.token_hex(6)}"
    postgres_server.create(name, template=template)
    shutil.copytree(files, tmp_path / "files")
    opened = use(open_database(postgres_server.url(name)))
    use_files(FileStore(tmp_path / "files"))
    yield replace(made, database=opened)
    opened.close()
    postgres_server.drop(name)


def _fill(office: Office) -> None:
    a_draft(office, a_filing(office))
    a_submitted(office, 100_000)
    a_submitted(office, 600_000)
    an_approved(office, 600_000)
    an_accepted(office, 90_000)
    a_paid(office, 120_000)
    for act, who in ((operations.send_back, "reviewer"), (operations.reject, "reviewer")):
        claim_id = a_submitted(office, 70_000)
        with office.database.writing() as session:
            act(session, claim_id, command(office.actor(who), comment="请补材料"))
    part = an_accepted(office, 80_000)
    back = an_accepted(office, 60_000)
    for claim_id, fen in ((part, 30_000), (back, 60_000)):
        with office.database.writing() as session:
            payee_id = session.get_one(Claim, claim_id).payee_id or 0
            operations.pay(
                session, claim_id, PaymentFacts(payee_id, fen, day_of(NOON)), command(office.actor("cashier"))
            )
    with office.database.writing() as session:
        payment = session.scalars(select(Payment.id).where(Payment.claim_id == back)).one()
        operations.payment_returned(
            session, back, payment, day_of(NOON), command(office.actor("cashier"), comment="账号不符")
        )
    void = an_approved(office, 50_000)
    with office.database.writing() as session:
        operations.finance_return(session, void, command(office.actor("officer"), comment="科目不对"))
    _read_an_invoice(office)
    with_home_unit(office)
    recorded(office, id_number="", phone="")
    room = a_room(office)
    numbers = [a_thing(office) for _ in range(3)]
    handed(office, Handing.ISSUE, numbers[0], to=to_member(office, room))
    facts = StocktakeFacts("一季度盘点", office.lead_unit_id, date(2026, 3, 31), [office.people["member"]])
    with office.database.writing() as session:
        count = open_stocktake(session, facts, order(office.actor("reviewer"))).id
    with office.database.writing() as session:
        count_item(session, count, numbers[0], order(office.actor("member")), room_id=room)


def _read_an_invoice(office: Office) -> None:
    """A file in the member's folder with what was read of it."""
    data = b"%PDF-1.4 an invoice"
    reading = Reading(
        invoice_number="26322000000012345678", total_fen=120_000, issue_date=date(2026, 3, 2), seller_name="纸店"
    )
    with office.database.writing() as session:
        stored = StoredFile(current_files().put(data), len(data), "pdf", "发票.pdf")
        keep(session, stored, EvidenceKind.INVOICE, by=office.actor("member"), at=NOON, read=FileRead(reading))


def test_the_office_has_claims_in_every_state_and_something_of_everything(pages_of: Office) -> None:
    with pages_of.database.reading() as session:
        states = set(session.scalars(select(Claim.state).distinct()))
        empty = [
            table.name
            for table in Base.metadata.sorted_tables
            if session.execute(select(table).limit(1)).one_or_none() is None
        ]
    assert states == set(State) - {State.DISCARDED}
    assert (
        set(empty) & {"voucher", "payment", "evidence_reading", "secondment", "room", "equipment", "stocktake"} == set()
    )


@pytest.mark.parametrize("name", SEATS)
def test_no_page_falls_over(
    pages_of: Office, app: Flask, browse: Browse, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limiter, "enabled", False)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    client = browse(name)
    ids = _every_id(pages_of, of_all=name in SEE_ALL)
    fallen, opened = [], 0
    for rule in sorted(app.url_map.iter_rules(), key=lambda one: one.rule):
        if "GET" not in (rule.methods or ()) or rule.endpoint in NO_PAGE:
            continue
        for address in _addresses(rule, ids):
            for narrowed in NARROWED if "<" not in rule.rule else NARROWED[:1]:
                status = client.get(address, query_string=narrowed).status_code
                opened += status == 200
                if status >= 500:
                    fallen.append(f"{address} {narrowed}: {status}")
    assert fallen == []
    assert opened > 3


def _every_id(office: Office, *, of_all: bool) -> dict[str, list[Any]]:
    """What stands in an address, by the name it has there: each claim, or the first and a paid one; one of the rest."""
    claims = select(Claim.id).order_by(Claim.id)
    if not of_all:
        claims = claims.where((Claim.state == State.PAID) | (Claim.state == State.DRAFT)).limit(2)
    with office.database.reading() as session:
        return {
            "claim_id": list(session.scalars(claims)),
            "code": list(session.scalars(select(Voucher.verify_code).limit(1))),
            "handle": list(session.scalars(select(Evidence.handle).order_by(Evidence.id.desc()).limit(1))),
            "person_id": [office.people["member"], office.people["officer"]],
            "number": ["ZC-2026-0001"],
        }


def _addresses(rule: Rule, ids: dict[str, list[Any]]) -> Iterator[str]:
    """The route with each value of its first argument that has several, and one of every other."""
    several = next((name for name in rule.arguments if len(ids.get(name, [])) > 1), "")
    for value in ids.get(several, [1]):

        def filled(found: re.Match[str], value: object = value) -> str:
            choice, name = found[1] or "", found[2]
            if choice.startswith("any("):
                return choice[4:-1].split(",")[0].strip("'\" ")
            return str(value if name == several else ids.get(name, [1])[0])

        yield re.sub(r"<(?:([^:<>]+(?:\([^)]*\))?):)?([^<>]+)>", filled, rule.rule)


def test_the_papers_of_a_claim_are_drawn(pages_of: Office, browse: Browse) -> None:
    with pages_of.database.reading() as session:
        claim_id = session.scalars(select(Voucher.claim_id).where(Voucher.voided_at.is_(None)).limit(1)).one()
    for address in (f"/claims/{claim_id}/voucher.pdf", f"/claims/{claim_id}/bundle.pdf"):
        assert browse("officer").get(address).status_code == 200


def _press(client: CheckedClient, page: str, address: str, **typed: object) -> int:
    action, values = form_for(client.get(page), address)
    return client.post(action, data={**values, **typed}).status_code


def test_the_main_acts_on_a_claim_are_done_from_filing_to_payment(pages_of: Office, browse: Browse) -> None:
    form = a_ready_form(browse("member"), pages_of, a_payee(pages_of))
    assert form.press("submit").status_code == 303
    claim = f"/claims/{form.claim_id}"
    reviewer, officer, cashier = (browse(who) for who in ("reviewer", "officer", "cashier"))
    assert _press(reviewer, claim, f"{claim}/comment", comment="看过") == 303
    assert _press(reviewer, claim, f"{claim}/approve", comment="同意") == 303
    assert _press(officer, claim, f"{claim}/verify") == 303
    assert _press(reviewer, f"{claim}/voucher", f"{claim}/voucher") == 200
    assert _press(cashier, f"{claim}/payments", f"{claim}/payments", reference="YH-1") == 303
    nothing_broken(pages_of.database)


def test_the_main_act_of_every_other_package_is_done(pages_of: Office, browse: Browse) -> None:
    keeper, officer, reviewer = (browse(who) for who in ("administrator", "officer", "reviewer"))
    person = {"name": "林若溪", "sign_in_name": "lin.ruoxi", "post": "科员"}
    assert sent(keeper, "/people/new", **person).status_code == 200
    agent: dict[str, Any] = {
        "team_id": pages_of.team_id,
        "held_from": "2026-03-09",
        "last_day": "2026-12-31",
        "quota_fen": "1,000",
    }
    nobody = f"/people/{pages_of.people['nobody']}/seats/new?kind=agent"
    assert sent(keeper, nobody, **agent).status_code == 303
    assert sent(keeper, "/units/new", name="云湖区商务局", short_name="区商务局").status_code == 303
    paper = {**PAPER, "rows-0-amount": "800", "ceiling": "100"}
    assert sent(officer, f"/funds/{pages_of.fund_id}/papers/new/supplement", **paper).status_code == 303
    assert sent(reviewer, "/secondments/new", **new(pages_of, person="other_newcomer")).status_code == 303
    card: dict[str, Any] = {
        "unit_id": pages_of.lead_unit_id,
        "name": "台式电脑",
        "kind": "desktop",
        "copies": "2",
        "serials": "A1\nA2",
    }
    card |= {"official": "catalogue_2022:A02010105", "price": "4,950.00", "bought_on": "2026-01-12", "life_years": "6"}
    assert sent(reviewer, "/equipment/new", **card, source="purchase").status_code == 303
    nothing_broken(pages_of.database)
