"""Fields for what the office types: money, days, counts, lines and blocks of text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from wtforms import Field, StringField
from wtforms.validators import ValidationError
from wtforms.widgets import TextArea, TextInput

from tracker.kernel import text
from tracker.kernel.errors import Refused
from tracker.kernel.money import format_yuan, parse_yuan
from tracker.web.i18n import gettext

Validators = list[Any]

_DAY = re.compile(r"(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))")
_COUNT = re.compile(r"\d{1,9}")
_FIGURE = re.compile(r"\d{1,9}(\.\d{1,6})?")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100


def parse_day(typed: str) -> date:
    """Read a day as people type it: 2026-03-05, 2026/3/5, 2026年3月5日, full-width. Raises ValueError in words."""
    plain = "".join(_plain(typed).split())
    found = _DAY.fullmatch(plain)
    if not found:
        raise ValueError(gettext("日期请写成年-月-日，例如 2026-03-05"))
    year, month, day = (int(part) for part in found.groups() if part is not None)
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise ValueError(gettext("年份 %(year)s 不对，请核对日期", year=year))
    try:
        return date(year, month, day)
    except ValueError:
        sentence = gettext(
            "没有 %(year)s 年 %(month)s 月 %(day)s 日这一天，请核对日期", year=year, month=month, day=day
        )
        raise ValueError(sentence) from None


class _TypedField(Field):
    """A text control whose value is read by one function; what was typed stays until it can be read."""

    widget = TextInput()
    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the first value sent. Raises ValueError with the sentence to show."""
        self.data = None
        typed = valuelist[0] if valuelist else ""
        if not isinstance(typed, str):
            raise ValueError(gettext("%(name)s请直接填写，不要传文件", name=self.label.text))  # noqa: TRY004  WTForms catches ValueError
        if typed.strip():
            self.data = self.read(typed)

    def _value(self) -> str:
        if self.data is None:
            return text.one_line(str(self.raw_data[0])) if self.raw_data else ""
        return self.written(self.data)

    def read(self, typed: str) -> Any:
        """Turn what was typed into the value. Raises ValueError in words."""
        raise NotImplementedError

    def written(self, value: Any) -> str:
        """Write the value the way the office writes it."""
        return str(value)


class MoneyField(_TypedField):
    """An amount in yuan, handed over as whole fen (int). ``zero`` allows 0.00."""

    def __init__(
        self, label: str | None = None, validators: Validators | None = None, *, zero: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.zero = zero

    def read(self, typed: str) -> int:
        """Return fen. Raises ValueError with the kernel's sentence."""
        try:
            return parse_yuan(typed, zero=self.zero)
        except Refused as refusal:
            raise ValueError(gettext(refusal.sentence)) from refusal

    def written(self, value: int) -> str:
        """Write fen as ``1,234.50``."""
        return format_yuan(value)


class DayField(_TypedField):
    """A calendar day, handed over as a date."""

    def read(self, typed: str) -> date:
        """Return the day. Raises ValueError in words."""
        return parse_day(typed)

    def written(self, value: date) -> str:
        """Write the day as ``2026-03-05``."""
        return value.isoformat()


class CountField(_TypedField):
    """A whole number of things, within ``least`` and ``most``."""

    def __init__(
        self,
        label: str | None = None,
        validators: Validators | None = None,
        *,
        least: int = 0,
        most: int = 999_999_999,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.least, self.most = least, most

    def read(self, typed: str) -> int:
        """Return the number. Raises ValueError in words."""
        plain = "".join(_plain(typed).replace(",", "").split())
        if not _COUNT.fullmatch(plain):
            raise ValueError(gettext("%(name)s只能填整数，例如 3", name=self.label.text))
        if not self.least <= int(plain) <= self.most:
            facts = {"name": self.label.text, "least": self.least, "most": self.most}
            raise ValueError(gettext("%(name)s应在 %(least)s 到 %(most)s 之间", **facts))
        return int(plain)


class FigureField(_TypedField):
    """A figure that is not money (a rate, half days), handed over as Decimal with at most ``places`` decimals."""

    def __init__(
        self,
        label: str | None = None,
        validators: Validators | None = None,
        *,
        places: int = 2,
        most: Decimal = Decimal(999_999_999),
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.places, self.most = places, most

    def read(self, typed: str) -> Decimal:
        """Return the figure. Raises ValueError in words."""
        plain = "".join(_plain(typed).replace(",", "").removesuffix("%").split())
        if not _FIGURE.fullmatch(plain):
            raise ValueError(gettext("%(name)s只能填数字，例如 0.5", name=self.label.text))
        if len(plain.partition(".")[2]) > self.places:
            raise ValueError(gettext("%(name)s最多 %(places)s 位小数", name=self.label.text, places=self.places))
        if Decimal(plain) > self.most:
            raise ValueError(gettext("%(name)s不能大于 %(most)s", name=self.label.text, most=self.most))
        return Decimal(plain)


class _CleanText(StringField):
    clean: Callable[[str], str] = staticmethod(text.block)

    def __init__(
        self, label: str | None = None, validators: Validators | None = None, *, most: int, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, **kwargs)
        self.most = most

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep the text in one spelling, without control or direction-changing characters."""
        typed = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""
        self.data = self.clean(typed.replace("\t", " "))

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  WTForms hands the form over
        """Raise ValidationError saying how much has to go."""
        over = len(self.data or "") - self.most
        if over > 0:
            sentence = gettext(
                "%(name)s最多 %(most)s 字，请删去 %(over)s 字", name=self.label.text, most=self.most, over=over
            )
            raise ValidationError(sentence)


class TextLine(_CleanText):
    """One line of text, at most ``most`` characters."""

    clean = staticmethod(text.one_line)

    def __init__(
        self, label: str | None = None, validators: Validators | None = None, *, most: int = 100, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, most=most, **kwargs)


class TextBlock(_CleanText):
    """Text of several lines, at most ``most`` characters."""

    widget = TextArea()

    def __init__(
        self, label: str | None = None, validators: Validators | None = None, *, most: int = 500, **kwargs: Any
    ) -> None:
        super().__init__(label, validators, most=most, **kwargs)


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).replace("，", ",").replace("。", ".")
