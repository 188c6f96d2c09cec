"""The child that works on untrusted files: quick when warm, replaced when broken, never a burden to the server."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Iterator

import pytest

from tests.evidence import hostile, specimens
from tracker.evidence import bounded
from tracker.evidence.archive import Unreadable
from tracker.evidence.media import Media


@pytest.fixture(autouse=True)
def _children_end() -> Iterator[None]:
    yield
    bounded.shut_down()


def test_each_piece_of_work_answers_its_own_kind_of_value() -> None:
    data = hostile.good_pdf()

    assert bounded.run("sniff", data) is Media.PDF
    assert bounded.run("read", data, name="发票.pdf").invoice_number
    assert bounded.run("page_pictures", data, media="pdf", most=1)[0].png.startswith(b"\x89PNG")
    assert len(bounded.run("likeness", data)) == 64
    assert bounded.run("unpack", specimens.zipped({"a.pdf": data})) == [("a.pdf", data)]


def test_work_that_does_not_exist_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="no such work"):
        bounded.run("system", b"")


def test_too_little_time_is_said_in_a_sentence_and_the_next_file_is_read() -> None:
    with pytest.raises(Unreadable, match="超时"):
        bounded.run("page_pictures", hostile.FILES["OFD 海量路径"](), seconds=0.05)

    assert bounded.run("sniff", hostile.good_pdf()) is Media.PDF


def test_too_little_memory_is_said_in_a_sentence() -> None:
    with pytest.raises(Unreadable, match=r"内存|无法处理"):
        bounded.run("page_pictures", hostile.picture("PNG", (6000, 6000)), memory_mb=40)


def test_a_child_that_was_killed_is_replaced() -> None:
    bounded.warm_up()
    bounded._idle[0].process.kill()
    bounded._idle[0].process.wait(5)

    assert bounded.run("sniff", hostile.good_pdf()) is Media.PDF


def test_a_child_that_dies_at_work_gives_a_sentence() -> None:
    data = hostile.FILES["OFD 海量路径"]()
    bounded.warm_up()
    killer = threading.Timer(0.3, bounded._idle[0].process.kill)
    killer.start()
    try:
        with pytest.raises(Unreadable):
            bounded.run("page_pictures", data)
    finally:
        killer.cancel()


def test_an_answer_that_names_anything_else_is_not_built() -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return (print, ("taken over",))

    with pytest.raises(pickle.UnpicklingError):
        bounded._Answers(__import__("io").BytesIO(pickle.dumps(("done", Evil())))).load()


def test_several_threads_are_served_at_once() -> None:
    data, found = hostile.good_ofd(), []

    def ask() -> None:
        found.append(bounded.run("read", data).invoice_number)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(found) == 3
    assert len(set(found)) == 1
    assert len(bounded._idle) <= bounded.MAX_IDLE
