"""Vouchers for the tests of the paper: the same few people, invented figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from tracker.kernel.money import capitals
from tracker.vouchers.content import LineContent, Payee, QuotaFigures, Signature, VoucherContent

NOON = datetime(2026, 3, 4, 4, 0, tzinfo=UTC)

GUESTS = (
    "陈喆 某某光电董事长 企业人员 329***********1233",
    "李堃 某某光电总经理 企业人员 329***********0017",
    "王昇 某某光电财务总监 企业人员 E*******8",
    "赵翀 某某光电技术总监 企业人员 329***********0025",
    "孙犇 某某光电投资部经理 企业人员 329***********0033",
    "周玥 某某光电法务 企业人员 未提供",
    "吴镕 某某光电秘书 企业人员 329***********0041",
)
_TRAVEL = (
    ("城市间交通费", "30211", "淮安东至广州，高铁二等座 G9232次", ("28381869445666949582",), 2, 231_300),
    ("住宿费", "30211", "广州住宿5晚，标准间，每晚425.61元", ("51976647202748701749",), 2, 212_805),
    ("伙食补助费", "30211", "5天×100.00元，按日定额包干", (), 0, 50_000),
    ("市内交通费", "30211", "5天×80.00元，按日定额包干", (), 0, 40_000),
    ("资料印刷费", "30202", "招商推介手册印制120册，含中英文版", ("26212492603380422357",), 3, 131_326),
    ("公务接待费", "30217", "接待新型显示企业考察组7人，附公函与清单", ("15294798457751251899",), 2, 86_400),
    ("会务场租费", "30215", "产业推介会场地半天（昆山）", ("15747758489666912209",), 1, 194_600),
    ("邮电通讯费", "30207", "项目资料顺丰快递3件", ("33534967624959691574",), 1, 6_900),
)


def lines(count: int) -> tuple[LineContent, ...]:
    """Make this many lines, each with its own amount."""
    made = []
    for position in range(1, count + 1):
        category, code, summary, bills, papers, fen = _TRAVEL[(position - 1) % len(_TRAVEL)]
        fen += 100 * ((position - 1) // len(_TRAVEL))
        made.append(
            LineContent(
                position=position,
                date=date(2026, 2, 22) + timedelta(days=position % 5),
                category=category,
                economic_code=code,
                summary=summary,
                bill_numbers=bills,
                bill_count=papers,
                claimed_fen=fen,
                approved_fen=fen,
            )
        )
    return tuple(made)


def a_voucher(count: int = 8, **changes: Any) -> VoucherContent:
    """Make the voucher of a trip with this many lines."""
    return with_lines(_TRIP, lines(count), **changes)


def with_lines(content: VoucherContent, of: tuple[LineContent, ...], **changes: Any) -> VoucherContent:
    """Give a voucher other lines, and totals to match."""
    approved = sum(line.approved_fen for line in of)
    totals: dict[str, Any] = {
        "lines": of,
        "claimed_fen": sum(line.claimed_fen for line in of),
        "deducted_fen": sum(line.deducted_fen for line in of),
        "approved_fen": approved,
        "capitals": capitals(approved),
        "attachment_count": sum(line.bill_count for line in of),
        "quota": QuotaFigures(
            annual_fen=61_000_000, spent_fen=43_408_342, this_fen=approved, left_fen=61_000_000 - 43_408_342 - approved
        ),
        "payees": (
            Payee(
                name="顾嘉远",
                bank="中国农业银行淮阴支行",
                account="6228 48** **** 3355",
                method="公务卡还款",
                amount_fen=approved,
            ),
        ),
    }
    return replace(content, **(totals | changes))


def deducted(content: VoucherContent) -> VoucherContent:
    """Cut two lines of a voucher, with reasons."""
    cut = list(content.lines)
    cut[1] = replace(
        cut[1],
        deducted_fen=12_805,
        approved_fen=cut[1].claimed_fen - 12_805,
        deduction_reason="住宿超出广州市每晚400.00元限额标准",
    )
    cut[4] = replace(
        cut[4], deducted_fen=1_326, approved_fen=cut[4].claimed_fen - 1_326, deduction_reason="票据金额不符"
    )
    return with_lines(content, tuple(cut))


def a_reception() -> VoucherContent:
    """Make the voucher of a reception, with its guests."""
    return with_lines(
        replace(
            _TRIP,
            kind="reception",
            kind_label="公务接待费",
            period_from=None,
            period_to=None,
            places="",
            purpose="接待深圳新型显示企业考察组来区考察厂房与配套条件",
            filer="苏婉清",
            details=(
                ("来访单位", "深圳市某某光电股份有限公司"),
                ("接待日期", "2026-02-25"),
                ("来访人数", "7 人"),
                ("陪同人数", "3 人"),
                ("公函号", "淮招函〔2026〕17号"),
                ("来访人员", "\n".join(GUESTS)),
            ),
        ),
        (
            LineContent(
                position=1,
                date=date(2026, 2, 25),
                category="工作餐",
                economic_code="30217",
                summary="工作餐一次，10人，人均86.40元",
                bill_numbers=("15294798457751251899",),
                bill_count=1,
                claimed_fen=86_400,
                approved_fen=86_400,
            ),
            LineContent(
                position=2,
                date=date(2026, 2, 25),
                category="来宾住宿",
                economic_code="30217",
                summary="来宾住宿一晚，7间",
                bill_numbers=("15294798457751251900", "15294798457751251901"),
                bill_count=2,
                claimed_fen=224_000,
                approved_fen=224_000,
            ),
        ),
    )


_TRIP = VoucherContent(
    number="ZSBX-2026-000001",
    title="精准招商工作经费报销单",
    fund_name="精准招商工作经费",
    budget_year=2026,
    project_code="915",
    function_code="2011308",
    kind="travel",
    kind_label="差旅费",
    filed_on=date(2026, 3, 2),
    team="新型显示产业招商组团",
    lead_unit="区科学技术局",
    beneficiary="顾嘉远",
    filer="顾嘉远",
    home_unit="区农业农村局",
    period_from=date(2026, 2, 22),
    period_to=date(2026, 2, 27),
    places="广州、昆山",
    purpose="赴广州、昆山对接新型显示产业链重点企业，洽谈项目落户意向并考察厂房与配套条件",
    lines=(),
    claimed_fen=0,
    deducted_fen=0,
    approved_fen=0,
    capitals="零元整",
    attachment_count=0,
    signatures=(
        Signature(seat="报销人", name="顾嘉远", at=datetime(2026, 3, 2, 1, 12, tzinfo=UTC)),
        Signature(seat="组团联络员", name="崔杰芳", at=datetime(2026, 3, 3, 6, 40, tzinfo=UTC)),
        Signature(seat="牵头单位审核", name="魏宇", at=datetime(2026, 3, 4, 1, 5, tzinfo=UTC)),
        Signature(seat="牵头单位负责人", name="叶梓超", at=NOON),
        Signature(seat="财政复核"),
        Signature(seat="出纳"),
    ),
    approved_at=NOON,
    verify_url="https://zs.example.gov.cn/verify/K7QF2M9XTD4HJ3WC",
    verify_code="K7QF2M9XTD4HJ3WC",
)
