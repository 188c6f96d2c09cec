"""Whoever can write to the database changes what belongs together together: `tracker verify` names it all the same.

Each tampering is made on an office that is sound, with the triggers gone, and keeps consistent whatever the one who
makes it would think of: hashes with their contents, balances with their entries, counters with their numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Delete, Update, delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from tests.commands.test_verify import tampering, told
from tests.office import TODAY, Office, a_paid, a_payee, a_submitted, an_accepted, an_approved, command
from tracker.audit.chain import GENESIS
from tracker.audit.models import AuditEntry, ChainHead
from tracker.audit.operations import fund_chain
from tracker.claims import operations
from tracker.claims.lifecycle import Move, Step
from tracker.claims.models import Attachment, Claim, ClaimLine, Decision, Payment
from tracker.claims.operations.payments import PaymentFacts
from tracker.evidence.models import InvoiceKey, InvoiceShare
from tracker.funds.models import BookEntry, BookTransaction, Cell, CellKind, DailySpending, MonthlySpending, Verb
from tracker.kernel.actors import SeatKind
from tracker.storage.numbering import Counter
from tracker.storage.statements import changed, table
from tracker.teams.models import Seat
from tracker.vouchers.models import Voucher

WAITING_FEN = 120_000


@dataclass(frozen=True)
class Scene:
    """A busy office: ids of one claim in each place, by what has happened to it."""

    office: Office
    waiting: int
    approved: int
    accepted: int
    paid: int
    deducted: int
    came_back: int


def a_scene(office: Office) -> Scene:
    """Claims at every place of the way, one deducted before it was paid, one whose payment came back."""
    deducted = a_submitted(office, 200_000)
    with office.database.writing() as session:
        line = session.scalars(select(ClaimLine.id).where(ClaimLine.claim_id == deducted)).one()
        operations.deduct(session, deducted, line, 50_000, command(office.actor("second_reviewer"), comment="超标准"))
    for act, who in (("approve", "second_reviewer"), ("verify", "officer")):
        with office.database.writing() as session:
            getattr(operations, act)(session, deducted, command(office.actor(who)))
    with office.database.writing() as session:
        facts = PaymentFacts(a_payee_in(session, deducted), 150_000, TODAY)
        operations.pay(session, deducted, facts, command(office.actor("cashier")))
    came_back = a_paid(office, 90_000)
    with office.database.writing() as session:
        payment = session.scalars(select(Payment.id).where(Payment.claim_id == came_back)).one()
        order = command(office.actor("cashier"), comment="账号有误")
        operations.payment_returned(session, came_back, payment, TODAY, order)
    return Scene(
        office=office,
        waiting=a_submitted(office, WAITING_FEN),
        approved=an_approved(office, 600_000),
        accepted=an_accepted(office, 80_000),
        paid=a_paid(office, 70_000),
        deducted=deducted,
        came_back=came_back,
    )


def a_payee_in(session: Session, claim_id: int) -> int:
    payee = session.scalars(select(Claim.payee_id).where(Claim.id == claim_id)).one()
    assert payee is not None
    return payee


Tamper = Callable[[Session, Scene], object]


@dataclass(frozen=True)
class Tampering:
    """A change made behind the office's back, and words of the sentence that names it."""

    what: str
    make: Tamper
    words: str


TAMPERINGS: list[Tampering] = []


def tampers(what: str, words: str) -> Callable[[Tamper], Tamper]:
    """Put a tampering on the list."""

    def add(make: Tamper) -> Tamper:
        TAMPERINGS.append(Tampering(what, make, words))
        return make

    return add


@tampers("6 the content and its hash rewritten together", "与签发时记入审计链的不符")
def _(session: Session, scene: Scene) -> None:
    voucher = session.scalars(select(Voucher).where(Voucher.claim_id == scene.paid)).one()
    voucher.content = voucher.content.replace("招商资料打印用纸", "招商资料打印用品")
    voucher.content_hash = hashlib.sha256(voucher.content.encode()).hexdigest()
    session.flush()


@tampers("6 a number changed", "编号与票面内容或序号不符")
def _(session: Session, scene: Scene) -> None:
    only(session, update(Voucher).where(Voucher.claim_id == scene.paid).values(number="ZSBX-2026-000099"))


@tampers("6 the voucher of a paid claim voided", "应有 1 张有效的报销凭证，实有 0 张")
def _(session: Session, scene: Scene) -> None:
    only(session, update(Voucher).where(Voucher.claim_id == scene.paid).values(voided_at=Voucher.issued_at))


