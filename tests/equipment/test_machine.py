"""Any handovers and seats in any order: one holder, no thing in two places, histories replay, no room below zero."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from tests.equipment.things import a_room, handed, nothing_amiss, order, other_unit_id, some_things, the_thing
from tests.office import NOON, Office
from tests.templates import a_furnished
from tracker.equipment.lifecycle import Destination, Handing, ItemState, Standing, after
from tracker.equipment.models import Desk, Provision
from tracker.equipment.operations import cancel_provision, free_desk, provide, seat_at_desk, take_back
from tracker.equipment.queries import finding
from tracker.equipment.queries.finding import Wanted
from tracker.kernel.errors import Refused
from tracker.storage import use
from tracker.storage.files import FileStore, use_files

THINGS = st.integers(0, 2)
PEOPLE = st.sampled_from(["member", "colleague", "agent", "outsider", None])
ROOMS = st.integers(0, 1)


class Things(RuleBasedStateMachine):
    """The real operations on SQLite against a model of a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tracker-things-"))
        self.furnished = a_furnished(self.folder / "tracker.db")
        self.database = use(self.furnished.database)
        use_files(FileStore(self.folder / "files"))
        self.days = 0

    @initialize()
    def office_opens(self) -> None:
        self.office: Office = self.furnished
        self.rooms = [a_room(self.office, seats=2), a_room(self.office, "510", seats=1)]
        self.numbers = some_things(self.office, 3)
        self.model = {number: Standing() for number in self.numbers}

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @rule(
        things=st.sets(THINGS, min_size=1, max_size=3),
        kind=st.sampled_from([kind for kind in Handing if kind is not Handing.DISPOSE]),
        person=PEOPLE,
        room=st.one_of(st.none(), ROOMS),
        in_team=st.booleans(),
    )
    def hand_over(self, things: set[int], kind: Handing, person: str | None, room: int | None, in_team: bool) -> None:
        numbers = [self.numbers[thing] for thing in sorted(things)]
        lends = kind is Handing.LEND
        to = Destination(
            self.office.people[person] if person and not lends else None,
            None if room is None else self.rooms[room],
            self.office.team_id if in_team and not lends else None,
            other_unit_id(self.office) if lends else None,
            date(2027, 1, 1) if lends else None,
        )
        try:
            paper = handed(self.office, kind, *numbers, to=to)
        except Refused:
            return
        for number in numbers:
            self.model[number] = after(self.model[number], kind, paper.destination)

    @rule(thing=THINGS)
    def dispose(self, thing: int) -> None:
        number = self.numbers[thing]
        try:
            handed(self.office, Handing.DISPOSE, number, by="head", paper="云国资处〔2026〕3号")
        except Refused:
            return
        self.model[number] = Standing(ItemState.DISPOSED)

    @rule(room=ROOMS, number=st.integers(0, 3), person=st.sampled_from(["member", "colleague", "agent"]))
    def sit(self, room: int, number: int, person: str) -> None:
        self._try(seat_at_desk, self.rooms[room], number, self.office.people[person])

    @rule(room=ROOMS, number=st.integers(1, 2))
    def rise(self, room: int, number: int) -> None:
        self._try(free_desk, self.rooms[room], number)

    @rule(days=st.integers(1, 30))
    def days_pass(self, days: int) -> None:
        self.days += days

    @rule(room=ROOMS, first=st.integers(-60, 60), length=st.one_of(st.none(), st.integers(0, 90)))
    def provide(self, room: int, first: int, length: int | None) -> None:
        begins = date(2026, 3, 9) + timedelta(days=first)
        last = None if length is None else begins + timedelta(days=length)
        self._try(provide, self.rooms[room], self.office.team_id, begins_on=begins, last_day=last)

    @rule(room=ROOMS, days=st.integers(-40, 120))
    def take_back(self, room: int, days: int) -> None:
        last = date(2026, 3, 9) + timedelta(days=self.days + days)
        self._try(lambda session, room_id, by: take_back(session, room_id, last, by), self.rooms[room])

    @rule(room=ROOMS, place=st.integers(0, 3))
    def cancel(self, room: int, place: int) -> None:
        with self.database.reading() as session:
            terms = select(Provision.id).where(Provision.room_id == self.rooms[room]).order_by(Provision.id)
            ids = session.scalars(terms).all()
        if place < len(ids):
            self._try(cancel_provision, self.rooms[room], ids[place], "计划有变")

    def _try(self, act, *arguments, **facts) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN002, ANN003  any operation
        by = order(self.office.actor("reviewer"), at=NOON + timedelta(days=self.days))
        try:
            with self.office.database.writing() as session:
                act(session, *arguments, by, **facts)
        except Refused:
            return

    @invariant()
    def each_thing_is_where_the_model_has_it(self) -> None:
        for number, standing in getattr(self, "model", {}).items():
            assert the_thing(self.office, number).standing == standing

    @invariant()
    def each_state_is_counted_as_the_model_has_it(self) -> None:
        if hasattr(self, "model"):
            with self.database.reading() as session:
                tallies = finding.tallies(session, Wanted(), seen_by=self.office.actor("reviewer"))
            states = Counter(standing.state for standing in self.model.values())
            assert {state: tally.count for state, tally in tallies.by_state.items()} == states

    @invariant()
    def everything_holds(self) -> None:
        if hasattr(self, "office"):
            nothing_amiss(self.office)
            with self.database.reading() as session:
                for room, seats in zip(self.rooms, (2, 1), strict=True):
                    taken = session.scalars(select(Desk).where(Desk.room_id == room, Desk.ends_before.is_(None))).all()
                    assert seats - len(taken) >= 0


TestThings = Things.TestCase
TestThings.settings = settings(
    max_examples=8, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
