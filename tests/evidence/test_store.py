"""The store: the same promises in a folder and in a bucket; what a voucher rests on stays for thirty years."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from tests.evidence.fake_bucket import Bucket, a_bucket
from tests.evidence.specimens import digital_xml, invoice
from tests.evidence.stored_files import an_invoice, put, read_all
from tests.office import NOON, Office, a_submitted, an_approved, command
from tracker.claims import operations, papers
from tracker.claims.checks import breaches as claim_breaches
from tracker.claims.models import Attachment
from tracker.commands import main
from tracker.evidence import checks
from tracker.evidence.models import Evidence, EvidenceKind, EvidenceReading
from tracker.evidence.operations import StoredFile, retain, throw_away
from tracker.kernel.errors import Refused
from tracker.settings import load
from tracker.storage import current, use
from tracker.storage.files import FileStore, Store, current_files, use_files
from tracker.storage.objects import ObjectPlace, ObjectStore, place_from
from tracker.storage.statements import table


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with a_bucket() as made:
        yield made


def the_bucket(bucket: Bucket, *, key: str = "office", prefix: str = "招商/票据") -> ObjectStore:
    return ObjectStore(ObjectPlace(bucket.endpoint, "evidence", key, "secret", prefix))


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "folder":
        yield FileStore(tmp_path / "files")
        return
    with a_bucket() as made:
        yield the_bucket(made)


def test_bytes_come_back_under_their_sha256_and_are_kept_once(store: Store) -> None:
    name = store.put("发票".encode())
    assert store.put("发票".encode()) == name
    assert store.get(name) == "发票".encode()
    assert list(store.names()) == [name]
    assert store.problem(name) is None
    assert datetime.now(UTC) - store.kept_at(name) < timedelta(minutes=1)


def test_what_is_gone_is_said_to_be_gone(store: Store) -> None:
    name = store.put(b"x")
    store.discard(name)
    store.discard(name)
    assert store.problem(name) == "文件不存在"
    with pytest.raises(FileNotFoundError):
        store.get(name)
    with pytest.raises(FileNotFoundError):
        store.kept_at(name)


def test_a_bucket_whose_bytes_were_changed_is_found_out(bucket: Bucket) -> None:
    store = the_bucket(bucket)
    name = store.put(b"paper")
    place = next(iter(bucket.objects))
    bucket.objects[place] = b"paper, forged"
    assert store.problem(name) == "文件内容与摘要不符"


def test_offices_share_a_bucket_without_seeing_each_other(bucket: Bucket) -> None:
    one, other = the_bucket(bucket, prefix="a"), the_bucket(bucket, prefix="b")
    name = one.put(b"x")
    assert list(other.names()) == []
    assert other.problem(name) == "文件不存在"


def test_nothing_is_sent_twice_within_the_hour(bucket: Bucket) -> None:
    store = the_bucket(bucket)
    store.put(b"x")
    store.put(b"x")
    assert bucket.puts == 1


def test_the_bucket_is_asked_with_the_offices_key_and_never_shows_the_secret(bucket: Bucket) -> None:
    with pytest.raises(Exception, match="AccessDenied"):
        the_bucket(bucket, key="somebody").put(b"x")
    assert bucket.objects == {}
    assert "secret" not in repr(ObjectPlace("http://h", "b", "k", "secret"))


def test_the_store_is_chosen_by_setting(tmp_path: Path, bucket: Bucket) -> None:
    here = load({"TRACKER_VAR": str(tmp_path)})
    assert isinstance(here.open_store(), FileStore)
    told = {
        "TRACKER_VAR": str(tmp_path),
        "TRACKER_FILES": "s3://evidence/office",
        "TRACKER_S3_ENDPOINT": bucket.endpoint,
        "TRACKER_S3_KEY": "office",
        "TRACKER_S3_SECRET": "secret",
    }
    store = load(told).open_store()
    name = store.put(b"x")
    assert list(bucket.objects) == [f"office/{name[:2]}/{name}"]
    for wrong in ("http://evidence", "s3://", "evidence"):
        with pytest.raises(ValueError, match="TRACKER_FILES"):
            place_from(wrong, bucket.endpoint, "k", "s", "r")


def test_a_file_read_from_a_bucket_is_read_like_one_from_a_folder(small_office: Office, bucket: Bucket) -> None:
    use_files(the_bucket(bucket))
    kept = an_invoice(small_office, invoice(3))
    with small_office.database.reading() as session:
        assert session.get_one(EvidenceReading, kept.id).number == invoice(3).number
        assert list(checks.breaches(session, current_files())) == []


def files_of(office: Office, claim_id: int) -> list[Evidence]:
    with office.database.reading() as session:
        laid = select(Attachment.evidence_id).where(Attachment.claim_id == claim_id)
        return list(session.scalars(select(Evidence).where(Evidence.id.in_(laid))))


def test_a_voucher_keeps_its_papers_thirty_years_from_the_end_of_its_year(office: Office) -> None:
    submitted = a_submitted(office, 120_000)
    assert {one.keep_until for one in files_of(office, submitted)} == {None}
    approved = an_approved(office, 120_000, 80_000)
    assert {one.keep_until for one in files_of(office, approved)} == {date(2056, 12, 31)}
    signed = StoredFile(current_files().put(b"signed"), 6, "pdf", "签字件.pdf")
    with office.database.writing() as session:
        papers.keep_signed_paper(session, approved, signed, by=office.actor("member"), at=NOON)
    with office.database.reading() as session:
        assert session.scalar(select(Evidence.keep_until).where(Evidence.sha256 == signed.sha256)) == date(2056, 12, 31)
        assert list(claim_breaches(session)) == []


def test_a_voucher_of_an_older_fund_issued_later_counts_from_the_later_year(small_office: Office) -> None:
    claim_id = a_submitted(small_office, 120_000)
    with small_office.database.writing() as session:
        late = command(small_office.actor("reviewer"), at=datetime(2027, 1, 4, 2, 0, tzinfo=UTC))
        operations.approve(session, claim_id, late)
    assert {one.keep_until for one in files_of(small_office, claim_id)} == {date(2057, 12, 31)}


def test_a_mark_is_never_shortened(office: Office) -> None:
    kept = put(office, b"x")
    for year in (2026, 2024):
        with office.database.writing() as session:
            retain(session, [kept.id], year=year)
    with office.database.reading() as session:
        assert session.get_one(Evidence, kept.id).keep_until == date(2056, 12, 31)


FORBIDDEN: dict[str, Callable[[int], Any]] = {
    "lost": lambda evidence_id: delete(table(Evidence)).where(Evidence.id == evidence_id),
    "shortened": lambda evidence_id: (
        update(Evidence).where(Evidence.id == evidence_id).values(keep_until=date(2030, 1, 1))
    ),
    "unmarked": lambda evidence_id: update(Evidence).where(Evidence.id == evidence_id).values(keep_until=None),
    "made another file": lambda evidence_id: update(Evidence).where(Evidence.id == evidence_id).values(sha256="0" * 64),
}


@pytest.mark.parametrize("act", FORBIDDEN)
def test_the_database_itself_refuses_that_what_a_voucher_rests_on_is(office: Office, act: str) -> None:
    kept = put(office, b"x", kind=EvidenceKind.OTHER)
    with office.database.writing() as session:
        retain(session, [kept.id], year=2026)
    with pytest.raises(DBAPIError), office.database.writing() as session:
        session.execute(FORBIDDEN[act](kept.id))


def test_a_file_on_a_claim_is_held_by_the_claim(office: Office) -> None:
    claim_id = a_submitted(office, 120_000)
    kept = files_of(office, claim_id)[0]
    with pytest.raises(Refused, match="已经用在单据里"), office.database.writing() as session:
        throw_away(session, kept.handle, by=office.actor("member"), at=NOON)
    with office.database.writing() as session:
        session.execute(delete(EvidenceReading).where(EvidenceReading.evidence_id == kept.id))
    with pytest.raises(DBAPIError), office.database.writing() as session:
        session.execute(delete(table(Evidence)).where(Evidence.id == kept.id))


def test_a_reading_that_was_tampered_with_is_found(small_office: Office) -> None:
    kept = an_invoice(small_office, invoice(4))
    with small_office.database.reading() as session:
        assert list(checks.readings(session)) == []
    with small_office.database.writing() as session:
        session.execute(update(EvidenceReading).values(number="1"))
    with small_office.database.reading() as session:
        assert len(list(checks.readings(session))) == 1
    with small_office.database.writing() as session:
        session.execute(update(EvidenceReading).values(content=None))
    with small_office.database.reading() as session:
        found = list(checks.readings(session))
        assert found == [f"票据「{kept.display_name}」：识别状态与识别内容不符"]


def run(office: Office, var: Path, *words: str) -> str:
    told = {"TRACKER_VAR": str(var), "TRACKER_DATABASE": office.database.url.render_as_string(hide_password=False)}
    answer = CliRunner().invoke(main, list(words), env=told, catch_exceptions=False)
    current().close()
    use(office.database)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_bytes_of_a_thrown_away_file_go_with_the_sweep_once_they_are_a_day_old(
    small_office: Office, tmp_path: Path
) -> None:
    files = current_files()
    assert isinstance(files, FileStore)
    gone, shared = put(small_office, b"gone", "a.xml"), put(small_office, b"shared", "b.xml")
    put(small_office, b"shared", "c.xml", person="outsider")
    with small_office.database.writing() as session:
        for one in (gone, shared):
            throw_away(session, one.handle, by=small_office.actor("member"), at=NOON)
    assert "已清理 0 个" in run(small_office, tmp_path, "evidence", "sweep")
    for name in (gone.sha256, shared.sha256):
        os.utime(files.path(name), (0, 0))
    assert "可清理 1 个" in run(small_office, tmp_path, "evidence", "sweep", "--dry-run")
    assert "已清理 1 个" in run(small_office, tmp_path, "evidence", "sweep")
    assert list(files.names()) == [shared.sha256]


def test_what_waits_is_read_from_the_command_line_where_the_web_does_not(small_office: Office, tmp_path: Path) -> None:
    put(small_office, digital_xml(invoice(5)))
    assert "已识别 1 个" in run(small_office, tmp_path, "evidence", "work", "--once")
    assert read_all(small_office) == 0
