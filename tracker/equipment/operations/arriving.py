"""Things that somebody holds already when their cards are written: card and handover in one act."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.equipment.facts import HandingFacts, ItemFacts, Order, Progress, unheard
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.models import Intake, IntakeKind, Item
from tracker.equipment.operations.handing import MOST_THINGS, hand_over
from tracker.equipment.operations.items import register


def register_held(
    session: Session, unit_id: int, cards: Sequence[ItemFacts], order: Order, *, progress: Progress = unheard
) -> Intake:
    """Write the cards of a sheet and hand each to its holder or team, if it names one, where it was put; all or none.

    Each holder, team and place gets handovers of its own, numbered, of at most MOST_THINGS things. The same command a
    second time returns the first's intake. ``progress`` hears of cards written and things handed over together.
    Raises what ``register`` and ``hand_over`` raise.
    """
    held: dict[object, ItemFacts] = {
        card.number or (card.kind, card.serial): card for card in cards if card.holder_id or card.team_id
    }
    total = len(cards) + len(held)
    intake = register(
        session, unit_id, cards, order, kind=IntakeKind.SHEET, progress=lambda done, _cards: progress(done, total)
    )
    done = len(cards)
    for place, (to, versions) in enumerate(_parcels(session, intake.id, held), 1):
        facts = HandingFacts(Handing.ISSUE, versions, to, "导入时登记的持有人")
        hand_over(session, facts, Order(order.by, order.at, f"{order.command_id[:40]}-{place}"))
        done += len(versions)
        progress(done, total)
    return intake


def _parcels(
    session: Session, intake_id: int, held: Mapping[object, ItemFacts]
) -> Iterator[tuple[Destination, dict[int, int]]]:
    """Put the things of an intake that go to the same hands and place together, by id and version."""
    if not held:
        return
    going: dict[Destination, list[tuple[int, int]]] = defaultdict(list)
    columns = select(Item.id, Item.version, Item.number, Item.kind, Item.serial, Item.first_room_id)
    for row in session.execute(columns.where(Item.intake_id == intake_id).order_by(Item.id)):
        card = held.get(row.number) or held.get((row.kind, row.serial))
        if card is not None:
            to = Destination(person_id=card.holder_id, room_id=row.first_room_id, team_id=card.team_id)
            going[to].append((row.id, row.version))
    for to, things in going.items():
        for start in range(0, len(things), MOST_THINGS):
            yield to, dict(things[start : start + MOST_THINGS])
