"""What the sample's people file: journeys, receptions and purchases with the papers that prove them."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any

from tracker.claims.facts import GUEST_NUMBERS, GUESTS, NOT_GIVEN
from tracker.claims.filing import FiledLine, Filing
from tracker.claims.guest_numbers import Sealed, seal
from tracker.claims.guests import list_in
from tracker.claims.models import Kind, PayMethod
from tracker.claims.typed import Typed
from tracker.evidence.models import EvidenceKind
from tracker.kernel.money import format_yuan
from tracker.sample import words
from tracker.sample.bills import Bill, Ride, invoice, letter, rail_ticket, receipt_photo
from tracker.sample.nobody import id_number
from tracker.sample.people import SamplePerson
from tracker.sample.stage import Stage
from tracker.sample.words import Choice, City

MEALS_FEN, LOCAL_FEN = 10_000, 8_000
"""伙食补助 and 市内交通 a day, as most provinces have them (财行〔2013〕531号 and the local rules after it)."""

_DAYS_TO_ONE_WITHOUT = 8


@dataclass(frozen=True)
class Paper:
    """A file to be laid with a claim: its name, what it proves, and how it is made."""

    name: str
    kind: EvidenceKind
    make: Callable[[], bytes]


@dataclass(frozen=True)
class PlannedLine:
    """A line to be filed: category and item, day, what for, fen, the item's facts, its papers."""

    category: str
    item: str
    spent_on: date
    summary: str
    fen: int
    facts: dict[str, Any]
    papers: Sequence[Paper] = ()


@dataclass
class Plan:
    """A claim to be filed."""

    kind: Kind
    member: SamplePerson
    purpose: str
    facts: dict[str, Any]
    lines: list[PlannedLine]
    papers: list[Paper] = field(default_factory=list)
    method: PayMethod = PayMethod.CARD

    @property
    def last_day(self) -> date:
        """The last day something was spent on."""
        return max(line.spent_on for line in self.lines)

    @property
    def total_fen(self) -> int:
        """The claim's total in fen."""
        return sum(line.fen for line in self.lines)


def key_of(position: int) -> str:
    """Name a line on the form."""
    return f"s{position}"


def filing_of(plan: Plan, stage: Stage, payee_id: int) -> Filing:
    """Turn a plan into what the filer hands in."""
    return Filing(
        kind=plan.kind,
        fund_id=stage.fund_id,
        team_id=stage.district.teams[plan.member.place],
        beneficiary_id=stage.district.people[plan.member.sign_in_name],
        purpose=plan.purpose,
        facts=plan.facts,
        lines=tuple(
            FiledLine(
                key_of(position),
                stage.categories[line.category],
                line.spent_on,
                line.summary,
                line.fen,
                {"item": line.item, **line.facts},
            )
            for position, line in enumerate(plan.lines, start=1)
        ),
        pay_method=plan.method,
        payee_id=payee_id,
    )


def typed_of(filing: Filing) -> Typed:
    """Write a filing as it would be typed into the form."""
    typed = Typed(
        head={
            "kind": filing.kind,
            "whom": f"{filing.team_id}:{filing.beneficiary_id}",
            "fund_id": str(filing.fund_id),
            "purpose": filing.purpose,
            "pay_method": filing.pay_method,
            "payee_id": str(filing.payee_id or ""),
            "note": filing.note,
        },
        about={name: str(value) for name, value in filing.facts.items() if name != GUEST_NUMBERS},
        guest_numbers=list_in(filing.facts).numbers,
    )
    for line in filing.lines:
        typed.lines[line.key] = {
            "category": f"{line.category_id}:{line.facts['item']}",
            "spent_on": line.spent_on.isoformat() if line.spent_on else "",
            "summary": line.summary,
            "amount": format_yuan(line.claimed_fen),
            **{name: _as_typed(name, value) for name, value in line.facts.items() if name != "item"},
        }
    return typed


def _as_typed(name: str, value: object) -> str:
    return format_yuan(value) if name.endswith("_fen") and isinstance(value, int) else str(value)


