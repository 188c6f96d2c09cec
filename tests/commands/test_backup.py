"""A backup is whole or it is not there; restoring gives the office back and overwrites nothing unasked."""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command as alembic
from alembic.config import Config
from sqlalchemy import func, inspect, select, text

from tests.commands.conftest import CommandLine
from tests.office import NOON, Office, a_paid, a_submitted
from tests.postgres import PostgresServer
from tracker import schema
from tracker.claims import operations
from tracker.claims.models import Claim, PayMethod
from tracker.claims.operations.payees import PayeeFacts
from tracker.commands import copying
from tracker.commands.opening import Sentence
from tracker.storage import open_database
from tracker.storage.cipher import Cipher
from tracker.storage.files import FileStore

ACCOUNT = "6228480402564890018"


@pytest.fixture
def elsewhere(office: Office, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[CommandLine]:
    """The command line of an empty installation on another machine, of the same engine."""
    var = tmp_path / "elsewhere"
    if office.database.is_sqlite:
        yield CommandLine(var, f"sqlite:///{var / 'tracker.db'}")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    server.create("elsewhere", template="template0")
    yield CommandLine(var, server.url("elsewhere"))
    server.drop("elsewhere")


def _claims_in(url: str) -> int:
    database = open_database(url)
    with database.reading() as session:
        count = session.scalar(select(func.count(Claim.id))) or 0
    database.close()
    return count


def _tables_in(url: str) -> list[str]:
    database = open_database(url)
    names = inspect(database.engine).get_table_names()
    database.close()
    return names


def test_a_backup_taken_while_people_work_restores_to_an_office_without_a_breach(
    office: Office, tracker: CommandLine, elsewhere: CommandLine, tmp_path: Path
) -> None:
    a_paid(office)
    before = _claims_in(tracker.url)
    stop = threading.Event()

    def keep_filing() -> None:
        while not stop.is_set():
            a_submitted(office, 1_000)

    at_work = threading.Thread(target=keep_filing)
    at_work.start()
    try:
        made = tracker("backup", tmp_path / "kept")
    finally:
        stop.set()
        at_work.join()
    assert made.exit_code == 0, made.output

    answer = elsewhere("restore", tmp_path / "kept")

    assert answer.exit_code == 0, answer.output
    assert before <= _claims_in(elsewhere.url) <= _claims_in(tracker.url)
    assert elsewhere("verify").exit_code == 0


def test_a_backup_holds_no_account_number_and_no_key(office: Office, tracker: CommandLine, tmp_path: Path) -> None:
    cipher = Cipher.from_file(tmp_path / "keys" / "cipher.key")
    facts = PayeeFacts(PayMethod.PERSON, "陈立", "江苏银行", ACCOUNT, person_id=office.people["member"])
    with office.database.writing() as session:
        operations.add_payee(session, facts, cipher=cipher, by=office.actor("member"), at=NOON)

    answer = tracker("backup", tmp_path / "kept")

    assert "备份不含密钥" in answer.stdout
    key = (tmp_path / "keys" / "cipher.key").read_bytes().strip()
    for place in (tmp_path / "kept").rglob("*"):
        if place.is_file():
            assert key not in place.read_bytes()
            assert ACCOUNT.encode() not in place.read_bytes()


def test_an_existing_database_is_replaced_only_when_asked(
    small_office: Office, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    tracker = CommandLine(tmp_path, str(small_office.database.url))
    a_submitted(small_office)
    assert tracker("backup", tmp_path / "kept").exit_code == 0
    a_submitted(small_office)

    refused = tracker("restore", tmp_path / "kept")
    assert refused.exit_code == 1
    assert "--force" in refused.stderr
    assert _claims_in(tracker.url) == 2

    answer = tracker("restore", tmp_path / "kept", "--force")
    assert answer.exit_code == 0, answer.output
    assert _claims_in(tracker.url) == 1
    set_aside = next(tmp_path.glob("tracker-before-restore-*.db"))
    assert _claims_in(f"sqlite:///{set_aside}") == 2


def test_a_damaged_office_gives_no_backup(office: Office, tracker: CommandLine, tmp_path: Path) -> None:
    a_submitted(office)
    store = FileStore(tmp_path / "files")
    place = store.path(next(store.names()))
    place.chmod(0o600)
    place.write_bytes(b"altered")

    answer = tracker("backup", tmp_path / "kept")

    assert answer.exit_code == 1
    assert "与摘要不符" in answer.stderr
    assert not (tmp_path / "kept").exists()
    assert not list(tmp_path.glob(".kept-*"))


def test_a_backup_changed_afterwards_is_not_restored(
    office: Office, tracker: CommandLine, elsewhere: CommandLine, tmp_path: Path
) -> None:
    a_submitted(office)
    tracker("backup", tmp_path / "kept")
    manifest = json.loads((tmp_path / "kept" / "backup.json").read_text())
    with (tmp_path / "kept" / manifest["database"]).open("ab") as file:
        file.write(b"!")

    answer = elsewhere("restore", tmp_path / "kept")

    assert answer.exit_code == 1
    assert "与备份时不一致" in answer.stderr


def test_a_folder_is_never_backed_up_over(office: Office, tracker: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    answer = tracker("backup", tmp_path / "kept")
    assert answer.exit_code == 1
    assert "备份不覆盖" in answer.stderr


def test_what_is_no_backup_is_said_to_be_none(elsewhere: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "不是 tracker backup 写出的备份" in elsewhere("restore", tmp_path / "empty").stderr

    (tmp_path / "outside").mkdir()
    told = {"made_at": "", "engine": "sqlite", "database": "../../secret.db", "sha256": "", "files": 0}
    (tmp_path / "outside" / "backup.json").write_text(json.dumps(told))
    answer = elsewhere("restore", tmp_path / "outside")
    assert answer.exit_code == 1
    assert "缺少数据库文件" in answer.stderr


def test_a_backup_of_the_other_engine_is_refused(office: Office, tracker: CommandLine, tmp_path: Path) -> None:
    tracker("backup", tmp_path / "kept")
    shutil.copytree(tmp_path / "kept", tmp_path / "foreign")
    told = json.loads((tmp_path / "foreign" / "backup.json").read_text())
    told["engine"] = "postgresql" if told["engine"] == "sqlite" else "sqlite"
    (tmp_path / "foreign" / "backup.json").write_text(json.dumps(told))

    answer = tracker("restore", tmp_path / "foreign", "--force")

    assert answer.exit_code == 1
    assert "两者要一致" in answer.stderr


def _older_backup(place: Path, url: str) -> None:
    """A backup of an office as it was three upgrades ago, made by the version of then."""
    database = open_database(url)
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    with database.engine.execution_options(writer=True).begin() as connection:
        config.attributes["connection"] = connection
        alembic.upgrade(config, "0003")
    place.mkdir()
    (place / "files").mkdir()
    copy = copying.dump(database, place)
    database.close()
    told = {"made_at": "2026-03-01T04:00:00+00:00", "engine": database.url.get_backend_name(), "database": copy.name}
    sha256 = hashlib.sha256(copy.read_bytes()).hexdigest()
    (place / "backup.json").write_text(json.dumps({**told, "sha256": sha256, "files": 0}))


def test_a_backup_from_before_an_upgrade_replaces_the_present_database_and_is_upgraded(
    office: Office, tracker: CommandLine, elsewhere: CommandLine, tmp_path: Path
) -> None:
    """Tables that came with the upgrades point at those the backup brings."""
    a_submitted(office)
    elsewhere.var.mkdir(exist_ok=True)
    _older_backup(tmp_path / "older", elsewhere.url)
    office.database.close()

    answer = tracker("restore", tmp_path / "older", "--force")

    assert answer.exit_code == 0, answer.output
    assert "原来的数据保留为" in answer.stdout
    assert _claims_in(tracker.url) == 0
    assert tracker("verify").exit_code == 0
    assert tracker("backup", tmp_path / "kept").exit_code == 0
    assert tracker("restore", tmp_path / "kept", "--force").exit_code == 0


def test_what_a_restore_replaced_is_kept_whole(office: Office, tracker: CommandLine, tmp_path: Path) -> None:
    a_submitted(office)
    assert tracker("backup", tmp_path / "kept").exit_code == 0
    a_submitted(office)
    office.database.close()

    answer = tracker("restore", tmp_path / "kept", "--force")

    assert answer.exit_code == 0, answer.output
    assert _claims_in(tracker.url) == 1
    if office.database.is_sqlite:
        set_aside = next(tmp_path.glob("tracker-before-restore-*.db"))
        assert _claims_in(f"sqlite:///{set_aside}") == 2
        return
    with office.database.engine.connect() as connection:
        [schema_name] = connection.scalars(
            text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'tracker_before_restore_%'")
        )
        assert connection.scalar(text(f"SELECT count(*) FROM {schema_name}.claim")) == 2
    # The next backup is of the office alone.
    assert tracker("backup", tmp_path / "again").exit_code == 0
    assert (tmp_path / "again" / "tracker.dump").stat().st_size < 2 * (
        tmp_path / "kept" / "tracker.dump"
    ).stat().st_size


def test_an_ordinary_owner_of_the_database_may_restore_over_it(postgres_server: PostgresServer, tmp_path: Path) -> None:
    """The account of docs/deployment.md owns its database and may make others, and is no superuser."""
    server, name = postgres_server, "ordinary"
    server.create(name, template="template0")
    admin = open_database(server.url(name))
    with admin.engine.begin() as connection:
        connection.execute(text("CREATE ROLE keeper LOGIN CREATEDB"))
        connection.execute(text(f"ALTER DATABASE {name} OWNER TO keeper"))
    admin.close()
    try:
        tracker = CommandLine(tmp_path, server.url(name).replace("tracker@", "keeper@"))
        assert tracker("migrate").exit_code == 0
        for turn in ("first", "second"):
            assert tracker("backup", tmp_path / turn).exit_code == 0
            answer = tracker("restore", tmp_path / turn, "--force")
            assert answer.exit_code == 0, answer.output
    finally:
        server.drop(name)


def test_a_copy_that_cannot_be_loaded_leaves_the_office_as_it_was(
    office: Office, tracker: CommandLine, tmp_path: Path
) -> None:
    """Cut off in the middle: the first tables could be read, the rest could not."""
    a_submitted(office)
    assert tracker("backup", tmp_path / "kept").exit_code == 0
    manifest = json.loads((tmp_path / "kept" / "backup.json").read_text())
    copy = tmp_path / "kept" / manifest["database"]
    copy.write_bytes(copy.read_bytes()[: copy.stat().st_size * 9 // 10])
    manifest["sha256"] = hashlib.sha256(copy.read_bytes()).hexdigest()
    (tmp_path / "kept" / "backup.json").write_text(json.dumps(manifest))
    a_submitted(office)
    office.database.close()

    answer = tracker("restore", tmp_path / "kept", "--force")

    assert answer.exit_code == 1
    assert _claims_in(tracker.url) == 2
    assert tracker("verify").exit_code == 0
    if not office.database.is_sqlite:
        with pytest.raises(Sentence, match="原来的数据没有动"):
            copying.load(office.database, copy)
        assert _claims_in(tracker.url) == 2
        assert tracker("verify").exit_code == 0


@pytest.mark.parametrize("harm", ["gone", "altered"])
def test_a_backup_without_a_file_its_database_names_replaces_nothing(
    office: Office, tracker: CommandLine, elsewhere: CommandLine, tmp_path: Path, harm: str
) -> None:
    a_submitted(office)
    assert tracker("backup", tmp_path / "kept").exit_code == 0
    store = FileStore(tmp_path / "kept" / "files")
    place = store.path(next(store.names()))
    place.chmod(0o600)
    if harm == "gone":
        place.unlink()
    else:
        place.write_bytes(b"another invoice")

    answer = elsewhere("restore", tmp_path / "kept")

    assert answer.exit_code == 1
    assert "这份备份缺 1 个附件文件或内容已损坏" in answer.stderr
    assert _tables_in(elsewhere.url) == []
    assert not (elsewhere.var / "files").exists()

    # Where the office still has the file, nothing is lost.
    office.database.close()
    assert tracker("restore", tmp_path / "kept", "--force").exit_code == 0
