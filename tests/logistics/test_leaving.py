"""Nobody leaves his team with a thing in hand: the list names it until it is returned."""

from __future__ import annotations

from tests.equipment.things import a_thing, handed, to_member
from tests.office import Office
from tracker.equipment.lifecycle import Destination, Handing
from tracker.logistics.leaving import things_held


def test_a_thing_in_hand_is_named_until_it_comes_back(small_office: Office) -> None:
    number = a_thing(small_office)
    handed(small_office, Handing.ISSUE, number, to=to_member(small_office))
    member = small_office.people["member"]

    with small_office.database.reading() as session:
        [matter] = things_held(session, member, small_office.team_id)
    assert number in matter.name
    assert matter.href == f"/equipment/{number}"

    handed(small_office, Handing.RETURN, number, to=Destination())
    with small_office.database.reading() as session:
        assert things_held(session, member, small_office.team_id) == []
