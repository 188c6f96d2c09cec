"""The content of a voucher: plain data, frozen at approval, written one way and known by its sha256."""

from __future__ import annotations

import hashlib
import json
import types
import typing
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

__all__ = [
    "BadContent",
    "FrozenFile",
    "LineContent",
    "Payee",
    "QuotaFigures",
    "Signature",
    "VoucherContent",
    "content_hash",
    "from_json",
    "to_json",
]


class BadContent(ValueError):
    """The data is not the content of a voucher: a wrong shape, or figures that do not add up."""


@dataclass(frozen=True, kw_only=True)
class LineContent:
    """One line as approved. ``approved_fen`` is what was claimed less what was deducted."""

    position: int
    date: date | None
    category: str
    economic_code: str
    summary: str
    bill_numbers: tuple[str, ...] = ()
    bill_count: int = 0
    claimed_fen: int
    deducted_fen: int = 0
    approved_fen: int
    deduction_reason: str = ""

    def __post_init__(self) -> None:
        """Refuse a line whose three amounts disagree."""
        if self.claimed_fen - self.deducted_fen != self.approved_fen:
            raise BadContent(f"line {self.position}: claimed less deducted is not approved")


@dataclass(frozen=True, kw_only=True)
class QuotaFigures:
    """The team's quota at the moment of approval, in fen: for the year, used or held before, this one, left after."""

    annual_fen: int
    spent_fen: int
    this_fen: int
    left_fen: int


@dataclass(frozen=True, kw_only=True)
class Payee:
    """Who is paid, how and how much; the account is already masked."""

    name: str
    bank: str
    account: str
    method: str
    amount_fen: int


@dataclass(frozen=True, kw_only=True)
class Signature:
    """A seat of the route with the name and moment of its decision; both empty where a hand will sign."""

    seat: str
    name: str = ""
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class FrozenFile:
    """A file of evidence as it lay with the claim: its row, the sha256 of its bytes (hex), name, media, bytes."""

    evidence_id: int
    sha256: str
    name: str
    media: str
    size: int


@dataclass(frozen=True, kw_only=True)
class VoucherContent:
    """Everything a voucher says. Drawing needs nothing else and may add nothing of substance."""

    number: str
    title: str
    fund_name: str
    budget_year: int
    project_code: str = ""
    function_code: str = ""
    kind: str
    kind_label: str
    filed_on: date
    team: str
    lead_unit: str
    beneficiary: str
    filer: str
    home_unit: str
    period_from: date | None = None
    period_to: date | None = None
    places: str = ""
    purpose: str
    details: tuple[tuple[str, str], ...] = ()
    lines: tuple[LineContent, ...]
    claimed_fen: int
    deducted_fen: int
    approved_fen: int
    capitals: str
    attachment_count: int
    files: tuple[FrozenFile, ...] | None = None
    """None in vouchers issued before files were frozen with them; their rows are kept apart (``VoucherFile``)."""
    quota: QuotaFigures | None = None
    payees: tuple[Payee, ...] = ()
    signatures: tuple[Signature, ...] = ()
    approved_at: datetime
    verify_url: str
    verify_code: str
    template_version: int = 1

    def __post_init__(self) -> None:
        """Refuse totals that are not the sums of the lines, and names no paper has room for."""
        for name in ("claimed_fen", "deducted_fen", "approved_fen"):
            if getattr(self, name) != sum(getattr(line, name) for line in self.lines):
                raise BadContent(f"{name} is not the sum of the lines")
        for record in (self, *self.lines, *self.payees, *self.signatures):
            for name, most in _LONGEST.get(type(record), {}).items():
                if len(getattr(record, name)) > most:
                    raise BadContent(f"{name} is longer than {most} characters")


_LATER: Mapping[type, frozenset[str]] = {VoucherContent: frozenset({"files"})}
"""What was added after vouchers had been issued: left out where there is none, so that an old one keeps its hash."""

_LONGEST: Mapping[type, Mapping[str, int]] = {
    VoucherContent: {"number": 32, "kind_label": 12, "capitals": 54, "verify_code": 40, "verify_url": 300},
    Payee: {"name": 120, "bank": 120, "account": 40, "method": 20},
    Signature: {"seat": 24, "name": 60},
}
"""The longest text of the places that never run over a page; every other text may be of any length."""


