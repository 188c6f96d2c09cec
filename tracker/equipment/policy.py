"""Who sees, keeps, receives, counts and disposes of things and rooms."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, or_, select, true, union_all
from sqlalchemy.orm import aliased

from tracker.equipment.lifecycle import Handing
from tracker.equipment.models import (
    Handover,
    HandoverLine,
    Item,
    Provision,
    Room,
    Stocktake,
    StocktakeCounter,
    StocktakeLine,
)
from tracker.kernel.actors import FINANCE_SEATS, TEAM_SEATS, UNIT_SEATS, Actor, SeatKind
from tracker.kernel.errors import Forbidden, Refused
from tracker.teams.models import Team

PURCHASE_READERS = frozenset({SeatKind.REVIEWER, SeatKind.AUDITOR})
"""Who reads which bought lines wait to become things: keepers those of their units, audit all."""
READERS = TEAM_SEATS | UNIT_SEATS | FINANCE_SEATS | {SeatKind.AUDITOR}


def keeps(by: Actor, unit_id: int | None) -> bool:
    """Tell whether the actor keeps the things of a unit (牵头单位经办)."""
    return unit_id is not None and by.holds(SeatKind.REVIEWER, unit_id=unit_id)


def heads(by: Actor, unit_id: int) -> bool:
    """Tell whether the actor decides about a unit's things (牵头单位负责人)."""
    return by.holds(SeatKind.HEAD, unit_id=unit_id)


def kept_units(by: Actor) -> frozenset[int]:
    """List the units whose things the actor keeps."""
    return by.units({SeatKind.REVIEWER})


def reads_all(by: Actor) -> bool:
    """Tell whether the actor reads everything: finance and audit."""
    return by.holds_any(FINANCE_SEATS | {SeatKind.AUDITOR})


def _teams(by: Actor) -> frozenset[int]:
    return frozenset(team for kind in TEAM_SEATS for team in by.teams(kind))


def visible_items(by: Actor) -> ColumnElement[bool]:
    """Make the condition of the things the actor may see."""
    return true() if reads_all(by) else or_(*_own(by), *_near(by))


def visible_parts(by: Actor, owners: Sequence[int] = (), led: Sequence[int] = ()) -> list[ColumnElement[bool]]:
    """Split the things the actor may see into parts that share none: what each unit owns, then what is near.

    One index holds each owner's things in their order; the few near ones come out of an index of each nearness, which
    also knows the owner: nearly all that a unit's teams use is its own and in its part already.

    ``owners`` are the units that own anything, for whoever reads all of them one by one; ``led`` are the teams that
    the actor's units lead, named one by one because no index serves a question within an "or".
    """
    if reads_all(by):
        return [Item.owner_unit_id == unit for unit in owners] or [true()]
    others = [Item.owner_unit_id != unit for unit in sorted(by.units())]
    near = [*_borrowed(by), Item.holder_id == by.person_id]
    if teams := {*led, *_teams(by)}:
        near.append(Item.team_id.in_(sorted(teams)))
    return [*_own(by), Item.id.in_(union_all(*(select(Item.id).where(one, *others) for one in near)))]


def _own(by: Actor) -> list[ColumnElement[bool]]:
    return [Item.owner_unit_id == unit for unit in sorted(by.units())]


def _near(by: Actor) -> list[ColumnElement[bool]]:
    """Make the conditions of things of other units: borrowed, used by a team, in the actor's own hands."""
    near = _borrowed(by)
    near += [Item.team_id == team for team in sorted(_teams(by))]
    if by.units():
        near.append(Item.team_id.in_(select(Team.id).where(Team.lead_unit_id.in_(by.units()))))
    return [*near, Item.holder_id == by.person_id]


def _borrowed(by: Actor) -> list[ColumnElement[bool]]:
    return [Item.borrower_unit_id == unit for unit in sorted(by.units())]


def counted_items(by: Actor) -> ColumnElement[bool]:
    """Make the condition of the things the actor counts in a session not signed yet; a scanned label opens them."""
    mine = (
        select(StocktakeLine.id)
        .join(Stocktake, Stocktake.id == StocktakeLine.stocktake_id)
        .join(StocktakeCounter, StocktakeCounter.stocktake_id == Stocktake.id)
        .where(
            StocktakeLine.item_id == Item.id,
            StocktakeCounter.person_id == by.person_id,
            Stocktake.signed_at.is_(None),
        )
    )
    return mine.exists()


