"""Every list finds what is typed in letters of either size, on each engine, and takes % and _ as they are."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import update

from tests.architecture.tree import texts
from tests.equipment.things import a_thing, handed, to_member
from tests.office import Office, a_paid
from tests.pages import Browse
from tests.secondments.seconded import recorded, with_home_unit
from tracker.claims.models import Payment
from tracker.equipment.lifecycle import Handing
from tracker.identity.models import Person
from tracker.storage import Database

NAME, MARKED = "Tesla陈立", "Te%s_a陈立"


def _renamed(database: Database, person_id: int, name: str) -> None:
    with database.writing() as session:
        session.execute(update(Person).where(Person.id == person_id).values(name=name))


def _people(office: Office, name: str) -> tuple[str, str]:
    _renamed(office.database, office.people["member"], name)
    return "administrator", "/people?q="


def _payments(office: Office, name: str) -> tuple[str, str]:
    a_paid(office, 100_000)
    _renamed(office.database, office.people["member"], name)
    return "cashier", "/payments?pile=paid&text="


def _trail(office: Office, name: str) -> tuple[str, str]:
    _renamed(office.database, office.people["member"], name)
    a_paid(office, 100_000)
    return "auditor", "/trail?q="


def _actors(office: Office, name: str) -> tuple[str, str]:
    _renamed(office.database, office.people["member"], name)
    a_paid(office, 100_000)
    return "auditor", "/trail?person="


def _secondments(office: Office, name: str) -> tuple[str, str]:
    with_home_unit(office)
    recorded(office)
    _renamed(office.database, office.people["newcomer"], name)
    return "reviewer", "/secondments?q="


def _holders(office: Office, name: str) -> tuple[str, str]:
    handed(office, Handing.ISSUE, a_thing(office), to=to_member(office))
    _renamed(office.database, office.people["member"], name)
    return "reviewer", "/equipment?q="


LISTS = [_people, _payments, _trail, _actors, _secondments, _holders]


@pytest.mark.parametrize("kept", LISTS)
def test_a_list_finds_letters_of_either_size(
    office: Office, browse: Browse, kept: Callable[[Office, str], tuple[str, str]]
) -> None:
    who, address = kept(office, NAME)
    reader = browse(who)
    for typed in ("tesla", "TESLA", "Tesla"):
        assert NAME in _rows(reader.get(address + typed).text), typed
    for typed in ("T%25a", "Tesl_", "_"):
        assert NAME not in _rows(reader.get(address + typed).text), typed


@pytest.mark.parametrize("kept", LISTS)
def test_a_list_finds_the_signs_it_searches_with(
    office: Office, browse: Browse, kept: Callable[[Office, str], tuple[str, str]]
) -> None:
    who, address = kept(office, MARKED)
    assert MARKED in _rows(browse(who).get(address + "te%25S_").text)


def test_a_payment_is_found_by_the_bank_s_reference(office: Office, browse: Browse) -> None:
    a_paid(office, 100_000)
    with office.database.writing() as session:
        session.execute(update(Payment).values(reference="Yh-2026-Ab"))
    assert "BX-2026-0001" in browse("cashier").get("/payments?pile=paid&text=yh-2026-aB").text


def test_no_list_searches_in_a_way_the_engines_understand_differently() -> None:
    """LIKE minds capitals on PostgreSQL and not on SQLite: words go through ``icontains``, or both sides are lower."""
    odd = re.compile(r"\.(like|ilike|contains)\((?!word\.lower\(\), autoescape=True\))")
    found = [
        f"{name}: {line.strip()}"
        for name, text in texts(".py", under="tracker/")
        for line in text.splitlines()
        if odd.search(line) and "checks" not in name
    ]
    assert found == []


def _rows(page: str) -> str:
    """The page without its controls, which repeat what was typed, and without its head."""
    return re.sub(r"<(input|option|nav)\b[^>]*>", "", page)
