"""What stands on a budget paper, what it changes, and what a fund is opened with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from tracker.evidence.operations import StoredFile

BUDGET = "budget"
"""The budget outside the fund: where a fund's ceiling comes from."""
RESERVE = "reserve"
"""统筹预留: the fund's own cell, from which team quotas are issued."""

Place = str | int
"""BUDGET, RESERVE, or a team id."""


@dataclass(frozen=True)
class PaperFacts:
    """What stands on a budget paper, and its scan if there is one (already in the store)."""

    number: str
    dated: date
    issuer: str
    reason: str
    scan: StoredFile | None = None


@dataclass(frozen=True)
class CategoryFacts:
    """A permitted purpose with its economic classification code."""

    name: str
    economic_code: str
    economic_name: str = ""


@dataclass(frozen=True)
class FundFacts:
    """What a fund is opened with.

    ``head_from_fen`` 0: the head approves every claim; ``together_up_to_fen`` 0: none are approved together.
    """

    year: int
    name: str
    code: str
    function_code: str
    opens_on: date
    closes_on: date
    head_from_fen: int
    with_liaison: bool
    categories: Sequence[CategoryFacts]
    together_up_to_fen: int = 0


@dataclass(frozen=True)
class Transfer:
    """Money from a place to a place, in fen."""

    source: Place
    target: Place
    amount_fen: int


@dataclass(frozen=True)
class LimitChange:
    """A category's limit in a team (or across the fund, when team is None); None takes the limit away."""

    category_id: int
    limit_fen: int | None
    team_id: int | None = None


@dataclass(frozen=True)
class LimitMove:
    """Part of a category's limit given to another category of the same team, in fen."""

    team_id: int
    source_category_id: int
    target_category_id: int
    amount_fen: int


@dataclass(frozen=True)
class PaperChanges:
    """All that one paper changes."""

    transfers: Sequence[Transfer] = field(default_factory=tuple)
    limits: Sequence[LimitChange] = field(default_factory=tuple)
    limit_moves: Sequence[LimitMove] = field(default_factory=tuple)
