"""Printed words turned into values: amounts, capitals, dates, numbers and tax ids, strictly or not at all."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

LARGEST_FEN: Final = 10_000_000_000_000

# NFKC folds Kangxi radicals (U+2F00..) but leaves most of the CJK Radicals Supplement as it is.
_RADICALS: Final = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻑⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻨⻩⻬⻮⻰⻳⺷⺮⺩⺁⺝⺬⺼⺌⺍⻃⺒",
    "母民虎西见角贝车長长门青韦页风飞食马骨鬼鱼鸟麦黄齐齿龙龟羊竹王厂月示肉小小西巳",
)
_COLONS: Final = str.maketrans("∶︓﹕꞉", "::::")
_DASHES: Final = dict.fromkeys(map(ord, "−–—‐‑－"), "-")
_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d{1,13})(?:\.\d{1,8})?")
_DATE = re.compile(r"(\d{4})\s*[年/.-]\s*(\d{1,2})\s*[月/.-]\s*(\d{1,2})(?!\d)")
_DATE_AND_TIME = re.compile(r"(\d{4})[/.-](\d{2})[/.-](\d{2})(?=\d{2}:\d{2})")
_COMPACT_DATE = re.compile(r"(?:19|20)\d{6}")
_SPACED_DATE = re.compile(r"((?:19|20)\d{2})\s+(\d{1,2})\s+(\d{1,2})")
_BLUE: Final = re.compile(
    r"(?:被红冲|被冲红|对应|原)的?(?:蓝字|正数)(?:数电|全电)?(?:发票|票)?"
    r"(?:代码:?(?P<code>\d{10,12})[,;]?(?:发票)?)?号码:?(?P<number>\d{20}|\d{8})(?!\d)"
)
_DIGITAL_NUMBER: Final = 20
_TAX_ID = re.compile(r"[0-9A-Z]{15,20}")
_DIGITS: Final = {
    char: value
    for value, chars in enumerate(
        ("零〇", "壹一", "贰二貳两", "叁三參叄", "肆四", "伍五", "陆六陸", "柒七", "捌八", "玖九")
    )
    for char in chars
}
_PLACES: Final = {"拾": 10, "十": 10, "佰": 100, "百": 100, "仟": 1000, "千": 1000}
_BIG: Final = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
CAPITAL_CHARS: Final = frozenset("".join([*_DIGITS, *_PLACES, *_BIG]) + "元圆圓角分整正负負")
NO_TAX: Final = frozenset({"***", "**", "*", "免税", "不征税", "出口零税率", "普通零税率", "零税率", "——", "-", "--"})


def fold(text: str) -> str:
    """Fold text for matching: NFKC, radicals as characters, no control characters, no white space."""
    text = unicodedata.normalize("NFKC", text.translate(_RADICALS)).translate(_RADICALS).replace("Ұ", "¥")
    text = text.translate(_COLONS)
    return "".join(char for char in text if not char.isspace() and unicodedata.category(char)[0] != "C")


def tidy(text: str) -> str:
    """Clean a printed value for keeping: radicals as characters, no control characters, single spaces.

    Full-width punctuation stays as printed, since names carry it.
    """
    text = "".join(
        unicodedata.normalize("NFKC", char) if _is_compatibility(char) else char for char in text.translate(_RADICALS)
    )
    text = "".join(" " if char.isspace() else char for char in text)
    return " ".join("".join(char for char in text if unicodedata.category(char)[0] != "C").split())


def _is_compatibility(char: str) -> bool:
    # Kangxi radicals and compatibility ideographs print like ordinary characters; nobody means them.
    return 0x2E80 <= ord(char) <= 0x2FDF or 0xF900 <= ord(char) <= 0xFAFF or 0x2F800 <= ord(char) <= 0x2FA1F  # noqa: PLR2004


def amount_fen(text: str) -> int | None:
    """Read ``1,710.00``, ``¥-5.09``, ``CNY 620`` as fen; None for anything else, more than two real decimals too."""
    plain = fold(text).translate(_DASHES)
    plain = re.sub(r"^\(?(-?)(?:¥|CNY|RMB|人民币)(-?)", r"\1\2", plain).removesuffix("元").removesuffix("圆")
    if not _AMOUNT.fullmatch(plain):
        return None
    try:
        fen = Decimal(plain.replace(",", "")) * 100
    except InvalidOperation:
        return None
    if fen != fen.to_integral_value() or abs(fen) > LARGEST_FEN:
        return None
    return int(fen)


def tax_fen(text: str) -> int | None:
    """Read a tax amount in fen; ``***`` and 免税 are a stated zero, not a missing value."""
    return 0 if fold(text) in NO_TAX else amount_fen(text)


def day(text: str) -> date | None:
    """Read 2026年09月18日, 2026-9-18, 20260918 or ``2019 05 08``; None unless it is a real day of 1990-2099."""
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES).strip()
    match = _DATE.search(plain) or _DATE_AND_TIME.search(plain) or _SPACED_DATE.search(plain)
    if match is None:
        # Characters set one by one leave gaps between figures; 年 or dashes still tell the parts.
        close = re.sub(r"\s", "", plain)
        match = _DATE.search(close) or _DATE_AND_TIME.search(close)
    if match:
        parts = [int(part) for part in match.groups()]
    elif (compact := _COMPACT_DATE.match(re.sub(r"\s", "", plain))) is not None:
        digits = compact.group()
        parts = [int(digits[:4]), int(digits[4:6]), int(digits[6:])]
    else:
        return None
    try:
        found = date(parts[0], parts[1], parts[2])
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2099 else None  # noqa: PLR2004


def digits(text: str) -> str | None:
    """Read an invoice code or number: digits alone once spaces are gone, 4 to 24 of them."""
    plain = fold(text)
    return plain if plain.isascii() and plain.isdigit() and 4 <= len(plain) <= 24 else None  # noqa: PLR2004


def tax_id(text: str) -> str | None:
    """Read a tax id of 15 to 20 letters and digits (real ones have 15, 17, 18 or 20), upper case."""
    plain = fold(text).upper()
    return plain if _TAX_ID.fullmatch(plain) else None


def blue_invoice(text: str) -> str | None:
    """Find the invoice that remarks say is taken back: its 20 digits, or an older one's code-number."""
    match = _BLUE.search(fold(text))
    if match is None or (match["code"] is None) != (len(match["number"]) == _DIGITAL_NUMBER):
        return None
    return f"{match['code']}-{match['number']}" if match["code"] else match["number"]


