"""Text as people type it is kept in one spelling, without characters that deceive the eye."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracker.kernel.text import block, one_line


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  赴深圳\t对接\n项目 ", "赴深圳 对接 项目"),
        ("abc\u202edef\u2066x", "abcdefx"),
        ("a\x00b\x1bc", "abc"),
        ("e\u0301", "é"),
        ("\ud800坏", "坏"),
    ],
)
def test_one_line_keeps_what_can_be_seen(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


def test_a_block_keeps_its_line_breaks() -> None:
    assert block("张三 总经理\r\n李四 副总\r") == "张三 总经理\n李四 副总"


@given(st.text())
def test_kept_text_can_be_stored_and_printed(typed: str) -> None:
    kept = block(typed)
    kept.encode()
    assert "\x00" not in kept
    assert block(kept) == kept
