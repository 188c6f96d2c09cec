"""Stock-takes: counted by others than the keeper, repeated scans harmless, every difference explained before."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.equipment.things import a_room, a_thing, nothing_amiss, order, some_things, the_thing
from tests.office import NOON, Office
from tracker.audit.models import AuditEntry
from tracker.equipment.models import Stocktake, StocktakeLine
from tracker.equipment.models.counts import Outcome
from tracker.equipment.operations import (
    close_stocktake,
    count_item,
    drop_tag,
    explain,
    explain_tag,
    note_tag,
    open_stocktake,
)
from tracker.equipment.operations.counting import StocktakeFacts
from tracker.equipment.queries import counts
from tracker.kernel.errors import Forbidden, NotFound, Refused, Stale
from tracker.kernel.lifecycle import NotOpen


def _open(office: Office, *counters: str, by: str = "reviewer") -> int:
    people = [office.people[name] for name in counters]
    facts = StocktakeFacts("一季度盘点", office.lead_unit_id, date(2026, 3, 31), people)
    with office.database.writing() as session:
        return open_stocktake(session, facts, order(office.actor(by))).id


def _count(
    office: Office, count: int, number: str, *, by: str = "member", room: int | None = None, days: int = 0
) -> None:
    with office.database.writing() as session:
        count_item(session, count, number, order(office.actor(by), at=NOON + timedelta(days=days)), room_id=room)


def _line(office: Office, number: str) -> StocktakeLine:
    with office.database.reading() as session:
        item = the_thing(office, number)
        return session.scalars(select(StocktakeLine).where(StocktakeLine.item_id == item.id)).one()


def _seen(office: Office, count: int) -> int:
    """The version of the session's page as it is now."""
    with office.database.reading() as session:
        return session.get_one(Stocktake, count).version


def _explain(office: Office, count: int, number: str, words: str, *, by: str = "reviewer") -> None:
    line = _line(office, number).id
    with office.database.writing() as session:
        explain(session, count, line, words, order(office.actor(by)))


def _sign(office: Office, count: int, *, by: str = "head", version: int | None = None) -> None:
    seen = _seen(office, count) if version is None else version
    with office.database.writing() as session:
        close_stocktake(session, count, "同意", order(office.actor(by)), version=seen)


def test_the_keeper_is_never_the_counter(small_office: Office) -> None:
    number = a_thing(small_office)
    with pytest.raises(Refused, match="周敏保管这些设备，不能又是盘点人"):
        _open(small_office, "reviewer")
    count = _open(small_office, "member")
    for keeper in ("reviewer", "second_reviewer"):
        with pytest.raises(Forbidden):
            _count(small_office, count, number, by=keeper)
    with pytest.raises(NotFound):
        _count(small_office, count, number, by="outsider")


def test_a_repeated_scan_changes_nothing_and_a_scan_elsewhere_says_where(office: Office) -> None:
    room, other = a_room(office), a_room(office, "510")
    number = a_thing(office, room_id=room)
    count = _open(office, "member", "colleague")
    _count(office, count, number)
    first = _line(office, number)
    _count(office, count, number, by="colleague", days=1)
    again = _line(office, number)
    assert (again.outcome, again.counted_by, again.counted_at) == (Outcome.FOUND, first.counted_by, first.counted_at)
    _count(office, count, number, by="colleague", room=other)
    moved = _line(office, number)
    assert (moved.outcome, moved.found_room_id) == (Outcome.ELSEWHERE, other)
    _count(office, count, number)
    assert _line(office, number).outcome is Outcome.ELSEWHERE


def test_an_unknown_tag_is_noted_once(small_office: Office) -> None:
    a_thing(small_office)
    count = _open(small_office, "member")
    for _scan in range(2):
        _count(small_office, count, "ZC-2019-0001")
    with small_office.database.reading() as session:
        assert [tag.tag for tag in counts.tags(session, count)] == ["ZC-2019-0001"]


def test_nothing_is_signed_until_every_difference_is_explained(office: Office) -> None:
    found, lost = some_things(office, 2)
    count = _open(office, "member")
    _count(office, count, found)
    with office.database.writing() as session:
        tag = note_tag(session, count, "旧-0031", order(office.actor("member"))).id

    with pytest.raises(Forbidden):
        _sign(office, count, by="reviewer")
    with pytest.raises(Refused, match="还有 2 处差异没有说明"):
        _sign(office, count)
    line = _line(office, lost).id
    with office.database.writing() as session, pytest.raises(Forbidden):
        explain(session, count, line, "不知道", order(office.actor("member")))
    with office.database.writing() as session:
        explain(session, count, line, "已报失，另行处置", order(office.actor("reviewer")))
        explain_tag(session, count, tag, "旧资产，补登记", order(office.actor("reviewer")))
    for _click in range(2):
        _sign(office, count)
    assert _line(office, lost).outcome is Outcome.MISSING
    with pytest.raises(NotOpen, match="已经签字"):
        _count(office, count, lost)
    nothing_amiss(office)


def test_counting_ends_with_the_closing_day(small_office: Office) -> None:
    number = a_thing(small_office)
    count = _open(small_office, "member")
    _count(small_office, count, number, days=22)
    with pytest.raises(NotOpen, match="截止"):
        _count(small_office, count, number, days=23)


def test_a_head_who_counted_does_not_sign(small_office: Office) -> None:
    number = a_thing(small_office)
    count = _open(small_office, "head")
    _count(small_office, count, number, by="head")
    with pytest.raises(Forbidden, match="另一位负责人"):
        _sign(small_office, count)


