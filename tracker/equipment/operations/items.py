"""Write cards: one, many alike, a whole sheet, or those of a purchase."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from tracker.audit.operations import record
from tracker.equipment import policy, standards
from tracker.equipment.facts import ItemFacts, Order, Progress, Purchase, unheard
from tracker.equipment.kinds import KIND_NAMES
from tracker.equipment.lifecycle import ItemState
from tracker.equipment.models import Intake, IntakeKind, Item, Room, words_of
from tracker.equipment.operations.tallying import keep_tally
from tracker.equipment.queries.standards import records
from tracker.evidence.models import EvidenceKind
from tracker.evidence.operations import StoredFile, keep
from tracker.identity.models import Unit
from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.money import format_yuan
from tracker.kernel.text import tell
from tracker.storage.numbering import next_numbers
from tracker.storage.statements import table, take_turn

NUMBER = re.compile(r"ZC-(\d{4})-(\d{4,6})")
MOST_AT_ONCE = 20_000
_SLICE = 500


def register(
    session: Session,
    unit_id: int,
    cards: Sequence[ItemFacts],
    order: Order,
    *,
    kind: IntakeKind = IntakeKind.TYPED,
    purchase: Purchase | None = None,
    progress: Progress = unheard,
) -> Intake:
    """Write a card for each thing, in the name of the unit that owns them; return the intake.

    The same command a second time returns the first's intake. Raises Forbidden for who does not keep the unit's
    things, Refused naming the field for a card that does not fit, a number or serial that is known, a price over the
    standard without an approval, or a claim line that became things before.
    """
    policy.require_keeper(order.by, unit_id)
    lock_unit(session, unit_id)
    take_turn(session, order.command_id)
    done = session.scalar(select(Intake).where(Intake.command_id == order.command_id))
    if done is not None:
        return done
    if not 0 < len(cards) <= MOST_AT_ONCE:
        raise Refused(tell("一次登记 1 到 %(most)s 件，请分批办理", most=MOST_AT_ONCE))
    today = day_of(order.at)
    standing = records(session)
    for card in cards:
        for field, sentence in card.faults(today):
            raise Refused(sentence, field=field)
        standards.require_within(card, standing.adopted(card.bought_on))
    _refuse_known(session, cards)
    _check_rooms(session, unit_id, cards)
    intake = Intake(
        kind=kind, items=len(cards), written_by=order.by.person_id, written_at=order.at, command_id=order.command_id
    )
    if purchase is not None:
        _settle_purchase(session, intake, cards, purchase)
    session.add(intake)
    session.flush()
    numbers = _numbers(session, cards, today.year)
    rows = [_row(card, number, unit_id, intake.id) for card, number in zip(cards, numbers, strict=True)]
    for start in range(0, len(rows), _SLICE):
        session.execute(insert(table(Item)), rows[start : start + _SLICE])
        progress(min(start + _SLICE, len(rows)), len(rows))
    keep_tally(session, unit_id, ((card.kind, ItemState.IDLE, 1, card.price_fen) for card in cards))
    record(
        session,
        by=order.by,
        at=order.at,
        action="equipment.register",
        subject=("intake", intake.id, f"{numbers[0]} 等 {len(cards)} 件" if len(cards) > 1 else numbers[0]),
        seat=SeatKind.REVIEWER,
        after={
            "name": "、".join(dict.fromkeys(card.name for card in cards[:5])),
            "count": len(cards),
            "amount_fen": sum(card.price_fen for card in cards),
            "number": f"{numbers[0]}—{numbers[-1]}" if len(cards) > 1 else numbers[0],
            **({"voucher": purchase.voucher_number, "claim": purchase.claim_number} if purchase else {}),
        },
    )
    return intake


def attach_photo(session: Session, number: str, photo: StoredFile, order: Order) -> Item:
    """Keep a picture of a thing; the last one is shown. Raises NotFound, Forbidden."""
    item = session.scalar(select(Item).where(Item.number == number, policy.visible_items(order.by)))
    if item is None:
        raise NotFound
    policy.require_keeper(order.by, item.owner_unit_id)
    item.photo_id = keep(session, photo, EvidenceKind.OTHER, by=order.by, at=order.at).id
    item.version += 1
    session.flush()
    record(
        session,
        by=order.by,
        at=order.at,
        action="equipment.photo",
        subject=("equipment", item.id, item.label),
        seat=SeatKind.REVIEWER,
        after={"evidence_id": item.photo_id},
    )
    return item


def lock_unit(session: Session, unit_id: int) -> None:
    """Let what writes cards, rooms or counts of one unit or moves its things come one by one. Raises NotFound."""
    if session.get(Unit, unit_id, with_for_update={"key_share": True}) is None:
        raise NotFound


def known_numbers(session: Session, numbers: Iterable[str]) -> set[str]:
    """Return those of the numbers that stand on a card already."""
    wanted = [number for number in numbers if number]
    found: set[str] = set()
    for start in range(0, len(wanted), _SLICE):
        found.update(session.scalars(select(Item.number).where(Item.number.in_(wanted[start : start + _SLICE]))))
    return found


def known_serials(session: Session, serials: Iterable[str]) -> dict[tuple[str, str], str]:
    """Return the numbers of cards that carry one of these serials already, by kind and serial."""
    wanted = list({serial for serial in serials if serial})
    found: dict[tuple[str, str], str] = {}
    for start in range(0, len(wanted), _SLICE):
        columns = select(Item.kind, Item.serial, Item.number).where(Item.serial.in_(wanted[start : start + _SLICE]))
        found.update({(kind, serial): number for kind, serial, number in session.execute(columns)})
    return found


def _refuse_known(session: Session, cards: Sequence[ItemFacts]) -> None:
    serials = known_serials(session, (card.serial for card in cards))
    numbers = known_numbers(session, (card.number for card in cards))
    seen: set[tuple[str, str]] = set()
    for card in cards:
        if card.number and card.number in numbers:
            raise Refused(tell("编号 %(card)s 已经登记，请核对", card=card.number), field="number")
        if not card.serial:
            continue
        key = (card.kind.value, card.serial)
        if key in serials:
            raise Refused(
                tell(
                    "序列号 %(serial)s 的%(kind)s已登记为 %(serials)s，请核对；不同品牌的同号，请在序列号前加品牌",
                    serial=card.serial,
                    kind=KIND_NAMES[card.kind],
                    serials=serials[key],
                ),
                field="serial",
            )
        if key in seen:
            raise Refused(tell("序列号 %(serial)s 填了两次，请核对", serial=card.serial), field="serial")
        seen.add(key)


def _check_rooms(session: Session, unit_id: int, cards: Sequence[ItemFacts]) -> None:
    wanted = {card.room_id for card in cards if card.room_id is not None}
    if not wanted:
        return
    open_rooms = select(func.count()).where(
        Room.id.in_(wanted), Room.owner_unit_id == unit_id, Room.closed_at.is_(None)
    )
    if session.scalar(open_rooms) != len(wanted):
        raise Refused("请从列表中选择存放地点", field="room_id")


def _settle_purchase(session: Session, intake: Intake, cards: Sequence[ItemFacts], purchase: Purchase) -> None:
    known = session.scalar(select(Intake).where(Intake.claim_line_key == purchase.line_key))
    if known is not None:
        raise Refused("这一行报销明细已经转为设备，请到设备清单查看；一行只转一次")
    total = sum(card.price_fen for card in cards)
    if total != purchase.line_fen:
        raise Refused(
            tell(
                "设备原值合计 %(total)s 元，与核定金额 %(line)s 元不一致，请核对单价和数量",
                total=format_yuan(total),
                line=format_yuan(purchase.line_fen),
            ),
            field="price_fen",
        )
    intake.claim_line_key = purchase.line_key
    intake.claim_number = purchase.claim_number
    intake.voucher_number = purchase.voucher_number
    intake.line_fen = purchase.line_fen


def _numbers(session: Session, cards: Sequence[ItemFacts], year: int) -> list[str]:
    """Give each card its number: the one it brings, else the next of the year above all numbers brought along."""
    brought = [found for card in cards if (found := NUMBER.fullmatch(card.number))]
    above = max((int(found[2]) for found in brought if int(found[1]) == year), default=0)
    missing = sum(not card.number for card in cards)
    if above or missing:
        fresh = iter(next_numbers(session, f"ZC-{year}", max(missing, 1), above=above))
    return [card.number or f"ZC-{year}-{next(fresh):04d}" for card in cards]


def _row(card: ItemFacts, number: str, unit_id: int, intake_id: int) -> dict[str, Any]:
    return {
        "number": number,
        "name": card.name,
        "model": card.model,
        "kind": card.kind,
        "edition": card.edition,
        "code": card.code,
        "owner_unit_id": unit_id,
        "price_fen": card.price_fen,
        "pieces": card.pieces,
        "bought_on": card.bought_on,
        "source": card.source,
        "source_paper": card.source_paper,
        "serial": card.serial,
        "words": words_of(number, card.name, card.model, card.serial),
        "life_years": card.life_years,
        "note": card.note,
        "exception": card.exception,
        "first_room_id": card.room_id,
        "room_id": card.room_id,
        "intake_id": intake_id,
        "state": ItemState.IDLE,
        "events": 0,
        "version": 1,
    }
