"""What becomes of each claim of the sample: most are paid, some are cut, sent back, refused, or still under way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select

from tracker.claims import operations
from tracker.claims.filing import Filing
from tracker.claims.lifecycle import Step
from tracker.claims.models import Claim, ClaimLine, Kind, Payee, PayMethod
from tracker.claims.operations.drafts import DraftHeader
from tracker.claims.operations.files import Place
from tracker.claims.operations.payees import PayeeFacts
from tracker.claims.operations.payments import PaymentFacts
from tracker.evidence.media import sniff
from tracker.evidence.models import EvidenceKind
from tracker.evidence.operations import StoredFile, keep
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of
from tracker.sample import words
from tracker.sample.bills import signed_scan
from tracker.sample.filings import Paper, Plan, filing_of, key_of, typed_of
from tracker.sample.people import TEAMS, SamplePerson
from tracker.sample.stage import Stage, Story, later, on
from tracker.storage.files import current_files
from tracker.vouchers import operations as vouchers
from tracker.vouchers import queries as voucher_queries


class Stop(StrEnum):
    """Where a claim still is when the sample is loaded."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    AT_HEAD = "at_head"
    APPROVED = "approved"
    ACCEPTED = "accepted"
    PART_PAID = "part_paid"
    NOWHERE = ""
    """It went all the way."""


class Turn(StrEnum):
    """What happens to a claim on its way."""

    ASKED = "asked"
    CUT = "cut"
    SENT_BACK = "sent_back"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    STEPPED_BACK = "stepped_back"
    FINANCE_RETURNED = "finance_returned"
    VOIDED = "voided"
    BOUNCED = "bounced"
    IN_PARTS = "in_parts"
    ARCHIVED = "archived"


@dataclass(frozen=True)
class Fate:
    """A claim's fate: where it stops, what happens before, who files it."""

    stop: Stop = Stop.NOWHERE
    turns: frozenset[Turn] = frozenset()
    by_agent: bool = False


@dataclass
class Road:
    """One claim on its way: its people and its id once it has one."""

    stage: Stage
    plan: Plan
    fate: Fate
    name: str
    """The draft's key."""
    claim_id: int = 0

    @property
    def filer(self) -> str:
        """The sign-in name of who files it."""
        agents = self.stage.district.holders(SeatKind.AGENT, self.plan.member.place)
        return agents[0].sign_in_name if self.fate.by_agent and agents else self.plan.member.sign_in_name

    def of_lead_unit(self, kind: SeatKind) -> str:
        """Name the reviewer or the head of the team's lead unit."""
        unit = next(team.lead_unit for team in TEAMS if team.short_name == self.plan.member.place)
        return self.stage.district.holders(kind, unit)[0].sign_in_name

    def of_bureau(self, kind: SeatKind) -> str:
        """Name an officer or the cashier."""
        return self.stage.rng.choice(self.stage.district.holders(kind)).sign_in_name

    def has(self, turn: Turn) -> bool:
        """Tell whether this happens on the way."""
        return turn in self.fate.turns


def told(stage: Stage, plan: Plan, fate: Fate, name: str) -> Story:
    """Tell a claim's story from its draft to where it stops."""
    road = Road(stage, plan, fate, name)
    pace = 1.0 if fate.stop is Stop.NOWHERE else 0.35
    when = later(on(plan.last_day, 17), stage.rng, 2.5 * pace)
    yield when
    filing = drafted(road)
    if fate.stop is Stop.DRAFT:
        return
    when = when + timedelta(minutes=stage.rng.randint(3, 40))
    yield when
    operations.submit(stage.session, road.claim_id, filing, stage.command(road.filer))
    if road.has(Turn.WITHDRAWN):
        when = when + timedelta(minutes=stage.rng.randint(20, 90))
        yield when
        operations.withdraw(stage.session, road.claim_id, stage.command(road.filer))
        when = when + timedelta(minutes=stage.rng.randint(20, 90))
        yield when
        operations.submit(stage.session, road.claim_id, filing, stage.command(road.filer))
    if fate.stop is Stop.SUBMITTED:
        return
    yield from _through_lead_unit(road, filing, when, pace)