def name(text: str) -> str | None:
    """Read a party's name: something with letters in it and no cipher-area signs."""
    plain = tidy(text).strip(" :：∶︓﹕꞉")
    if not 1 <= len(plain) <= 120 or not any(char.isalpha() for char in plain):  # noqa: PLR2004
        return None
    # The cipher's signs, or a tax id that a tight form set against the name.
    return None if re.search(r"[<>]|[+*/][\d<>+*/-]{3}|[0-9A-Z]{15}", plain) else plain


def capitals_fen(text: str) -> int | None:
    """Read an amount in Chinese capitals as fen, 圆 or 元, with or without 整; None if it is not one."""
    plain = fold(text).removeprefix("人民币")
    negative = plain.startswith(("负", "負", "(负数)", "(负)"))
    plain = re.sub(r"^(\(?[负負]数?\)?)", "", plain).rstrip("整正")
    plain = plain.replace("圆", "元").replace("圓", "元")
    match = re.fullmatch(r"(?:([^元角分]+)元)?零?(?:([^元角分零])角)?零?(?:([^元角分零])分)?", plain)
    if not plain or match is None:
        return None
    whole, jiao, fen = match.groups()
    yuan = _whole(whole) if whole else 0
    if yuan is None or any(part is not None and part not in _DIGITS for part in (jiao, fen)):
        return None
    total = yuan * 100 + _DIGITS.get(jiao or "零", 0) * 10 + _DIGITS.get(fen or "零", 0)
    return -total if negative else total


def _whole(text: str) -> int | None:
    """Read whole yuan; a figure or a place that is missing gives None, since half an amount is a wrong one."""
    total = section = 0
    digit: int | None = None
    place = _PLACES["仟"] * 10
    for char in text:
        if char in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[char]
        elif char in _PLACES:
            is_bare_ten = digit is None and _PLACES[char] == 10 and not section  # noqa: PLR2004  拾伍元
            if _PLACES[char] >= place or not (digit or is_bare_ten):
                return None
            place = _PLACES[char]
            section += (digit or 1) * place
            digit = None
        elif char in _BIG:
            section += digit or 0
            digit = None
            place = _PLACES["仟"] * 10
            total = (total + section) * _BIG[char] if _BIG[char] > 10_000 else total + section * _BIG[char]  # noqa: PLR2004
            section = 0
        else:
            return None
    return total + section + (digit or 0)


def fold_name(text: str) -> str:
    """Fold a party's name for comparison: NFKC, no spaces, brackets of one kind, upper case."""
    return fold(text).upper().translate(str.maketrans("〔【［[〕】］]", "(((())))"))
