"""Many findings made one reading: field by field, the most trusted first, and nothing where they disagree."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from tracker.evidence.reading import kinds, values
from tracker.evidence.reading.facts import (
    AMOUNT_FIELDS,
    FIELD_NAMES,
    HEADER_FIELDS,
    TRUST,
    Box,
    Conflict,
    Fact,
    Findings,
    Item,
    Leg,
    Reading,
    Source,
    Sureness,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

_NAMES: Final = frozenset({"buyer_name", "seller_name"})
_CODED: Final = frozenset({"invoice_code", "invoice_number", "buyer_tax_id", "seller_tax_id"})
_FREE_TEXT: Final = frozenset({"remarks", "passenger", "red_of"})
_FIELDS: Final = ("kind", *HEADER_FIELDS, "red_of", "remarks", "passenger", "capitals_fen")
_OLD_NUMBER: Final = 8
_DIGITAL_NUMBER: Final = 20
_FISCAL: Final = (8, 10)
_OLD_CODES: Final = (10, 12)
# Provinces by GB/T 2260, and the cities whose tax bureaus stand beside their province's.
_REGIONS: Final = frozenset(
    (
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
    )
)
_RED_WORDS: Final = re.compile(r"被红冲蓝字|对应正数发票|红字信息表编号|销项负数")


@dataclass
class _Draft:
    """The reading while it is still being weighed."""

    chosen: dict[str, Fact] = field(default_factory=dict)
    backing: dict[str, set[str]] = field(default_factory=dict)
    conflicts: list[Conflict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def value(self, name: str) -> str | int | date | None:
        return self.chosen[name].value if name in self.chosen else None

    def fen(self, name: str) -> int | None:
        value = self.value(name)
        return value if isinstance(value, int) else None

    def text(self, name: str) -> str | None:
        value = self.value(name)
        return value if isinstance(value, str) else None

    def drop(self, name: str, reason: str, *others: tuple[str, str]) -> None:
        """Empty a field and keep what was read, so that a person can decide."""
        fact = self.chosen.pop(name, None)
        if fact is not None:
            self.conflicts.append(Conflict(name, ((fact.reader, shown(fact.value)), *others), reason))

    def derive(self, name: str, value: str | int, reader: str) -> None:
        self.chosen[name] = Fact(
            name, value, Source.STRUCTURED if reader == "内嵌数据" else Source.TEXT, reader, Sureness.DERIVED
        )


def merge(findings: Sequence[Findings], *, today: date) -> Reading:
    """Weigh all findings of one file and return what holds; disagreeing fields are empty and listed."""
    draft = _Draft(notes=list(dict.fromkeys(note for one in findings for note in one.notes)))
    facts = [fact for one in findings for fact in one.facts]
    for name in _FIELDS:
        _choose(draft, name, [fact for fact in facts if fact.field == name])
    _check_amounts(draft, findings)
    _check_number(draft)
    _check_date(draft, today)
    _settle_kind(draft)
    return _finished(draft, findings)


def shown(value: str | int | date) -> str:
    """Write a read value for people: amounts in yuan, dates as ISO days."""
    if isinstance(value, int):
        return f"{'-' if value < 0 else ''}{abs(value) // 100}.{abs(value) % 100:02d}"
    return value.isoformat() if isinstance(value, date) else value


def _same(name: str, one: str | int | date, other: str | int | date) -> bool:
    if name in _NAMES:
        return values.fold_name(str(one)) == values.fold_name(str(other))
    return one == other


def _choose(draft: _Draft, name: str, facts: list[Fact]) -> None:
    if not facts:
        return
    ordered = sorted(facts, key=lambda fact: (fact.sureness is Sureness.UNSURE, TRUST[fact.source]))
    best = ordered[0]
    agreeing = [fact for fact in ordered if _same(name, fact.value, best.value)]
    against = [fact for fact in ordered if not _same(name, fact.value, best.value)]
    weighty = [fact for fact in against if _weighs(name, fact, best)]
    if weighty:
        readings = tuple(dict.fromkeys((fact.reader, shown(fact.value)) for fact in [best, *weighty]))
        draft.conflicts.append(Conflict(name, readings, f"{FIELD_NAMES[name]}有两种读法"))
        return
    for fact in against:
        draft.notes.append(f"{FIELD_NAMES[name]}：{fact.reader}读作“{shown(fact.value)}”，以{best.reader}为准")
    # The viewer marks where the value is printed; the QR code's own place is the last resort.
    printed = [fact.box for fact in agreeing if fact.box and fact.source is not Source.QR]
    box = printed[0] if printed else best.box
    agreed = len({fact.reader for fact in agreeing}) > 1
    draft.backing[name] = {fact.reader for fact in agreeing}
    draft.chosen[name] = replace(best, box=box, sureness=Sureness.AGREED if agreed else best.sureness)


def _weighs(name: str, fact: Fact, best: Fact) -> bool:
    """Whether a differing fact may empty the field: page text does not overrule names that data states."""
    if fact.sureness is Sureness.UNSURE or name in _FREE_TEXT:
        return False
    if (
        name in _CODED
        and fact.source is Source.TEXT
        and TRUST[fact.source] > TRUST[best.source]
        and str(fact.value) in str(best.value)
    ):
        return False  # the page shows a part of it, which is no other reading
    return not (name in _NAMES | {"kind"} and TRUST[fact.source] > TRUST[best.source])


def _check_amounts(draft: _Draft, findings: Sequence[Findings]) -> None:
    total, capitals = draft.fen("total_fen"), draft.fen("capitals_fen")
    # Some forms print a red amount's capitals without the sign.
    agrees = capitals is None or total is None or capitals == total or (total < 0 and capitals == -total)
    sums = _sum(draft)
    if not agrees and total is not None and capitals is not None:
        if sums == total and "二维码" in draft.backing.get("total_fen", ()):
            draft.notes.append(f"大写金额读作 {shown(capitals)}，与小写、二维码不符，请核对票面")
        else:
            draft.drop("total_fen", "大写与小写不符", ("大写金额", shown(capitals)))
            total = None
    if total is None and not any(one.field == "total_fen" for one in draft.conflicts):
        if sums is not None:
            _derive_total(draft, sums, capitals)
        elif capitals is not None and draft.fen("amount_ex_tax_fen") is None:
            # A form that prints its total in words alone; words with a part missing are not read as an amount.
            draft.chosen["total_fen"] = replace(
                draft.chosen["capitals_fen"], field="total_fen", reader="大写金额", sureness=Sureness.DERIVED
            )
    elif total is not None and sums is not None and sums != total:
        _settle_sums(draft, total, sums, capitals)
    _zero_tax(draft, findings)


def _sum(draft: _Draft) -> int | None:
    parts = [draft.fen(name) for name in ("amount_ex_tax_fen", "tax_amount_fen")]
    if any(part is None for part in parts):
        return None
    return sum(part or 0 for part in parts) + (draft.fen("other_charges_fen") or 0)


def _derive_total(draft: _Draft, sums: int, capitals: int | None) -> None:
    """Add up the total that a tag left at the ¥ sign alone, unless the capitals contradict."""
    if capitals is not None and capitals not in (sums, -sums):
        draft.conflicts.append(
            Conflict("total_fen", (("金额加税额", shown(sums)), ("大写金额", shown(capitals))), "金额加税额与大写不符")
        )
        return
    reader = draft.chosen["amount_ex_tax_fen"].reader
    source = draft.chosen["amount_ex_tax_fen"].source
    draft.chosen["total_fen"] = Fact(
        "total_fen",
        sums,
        source,
        f"{reader}（金额加税额）",
        Sureness.AGREED if capitals is not None else Sureness.DERIVED,
    )


def _settle_sums(draft: _Draft, total: int, sums: int, capitals: int | None) -> None:
    """Amount, tax and total do not add up: what a second place confirms stays, the rest is emptied."""
    confirmed = capitals in (total, -total) or len(draft.backing.get("total_fen", ())) > 1
    other = ("金额加税额", shown(sums))
    draft.drop("amount_ex_tax_fen", "不含税金额、税额与价税合计不相符", ("价税合计", shown(total)))
    draft.drop("tax_amount_fen", "不含税金额、税额与价税合计不相符", ("价税合计", shown(total)))
    if not confirmed:
        draft.drop("total_fen", "不含税金额、税额与价税合计不相符", other)


def _zero_tax(draft: _Draft, findings: Sequence[Findings]) -> None:
    """Exempt invoices may leave the tax cell empty: equal totals and 免税 on every line say it is zero."""
    total, ex_tax = draft.fen("total_fen"), draft.fen("amount_ex_tax_fen")
    rates = {item.tax_rate for one in findings for item in one.items}
    if (
        "tax_amount_fen" not in draft.chosen
        and total is not None
        and total == ex_tax
        and rates
        and rates <= {"免税", "不征税", "0%", "***"}
    ):
        draft.chosen["tax_amount_fen"] = Fact(
            "tax_amount_fen", 0, draft.chosen["total_fen"].source, "免税", Sureness.DERIVED
        )


def _check_number(draft: _Draft) -> None:
    """Drop a key that may be wrong: odd forms stand only when two places agree."""
    number, code = draft.text("invoice_number"), draft.text("invoice_code")
    if number is None:
        if (
            code is not None
            and draft.chosen["invoice_code"].source is not Source.STRUCTURED
            and any(one.field == "invoice_number" for one in draft.conflicts)
        ):
            draft.drop("invoice_code", "发票号码未确定")
        return
    agreed = len(draft.backing.get("invoice_number", ())) > 1
    trusted = draft.chosen["invoice_number"].source is not Source.TEXT or agreed
    if len(number) == _DIGITAL_NUMBER:
        _check_digital(draft, number, trusted=trusted)
        if code is not None and draft.text("kind") in kinds.DIGITAL:
            draft.drop("invoice_code", "数电发票没有发票代码")
    elif (len(code or ""), len(number)) == _FISCAL or (len(number) == _OLD_NUMBER and len(code or "") in _OLD_CODES):
        return
    elif len(number) == _OLD_NUMBER:
        draft.drop("invoice_number", "8 位发票号码必须和发票代码一起才能识别，没有读到发票代码")
    elif not agreed and not (trusted and draft.text("kind") in (kinds.AIR, kinds.FISCAL)):
        draft.drop("invoice_number", f"发票号码应为 20 位或 8 位，读到 {len(number)} 位")
    else:
        draft.notes.append(f"发票号码为 {len(number)} 位，与常见的 20 位或 8 位不同，请核对票面")


def _check_digital(draft: _Draft, number: str, *, trusted: bool) -> None:
    """Check that the first two digits are the year and the next two a region (rules.md section 7.2)."""
    issued = draft.value("issue_date")
    wrong_year = isinstance(issued, date) and int(number[:2]) != issued.year % 100
    wrong_region = number[2:4] not in _REGIONS
    unsure = draft.chosen["invoice_number"].sureness is Sureness.UNSURE
    if (wrong_year or wrong_region) and not trusted:
        draft.drop("invoice_number", "发票号码的年份或地区与票面不符")
    elif unsure and not isinstance(issued, date):
        draft.drop("invoice_number", "发票号码旁没有名目，也没有日期可以核对")
    elif wrong_year:
        draft.notes.append("发票号码前两位与开票年份不符，请核对票面")
    elif wrong_region:
        draft.notes.append("发票号码里的地区代码不常见，请核对票面")


def _check_date(draft: _Draft, today: date) -> None:
    issued = draft.value("issue_date")
    if isinstance(issued, date) and issued > today:
        draft.notes.append(f"开票日期 {issued.isoformat()} 晚于今天，请核对票面")


def _settle_kind(draft: _Draft) -> None:
    code = draft.text("invoice_code")
    if (
        "kind" not in draft.chosen
        and code
        and (kind := kinds.by_code(code))
        and not any(one.field == "kind" for one in draft.conflicts)
    ):
        draft.chosen["kind"] = Fact("kind", kind, draft.chosen["invoice_code"].source, "发票代码", Sureness.DERIVED)
    for name in ("buyer_tax_id", "seller_tax_id"):
        tax_id = draft.text(name)
        if tax_id and len(tax_id) == 18 and not _checks(tax_id):  # noqa: PLR2004  a unified credit code
            draft.notes.append(f"{FIELD_NAMES[name]}的校验位不符，请核对票面")


_CODE_CHARS: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def _checks(tax_id: str) -> bool:
    """Check a unified social credit code's last character by GB 32100-2015; altered test data often fail it."""
    if any(char not in _CODE_CHARS for char in tax_id):
        return False
    total = sum(_CODE_CHARS.index(char) * pow(3, place, 31) for place, char in enumerate(tax_id[:17]))
    return _CODE_CHARS[(31 - total % 31) % 31] == tax_id[17]


