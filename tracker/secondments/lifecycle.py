"""The life of a secondment: it runs until the person has left; one that has not begun may be taken back."""

from __future__ import annotations

from enum import StrEnum

from tracker.kernel.lifecycle import Lifecycle


class State(StrEnum):
    """Where a secondment is. One whose last day has passed still runs until the leaving is closed."""

    RUNNING = "running"
    LEFT = "left"
    CANCELLED = "cancelled"


STATE_NAMES: dict[State, str] = {State.RUNNING: "抽调中", State.LEFT: "已返岗", State.CANCELLED: "已取消"}


class Move(StrEnum):
    """What is done to a secondment."""

    EXTEND = "extend"
    END_EARLY = "end_early"
    CHANGE = "change"
    CONFIRM = "confirm"
    LEAVE = "leave"
    CANCEL = "cancel"


LIFE: Lifecycle[State, Move] = Lifecycle(
    {
        (State.RUNNING, Move.EXTEND): State.RUNNING,
        (State.RUNNING, Move.END_EARLY): State.RUNNING,
        (State.RUNNING, Move.CHANGE): State.RUNNING,
        (State.RUNNING, Move.CONFIRM): State.RUNNING,
        (State.RUNNING, Move.LEAVE): State.LEFT,
        (State.RUNNING, Move.CANCEL): State.CANCELLED,
    }
)
