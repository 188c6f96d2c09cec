"""The fields each kind of claim asks for: DA/T 95-2022 annex A.2 (travel), A.13 (reception), A.6 (general).

One table drives the form, the check before submission, the page and the paper.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from tracker.claims.models import Kind


class Entry(StrEnum):
    """How a field is filled in."""

    TEXT = "text"
    BLOCK = "block"
    DAY = "day"
    COUNT = "count"
    MONEY = "money"
    CHOICE = "choice"


@dataclass(frozen=True)
class Field:
    """One field: its key, its label, how it is filled, whether it must be, and its name in DA/T 95-2022.

    ``identifier`` is "" where the standard has no name for it: the office asks for it, the annexes do not.
    """

    key: str
    label: str
    entry: Entry = Entry.TEXT
    required: bool = False
    identifier: str = ""
    choices: tuple[str, ...] = ()
    hint: str = ""


GUESTS = "guests"
GUEST_NUMBERS = "guest_ids"
"""The facts that hold the guest list and what stands behind its masks; the second is no field and shown nowhere."""

PERSONAL_TYPES = ("公职人员", "企业人员", "其他")
"""人员类别 of a guest (PersonalType of A.13): of a public body, of a firm, any other."""

NOT_GIVEN = "未提供"
"""What stands in the list for the document number of a guest who gives none."""

HEADER_FIELDS: Mapping[Kind, tuple[Field, ...]] = {
    Kind.TRAVEL: (
        Field("departs_on", "出发日期", Entry.DAY, required=True, identifier="DepDate"),
        Field("returns_on", "返回日期", Entry.DAY, required=True, identifier="ReturnDate"),
        Field("places", "出差地点", required=True, identifier="Destination", hint="多个地点用顿号隔开，如：深圳、东莞"),
        Field("companions", "同行人员", identifier="TravelerInfoData"),
        Field("approval_number", "出差审批单号", identifier="TravelApplicationFormNo"),
    ),
    Kind.RECEPTION: (
        Field("visit_unit", "来访单位", required=True, identifier="VisitUnit"),
        Field("visited_on", "接待日期", Entry.DAY, required=True, identifier="VisitTime"),
        Field("visitors", "来访人数", Entry.COUNT, required=True, identifier="VisitorsNum"),
        Field("hosts", "陪同人数", Entry.COUNT, required=True),
        Field("letter_number", "公函或邀请函号", hint="没有公函的商务接待，上传来访记录"),
        Field(
            GUESTS,
            "来访人员名单",
            Entry.BLOCK,
            required=True,
            identifier="Name Id Post PersonalType",  # one guest a line: tracker.claims.guests
            hint="每行一人：姓名 单位职务 人员类别（公职人员、企业人员或其他） 证件号，"
            "没有提供的写「未提供」；证件号加密保存，只显示首尾",
        ),
    ),
    Kind.GENERAL: (Field("approval_number", "支出事项审批单号", identifier="SpendApplicationFormNo"),),
}

BILL_KINDS = ("发票", "财政票据", "交通客票", "其他")

_BILL = (
    Field("bill_kind", "票据种类", Entry.CHOICE, required=True, identifier="Pjzl", choices=BILL_KINDS),
    Field("bill_number", "票据号码", identifier="Pjhm"),
    # Mandatory in A.6 where the paper has one: fully digital invoices have none (tracker.claims.numbers).
    Field("bill_code", "票据代码", identifier="Pjdm"),
    Field("bill_count", "张数", Entry.COUNT, required=True, identifier="AttachmentCount"),
    Field("face_fen", "票面金额", Entry.MONEY, required=True, identifier="ReceiptAmount"),
)
_ALLOWANCE = (
    Field("days", "天数", Entry.COUNT, required=True, identifier="AllowanceDays"),
    Field("rate_fen", "每天标准", Entry.MONEY, required=True),  # A.2 names the amount of the days alone
)
VEHICLES = ("高铁动车", "火车", "飞机", "长途汽车", "轮船", "公务用车", "其他")
_TRANSPORT = (
    Field("from_city", "出发地", required=True, identifier="DepCity"),
    Field("to_city", "到达地", required=True, identifier="ArrCity"),
    Field("arrives_on", "到达日期", Entry.DAY, required=True, identifier="ArrDate"),
    Field("vehicle", "交通工具", Entry.CHOICE, required=True, identifier="VehicleType", choices=VEHICLES),
    *_BILL,
)
_LODGING = (
    Field("city", "住宿城市", required=True, identifier="Location"),
    Field("nights", "住宿天数", Entry.COUNT, required=True),  # B.6 names the days of arrival and leaving alone
    *_BILL,
)
_SERVED = (
    Field("people", "人数", Entry.COUNT, required=True, identifier="TotalNum"),
    Field("rate_fen", "人均标准", Entry.MONEY, required=True, identifier="StandardRate"),
    *_BILL,
)


@dataclass(frozen=True)
class Item:
    """What a line is for inside its budget category, and the fields it asks for."""

    key: str
    name: str
    fields: tuple[Field, ...]
    is_allowance: bool = False
    """A fixed allowance needs no bill (包干)."""


PLAIN = Item("plain", "", _BILL)
"""The item of a category that is not divided further."""

ITEMS: Mapping[str, tuple[Item, ...]] = {
    "30211": (
        Item("transport", "城市间交通费", _TRANSPORT),
        Item("lodging", "住宿费", _LODGING),
        Item("meals", "伙食补助费", _ALLOWANCE, is_allowance=True),
        Item("local", "市内交通费", _ALLOWANCE, is_allowance=True),
        Item("other", "其他差旅费", _BILL),
    ),
    "30217": (
        Item("dinner", "工作餐", _SERVED),
        Item("banquet", "宴请", _SERVED),
        Item("guest_lodging", "来宾住宿", _SERVED),
        Item("guest_transport", "来宾交通", _SERVED),
        Item("gift", "纪念品", _SERVED),
        Item("other", "其他接待费", _BILL),
    ),
}
"""Economic code → the items a line of that category is one of."""

KIND_CODES: Mapping[Kind, frozenset[str] | None] = {
    Kind.TRAVEL: None,
    Kind.RECEPTION: frozenset({"30217"}),
    Kind.GENERAL: None,
}
"""Which economic codes a kind of claim may carry; None is any but those of other kinds alone."""


def items_of(economic_code: str) -> tuple[Item, ...]:
    """List the items a category's lines are divided into; one plain item if they are not."""
    return ITEMS.get(economic_code, (PLAIN,))


def item_of(economic_code: str, facts: Mapping[str, Any]) -> Item:
    """Find the item of a line by its facts; the first item where none is named."""
    items = items_of(economic_code)
    return next((item for item in items if item.key == facts.get("item")), items[0])


def categories_for(kind: Kind, economic_code: str) -> bool:
    """Tell whether a claim of this kind may carry lines of this economic code.

    Reception lines go on reception claims alone, travel lines on travel claims alone, so that each shows
    the fields its annex demands.
    """
    allowed = KIND_CODES[kind]
    if allowed is not None:
        return economic_code in allowed
    return economic_code != "30217" and (kind is Kind.TRAVEL or economic_code != "30211")


def missing(fields: tuple[Field, ...], facts: Mapping[str, Any]) -> list[Field]:
    """List the required fields that are empty."""
    return [field for field in fields if field.required and facts.get(field.key) in (None, "")]