@tampers("6 a voucher voided that the trail does not know", "审计链里没有这次作废")
def _(session: Session, scene: Scene) -> None:
    only(session, update(Voucher).where(Voucher.claim_id == scene.approved).values(voided_at=Voucher.issued_at))


@tampers("6 a voucher laid to a claim still in the gate", "应有 0 张有效的报销凭证，实有 1 张")
def _(session: Session, scene: Scene) -> None:
    only(session, update(Voucher).where(Voucher.claim_id == scene.paid).values(claim_id=scene.waiting))


@tampers("6 the last voucher taken away with its count", "审计链记有签发的报销单")
def _(session: Session, scene: Scene) -> None:
    last = select(func.max(Voucher.sequence)).scalar_subquery()
    only(session, delete(table(Voucher)).where(Voucher.sequence == last))
    only(session, update(Counter).where(Counter.series.startswith("voucher:")).values(last=Counter.last - 1))


@tampers("6 all vouchers of a fund taken away", "最后一张是第 0 号")
def _(session: Session, scene: Scene) -> None:
    session.execute(delete(table(Voucher)))


@tampers("6 all vouchers of a fund taken away with the count", "审计链记有签发的报销单")
def _(session: Session, scene: Scene) -> None:
    session.execute(delete(table(Voucher)))
    only(session, delete(table(Counter)).where(Counter.series.startswith("voucher:")))


@tampers("6 a file of a claim with a voucher taken away", "写明附件 1 个，单据现有 0 个")
def _(session: Session, scene: Scene) -> None:
    only(session, delete(table(Attachment)).where(Attachment.claim_id == scene.paid))


@tampers("6 a file exchanged for another", "依据的附件「发票.pdf」已不在单据里")
def _(session: Session, scene: Scene) -> None:
    other = select(func.min(Attachment.evidence_id)).where(Attachment.claim_id == scene.waiting).scalar_subquery()
    only(session, update(table(Attachment)).where(Attachment.claim_id == scene.paid).values(evidence_id=other))


@tampers("6 a file laid with the claim after its voucher", "「发票.pdf」是签发以后放进单据的")
def _(session: Session, scene: Scene) -> None:
    file = select(func.min(Attachment.id)).where(Attachment.claim_id == scene.waiting).scalar_subquery()
    only(session, update(table(Attachment)).where(Attachment.id == file).values(claim_id=scene.paid))


@tampers("7 the head of a chain taken away", "链头却不见了")
def _(session: Session, scene: Scene) -> None:
    only(session, delete(table(ChainHead)).where(ChainHead.chain == fund_chain(scene.office.fund_id)))


@tampers("7 a chain taken away with its head", "的审计链不见了")
def _(session: Session, scene: Scene) -> None:
    chain = fund_chain(scene.office.fund_id)
    session.execute(delete(table(AuditEntry)).where(AuditEntry.chain == chain))
    only(session, delete(table(ChainHead)).where(ChainHead.chain == chain))


@tampers("7 a chain emptied, its head begun anew", "的审计链不见了")
def _(session: Session, scene: Scene) -> None:
    chain = fund_chain(scene.office.fund_id)
    session.execute(delete(table(AuditEntry)).where(AuditEntry.chain == chain))
    only(session, update(ChainHead).where(ChainHead.chain == chain).values(length=0, digest=GENESIS))


@tampers("7 the last link cut off and the head set back to the one before", "办理过 4 次，审计链里是 3 次")
def _(session: Session, scene: Scene) -> None:
    chain = fund_chain(scene.office.fund_id)
    last, before = session.scalars(
        select(AuditEntry).where(AuditEntry.chain == chain).order_by(AuditEntry.position.desc()).limit(2)
    )
    only(session, delete(table(AuditEntry)).where(AuditEntry.id == last.id))
    shorter = {"length": before.position, "digest": before.digest}
    only(session, update(ChainHead).where(ChainHead.chain == chain).values(shorter))


@tampers("7 a decision put down to somebody else", "经办人与审计链所记的不是同一人")
def _(session: Session, scene: Scene) -> None:
    review = decision(scene.paid, Move.APPROVE)
    only(session, review.values(person_id=scene.office.people["second_reviewer"]))


@tampers("5 somebody deducts from the own claim", "填报人或报销人陈立办理了自己的单据")
def _(session: Session, scene: Scene) -> None:
    only(session, decision(scene.deducted, Move.DEDUCT).values(person_id=scene.office.people["member"]))


