"""What a filer hands in: the header and lines of a claim, as values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from tracker.claims.models import Claim, Kind, PayMethod
from tracker.evidence.models import EvidenceKind
from tracker.funds.book import Shares


@dataclass(frozen=True)
class FiledLine:
    """One line as filed; ``key`` names it on the form and joins its evidence, the amount is fen.

    While it is being typed a line may lack its category, its day and its amount (0); findings stop such a line.
    """

    key: str
    category_id: int | None
    spent_on: date | None
    summary: str
    claimed_fen: int
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Filing:
    """A claim as filed."""

    kind: Kind
    fund_id: int
    team_id: int
    beneficiary_id: int
    purpose: str
    facts: Mapping[str, Any]
    lines: tuple[FiledLine, ...]
    pay_method: PayMethod
    payee_id: int | None = None
    note: str = ""
    file_kinds: Mapping[str, EvidenceKind] = field(default_factory=dict)
    """What the filer says each file proves, by the file's handle."""

    @property
    def claimed_fen(self) -> int:
        """The claim's total in fen."""
        return sum(line.claimed_fen for line in self.lines)

    @property
    def shares(self) -> Shares:
        """What the claim would hold, by category; unfinished lines hold nothing."""
        by_category: dict[int, int] = defaultdict(int)
        for line in self.lines:
            if line.category_id is not None and line.claimed_fen:
                by_category[line.category_id] += line.claimed_fen
        return Shares(self.fund_id, self.team_id, dict(by_category))


def filing_of(claim: Claim) -> Filing:
    """Read back what was filed from a claim's rows: what the checks look at once it is in the gate."""
    return Filing(
        kind=claim.kind,
        fund_id=claim.fund_id,
        team_id=claim.team_id,
        beneficiary_id=claim.beneficiary_id,
        purpose=claim.purpose,
        facts=claim.facts,
        lines=tuple(
            FiledLine(line.key, line.category_id, line.spent_on, line.summary, line.claimed_fen, line.facts)
            for line in claim.lines
        ),
        pay_method=claim.pay_method,
        payee_id=claim.payee_id,
        note=claim.note,
        file_kinds={laid.evidence.handle: laid.evidence.kind for laid in claim.attachments},
    )
