"""How far a long command is: one bar on standard error, in parts that may themselves count."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click._termui_impl import ProgressBar

_FINE = 1000
"""Steps of the bar for each part."""


class Parts:
    """A bar over parts of unknown length; within a part ``within(done, total)`` moves it on."""

    def __init__(self, bar: ProgressBar[str | None]) -> None:
        self._bar = bar
        self._parts_done = -1

    def begin(self, name: str) -> None:
        """Finish the part before and begin the next."""
        self._parts_done += 1
        self._move_to(self._parts_done * _FINE, name)

    def within(self, done: int, total: int) -> None:
        """Say how much of the part is done."""
        self._move_to(self._parts_done * _FINE + (_FINE * done // total if total else 0))

    def _move_to(self, place: int, name: str | None = None) -> None:
        self._bar.update(max(0, place - self._bar.pos), name or self._bar.current_item)


@contextmanager
def parts(label: str, count: int) -> Iterator[Parts]:
    """Show a bar over ``count`` parts; where standard error is no screen, only its label."""
    with click.progressbar(
        length=count * _FINE, label=label, file=sys.stderr, item_show_func=lambda name: name, show_eta=count > 1
    ) as bar:
        yield Parts(bar)
        bar.update(max(0, count * _FINE - bar.pos), "")
