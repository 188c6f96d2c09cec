"""Papers that books rest on: whoever files one, it is kept for thirty years, and no hand and no sweep takes it."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select
from sqlalchemy.exc import DBAPIError

from tests.equipment import things
from tests.evidence.stored_files import put
from tests.evidence.test_store import run
from tests.office import NOON, Office, a_paper, a_submitted, an_approved, command
from tests.secondments import seconded
from tracker.claims import operations, papers
from tracker.claims.models import Attachment
from tracker.equipment.lifecycle import Handing
from tracker.equipment.operations import keep_signed
from tracker.evidence.models import Evidence
from tracker.evidence.operations import StoredFile, throw_away
from tracker.funds.models import PaperKind
from tracker.funds.operations import RESERVE, PaperChanges, Transfer, record_paper
from tracker.kernel.errors import Refused
from tracker.secondments.facts import Document
from tracker.secondments.operations import record_secondment
from tracker.storage.files import FileStore, current_files
from tracker.storage.statements import table

LONG_AGO = (0, 0)
"""Older than any sweep waits."""


def a_scan(name: str) -> StoredFile:
    """Put a scan into the store."""
    data = b"%PDF-1.4 " + name.encode()
    return StoredFile(current_files().put(data), len(data), "pdf", f"{name}.pdf")


def a_budget_paper(office: Office, at: datetime = NOON) -> list[str]:
    scan = a_scan("预算文件")
    with office.database.writing() as session:
        record_paper(
            session,
            office.fund_id,
            PaperKind.ISSUE,
            replace(a_paper("云财预〔2026〕77号"), scan=scan),
            PaperChanges(transfers=[Transfer(RESERVE, office.team_id, 100)]),
            by=office.actor("officer"),
            at=at,
            command_id="scanned",
        )
    return [scan.sha256]


def a_secondment_letter(office: Office, at: datetime = NOON) -> list[str]:
    letter, post_paper = a_scan("抽调通知"), a_scan("任职文件")
    seconded.with_home_unit(office)
    facts = seconded.facts(
        office,
        paper=Document("云组通〔2026〕3号", date(2026, 2, 20), letter),
        post_paper=Document("云农〔2026〕8号", date(2026, 2, 20), post_paper),
    )
    with office.database.writing() as session:
        record_secondment(session, facts, seconded.order(office, at=at), cipher=seconded.CIPHER)
    return [letter.sha256, post_paper.sha256]


def a_signed_handover(office: Office, at: datetime = NOON) -> list[str]:
    scan = a_scan("签字的调拨单")
    paper = things.handed(office, Handing.ISSUE, things.a_thing(office), to=things.to_member(office))
    with office.database.writing() as session:
        keep_signed(session, paper.number, scan, things.order(office.actor("reviewer"), at=at))
    return [scan.sha256]


def a_vouchers_evidence(office: Office, at: datetime = NOON) -> list[str]:
    claim_id = a_submitted(office, 120_000, 80_000)
    with office.database.writing() as session:
        operations.approve(session, claim_id, command(office.actor("reviewer"), at=at))
    with office.database.reading() as session:
        laid = select(Attachment.evidence_id).where(Attachment.claim_id == claim_id)
        return list(session.scalars(select(Evidence.sha256).where(Evidence.id.in_(laid))))


def a_signed_voucher(office: Office, at: datetime = NOON) -> list[str]:
    scan = a_scan("签字的报销单")
    claim_id = an_approved(office, 120_000)
    with office.database.writing() as session:
        papers.keep_signed_paper(session, claim_id, scan, by=office.actor("member"), at=at)
    return [scan.sha256]


@dataclass(frozen=True)
class Filed:
    """A way papers come to rest in the books: what files one, and how many files it leaves."""

    file: Callable[..., list[str]]
    count: int


KEPT = {
    "budget paper": Filed(a_budget_paper, 1),
    "secondment letter and post paper": Filed(a_secondment_letter, 2),
    "signed handover": Filed(a_signed_handover, 1),
    "voucher's evidence": Filed(a_vouchers_evidence, 2),
    "signed voucher": Filed(a_signed_voucher, 1),
}


def rows_of(office: Office, names: list[str]) -> list[Evidence]:
    with office.database.reading() as session:
        return list(session.scalars(select(Evidence).where(Evidence.sha256.in_(names)).order_by(Evidence.id)))


def owner_of(office: Office, one: Evidence) -> str:
    return next(name for name, person_id in office.people.items() if person_id == one.uploaded_by)


@pytest.mark.parametrize("paper", KEPT)
def test_what_the_books_rest_on_is_marked_for_thirty_years_and_never_thrown_away(office: Office, paper: str) -> None:
    names = KEPT[paper].file(office)
    found = rows_of(office, names)
    assert len(found) == KEPT[paper].count
    assert {one.keep_until for one in found} == {date(2056, 12, 31)}
    for one in found:
        with pytest.raises(Refused, match="不能删除"), office.database.writing() as session:
            throw_away(session, one.handle, by=office.actor(owner_of(office, one)), at=NOON)
        with pytest.raises(DBAPIError), office.database.writing() as session:
            session.execute(delete(table(Evidence)).where(Evidence.id == one.id))
    assert [one.id for one in rows_of(office, names)] == [one.id for one in found]


@pytest.mark.parametrize("paper", KEPT)
def test_no_sweep_takes_the_bytes_of_what_the_books_rest_on(small_office: Office, tmp_path: Path, paper: str) -> None:
    files = current_files()
    assert isinstance(files, FileStore)
    names = KEPT[paper].file(small_office)
    loose = put(small_office, b"nothing rests on this")
    with small_office.database.writing() as session:
        throw_away(session, loose.handle, by=small_office.actor("member"), at=NOON)
    for name in list(files.names()):
        os.utime(files.path(name), LONG_AGO)
    assert "已清理 1 个" in run(small_office, tmp_path, "evidence", "sweep")
    assert set(names) <= set(files.names())
    assert loose.sha256 not in set(files.names())
