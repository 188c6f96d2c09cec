"""The sample's year: about 200 claims shared out over teams, days, kinds and fates, and played to the present."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import cycle

from tracker.kernel.actors import SeatKind
from tracker.kernel.clock import day_of
from tracker.logistics.leaving import ask_everybody
from tracker.sample import bills, pdf, seconded, things, words
from tracker.sample.budget import budget_year
from tracker.sample.filings import Plan, journey, purchase, reception
from tracker.sample.people import PEOPLE, TEAMS, District, SamplePerson, SampleTeam, enter_people
from tracker.sample.stage import Stage, Story, on, working_day
from tracker.sample.stories import Fate, Stop, Turn, told
from tracker.storage import unit_of_work
from tracker.storage.cipher import Cipher

SEED = 20260105
CLAIMS = 200

_UNDER_WAY: tuple[tuple[Stop, int], ...] = (
    (Stop.DRAFT, 7),
    (Stop.SUBMITTED, 10),
    (Stop.RETURNED, 4),
    (Stop.AT_HEAD, 6),
    (Stop.APPROVED, 7),
    (Stop.ACCEPTED, 6),
    (Stop.PART_PAID, 4),
)
"""How many of 200 claims are still where."""

_DAYS_AGO: dict[Stop, tuple[int, int]] = {
    Stop.DRAFT: (3, 7),
    Stop.SUBMITTED: (4, 11),
    Stop.RETURNED: (6, 14),
    Stop.AT_HEAD: (7, 14),
    Stop.APPROVED: (8, 16),
    Stop.ACCEPTED: (10, 20),
    Stop.PART_PAID: (12, 24),
}

_HAPPENS: tuple[tuple[Turn, int], ...] = (
    (Turn.CUT, 18),
    (Turn.SENT_BACK, 9),
    (Turn.REJECTED, 5),
    (Turn.WITHDRAWN, 4),
    (Turn.STEPPED_BACK, 4),
    (Turn.FINANCE_RETURNED, 3),
    (Turn.VOIDED, 2),
    (Turn.BOUNCED, 3),
    (Turn.IN_PARTS, 5),
)
"""What happens to how many of 200 claims that went all the way."""

_FIRST_DAY = 12
_UNTIL_SENT = timedelta(days=20)
"""Within this a claim is submitted, even a second time: nobody submits after his term."""
_LEAST_FEN = 60_000
_UNDER_WAY_FEN = (350_000, 2_400_000)
"""A purchase still under way costs this much: enough for the head, not so much that a team's money is all held."""
_KINDS = (
    *("travel", "travel", "reception", "general", "travel", "general"),
    *("travel", "reception", "travel", "general", "travel"),
)
"""Taken in turn; their number and that of the teams have no common divisor, so that every team has every kind."""


@dataclass(frozen=True)
class _Slot:
    """A claim to be planned: who spends, by when, and its fate."""

    member: SamplePerson
    day: date
    kind: str
    fate: Fate


def load(cipher: Cipher, *, at: datetime, claims: int = CLAIMS, progress: Callable[[float], None]) -> District:
    """Enter the district into an empty database and play its year up to ``at``; the same day gives the same year."""
    today = day_of(at)
    year = today.year if today.month > 2 else today.year - 1  # noqa: PLR2004  in January a year has nothing to show
    until = min(at, on(date(year, 12, 31), 17))
    pdf.use_characters(bills.LABELS + words.every_character() + "".join(person.name for person in PEOPLE))
    ask_everybody()
    opened = on(date(year, 1, 2), 9)
    with unit_of_work() as session:
        district = enter_people(session, year, at=opened, password_at=at)
    stage = Stage(year, until, random.Random(SEED), district, cipher)  # noqa: S311  the same year again
    slots = list(_slots(stage, claims))
    logistics = [*seconded.stories(stage), *things.stories(stage)]
    stage.play([budget_year(stage), *logistics, *_stories(stage, slots)], progress)
    return district


