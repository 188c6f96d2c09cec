"""Standards: found figures bind, unverified ones only warn; limits follow the heads; desktops may stand for laptops."""

from __future__ import annotations

from datetime import date

import pytest

from tests.equipment.things import a_card
from tracker.equipment import standards
from tracker.equipment.kinds import ItemKind as K
from tracker.equipment.standards import Staffing
from tracker.kernel.errors import Refused


@pytest.mark.parametrize(
    ("kind", "price_fen", "life", "blocks"),
    [
        (K.DESKTOP, 500_000, 6, []),
        (K.DESKTOP, 500_001, 6, [True]),
        (K.DESKTOP, 500_000, 5, [True]),
        (K.LAPTOP, 700_000, 6, []),
        (K.LAPTOP, 700_001, 5, [True, True]),
        (K.SCANNER, 400_001, 6, [False]),
        (K.SCANNER, 400_000, 5, [False]),
        (K.PRINTER_A3, 760_001, 6, [False]),
        (K.PRINTER_A3, 760_000, 5, [True]),
        (K.CHAIR, 150_001, 15, [True]),
        (K.CHAIR, 60_001, 14, [False, False]),
        (K.OTHER, 99_999_999, 1, []),
    ],
)
def test_one_fen_over_a_found_cap_binds_and_an_unverified_figure_warns(
    kind: K, price_fen: int, life: int, blocks: list[bool]
) -> None:
    card = a_card(kind=kind, price_fen=price_fen, life_years=life)
    assert [finding.blocks for finding in standards.judge(card)] == blocks


def test_the_cap_is_for_one_piece() -> None:
    assert list(standards.judge(a_card(kind=K.DESKTOP, price_fen=4_000_000, pieces=8))) == []
    assert [one.blocks for one in standards.judge(a_card(kind=K.DESKTOP, price_fen=4_000_001, pieces=8))] == [True]


def test_a_cap_for_each_seat_of_a_table_only_warns() -> None:
    table = a_card(name="会议桌", kind=K.MEETING_TABLE, price_fen=520_000, life_years=20)
    [finding] = standards.judge(table)
    assert not finding.blocks
    assert "按容纳人数每人 800.00 元" in finding.sentence


def test_a_standard_says_nothing_of_what_was_bought_before_it() -> None:
    old = a_card(kind=K.DESKTOP, price_fen=900_000, bought_on=date(2016, 6, 30))
    assert list(standards.judge(old)) == []
    assert list(standards.judge(a_card(kind=K.DESKTOP, price_fen=900_000, bought_on=date(2016, 7, 1)))) != []


def test_an_approval_lets_a_card_over_the_standard_through() -> None:
    card = a_card(kind=K.DESKTOP, price_fen=900_000)
    with pytest.raises(Refused, match="超标准审批文号"):
        standards.require_within(card)
    standards.require_within(a_card(kind=K.DESKTOP, price_fen=900_000, exception="云财资〔2026〕5号"))


def _gap(gaps: list[standards.Gap], *kinds: K) -> standards.Gap:
    return next(gap for gap in gaps if gap.kinds == kinds)


def test_limits_follow_the_heads_and_are_rounded_down() -> None:
    sets = standards.adopted(date(2026, 3, 9))
    gaps = standards.gaps(Staffing(division=1, staff=7), {K.DESKTOP: 6, K.LAPTOP: 5, K.DESK: 8}, sets)
    assert (_gap(gaps, K.DESKTOP).missing, _gap(gaps, K.DESKTOP).surplus) == (2, 0)
    assert _gap(gaps, K.LAPTOP).surplus == 1
    assert _gap(gaps, K.COPIER).allowed == 1
    assert _gap(gaps, K.SCANNER).allowed == 0
    assert not _gap(gaps, K.SCANNER).is_found
    assert _gap(gaps, K.DESK).missing == 0


def test_rank_decides_what_furniture_a_head_may_have() -> None:
    sets = standards.adopted(date(2026, 3, 9))
    assert _gap(standards.gaps(Staffing(bureau=1, staff=3), {}, sets), K.BOOKCASE).allowed == 5


@pytest.mark.parametrize(
    ("desktops", "laptops", "offset", "surplus", "laptops_allowed"),
    [(10, 0, 0, 0, 5), (12, 2, 2, 0, 3), (12, 4, 1, 1, 4), (12, 5, 0, 2, 5), (17, 0, 5, 2, 0)],
)
def test_extra_desktops_of_seconded_staff_stand_for_laptops_only_where_the_standard_says_so(
    desktops: int, laptops: int, offset: int, surplus: int, laptops_allowed: int
) -> None:
    held = {K.DESKTOP: desktops, K.LAPTOP: laptops}
    local = standards.gaps(Staffing(staff=10), held, [standards.all_sets()["nanchong-2020"]])
    assert (_gap(local, K.DESKTOP).offset, _gap(local, K.DESKTOP).surplus) == (offset, surplus)
    assert _gap(local, K.LAPTOP).allowed == laptops_allowed
    central = standards.gaps(Staffing(staff=10), held, [standards.all_sets()["central-2016"]])
    assert _gap(central, K.DESKTOP).surplus == desktops - 10


def test_the_same_code_means_other_things_in_other_editions() -> None:
    names = {row.edition: row.name for row in standards.class_codes() if row.code == "A02010105"}
    assert sorted(names.values()) == ["便携式计算机", "台式计算机"]


def test_every_figure_names_its_source() -> None:
    for chosen in standards.all_sets().values():
        assert chosen.figures
        assert all(figure.source and figure.status for figure in chosen.figures)
