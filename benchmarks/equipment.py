"""How long the lists of things take with 100,000 things, 20,000 people, 500,000 events; each should stay under 100 ms.

Run: ``python -m benchmarks.equipment [sqlite|postgresql]``. The rows are made from a seeded chance; each question, and
then each whole page as the application answers it, is asked seven times and the middle time is printed, beside it the
middle of this process's own processor time (with SQLite that is the whole work, whatever else the machine does).
PostgreSQL is vacuumed first, as it does by itself.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlalchemy import Select, func, insert, select, text
from sqlalchemy.orm import Session

from tests.office import NOON, TODAY, Office, an_office
from tests.pages import Clock, office_settings
from tests.postgres import PostgresServer
from tracker import schema
from tracker.application import create_app
from tracker.equipment.kinds import ItemKind, RoomUse, Source
from tracker.equipment.lifecycle import Handing, ItemState
from tracker.equipment.models import (
    Building,
    Handover,
    HandoverLine,
    Intake,
    IntakeKind,
    Item,
    KeptTally,
    Room,
    words_of,
)
from tracker.equipment.queries import finding, handovers, items, rooms
from tracker.equipment.queries.finding import Wanted
from tracker.identity.models import Person
from tracker.identity.operations import start_sign_in
from tracker.kernel import clock
from tracker.storage import Database, open_database, use
from tracker.storage.statements import table

THINGS, PEOPLE, EVENTS, ROOMS = 100_000, 20_000, 500_000, 400
EVENTS_EACH = EVENTS // THINGS
THINGS_A_PAPER = 2
SLICE = 5_000
TIMES = 7


@contextmanager
def a_database(engine: str) -> Iterator[Database]:
    folder = Path(tempfile.mkdtemp(prefix="tracker-things-"))
    server = PostgresServer() if engine == "postgresql" else None
    if server is not None:
        server.start()
        server.create("things")
    database = use(open_database(server.url("things") if server else f"sqlite:///{folder / 'tracker.db'}"))
    schema.upgrade(database)
    yield database
    database.close()
    if server is not None:
        server.stop()
    shutil.rmtree(folder, ignore_errors=True)


def put(session: Session, model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), SLICE):
        session.execute(insert(table(model)), rows[start : start + SLICE])


def fill(database: Database, office: Office) -> None:
    chance = random.Random(7)
    keeper = office.people["reviewer"]
    with database.writing() as session:
        first = 1_000
        people = [
            {
                "id": first + number,
                "sign_in_name": f"p{number}",
                "name": chance.choice("赵钱孙李周吴郑王冯陈")
                + chance.choice("伟芳娜敏静丽强磊军洋")
                + str(number % 97),
                "post": "",
                "password_hash": "",
                "must_change": False,
                "failures": 0,
                "created_at": NOON,
                "version": 1,
            }
            for number in range(PEOPLE)
        ]
        put(session, Person, people)
        building = Building(name="行政中心")
        intake = Intake(
            kind=IntakeKind.SHEET, items=THINGS, written_by=keeper, written_at=NOON, command_id="fill", claim_number=""
        )
        session.add_all([building, intake])
        session.flush()
        put(session, Room, [_room(number, building.id, office.lead_unit_id) for number in range(1, ROOMS + 1)])
        put(session, Item, [_item(number, intake.id, office, chance, first) for number in range(1, THINGS + 1)])
        session.execute(insert(table(KeptTally)).from_select([*table(KeptTally).c], _tallied()))
        papers = EVENTS // THINGS_A_PAPER
        put(session, Handover, [_paper(number, office, keeper, chance, first) for number in range(1, papers + 1)])
        lines = [
            _line(event * THINGS + thing, event + 1, thing + 1)
            for event in range(EVENTS_EACH)
            for thing in range(THINGS)
        ]
        put(session, HandoverLine, lines)
    with database.writing() as session:
        session.execute(text("ANALYZE"))


def _room(number: int, building_id: int, unit_id: int) -> dict[str, Any]:
    return {
        "id": number,
        "building_id": building_id,
        "name": str(number),
        "use": RoomUse.OFFICE,
        "area_dm2": 2000,
        "seats": 8,
        "owner_unit_id": unit_id,
        "note": "",
        "version": 1,
        "command_id": f"room{number}",
    }


def _item(number: int, intake_id: int, office: Office, chance: random.Random, first: int) -> dict[str, Any]:
    state = chance.choices([ItemState.IN_USE, ItemState.IDLE, ItemState.REPAIR, ItemState.LENT], [80, 14, 3, 3])[0]
    is_used = state in {ItemState.IN_USE, ItemState.REPAIR}
    due_on = TODAY + timedelta(days=chance.randint(-20, 90)) if state is ItemState.LENT else None
    name = chance.choice(["笔记本电脑", "台式电脑", "黑白激光打印机", "办公桌", "办公椅", "文件柜"])
    code, model, serial = f"ZC-{2016 + number % 10}-{number:06d}", f"型号 {number % 300}", f"SN{number}"
    return {
        "id": number,
        "number": code,
        "name": name,
        "model": model,
        "words": words_of(code, name, model, serial),
        "kind": chance.choice(list(ItemKind)),
        "edition": None,
        "code": "",
        "owner_unit_id": office.lead_unit_id,
        "price_fen": chance.randint(10_000, 900_000),
        "pieces": 1,
        "bought_on": date(2016 + number % 10, 1, 12),
        "source": Source.PURCHASE,
        "source_paper": "",
        "serial": serial,
        "life_years": 6,
        "note": "",
        "exception": "",
        "intake_id": intake_id,
        "state": state,
        "holder_id": first + chance.randrange(PEOPLE) if is_used else None,
        "room_id": chance.randint(1, ROOMS),
        "team_id": office.team_id if is_used and number % 50 == 0 else None,
        "borrower_unit_id": None,
        "due_on": due_on,
        "events": EVENTS_EACH,
        "version": 1 + EVENTS_EACH,
    }


def _tallied() -> Select[Any]:
    """Count the cards as the operations would have kept count of them."""
    things = table(Item).c
    whose = things.owner_unit_id, things.kind, things.state
    return select(*whose, func.count(), func.sum(things.price_fen)).group_by(*whose)


def _paper(number: int, office: Office, keeper: int, chance: random.Random, first: int) -> dict[str, Any]:
    return {
        "id": number,
        "number": f"DB-2026-{number:06d}",
        "kind": chance.choice([Handing.ISSUE, Handing.TRANSFER, Handing.RETURN]),
        "unit_id": office.lead_unit_id,
        "to_person_id": first + chance.randrange(PEOPLE),
        "to_room_id": chance.randint(1, ROOMS),
        "to_team_id": office.team_id if number % 50 == 0 else None,
        "reason": "",
        "paper": "",
        "things": THINGS_A_PAPER,
        "handed_by": keeper,
        "handed_at": NOON,
        "command_id": f"paper{number}",
    }


def _line(number: int, event: int, item_id: int) -> dict[str, Any]:
    return {
        "id": number + 1,
        "handover_id": number // THINGS_A_PAPER + 1,
        "item_id": item_id,
        "event": event,
        "from_state": ItemState.IDLE,
    }


def measure(database: Database, question: Callable[[Session], object]) -> tuple[float, float]:
    def ask() -> None:
        with database.reading() as session:
            question(session)

    return middle(ask)


def middle(ask: Callable[[], object]) -> tuple[float, float]:
    """Return the middle of the clock and of this process's processor time, in ms."""
    spans, works = [], []
    for _time in range(TIMES):
        began, worked = time.perf_counter(), time.process_time()
        ask()
        spans.append((time.perf_counter() - began) * 1000)
        works.append((time.process_time() - worked) * 1000)
    return statistics.median(spans), statistics.median(works)


