"""The same few people in every test: a small district with one fund, two teams and every seat."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from tracker.claims import operations
from tracker.claims.filing import FiledLine, Filing
from tracker.claims.models import Claim, Kind, Payee, PayMethod
from tracker.claims.operations.drafts import DraftHeader
from tracker.claims.operations.moves import Command
from tracker.claims.operations.payments import PaymentFacts
from tracker.evidence.models import EvidenceKind
from tracker.evidence.operations import StoredFile, keep
from tracker.funds.models import Category, PaperKind
from tracker.funds.operations import (
    RESERVE,
    CategoryFacts,
    FundFacts,
    PaperChanges,
    PaperFacts,
    Transfer,
    open_fund,
    record_paper,
)
from tracker.identity.models import Person, Unit
from tracker.kernel.actors import Actor, SeatKind
from tracker.kernel.clock import day_of
from tracker.storage import Database
from tracker.storage.files import current_files
from tracker.teams.models import Seat, Team
from tracker.teams.queries import actor

NOON = datetime(2026, 3, 9, 4, 0, tzinfo=UTC)
"""Noon in the office, Monday 9 March 2026."""

TODAY = day_of(NOON)


@dataclass
class Office:
    """Ids of the fund, its teams and categories, and the people by what they do."""

    database: Database
    fund_id: int
    team_id: int
    other_team_id: int
    lead_unit_id: int
    categories: dict[str, int]
    people: dict[str, int]

    def actor(self, name: str) -> Actor:
        with self.database.reading() as session:
            return actor(session, self.people[name], on=TODAY)

    def __getattr__(self, name: str) -> Actor:
        if name in self.__dict__.get("people", {}):
            return self.actor(name)
        raise AttributeError(name)


PEOPLE: dict[str, tuple[str, SeatKind | None, str]] = {
    "member": ("陈立", SeatKind.MEMBER, "team"),
    "colleague": ("王浩", SeatKind.MEMBER, "team"),
    "agent": ("何静", SeatKind.AGENT, "team"),
    "liaison": ("许宁", SeatKind.LIAISON, "team"),
    "reviewer": ("周敏", SeatKind.REVIEWER, "unit"),
    "second_reviewer": ("吴桐", SeatKind.REVIEWER, "unit"),
    "head": ("郑海", SeatKind.HEAD, "unit"),
    "officer": ("方志远", SeatKind.OFFICER, ""),
    "cashier": ("沈洁", SeatKind.CASHIER, ""),
    "auditor": ("韩冰", SeatKind.AUDITOR, ""),
    "administrator": ("管理员", SeatKind.ADMINISTRATOR, ""),
    "outsider": ("赵倩", SeatKind.MEMBER, "other_team"),
    "other_reviewer": ("钱进", SeatKind.REVIEWER, "other_unit"),
    "nobody": ("无岗", None, ""),
}


def command(by: Actor, *, version: int | None = None, comment: str = "", at: datetime = NOON) -> Command:
    """A fresh command, as a page would send it."""
    return Command(by=by, at=at, command_id=uuid.uuid4().hex, version=version, comment=comment)


def an_office(database: Database, *, quota_fen: int = 60_000_000, head_from_fen: int = 500_000) -> Office:
    """Make the office: a fund of 3,000,000.00 and a quota for each of two teams."""
    with database.writing() as session:
        lead, other = (
            Unit(name="云湖区工业和信息化局", short_name="区工信局"),
            Unit(name="云湖区科学技术局", short_name="区科技局"),
        )
        home, bureau = (
            Unit(name="云湖区农业农村局", short_name="区农业农村局"),
            Unit(name="云湖区财政局", short_name="区财政局"),
        )
        session.add_all([lead, other, home, bureau])
        session.flush()
        team = Team(name="新能源招商组团", short_name="新能源", lead_unit_id=lead.id)
        other_team = Team(name="电子信息招商组团", short_name="电子信息", lead_unit_id=other.id)
        session.add_all([team, other_team])
        session.flush()
        people: dict[str, int] = {}
        places = {
            "team": {"team_id": team.id},
            "other_team": {"team_id": other_team.id},
            "unit": {"unit_id": lead.id},
            "other_unit": {"unit_id": other.id},
            "": {},
        }
        for key, (name, kind, place) in PEOPLE.items():
            person = Person(
                sign_in_name=key, name=name, home_unit_id=home.id, password_hash="", must_change=False, created_at=NOON
            )
            session.add(person)
            session.flush()
            people[key] = person.id
            if kind is not None:
                session.add(
                    Seat(
                        person_id=person.id,
                        kind=kind,
                        held_from=date(2026, 1, 1),
                        held_until=date(2027, 1, 1),
                        given_by=person.id,
                        given_at=NOON,
                        **places[place],
                    )
                )
    with database.reading() as session:
        officer = actor(session, people["officer"], on=TODAY)
    facts = FundFacts(
        year=2026,
        name="精准招商工作经费",
        code="ZSBX",
        function_code="2011308",
        opens_on=date(2026, 1, 1),
        closes_on=date(2026, 12, 31),
        head_from_fen=head_from_fen,
        with_liaison=False,
        categories=[
            CategoryFacts("差旅费", "30211", "差旅费"),
            CategoryFacts("公务接待", "30217", "公务接待费"),
            CategoryFacts("宣传印刷", "30202", "印刷费"),
            CategoryFacts("办公与邮电", "30201", "办公费"),
        ],
    )
    with database.writing() as session:
        fund_id = open_fund(
            session,
            facts,
            a_paper("云财预〔2026〕1号"),
            ceiling_fen=300_000_000,
            by=officer,
            at=NOON,
            command_id="open",
        )
    with database.writing() as session:
        transfers = [Transfer(RESERVE, place, quota_fen) for place in (team.id, other_team.id)]
        record_paper(
            session,
            fund_id,
            PaperKind.ISSUE,
            a_paper("云财预〔2026〕2号"),
            PaperChanges(transfers=transfers),
            by=officer,
            at=NOON,
            command_id="issue",
        )
    with database.reading() as session:
        categories = {row.name: row.id for row in session.query(Category).filter_by(fund_id=fund_id)}
    return Office(database, fund_id, team.id, other_team.id, lead.id, categories, people)


def a_paper(number: str = "云财预〔2026〕9号", reason: str = "年初预算") -> PaperFacts:
    return PaperFacts(number=number, dated=date(2026, 1, 5), issuer="云湖区财政局", reason=reason)


def a_bill_number() -> str:
    """The 20-digit number of a fully digital invoice no other has, which needs no code beside it."""
    return f"26{uuid.uuid4().int % 10**18:018d}"


def a_line(office: Office, *amount_fen: int, category: str = "办公与邮电") -> FiledLine:
    fen = amount_fen[0] if amount_fen else 120_000
    return FiledLine(
        key=uuid.uuid4().hex[:12],
        category_id=office.categories[category],
        spent_on=date(2026, 3, 3),
        summary="招商资料打印用纸",
        claimed_fen=fen,
        facts={"bill_kind": "发票", "bill_number": a_bill_number(), "bill_count": 1, "face_fen": fen},
    )


def a_filing(office: Office, *amounts_fen: int, category: str = "办公与邮电", person: str = "member") -> Filing:
    """A general claim with a line for each amount in fen."""
    return Filing(
        kind=Kind.GENERAL,
        fund_id=office.fund_id,
        team_id=office.team_id,
        beneficiary_id=office.people[person],
        purpose="购置招商资料用纸",
        facts={},
        lines=tuple(a_line(office, fen, category=category) for fen in amounts_fen or (120_000,)),
        pay_method=PayMethod.PERSON,
        payee_id=a_payee(office, person),
    )


def a_file(session: Session, by: Actor, name: str = "发票.pdf", data: bytes = b"%PDF-1.4 specimen") -> int:
    sha256 = current_files().put(data)
    stored = StoredFile(sha256=sha256, size=len(data), media="pdf", display_name=name)
    return keep(session, stored, EvidenceKind.INVOICE, by=by, at=NOON).id


def a_draft(office: Office, filing: Filing, *, by: Actor | None = None) -> int:
    """A draft with one file at each line, as its filer would leave it."""
    filer = by or office.actor("member")
    header = DraftHeader(filing.kind, filing.fund_id, filing.team_id, filing.beneficiary_id, filing.purpose)
    with office.database.writing() as session:
        claim_id = operations.open_draft(session, header, by=filer, at=NOON, draft_key=uuid.uuid4().hex)
        for line in filing.lines:
            evidence_id = a_file(session, filer, data=b"%PDF-1.4 " + line.key.encode())
            operations.attach(session, claim_id, evidence_id, line.key, by=filer, at=NOON)
    return claim_id


def a_submitted(office: Office, *amounts_fen: int, category: str = "办公与邮电") -> int:
    """A claim of the member in the gate; returns its id."""
    filing = a_filing(office, *amounts_fen, category=category)
    claim_id = a_draft(office, filing)
    with office.database.writing() as session:
        operations.submit(session, claim_id, filing, command(office.actor("member")))
    return claim_id


def an_approved(office: Office, *amounts_fen: int) -> int:
    """A claim with its voucher, waiting for finance."""
    claim_id = a_submitted(office, *amounts_fen)
    with office.database.writing() as session:
        claim = operations.approve(session, claim_id, command(office.actor("reviewer")))
        needs_head = claim.step == "head"
    if needs_head:
        with office.database.writing() as session:
            operations.approve(session, claim_id, command(office.actor("head")))
    return claim_id


def an_accepted(office: Office, *amounts_fen: int) -> int:
    """A claim accepted by finance, waiting for payment."""
    claim_id = an_approved(office, *amounts_fen)
    with office.database.writing() as session:
        operations.verify(session, claim_id, command(office.actor("officer")))
    return claim_id


def a_payee(office: Office, person: str = "member") -> int:
    """The member's own account."""
    with office.database.writing() as session:
        payee = Payee(
            method=PayMethod.PERSON,
            person_id=office.people[person],
            holder=PEOPLE[person][0],
            bank="江苏银行",
            account_cipher=b"sealed",
            tail="8821",
            created_by=office.people[person],
            created_at=NOON,
        )
        session.add(payee)
        session.flush()
        return payee.id


def a_paid(office: Office, *amounts_fen: int) -> int:
    """A claim paid in full."""
    claim_id = an_accepted(office, *amounts_fen)
    payee_id = a_payee(office)
    with office.database.writing() as session:
        claim = session.get_one(Claim, claim_id)
        facts = PaymentFacts(payee_id, claim.claimed_fen - claim.deducted_fen, TODAY, "2026030900001")
        operations.pay(session, claim_id, facts, command(office.actor("cashier")))
    return claim_id


def later(**ago: int) -> datetime:
    """Some time after noon."""
    return NOON + timedelta(**ago)