def visible_handovers(by: Actor) -> ColumnElement[bool]:
    """Make the condition of the handovers the actor may see.

    Who made it, who received or gave up a thing on it, the owner's unit, the unit a thing was lent to at the time, the
    unit that leads the receiving team, and the teams on either side.
    """
    if reads_all(by):
        return true()
    mine = select(HandoverLine.handover_id).where(HandoverLine.from_holder_id == by.person_id)
    parts = [Handover.handed_by == by.person_id, Handover.to_person_id == by.person_id, Handover.id.in_(mine)]
    if units := by.units():
        led = select(Team.id).where(Team.lead_unit_id.in_(units))
        parts += [Handover.unit_id.in_(units), Handover.to_unit_id.in_(units), Handover.to_team_id.in_(led)]
        parts.append(Handover.id.in_(_on_loan_to(units)))
    if teams := _teams(by):
        left = select(HandoverLine.handover_id).where(HandoverLine.from_team_id.in_(teams))
        parts += [Handover.to_team_id.in_(teams), Handover.id.in_(left)]
    return or_(*parts)


def _on_loan_to(units: Collection[int]) -> Select[int]:
    """Select the handovers of things while they were lent to some units, their return with them."""
    loan, lent, back, returned = aliased(HandoverLine), aliased(Handover), aliased(HandoverLine), aliased(Handover)
    was_back = (
        select(back.id)
        .join(returned, returned.id == back.handover_id)
        .where(
            back.item_id == loan.item_id,
            back.event > loan.event,
            back.event < HandoverLine.event,
            returned.kind == Handing.RETURN,
        )
    )
    return (
        select(HandoverLine.handover_id)
        .join(loan, (loan.item_id == HandoverLine.item_id) & (HandoverLine.event > loan.event))
        .join(lent, lent.id == loan.handover_id)
        .where(lent.to_unit_id.in_(units), ~was_back.exists())
    )


def visible_rooms(by: Actor) -> ColumnElement[bool]:
    """Make the condition of the rooms the actor may see: of the own unit, or ever provided to the own team."""
    if reads_all(by):
        return true()
    given = select(Provision.room_id).where(
        or_(
            Provision.team_id.in_(_teams(by)),
            Provision.team_id.in_(select(Team.id).where(Team.lead_unit_id.in_(by.units()))),
        )
    )
    return or_(Room.owner_unit_id.in_(by.units()), Room.id.in_(given))


def may_hand(by: Actor, kind: Handing, item: Item) -> bool:
    """Tell whether the actor may make this handover of this thing."""
    if kind is Handing.DISPOSE:
        return heads(by, item.owner_unit_id)
    if keeps(by, item.owner_unit_id):
        return True
    if kind in {Handing.TRANSFER, Handing.RETURN} and keeps(by, item.borrower_unit_id):
        return True
    return kind is Handing.RETURN and item.holder_id == by.person_id


def require_hander(by: Actor, kind: Handing, item: Item) -> None:
    """Raise Forbidden unless the actor may make this handover."""
    if may_hand(by, kind, item):
        return
    if kind is Handing.DISPOSE:
        raise Forbidden("报废处置由产权单位负责人办理，你没有这个席位")
    raise Forbidden("领用、调拨、借用和维修由产权单位经办办理；你可以归还自己名下的设备")


def require_keeper(by: Actor, unit_id: int) -> None:
    """Raise Forbidden unless the actor keeps the unit's rooms and things."""
    if not keeps(by, unit_id):
        raise Forbidden("设备与用房由产权单位（牵头单位）的经办登记，你没有这个席位")


def may_report(by: Actor) -> bool:
    """Tell whether the actor may report a fault of a thing in sight: everybody but who only reads."""
    return by.holds_any(READERS - {SeatKind.AUDITOR})


def require_reporter(by: Actor) -> None:
    """Raise Forbidden for who only reads."""
    if not may_report(by):
        raise Forbidden("审计只查看，不报修；请告诉使用人或产权单位经办")


def require_officer(by: Actor) -> None:
    """Raise Forbidden unless the actor keeps the standards (财政复核)."""
    if not by.holds(SeatKind.OFFICER):
        raise Forbidden("配置标准由财政复核核实和更新，你没有这个席位")


def require_other(by: Actor, person_id: int | None) -> None:
    """Raise Refused when a keeper would hand things to himself."""
    if person_id is not None and person_id == by.person_id:
        raise Refused("不能给自己办领用或调拨，请由另一位经办办理", field="person_id")
