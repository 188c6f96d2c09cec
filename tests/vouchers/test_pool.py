"""Drawing in children: the same paper, and one that asks for too much harms nobody else."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator

import pytest

from tests.vouchers.papers import a_voucher
from tests.vouchers.reading import words
from tracker.kernel.errors import Busy, Refused
from tracker.vouchers import fonts
from tracker.vouchers.content import to_json
from tracker.vouchers.drawing import draw
from tracker.vouchers.pool import Bounds, Crashed, Pool, TooMuch, draw_bounded, draw_set


@pytest.fixture
def pool() -> Iterator[Pool]:
    one = Pool(size=1, bounds=Bounds(seconds=30))
    yield one
    one.close()


def test_a_child_draws_the_same_bytes() -> None:
    content = a_voucher(3)
    assert draw_bounded(to_json(content), copy_number=2) == draw(content, copy_number=2)


def test_a_refusal_comes_back_as_itself() -> None:
    with pytest.raises(fonts.MissingGlyph) as refusal:
        draw_bounded(to_json(a_voucher(1, purpose="ש")))
    assert refusal.value.characters == ("ש",)
    assert "「ש」" in refusal.value.sentence


def test_what_takes_too_long_is_ended_and_the_next_is_served(pool: Pool) -> None:
    with pytest.raises(TooMuch):
        pool.run(time.sleep, 60, bounds=Bounds(seconds=1))
    assert pool.run(abs, -1) == 1


def test_what_takes_too_much_memory_is_ended_and_the_next_is_served(pool: Pool) -> None:
    with pytest.raises(TooMuch):
        pool.run(bytes, 3_000_000_000)
    assert pool.run(abs, -1) == 1


def test_a_child_that_dies_is_told_and_replaced(pool: Pool) -> None:
    with pytest.raises(Crashed):
        pool.run(os._exit, 3)
    assert pool.run(abs, -1) == 1


def test_a_child_killed_while_idle_is_replaced_unseen(pool: Pool) -> None:
    child = pool.run(os.getpid)
    os.kill(child, signal.SIGKILL)
    time.sleep(0.2)
    assert pool.run(os.getpid) != child


def test_an_idle_child_goes_away_and_comes_back() -> None:
    pool = Pool(size=1, idle_seconds=0.2)
    child = pool.run(os.getpid)
    time.sleep(1.0)
    assert pool.run(os.getpid) != child
    pool.close()


def test_who_waits_too_long_is_told_to_come_back() -> None:
    pool = Pool(size=0)
    with pytest.raises(Busy):
        pool.run(abs, -1, bounds=Bounds(seconds=0.1))


def test_a_set_is_drawn_in_order_and_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    contents = [a_voucher(2, number=f"ZSBX-2026-{n:06d}") for n in range(1, 13)]
    pages = words(draw_set(contents, lambda done, of: told.append((done, of)), copy_numbers=list(range(1, 13))))
    assert [page.partition("单据编号：")[2][:16] for page in pages] == [one.number for one in contents]
    assert told[-1] == (12, 12)
    assert len(told) == 2
    assert "第12次打印" in pages[11]


def test_a_set_has_one_to_a_hundred_vouchers() -> None:
    with pytest.raises(Refused):
        draw_set([])
    with pytest.raises(Refused):
        draw_set([a_voucher(1)] * 101)
