"""Time the lists and checks at two sizes of data and count their queries: pages must stay flat as claims grow.

Beside each stands its floor: the same statements asked of the same database by the bare driver, rows fetched.

python -m benchmarks.pages [--small 1000] [--large 100000]
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from benchmarks.many_claims import fill
from tests.holds import nothing_broken
from tests.office import NOON, Office, a_paper, a_payee, an_office
from tracker import schema
from tracker.claims import queries
from tracker.claims.queries import Wanted
from tracker.funds.models import PaperKind
from tracker.funds.operations import BUDGET, PaperChanges, Transfer, record_paper
from tracker.funds.queries import cells, monthly
from tracker.storage import open_database, use
from tracker.storage.files import FileStore, use_files

TURNS = 30


def main() -> None:
    """Print one table: each query's CPU milliseconds and statements at both sizes, then the time of verify."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--large", type=int, default=100_000)
    chosen = parser.parse_args()
    columns: dict[int, dict[str, Taken]] = {}
    for size in (chosen.small, chosen.large):
        with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
            columns[size] = _measure(Path(folder), size)
    small, large = columns[chosen.small], columns[chosen.large]
    sizes = f"{chosen.small:,} claims | {chosen.large:,} claims"
    print(f"| what | {sizes} | growth | its floor there | × floor | statements |")
    print("|---|---|---|---|---|---|---|")
    for name, first in small.items():
        last = large[name]
        floor = f"{last.floor:.2f} ms | {last.ours / last.floor:.1f}" if last.floor else " | "
        sizes = f"{first.ours:.2f} ms | {last.ours:.2f} ms | {last.ours / first.ours:.1f} ×"
        print(f"| {name} | {sizes} | {floor} | {first.statements} |")


@dataclass(frozen=True)
class Taken:
    """What a question took: our CPU milliseconds, those of the bare driver, and how many statements it is."""

    ours: float
    floor: float = 0.0
    statements: int = 0


def _measure(folder: Path, size: int) -> dict[str, Taken]:
    database = use(open_database(f"sqlite:///{folder / 'tracker.db'}"))
    schema.upgrade(database)
    use_files(FileStore(folder / "files"))
    office = an_office(database, quota_fen=145_000_000)
    _raise_quota(office, size)
    fill(office, size, a_payee(office))
    people = {name: office.actor(name) for name in ("reviewer", "officer", "member", "auditor")}
    middle = size // 2
    asked: dict[str, Callable[[Session], object]] = {
        "inbox of 50": lambda s: queries.inbox(s, people["reviewer"]),
        "inbox count": lambda s: queries.inbox_count(s, people["reviewer"]),
        "one claim, whole": lambda s: queries.one(s, middle, seen_by=people["officer"]),
        "list, latest 20": lambda s: queries.listed(s, people["auditor"], Wanted()),
        "list, 20 in the middle": lambda s: queries.listed(s, people["auditor"], Wanted(before=middle)),
        "list of one category": lambda s: queries.listed(
            s, people["auditor"], Wanted(category_id=office.categories["办公与邮电"])
        ),
        "list by number": lambda s: queries.listed(s, people["auditor"], Wanted(text=f"BX-2026-{middle:07d}")),
        "started by me": lambda s: queries.started(s, people["member"]),
        "done by me": lambda s: queries.done(s, people["officer"]),
        "board figures": lambda s: (cells(s, office.fund_id), monthly(s, office.fund_id)),
    }
    result: dict[str, Taken] = {}
    driver = sqlite3.connect(folder / "tracker.db")
    for name, ask in asked.items():
        with _asked(database.engine) as statements, database.reading() as session:
            ask(session)
        with database.reading() as session:
            started = time.process_time()
            for _ in range(TURNS):
                session.expire_all()
                ask(session)
            ours = (time.process_time() - started) * 1000 / TURNS
        result[name] = Taken(ours, _floor(driver, statements), len(statements))
    driver.close()
    started = time.process_time()
    nothing_broken(database)
    result["verify, all invariants but files"] = Taken((time.process_time() - started) * 1000)
    database.close()
    return result


@contextmanager
def _asked(engine: Any) -> Iterator[list[tuple[str, Any]]]:
    """Keep the statements that are asked inside, as the driver is given them."""
    kept: list[tuple[str, Any]] = []

    def keep(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if statement.startswith("SELECT"):
            kept.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", keep)
    yield kept
    event.remove(engine, "before_cursor_execute", keep)


def _floor(driver: sqlite3.Connection, statements: list[tuple[str, Any]]) -> float:
    """Return the CPU milliseconds the bare driver takes for these statements, their rows fetched."""
    started = time.process_time()
    for _ in range(TURNS):
        for statement, parameters in statements:
            driver.execute(statement, parameters).fetchall()
    return (time.process_time() - started) * 1000 / TURNS


def _raise_quota(office: Office, size: int) -> None:
    """Give the team room for the claims by a further paper, as finance would."""
    with office.database.writing() as session:
        record_paper(
            session,
            office.fund_id,
            PaperKind.SUPPLEMENT,
            a_paper("追加"),
            PaperChanges(transfers=[Transfer(BUDGET, office.team_id, size * 20_000)]),
            by=office.actor("officer"),
            at=NOON,
            command_id="raise",
        )


if __name__ == "__main__":
    main()
