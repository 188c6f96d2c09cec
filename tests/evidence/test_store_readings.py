"""What was read is stored with the file, read in the background, and never lost when a reader dies."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from tests.evidence.specimens import FAMILIES, digital_xml, invoice, rail, specimen
from tests.evidence.stored_files import an_invoice, put, read_all
from tests.office import NOON, Office
from tracker.evidence import worker as background
from tracker.evidence.models import Evidence, EvidenceKind, EvidenceReading, ReadState
from tracker.evidence.operations import FileRead, finish, retry, take_next, throw_away
from tracker.evidence.reading import Reading
from tracker.evidence.reading.reader import read
from tracker.evidence.stored import columns_of, from_plain, hidden_figures, to_plain
from tracker.evidence.worker import Worker
from tracker.kernel.errors import NotFound
from tracker.storage.files import current_files


def row_of(office: Office, evidence: Evidence) -> EvidenceReading:
    with office.database.reading() as session:
        return session.get_one(EvidenceReading, evidence.id)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_reading_comes_back_from_the_database_as_it_was_read(family: str) -> None:
    one = specimen(family, 3)
    was = read(one.data)
    again = from_plain(to_plain(was))
    for name in ("kind", "invoice_number", "issue_date", "total_fen", "items", "legs", "conflicts", "red_of"):
        assert getattr(again, name) == getattr(was, name), name
    assert again.sources == {name: source for name, source in was.sources.items() if name != "passenger"}
    assert {name: box.page for name, box in again.boxes.items()} == {
        name: box.page for name, box in was.boxes.items() if name != "passenger"
    }


def test_a_travellers_name_and_long_figures_are_not_kept() -> None:
    was = Reading(passenger="欧阳样例", remarks="卡号 6222021234567890123 证件 32010119900101123X 电话 13812345678")
    plain = str(to_plain(was))
    assert "欧阳样例" not in plain
    assert "6222****0123" in plain
    assert "123X" in plain
    assert "19900101" not in plain
    assert hidden_figures("入住 2026-03-03 离店 2026-03-05，房号 1208") == "入住 2026-03-03 离店 2026-03-05，房号 1208"


def test_an_invoice_waits_and_is_then_read_into_columns(office: Office) -> None:
    one = invoice(5)
    kept = put(office, digital_xml(one))
    assert row_of(office, kept).state is ReadState.WAITING
    assert read_all(office) == 1
    row = row_of(office, kept)
    assert row.state is ReadState.READ
    assert (row.number, row.issued_on, row.total_fen) == (one.number, one.day, one.total)
    assert row.content is not None
    assert from_plain(row.content).seller_name == one.seller


def test_letters_and_signed_papers_are_not_queued(small_office: Office) -> None:
    put(small_office, b"%PDF-1.4 letter", "公函.pdf", media="pdf", kind=EvidenceKind.LETTER)
    assert read_all(small_office) == 0


def test_a_file_nobody_can_read_says_why_and_may_be_tried_again(small_office: Office) -> None:
    kept = put(small_office, b"%PDF-1.4 nothing in it", "坏.pdf", media="pdf")
    read_all(small_office)
    row = row_of(small_office, kept)
    assert row.state is ReadState.UNREADABLE
    assert row.sentence
    with small_office.database.writing() as session:
        retry(session, kept.handle, by=small_office.actor("member"), at=NOON)
    assert row_of(small_office, kept).state is ReadState.WAITING


def test_a_file_that_is_read_is_not_read_again_on_asking(small_office: Office) -> None:
    kept = an_invoice(small_office, invoice(6))
    with small_office.database.writing() as session:
        retry(session, kept.handle, by=small_office.actor("member"), at=NOON)
    assert row_of(small_office, kept).state is ReadState.READ


def test_nobody_sets_another_persons_file_in_motion(small_office: Office) -> None:
    kept = put(small_office, b"%PDF-1.4 nothing", "坏.pdf", media="pdf")
    with pytest.raises(NotFound), small_office.database.writing() as session:
        retry(session, kept.handle, by=small_office.actor("outsider"), at=NOON)


def test_a_reader_that_dies_leaves_the_file_to_the_next_one_three_times(office: Office) -> None:
    kept = put(office, digital_xml(invoice(7)))
    for attempt in range(3):
        moment = NOON + timedelta(minutes=10 * attempt)
        with office.database.writing() as session:
            taken = take_next(session, at=moment)
            assert taken is not None
            assert taken.tries == attempt + 1
        with office.database.writing() as session:
            assert take_next(session, at=moment + timedelta(seconds=119)) is None
    with office.database.writing() as session:
        assert take_next(session, at=NOON + timedelta(minutes=30)) is None
    row = row_of(office, kept)
    assert row.state is ReadState.UNREADABLE
    assert "手工填写" in row.sentence


def test_two_readers_never_take_the_same_file(office: Office) -> None:
    for seed in range(2):
        put(office, digital_xml(invoice(seed)), f"{seed}.xml")
    taken = []
    for _ in range(3):
        with office.database.writing() as session:
            taken.append(take_next(session, at=NOON))
    assert [one is not None for one in taken] == [True, True, False]
    assert taken[0] != taken[1]


def test_one_persons_drop_of_many_leaves_room_for_anothers_single_file(office: Office) -> None:
    many = [put(office, digital_xml(invoice(seed)), f"{seed}.xml") for seed in range(6)]
    single = put(office, digital_xml(rail(1)), "单张.xml", person="outsider")
    order = []
    while True:
        with office.database.writing() as session:
            taken = take_next(session, at=NOON)
        if taken is None:
            break
        order.append(taken.evidence_id)
    assert order.index(single.id) == 1
    assert order[0] == many[0].id


def test_a_file_thrown_away_while_it_is_read_stays_away(office: Office) -> None:
    kept = put(office, digital_xml(invoice(8)))
    with office.database.writing() as session:
        taken = take_next(session, at=NOON)
        assert taken is not None
    with office.database.writing() as session:
        throw_away(session, kept.handle, by=office.actor("member"), at=NOON)
    with office.database.writing() as session:
        finish(session, taken.evidence_id, FileRead(Reading(invoice_number="1")), at=NOON)
    with office.database.reading() as session:
        assert session.get(EvidenceReading, kept.id) is None


def test_the_thread_of_a_web_process_reads_what_comes_and_ends_when_asked(small_office: Office) -> None:
    worker = Worker(small_office.database, current_files()).start()
    try:
        kept = [put(small_office, digital_xml(invoice(seed)), f"{seed}.xml") for seed in range(4)]
        worker.wake()
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and row_of(small_office, kept[-1]).state is not ReadState.READ:
            time.sleep(0.05)
    finally:
        worker.stop()
    assert {row_of(small_office, one).state for one in kept} == {ReadState.READ}


def test_a_failure_of_the_reader_itself_does_not_end_the_thread(
    small_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = put(small_office, digital_xml(invoice(9)))
    calls = []

    def fails_once(*given: object) -> FileRead:
        calls.append(given)
        if len(calls) == 1:
            raise OSError("the disk is away")
        return FileRead(Reading(invoice_number="26322000001234567890"))

    monkeypatch.setattr(background, "read_file", fails_once)
    monkeypatch.setattr(background, "_REST_AFTER_TROUBLE", 0.01)
    monkeypatch.setattr(background, "_LOOKS_EVERY", 0.01)
    monkeypatch.setattr(background, "now", lambda: NOON)
    worker = Worker(small_office.database, current_files()).start()
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and not calls:
        time.sleep(0.02)
    monkeypatch.setattr(background, "now", lambda: NOON + timedelta(minutes=5))
    while time.monotonic() < deadline and row_of(small_office, kept).state is not ReadState.READ:
        time.sleep(0.02)
    worker.stop()
    assert row_of(small_office, kept).number == "26322000001234567890"


def test_columns_hold_a_number_in_its_one_spelling() -> None:
    columns = columns_of(
        Reading(invoice_number="２６３２ 2000-0012", invoice_code=" 0440 ", seller_name="某（集团）公司")
    )
    assert (columns["number"], columns["code"], columns["seller_key"]) == ("263220000012", "0440", "某(集团)公司")
