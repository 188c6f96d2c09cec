"""The things a bought line becomes, a row for each sort."""

from __future__ import annotations

from typing import Any

from tracker.equipment.facts import ItemFacts
from tracker.equipment.kinds import Source
from tracker.funds.forms.paper import Rows
from tracker.logistics.forms.card import CopiesFields, ThingFields
from tracker.web.forms import ChoiceField, DayField, LineForm, Required, SiteForm, TextLine


class ThingRow(LineForm, ThingFields, CopiesFields):
    """Some things alike: a card for each, with a serial each if there are any. An empty row is none."""

    def validate(self, extra_validators: Any = None) -> bool:
        """Tell whether the row fits; an empty one does."""
        return self.is_empty or bool(super().validate(extra_validators))

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was typed that makes a thing."""
        return not (self.name.data or self.kind.data or self.price.data or self.copies.data)


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
        return [
            row.card(
                bought_on=self.bought_on.data,
                source=Source.PURCHASE,
                source_paper=self.source_paper.data or "",
                serial=serial,
                note=self.note.data or "",
                room_id=self.room_id.data,
            )
            for serial in row.serial_of_each()
        ]
