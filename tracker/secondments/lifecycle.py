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
    WAIVE = "waive"
    SETTLE = "settle"
    CORRECT = "correct"
    COMPLETE = "complete"
    LEAVE = "leave"
    CANCEL = "cancel"


LIFE: Lifecycle[State, Move] = Lifecycle(
    {
        (State.RUNNING, Move.EXTEND): State.RUNNING,
        (State.RUNNING, Move.END_EARLY): State.RUNNING,
        (State.RUNNING, Move.CHANGE): State.RUNNING,
        (State.RUNNING, Move.CONFIRM): State.RUNNING,
        (State.LEFT, Move.CONFIRM): State.LEFT,
        (State.RUNNING, Move.WAIVE): State.RUNNING,
        (State.LEFT, Move.WAIVE): State.LEFT,
        (State.RUNNING, Move.SETTLE): State.RUNNING,
        (State.LEFT, Move.SETTLE): State.LEFT,
        (State.RUNNING, Move.CORRECT): State.RUNNING,
        (State.RUNNING, Move.COMPLETE): State.RUNNING,
        (State.LEFT, Move.COMPLETE): State.LEFT,
        (State.RUNNING, Move.LEAVE): State.LEFT,
        (State.RUNNING, Move.CANCEL): State.CANCELLED,
    },
    refused="这次抽调的状态已变化，这一步现在不能做；请刷新页面查看最新状态",
)
"""A half-year left open is confirmed, and a missing scan is added, after the person has left as well."""