def _through_lead_unit(road: Road, filing: Filing, when: datetime, pace: float) -> Story:
    stage, rng = road.stage, road.stage.rng
    reviewer, head = road.of_lead_unit(SeatKind.REVIEWER), road.of_lead_unit(SeatKind.HEAD)
    if road.has(Turn.ASKED):
        when = later(when, rng, 0.4 * pace)
        yield when
        operations.comment(stage.session, road.claim_id, stage.command(reviewer, rng.choice(words.ASKS)))
    if road.has(Turn.SENT_BACK) or road.fate.stop is Stop.RETURNED:
        when = later(when, rng, 1.2 * pace)
        yield when
        operations.send_back(stage.session, road.claim_id, stage.command(reviewer, rng.choice(words.SENT_BACK)))
        if road.fate.stop is Stop.RETURNED:
            return
        when = later(when, rng, 2 * pace)
        yield when
        operations.submit(stage.session, road.claim_id, filing, stage.command(road.filer, "已按要求补齐。"))
    when = later(when, rng, 1.5 * pace)
    yield when
    if road.has(Turn.REJECTED):
        operations.reject(stage.session, road.claim_id, stage.command(reviewer, rng.choice(words.REJECTED)))
        return
    if road.has(Turn.CUT):
        _cut(road, reviewer)
    claim = operations.approve(stage.session, road.claim_id, stage.command(reviewer, rng.choice(words.PRAISE)))
    if claim.step is Step.HEAD:
        if road.fate.stop is Stop.AT_HEAD:
            return
        if road.has(Turn.STEPPED_BACK):
            when = later(when, rng, 0.8 * pace)
            yield when
            operations.step_back(stage.session, road.claim_id, stage.command(head, "请再核实第 1 行的数量。"))
            when = later(when, rng, 0.8 * pace)
            yield when
            operations.approve(stage.session, road.claim_id, stage.command(reviewer, "已核实，数量无误。"))
        when = later(when, rng, 1.3 * pace)
        yield when
        operations.approve(stage.session, road.claim_id, stage.command(head, rng.choice(words.HEAD_SAYS)))
    yield from _through_bureau(road, when, pace)


def _through_bureau(road: Road, when: datetime, pace: float) -> Story:
    stage, rng = road.stage, road.stage.rng
    officer, head = road.of_bureau(SeatKind.OFFICER), road.of_lead_unit(SeatKind.HEAD)
    if road.fate.stop is Stop.APPROVED:
        return
    if road.has(Turn.FINANCE_RETURNED) or road.has(Turn.VOIDED):
        when = later(when, rng, 1.5 * pace)
        yield when
        if road.has(Turn.VOIDED):
            operations.void_voucher(stage.session, road.claim_id, stage.command(head, rng.choice(words.VOIDED)))
        else:
            command = stage.command(officer, rng.choice(words.FINANCE_RETURNED))
            operations.finance_return(stage.session, road.claim_id, command)
        when = later(when, rng, 1.2 * pace)
        yield when
        claim = stage.session.get_one(Claim, road.claim_id)
        decider = head if claim.step is Step.HEAD else road.of_lead_unit(SeatKind.REVIEWER)
        operations.approve(stage.session, road.claim_id, stage.command(decider, "已核实，同意。"))
    when = later(when, rng, 2 * pace)
    yield when
    operations.verify(stage.session, road.claim_id, stage.command(officer, rng.choice(words.FINANCE_SAYS)))
    if road.fate.stop is Stop.ACCEPTED:
        return
    yield from _paid(road, when, pace)


def _paid(road: Road, when: datetime, pace: float) -> Story:
    stage, rng = road.stage, road.stage.rng
    cashier = road.of_bureau(SeatKind.CASHIER)
    when = later(when, rng, 1.5 * pace)
    yield when
    in_parts = road.has(Turn.IN_PARTS) or road.fate.stop is Stop.PART_PAID
    payment_id = _pay(road, cashier, share=0.6 if in_parts else 1)
    if road.fate.stop is Stop.PART_PAID:
        return
    if in_parts:
        when = later(when, rng, 3 * pace)
        yield when
        _pay(road, cashier)
    elif road.has(Turn.BOUNCED):
        when = later(when, rng, 2 * pace)
        yield when
        reason = stage.command(cashier, rng.choice(words.BOUNCED))
        operations.payment_returned(stage.session, road.claim_id, payment_id, day_of(stage.at), reason)
        when = later(when, rng, 2 * pace)
        yield when
        _pay(road, cashier)
    when = later(when, rng, 1 * pace)
    yield when
    _printed(road)


