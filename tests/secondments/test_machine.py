"""Any sequence of recordings, papers and leavings, by anyone, in any order: terms never overlap, seats always match."""

from __future__ import annotations

import shutil
import tempfile
from datetime import date, timedelta
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import select

from tests.office import NOON, TODAY, Office
from tests.secondments.seconded import CIPHER, a_document, facts, holds, order, with_home_unit
from tests.templates import a_furnished
from tracker.kernel.actors import SeatKind
from tracker.kernel.errors import Refused
from tracker.secondments import operations
from tracker.secondments.lifecycle import State
from tracker.secondments.models import Secondment
from tracker.storage import use
from tracker.storage.files import FileStore, use_files
from tracker.teams.models import Seat
from tracker.teams.operations import SeatFacts, give_seat

PEOPLE = st.sampled_from(["newcomer", "other_newcomer", "nobody"])
HANDS = st.sampled_from(["reviewer", "head", "other_reviewer", "home", "newcomer"])
DAYS = st.integers(-40, 200).map(lambda count: TODAY + timedelta(days=count))
TURNS = st.integers(0, 60)


class Terms(RuleBasedStateMachine):
    """Acts on secondments, days passing between them."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tracker-terms-"))
        self.furnished = a_furnished(self.folder / "tracker.db")
        self.database = use(self.furnished.database)
        use_files(FileStore(self.folder / "files"))
        self.at = NOON

    @initialize()
    def office_opens(self) -> None:
        self.office: Office = with_home_unit(self.furnished)

    @rule(days=st.integers(1, 45))
    def days_pass(self, days: int) -> None:
        self.at += timedelta(days=days)

    @rule(name=PEOPLE, by=HANDS, begins_on=DAYS, length=st.integers(1, 200), other=st.booleans())
    def record(self, name: str, by: str, begins_on: date, length: int, *, other: bool) -> None:
        team_id = self.office.other_team_id if other else self.office.team_id
        last_day = begins_on + timedelta(days=length - 1)
        wanted = facts(self.office, name, begins_on=begins_on, last_day=last_day, team_id=team_id)
        self._try(
            lambda session: operations.record_secondment(
                session, wanted, order(self.office, by, at=self.at), cipher=CIPHER
            )
        )

    @rule(name=PEOPLE, first=DAYS, length=st.integers(1, 100))
    def give_a_bare_seat(self, name: str, first: date, length: int) -> None:
        seat = SeatFacts(SeatKind.MEMBER, first, first + timedelta(days=length), team_id=self.office.team_id)
        by, person = self.office.actor("reviewer"), self.office.people[name]
        command = order(self.office).command_id
        self._try(lambda session: give_seat(session, person, seat, by=by, at=self.at, command_id=command))

    @rule(turn=TURNS, by=HANDS, day=DAYS)
    def extend(self, turn: int, by: str, day: date) -> None:
        if (made := self._one(turn)) is not None:
            hand = order(self.office, by, at=self.at)
            self._try(lambda session: operations.extend(session, made, day, a_document(), hand))

    @rule(turn=TURNS, by=HANDS, day=DAYS)
    def end_early(self, turn: int, by: str, day: date) -> None:
        if (made := self._one(turn)) is not None:
            hand = order(self.office, by, at=self.at)
            self._try(lambda session: operations.end_early(session, made, day, a_document(), hand, reason="调整"))

    @rule(turn=TURNS, by=HANDS, day=DAYS)
    def leave(self, turn: int, by: str, day: date) -> None:
        if (made := self._one(turn)) is not None:
            hand = order(self.office, by, at=self.at)
            closing = operations.LeavingFacts(day, "表现良好", a_document())
            self._try(lambda session: operations.leave(session, made, closing, hand))

    @rule(turn=TURNS, by=HANDS)
    def cancel(self, turn: int, by: str) -> None:
        if (made := self._one(turn)) is not None:
            hand = order(self.office, by, at=self.at)
            self._try(lambda session: operations.cancel(session, made, hand))

    @invariant()
    def everything_holds(self) -> None:
        if not hasattr(self, "office"):
            return
        holds(self.database)
        with self.database.reading() as session:
            rows = session.scalars(select(Secondment).where(Secondment.state != State.CANCELLED)).all()
            seats = session.scalars(select(Seat).where(Seat.kind == SeatKind.MEMBER)).all()
        days: dict[int, set[date]] = {}
        for row in rows:
            term = {row.begins_on + timedelta(days=n) for n in range((row.ends_before - row.begins_on).days)}
            assert not days.setdefault(row.person_id, set()) & term, "two secondments share a day"
            days[row.person_id] |= term
        running = [row.person_id for row in rows if row.state is State.RUNNING]
        assert len(running) == len(set(running)), "two secondments run"
        for first, second in ((a, b) for a in seats for b in seats if a.id < b.id and a.person_id == b.person_id):
            ends = (first.held_until or date.max, second.held_until or date.max)
            assert first.held_from >= ends[1] or second.held_from >= ends[0], "two member seats share a day"

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _try(self, act: object) -> None:
        try:
            with self.database.writing() as session:
                act(session)  # type: ignore[operator]
        except Refused:
            pass

    def _one(self, turn: int) -> int | None:
        with self.database.reading() as session:
            ids = session.scalars(select(Secondment.id).order_by(Secondment.id)).all()
        return ids[turn % len(ids)] if ids else None


TestTerms = Terms.TestCase
TestTerms.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