@tampers("5 somebody records the return of the own payment", "填报人或报销人陈立办理了自己的单据")
def _(session: Session, scene: Scene) -> None:
    member = scene.office.people["member"]
    only(session, decision(scene.came_back, Move.LAST_PAYMENT_RETURNED).values(person_id=member))
    only(session, update(Payment).where(Payment.claim_id == scene.came_back).values(returned_by=member))


@tampers("5 the return alone is put down to the payee", "填报人或报销人陈立办理了自己的单据")
def _(session: Session, scene: Scene) -> None:
    member = scene.office.people["member"]
    only(session, update(Payment).where(Payment.claim_id == scene.came_back).values(returned_by=member))


@tampers("5 one person deducts and pays", "沈洁一人办理了两个不相容的环节")
def _(session: Session, scene: Scene) -> None:
    only(session, decision(scene.deducted, Move.DEDUCT).values(person_id=scene.office.people["cashier"]))


@tampers("5 the reviewer is put down as the payer", "周敏一人办理了两个不相容的环节")
def _(session: Session, scene: Scene) -> None:
    reviewer = scene.office.people["reviewer"]
    only(session, update(Payment).where(Payment.claim_id == scene.paid).values(paid_by=reviewer))


@tampers("5 a payment is put down to another than its decision", "的经办人与单据")
def _(session: Session, scene: Scene) -> None:
    stranger = scene.office.people["nobody"]
    only(session, update(Payment).where(Payment.claim_id == scene.paid).values(paid_by=stranger))


@tampers("4 the invoices of a live claim freed", "查重登记里却没有它这一份")
def _(session: Session, scene: Scene) -> None:
    key = select(InvoiceShare.key_id).where(InvoiceShare.claim_id == scene.paid).scalar_subquery()
    only(session, update(InvoiceKey).where(InvoiceKey.id == key).values(used_fen=0))
    only(session, update(InvoiceShare).where(InvoiceShare.claim_id == scene.paid).values(freed_at=InvoiceShare.used_at))


@tampers("4 the invoices of a live claim taken away", "查重登记里却没有它这一份")
def _(session: Session, scene: Scene) -> None:
    key = session.scalars(select(InvoiceShare.key_id).where(InvoiceShare.claim_id == scene.waiting)).one()
    only(session, delete(table(InvoiceShare)).where(InvoiceShare.claim_id == scene.waiting))
    only(session, delete(table(InvoiceKey)).where(InvoiceKey.id == key))


@tampers("4 the key of a live claim renamed", "查重登记里却没有它这一份")
def _(session: Session, scene: Scene) -> None:
    key = select(InvoiceShare.key_id).where(InvoiceShare.claim_id == scene.waiting).scalar_subquery()
    only(session, update(InvoiceKey).where(InvoiceKey.id == key).values(number="00000000"))


@tampers("2 a hold booked on another team", "元占用记在别的组团账上")
def _(session: Session, scene: Scene) -> None:
    mine, theirs = (cell(session, scene, CellKind.TEAM, team_id=team) for team in teams(scene))
    rebook(session, scene, mine, theirs)


@tampers("2 a hold booked on another team, as its account shows", "「电子信息招商组团」额度的在途或已支出与单据不符")
def _(session: Session, scene: Scene) -> None:
    mine, theirs = (cell(session, scene, CellKind.TEAM, team_id=team) for team in teams(scene))
    rebook(session, scene, mine, theirs)


@tampers("2 a hold booked on another category across the fund", "「全部组团 · 差旅费」限额的在途或已支出与单据不符")
def _(session: Session, scene: Scene) -> None:
    mine, other = (
        cell(session, scene, CellKind.FUND_CATEGORY, category_id=scene.office.categories[name])
        for name in ("办公与邮电", "差旅费")
    )
    rebook(session, scene, mine, other)


@tampers("2 a payment spent on another team", "元支出记在别的组团账上")
def _(session: Session, scene: Scene) -> None:
    mine, theirs = (cell(session, scene, CellKind.TEAM, team_id=team) for team in teams(scene))
    payment = select(Payment.id).where(Payment.claim_id == scene.paid).scalar_subquery()
    spends = select(BookTransaction.id).where(
        BookTransaction.document_kind == "payment", BookTransaction.document_id == payment
    )
    moved = update(table(BookEntry)).where(BookEntry.transaction_id.in_(spends), BookEntry.cell_id == mine)
    assert changed(session.execute(moved.values(cell_id=theirs, team_id=scene.office.other_team_id))) == 2


