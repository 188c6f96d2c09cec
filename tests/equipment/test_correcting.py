"""A card written wrongly is corrected by its keeper, with the reason, and what it said stays in the trail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from tests.equipment.things import a_card, a_thing, handed, nothing_amiss, order, the_thing, to_member
from tests.office import Office
from tracker.audit.models import AuditEntry
from tracker.equipment.facts import ItemFacts, Purchase
from tracker.equipment.kinds import KIND_NAMES, ItemKind
from tracker.equipment.lifecycle import Handing, ItemState
from tracker.equipment.models import Item
from tracker.equipment.operations import correct, register
from tracker.equipment.queries import finding
from tracker.equipment.queries.finding import Tally, Wanted
from tracker.kernel.errors import Forbidden, NotFound, Refused, Stale


def corrected(
    office: Office,
    number: str,
    card: ItemFacts,
    *,
    reason: str = "发票金额录错",
    name: str = "reviewer",
    version: int | None = None,
) -> Item:
    """Correct a card as it is now, or as it was at ``version``."""
    seen = the_thing(office, number).version if version is None else version
    with office.database.writing() as session:
        return correct(session, number, card, reason, order(office.actor(name)), version=seen)


def trail_of(office: Office) -> list[AuditEntry]:
    with office.database.reading() as session:
        return list(session.scalars(select(AuditEntry).where(AuditEntry.action == "equipment.correct")))


def test_what_was_wrong_is_right_everywhere_and_stays_in_the_trail(office: Office) -> None:
    number = a_thing(office, price_fen=50_000)
    handed(office, Handing.ISSUE, number, to=to_member(office))
    right = a_card(name="激光打印机", kind=ItemKind.PRINTER_A4, price_fen=48_800, serial="NPI-7", life_years=6)
    corrected(office, number, right)

    item = the_thing(office, number)
    assert (item.name, item.kind, item.price_fen, item.serial) == ("激光打印机", ItemKind.PRINTER_A4, 48_800, "NPI-7")
    assert (item.state, item.holder_id) == (ItemState.IN_USE, office.people["member"]), "nobody moved it"
    with office.database.reading() as session:
        found, tallies = finding.listing(session, Wanted(text="npi-7"), seen_by=office.actor("reviewer"))
        assert [one.number for one in found.items] == [number]
        assert tallies.of(ItemState.IN_USE) == Tally(1, 48_800)
        by_kind = finding.tallies(session, Wanted(kind=ItemKind.PRINTER_A4), seen_by=office.actor("reviewer"))
        assert by_kind.total == Tally(1, 48_800)
    [entry] = trail_of(office)
    assert (entry.before["amount_fen"], entry.after["amount_fen"]) == (50_000, 48_800)
    assert entry.after["kind"] == KIND_NAMES[ItemKind.PRINTER_A4]
    assert "note" not in entry.after, "what stays is not repeated"
    assert entry.note == "发票金额录错"
    nothing_amiss(office)


def test_a_second_click_corrects_nothing_more(office: Office) -> None:
    number = a_thing(office)
    version = the_thing(office, number).version
    for _click in range(2):
        corrected(office, number, a_card(note="放在收发室"), version=version)
    assert len(trail_of(office)) == 1
    assert the_thing(office, number).version == version + 1


def test_who_saw_an_older_card_is_told(office: Office) -> None:
    number = a_thing(office)
    version = the_thing(office, number).version
    corrected(office, number, a_card(note="甲"), version=version)
    with pytest.raises(Stale):
        corrected(office, number, a_card(note="乙"), version=version)
    assert the_thing(office, number).note == "甲"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda card: replace(card, name=""), "name"),
        (lambda card: replace(card, price_fen=0), "price_fen"),
        (lambda card: replace(card, life_years=0), "life_years"),
        (lambda card: replace(card, bought_on=date(2030, 1, 1)), "bought_on"),
        (lambda card: replace(card, serial="SN-OTHER"), "serial"),
        (lambda card: replace(card, code="A02010105"), "code"),
        (lambda card: replace(card, kind=ItemKind.DESKTOP, price_fen=500_001), "price_fen"),
    ],
)
def test_what_no_new_card_may_say_no_correction_may(
    small_office: Office, change: Callable[[ItemFacts], ItemFacts], field: str
) -> None:
    a_thing(small_office, serial="SN-OTHER")
    number = a_thing(small_office, serial="SN-OWN")
    with pytest.raises(Refused) as refused:
        corrected(small_office, number, change(a_card(serial="SN-OWN", note="改")))
    assert refused.value.field == field
    assert trail_of(small_office) == []
    nothing_amiss(small_office)


def test_a_reason_is_asked_for(small_office: Office) -> None:
    number = a_thing(small_office)
    with pytest.raises(Refused) as refused:
        corrected(small_office, number, a_card(note="改"), reason="")
    assert refused.value.field == "reason"


def test_the_price_of_a_bought_thing_is_its_vouchers(small_office: Office) -> None:
    bought = Purchase("7:l1", "BX-2026-0007", "ZSBX-2026-000007", 60_000)
    with small_office.database.writing() as session:
        made = register(
            session,
            small_office.lead_unit_id,
            [a_card(price_fen=60_000)],
            order(small_office.actor("reviewer")),
            purchase=bought,
        )
        number = session.scalars(select(Item.number).where(Item.intake_id == made.id)).one()
    with pytest.raises(Refused, match="BX-2026-0007"):
        corrected(small_office, number, a_card(price_fen=60_001))
    assert corrected(small_office, number, a_card(price_fen=60_000, serial="SN-9")).serial == "SN-9"


def test_a_disposed_thing_keeps_its_card(small_office: Office) -> None:
    number = a_thing(small_office)
    handed(small_office, Handing.DISPOSE, number, by="head", paper="国资处〔2026〕3号")
    with pytest.raises(Refused, match="报废"):
        corrected(small_office, number, a_card(note="改"))


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("member", NotFound),
        ("other_reviewer", NotFound),
        ("nobody", NotFound),
        ("auditor", Forbidden),
        ("head", Forbidden),
    ],
)
def test_only_the_keeper_corrects(small_office: Office, name: str, answer: type[Exception]) -> None:
    number = a_thing(small_office)
    with pytest.raises(answer):
        corrected(small_office, number, a_card(note="改"), name=name)
