"""The life of a thing: what each handover does to where it stands, who holds it, who uses it and till when."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from tracker.kernel.errors import Refused
from tracker.kernel.lifecycle import Lifecycle


class ItemState(StrEnum):
    """Where a thing's life stands."""

    IDLE = "idle"
    IN_USE = "in_use"
    LENT = "lent"
    REPAIR = "repair"
    DISPOSED = "disposed"


STATE_NAMES: dict[ItemState, str] = {
    ItemState.IDLE: "闲置",
    ItemState.IN_USE: "在用",
    ItemState.LENT: "待归还",
    ItemState.REPAIR: "维修",
    ItemState.DISPOSED: "已处置",
}


class Handing(StrEnum):
    """The kinds of handover."""

    ISSUE = "issue"
    TRANSFER = "transfer"
    RETURN = "return"
    LEND = "lend"
    REPAIR = "repair"
    REPAIRED = "repaired"
    DISPOSE = "dispose"


HANDING_NAMES: dict[Handing, str] = {
    Handing.ISSUE: "领用",
    Handing.TRANSFER: "调拨",
    Handing.RETURN: "归还",
    Handing.LEND: "借用",
    Handing.REPAIR: "送修",
    Handing.REPAIRED: "修好取回",
    Handing.DISPOSE: "报废处置",
}

S, H = ItemState, Handing
ANSWERING = frozenset({H.REPAIR, H.DISPOSE})
"""The handovers that answer the open reports of a fault: the thing goes to be repaired, or for good."""


class Move(StrEnum):
    """A handover as the table knows it: back from repair leads to where the thing was before."""

    ISSUE = "issue"
    TRANSFER = "transfer"
    RETURN = "return"
    LEND = "lend"
    REPAIR = "repair"
    BACK_TO_USE = "back_to_use"
    BACK_TO_STORE = "back_to_store"
    BACK_TO_LOAN = "back_to_loan"
    DISPOSE = "dispose"


LIFE = Lifecycle(
    {
        (S.IDLE, Move.ISSUE): S.IN_USE,
        (S.IDLE, Move.TRANSFER): S.IDLE,
        (S.IDLE, Move.LEND): S.LENT,
        (S.IDLE, Move.REPAIR): S.REPAIR,
        (S.IDLE, Move.DISPOSE): S.DISPOSED,
        (S.IN_USE, Move.TRANSFER): S.IN_USE,
        (S.IN_USE, Move.RETURN): S.IDLE,
        (S.IN_USE, Move.REPAIR): S.REPAIR,
        (S.LENT, Move.TRANSFER): S.LENT,
        (S.LENT, Move.RETURN): S.IDLE,
        (S.LENT, Move.REPAIR): S.REPAIR,
        (S.REPAIR, Move.BACK_TO_USE): S.IN_USE,
        (S.REPAIR, Move.BACK_TO_STORE): S.IDLE,
        (S.REPAIR, Move.BACK_TO_LOAN): S.LENT,
        (S.REPAIR, Move.DISPOSE): S.DISPOSED,
    }
)
"""What is lent or used is returned before it is lent on or disposed of; what cannot be repaired goes as it is."""

_BACK = frozenset({Move.BACK_TO_USE, Move.BACK_TO_STORE, Move.BACK_TO_LOAN})

DEMANDS: dict[Handing, frozenset[ItemState]] = {
    kind: frozenset(
        state for state, move in LIFE.table if move.value == kind.value or (kind is H.REPAIRED and move in _BACK)
    )
    for kind in H
}
"""The states from which each handover leads anywhere."""


@dataclass(frozen=True)
class Standing:
    """Where a thing stands: state, holder, room, using team, borrowing unit, and when it is due back."""

    state: ItemState = S.IDLE
    holder_id: int | None = None
    room_id: int | None = None
    team_id: int | None = None
    borrower_unit_id: int | None = None
    due_on: date | None = None
    kept_due_on: date | None = None
    """When a loan is due whose thing is away for repair: it waits till the thing is back."""


@dataclass(frozen=True)
class Destination:
    """Where a handover takes its things."""

    person_id: int | None = None
    room_id: int | None = None
    team_id: int | None = None
    unit_id: int | None = None
    due_on: date | None = None


def after(standing: Standing, kind: Handing, to: Destination) -> Standing:
    """Return where a thing stands after a handover. Raises NotOpen or Refused when it leads nowhere."""
    state = LIFE.after(standing.state, _move(standing, kind))
    if kind in {H.REPAIR, H.REPAIRED}:
        return replace(standing, state=state, due_on=standing.kept_due_on, kept_due_on=standing.due_on)
    if state is S.IDLE or state is S.DISPOSED:
        if kind is H.TRANSFER and (to.person_id is not None or to.team_id is not None):
            raise Refused("闲置设备要交给人或组团使用，请办领用；调拨只换存放地点", field="person_id")
        return Standing(state, room_id=to.room_id)
    if state is S.IN_USE and to.person_id is None and to.team_id is None:
        raise Refused("请选择使用人，公用的请选择使用组团", field="person_id")
    there = Standing(state, to.person_id, to.room_id, to.team_id)
    if state is S.IN_USE:
        return there
    loan = to if kind is H.LEND else Destination(unit_id=standing.borrower_unit_id, due_on=standing.due_on)
    return replace(there, borrower_unit_id=loan.unit_id, due_on=loan.due_on)


def _move(standing: Standing, kind: Handing) -> Move:
    if kind is H.REPAIRED and standing.borrower_unit_id is not None:
        return Move.BACK_TO_LOAN
    if kind is H.REPAIRED:
        is_used = standing.holder_id is not None or standing.team_id is not None
        return Move.BACK_TO_USE if is_used else Move.BACK_TO_STORE
    return Move(kind.value)
