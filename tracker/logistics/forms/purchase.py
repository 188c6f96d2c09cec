"""The things a bought line becomes, a row for each sort."""

from __future__ import annotations

from itertools import chain, repeat
from typing import Any

from wtforms.validators import ValidationError

from tracker.equipment.facts import ItemFacts
from tracker.equipment.kinds import KIND_NAMES, Edition, ItemKind, Source
from tracker.funds.forms.paper import Rows
from tracker.kernel.text import tell
from tracker.logistics.forms.equipment import MOST_COPIES
from tracker.web.forms import (
    ChoiceField,
    CountField,
    DayField,
    LineForm,
    MoneyField,
    Required,
    SiteForm,
    TextBlock,
    TextLine,
)


class ThingRow(LineForm):
    """Some things alike: a card for each, with a serial each if there are any. An empty row is none."""

    name = TextLine("设备名称", [Required("请填写设备名称")], most=60)
    model = TextLine("规格型号", most=60)
    kind = ChoiceField(
        "类别", [Required("请选择类别")], coerce=ItemKind, choices=list(KIND_NAMES.items()), blank="请选择"
    )
    official = ChoiceField("分类代码", blank="暂不填写")
    copies = CountField("件数", [Required("请填写件数")], least=1, most=MOST_COPIES)
    price = MoneyField("每件原值（元）", [Required("请填写原值")])
    life_years = CountField("使用年限（年）", [Required("请填写使用年限")], least=1, most=50)
    serials = TextBlock("序列号", most=8000)
    exception = TextLine("超标准审批文号", most=60)

    def validate(self, extra_validators: Any = None) -> bool:
        """Tell whether the row fits; an empty one does."""
        return self.is_empty or bool(super().validate(extra_validators))

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed that makes a thing."""
        return not (self.name.data or self.kind.data or self.price.data or self.copies.data)

    def validate_serials(self, field: TextBlock) -> None:  # noqa: ARG002  WTForms hands the field over
        """Raise ValidationError when serials and copies do not go together."""
        lines = self.serial_lines()
        if lines and self.copies.data and len(lines) != self.copies.data:
            raise ValidationError(
                tell(
                    "填了 %(count)s 个序列号，件数是 %(data)s，请一行填一个、个数相同",
                    count=len(lines),
                    data=self.copies.data,
                )
            )
        if any(len(line) > 60 for line in lines):  # noqa: PLR2004  as wide as the card
            raise ValidationError("一个序列号最多 60 字")

    def serial_lines(self) -> list[str]:
        """Return the serials typed, one a line."""
        return [line.strip() for line in (self.serials.data or "").splitlines() if line.strip()]


class PurchaseForm(SiteForm):
    """The rows, and what is the same for all of them."""

    rows = Rows(ThingRow, min_entries=1)
    bought_on = DayField("购置日期", [Required("请填写购置日期")])
    source_paper = TextLine("来源凭据", most=60)
    room_id = ChoiceField("存放地点", coerce=int, blank="暂不填写")
    note = TextLine("备注", most=200)

    def cards(self) -> list[list[ItemFacts]]:
        """Hand over the cards, row by row."""
        return [self._cards(entry.form) for entry in self.rows if not entry.form.is_empty]

    def _cards(self, row: ThingRow) -> list[ItemFacts]:
        edition, _, code = (row.official.data or "").partition(":")
        serials = chain(row.serial_lines(), repeat(""))
        return [
            ItemFacts(
                name=row.name.data or "",
                kind=row.kind.data,
                price_fen=row.price.data or 0,
                bought_on=self.bought_on.data,
                life_years=row.life_years.data or 0,
                source=Source.PURCHASE,
                model=row.model.data or "",
                edition=Edition(edition) if edition else None,
                code=code,
                source_paper=self.source_paper.data or "",
                serial=next(serials),
                note=self.note.data or "",
                exception=row.exception.data or "",
                room_id=self.room_id.data,
            )
            for _copy in range(row.copies.data or 0)
        ]