@tampers("3 part-paid with nothing paid", "状态与已付金额不符")
def _(session: Session, scene: Scene) -> None:
    only(session, claim(scene.accepted).values(state="part_paid"))


@tampers("3 accepted though finance never verified", "这一轮没有财政局的复核")
def _(session: Session, scene: Scene) -> None:
    only(session, claim(scene.approved).values(state="accepted", step=Step.PAY))


@tampers("3 approved though the lead unit never signed", "这一轮没有牵头单位最后一步的同意")
def _(session: Session, scene: Scene) -> None:
    only(session, claim(scene.waiting).values(state="approved", step=Step.VERIFY))


@tampers("3 verified in an earlier round only", "这一轮没有财政局的复核")
def _(session: Session, scene: Scene) -> None:
    only(session, claim(scene.accepted).values(round=Claim.round + 1))


@tampers("3 in the gate at no step", "状态与所在环节不符：没有记着轮到哪一步")
def _(session: Session, scene: Scene) -> None:
    only(session, claim(scene.waiting).values(step=None))


@tampers("3 at a step that is not on the route", "状态与所在环节不符：记在「组团联络员核对」")
def _(session: Session, scene: Scene) -> None:
    only(session, claim(scene.waiting).values(step=Step.LIAISON))


@tampers("3 in the gate at the step of finance", "状态与所在环节不符：记在「财政局复核」")
def _(session: Session, scene: Scene) -> None:
    only(session, claim(scene.waiting).values(step=Step.VERIFY))


@tampers("8 one person a member of two teams at once", "陈立的席位「新能源组员」与「电子信息组员」任期重叠")
def _(session: Session, scene: Scene) -> None:
    seat = {"person_id": scene.office.people["member"], "kind": SeatKind.MEMBER, "team_id": scene.office.other_team_id}
    term = {"held_from": date(2026, 6, 1), "held_until": date(2026, 7, 1)}
    given = {"given_by": scene.office.people["head"], "given_at": session.scalars(select(Seat.given_at)).first()}
    session.execute(insert(Seat).values(**seat, **term, **given))


@tampers("7 a seat given that the trail does not know", "没有记入审计链")
def _(session: Session, scene: Scene) -> None:
    member = scene.office.people["member"]
    only(session, update(Seat).where(Seat.person_id == member).values(command_id="unknown"))


@tampers("8 a day outside the beneficiary's term", "第 1 行的日期 2025-12-31 不在报销人任期内")
def _(session: Session, scene: Scene) -> None:
    only(session, update(ClaimLine).where(ClaimLine.claim_id == scene.waiting).values(spent_on=date(2025, 12, 31)))


@tampers("9 a transaction put into another month", "2026-02 期间里有 2026-03-09 入账的台账记录")
def _(session: Session, scene: Scene) -> None:
    hold = (BookTransaction.document_kind == "claim") & (BookTransaction.document_id == scene.waiting)
    only(session, update(table(BookTransaction)).where(hold).values(period="2026-02"))


@tampers("2 a day's spending moved to the next day", "2026-03-10 逐日汇总与台账不符")
def _(session: Session, scene: Scene) -> None:
    only(session, update(table(DailySpending)).values(day=date(2026, 3, 10)))


@tampers("2 one payment more counted for a day", "2026-03-09 逐日汇总与台账不符")
def _(session: Session, scene: Scene) -> None:
    only(session, update(table(DailySpending)).values(payments=DailySpending.payments + 1))


@tampers("2 a month's and a day's spending raised together", "2026-03 月度汇总与台账不符")
def _(session: Session, scene: Scene) -> None:
    only(session, update(table(MonthlySpending)).values(spent_fen=MonthlySpending.spent_fen + 1))
    only(session, update(table(DailySpending)).values(spent_fen=DailySpending.spent_fen + 1))


@tampers("2 spending put down to another team in its entries alone", "条支出分录写的组团或科目与所记账户不同")
def _(session: Session, scene: Scene) -> None:
    spent = update(table(BookEntry)).where(BookEntry.bucket == "spent").values(team_id=scene.office.other_team_id)
    assert changed(session.execute(spent)) > 1


def only(session: Session, statement: Update | Delete) -> None:
    """Change exactly one row: a tampering that changes nothing would prove nothing."""
    assert changed(session.execute(statement.execution_options(synchronize_session=False))) == 1


def decision(claim_id: int, move: Move) -> Update:
    return update(table(Decision)).where(Decision.claim_id == claim_id, Decision.move == move)


