"""What a submission would do: each account before, with this claim, and after; and who would decide on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, joinedload

from tracker.claims.filing import Filing
from tracker.funds.models import Cell, CellKind, Fund
from tracker.kernel.actors import SeatKind
from tracker.teams.queries import holders

_DECIDING = (SeatKind.LIAISON, SeatKind.REVIEWER, SeatKind.HEAD)
_SHOWN = 3
"""Accounts shown beside the form; those that would run short come first."""


@dataclass(frozen=True)
class Account:
    """An account as the filer sees it; amounts are fen."""

    name: str
    ceiling_fen: int
    spent_fen: int
    held_fen: int
    this_fen: int

    @property
    def before_fen(self) -> int:
        """What is left before this claim."""
        return self.ceiling_fen - self.spent_fen - self.held_fen

    @property
    def after_fen(self) -> int:
        """What would be left after it; negative when it is short."""
        return self.before_fen - self.this_fen


def accounts(session: Session, filing: Filing) -> list[Account]:
    """List the accounts the claim would take from: limits of its categories, then the team's quota.

    Short accounts come first, then the category with the largest part of the claim; at most three.
    """
    shares = filing.shares.by_category
    cells = session.scalars(
        _LIMITED, {"of_fund": filing.fund_id, "of_team": filing.team_id, "categories": list(shares)}
    ).all()
    found = [_account(cell, shares.get(cell.category_id or 0, 0), filing.claimed_fen) for cell in cells]
    found.sort(key=lambda one: (one[1].after_fen >= 0, one[0] is CellKind.TEAM, -one[1].this_fen))
    kept = [account for _, account in found[:_SHOWN]]
    team = [account for kind, account in found if kind is CellKind.TEAM and account not in kept]
    return [*kept[: _SHOWN - len(team)], *team]


_LIMITED = (
    select(Cell)
    .options(joinedload(Cell.category))
    .where(
        Cell.fund_id == bindparam("of_fund"),
        Cell.available.is_not(None),
        or_(Cell.team_id == bindparam("of_team"), Cell.kind == CellKind.FUND_CATEGORY),
        or_(Cell.category_id.is_(None), Cell.category_id.in_(bindparam("categories", expanding=True))),
    )
)


def _account(cell: Cell, share_fen: int, total_fen: int) -> tuple[CellKind, Account]:
    category = cell.category.name if cell.category is not None else ""
    name = {
        CellKind.TEAM: "组团额度",
        CellKind.TEAM_CATEGORY: f"{category}额度",
        CellKind.FUND_CATEGORY: f"全区{category}限额",
    }.get(cell.kind, "额度")
    this_fen = total_fen if cell.kind is CellKind.TEAM else share_fen
    return cell.kind, Account(name, cell.ceiling_fen or 0, cell.spent, cell.held, this_fen)


@dataclass(frozen=True)
class Deciders:
    """Who would see the claim after its submission; names, empty where nobody holds the seat."""

    liaisons: Sequence[str]
    reviewers: Sequence[str]
    heads: Sequence[str]


def deciders(session: Session, filing: Filing, *, lead_unit_id: int, filer_id: int, on: date) -> Deciders:
    """Name who would decide on the claim; filer and beneficiary never decide on their own."""
    fund = session.get_one(Fund, filing.fund_id)
    parties = {filer_id, filing.beneficiary_id}
    found = holders(session, _DECIDING, team_id=filing.team_id, unit_id=lead_unit_id, on=on)

    def names(kind: SeatKind) -> list[str]:
        return [one.name for one in found if one.kind is kind and one.person_id not in parties]

    return Deciders(
        liaisons=names(SeatKind.LIAISON) if fund.with_liaison else [],
        reviewers=names(SeatKind.REVIEWER),
        heads=names(SeatKind.HEAD) if filing.claimed_fen >= fund.head_from_fen else [],
    )
