"""The kinds of invoice in the office's wording, from titles, QR kinds, label codes and invoice codes."""

from __future__ import annotations

from typing import Final

from tracker.evidence.reading.values import fold

DIGITAL_SPECIAL: Final = "数电发票（增值税专用发票）"
DIGITAL_ORDINARY: Final = "数电发票（普通发票）"
VAT_E_ORDINARY: Final = "增值税电子普通发票"
VAT_E_SPECIAL: Final = "增值税电子专用发票"
VAT_SPECIAL: Final = "增值税专用发票"
VAT_ORDINARY: Final = "增值税普通发票"
VAT_ROLL: Final = "增值税普通发票（卷票）"
VAT_E_TOLL: Final = "增值税电子普通发票（通行费）"
RAIL: Final = "电子发票（铁路电子客票）"
AIR: Final = "电子发票（航空运输电子客票行程单）"
FISCAL: Final = "财政电子票据"
VEHICLE: Final = "机动车销售统一发票"
USED_VEHICLE: Final = "二手车销售统一发票"
TAXI: Final = "出租车发票"
TOLL: Final = "通行费发票"
QUOTA: Final = "定额发票"
COACH: Final = "客运发票"
COACH_TICKET: Final = "客运汽车票"
PRINTED: Final = "通用机打发票"
BLOCKCHAIN: Final = "区块链电子普通发票"

DIGITAL: Final = frozenset({DIGITAL_SPECIAL, DIGITAL_ORDINARY, RAIL, AIR})
WITH_CIPHER: Final = frozenset({VAT_E_ORDINARY, VAT_E_SPECIAL, VAT_SPECIAL, VAT_ORDINARY, VAT_E_TOLL})
"""Forms that have the seller below the total, and the remarks to the right of it."""

TICKETS: Final = frozenset({TAXI, TOLL, QUOTA, COACH, COACH_TICKET})
SMALL: Final = TICKETS | {PRINTED}
"""Forms with few labels; one of the last kind is for any trade and names its buyer."""

VEHICLES: Final = frozenset({VEHICLE, USED_VEHICLE})

# The second field of the tax QR code, see the format facts in docs/evidence.md.
QR_KINDS: Final = {
    "01": VAT_SPECIAL,
    "04": VAT_ORDINARY,
    "08": VAT_E_SPECIAL,
    "10": VAT_E_ORDINARY,
    "11": VAT_ROLL,
    "14": VAT_E_TOLL,
    "03": VEHICLE,
    "15": USED_VEHICLE,
    "31": DIGITAL_SPECIAL,
    "32": DIGITAL_ORDINARY,
    "51": RAIL,
    "61": AIR,
}
VAT_LABEL_KINDS: Final = {"01": DIGITAL_SPECIAL, "02": DIGITAL_ORDINARY}

# A 12-digit code ends in what it is; a 10-digit code tells it by its eighth digit.
_CODE_ENDINGS: Final = {
    "11": VAT_E_ORDINARY,
    "12": VAT_E_TOLL,
    "13": VAT_E_SPECIAL,
    "04": VAT_ORDINARY,
    "05": VAT_ORDINARY,
    "06": VAT_ROLL,
    "07": VAT_ROLL,
}
_EIGHTH_DIGITS: Final = {"1": VAT_SPECIAL, "5": VAT_SPECIAL, "3": VAT_ORDINARY, "6": VAT_ORDINARY}

# First match wins: the more particular wording stands first.
_WORDINGS: Final = (
    ("航空运输电子客票行程单", AIR),
    ("铁路电子客票", RAIL),
    ("二手车销售统一发票", USED_VEHICLE),
    ("机动车销售统一发票", VEHICLE),
    ("电子发票(增值税专用发票)", DIGITAL_SPECIAL),
    ("电子发票(普通发票)", DIGITAL_ORDINARY),
    ("数电发票(增值税专用发票)", DIGITAL_SPECIAL),
    ("数电发票(普通发票)", DIGITAL_ORDINARY),
    ("数电票(增值税专用发票)", DIGITAL_SPECIAL),
    ("数电票(普通发票)", DIGITAL_ORDINARY),
    ("全面数字化的电子发票(增值税专用发票)", DIGITAL_SPECIAL),
    ("全面数字化的电子发票(普通发票)", DIGITAL_ORDINARY),
    ("区块链电子普通发票", BLOCKCHAIN),
    ("深圳电子普通发票", BLOCKCHAIN),
    ("增值税电子专用发票", VAT_E_SPECIAL),
    ("通行费增值税电子普通发票", VAT_E_TOLL),
    ("增值税电子普通发票", VAT_E_ORDINARY),
    ("增值税专用发票", VAT_SPECIAL),
    ("增值税普通发票(卷", VAT_ROLL),
    ("增值税普通发票", VAT_ORDINARY),
    ("财政电子票据", FISCAL),
    ("非税收入", FISCAL),
    ("公益事业捐赠统一票据", FISCAL),
    ("医疗收费票据", FISCAL),
    ("医疗门诊收费票据", FISCAL),
    ("资金往来结算票据", FISCAL),
    ("一般缴款书", FISCAL),
    ("收费票据(电子)", FISCAL),
    ("统一票据(电子)", FISCAL),
    ("票据(电子)", FISCAL),
    ("社会团体会费", FISCAL),
    ("出租汽车", TAXI),
    ("出租车", TAXI),
    ("定额发票", QUOTA),
    ("通用定额", QUOTA),
    ("车辆通行费", TOLL),
    ("高速公路通行费", TOLL),
    ("过路过桥费", TOLL),
    ("通行费发票", TOLL),
    ("通行费收据", TOLL),
    ("通行费专用票据", TOLL),
    ("客运汽车票", COACH_TICKET),
    ("汽车客票", COACH_TICKET),
    ("公路客票", COACH_TICKET),
    ("通用机打发票", PRINTED),
    ("客运发票", COACH),
    ("客运定额", QUOTA),
)


def by_wording(text: str) -> str | None:
    """Name the kind printed in a title or stated as a type; None when the wording is not known."""
    plain = fold(text)
    for words, kind in _WORDINGS:
        if words in plain:
            return kind
    return None


def by_code(code: str) -> str | None:
    """Name the kind that an old invoice code of 10 or 12 digits stands for; None if it tells nothing."""
    if len(code) == 12 and code.startswith("0"):  # noqa: PLR2004  the length of an e-invoice code
        return _CODE_ENDINGS.get(code[-2:])
    if len(code) == 10:  # noqa: PLR2004  the length of a paper code
        return _EIGHTH_DIGITS.get(code[7])
    return None
