"""Correct what a card says of a thing, with the reason; where the thing is, its handovers say."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.equipment import policy, standards
from tracker.equipment.facts import ItemFacts, Order
from tracker.equipment.kinds import EDITION_NAMES, KIND_NAMES, SOURCE_NAMES
from tracker.equipment.lifecycle import ItemState
from tracker.equipment.models import Item, words_of
from tracker.equipment.operations.items import known_serials, lock_unit
from tracker.equipment.operations.tallying import keep_tally
from tracker.equipment.queries.standards import records
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound, Refused, Stale
from tracker.kernel.text import tell

CORRECTED: Final = (
    *("name", "model", "kind", "edition", "code", "price_fen", "bought_on", "source", "source_paper", "serial"),
    *("life_years", "note", "exception"),
)
"""What may be corrected: all of a card but its number, its owner and its pieces."""


def correct(session: Session, number: str, card: ItemFacts, reason: str, order: Order, *, version: int) -> Item:
    """Correct a card; what was written before stays in the trail. Nothing happens where it says all that already.

    ``card.price_fen`` is for all its pieces. Raises NotFound, Forbidden, Stale, and Refused naming the field: without a
    reason, for what a new card would be refused for, for the price of a thing bought by a claim, for one disposed of.
    """
    item = _locked(session, number, order)
    before = {name: getattr(item, name) for name in CORRECTED}
    changed = {name: getattr(card, name) for name in CORRECTED if getattr(card, name) != before[name]}
    if not changed:
        return item
    if item.version != version:
        raise Stale(tell("%(item)s刚刚被别人办过，请看过最新内容后再改", item=item.label))
    _check(session, item, card, reason, order)
    keep_tally(
        session,
        item.owner_unit_id,
        ((item.kind, item.state, -1, -item.price_fen), (card.kind, item.state, 1, card.price_fen)),
    )
    for name, value in changed.items():
        setattr(item, name, value)
    item.words = words_of(item.number, item.name, item.model, item.serial)
    item.version += 1
    session.flush()
    record(
        session,
        by=order.by,
        at=order.at,
        action="equipment.correct",
        subject=("equipment", item.id, item.label),
        seat=SeatKind.REVIEWER,
        before=_told({name: before[name] for name in changed}),
        after=_told(changed),
        note=reason,
    )
    return item


def _locked(session: Session, number: str, order: Order) -> Item:
    seen = select(Item).where(Item.number == number, policy.visible_items(order.by))
    item = session.scalar(seen)
    if item is None:
        raise NotFound
    policy.require_keeper(order.by, item.owner_unit_id)
    lock_unit(session, item.owner_unit_id)
    fresh = seen.with_for_update(of=Item).execution_options(populate_existing=True)
    return session.scalars(fresh).one()


def _check(session: Session, item: Item, card: ItemFacts, reason: str, order: Order) -> None:
    if item.state is ItemState.DISPOSED:
        raise Refused("已经报废处置的设备不能再改卡片，账上以处置单为准")
    if not reason:
        raise Refused("请写明为什么更正", field="reason")
    for field, sentence in card.faults(day_of(order.at)):
        raise Refused(sentence, field=field)
    if item.intake.line_fen is not None and card.price_fen != item.price_fen:
        raise Refused(
            tell(
                "这件设备由报销单 %(claim)s 转入，原值以报销凭证为准，不能改；凭证有误请先更正报销单",
                claim=item.intake.claim_number,
            ),
            field="price_fen",
        )
    standards.require_within(card, records(session).adopted(card.bought_on))
    there = known_serials(session, [card.serial]).get((card.kind.value, card.serial)) if card.serial else None
    if there not in {None, item.number}:
        raise Refused(
            tell(
                "序列号 %(serial)s 的%(kind)s已登记为 %(number)s，请核对",
                serial=card.serial,
                kind=KIND_NAMES[card.kind],
                number=there,
            ),
            field="serial",
        )


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    """Name the facts as the trail names them, words of a list as people read them."""
    names: dict[str, Mapping[Any, str]] = {"kind": KIND_NAMES, "edition": EDITION_NAMES, "source": SOURCE_NAMES}
    read = {name: names[name].get(value, "") if name in names else value for name, value in facts.items()}
    called = {"price_fen": "amount_fen", "code": "class_code"}
    return {called.get(name, name): value for name, value in read.items()}
