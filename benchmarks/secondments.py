"""Time the lists of seconded people at two sizes: a page must stay under 100 ms however many people there are.

python -m benchmarks.secondments [--small 1000] [--large 20000]
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert
from sqlalchemy.orm import Session

from tests.office import NOON, TODAY, Office, an_office
from tests.secondments.seconded import with_home_unit
from tracker import schema
from tracker.identity.models import Person
from tracker.kernel.actors import SeatKind
from tracker.secondments import checks, queries, reminders
from tracker.secondments.halves import Half
from tracker.secondments.lifecycle import State
from tracker.secondments.models import PaperKind, Secondment, Snapshot, TermPaper
from tracker.secondments.queries import Phase, Wanted
from tracker.secondments.ranks import Level, PostKind
from tracker.storage import open_database, use
from tracker.storage.files import FileStore, use_files
from tracker.teams.models import Seat

TURNS = 15
DUE = date(2026, 6, 15)


def main() -> None:
    """Print one table: CPU milliseconds of each query at both sizes, middle of fifteen turns, then of verify."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--small", type=int, default=1_000)
    parser.add_argument("--large", type=int, default=20_000)
    chosen = parser.parse_args()
    columns = {}
    for size in (chosen.small, chosen.large):
        with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
            columns[size] = _measured(Path(folder), size)
    small, large = columns[chosen.small], columns[chosen.large]
    print(f"| what | {chosen.small:,} people | {chosen.large:,} people |")
    print("|---|---|---|")
    for name, figure in small.items():
        print(f"| {name} | {figure:.1f} ms | {large[name]:.1f} ms |")


def _measured(folder: Path, size: int) -> dict[str, float]:
    database = use(open_database(f"sqlite:///{folder / 'tracker.db'}"))
    schema.upgrade(database)
    use_files(FileStore(folder / "files"))
    office = with_home_unit(an_office(database))
    with database.writing() as session:
        fill(session, office, size)
    lead, home, auditor = (office.actor(name) for name in ("reviewer", "home", "auditor"))
    middle = size // 2
    asked: dict[str, Callable[[Session], object]] = {
        "roster of the lead unit, today": lambda s: queries.roster(s, Wanted(), seen_by=lead, on=TODAY),
        "roster of the auditor, all": lambda s: queries.roster(s, Wanted(phase=None), seen_by=auditor, on=TODAY),
        "a page in the middle": lambda s: queries.roster(
            s, Wanted(phase=None), seen_by=auditor, on=TODAY, older_than=middle
        ),
        "who left": lambda s: queries.roster(s, Wanted(phase=Phase.LEFT), seen_by=lead, on=TODAY),
        "one name": lambda s: queries.roster(s, Wanted(text=f"人{middle}"), seen_by=lead, on=TODAY),
        "nobody of that name": lambda s: queries.roster(s, Wanted(text="查无此人"), seen_by=lead, on=TODAY),
        "of the home unit": lambda s: queries.roster(s, Wanted(), seen_by=home, on=TODAY),
        "counts": lambda s: queries.counts(s, seen_by=lead, on=TODAY),
        "reminders": lambda s: reminders.count_waiting(s, DUE, seen_by=lead),
        "who waits": lambda s: reminders.waiting(s, Half(2026, 1), seen_by=lead),
        "expense rank of a day": lambda s: queries.expense_rank(s, office.people["newcomer"] + middle, TODAY),
        "one secondment": lambda s: queries.one(s, middle + 1, seen_by=lead),
    }
    result: dict[str, float] = {}
    for name, ask in asked.items():
        turns = []
        for _turn in range(TURNS):
            with database.reading() as session:
                started = time.process_time()
                ask(session)
                turns.append((time.process_time() - started) * 1000)
        result[name] = sorted(turns)[TURNS // 2]
    started = time.process_time()
    with database.snapshot() as session:
        assert list(checks.breaches(session)) == []
    result["verify, whole"] = (time.process_time() - started) * 1000
    database.close()
    return result


def fill(session: Session, office: Office, size: int) -> None:
    """Write people with one secondment each, in both teams, half of them over, without operations."""
    first = max(office.people.values()) + 1
    reviewer = office.people["reviewer"]
    people, seats, secondments, snapshots, papers = [], [], [], [], []
    for number in range(1, size + 1):
        person_id, team_id = first + number, office.team_id if number % 2 else office.other_team_id
        begins_on = date(2024, 1, 1) + timedelta(days=number % 790)
        is_over = number % 4 == 0
        ends_before = min(begins_on + timedelta(days=60), TODAY) if is_over else date(2027, 1, 1)
        seat_id, by = 1000 + number, {"recorded_by": reviewer, "recorded_at": NOON, "command_id": f"fill-{number}"}
        people.append(
            {
                "id": person_id,
                "sign_in_name": f"p{number}",
                "name": f"人{number}",
                "home_unit_id": 3,
                "created_at": NOON,
            }
        )
        seats.append(
            {
                "id": seat_id,
                "person_id": person_id,
                "kind": SeatKind.MEMBER,
                "team_id": team_id,
                "held_from": begins_on,
                "held_until": ends_before,
                "by_secondment": True,
                "given_by": reviewer,
                "given_at": NOON,
            }
        )
        secondments.append(
            {
                "id": number,
                "person_id": person_id,
                "home_unit_id": 3,
                "post_kind": PostKind.INSTITUTION,
                "team_id": team_id,
                "begins_on": begins_on,
                "ends_before": ends_before,
                "seat_id": seat_id,
                "state": State.LEFT if is_over else State.RUNNING,
                **by,
            }
        )
        post = {"number": 1, "effective_on": begins_on, "level": Level.SECTION, "duty": "科长"}
        paper = {"paper_number": "文", "paper_dated": begins_on}
        snapshots.append({"secondment_id": number, **post, **paper, **by})
        start = {"kind": PaperKind.START, "number": "文", "dated": begins_on, "ends_before": ends_before}
        papers.append({"secondment_id": number, **start, **by})
    for model, rows in (
        (Person, people),
        (Seat, seats),
        (Secondment, secondments),
        (Snapshot, snapshots),
        (TermPaper, papers),
    ):
        session.execute(insert(model), rows)


if __name__ == "__main__":
    main()
