"""Looking for things: a word finds by card and by holder, its hits are counted exactly while they can be counted."""

from __future__ import annotations

import pytest

from tests.equipment.things import a_thing, handed, some_things, to_member
from tests.office import Office
from tracker.equipment.lifecycle import Handing, ItemState
from tracker.equipment.queries import finding
from tracker.equipment.queries.finding import Found, Tallies, Wanted


def _listing(office: Office, wanted: Wanted, *, name: str = "reviewer", **edge: int) -> tuple[Found, Tallies]:
    with office.database.reading() as session:
        return finding.listing(session, wanted, seen_by=office.actor(name), **edge)


def _numbers(found: Found) -> list[str]:
    return [item.number for item in found.items]


def test_a_word_finds_cards_and_holders_and_counts_each_state_whatever_state_is_shown(office: Office) -> None:
    desk = a_thing(office, name="陈立专用桌", serial="S1")
    held = a_thing(office, serial="S2")
    gone = a_thing(office, name="陈立旧桌", serial="S3")
    a_thing(office, serial="S4")
    handed(office, Handing.ISSUE, held, to=to_member(office))
    handed(office, Handing.DISPOSE, gone, by="head", paper="云国资〔2026〕1号")
    for shown, numbers in ((None, [held, desk]), (ItemState.IDLE, [desk]), (ItemState.DISPOSED, [gone])):
        found, tallies = _listing(office, Wanted(text="陈立", state=shown))
        assert _numbers(found) == numbers
        assert {state: tally.count for state, tally in tallies.by_state.items()} == {
            ItemState.IDLE: 1,
            ItemState.IN_USE: 1,
            ItemState.DISPOSED: 1,
        }
        assert tallies.total.fen == 2 * 628_000


def test_two_words_must_both_be_there_and_a_word_nobody_wrote_finds_nothing(office: Office) -> None:
    wanted = a_thing(office, model="甲型", serial="S1")
    a_thing(office, model="乙型", serial="S2")
    assert _numbers(_listing(office, Wanted(text="笔记本 甲型"))[0]) == [wanted]
    found, tallies = _listing(office, Wanted(text="没有这个"))
    assert (_numbers(found), tallies) == ([], Tallies())


@pytest.mark.parametrize("most", [1000, 5])
def test_the_hits_of_a_word_are_paged_without_gap_or_double_whether_they_can_be_counted_or_not(
    office: Office, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(finding, "PAGE", 3)
    monkeypatch.setattr(finding, "MOST_COUNTED", most)
    numbers = some_things(office, 8)[::-1]
    wanted = Wanted(text="笔记本")
    first, tallies = _listing(office, wanted)
    assert (tallies.is_whole, tallies.total.count) == ((True, 8) if most > 8 else (False, 0))
    second, _tallies = _listing(office, wanted, after=first.items[-1].id)
    third, _tallies = _listing(office, wanted, after=second.items[-1].id)
    assert [*map(_numbers, (first, second, third))] == [numbers[:3], numbers[3:6], numbers[6:]]
    assert [(page.has_newer, page.has_older) for page in (first, second, third)] == [
        (False, True),
        (True, True),
        (True, False),
    ]
    back, _tallies = _listing(office, wanted, before=third.items[0].id)
    assert (_numbers(back), back.has_newer, back.has_older) == (numbers[3:6], True, True)


def test_a_word_finds_only_what_the_reader_may_see(office: Office) -> None:
    mine = a_thing(office, serial="S1")
    a_thing(office, serial="S2")
    handed(office, Handing.ISSUE, mine, to=to_member(office))
    assert _numbers(_listing(office, Wanted(text="笔记本"), name="member")[0]) == [mine]
    assert _numbers(_listing(office, Wanted(text="笔记本"), name="other_reviewer")[0]) == []
    assert len(_numbers(_listing(office, Wanted(text="笔记本"), name="auditor")[0])) == 2
