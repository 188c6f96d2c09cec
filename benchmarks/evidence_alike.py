"""Time the search for look-alikes among 100,000 stored files: the same photo, the same seller, day and amount.

python -m benchmarks.evidence_alike [--files 100000]
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from tests.office import NOON, an_office
from tracker import schema
from tracker.evidence.likeness import bands
from tracker.evidence.models import Evidence, EvidenceKind, EvidenceReading, Likeness, ReadState
from tracker.evidence.queries import look_alikes, taken_back
from tracker.storage import open_database, use
from tracker.storage.files import FileStore, use_files
from tracker.storage.statements import table

BATCH = 10_000
TURNS = 40
PHOTO_SHARE = 3
"""One file of so many is a photo."""


def main() -> None:
    """Print one table: CPU milliseconds of each search, middle and slowest of forty."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=100_000)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        database = use(open_database(f"sqlite:///{Path(folder) / 'tracker.db'}"))
        schema.upgrade(database)
        use_files(FileStore(Path(folder) / "files"))
        office = an_office(database)
        rng = random.Random(7)
        with database.writing() as session:
            for start in range(0, chosen.files, BATCH):
                _fill(session, range(start + 1, min(start + BATCH, chosen.files) + 1), office.people["member"], rng)
        print(f"| search among {chosen.files:,} files | middle | slowest of {TURNS} |")
        print("|---|---|---|")
        with database.reading() as session:
            everything = select(Evidence.id)
            photos = range(PHOTO_SHARE, chosen.files, PHOTO_SHARE)
            papers = [one for one in range(1, chosen.files) if one % PHOTO_SHARE]
            _row("look-alikes of one photo", lambda: look_alikes(session, [rng.choice(photos)], everything))
            _row("look-alikes of one invoice", lambda: look_alikes(session, [rng.choice(papers)], everything))
            _row("look-alikes of a page of 50", lambda: look_alikes(session, rng.sample(papers, 50), everything))
            _row("whether red letters take back 50", lambda: taken_back(session, [("", _number(n)) for n in range(50)]))
        database.close()


def _row(name: str, ask: object) -> None:
    assert callable(ask)
    ask()
    spent = []
    for _ in range(TURNS):
        started = time.process_time()
        ask()
        spent.append(1000 * (time.process_time() - started))
    print(f"| {name} | {statistics.median(spent):.1f} ms | {max(spent):.1f} ms |")


def _number(place: int) -> str:
    return f"2632{place:016d}"


def _fill(session: Session, ids: range, person_id: int, rng: random.Random) -> None:
    files, readings, likenesses = [], [], []
    for one in ids:
        is_photo = one % PHOTO_SHARE == 0
        files.append(
            {
                "id": one,
                "handle": f"{one:032x}",
                "sha256": f"{one:064x}",
                "size": 1000,
                "media": "jpeg" if is_photo else "pdf",
                "kind": EvidenceKind.INVOICE,
                "display_name": "x.pdf",
                "pages": 1,
                "uploaded_by": person_id,
                "uploaded_at": NOON,
            }
        )
        # As photos of forms are: mostly white above and below, so that some bands are shared by many.
        drawn = rng.getrandbits(256) & rng.getrandbits(256) if is_photo else 0
        alike = f"{drawn & ~((1 << 64) - 1):064x}" if is_photo else ""
        readings.append(
            {
                "evidence_id": one,
                "state": ReadState.READ,
                "turn": 0,
                "tries": 1,
                "sentence": "",
                "number": "" if is_photo else _number(one),
                "issued_on": date(2026, 1, 1) + timedelta(days=rng.randrange(300)),
                "total_fen": rng.choice((10_000, 20_000, 50_000, rng.randrange(1000, 900_000))),
                "seller_key": f"样例公司{rng.randrange(2000)}",
                "likeness": alike,
            }
        )
        likenesses += [{"evidence_id": one, "band": place, "bits": bits} for place, bits in enumerate(bands(alike))]
    session.execute(insert(table(Evidence)), files)
    session.execute(insert(table(EvidenceReading)), readings)
    session.execute(insert(table(Likeness)), likenesses)


if __name__ == "__main__":
    main()