def _finished(draft: _Draft, findings: Sequence[Findings]) -> Reading:
    items: tuple[Item, ...] = next((one.items for one in findings if one.items), ())
    legs: tuple[Leg, ...] = next((one.legs for one in findings if one.legs), ())
    amounts = [draft.fen(name) for name in ("total_fen", "amount_ex_tax_fen")]
    red = (
        any(amount is not None and amount < 0 for amount in amounts)
        or "红字发票" in draft.notes
        or bool(_RED_WORDS.search(draft.text("remarks") or ""))
        or draft.text("red_of") is not None
    )
    kept = {name: fact for name, fact in draft.chosen.items() if name != "capitals_fen"}
    boxes: dict[str, Box] = {name: fact.box for name, fact in kept.items() if fact.box is not None}
    issued = draft.value("issue_date")
    return Reading(
        kind=draft.text("kind"),
        invoice_code=draft.text("invoice_code"),
        invoice_number=draft.text("invoice_number"),
        issue_date=issued if isinstance(issued, date) else None,
        buyer_name=draft.text("buyer_name"),
        buyer_tax_id=draft.text("buyer_tax_id"),
        seller_name=draft.text("seller_name"),
        seller_tax_id=draft.text("seller_tax_id"),
        **{name: draft.fen(name) for name in AMOUNT_FIELDS},
        red_letter=red,
        red_of=draft.text("red_of"),
        passenger=draft.text("passenger"),
        remarks=draft.text("remarks"),
        items=items,
        legs=legs,
        sources={name: fact.source for name, fact in kept.items()},
        sureness={name: fact.sureness for name, fact in kept.items()},
        boxes=boxes,
        conflicts=tuple(draft.conflicts),
        notes=tuple(dict.fromkeys(draft.notes)),
    )