def drafted(road: Road) -> Filing:
    """Open the draft as its filer would: typed, then each paper laid at its line."""
    stage, plan = road.stage, road.plan
    filing = filing_of(plan, stage, payee_of(stage, plan.member, plan))
    header = DraftHeader(
        filing.kind,
        filing.fund_id,
        filing.team_id,
        filing.beneficiary_id,
        filing.purpose,
        filing.pay_method,
        filing.payee_id,
        claimed_fen=filing.claimed_fen,
    )
    filer = stage.actor(road.filer)
    road.claim_id = operations.open_draft(
        stage.session, header, by=filer, at=stage.at, draft_key=road.name, typed=typed_of(filing).pairs()
    )
    papers = [(paper, key_of(position)) for position, line in enumerate(plan.lines, 1) for paper in line.papers]
    papers += [(paper, "") for paper in plan.papers]
    if road.fate.stop is Stop.DRAFT:
        papers = papers[:-2]
    for paper, key in papers:
        operations.add_file(stage.session, road.claim_id, stored(paper), paper.kind, Place(key), by=filer, at=stage.at)
    return filing


def stored(paper: Paper) -> StoredFile:
    """Make a paper and put it into the store."""
    data = paper.make()
    return StoredFile(current_files().put(data), len(data), sniff(data), paper.name)


def payee_of(stage: Stage, member: SamplePerson, plan: Plan) -> int:
    """Return the account a claim is paid to, added when it is first wanted."""
    seller = plan.purpose if plan.method is PayMethod.VENDOR else ""
    holder = next((one.seller for one in words.PURCHASES if one.purpose == seller), member.name)
    account = (
        f"62{sum(map(ord, holder)) % 10**6:06d}{len(plan.method):02d}{stage.district.people[member.sign_in_name]:06d}"
    )
    facts = PayeeFacts(
        plan.method,
        holder,
        words.CARD_BANK if plan.method is PayMethod.CARD else words.BANKS[len(holder) % len(words.BANKS)],
        account,
        person_id=None if plan.method is PayMethod.VENDOR else stage.district.people[member.sign_in_name],
        team_id=stage.district.teams[member.place] if plan.method is PayMethod.VENDOR else None,
    )
    return operations.add_payee(
        stage.session, facts, cipher=stage.cipher, by=stage.actor(member.sign_in_name), at=stage.at
    )


def _cut(road: Road, reviewer: str) -> None:
    """Deduct a little from the line that is most likely over a standard."""
    stage = road.stage
    lines = stage.session.scalars(select(ClaimLine).where(ClaimLine.claim_id == road.claim_id)).all()
    line = max(lines, key=lambda one: one.claimed_fen)
    cut_fen = max(line.claimed_fen // 12 // 100 * 100, 1_000)
    reason = words.DEDUCTED[{Kind.TRAVEL: 0, Kind.RECEPTION: 2}.get(road.plan.kind, 1)]
    if road.plan.kind is Kind.GENERAL:
        reason = "报价高于询价结果，按询价核减。"
    operations.deduct(stage.session, road.claim_id, line.id, cut_fen, stage.command(reviewer, reason))


def _pay(road: Road, cashier: str, *, share: float = 1) -> int:
    """Pay what is still to be paid, or a share of it, and return the payment's id."""
    stage = road.stage
    claim = stage.session.get_one(Claim, road.claim_id)
    amount_fen = int(claim.payable_fen * share) if share < 1 else claim.payable_fen
    payee = claim.payee_id or stage.session.scalars(select(Payee.id)).first() or 0
    reference = f"{stage.at:%Y%m%d}{stage.rng.randint(10_000, 99_999)}"
    facts = PaymentFacts(payee, amount_fen, day_of(stage.at), reference)
    paid = operations.pay(stage.session, road.claim_id, facts, stage.command(cashier))
    stage.session.refresh(paid, ["payments"])
    return max(payment.id for payment in paid.payments)


def _printed(road: Road) -> None:
    """Print the voucher; keep the scan of some signed papers."""
    stage = road.stage
    voucher = voucher_queries.standing(stage.session, road.claim_id)
    if voucher is None:
        return
    filer = stage.actor(road.filer)
    vouchers.count_print(stage.session, voucher.id, by=filer, at=stage.at)
    if road.has(Turn.ARCHIVED):
        data = signed_scan("精准招商工作经费报销单", voucher.number, stage.rng)
        scan = StoredFile(current_files().put(data), len(data), sniff(data), f"签字件 {voucher.number}.jpg")
        evidence = keep(stage.session, scan, EvidenceKind.SIGNED_PAPER, by=filer, at=stage.at)
        vouchers.scan_back(stage.session, voucher.id, evidence.id, by=filer, at=stage.at)


def paid_in_full(road: Road) -> None:
    """Pay all that is still to be paid."""
    _pay(road, road.of_bureau(SeatKind.CASHIER))