def settled(database: Database) -> None:
    if database.engine.dialect.name == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")


def questions(office: Office) -> dict[str, Callable[[Session], object]]:
    keeper, member, auditor = (office.actor(name) for name in ("reviewer", "member", "auditor"))

    def find(wanted: Wanted, by: Any = keeper, after: int | None = None) -> Callable[[Session], object]:
        return lambda session: finding.find(session, wanted, seen_by=by, after=after)

    def listing(wanted: Wanted, by: Any = keeper) -> Callable[[Session], object]:
        return lambda session: finding.listing(session, wanted, seen_by=by)

    return {
        "list, keeper": find(Wanted()),
        "list, keeper, deep page": find(Wanted(), after=THINGS // 2),
        "list, member": find(Wanted(), member),
        "list, auditor": find(Wanted(), auditor),
        "by state": find(Wanted(state=ItemState.REPAIR)),
        "by kind": find(Wanted(kind=ItemKind.SHREDDER)),
        "by room": find(Wanted(room_id=7)),
        "by number": find(Wanted(text="ZC-2020-000444")),
        "overdue": find(Wanted(overdue_on=TODAY)),
        "word and counts, many hits": listing(Wanted(text="笔记本")),
        "word and counts, few hits": listing(Wanted(text="SN4217")),
        "word and counts, two words": listing(Wanted(text="笔记本 217")),
        "word and counts, no hit": listing(Wanted(text="没有这个")),
        "word and counts, holder": listing(Wanted(text="陈敏33")),
        "word and counts, shared name": listing(Wanted(text="陈")),
        "word and counts, a state": listing(Wanted(text="笔记本", state=ItemState.IDLE)),
        "word and counts, no hit, auditor": listing(Wanted(text="没有这个"), auditor),
        "word and counts, member": listing(Wanted(text="笔记本"), member),
        "tallies, keeper": lambda session: finding.tallies(session, Wanted(), seen_by=keeper),
        "tallies, member": lambda session: finding.tallies(session, Wanted(), seen_by=member),
        "tallies, auditor": lambda session: finding.tallies(session, Wanted(), seen_by=auditor),
        "tallies by kind": lambda session: finding.tallies(session, Wanted(kind=ItemKind.DESK), seen_by=keeper),
        "overdue count": lambda session: items.overdue(session, seen_by=keeper, on=TODAY),
        "one thing": lambda session: items.one(session, "ZC-2020-000444", seen_by=keeper),
        "history": lambda session: items.history(session, 444),
        "handovers, keeper": lambda session: handovers.find(session, seen_by=keeper),
        "handovers, member": lambda session: handovers.find(session, seen_by=member),
        "room cards": lambda session: rooms.cards(session, seen_by=keeper, on=TODAY, limit=4),
        "all room cards": lambda session: rooms.cards(session, seen_by=keeper, on=TODAY),
    }


PAGES = (
    "/equipment",
    "/equipment?state=repair",
    "/equipment?kind=desk",
    "/equipment?room=7",
    "/equipment?overdue=yes",
    "/equipment?q=笔记本",
    "/equipment?q=笔记本&state=idle",
    "/equipment?q=没有这个",
    "/equipment?q=陈敏33",
    "/equipment?q=陈",
    "/equipment?q=笔记本 217",
    "/equipment?q=ZC-2020",
    "/equipment?team=1",
    "/equipment?mine=yes",
    "/equipment/ZC-2020-000444",
    "/equipment/handovers",
    "/equipment/rooms",
    "/equipment/faults",
    "/equipment/stocktakes",
    "/equipment/standards",
)


def pages(office: Office, var: Path) -> Iterator[tuple[str, tuple[float, float]]]:
    """Ask the whole application for each list, as the keeper."""
    (var / "keys").mkdir(exist_ok=True)
    standing = Clock()
    with patch.object(clock, "datetime", standing):
        client = create_app(office_settings(office, var)).test_client()
        with office.database.writing() as session:
            kept = start_sign_in(
                session, office.people["reviewer"], at=standing.moment, address="127.0.0.1", browser="benchmark"
            )
        with client.session_transaction() as cookie:
            cookie["sign_in"] = kept
        for address in PAGES:
            if client.get(address).status_code != 200:
                raise RuntimeError(address)
            yield address, middle(lambda address=address: client.get(address))  # type: ignore[misc]


def main() -> None:
    engine = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    with a_database(engine) as database:
        office = an_office(database)
        fill(database, office)
        settled(database)
        print(f"{engine}: {THINGS:,} things, {PEOPLE:,} people, {EVENTS:,} events")
        for name, question in questions(office).items():
            span, work = measure(database, question)
            print(f"{name:34} {span:8.1f} ms {work:8.1f} ms CPU here")
        with tempfile.TemporaryDirectory(prefix="tracker-things-pages-") as var:
            for address, (span, work) in pages(office, Path(var)):
                print(f"page {address:29} {span:8.1f} ms {work:8.1f} ms CPU here")
        print(f"load while measured: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
