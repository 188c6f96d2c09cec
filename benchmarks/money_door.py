"""Time a claim's life through the operations beside its own statements replayed by the bare driver.

The floor is honest by construction: every statement of the measured run is recorded and then replayed, transaction by
transaction, on a copy of the same database with nothing but the driver; once all of them (what must be read to decide,
and what is written), and once the writes alone.

    python -m benchmarks.money_door [--claims 200] [--postgres]
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event

from tests.office import TODAY, Office, a_draft, a_filing, a_payee, an_office, command
from tests.postgres import PostgresServer
from tracker import schema
from tracker.claims import operations
from tracker.claims.models import Claim
from tracker.claims.operations.payments import PaymentFacts
from tracker.storage import Database, open_database, use
from tracker.storage.files import FileStore, use_files

LINES = 5


def main() -> None:
    """Print the ratio of the operations to their floor, and the fairness of 32 writers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--claims", type=int, default=200)
    parser.add_argument("--postgres", action="store_true", help="measure PostgreSQL too, on a cluster of its own")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        _measure_sqlite(Path(folder), chosen.claims)
        _fairness(Path(folder), chosen.claims)
    if chosen.postgres:
        server = PostgresServer(fsync=True)
        server.start()
        try:
            server.create("bench")
            _measure_postgres(server, chosen.claims)
        finally:
            server.stop()


def _prepare(database: Database, folder: Path, claims: int) -> tuple[Office, list[tuple[int, Any]], int]:
    schema.upgrade(use(database))
    use_files(FileStore(folder / "files"))
    office = an_office(database, quota_fen=140_000_000, head_from_fen=0)
    drafts = [
        (a_draft(office, filing), filing) for filing in (a_filing(office, *([10_000] * LINES)) for _ in range(claims))
    ]
    return office, drafts, a_payee(office)


def _lives(office: Office, drafts: list[tuple[int, Any]], payee_id: int) -> float:
    """Take every draft to paid; return seconds."""
    people = {name: office.actor(name) for name in ("member", "reviewer", "head", "officer", "cashier")}
    acts: list[Callable[..., object]] = [
        lambda s, c, f: operations.submit(s, c, f, command(people["member"])),
        lambda s, c, _: operations.approve(s, c, command(people["reviewer"])),
        lambda s, c, _: operations.approve(s, c, command(people["head"])),
        lambda s, c, _: operations.verify(s, c, command(people["officer"])),
        lambda s, c, f: operations.pay(s, c, PaymentFacts(payee_id, f.claimed_fen, TODAY), command(people["cashier"])),
    ]
    started = time.perf_counter()
    for claim_id, filing in drafts:
        for act in acts:
            with office.database.writing() as session:
                act(session, claim_id, filing)
    return time.perf_counter() - started


_Statement = tuple[str, Any, bool]
_WRITES = ("INSERT", "UPDATE", "DELETE")


class _Recorder:
    """Keeps the statements of each transaction as the driver was given them."""

    def __init__(self, database: Database) -> None:
        self.transactions: list[list[_Statement]] = []
        self._open: list[_Statement] = []
        event.listen(database.engine, "before_cursor_execute", self._keep)
        event.listen(database.engine, "commit", self._close)

    def _keep(self, _c: object, _cursor: object, statement: str, parameters: Any, _x: object, _many: bool) -> None:
        # Several rows in one statement come with one row of parameters, several executions with a list of them.
        if statement.lstrip().upper().startswith((*_WRITES, "SELECT")):
            self._open.append((statement, parameters, isinstance(parameters, list)))

    def _close(self, _connection: object) -> None:
        if self._open:
            self.transactions.append(self._open)
            self._open = []

    @property
    def writes(self) -> list[list[_Statement]]:
        """The same transactions without what they read."""
        return [[one for one in kept if one[0].lstrip().upper().startswith(_WRITES)] for kept in self.transactions]


