"""Who asks: a person with the seats held today."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class SeatKind(StrEnum):
    """The seats of the office; one person may hold several, never two that meet on one document."""

    MEMBER = "member"
    AGENT = "agent"
    LIAISON = "liaison"
    REVIEWER = "reviewer"
    HEAD = "head"
    OFFICER = "officer"
    CASHIER = "cashier"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    HOME_UNIT = "home_unit"


SEAT_NAMES: dict[SeatKind, str] = {
    SeatKind.MEMBER: "组员",
    SeatKind.AGENT: "报账员",
    SeatKind.LIAISON: "组团联络员",
    SeatKind.REVIEWER: "牵头单位经办",
    SeatKind.HEAD: "牵头单位负责人",
    SeatKind.OFFICER: "财政复核",
    SeatKind.CASHIER: "财政支付",
    SeatKind.AUDITOR: "审计",
    SeatKind.ADMINISTRATOR: "系统管理员",
    SeatKind.HOME_UNIT: "原单位经办",
}

TEAM_SEATS = frozenset({SeatKind.MEMBER, SeatKind.AGENT, SeatKind.LIAISON})
UNIT_SEATS = frozenset({SeatKind.REVIEWER, SeatKind.HEAD})
FINANCE_SEATS = frozenset({SeatKind.OFFICER, SeatKind.CASHIER})
BUSINESS_SEATS = TEAM_SEATS | UNIT_SEATS | FINANCE_SEATS


@dataclass(frozen=True)
class HeldSeat:
    """One seat held today: in a team, in a lead unit, or over the whole district."""

    kind: SeatKind
    team_id: int | None = None
    unit_id: int | None = None


@dataclass(frozen=True)
class Actor:
    """The person who asks, as every rule is told of them."""

    person_id: int
    name: str
    seats: tuple[HeldSeat, ...] = ()

    def holds(self, kind: SeatKind, *, team_id: int | None = None, unit_id: int | None = None) -> bool:
        """Tell whether the person holds this seat (of this team, of this unit, if one is named)."""
        return any(
            seat.kind is kind
            and (team_id is None or seat.team_id == team_id)
            and (unit_id is None or seat.unit_id == unit_id)
            for seat in self.seats
        )

    def holds_any(self, kinds: Iterable[SeatKind]) -> bool:
        """Tell whether the person holds one of these seats, anywhere."""
        wanted = frozenset(kinds)
        return any(seat.kind in wanted for seat in self.seats)

    def teams(self, kind: SeatKind) -> frozenset[int]:
        """List the teams in which the person holds this seat."""
        return frozenset(s.team_id for s in self.seats if s.kind is kind and s.team_id is not None)

    def units(self, kinds: Iterable[SeatKind] = UNIT_SEATS) -> frozenset[int]:
        """List the lead units in which the person holds one of these seats."""
        wanted = frozenset(kinds)
        return frozenset(s.unit_id for s in self.seats if s.kind in wanted and s.unit_id is not None)


SYSTEM = Actor(person_id=0, name="命令行")
"""The office's own hand at the command line; recorded in the trail, holds no business seat."""