def to_json(content: VoucherContent) -> str:
    """Write the content canonically: keys sorted, no spaces, characters as themselves, moments in UTC, no floats.

    The same content gives the same text. Raises BadContent for a moment without a zone or a value of the wrong type.
    """
    return json.dumps(_plain(content, VoucherContent), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str) -> VoucherContent:
    """Read back what ``to_json`` wrote. Raises BadContent for anything else; unknown keys are refused."""
    try:
        data = json.loads(text, parse_float=_no_float, parse_constant=_no_float)
    except (json.JSONDecodeError, RecursionError) as error:
        raise BadContent("not JSON") from error
    content = _typed(data, VoucherContent)
    assert isinstance(content, VoucherContent)  # noqa: S101  narrows the type for the reader and for mypy
    return content


def content_hash(text: str) -> str:
    """Return the sha256 (64 hex digits) of the content as ``to_json`` wrote it, in UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def _no_float(text: str) -> typing.NoReturn:
    raise BadContent(f"a voucher has no fractions: {text}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind, globalns={**globals(), "date": date, "datetime": datetime})


def _plain(value: object, kind: Any) -> object:
    """Turn a value of a declared type into what JSON knows."""
    if (inner := _optional(kind)) is not None:
        return None if value is None else _plain(value, inner)
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(value, kind):
        hints, later = _hints(kind), _LATER.get(kind, frozenset())
        return {
            field.name: _plain(getattr(value, field.name), hints[field.name])
            for field in fields(kind)
            if not (field.name in later and getattr(value, field.name) is None)
        }
    if typing.get_origin(kind) is tuple and isinstance(value, tuple):
        return [_plain(one, of) for one, of in zip(value, _item_kinds(kind, len(value)), strict=True)]
    if kind is datetime and isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()
    if kind is date and type(value) is date:
        return value.isoformat()
    if kind in (int, str) and type(value) is kind:
        return value
    raise BadContent(f"{value!r:.60} is not {kind}")


def _typed(data: object, kind: Any) -> object:
    """Turn what JSON knows into a value of a declared type."""
    if (inner := _optional(kind)) is not None:
        return None if data is None else _typed(data, inner)
    if isinstance(kind, type) and is_dataclass(kind) and isinstance(data, dict):
        return _typed_record(data, kind)
    if typing.get_origin(kind) is tuple and isinstance(data, list):
        return tuple(_typed(one, of) for one, of in zip(data, _item_kinds(kind, len(data)), strict=True))
    if kind in (date, datetime) and isinstance(data, str):
        return _day_or_moment(data, kind)
    if kind in (int, str) and type(data) is kind:
        return data
    raise BadContent(f"{data!r:.60} is not {kind}")


def _typed_record(data: dict[str, object], kind: type) -> object:
    hints = _hints(kind)
    if unknown := set(data) - set(hints):
        raise BadContent(f"unknown: {', '.join(sorted(unknown))}")
    try:
        return kind(**{name: _typed(value, hints[name]) for name, value in data.items()})
    except TypeError as error:
        raise BadContent(f"incomplete {kind.__name__}: {error}") from error


def _day_or_moment(text: str, kind: type[date]) -> date:
    try:
        value = kind.fromisoformat(text)
    except ValueError as error:
        raise BadContent(f"{text!r:.60} is not a {kind.__name__}") from error
    if isinstance(value, datetime) and value.tzinfo is None:
        raise BadContent("a moment without a zone")
    return value


def _optional(kind: Any) -> Any:
    if typing.get_origin(kind) in (types.UnionType, typing.Union):
        return next(one for one in typing.get_args(kind) if one is not type(None))
    return None


def _item_kinds(kind: Any, length: int) -> tuple[Any, ...]:
    of = typing.get_args(kind)
    if len(of) == 2 and of[1] is Ellipsis:  # noqa: PLR2004  tuple[X, ...]
        return (of[0],) * length
    if len(of) != length:
        raise BadContent(f"expected {len(of)} values, got {length}")
    return of
