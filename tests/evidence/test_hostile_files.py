"""Hostile files are refused or contained with a sentence, in a bounded child, and the reader lives on."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Iterator

import pytest

from tests.evidence import hostile, specimens
from tracker.evidence import bounded
from tracker.evidence.archive import Unreadable
from tracker.evidence.media import Media, sniff, unpack

LONGEST_SECONDS = 4.0


@pytest.fixture(scope="module", autouse=True)
def _children_end() -> Iterator[None]:
    yield
    bounded.shut_down()


def a_sentence(text: str) -> bool:
    """Give a sentence for people: Chinese, without traces of the machine."""
    return bool(re.search(r"[\u4e00-\u9fff]{4,}", text)) and not re.search(r"Traceback|Error|Exception|0x|None", text)


def test_there_are_at_least_sixty_kinds_of_hostile_file() -> None:
    assert len(hostile.FILES) >= 60


@pytest.mark.parametrize("name", hostile.FILES)
def test_a_hostile_file_is_refused_or_contained_with_a_sentence(name: str) -> None:
    data = hostile.FILES[name]()
    started = time.monotonic()
    refusals = []
    for work in ("read", "page_pictures"):
        try:
            answer = bounded.run(work, data, seconds=LONGEST_SECONDS, memory_mb=300)
        except Unreadable as refusal:
            refusals.append(refusal.sentence)
        else:
            assert name in hostile.MAY_PASS, f"{work} answered {str(answer)[:200]}"
            assert "root:" not in repr(answer)[:100_000], "a file of the server came through"

    assert all(a_sentence(sentence) for sentence in refusals), refusals
    # The general sentence for crashes is the last resort: what can be named is named.
    assert not any("文件无法处理" in sentence for sentence in refusals), refusals
    assert time.monotonic() - started < 2 * (LONGEST_SECONDS + 3)


def test_an_honest_file_is_read_right_after_a_hostile_one() -> None:
    honest = specimens.specimen("OFD 2019 数据", 3)
    for name in ("PDF 表单自我引用", "XML 二十万层", "PNG 36 亿像素"):
        with contextlib.suppress(Unreadable):
            bounded.run("read", hostile.FILES[name](), seconds=LONGEST_SECONDS)

        assert bounded.run("read", honest.data).invoice_number == honest.expected["invoice_number"]


@pytest.mark.parametrize("name", ["XML 超长字段", "XML 超长金额"])
def test_an_endless_field_gives_no_key_and_no_amount(name: str) -> None:
    reading = bounded.run("read", hostile.FILES[name]())

    assert (reading.invoice_number if "字段" in name else reading.tax_amount_fen) is None


def test_a_pdf_that_is_also_an_ofd_is_a_pdf_and_only_its_pdf_is_read() -> None:
    data = hostile.good_pdf() + hostile.good_ofd()

    assert sniff(data) is Media.PDF
    assert (
        bounded.run("read", data).invoice_number
        == specimens.specimen("PDF 数电票（标签旁值）", 1).expected["invoice_number"]
    )


def a_parcel(**files: bytes) -> bytes:
    return specimens.zipped({name.replace("__", "/"): content for name, content in files.items()})


@pytest.mark.parametrize(
    "parcel",
    [
        pytest.param(lambda: a_parcel(inner=a_parcel(a=b"x")), id="ZIP 套 ZIP"),
        pytest.param(lambda: a_parcel(**{f"f{n}": b"x" for n in range(201)}), id="201 个文件"),
        pytest.param(lambda: specimens.zipped({"../x.pdf": b"%PDF-"}), id="路径穿越"),
        pytest.param(lambda: a_parcel(big=b"\0" * 11_000_000), id="单个 11 MB"),
        pytest.param(lambda: a_parcel(bomb=b"\0" * 9_000_000), id="压缩炸弹"),
        pytest.param(
            lambda: a_parcel(**{f"f{n}": bytes([n]) * 50 + bytes(range(256)) * 36_000 for n in range(12)}),
            id="共 110 MB",
        ),
        pytest.param(a_parcel, id="空包"),
        pytest.param(hostile.lying_directory, id="谎报大小"),
        pytest.param(lambda: a_parcel(doc=hostile.FILES["docx"]()), id="套着文档"),
    ],
)
def test_a_hostile_parcel_is_refused_whole(parcel: Callable[[], bytes]) -> None:
    with pytest.raises(Unreadable) as refused:
        unpack(parcel())

    assert a_sentence(refused.value.sentence)
