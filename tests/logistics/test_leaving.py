"""Nobody leaves his team with a thing in hand: the list names it until it is returned."""

from __future__ import annotations

import pytest

from tests.equipment.things import a_thing, handed, order, to_member
from tests.office import TODAY, Office
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.operations import confirm_receipt, keep_signed
from tracker.evidence.operations import StoredFile
from tracker.logistics.leaving import things_held
from tracker.storage.files import current_files


def test_a_thing_in_hand_is_named_until_it_comes_back(small_office: Office) -> None:
    number = a_thing(small_office)
    handed(small_office, Handing.ISSUE, number, to=to_member(small_office))
    member = small_office.people["member"]

    with small_office.database.reading() as session:
        [matter] = things_held(session, member, small_office.team_id, TODAY)
    assert number in matter.name
    assert matter.href == f"/equipment/{number}"

    handed(small_office, Handing.RETURN, number, to=Destination())
    with small_office.database.reading() as session:
        assert things_held(session, member, small_office.team_id, TODAY) == []


def open_things(office: Office) -> list[str]:
    with office.database.reading() as session:
        return [str(matter.name) for matter in things_held(session, office.people["member"], office.team_id, TODAY)]


def brought_back_by_himself(office: Office) -> tuple[str, str]:
    number = a_thing(office)
    handed(office, Handing.ISSUE, number, to=to_member(office))
    paper = handed(office, Handing.RETURN, number, to=Destination(), by="member")
    return number, paper.number


def test_what_he_brought_back_himself_stays_on_the_list_until_the_keeper_has_it(small_office: Office) -> None:
    number, paper = brought_back_by_himself(small_office)
    assert [number in name and "等产权单位经办确认收到" in name for name in open_things(small_office)] == [True]
    with small_office.database.writing() as session:
        confirm_receipt(session, paper, order(small_office.actor("reviewer")))
    assert open_things(small_office) == []


@pytest.mark.parametrize(("files_it", "is_open"), [("member", True), ("reviewer", False)])
def test_a_signed_paper_settles_it_when_the_keeper_files_it(small_office: Office, files_it: str, is_open: bool) -> None:
    _number, paper = brought_back_by_himself(small_office)
    with small_office.database.writing() as session:
        data = b"%PDF-1.4 signed"
        scan = StoredFile(current_files().put(data), len(data), "pdf", "签字件.pdf")
        keep_signed(session, paper, scan, order(small_office.actor(files_it)))
    assert bool(open_things(small_office)) is is_open


def test_a_thing_the_keeper_handed_on_is_received(small_office: Office) -> None:
    number, _paper = brought_back_by_himself(small_office)
    handed(small_office, Handing.ISSUE, number, to=Destination(person_id=small_office.people["agent"]))
    assert open_things(small_office) == []
