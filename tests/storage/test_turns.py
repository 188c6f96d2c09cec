"""Who waits longest is next, whoever has just had his turn; and nobody waits for one who has left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from types import SimpleNamespace

import pytest

from tests.office import Office
from tracker.storage.turns import Turns


def until(holds: Callable[[], bool]) -> None:
    for _look in range(500):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("it never came to it")


def test_turns_are_given_in_the_order_they_were_asked_for() -> None:
    turns, order = Turns(), list[str]()

    def take(name: str) -> None:
        with turns.turn():
            order.append(name)

    waiting = [threading.Thread(target=take, args=(str(number),)) for number in range(8)]
    with turns.turn():
        for number, thread in enumerate(waiting, 1):
            thread.start()
            until(lambda number=number: len(turns._waiting) == number)  # type: ignore[misc]
    take("first again")
    for thread in waiting:
        thread.join()
    assert order == [*(str(number) for number in range(8)), "first again"]


def test_one_at_a_time_and_each_has_his_turn() -> None:
    turns, inside, done = Turns(), list[int](), list[int]()

    def work(number: int) -> None:
        for _time in range(50):
            with turns.turn():
                inside.append(number)
                assert len(inside) == 1
                inside.pop()
        done.append(number)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(done) == list(range(16))


def test_a_turn_ends_with_an_error_too() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.turn():
        _ = 1 / 0
    with turns.turn():
        pass


@pytest.mark.parametrize("was_called", [False, True])
def test_who_is_interrupted_while_he_waits_is_passed_over(monkeypatch: pytest.MonkeyPatch, was_called: bool) -> None:
    turns, had = Turns(), list[str]()
    real = threading.Event

    class Interrupted(real):  # type: ignore[misc, valid-type]
        def wait(self, timeout: float | None = None) -> bool:
            if was_called:
                super().wait(timeout)
            raise KeyboardInterrupt

    def give_up() -> None:
        with pytest.raises(KeyboardInterrupt), turns.turn():
            had.append("the interrupted")

    def take() -> None:
        with turns.turn():
            had.append("the next")

    with turns.turn():
        monkeypatch.setattr("tracker.storage.turns.threading", SimpleNamespace(Event=Interrupted))
        gone = real_thread(give_up)
        until(lambda: len(turns._waiting) == 1 if was_called else not gone.is_alive())
        monkeypatch.setattr("tracker.storage.turns.threading", threading)
        last = real_thread(take)
        until(lambda: len(turns._waiting) == (2 if was_called else 1))
    gone.join(5)
    last.join(5)
    assert had == ["the next"]
    with turns.turn():
        pass


def real_thread(target: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=target)
    thread.start()
    return thread


def test_the_writers_of_a_process_queue_for_the_database(small_office: Office) -> None:
    """The file's lock alone was taken again by whoever had just let go of it: 32 writers had very unequal shares."""
    database, wrote = small_office.database, list[int]()

    def write(number: int) -> None:
        with database.writing():
            wrote.append(number)

    with database.locked():
        writers = []
        for number in range(5):
            writers.append(real_thread(partial(write, number)))
            until(lambda: len(database._turns._waiting) == len(writers))
    for writer in writers:
        writer.join(20)
    assert wrote == [0, 1, 2, 3, 4]
