"""Any papers and any holds and payments in any order: the book holds after each, and no total passes its ceiling.

Hypothesis drives the real operations on SQLite against a model of a few dictionaries.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.funds.movements import cell_of, limit, limit_move, move, nothing_amiss, paper, total, transfer
from tests.office import NOON, Office
from tests.templates import a_furnished
from tracker.funds.book import NotEnoughLeft
from tracker.funds.models import Cell, PaperKind, Verb
from tracker.funds.operations import BUDGET, RESERVE, CategoryFacts, PaperChanges, Place, Transfer, add_category
from tracker.funds.queries import cells
from tracker.kernel.errors import Refused
from tracker.storage import use
from tracker.storage.files import FileStore, use_files

CEILING_FEN, QUOTA_FEN = 300_000_000, 1_000
"""The quotas are small, so that amounts drawn up to twice as much hit and miss every limit."""

AMOUNTS = st.integers(1, 2_000)
TEAMS = st.sampled_from(["team", "other"])
CATEGORIES = st.sampled_from(["公务接待", "宣传印刷", "办公与邮电"])
LIMITS = st.one_of(st.none(), st.integers(0, 1_500))


class Book(RuleBasedStateMachine):
    """Papers and movements in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="tracker-book-"))
        self.furnished = a_furnished(self.folder / "tracker.db", quota_fen=QUOTA_FEN)
        self.database = use(self.furnished.database)
        use_files(FileStore(self.folder / "files"))
        self.held: dict[tuple[str, str], int] = defaultdict(int)
        self.spent: dict[tuple[str, str], int] = defaultdict(int)
        self.ceiling = CEILING_FEN
        self.purposes = 4

    @initialize()
    def office_opens(self) -> None:
        self.office: Office = self.furnished
        self.money = {
            "reserve": CEILING_FEN - 2 * QUOTA_FEN,
            "team": QUOTA_FEN,
            "other": QUOTA_FEN,
        }
        self.limits: dict[tuple[str, str], int] = {}

    def teardown(self) -> None:
        self.database.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # the model

    def used(self, team: str, category: str | None = None) -> int:
        """Tell what the model thinks is held and spent of a team, of a category; ``all`` is every team."""
        return sum(
            fen
            for kept in (self.held, self.spent)
            for (of_team, of_category), fen in kept.items()
            if team in ("all", of_team) and category in (None, of_category)
        )

    def left(self, end: str) -> int:
        return self.money[end] - (0 if end == "reserve" else self.used(end))

    def place(self, end: str) -> Place:
        return {"reserve": RESERVE, "budget": BUDGET}.get(end) or self.team_id(end)

    def team_id(self, team: str) -> int:
        return self.office.team_id if team == "team" else self.office.other_team_id

    def pass_on(self, kind: PaperKind, source: str, target: str, fen: int) -> None:
        fits = source == "budget" or fen <= self.left(source)
        try:
            transfer(self.office, kind, self.place(source), self.place(target), fen)
        except NotEnoughLeft:
            assert not fits, f"{kind} refused although {self.left(source)} were left for {fen}"
            return
        assert fits, f"{kind} took {fen} where {self.left(source)} were left"
        for end, change in ((source, -fen), (target, fen)):
            if end == "budget":
                self.ceiling -= change
            else:
                self.money[end] += change

    # papers

    @rule(team=TEAMS, fen=AMOUNTS)
    def issue(self, team: str, fen: int) -> None:
        self.pass_on(PaperKind.ISSUE, "reserve", team, fen)

    @rule(end=st.sampled_from(["reserve", "team", "other"]), fen=AMOUNTS)
    def supplement(self, end: str, fen: int) -> None:
        self.pass_on(PaperKind.SUPPLEMENT, "budget", end, fen)

    @rule(end=st.sampled_from(["reserve", "team", "other"]), fen=AMOUNTS)
    def cut(self, end: str, fen: int) -> None:
        self.pass_on(PaperKind.CUT, end, "budget", fen)

    @rule(team=TEAMS, fen=AMOUNTS)
    def recall(self, team: str, fen: int) -> None:
        self.pass_on(PaperKind.RECALL, team, "reserve", fen)

    @rule(team=TEAMS, fen=AMOUNTS)
    def move_to_the_other(self, team: str, fen: int) -> None:
        self.pass_on(PaperKind.MOVE, team, "other" if team == "team" else "team", fen)

    @rule(team=TEAMS)
    def cut_to_the_last_fen_and_one_more(self, team: str) -> None:
        left = self.left(team)
        self.pass_on(PaperKind.CUT, team, "budget", left + 1)
        if left:
            self.pass_on(PaperKind.CUT, team, "budget", left)

    @rule(first=AMOUNTS, second=AMOUNTS)
    def one_paper_takes_from_both(self, first: int, second: int) -> None:
        """All or nothing: when one team is short, the other keeps its money too."""
        changes = [Transfer(self.office.team_id, RESERVE, first), Transfer(self.office.other_team_id, RESERVE, second)]
        fits = first <= self.left("team") and second <= self.left("other")
        try:
            paper(self.office, PaperKind.RECALL, PaperChanges(transfers=changes))
        except NotEnoughLeft:
            assert not fits
            return
        assert fits
        self.money["team"] -= first
        self.money["other"] -= second
        self.money["reserve"] += first + second

    @rule(team=st.sampled_from(["team", "other", "all"]), category=CATEGORIES, fen=LIMITS)
    def set_limit(self, team: str, category: str, fen: int | None) -> None:
        fits = fen is None or fen >= self.used(team, category)
        try:
            limit(self.office, category, fen, team_id=None if team == "all" else self.team_id(team))
        except NotEnoughLeft:
            assert not fits
            return
        assert fits
        if fen is None:
            self.limits.pop((team, category), None)
        else:
            self.limits[team, category] = fen

    @rule(giver=CATEGORIES, taker=CATEGORIES, fen=AMOUNTS)
    def move_limit(self, giver: str, taker: str, fen: int) -> None:
        both = ("team", giver) in self.limits and ("team", taker) in self.limits and giver != taker
        fits = both and fen <= self.limits["team", giver] - self.used("team", giver)
        try:
            limit_move(self.office, giver, taker, fen)
        except Refused:
            assert not fits
            return
        assert fits
        self.limits["team", giver] -= fen
        self.limits["team", taker] += fen

    @precondition(lambda self: self.purposes < 7)
    @rule()
    def permit_another_purpose(self) -> None:
        self.purposes += 1
        with self.database.writing() as session:
            facts = CategoryFacts(f"第 {self.purposes} 项", "30299", "其他商品和服务支出")
            add_category(session, self.office.fund_id, facts, by=self.office.actor("officer"), at=NOON)

    # movements

    @rule(team=TEAMS, category=CATEGORIES, fen=AMOUNTS)
    def hold(self, team: str, category: str, fen: int) -> None:
        rooms = [self.left(team)]
        rooms += [
            self.limits[who, category] - self.used(who, category)
            for who in (team, "all")
            if (who, category) in self.limits
        ]
        try:
            move(self.office, Verb.HOLD, {category: fen}, team_id=self.team_id(team))
        except NotEnoughLeft:
            assert fen > min(rooms)
            return
        assert fen <= min(rooms)
        self.held[team, category] += fen

    @rule(team=TEAMS, category=CATEGORIES, share=st.integers(1, 4))
    def release(self, team: str, category: str, share: int) -> None:
        """Give back; a release always succeeds."""
        if fen := self.held[team, category] // share:
            move(self.office, Verb.RELEASE, {category: fen}, team_id=self.team_id(team))
            self.held[team, category] -= fen

    @rule(team=TEAMS, category=CATEGORIES, share=st.integers(1, 4))
    def spend(self, team: str, category: str, share: int) -> None:
        if fen := self.held[team, category] // share:
            move(self.office, Verb.SPEND, {category: fen}, team_id=self.team_id(team))
            self.held[team, category] -= fen
            self.spent[team, category] += fen

    @rule(team=TEAMS, category=CATEGORIES, share=st.integers(1, 4))
    def unspend(self, team: str, category: str, share: int) -> None:
        if fen := self.spent[team, category] // share:
            move(self.office, Verb.UNSPEND, {category: fen}, team_id=self.team_id(team))
            self.spent[team, category] -= fen
            self.held[team, category] += fen

    # what must always hold

    @invariant()
    def the_book_holds(self) -> None:
        nothing_amiss(self.office)

    @invariant()
    def every_ceiling_is_what_papers_made_it_and_never_passed(self) -> None:
        assert total(self.office) == self.ceiling
        with self.database.reading() as session:
            kept = cells(session, self.office.fund_id)
        for cell in kept:
            assert cell.ceiling_fen is None or cell.held + cell.spent <= cell.ceiling_fen
        teams = {end: cell_of(self.office, team_id=self.team_id(end)) for end in ("team", "other")}
        assert {end: cell.ceiling_fen for end, cell in teams.items()} == {
            end: self.money[end] for end in ("team", "other")
        }
        assert {end: cell.held + cell.spent for end, cell in teams.items()} == {
            end: self.used(end) for end in ("team", "other")
        }
        assert cell_of(self.office).ceiling_fen == self.money["reserve"]
        assert _limits(self.office, kept) == self.limits


def _limits(office: Office, kept: Sequence[Cell]) -> dict[tuple[str, str], int]:
    names = {office.team_id: "team", office.other_team_id: "other", None: "all"}
    return {
        (names[cell.team_id], cell.category.name): cell.ceiling_fen
        for cell in kept
        if cell.category is not None and cell.ceiling_fen is not None
    }


TestBook = Book.TestCase
TestBook.settings = settings(
    max_examples=12,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
