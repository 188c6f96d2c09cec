"""A lock given in the order it was asked for: whoever has just let go of it queues behind those who wait."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """The queue of one process's threads at one lock. Not re-entrant."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until it is this thread's turn, and hand it on in the end."""
        with self._guard:
            called = threading.Event()
            if self._is_taken:
                self._waiting.append(called)
            else:
                self._is_taken = True
                called.set()
        try:
            called.wait()
        except BaseException:  # interrupted while waiting: nobody may be left waiting for this thread
            self._leave(called)
            raise
        try:
            yield
        finally:
            self._hand_on()

    def _hand_on(self) -> None:
        with self._guard:
            if self._waiting:
                self._waiting.popleft().set()
            else:
                self._is_taken = False

    def _leave(self, called: threading.Event) -> None:
        with self._guard:
            was_waiting = called in self._waiting
            if was_waiting:
                self._waiting.remove(called)
        if not was_waiting:
            self._hand_on()
