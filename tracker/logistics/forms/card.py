"""What is typed of a card, wherever cards are typed: one by one, in rows of a purchase, in a correction."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice, repeat
from typing import Any

from wtforms import Form
from wtforms.validators import ValidationError

from tracker.equipment.facts import ItemFacts
from tracker.equipment.kinds import KIND_NAMES, SOURCE_NAMES, Edition, ItemKind, Source
from tracker.kernel.text import tell
from tracker.web.forms import ChoiceField, CountField, DayField, MoneyField, Required, TextBlock, TextLine

MOST_COPIES = 200


class ThingFields(Form):
    """What kind of thing it is and what it is worth."""

    name = TextLine("设备名称", [Required("请填写设备名称")], most=60)
    model = TextLine("规格型号", most=60)
    kind = ChoiceField(
        "类别", [Required("请选择类别")], coerce=ItemKind, choices=list(KIND_NAMES.items()), blank="请选择"
    )
    official = ChoiceField("分类代码", blank="暂不填写")
    price = MoneyField("每件原值（元）", [Required("请填写原值")])
    life_years = CountField("使用年限（年）", [Required("请填写使用年限")], least=1, most=50)
    exception = TextLine("超标准审批文号", most=60)

    def card(self, **more: Any) -> ItemFacts:
        """Hand over a card; ``more`` are the facts of ``ItemFacts`` that are typed elsewhere."""
        edition, _, code = (self.official.data or "").partition(":")
        return ItemFacts(
            name=self.name.data or "",
            kind=self.kind.data,
            price_fen=self.price.data or 0,
            life_years=self.life_years.data or 0,
            model=self.model.data or "",
            edition=Edition(edition) if edition else None,
            code=code,
            exception=self.exception.data or "",
            **more,
        )


class CardFields(ThingFields):
    """A thing and how it was come by: all that a card says but its serial and its place."""

    bought_on = DayField("购置日期", [Required("请填写购置日期")])
    source = ChoiceField("来源", [Required("请选择来源")], coerce=Source, choices=list(SOURCE_NAMES.items()))
    source_paper = TextLine("来源凭据", most=60)
    note = TextLine("备注", most=200)

    def whole_card(self, **more: Any) -> ItemFacts:
        """Hand over a card; ``more`` are its serial, its place and its pieces."""
        return self.card(
            bought_on=self.bought_on.data,
            source=self.source.data,
            source_paper=self.source_paper.data or "",
            note=self.note.data or "",
            **more,
        )


class CopiesFields(Form):
    """How many alike, with a serial each if there are any."""

    copies = CountField("件数", [Required("请填写件数")], least=1, most=MOST_COPIES)
    serials = TextBlock("序列号", most=8000)

    def validate_serials(self, field: TextBlock) -> None:  # noqa: ARG002  WTForms hands the field over
        """Raise ValidationError when serials and copies do not go together."""
        lines = self._lines()
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

    def serial_of_each(self) -> Iterator[str]:
        """Give the serial of each copy, empty where there are none."""
        return islice(chain(self._lines(), repeat("")), self.copies.data or 0)

    def _lines(self) -> list[str]:
        return [line.strip() for line in (self.serials.data or "").splitlines() if line.strip()]
