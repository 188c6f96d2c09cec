"""Charts say their finding, hold at zero, one and too much, and never carry data as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import pytest
from defusedxml import ElementTree
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from tracker.web.charts import bar, gauge, monthly, sankey, spark
from tracker.web.icons import ICONS, icon

ATTACK = "<script>alert('x')</script>\"' onload=x &"


@pytest.fixture(autouse=True)
def request_at_hand(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def rects(drawing: Markup) -> list[tuple[float, float, str]]:
    return [
        (float(e.get("x", "0")), float(e.get("width", "0")), e.get("fill", ""))
        for e in ElementTree.fromstring(drawing).iter("rect")
        if e.get("fill") != "#fff"
    ]


def label(drawing: Markup) -> str:
    return ElementTree.fromstring(drawing).get("aria-label") or ""


def test_a_bar_lays_spent_held_and_this_end_to_end() -> None:
    drawing = bar(60_000_000, 15_840_660, 3_824_600, 343_500)

    assert rects(drawing) == [(0, 264, "#1f59a8"), (264, 63.7, "#5587c9"), (327.8, 5.7, "#6a48b0")]
    assert label(drawing) == "已支出 158,406.60 元，在途 38,246.00 元，本单 3,435.00 元，可用 399,912.40 元"


def test_one_fen_over_turns_this_document_red_and_is_said() -> None:
    within, over = bar(1000, 400, 300, 300), bar(1000, 400, 300, 301)

    assert rects(within)[-1][2] == "#6a48b0"
    assert rects(over)[-1][2] == "#c0342b"
    assert "超出 0.01 元" in label(over)


def test_a_bar_over_its_budget_still_shows_this_document() -> None:
    x, width, colour = rects(bar(1000, 1500, 0, 10))[-1]

    assert colour == "#c0342b"
    assert width > 0
    assert x + width <= 1000


@given(st.integers(-5, 10**11), *(st.integers(0, 10**11) for _ in range(3)))
@settings(max_examples=60, deadline=None)
def test_no_bar_leaves_its_track(total: int, spent: int, held: int, this: int) -> None:
    for x, width, _ in rects(bar(total, spent, held, this, elapsed=Decimal("0.5"), label="x")):
        assert x >= 0
        assert width >= 0
        assert x + width <= 1000.05


@pytest.mark.parametrize("elapsed", [Decimal(-1), Decimal(0), Decimal(1), Decimal(7)])
def test_the_tick_stays_on_the_track(elapsed: Decimal) -> None:
    x, width, _ = rects(bar(100, 0, label="x", elapsed=elapsed))[-1]

    assert 0 <= x <= 1000 - width


@pytest.mark.parametrize(
    ("rate", "elapsed"), [(0, 0), (1, 1), (Decimal("3.5"), 2), (Decimal("-0.1"), 0), (0.187, 0.186)]
)
def test_a_gauge_holds_at_both_ends(rate: Decimal, elapsed: Decimal) -> None:
    drawing = gauge(rate, elapsed)

    assert "nan" not in drawing.lower()
    assert label(drawing).startswith("执行率 ")


def test_a_gauge_past_the_budget_is_red() -> None:
    assert "#c0342b" in gauge(Decimal("1.001"), 1)
    assert "#c0342b" not in gauge(1, 1)


@pytest.mark.parametrize(
    ("spent", "budget", "day", "days"),
    [
        ([], 0, 0, 365),
        ([0], 0, 1, 365),
        ([5], 0, 40, 365),
        ([10**9] * 12, 10**6, 366, 366),
        ([1] * 40, 10**8, 900, 365),
        ([-5, 7], 100, 32, 365),
    ],
)
def test_months_hold_without_a_budget_and_over_it(spent: list[int], budget: int, day: int, days: int) -> None:
    tree = ElementTree.fromstring(monthly(spent, budget, day, days=days))

    for circle in tree.iter("circle"):
        assert 0 <= float(circle.get("cx", "-1")) <= 560
        assert 0 <= float(circle.get("cy", "-1")) <= 236


def test_months_say_the_pace() -> None:
    said = label(monthly([19_000_000, 24_000_000, 13_178_010], 300_000_000, 68))

    assert said == "累计支出 56.2 万元，均衡进度 55.9 万元，年度预算 300.0 万元"


def test_a_flow_without_spending_says_so() -> None:
    drawing = sankey("专项经费", {("新能源", "差旅费"): 0, ("新能源", "接待"): -5})

    assert label(drawing) == "专项经费还没有支出"


def test_a_flow_names_the_largest_category() -> None:
    said = label(
        sankey("专项经费", {("甲", "差旅费"): 3_000_000, ("乙", "差旅费"): 1_000_000, ("乙", "接待"): 1_000_000})
    )

    assert said == "专项经费共支出 5.0 万元，差旅费最多，占 80.0%"


@given(
    st.dictionaries(
        st.tuples(st.sampled_from("甲乙丙丁戊己庚辛"), st.sampled_from("一二三四五六七八九十")),
        st.integers(0, 10**10),
        max_size=40,
    )
)
@settings(max_examples=40, deadline=None)
def test_every_flow_stays_in_its_picture_and_no_two_names_overlap(flows: dict[tuple[str, str], int]) -> None:
    tree = ElementTree.fromstring(sankey("经费", flows, label="x"))
    height = float(tree.get("height", "0"))
    columns: dict[str, list[float]] = {}
    for box in tree.iter("rect"):
        assert float(box.get("y", "-1")) >= 0
        assert float(box.get("y", "0")) + float(box.get("height", "0")) <= height + 1
    for text in tree.iter("text"):
        columns.setdefault(text.get("x", ""), []).append(float(text.get("y", "0")))
    for ys in columns.values():
        assert all(0 < y <= height for y in ys)
        assert all(b - a >= 12 for a, b in zip(sorted(ys), sorted(ys)[1:], strict=False))


@pytest.mark.parametrize("values", [[], [5], [5, 5, 5], [0, 10**12], [-3, 3]])
def test_a_spark_holds_with_no_one_and_equal_values(values: list[int]) -> None:
    points = re.search(r'points="([^"]*)"', spark(values))

    assert points is not None
    for point in points[1].split():
        x, y = map(float, point.split(","))
        assert 0 <= x <= 60
        assert 0 <= y <= 20


def test_names_from_data_never_become_markup() -> None:
    drawings = [
        bar(100, 50, label=ATTACK),
        gauge(0.5, 0.5, label=ATTACK),
        monthly([1], 100, 30, label=ATTACK),
        sankey(ATTACK, {(ATTACK, ATTACK): 100}),
        sankey(ATTACK, {}),
        spark([1, 2], label=ATTACK),
    ]

    for drawing in drawings:
        tree = ElementTree.fromstring(drawing)
        assert not list(tree.iter("script"))
        assert all(not name.startswith("on") for element in tree.iter() for name in element.attrib)


def test_charts_are_painted_by_attributes_alone() -> None:
    for drawing in (gauge(0.5, 0.5), monthly([1, 2], 100, 60), sankey("a", {("b", "c"): 5}), bar(9, 3), spark([1])):
        assert "style=" not in drawing
        assert 'role="img"' in drawing
        for element in ElementTree.fromstring(drawing).iter():
            if element.tag in {"rect", "path", "line", "polyline", "circle", "text"}:
                assert "class" not in element.attrib
                assert "fill" in element.attrib or "stroke" in element.attrib


@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_is_hidden_from_screen_readers(name: str) -> None:
    tree = ElementTree.fromstring(icon(name))

    assert tree.get("aria-hidden") == "true"
    assert re.fullmatch(r"[MmLlHhVvCcSsQqTtAaZz0-9 .\-]+", tree[0].get("d", ""))


def test_a_misspelt_icon_is_found_at_once() -> None:
    with pytest.raises(KeyError):
        icon("nowhere")
