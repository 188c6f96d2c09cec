"""The sample district: believable, complete, played through the real operations, kept on the second run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import func, select

from tests.commands.conftest import CommandLine
from tests.office import Office
from tracker.claims.lifecycle import State
from tracker.claims.models import Claim, ClaimLine
from tracker.equipment.lifecycle import Handing, ItemState
from tracker.equipment.models import Handover, Item, Room, Stocktake
from tracker.evidence.media import sniff
from tracker.evidence.models import Evidence, EvidenceReading, ReadState
from tracker.evidence.reading.reader import read
from tracker.funds.models import Cell, CellKind
from tracker.kernel.actors import SeatKind
from tracker.kernel.money import format_yuan, parse_yuan
from tracker.sample.people import PEOPLE
from tracker.secondments.models import PaperKind, Secondment, Snapshot, TermPaper
from tracker.storage import Database, open_database
from tracker.storage.files import FileStore
from tracker.teams.models import Team

CLAIMS = 30


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[CommandLine, str]:
    """The command line after the first `tracker sample`, and what that printed."""
    var = tmp_path_factory.mktemp("sample")
    tracker = CommandLine(var, f"sqlite:///{var / 'tracker.db'}")
    answer = tracker("sample", "--claims", str(CLAIMS))
    assert answer.exit_code == 0, answer.output
    return tracker, answer.stdout


@pytest.fixture
def district(first_run: tuple[CommandLine, str]) -> Iterator[Database]:
    database = open_database(first_run[0].url)
    yield database
    database.close()


def test_the_main_job_ends_with_a_printed_voucher(first_run: tuple[CommandLine, str], district: Database) -> None:
    tracker, printed = first_run
    lines = printed.splitlines()
    place = next(Path(line.removeprefix("voucher: ")) for line in lines if line.startswith("voucher: "))
    number = next(line.removeprefix("claim: ") for line in lines if line.startswith("claim: "))
    with district.reading() as session:
        claim = session.scalars(select(Claim).where(Claim.number == number)).one()
    assert claim.state is State.PAID
    amount = next(line for line in lines if line.startswith("amount: "))
    assert f"¥{format_yuan(claim.approved_fen)} 人民币" in amount

    text = "".join(page.extract_text() for page in PdfReader(tracker.var / place).pages)
    assert place.stem in text
    assert format_yuan(claim.approved_fen) in text


def test_a_second_run_keeps_the_data_and_says_the_same(first_run: tuple[CommandLine, str], district: Database) -> None:
    tracker, printed = first_run
    with district.reading() as session:
        before = session.scalar(select(func.count(Claim.id)))

    again = tracker("sample").stdout

    with district.reading() as session:
        assert session.scalar(select(func.count(Claim.id))) == before
    told = [line for line in printed.splitlines() if line.startswith(("claim: ", "amount: ", "voucher: "))]
    assert len(told) == 3
    assert [line for line in again.splitlines() if line in told] == told


def test_the_district_is_complete_and_its_books_agree(first_run: tuple[CommandLine, str], district: Database) -> None:
    with district.reading() as session:
        states = set(session.scalars(select(Claim.state)))
        teams = session.scalar(select(func.count(Team.id)))
        money = session.scalars(select(Cell).where(Cell.kind.in_([CellKind.FUND, CellKind.TEAM]))).all()
    assert states == set(State) - {State.DISCARDED}
    assert teams == 5
    assert sum(cell.ceiling_fen or 0 for cell in money) == parse_yuan("3,000,000.00")
    assert 28 <= len(PEOPLE) <= 36
    answer = first_run[0]("verify")
    assert answer.exit_code == 0, answer.output


def test_everybody_seconded_is_on_the_roster_and_claims_only_within_the_term(district: Database) -> None:
    members = [person for person in PEOPLE if person.seat is SeatKind.MEMBER]
    with district.reading() as session:
        rows = session.scalars(select(Secondment)).all()
        papers = set(session.scalars(select(TermPaper.kind)))
        promoted = session.scalar(select(func.count()).where(Snapshot.number == 2))
        spent = session.execute(
            select(Claim.beneficiary_id, ClaimLine.spent_on).join(ClaimLine, ClaimLine.claim_id == Claim.id)
        ).all()
    assert len(rows) == len(members) == 17
    assert papers == set(PaperKind)
    assert promoted == 1
    terms = {row.person_id: (row.begins_on, row.ends_before) for row in rows}
    for person_id, day in spent:
        begins_on, ends_before = terms[person_id]
        assert begins_on <= day < ends_before


def test_things_are_owned_held_lent_and_counted(district: Database) -> None:
    with district.reading() as session:
        owners = session.execute(select(Item.owner_unit_id, func.count()).group_by(Item.owner_unit_id)).all()
        states = set(session.scalars(select(Item.state)))
        kinds = set(session.scalars(select(Handover.kind)))
        counts = session.scalars(select(Stocktake).order_by(Stocktake.id)).all()
        rooms = session.scalar(select(func.count(Room.id)))
    assert len(owners) == 5
    assert 100 <= sum(count for _unit, count in owners) <= 140
    assert states == set(ItemState)
    assert kinds >= {Handing.ISSUE, Handing.RETURN, Handing.LEND, Handing.DISPOSE}
    assert rooms == 15
    assert [count.signed_at is not None for count in counts] in ([True, False], [False])


def test_every_paper_of_the_sample_is_what_it_says(first_run: tuple[CommandLine, str], district: Database) -> None:
    """A specimen is a file like any other: its kind shows in its bytes, an invoice's number can be read."""
    store = FileStore(first_run[0].var / "files")
    with district.reading() as session:
        papers = session.scalars(select(Evidence)).all()
    for paper in papers:
        assert sniff(store.get(paper.sha256)) == paper.media
    bills = [paper for paper in papers if paper.display_name.startswith(("住宿发票", "铁路电子客票", "发票"))]
    for paper in bills[::7]:
        found = read(store.get(paper.sha256))
        assert re.fullmatch(r"\d{20}", found.invoice_number or ""), paper.display_name
        assert found.total_fen


def test_every_file_of_the_sample_has_been_read_and_the_books_verify(
    first_run: tuple[CommandLine, str], district: Database
) -> None:
    """Whoever opens the sample finds facts, not a queue: nothing waits for its first reading."""
    open_ones = (ReadState.WAITING, ReadState.READING)
    with district.reading() as session:
        states = session.scalars(select(EvidenceReading.state)).all()
    assert states
    assert [state for state in states if state in open_ones] == []
    answer = first_run[0]("verify")
    assert answer.exit_code == 0, answer.output


def test_a_database_with_other_people_in_it_is_left_alone(office: Office, tracker: CommandLine) -> None:
    with office.database.reading() as session:
        before = session.scalar(select(func.count(Team.id)))

    answer = tracker("sample", "--claims", "5")

    assert answer.exit_code == 1
    assert "不放入样例" in answer.stderr
    with office.database.reading() as session:
        assert session.scalar(select(func.count(Team.id))) == before
