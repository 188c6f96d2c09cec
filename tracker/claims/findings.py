"""提交前检查: what stands in the way of a claim, what needs a word, and what was found in order.

Findings are plain data: the form, the review page and the operations show and obey the same list, and later rules
join it by being added to ``RULES``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from tracker.claims import bills, facts
from tracker.claims.case import Case, Finding, Level, Part, Rule, placed
from tracker.claims.filing import FiledLine, Filing
from tracker.claims.guests import what_the_list_lacks
from tracker.claims.models import Claim, Kind
from tracker.claims.numbers import code_of_old_invoices, long_numbers
from tracker.claims.printing import what_cannot_be_printed
from tracker.evidence import keys
from tracker.funds import book
from tracker.funds.models import Bucket, Category, Fund, Verb
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Refused
from tracker.kernel.money import LARGEST_FEN, format_yuan
from tracker.kernel.text import listed, tell
from tracker.storage.statements import run, table
from tracker.teams.queries import member_terms

__all__ = ["RULES", "Case", "Finding", "Level", "NotReady", "Part", "Rule", "of_filing", "require_none_blocking"]


class NotReady(Refused):
    """The claim cannot be submitted yet; ``facts["findings"]`` lists what must be mended."""


def of_filing(
    session: Session, claim: Claim, filing: Filing, *, at: datetime, with_raced: bool = True
) -> list[Finding]:
    """Check a claim as filed; blocking findings first.

    A submission leaves the raced rules out: its own guarded updates decide them.
    """
    fund = session.get_one(Fund, filing.fund_id)
    categories = run(session, _CATEGORIES, {"of_fund": fund.id}).all()
    case = Case(
        session,
        claim,
        filing,
        fund,
        {category.id: category.economic_code for category in categories},
        {category.id: category.name for category in categories},
        day_of(at),
    )
    rules = RULES if with_raced else _SETTLED_RULES
    found = [finding for rule in rules for finding in rule(case)]
    order = list(Level)
    return sorted(found, key=lambda finding: order.index(finding.level))


_CATEGORY = table(Category).c
_CATEGORIES = select(_CATEGORY.id, _CATEGORY.economic_code, _CATEGORY.name).where(
    _CATEGORY.fund_id == bindparam("of_fund")
)


def to_look_at(found: Sequence[Finding]) -> int:
    """Count the findings that ask for a look: what lists say of the claim's checks."""
    return sum(finding.level is Level.WARN for finding in found)


def require_none_blocking(found: Sequence[Finding]) -> None:
    """Refuse a claim with blocking findings. Raises NotReady naming everything that must be mended."""
    blocking = [finding for finding in found if finding.level is Level.BLOCK]
    if blocking:
        raise NotReady(listed(finding.sentence for finding in blocking), findings=blocking)


def _header(case: Case) -> Iterator[Finding]:
    filing = case.filing
    if not filing.purpose:
        yield Finding(Level.BLOCK, Part.STANDARD, "请写明报销事由", field="purpose", is_lack=True)
    lacking = facts.missing(facts.HEADER_FIELDS[filing.kind], filing.facts)
    for field in lacking:
        yield Finding(
            Level.BLOCK, Part.STANDARD, tell("请填写%(field)s", field=field.label), field=field.key, is_lack=True
        )
    if not filing.lines:
        yield Finding(Level.BLOCK, Part.BILLS, "至少要有一行明细，请加一行或上传票据", field="lines", is_lack=True)
    if filing.payee_id is None:
        yield Finding(Level.BLOCK, Part.STANDARD, "请选择收款账户", field="payee_id", is_lack=True)
    if filing.claimed_fen > LARGEST_FEN:
        yield Finding(Level.BLOCK, Part.STANDARD, "合计不能超过 999,999,999.99 元，请拆成几张报销单", field="lines")
    if filing.kind is Kind.TRAVEL and not lacking:
        departs, returns = str(filing.facts["departs_on"]), str(filing.facts["returns_on"])
        if returns < departs:
            yield Finding(Level.BLOCK, Part.STANDARD, "返回日期早于出发日期，请核对", field="returns_on")


