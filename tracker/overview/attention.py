"""需要关注: what of a fund needs a look now, by rules over its figures; the page finds the words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from tracker.funds.models import Cell, CellKind
from tracker.funds.quotas import FundQuotas
from tracker.overview.queries import Waiting

FULL_SHARE = Fraction(95, 100)
"""From this share spent and held an account is as good as used up."""
NEAR_SHARE = Fraction(80, 100)
"""From this share on an account is running out, unless the year is as far."""
FAST_POINTS = Fraction(20, 100)
"""So far ahead of the time gone by, spent and held together, an account is too fast."""
SLOW_POINTS = Fraction(7, 100)
"""So far behind the time gone by a team spends too slowly; counted once a tenth of the year is gone."""
SLOW_FROM = Fraction(10, 100)


class AlertKind(StrEnum):
    """Why something needs a look; in this order on the page."""

    FULL = "full"
    NEAR = "near"
    FAST = "fast"
    WAITING = "waiting"
    SLOW = "slow"


@dataclass(frozen=True)
class Alert:
    """One thing to look at: the account it is about (none for waiting claims) and the figures that say why."""

    kind: AlertKind
    cell: Cell | None = None
    share: Fraction = Fraction(0)
    points: Fraction = Fraction(0)
    payments: int = 0
    waiting: Waiting = field(default_factory=Waiting)


def alerts_of(seen: FundQuotas, elapsed: Fraction, waiting: Waiting, payments: Mapping[int, int]) -> list[Alert]:
    """List what needs a look, worst first. ``payments`` counts each team's payments of the last 30 days."""
    found = [*_accounts(seen, elapsed), *_slow(seen, elapsed, payments)]
    if waiting.late:
        found.append(Alert(AlertKind.WAITING, waiting=waiting))
    order = list(AlertKind)
    return sorted(found, key=lambda alert: (order.index(alert.kind), -alert.points, -alert.share))


def _accounts(seen: FundQuotas, elapsed: Fraction) -> Iterator[Alert]:
    for cell in seen.cells:
        if cell.kind is CellKind.FUND or not cell.ceiling_fen:
            continue
        share = Fraction(cell.spent + cell.held, cell.ceiling_fen)
        points = share - elapsed
        if share >= FULL_SHARE and elapsed < 1:
            yield Alert(AlertKind.FULL, cell, share, points)
        elif share >= NEAR_SHARE and points > 0:
            yield Alert(AlertKind.NEAR, cell, share, points)
        elif points >= FAST_POINTS:
            yield Alert(AlertKind.FAST, cell, share, points)


def _slow(seen: FundQuotas, elapsed: Fraction, payments: Mapping[int, int]) -> Iterator[Alert]:
    if not SLOW_FROM <= elapsed < 1:
        return
    for quota in seen.teams:
        if not quota.cell.ceiling_fen:
            continue
        share = Fraction(quota.cell.spent, quota.cell.ceiling_fen)
        if elapsed - share >= SLOW_POINTS:
            yield Alert(AlertKind.SLOW, quota.cell, share, elapsed - share, payments.get(quota.team.id, 0))