def test_a_version_nobody_was_shown_is_told_like_any_other(small_office: Office) -> None:
    number = a_thing(small_office)
    count = _open(small_office, "member")
    _count(small_office, count, number)
    for version in (0, 99):
        with small_office.database.writing() as session, pytest.raises(Stale):
            close_stocktake(session, count, "", order(small_office.actor("head")), version=version)


def _open_room(office: Office, room: int, *counters: str) -> int:
    people = [office.people[name] for name in counters]
    facts = StocktakeFacts("单间盘点", office.lead_unit_id, date(2026, 3, 31), people, room_id=room)
    with office.database.writing() as session:
        return open_stocktake(session, facts, order(office.actor("reviewer"))).id


def test_a_thing_of_another_room_found_in_the_counted_one_is_elsewhere_and_not_unknown(office: Office) -> None:
    room, other = a_room(office), a_room(office, "510")
    a_thing(office, room_id=room)
    stray = a_thing(office, room_id=other)
    count = _open_room(office, room, "member")
    for _scan in range(2):
        _count(office, count, stray)
    line = _line(office, stray)
    assert (line.outcome, line.book_room_id, line.found_room_id) == (Outcome.ELSEWHERE, other, room)
    with office.database.reading() as session:
        assert counts.tags(session, count) == []
        assert counts.progress(session, [count])[count].total == 2
    _count(office, count, stray, room=other)
    assert _line(office, stray).outcome is Outcome.FOUND, "its book place after all"
    nothing_amiss(office)


def test_a_thing_found_at_its_place_outside_the_scope_is_noted_as_outside(small_office: Office) -> None:
    room, other = a_room(small_office), a_room(small_office, "510")
    a_thing(small_office, room_id=room)
    apart = a_thing(small_office, room_id=other)
    count = _open_room(small_office, room, "member")
    _count(small_office, count, apart, room=other)
    with small_office.database.reading() as session:
        assert [tag.tag for tag in counts.tags(session, count)] == [apart]


def test_a_tag_noted_by_mistake_is_taken_out_with_its_trace_till_signed(office: Office) -> None:
    number = a_thing(office)
    count = _open(office, "member")
    _count(office, count, number)
    _count(office, count, "ZC-2091-0001")
    with office.database.reading() as session:
        [tag] = counts.tags(session, count)

    def drop(by: str = "member") -> None:
        with office.database.writing() as session:
            drop_tag(session, count, tag.id, order(office.actor(by)))

    with pytest.raises(Forbidden):
        drop("reviewer")
    for _click in range(2):
        drop()
    with office.database.reading() as session:
        assert counts.tags(session, count) == []
        trail = session.scalars(select(AuditEntry).where(AuditEntry.action == "stocktake.drop_tag")).all()
    assert ["ZC-2091-0001" in str(entry.before) for entry in trail] == [True]
    _sign(office, count)
    with pytest.raises(NotOpen, match="已经签字"):
        drop()


def test_who_explains_does_not_sign(small_office: Office) -> None:
    lost = a_thing(small_office)
    count = _open(small_office, "member")
    _explain(small_office, count, lost, "外借未登记", by="head")
    with pytest.raises(Forbidden, match="差异是你说明的"):
        _sign(small_office, count)
    _explain(small_office, count, lost, "外借未登记，已补办借用")
    _sign(small_office, count)


def test_a_head_who_explained_what_was_then_found_signs(office: Office) -> None:
    lost, other = some_things(office, 2)
    count = _open(office, "member")
    _explain(office, count, lost, "外借未登记", by="head")
    _count(office, count, lost)
    _count(office, count, other)
    _sign(office, count)
    nothing_amiss(office)


def test_who_signs_has_seen_what_he_signs_and_is_told_what_changed(office: Office) -> None:
    shelf, other = a_room(office, "501"), a_room(office, "502")
    number = a_thing(office, room_id=shelf)
    count = _open(office, "member")
    _explain(office, count, number, "找不到，拟核销")
    seen = _seen(office, count)
    _count(office, count, number, room=other)
    with pytest.raises(Stale, match=f"又有 1 处变化，最近的是：{number} 改为位置不符。"):
        _sign(office, count, version=seen)
    line = _line(office, number)
    assert (line.explanation, line.explained_by) == ("", None), "what was said of a missing thing is not said of it now"
    with pytest.raises(Refused, match="还有 1 处差异没有说明"):
        _sign(office, count)
    _explain(office, count, number, "搬到 502 使用")
    _sign(office, count)
    nothing_amiss(office)


def test_every_act_between_looking_and_signing_is_told(small_office: Office) -> None:
    number = a_thing(small_office)
    count = _open(small_office, "member")
    seen = _seen(small_office, count)
    with small_office.database.writing() as session:
        tag = note_tag(session, count, "旧-1", order(small_office.actor("member"))).id
    with small_office.database.writing() as session:
        explain_tag(session, count, tag, "旧标签", order(small_office.actor("reviewer")))
    with small_office.database.writing() as session:
        drop_tag(session, count, tag, order(small_office.actor("member")))
    _explain(small_office, count, number, "已报失")
    told = f"又有 4 处变化，最近的是：{number} 有新的说明；旧-1 误记，已撤去；旧-1 有新的说明；旧-1 记为范围外标签。"
    with pytest.raises(Stale, match=told):
        _sign(small_office, count, version=seen)
    _sign(small_office, count)


def test_two_counters_never_wait_for_each_others_page(office: Office) -> None:
    one, two = some_things(office, 2)
    count = _open(office, "member", "colleague")
    _count(office, count, one)
    _count(office, count, two, by="colleague")
    for _scan in range(2):
        _count(office, count, two)
    assert _seen(office, count) == 3, "a repeated scan changes nothing"
    _sign(office, count)
