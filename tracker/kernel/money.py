"""Money is whole fen: read from what people type, rounded in one place, written in figures and capitals."""

from __future__ import annotations

import re
import unicodedata
from decimal import ROUND_HALF_UP, Decimal

from tracker.kernel.errors import Refused

LARGEST_FEN = 99_999_999_999
"""The largest amount one line or document may carry: 999,999,999.99 yuan."""

_MARKS = r" ,、'_"
_THOUSANDS = rf"\d{{1,3}}(?P<mark>[{_MARKS}])\d{{3}}(?:(?P=mark)\d{{3}}){{0,4}}"
_YUAN = re.compile(rf"(\d{{1,15}}|{_THOUSANDS})?(\.\d*)?", re.ASCII)
_MARKED = re.compile(rf"[\d{_MARKS}]*\d[{_MARKS}]+\d[\d{_MARKS}.]*", re.ASCII)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")


class BadAmount(Refused):
    """What was typed is not an amount of money this office can book."""


def parse_yuan(text: str, *, zero: bool = False) -> int:
    """Read an amount in yuan as people type it and return whole fen.

    Takes ``1,234.5``, full-width digits, a leading ``¥`` or ``￥`` and a trailing 元. A mark between digits is read
    only where it parts thousands: ``12,50`` may be 12.50 or 1,250, and nobody guesses.
    Raises BadAmount for such a mark, for more than two decimals (never rounded), negatives, zero unless ``zero``
    and anything beyond 999,999,999.99.
    """
    plain = " ".join(unicodedata.normalize("NFKC", text).split()).replace("。", ".")
    plain = plain.removeprefix("¥").removesuffix("元").strip()
    if plain.startswith(("-", "−", "负")):
        raise BadAmount("金额不能是负数，请填大于 0 的金额")
    if not _YUAN.fullmatch(plain) or plain in ("", "."):
        if _MARKED.fullmatch(plain):
            raise BadAmount("金额里的分隔号看不准：小数点请用 . ，千位可用逗号每三位一分，例如 1,234.50")
        raise BadAmount("金额只能填数字，例如 1,234.50")
    whole, _, cents = re.sub(rf"[{_MARKS}]", "", plain).partition(".")
    if len(cents) > 2:  # noqa: PLR2004  fen are two decimals
        raise BadAmount("金额最多两位小数（到分），请按票面填写")
    fen = int(whole or "0") * 100 + int(cents.ljust(2, "0"))
    if fen > LARGEST_FEN:
        raise BadAmount("金额不能超过 999,999,999.99 元，请核对小数点")
    if fen == 0 and not zero:
        raise BadAmount("金额不能是 0，请填大于 0 的金额")
    return fen


def round_fen(amount_fen: Decimal) -> int:
    """Round a fraction of fen half up; the only place where money is rounded."""
    return int(amount_fen.quantize(Decimal(1), rounding=ROUND_HALF_UP))


def format_yuan(fen: int | None) -> str:
    """Write fen as ``1,234.50``; a missing amount is ``--``."""
    if fen is None:
        return "--"
    sign = "-" if fen < 0 else ""
    whole, cents = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def capitals(fen: int) -> str:
    """Write fen in 人民币大写 without the 人民币 prefix.

    Follows 《正确填写票据和结算凭证的基本规定》 (zeros) and 《会计基础工作规范》 art. 52 (整 after 元 and 角).
    """
    if fen < 0:
        return "负" + capitals(-fen)
    yuan, cents = divmod(fen, 100)
    jiao, odd = divmod(cents, 10)
    head = f"{_whole(yuan)}元" if yuan or not cents else ""
    if not cents:
        return head + "整"
    tail = f"{_DIGITS[jiao]}角" if jiao else ("零" if yuan else "")
    return head + tail + (f"{_DIGITS[odd]}分" if odd else "整")


def _whole(number: int) -> str:
    if number == 0:
        return "零"
    over, under = divmod(number, 100_000_000)
    below = _sections(under)
    if not over:
        return below.removeprefix("零")
    if under and under < 10_000_000:  # noqa: PLR2004  an empty 千万 place asks for 零
        below = "零" + below.removeprefix("零")
    return _whole(over) + "亿" + below


def _sections(number: int) -> str:
    """Below 亿: the 万 section and the rest, each four digits, one 零 for a run of zeros."""
    high, low = divmod(number, 10_000)
    words = f"{_four(high)}万" if high else ""
    if not low:
        return words
    gap = high and (low < 1000 or high % 10 == 0)  # noqa: PLR2004  rule 6: 零 when 万 or 千 is empty
    return words + ("零" if gap else "") + _four(low)


def _four(number: int) -> str:
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        elif words:
            gap = True
    return words