def _slots(stage: Stage, claims: int) -> Iterator[_Slot]:
    """Share the claims out: first those that went all the way, evenly over the year, then those under way."""
    rng = stage.rng
    until = day_of(stage.until)
    under_way = [stop for stop, count in _UNDER_WAY for _ in range(max(1, count * claims // CLAIMS))]
    done = max(claims - len(under_way), 0)
    turns = [turn for turn, count in _HAPPENS for _ in range(max(1, count * claims // CLAIMS))]
    kinds = cycle(_KINDS)
    teams = cycle(TEAMS)
    first, last = date(stage.year, 1, _FIRST_DAY), until - timedelta(days=24)
    for place in range(done):
        day = working_day(first + timedelta(days=round((last - first).days * (place + rng.random()) / max(done, 1))))
        happens = {turns[place // 3]} if place % 3 == 1 and place // 3 < len(turns) else set()
        if rng.random() < 0.15:  # noqa: PLR2004  a share, as are the next two
            happens.add(Turn.ASKED)
        if rng.random() < 0.35:  # noqa: PLR2004
            happens.add(Turn.ARCHIVED)
        kind = next(kinds)
        fate = Fate(turns=frozenset(happens), by_agent=kind != "general" and rng.random() < 0.3)  # noqa: PLR2004
        yield _Slot(_member(stage, next(teams), day), day, kind, fate)
    met: set[Stop] = set()
    for stop in under_way:
        near, far = _DAYS_AGO[stop]
        day = max(until - timedelta(days=rng.randint(near, far)), first)
        kind = "general" if stop is Stop.AT_HEAD else next(kinds)
        member = _member(stage, next(teams), day)
        if stop in (Stop.DRAFT, Stop.RETURNED) and stop not in met:
            member, kind = PEOPLE[0], "travel"  # the member whose sign-in is printed has something to go on with
        met.add(stop)
        yield _Slot(member, day, kind, Fate(stop))


def _member(stage: Stage, team: SampleTeam, day: date) -> SamplePerson:
    """Choose a member of the team who has been there for a week on the day, and stays until the claim is through."""
    seated = [
        person
        for person in stage.district.holders(SeatKind.MEMBER, team.short_name)
        if person.first_month <= (day - timedelta(days=7)).month and _stays(person, day)
    ]
    return stage.rng.choice(seated)


def _stays(person: SamplePerson, day: date) -> bool:
    return person.last_month == 12 or (day + _UNTIL_SENT).month <= person.last_month  # noqa: PLR2004  the whole year


def _stories(stage: Stage, slots: list[_Slot]) -> Iterator[Story]:
    """Plan each slot; what journeys and receptions leave of a team's share is spent by its purchases."""
    plans: dict[int, Plan] = {}
    for number, slot in enumerate(slots):
        if slot.kind == "travel":
            plans[number] = journey(stage, slot.member, slot.day - timedelta(days=3))
        elif slot.kind == "reception":
            plans[number] = reception(stage, slot.member, slot.day)
    for team in TEAMS:
        share_fen = team.quota_yuan * team.used_percent * len(slots) // CLAIMS
        left = share_fen - sum(
            plan.total_fen for number, plan in plans.items() if slots[number].member.place == team.short_name
        )
        buys = [n for n, slot in enumerate(slots) if n not in plans and slot.member.place == team.short_name]
        under_way = {number for number in buys if slots[number].fate.stop is not Stop.NOWHERE}
        for number in under_way:
            target_fen = stage.rng.randint(*_UNDER_WAY_FEN)
            plans[number] = purchase(stage, slots[number].member, slots[number].day, target_fen)
            left -= target_fen
        weights = {number: stage.rng.lognormvariate(0, 0.6) for number in buys if number not in under_way}
        for number, weight in weights.items():
            target_fen = max(int(left * weight / sum(weights.values())), _LEAST_FEN)
            plans[number] = purchase(stage, slots[number].member, slots[number].day, target_fen)
    for number, slot in enumerate(slots):
        yield told(stage, plans[number], slot.fate, f"sample-{number:03d}")
