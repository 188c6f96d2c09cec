"""A card to be corrected: what a card is written with, without what is not corrected, and the reason."""

from __future__ import annotations

from typing import Any, Self

from tracker.equipment.facts import ItemFacts
from tracker.equipment.models import Item
from tracker.logistics.forms.card import CardFields
from tracker.web.forms import Required, TextLine, VersionedForm

_SAME = ("name", "model", "kind", "bought_on", "source", "source_paper", "serial", "life_years", "note", "exception")
"""Fields that the form and the card call alike."""


class CorrectionForm(VersionedForm, CardFields):
    """What a card says, and why it said something else."""

    serial = TextLine("序列号", most=60)
    reason = TextLine("更正原因", [Required("请写明为什么更正")], most=200)

    @classmethod
    def of(cls, item: Item) -> Self:
        """Make the form as the card is."""
        facts: dict[str, Any] = {name: getattr(item, name) for name in (*_SAME, "version")}
        official = f"{item.edition.value}:{item.code}" if item.edition else ""
        return cls(data={**facts, "price": item.price_fen, "official": official})

    def facts(self, item: Item) -> ItemFacts:
        """Hand over the card as it should be."""
        return self.whole_card(serial=self.serial.data or "", pieces=item.pieces)
