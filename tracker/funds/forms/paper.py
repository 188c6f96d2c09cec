"""A budget paper as it is typed: what stands on it, and rows of amounts, of limits or of moves."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from flask import request
from flask_wtf.file import FileField
from wtforms import FieldList, FormField, HiddenField
from wtforms.validators import ValidationError

from tracker.evidence.operations import StoredFile
from tracker.funds.models import PaperKind
from tracker.funds.papers import (
    BUDGET,
    RESERVE,
    LimitChange,
    LimitMove,
    PaperChanges,
    PaperFacts,
    Place,
    Transfer,
)
from tracker.kernel.clock import day_of, now
from tracker.kernel.errors import Refused
from tracker.web.forms import (
    ChoiceField,
    DayField,
    LineForm,
    MoneyField,
    Required,
    SiteForm,
    TextLine,
    TickField,
)

ADDING_ROWS = "add"
"""The value of the button ``op`` that asks for one more row."""

MOST_ROWS = 60
_INDEX = re.compile(r"[0-9]{1,4}")
_LOST = "页面内容不完整，请刷新页面后再填一次"


class Rows(FieldList):  # type: ignore[type-arg]  # the stubs know a parameter, WTForms itself does not
    """Rows of a form, at most 60; an index no browser sends is left out."""

    def __init__(self, line: type[LineForm], **kwargs: Any) -> None:
        super().__init__(FormField(line), max_entries=MOST_ROWS, **kwargs)

    def _extract_indices(self, prefix: str, formdata: Iterable[str]) -> Iterator[int]:
        for key in formdata:
            name, _, rest = key.partition("-")
            number = rest.partition("-")[0]
            if name == prefix and _INDEX.fullmatch(number):
                yield int(number)

    def grow(self) -> None:
        """Add one empty row, unless there are enough."""
        if len(self.entries) < MOST_ROWS:
            self.append_entry()


def asks_for_row() -> bool:
    """Tell whether the form was sent by the button that adds a row."""
    return request.method == "POST" and request.form.get("op") == ADDING_ROWS


class PaperForm(SiteForm):
    """What stands on every budget paper."""

    number = TextLine("指标文号", [Required("请填写指标文号")], most=60)
    dated = DayField("发文日期", [Required("请填写发文日期")])
    issuer = TextLine("发文单位", [Required("请填写发文单位")], most=60)
    reason = TextLine("事由", [Required("请填写事由")], most=200)
    scan = FileField("文件扫描件")

    def validate_dated(self, field: DayField) -> None:
        """Raise ValidationError for a paper of a day that has not come."""
        if field.data and field.data > day_of(now()):
            raise ValidationError("发文日期不能晚于今天，请核对")

    def facts(self, scan: StoredFile | None) -> PaperFacts:
        """Hand over what stands on the paper."""
        return PaperFacts(
            number=self.number.data or "",
            dated=self.dated.data,
            issuer=self.issuer.data or "",
            reason=self.reason.data or "",
            scan=scan,
        )


class AmountRow(LineForm):
    """An amount for one place."""

    place = HiddenField()
    amount = MoneyField("金额（元）")


class AmountsForm(PaperForm):
    """年初下达, 追加, 追减, 收回: an amount beside each place; empty rows change nothing."""

    rows = Rows(AmountRow)

    def changes(self, kind: PaperKind) -> PaperChanges:
        """Hand over the transfers. Raises Refused for a place that is none."""
        return PaperChanges(
            transfers=[
                _transfer(kind, _place(row.place.data), row.amount.data)
                for row in (entry.form for entry in self.rows)
                if row.amount.data
            ]
        )


def _place(typed: str | None) -> Place:
    if typed == RESERVE:
        return RESERVE
    if typed and re.fullmatch(r"[0-9]{1,15}", typed):
        return int(typed)
    raise Refused(_LOST)


def _transfer(kind: PaperKind, place: Place, amount_fen: int) -> Transfer:
    source, target = {
        PaperKind.ISSUE: (RESERVE, place),
        PaperKind.SUPPLEMENT: (BUDGET, place),
        PaperKind.CUT: (place, BUDGET),
        PaperKind.RECALL: (place, RESERVE),
    }[kind]
    return Transfer(source, target, amount_fen)


class LimitRow(LineForm):
    """A category's new limit; empty leaves it as it is."""

    category = HiddenField()
    limit = MoneyField("新限额（元）", zero=True)
    lift = TickField("取消限额")

    def validate_lift(self, field: TickField) -> None:
        """Raise ValidationError when a limit is both set and taken away."""
        if field.data and self.limit.data is not None:
            raise ValidationError("填了新限额就不要勾取消限额，请只留一项")


