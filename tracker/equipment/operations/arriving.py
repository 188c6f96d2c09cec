"""Things that somebody holds already when their cards are written: card and handover in one act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.equipment.facts import HandingFacts, ItemFacts, Order
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.models import Intake, IntakeKind, Item
from tracker.equipment.operations.handing import MOST_THINGS, hand_over
from tracker.equipment.operations.items import register
from tracker.kernel.text import tell


def register_held(session: Session, unit_id: int, cards: Sequence[ItemFacts], order: Order) -> Intake:
    """Write the cards of a sheet and hand each to its holder, if it names one, where it was put; all or nothing.

    Each holder and place gets handovers of its own, numbered, of at most MOST_THINGS things. The same command a
    second time returns the first's intake. Raises what ``register`` and ``hand_over`` raise.
    """
    intake = register(session, unit_id, cards, order, kind=IntakeKind.SHEET)
    held: dict[tuple[int, int | None], list[tuple[int, int]]] = defaultdict(list)
    holders = {(card.number or (card.kind, card.serial)): card.holder_id for card in cards if card.holder_id}
    if not holders:
        return intake
    columns = select(Item.id, Item.version, Item.number, Item.kind, Item.serial, Item.first_room_id)
    for row in session.execute(columns.where(Item.intake_id == intake.id).order_by(Item.id)):
        holder_id = holders.get(row.number) or holders.get((row.kind, row.serial))
        if holder_id is not None:
            held[holder_id, row.first_room_id].append((row.id, row.version))
    place = 0
    for (holder_id, room_id), things in held.items():
        for start in range(0, len(things), MOST_THINGS):
            place += 1
            facts = HandingFacts(
                Handing.ISSUE,
                dict(things[start : start + MOST_THINGS]),
                Destination(person_id=holder_id, room_id=room_id),
                tell("导入时登记的持有人"),
            )
            hand_over(session, facts, Order(order.by, order.at, f"{order.command_id[:40]}-{place}"))
    return intake
