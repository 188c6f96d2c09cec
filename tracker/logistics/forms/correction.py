"""A card to be corrected: what a card is written with, without what is not corrected, and the reason."""

from __future__ import annotations

from typing import Any, Self

from tracker.equipment.facts import ItemFacts
from tracker.equipment.kinds import Edition
from tracker.equipment.models import Item
from tracker.logistics.forms.equipment import ItemForm
from tracker.web.forms import Required, TextLine, VersionedForm

_SAME = ("name", "model", "kind", "bought_on", "source", "source_paper", "serial", "life_years", "note", "exception")
"""Fields that the form and the card call alike."""


class CorrectionForm(VersionedForm, ItemForm):
    """What a card says, and why it said something else."""

    # WTForms leaves out a field its subclass has none for: where a thing is and whose is not corrected here.
    unit_id = None  # type: ignore[assignment]
    copies = None  # type: ignore[assignment]
    serials = None  # type: ignore[assignment]
    room_id = None  # type: ignore[assignment]
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
        edition, _, code = (self.official.data or "").partition(":")
        return ItemFacts(
            name=self.name.data or "",
            kind=self.kind.data,
            price_fen=self.price.data or 0,
            bought_on=self.bought_on.data,
            life_years=self.life_years.data or 0,
            source=self.source.data,
            model=self.model.data or "",
            edition=Edition(edition) if edition else None,
            code=code,
            pieces=item.pieces,
            source_paper=self.source_paper.data or "",
            serial=self.serial.data or "",
            note=self.note.data or "",
            exception=self.exception.data or "",
        )
