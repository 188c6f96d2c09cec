"""Fill a database with many claims that hold in every invariant, by plain inserts, for measuring pages and checks."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, select, update

from tests.office import PEOPLE, Office
from tracker.audit.chain import GENESIS, digest, link_fields
from tracker.audit.models import AuditEntry, ChainHead
from tracker.audit.operations import fund_chain
from tracker.claims.models import Claim, ClaimLine, Decision, Payment
from tracker.evidence.models import InvoiceKey, InvoiceShare
from tracker.funds.models import BookEntry, BookTransaction, Cell, CellKind, DailySpending, MonthlySpending
from tracker.kernel.clock import day_of, month_of
from tracker.storage import Base
from tracker.storage.numbering import Counter
from tracker.storage.statements import table
from tracker.vouchers.content import LineContent, Signature, VoucherContent, to_json
from tracker.vouchers.models import Voucher

START = datetime(2026, 1, 5, 1, 0, tzinfo=UTC)
BATCH = 20_000
LINE_FEN = 10_000
OPEN_SHARE = 2
"""Of each hundred claims this many wait for the reviewer; the others are paid."""

_CONTENT = VoucherContent(
    number="",
    title="精准招商工作经费报销单",
    fund_name="精准招商工作经费",
    budget_year=2026,
    function_code="2011308",
    kind="general",
    kind_label="一般费用",
    filed_on=date(2026, 3, 9),
    team="新能源招商组团",
    lead_unit="云湖区工业和信息化局",
    beneficiary="陈立",
    filer="陈立",
    home_unit="云湖区农业农村局",
    purpose="购置招商资料用纸",
    lines=tuple(
        LineContent(
            position=position,
            date=date(2026, 3, 3),
            category="办公与邮电",
            economic_code="30201",
            summary="招商资料打印用纸",
            bill_numbers=("123456789",),
            bill_count=1,
            claimed_fen=LINE_FEN,
            approved_fen=LINE_FEN,
        )
        for position in (1, 2)
    ),
    claimed_fen=2 * LINE_FEN,
    deducted_fen=0,
    approved_fen=2 * LINE_FEN,
    capitals="人民币贰佰元整",
    attachment_count=0,
    signatures=(Signature(seat="报销人", name="陈立", at=START), Signature(seat="牵头单位审核", name="周敏", at=START)),
    approved_at=START,
    verify_url="http://127.0.0.1:8000/verify/0000000000000000",
    verify_code="",
)
"""What every voucher here says, but for its number, code and moment."""


def fill(office: Office, claims: int, payee_id: int) -> None:
    """Add this many claims of two lines each to the member's team, by batches of plain inserts."""
    with office.database.writing() as session:
        last = session.scalar(select(Claim.id).order_by(Claim.id.desc()).limit(1)) or 0
        transaction = session.scalar(select(BookTransaction.id).order_by(BookTransaction.id.desc()).limit(1)) or 0
        cells = {
            (cell.kind, cell.category_id): cell
            for cell in session.scalars(
                select(Cell).where(
                    Cell.fund_id == office.fund_id,
                    (Cell.team_id == office.team_id) | (Cell.kind == CellKind.FUND_CATEGORY),
                )
            )
        }
        rows: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
        totals: dict[tuple[int, str], int] = defaultdict(int)
        monthly: dict[str, int] = defaultdict(int)
        daily: dict[date, int] = defaultdict(int)
        vouchers = 0
        category = office.categories["办公与邮电"]
        involved = [
            cells[CellKind.TEAM, None],
            cells[CellKind.TEAM_CATEGORY, category],
            cells[CellKind.FUND_CATEGORY, category],
        ]
        key = session.scalar(select(InvoiceKey.id).order_by(InvoiceKey.id.desc()).limit(1)) or 0
        links: list[dict[str, Any]] = []
        for count in range(claims):
            claim_id, is_open = last + 1 + count, count % 100 < OPEN_SHARE
            at = START + timedelta(seconds=count * (300 * 86400 // claims))
            vouchers += not is_open
            transaction += 1
            key += 2
            _one(rows, office, claim_id, is_open, at, payee_id, category, vouchers)
            _keys(rows, claim_id, key - 1, at)
            links += _links(rows, office, claim_id)
            _book(rows, office, transaction, "hold", claim_id, at, involved, ("available", "held"), "claim")
            totals[claim_id, "held"] = 2 * LINE_FEN
            if not is_open:
                transaction += 1
                _book(rows, office, transaction, "spend", claim_id, at, involved, ("held", "spent"), "payment")
                monthly[month_of(day_of(at))] += 2 * LINE_FEN
                daily[day_of(at)] += 1
            if sum(len(batch) for batch in rows.values()) > BATCH:
                _flush(session, rows)
        _flush(session, rows)
        paid, held = vouchers * 2 * LINE_FEN, (claims - vouchers) * 2 * LINE_FEN
        for cell in involved:
            left = None if cell.available is None else Cell.available - held - paid
            session.execute(
                update(table(Cell))
                .where(Cell.id == cell.id)
                .values(held=Cell.held + held, spent=Cell.spent + paid, available=left)
            )
        session.execute(
            insert(table(MonthlySpending)),
            [
                {
                    "fund_id": office.fund_id,
                    "team_id": office.team_id,
                    "category_id": category,
                    "period": period,
                    "spent_fen": fen,
                }
                for period, fen in monthly.items()
            ],
        )
        session.execute(
            insert(table(DailySpending)),
            [
                {
                    "fund_id": office.fund_id,
                    "team_id": office.team_id,
                    "day": day,
                    "spent_fen": count * 2 * LINE_FEN,
                    "payments": count,
                }
                for day, count in daily.items()
            ],
        )
        session.execute(insert(table(Counter)).values(series=f"voucher:{office.fund_id}", last=vouchers))
        _trail(session, office, links)


def _one(
    rows: dict[type[Base], list[dict[str, Any]]],
    office: Office,
    claim_id: int,
    is_open: bool,
    at: datetime,
    payee_id: int,
    category: int,
    sequence: int,
) -> None:
    people = office.people
    rows[Claim].append(
        {
            "id": claim_id,
            "number": f"BX-2026-{claim_id:07d}",
            "kind": "general",
            "fund_id": office.fund_id,
            "team_id": office.team_id,
            "filer_id": people["member"],
            "beneficiary_id": people["member"],
            "purpose": f"购置招商资料用纸 第 {claim_id} 批",
            "facts": {},
            "note": "",
            "pay_method": "person",
            "payee_id": payee_id,
            "state": "in_route" if is_open else "paid",
            "step": "review" if is_open else None,
            "route": ["review", "verify", "pay"],
            "round": 1,
            "version": 5,
            "claimed_fen": 2 * LINE_FEN,
            "deducted_fen": 0,
            "paid_fen": 0 if is_open else 2 * LINE_FEN,
            "created_at": at,
            "changed_at": at,
            "submitted_at": at,
            "waiting_since": at if is_open else None,
            "draft_key": f"many-{claim_id}",
        }
    )
    for position in (1, 2):
        rows[ClaimLine].append(
            {
                "claim_id": claim_id,
                "key": f"k{position}",
                "position": position,
                "category_id": category,
                "spent_on": date(2026, 3, 3),
                "summary": "招商资料打印用纸",
                "facts": {
                    "bill_kind": "发票",
                    "bill_number": f"{claim_id:08d}{position}",
                    "bill_count": 1,
                    "face_fen": LINE_FEN,
                },
                "claimed_fen": LINE_FEN,
                "deducted_fen": 0,
                "deduction_reason": "",
            }
        )
    acts = [
        ("submit", "member", "member", None),
        ("approve", "reviewer", "reviewer", "review"),
        ("verify", "officer", "officer", "verify"),
        ("pay_rest", "cashier", "cashier", "pay"),
    ]
    for move, person, seat, step in acts[:1] if is_open else acts:
        rows[Decision].append(
            {
                "claim_id": claim_id,
                "command_id": f"many-{claim_id}-{move}",
                "round": 1,
                "step": step if move in ("approve", "verify") else None,
                "at_step": step,
                "move": move,
                "person_id": people[person],
                "seat": seat,
                "at": at,
                "comment": "",
            }
        )
    if is_open:
        return
    number = f"ZSBX-2026-{sequence:06d}"
    content = to_json(replace(_CONTENT, number=number, verify_code=f"{sequence:016d}", approved_at=at))
    rows[Voucher].append(
        {
            "id": sequence,
            "number": number,
            "fund_id": office.fund_id,
            "sequence": sequence,
            "claim_id": claim_id,
            "content": content,
            "content_hash": hashlib.sha256(content.encode()).hexdigest(),
            "verify_code": f"{sequence:016d}",
            "template_version": 1,
            "issued_at": at,
            "void_reason": "",
            "prints": 0,
        }
    )
    rows[Payment].append(
        {
            "id": claim_id,
            "number": f"ZF-2026-{claim_id:07d}",
            "claim_id": claim_id,
            "command_id": f"many-{claim_id}-pay_rest",
            "amount_fen": 2 * LINE_FEN,
            "method": "person",
            "payee_id": payee_id,
            "holder": "陈立",
            "bank": "江苏银行",
            "tail": "8821",
            "paid_on": date(2026, 3, 9),
            "reference": "",
            "shares": {str(category): 2 * LINE_FEN},
            "paid_by": people["cashier"],
            "paid_at": at,
            "return_reason": "",
        }
    )


def _book(
    rows: dict[type[Base], list[dict[str, Any]]],
    office: Office,
    transaction: int,
    verb: str,
    claim_id: int,
    at: datetime,
    cells: list[Cell],
    path: tuple[str, str],
    kind: str,
) -> None:
    rows[BookTransaction].append(
        {
            "id": transaction,
            "command_id": f"many-{claim_id}-{verb}",
            "fund_id": office.fund_id,
            "verb": verb,
            "document_kind": kind,
            "document_id": claim_id,
            "document_name": f"BX-2026-{claim_id:07d}",
            "period": month_of(day_of(at)),
            "by_person": office.people["member"],
            "at": at,
        }
    )
    for cell in cells:
        for bucket, sign in zip(path, (-1, 1), strict=True):
            rows[BookEntry].append(
                {
                    "transaction_id": transaction,
                    "fund_id": office.fund_id,
                    "cell_id": cell.id,
                    "team_id": cell.team_id,
                    "category_id": cell.category_id,
                    "bucket": bucket,
                    "amount_fen": sign * 2 * LINE_FEN,
                }
            )


def _keys(rows: dict[type[Base], list[dict[str, Any]]], claim_id: int, first: int, at: datetime) -> None:
    """The invoice of each line, wholly used by it."""
    for position in (1, 2):
        key = {"id": first + position - 1, "code": "", "number": f"{claim_id:08d}{position}"}
        rows[InvoiceKey].append({**key, "total_fen": LINE_FEN, "used_fen": LINE_FEN})
        share = {"key_id": key["id"], "claim_id": claim_id, "line_key": f"k{position}", "amount_fen": LINE_FEN}
        rows[InvoiceShare].append({**share, "used_at": at, "freed_at": None})


def _links(rows: dict[type[Base], list[dict[str, Any]]], office: Office, claim_id: int) -> list[dict[str, Any]]:
    """The claim's links on the fund's chain, still without their place: opened, one a decision, its voucher issued."""
    names = {office.people[key]: PEOPLE[key][0] for key in ("member", "reviewer", "officer", "cashier")}
    number = f"BX-2026-{claim_id:07d}"
    decisions = [row for row in rows[Decision][-4:] if row["claim_id"] == claim_id]
    acts: list[dict[str, Any]] = [{**decisions[0], "move": "open"}, *decisions]
    links = []
    for version, act in enumerate(acts):
        kept = {"step": act["at_step"], "round": 1, "claimed_fen": 2 * LINE_FEN, "deducted_fen": 0, "paid_fen": 0}
        links.append(
            {
                "at": act["at"],
                "person_id": act["person_id"],
                "person_name": names[act["person_id"]],
                "seat": act["seat"],
                "action": f"claim.{act['move']}",
                "subject_kind": "claim",
                "subject_id": claim_id,
                "subject_name": number,
                "before": {"state": "in_route", "version": version, **kept},
                "after": {"state": "in_route", "version": version + 1, **kept},
                "note": "",
            }
        )
        if act["move"] == "approve":
            voucher = rows[Voucher][-1]
            named = {"subject_kind": "voucher", "subject_id": voucher["id"], "subject_name": voucher["number"]}
            after = {"number": voucher["number"], "content_hash": voucher["content_hash"]}
            links.append({**links[-1], **named, "action": "voucher.issue", "before": {}, "after": after})
    return links


def _trail(session: Any, office: Office, links: list[dict[str, Any]]) -> None:
    """Chain the links to the fund's chain."""
    chain = fund_chain(office.fund_id)
    head = session.execute(select(ChainHead).where(ChainHead.chain == chain)).scalar_one()
    previous, position = head.digest or GENESIS, head.length
    for link in links:
        position += 1
        link |= {"chain": chain, "position": position, "previous": previous}
        previous = link["digest"] = digest(previous, link_fields(link))
    for batch in _batches(links):
        session.execute(insert(table(AuditEntry)), batch)
    session.execute(update(table(ChainHead)).where(ChainHead.chain == chain).values(length=position, digest=previous))


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    source = iter(rows)
    while batch := list(islice(source, BATCH)):
        yield batch


def _flush(session: Any, rows: dict[type[Base], list[dict[str, Any]]]) -> None:
    for model in (Claim, ClaimLine, Decision, InvoiceKey, InvoiceShare, Voucher, Payment, BookTransaction, BookEntry):
        rows_table = table(model)
        if rows[model]:
            session.execute(insert(rows_table), rows[model])
    rows.clear()
