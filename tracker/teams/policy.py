"""Who may give which seat, and which seats one person may not hold at the same time: two tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.identity.policy import is_administrator
from tracker.kernel.actors import (
    BUSINESS_SEATS,
    FINANCE_SEATS,
    SEAT_NAMES,
    TEAM_SEATS,
    UNIT_SEATS,
    Actor,
    SeatKind,
)
from tracker.kernel.errors import Forbidden, Refused
from tracker.kernel.text import tell

K = SeatKind


class Place(StrEnum):
    """Where a seat is held."""

    TEAM = "team"
    UNIT = "unit"
    DISTRICT = "district"


_HELD_IN_UNIT = UNIT_SEATS | {K.HOME_UNIT}

PLACES: dict[SeatKind, Place] = {
    kind: Place.TEAM if kind in TEAM_SEATS else Place.UNIT if kind in _HELD_IN_UNIT else Place.DISTRICT for kind in K
}

_OFFICE_WORK = BUSINESS_SEATS | {K.HOME_UNIT}

KEPT_APART = FINANCE_SEATS | {K.AUDITOR, K.ADMINISTRATOR}
"""Seats of the district whose holders no lead unit may seat in its teams, so that its directory leaves them out."""

GIVEN_BY_LEAD_UNIT = TEAM_SEATS
"""Seats that reviewer and head of a team's lead unit may give; every other one is the administrator's."""

END_REQUIRED = frozenset({K.AGENT})
"""Seats that are never given without a last day (a filing agent is named for a time)."""

QUOTA_ALLOWED = frozenset({K.AGENT})


class Meets(StrEnum):
    """Where two seats of one person come together on a document."""

    ANYWHERE = "anywhere"
    SAME_TEAM = "same_team"
    SAME_UNIT = "same_unit"
    LEAD_UNIT = "lead_unit"


@dataclass(frozen=True)
class Exclusion:
    """Two kinds of seats that one person does not hold at the same time, where they meet, and why."""

    first: frozenset[SeatKind]
    second: frozenset[SeatKind]
    where: Meets
    why: str


EXCLUSIONS: tuple[Exclusion, ...] = (
    Exclusion(
        frozenset({K.ADMINISTRATOR}),
        frozenset({K.AUDITOR}),
        Meets.ANYWHERE,
        "系统管理员和审计要由不同的人担任（三员分立）",
    ),
    Exclusion(
        frozenset({K.ADMINISTRATOR}), _OFFICE_WORK, Meets.ANYWHERE, "系统管理员不办业务，不能兼任业务席位（三员分立）"
    ),
    Exclusion(frozenset({K.AUDITOR}), _OFFICE_WORK, Meets.ANYWHERE, "审计只看不办，不能兼任业务席位（三员分立）"),
    Exclusion(
        frozenset({K.MEMBER}), frozenset({K.MEMBER}), Meets.ANYWHERE, "同一时间只能抽调到一个组团，请先结束原来的任期"
    ),
    Exclusion(frozenset({K.OFFICER}), frozenset({K.CASHIER}), Meets.ANYWHERE, "复核和支付要由不同的人办理"),
    Exclusion(FINANCE_SEATS, TEAM_SEATS | UNIT_SEATS, Meets.ANYWHERE, "财政的人不能同时在组团或牵头单位经手报销单"),
    Exclusion(frozenset({K.REVIEWER}), frozenset({K.HEAD}), Meets.SAME_UNIT, "同一单位的经办和负责人要由不同的人担任"),
    Exclusion(TEAM_SEATS, UNIT_SEATS, Meets.LEAD_UNIT, "组团的人不能审自己组团的报销单"),
    Exclusion(
        frozenset({K.LIAISON}), frozenset({K.MEMBER, K.AGENT}), Meets.SAME_TEAM, "联络员核对报销单，不能又是填单的人"
    ),
)


@dataclass(frozen=True)
class Held:
    """A seat with its place and its half-open term, as the tables look at it."""

    kind: SeatKind
    held_from: date
    held_until: date | None
    team_id: int | None = None
    unit_id: int | None = None
    lead_unit_id: int | None = None
    place: str = ""

    def name(self) -> str:
        """Name the seat with its place."""
        return f"{self.place}{SEAT_NAMES[self.kind]}"

    def overlaps(self, other: Held) -> bool:
        """Tell whether the two terms share a day."""
        return _before(self.held_from, other.held_until) and _before(other.held_from, self.held_until)

    def is_same_as(self, other: Held) -> bool:
        """Tell whether both are the same seat at the same place."""
        return (self.kind, self.team_id, self.unit_id) == (other.kind, other.team_id, other.unit_id)


def conflicts(wanted: Held, held: Iterable[Held]) -> Iterator[tuple[Held, str]]:
    """Name each held seat that a wanted one does not go with, and why."""
    for seat in held:
        if not wanted.overlaps(seat):
            continue
        if wanted.is_same_as(seat):
            yield seat, "这一席位在这段时间里已经有了，需要延长时请修改它的任期"
            continue
        for rule in EXCLUSIONS:
            if _covers(rule, wanted, seat) or _covers(rule, seat, wanted):
                yield seat, rule.why
                break


def may_give(by: Actor) -> frozenset[SeatKind]:
    """List the kinds of seats the actor may give somewhere."""
    if is_administrator(by):
        return frozenset(K)
    return GIVEN_BY_LEAD_UNIT if by.units() else frozenset()


def may_give_at(by: Actor, kind: SeatKind, lead_unit_id: int | None) -> bool:
    """Tell whether the actor may give this seat, ``lead_unit_id`` being that of its team."""
    return is_administrator(by) or (kind in GIVEN_BY_LEAD_UNIT and lead_unit_id in by.units())


def require_giver(by: Actor, kind: SeatKind, lead_unit_id: int | None) -> None:
    """Raise Forbidden unless the actor may give, end or extend this seat."""
    if may_give_at(by, kind, lead_unit_id):
        return
    if kind in GIVEN_BY_LEAD_UNIT:
        raise Forbidden(
            tell("%(seat)s由本组团的牵头单位或系统管理员指定，你不是这个组团的牵头单位", seat=SEAT_NAMES[kind])
        )
    raise Forbidden(tell("%(seat)s只能由系统管理员授予", seat=SEAT_NAMES[kind]))


def require_not_self(by: Actor, person_id: int) -> None:
    """Raise Refused when somebody would give or change a seat of their own."""
    if by.person_id == person_id:
        raise Refused("不能给自己授予席位，也不能改自己的任期，请由另一位有权的人办理")


def _covers(rule: Exclusion, one: Held, other: Held) -> bool:
    return one.kind in rule.first and other.kind in rule.second and _meet(rule.where, one, other)


def _meet(where: Meets, one: Held, other: Held) -> bool:
    if where is Meets.SAME_TEAM:
        return one.team_id == other.team_id
    if where is Meets.SAME_UNIT:
        return one.unit_id == other.unit_id
    if where is Meets.LEAD_UNIT:
        return one.lead_unit_id == other.unit_id
    return True


def _before(day: date, end: date | None) -> bool:
    return end is None or day < end