def claim(claim_id: int) -> Update:
    return update(table(Claim)).where(Claim.id == claim_id)


def teams(scene: Scene) -> tuple[int, int]:
    return scene.office.team_id, scene.office.other_team_id


def cell(
    session: Session, scene: Scene, kind: CellKind, *, team_id: int | None = None, category_id: int | None = None
) -> int:
    wanted = select(Cell.id).where(
        Cell.fund_id == scene.office.fund_id,
        Cell.kind == kind,
        Cell.team_id.is_not_distinct_from(team_id),
        Cell.category_id.is_not_distinct_from(category_id),
    )
    return session.scalars(wanted).one()


def rebook(session: Session, scene: Scene, source: int, target: int) -> None:
    """Move the hold of the waiting claim from one account to another, entries and balances alike."""
    holds = select(BookTransaction.id).where(
        BookTransaction.document_kind == "claim",
        BookTransaction.document_id == scene.waiting,
        BookTransaction.verb == Verb.HOLD,
    )
    named = select(Cell.team_id, Cell.category_id).where(Cell.id == target)
    team_id, category_id = session.execute(named).one()
    moved = update(table(BookEntry)).where(BookEntry.transaction_id.in_(holds), BookEntry.cell_id == source)
    assert changed(session.execute(moved.values(cell_id=target, team_id=team_id, category_id=category_id))) == 2
    for cell_id, fen in ((source, -WAITING_FEN), (target, WAITING_FEN)):
        balance = {"held": Cell.held + fen, "available": Cell.available - fen}
        only(session, update(table(Cell)).where(Cell.id == cell_id).values(balance))


def test_a_busy_office_is_sound(office: Office) -> None:
    a_scene(office)
    with office.database.reading() as session:
        assert told(session) == []


def test_every_tampering_is_named(office: Office) -> None:
    """In the office's words: no name of a table or column, the paper by its number."""
    scene = a_scene(office)
    silent = {}
    for one in TAMPERINGS:
        with tampering(office) as session:
            one.make(session, scene)
            sentences = told(session)
        if not any(one.words in sentence for sentence in sentences):
            silent[one.what] = sentences
        technical = [one for one in sentences if any(word in one for word in ("_", "NULL", "None", "claim", "hash"))]
        assert technical == []
    assert silent == {}


def test_a_life_with_every_turn_is_sound(office: Office) -> None:
    """Stepped back, voided, returned by finance, paid in parts, a part of it back: nothing of it is a breach."""
    claim_id = a_submitted(office, 400_000, 300_000)
    acts = [
        ("approve", "reviewer"),
        ("step_back", "head"),
        ("approve", "reviewer"),
        ("approve", "head"),
        ("finance_return", "officer"),
        ("approve", "head"),
        ("verify", "officer"),
        ("void_voucher", "head"),
        ("approve", "head"),
        ("verify", "officer"),
        ("comment", "member"),
    ]
    for act, who in acts:
        with office.database.writing() as session:
            getattr(operations, act)(session, claim_id, command(office.actor(who), comment="原因"))
        with office.database.reading() as session:
            assert told(session) == [], (act, who)
    payee = a_payee(office)
    for fen in (200_000, 300_000):
        with office.database.writing() as session:
            operations.pay(session, claim_id, PaymentFacts(payee, fen, TODAY), command(office.actor("cashier")))
    with office.database.writing() as session:
        first = session.scalars(select(Payment.id).where(Payment.claim_id == claim_id).order_by(Payment.id)).first()
        assert first is not None
        order = command(office.actor("cashier"), comment="账号有误")
        operations.payment_returned(session, claim_id, first, TODAY, order)
    back = a_submitted(office)
    with office.database.writing() as session:
        operations.send_back(session, back, command(office.actor("reviewer"), comment="缺附件"))
    gone = a_submitted(office)
    with office.database.writing() as session:
        operations.withdraw(session, gone, command(office.actor("member")))
    with office.database.writing() as session:
        operations.discard(session, gone, by=office.actor("member"), at=order.at)
    with office.database.reading() as session:
        assert told(session) == []


def test_content_that_is_no_json_is_named_and_stops_nothing(office: Office) -> None:
    """A check that falls over a broken row would hide every other breach."""
    a_scene(office)
    with tampering(office) as session:
        session.execute(text("UPDATE voucher SET content = '{' WHERE sequence = 1"))
        sentences = told(session)
    assert any("内容与摘要不符" in sentence for sentence in sentences)
    assert any("写明附件 不明 个" in sentence for sentence in sentences)