class LimitsForm(PaperForm):
    """分项限额: a limit beside each category, of one team or across the fund."""

    rows = Rows(LimitRow)

    def changes(self, team_id: int | None) -> PaperChanges:
        """Hand over the limits of a team, or for None of the whole fund. Raises Refused for a lost category."""
        limits = []
        for row in (entry.form for entry in self.rows):
            if row.lift.data or row.limit.data is not None:
                category = _place(row.category.data)
                if not isinstance(category, int):
                    raise Refused(_LOST)
                limits.append(LimitChange(category, None if row.lift.data else row.limit.data, team_id))
        return PaperChanges(limits=limits)


class MoveRow(LineForm):
    """Money from one account to another."""

    source = ChoiceField("调出", blank="请选择")
    target = ChoiceField("调入", blank="请选择")
    amount = MoneyField("金额（元）")

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing at all was put into the row."""
        return not (self.source.raw_data or [""])[0] and not (self.amount.raw_data or [""])[0].strip()

    def validate_amount(self, field: MoneyField) -> None:
        """Raise ValidationError for a row filled in half."""
        if not self.is_empty and field.data is None and not field.process_errors:
            raise ValidationError("请填写调剂金额")

    def validate_source(self, field: ChoiceField) -> None:
        """Raise ValidationError for an amount that comes from nowhere."""
        if not self.is_empty and field.data is None:
            raise ValidationError("请选择调出的账户")

    def validate_target(self, field: ChoiceField) -> None:
        """Raise ValidationError for an amount that goes nowhere, or a team's quota into a category's limit."""
        if self.is_empty:
            return
        if field.data is None:
            raise ValidationError("请选择调入的账户")
        if self.source.data is not None and not _fit(self.source.data, field.data):
            raise ValidationError("组团额度只能调给另一个组团；分项限额只能在同一组团的科目之间调剂，请重选")


def _fit(source: str, target: str) -> bool:
    (team_out, category_out), (team_in, category_in) = source.split(":"), target.split(":")
    if category_out == "*" or category_in == "*":
        return category_out == category_in and team_out != team_in
    return team_out == team_in and category_out != category_in


class MovesForm(PaperForm):
    """调剂: rows of money moved between teams, or between a team's limited categories."""

    rows = Rows(MoveRow)

    def offer(self, sources: Mapping[str, str], targets: Mapping[str, str]) -> None:
        """Set the accounts that may give and take: ``{place: name with its figures}``."""
        for row in (entry.form for entry in self.rows):
            row.source.offer(sources.items())
            row.target.offer(targets.items())

    def changes(self) -> PaperChanges:
        """Hand over the moves."""
        transfers, moves = [], []
        for row in (entry.form for entry in self.rows):
            if row.is_empty:
                continue
            (team_out, category_out), (team_in, category_in) = row.source.data.split(":"), row.target.data.split(":")
            if category_out == "*":
                transfers.append(Transfer(int(team_out), int(team_in), row.amount.data))
            else:
                moves.append(LimitMove(int(team_out), int(category_out), int(category_in), row.amount.data))
        return PaperChanges(transfers=transfers, limit_moves=moves)