def journey(
    stage: Stage, member: SamplePerson, departs: date, *, nights: int | None = None, city: City | None = None
) -> Plan:
    """Plan a travel claim: there and back by rail, a hotel, allowances for each day."""
    rng = stage.rng
    city = city or rng.choice(words.CITIES)
    nights = nights if nights is not None else rng.choice((1, 1, 2, 2, 3, 4))
    returns = departs + timedelta(days=nights)
    company = rng.choice(words.COMPANIES[member.place])
    fare_fen = city.fare_yuan * 100 + rng.choice((0, 50, 100))
    hotel_fen = (city.hotel_yuan - rng.randint(0, 60)) * 100 * nights
    days = nights + 1
    lines = [
        _ride(stage, member, departs, ("云湖", city.name), fare_fen),
        _ride(stage, member, returns, (city.name, "云湖"), fare_fen),
        _lodging(stage, city, departs, nights, hotel_fen),
        _allowance("meals", "伙食补助", returns, days, MEALS_FEN),
        _allowance("local", "市内交通补助", returns, days, LOCAL_FEN),
    ]
    number = f"云招出〔{stage.year}〕{rng.randint(10, 199)}号"
    approval = partial(
        letter,
        "招商出差审批单",
        f"赴{city.name}招商考察",
        [
            f"{member.name}拟于{departs}至{returns}赴{city.name}对接{company}，属于年度招商计划内活动，费用在组团额度内列支。"
        ],
        signed=member.place + "招商组团",
        day=departs - timedelta(days=2),
        number=number,
    )
    return Plan(
        Kind.TRAVEL,
        member,
        f"赴{city.name}考察对接{company}",
        {
            "departs_on": departs.isoformat(),
            "returns_on": returns.isoformat(),
            "places": city.name,
            "approval_number": number,
        },
        lines,
        [Paper(f"出差审批单 {number}.jpg", EvidenceKind.APPROVAL, approval)],
        rng.choice((PayMethod.CARD, PayMethod.CARD, PayMethod.PERSON)),
    )


def _ride(stage: Stage, member: SamplePerson, day: date, way: tuple[str, str], fare_fen: int) -> PlannedLine:
    start, end = way
    rng = stage.rng
    number, train = stage.bill_number(day), f"G{rng.randint(1000, 7999)}"
    seat = f"{rng.randint(1, 16):02d}车{rng.randint(1, 18):02d}{rng.choice('ABCDF')}号 二等座"
    departs = f"{rng.randint(6, 19):02d}:{rng.randrange(0, 60, 5):02d}"
    ride = Ride(number, day, train, f"{start}站", f"{end}站", departs, seat, member.name, fare_fen)
    facts = {
        "from_city": start,
        "to_city": end,
        "arrives_on": day.isoformat(),
        "vehicle": "高铁动车",
        **_bill_facts(number, fare_fen, kind="交通客票"),
    }
    paper = Paper(f"铁路电子客票 {train}.pdf", EvidenceKind.INVOICE, partial(rail_ticket, ride))
    return PlannedLine("差旅费", "transport", day, f"{start} → {end} {train} 二等座", fare_fen, facts, [paper])


def _lodging(stage: Stage, city: City, departs: date, nights: int, fen: int) -> PlannedLine:
    number = stage.bill_number(departs)
    hotel = f"{city.name}{stage.rng.choice(words.HOTELS)}"
    bill = Bill(
        number, departs + timedelta(days=nights), hotel, "*住宿服务*住宿费", fen, remark=f"入住{departs} {nights}晚"
    )
    facts = {"city": city.name, "nights": nights, **_bill_facts(number, fen)}
    paper = Paper(f"住宿发票 {hotel[:8]}.pdf", EvidenceKind.INVOICE, partial(invoice, bill))
    return PlannedLine("差旅费", "lodging", bill.day, f"{hotel} {nights} 晚", fen, facts, [paper])


def _allowance(item: str, name: str, day: date, days: int, rate_fen: int) -> PlannedLine:
    return PlannedLine("差旅费", item, day, f"{name} {days} 天", days * rate_fen, {"days": days, "rate_fen": rate_fen})