def _lines(case: Case) -> Iterator[Finding]:
    for line in case.filing.lines:
        where = case.place(line)
        yield from _unfinished(line, where)
        if line.category_id is None:
            continue
        code = case.codes.get(line.category_id, "")
        if not facts.categories_for(case.filing.kind, code):
            yield Finding(
                Level.BLOCK,
                Part.STANDARD,
                placed(
                    where,
                    tell(
                        "「%(name)s」不能在这类报销单里报，请换报销类型或科目",
                        name=case.names.get(line.category_id, ""),
                    ),
                ),
                line.key,
                "category",
            )
            continue
        item = facts.item_of(code, line.facts)
        for field in facts.missing(item.fields, line.facts):
            sentence = placed(where, tell("请填写%(field)s", field=field.label))
            yield Finding(Level.BLOCK, Part.BILLS, sentence, line.key, field.key, is_lack=True)
        face = line.facts.get("face_fen")
        if isinstance(face, int) and line.claimed_fen > face:
            over = format_yuan(line.claimed_fen - face)
            yield Finding(
                Level.BLOCK,
                Part.BILLS,
                placed(where, tell("报销金额比票面多 %(over)s 元，请改为不超过票面金额", over=over)),
                line.key,
                "amount",
            )
        days, rate = line.facts.get("days"), line.facts.get("rate_fen")
        if item.is_allowance and isinstance(days, int) and isinstance(rate, int) and line.claimed_fen > days * rate:
            limit = format_yuan(days * rate)
            sentence = placed(where, tell("补助不能超过天数 × 标准 = %(limit)s 元", limit=limit))
            yield Finding(Level.BLOCK, Part.STANDARD, sentence, line.key, "amount")


def _unfinished(line: FiledLine, where: str) -> Iterator[Finding]:
    lacking = {
        "category": ("请选择费用科目", line.category_id is None),
        "spent_on": ("请填写日期", line.spent_on is None),
        "summary": ("请写说明", not line.summary),
        "amount": ("请填写报销金额", line.claimed_fen <= 0),
    }
    for field, (sentence, lacks) in lacking.items():
        if lacks:
            yield Finding(Level.BLOCK, Part.BILLS, placed(where, sentence), line.key, field, is_lack=True)


def _days(case: Case) -> Iterator[Finding]:
    fund, filing = case.fund, case.filing
    wrong = False
    terms = member_terms(case.session, filing.beneficiary_id, filing.team_id) if filing.lines else []
    for line in filing.lines:
        where = case.place(line)
        if line.spent_on is None:
            wrong = True
        elif line.spent_on > case.today:
            wrong = True
            yield Finding(Level.BLOCK, Part.BILLS, placed(where, tell("日期晚于今天，请核对")), line.key, "spent_on")
        elif not fund.opens_on <= line.spent_on <= fund.closes_on:
            wrong = True
            yield Finding(
                Level.BLOCK,
                Part.BILLS,
                placed(
                    where,
                    tell(
                        "日期不在「%(fund)s」的使用期限 %(opens)s 至 %(closes)s 内，请换经费或核对日期",
                        fund=fund.name,
                        opens=fund.opens_on,
                        closes=fund.closes_on,
                    ),
                ),
                line.key,
                "spent_on",
            )
        elif not any(first <= line.spent_on and (end is None or line.spent_on < end) for first, end in terms):
            wrong = True
            yield Finding(
                Level.BLOCK,
                Part.STANDARD,
                placed(
                    where,
                    tell("%(day)s 报销人不在这个组团的任期内，不能报销；请核对日期或组团", day=line.spent_on),
                ),
                line.key,
                "spent_on",
            )
    if filing.lines and not wrong:
        yield Finding(Level.PASS, Part.STANDARD, "日期都在任期和经费使用期限内")


def _files(case: Case) -> Iterator[Finding]:
    with_file = {attachment.line_key for attachment in case.claim.attachments}
    lacking = False
    for line in case.filing.lines:
        code = case.codes.get(line.category_id, "") if line.category_id is not None else ""
        if facts.item_of(code, line.facts).is_allowance or line.key in with_file:
            continue
        lacking = True
        sentence = placed(case.place(line), tell("还没有票据，请上传这一行的发票或票据"))
        yield Finding(Level.BLOCK, Part.FILES, sentence, line.key, "files", is_lack=True)
    if case.filing.lines and not lacking:
        yield Finding(Level.PASS, Part.FILES, "每行都有票据")


