"""A life is a table: from a state, a move leads to a state; what is not written is refused."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, TypeVar

from tracker.kernel.errors import Refused


class NotOpen(Refused):
    """The thing is not in a state from which this move leads anywhere."""

    status = 409


_REFUSED = "单据状态已变化，这一步现在不能做；请刷新页面查看最新状态"

S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


class Lifecycle(Generic[S, M]):
    """The one table of a noun's states and moves."""

    def __init__(self, table: Mapping[tuple[S, M], S], *, refused: str = "") -> None:
        """Take the table, and the sentence that refuses what is not in it if the noun is no 单据."""
        self.table = dict(table)
        self._refused = refused or _REFUSED

    def after(self, state: S, move: M) -> S:
        """Return the state the move leads to. Raises NotOpen when the table has no such row."""
        try:
            return self.table[state, move]
        except KeyError:
            raise NotOpen(self._refused, state=state, move=move) from None

    def opens(self, state: S, move: M) -> bool:
        """Tell whether the move is in the table for this state."""
        return (state, move) in self.table