def _measure_sqlite(folder: Path, claims: int) -> None:
    place, all_of_it, alone = folder / "tracker.db", folder / "floor.db", folder / "writes.db"
    database = open_database(f"sqlite:///{place}")
    office, drafts, payee_id = _prepare(database, folder, claims)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    for copy in (all_of_it, alone):
        shutil.copyfile(place, copy)
    recorder = _Recorder(database)
    ours = _lives(office, drafts, payee_id)
    floor = _replay_sqlite(all_of_it, recorder.transactions)
    writes = _replay_sqlite(alone, recorder.writes)
    _row("SQLite", claims, ours, floor, writes, 0.25)
    database.close()


def _replay_sqlite(place: Path, transactions: list[list[_Statement]]) -> float:
    connection = sqlite3.connect(place, isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    started = time.perf_counter()
    for transaction in transactions:
        connection.execute("BEGIN IMMEDIATE")
        for statement, parameters, many in transaction:
            cursor = (connection.executemany if many else connection.execute)(statement, parameters)
            if cursor.description:
                cursor.fetchall()
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def _measure_postgres(server: PostgresServer, claims: int) -> None:
    """Replay on copies of the database as it was before the measured run."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(server.url("bench"))
        office, drafts, payee_id = _prepare(database, Path(folder), claims)
        database.close()
        server.create("floor", template="bench")
        server.create("writes", template="bench")
        recorder = _Recorder(database)
        ours = _lives(office, drafts, payee_id)
        database.close()
        floor = _replay_postgres(server, "floor", recorder.transactions)
        writes = _replay_postgres(server, "writes", recorder.writes)
        _row("PostgreSQL", claims, ours, floor, writes, 0.40)


def _replay_postgres(server: PostgresServer, name: str, transactions: list[list[_Statement]]) -> float:
    with psycopg.connect(host=str(server.home), user="tracker", dbname=name) as connection:
        started = time.perf_counter()
        for transaction in transactions:
            for statement, parameters, many in transaction:
                cursor = connection.cursor()
                (cursor.executemany if many else cursor.execute)(statement, parameters)
                if cursor.description and not many:
                    cursor.fetchall()
            connection.commit()
        return time.perf_counter() - started


def _row(engine: str, claims: int, ours: float, floor: float, writes: float, target: float) -> None:
    print(
        f"{engine}: {claims} claims of {LINES} lines, submit to paid: {ours / claims * 1000:.1f} ms each; the same "
        f"statements by the bare driver {floor / claims * 1000:.1f} ms, {floor / ours:.0%} (target {target:.0%}); "
        f"the writes alone {writes / claims * 1000:.1f} ms, {writes / ours:.0%}"
    )


def _fairness(folder: Path, claims: int, writers: int = 32) -> None:
    database = open_database(f"sqlite:///{folder / 'fair.db'}")
    office, drafts, _ = _prepare(database, folder, max(claims, writers * 10))
    member = office.actor("member")
    queue = list(drafts)
    done: dict[int, int] = dict.fromkeys(range(writers), 0)
    waits: list[float] = []
    guard = threading.Lock()

    def write(number: int) -> None:
        while True:
            with guard:
                if not queue:
                    return
                claim_id, filing = queue.pop()
            started = time.perf_counter()
            with office.database.writing() as session:
                operations.submit(session, claim_id, filing, command(member))
            with guard:
                waits.append(time.perf_counter() - started)
                done[number] += 1

    threads = [threading.Thread(target=write, args=(number,)) for number in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    waits.sort()
    p50, p99 = statistics.median(waits), waits[int(len(waits) * 0.99) - 1]
    fair = min(done.values()) / max(done.values())
    print(
        f"SQLite, {writers} writers: fairness {fair:.2f} (target 0.50), p99/p50 of submit {p99 / p50:.1f} (target 6), "
        f"p50 {p50 * 1000:.0f} ms"
    )
    with database.reading() as session:
        assert session.query(Claim).filter(Claim.number.is_not(None)).count() == len(drafts)
    database.close()


if __name__ == "__main__":
    main()