def _twice(case: Case) -> Iterator[Finding]:
    def key_of(line: FiledLine) -> tuple[str, str]:
        code, number = (str(line.facts.get(name) or "") for name in ("bill_code", "bill_number"))
        return keys.normal(code), keys.normal(number)

    numbers = [key_of(line) for line in case.filing.lines if line.facts.get("bill_number")]
    repeated = {key for key, count in Counter(numbers).items() if count > 1}
    for line in case.filing.lines:
        key = key_of(line)
        if key in repeated:
            yield Finding(
                Level.WARN,
                Part.BILLS,
                placed(case.place(line), tell("票据号码 %(number)s 在本单里出现不止一次", number=key[1])),
                line.key,
                "bill_number",
            )
    if numbers and not repeated:
        yield Finding(Level.PASS, Part.BILLS, "本单票据号码没有重复")


def _taken(case: Case) -> Iterator[Finding]:
    """Tell early what the key taken with the hold will refuse: the invoice has been claimed elsewhere."""
    named = [line for line in case.filing.lines if line.facts.get("bill_number") and line.claimed_fen]
    elsewhere = keys.used_elsewhere(
        case.session,
        [(str(line.facts.get("bill_code") or ""), str(line.facts["bill_number"])) for line in named],
        claim_id=case.claim.id,
    )
    for line in named:
        number = str(line.facts["bill_number"])
        used = elsewhere.get((keys.normal(str(line.facts.get("bill_code") or "")), keys.normal(number)))
        if used is not None and used.used_fen + line.claimed_fen > used.total_fen:
            yield Finding(
                Level.BLOCK,
                Part.BILLS,
                placed(
                    case.place(line),
                    tell(
                        "票据 %(number)s 已在别的报销单里报过 %(used)s 元（票面 %(face)s 元），"
                        "请删除这一行，或核对是否传错票据",
                        number=number,
                        used=format_yuan(used.used_fen),
                        face=format_yuan(used.total_fen),
                    ),
                ),
                line.key,
                "bill_number",
            )


def _quota(case: Case) -> Iterator[Finding]:
    if not case.filing.shares.by_category:
        return
    try:
        entries = book.carry(case.session, Verb.HOLD, case.filing.shares)
    except book.NoQuota as refusal:
        yield Finding(Level.BLOCK, Part.QUOTA, refusal.sentence)
        return
    short = False
    for entry in entries:
        left = entry.cell.available
        if entry.bucket is Bucket.AVAILABLE and left is not None and -entry.amount_fen > left:
            short = True
            yield Finding(
                Level.BLOCK,
                Part.QUOTA,
                tell(
                    "%(cell)s还剩 %(left)s 元，本单要用 %(asked)s 元，超出 %(over)s 元；"
                    "请减少金额，或请财政局追加、调剂额度",
                    cell=book.cell_name(entry.cell),
                    left=format_yuan(left),
                    asked=format_yuan(-entry.amount_fen),
                    over=format_yuan(-entry.amount_fen - left),
                ),
            )
    if not short:
        yield Finding(Level.PASS, Part.QUOTA, "额度充足")


def _purpose(case: Case) -> Iterator[Finding]:
    if case.filing.lines and all(line.category_id in case.codes for line in case.filing.lines):
        yield Finding(Level.PASS, Part.STANDARD, "属于专项经费开支范围")


RULES: tuple[Rule, ...] = (
    _header,
    what_the_list_lacks,
    _lines,
    _days,
    _files,
    long_numbers,
    code_of_old_invoices,
    _twice,
    _taken,
    bills.what_files_say,
    bills.what_looks_alike,
    what_cannot_be_printed,
    _quota,
    _purpose,
)
_RACED_RULES = (_taken, _quota)
_SETTLED_RULES = tuple(rule for rule in RULES if rule not in _RACED_RULES)