def reception(stage: Stage, member: SamplePerson, day: date) -> Plan:
    """Plan a reception claim: a working meal for visitors, sometimes a taxi."""
    rng = stage.rng
    company = rng.choice(words.COMPANIES[member.place])
    visitors, hosts = rng.randint(3, 9), rng.randint(1, 3)
    people = visitors + hosts
    rate_fen = rng.choice((90, 110, 130, 150)) * 100
    fen = people * (rate_fen - rng.randint(0, 18) * 100)
    number, place = stage.bill_number(day), rng.choice(words.RESTAURANTS)
    bill = Bill(number, day, place, "*餐饮服务*餐饮费", fen)
    guests = [
        f"{rng.choice(words.GUESTS)} {company}{rng.choice(words.POSTS)} {words.OF_A_FIRM}" for _ in range(visitors)
    ]
    reference = f"{company[:4]}函〔{stage.year}〕{rng.randint(1, 60)}号"
    asks = f"我公司一行{visitors}人拟于{day}赴贵区考察投资环境，请予接洽。"
    came = partial(letter, company, "来访函", [asks], signed=company, day=day - timedelta(days=4), number=reference)
    served = f"陪同{hosts}人，工作餐一次，人均标准{format_yuan(rate_fen)}元。"
    team = f"{member.place}招商组团"
    listed = partial(letter, "公务接待清单", "接待对象名单", [*guests, served], signed=team, day=day)
    facts = {"people": people, "rate_fen": rate_fen, **_bill_facts(number, fen)}
    lines = [
        PlannedLine(
            "公务接待",
            "dinner",
            day,
            f"工作餐 {place[2:]}",
            fen,
            facts,
            [Paper("餐饮发票.pdf", EvidenceKind.INVOICE, partial(invoice, bill))],
        )
    ]
    if rng.random() < 0.4:  # noqa: PLR2004  some visitors are fetched
        lines.append(_taxi(stage, day, visitors))
    return Plan(
        Kind.RECEPTION,
        member,
        f"接待{company}来区考察",
        {
            "visit_unit": company,
            "visited_on": day.isoformat(),
            "visitors": visitors,
            "hosts": hosts,
            "letter_number": reference,
            **_listed(stage, guests, day),
        },
        lines,
        [
            Paper(f"来访函 {reference}.jpg", EvidenceKind.LETTER, came),
            Paper("接待清单.jpg", EvidenceKind.GUEST_LIST, listed),
        ],
    )


def _listed(stage: Stage, guests: Sequence[str], day: date) -> dict[str, Any]:
    """Write the guest list with numbers, as the form keeps it; on some days the last guest gives none."""
    seed = day.toordinal() * 97
    numbers = [id_number(seed + place * 31) for place in range(len(guests))]
    if day.day % _DAYS_TO_ONE_WITHOUT == 0:
        numbers[-1] = NOT_GIVEN
    rows = "\n".join(f"{guest} {number}" for guest, number in zip(guests, numbers, strict=True))
    sealed = seal(rows, Sealed(), stage.cipher)
    return {GUESTS: sealed.text, GUEST_NUMBERS: [number.written for number in sealed.numbers]}


def _taxi(stage: Stage, day: date, people: int) -> PlannedLine:
    fen = stage.rng.randint(28, 160) * 100
    photo = partial(receipt_photo, words.TAXI, day, fen, random.Random(fen))  # noqa: S311  how a photo lies
    return PlannedLine(
        "公务接待",
        "guest_transport",
        day,
        "来宾交通 出租车",
        fen,
        {"people": people, "rate_fen": 60_00, "bill_kind": "交通客票", "bill_count": 1, "face_fen": fen},
        [Paper("出租车票 照片.jpg", EvidenceKind.INVOICE, photo)],
    )


def purchase(stage: Stage, member: SamplePerson, day: date, target_fen: int) -> Plan:
    """Plan a general claim of one to three lines that come to about ``target_fen``."""
    rng = stage.rng
    fitting = [one for one in words.PURCHASES if one.least_yuan * 100 <= target_fen <= one.most_yuan * 100]
    choice: Choice = rng.choice(fitting)
    count = rng.choice((1, 1, 2, 3))
    shares = [rng.uniform(0.7, 1.3) for _ in range(count)]
    lines = []
    for place, share in enumerate(shares):
        fen = max(int(target_fen * share / sum(shares) / 100) * 100 + rng.choice((0, 0, 50, 80)), 5_000)
        number, spent_on = stage.bill_number(day), day - timedelta(days=place)
        bill = Bill(number, spent_on, choice.seller, choice.item, fen, choice.tax_percent)
        summary = choice.summaries[place % len(choice.summaries)]
        lines.append(
            PlannedLine(
                choice.category,
                "plain",
                spent_on,
                summary,
                fen,
                _bill_facts(number, fen),
                [Paper(f"发票 {number[-6:]}.pdf", EvidenceKind.INVOICE, partial(invoice, bill))],
            )
        )
    return Plan(Kind.GENERAL, member, choice.purpose, {}, lines, method=PayMethod.VENDOR)


def _bill_facts(number: str, fen: int, *, kind: str = "发票") -> dict[str, Any]:
    return {"bill_kind": kind, "bill_number": number, "bill_count": 1, "face_fen": fen}
