"""The verdict on a claim, in the reviewer's four questions, and the account it takes its money from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from tracker.claims import facts, findings
from tracker.claims.filing import filing_of
from tracker.claims.findings import Finding, Level, Part
from tracker.claims.lifecycle import LIVE_STATES, State
from tracker.claims.models import Claim, ClaimLine
from tracker.claims.outlook import Account
from tracker.funds.models import Cell, CellKind
from tracker.kernel.money import format_yuan


@dataclass(frozen=True)
class Answer:
    """The answer to one of the four questions: the worst level found, and the findings of that level."""

    part: Part
    level: Level
    found: Sequence[Finding]

    @property
    def sentence(self) -> str:
        """What has to be looked at first; empty when all is in order."""
        return self.found[0].sentence if self.found and self.level is not Level.PASS else ""


@dataclass(frozen=True)
class Verdict:
    """Everything that was checked of a claim, and its account."""

    answers: Sequence[Answer]
    found: Sequence[Finding]
    account: Account | None

    def of_line(self, key: str) -> list[Finding]:
        """List what was found at a line, apart from what passed."""
        return [one for one in self.found if one.line == key and one.level is not Level.PASS]


def verdict_of(session: Session, claim: Claim, *, at: datetime) -> Verdict:
    """Check a claim as it stands. While it holds its money, the quota is no question any more."""
    found = _found(session, claim, at=at)
    return Verdict([_answer(part, found) for part in Part], found, account_of(session, claim))


def open_questions(session: Session, claim: Claim, *, at: datetime) -> list[Finding]:
    """List what of a claim somebody has to look at, as it stands; empty when every check passes."""
    return [one for one in _found(session, claim, at=at) if one.level is not Level.PASS]


def _found(session: Session, claim: Claim, *, at: datetime) -> list[Finding]:
    found = findings.of_filing(session, claim, filing_of(claim), at=at) if claim.lines else []
    if claim.state in LIVE_STATES:
        return [one for one in found if one.part is not Part.QUOTA]
    return found


def _answer(part: Part, found: Sequence[Finding]) -> Answer:
    here = [one for one in found if one.part is part]
    level = next((level for level in Level if any(one.level is level for one in here)), Level.PASS)
    return Answer(part, level, [one for one in here if one.level is level])


def account_of(session: Session, claim: Claim) -> Account | None:
    """Find the account that tells most about a claim: the limit of its one category if it has one, else the quota.

    What the claim itself holds or has spent is counted as its own, not as others'.
    """
    categories = {line.category_id for line in claim.lines}
    cells = {
        (cell.kind, cell.category_id): cell
        for cell in session.scalars(
            select(Cell)
            .options(joinedload(Cell.category))
            .where(Cell.fund_id == claim.fund_id, Cell.team_id == claim.team_id)
        )
    }
    limited = None
    if len(categories) == 1:
        limited = cells.get((CellKind.TEAM_CATEGORY, next(iter(categories))))
    cell = limited if limited is not None and limited.ceiling_fen is not None else cells.get((CellKind.TEAM, None))
    if cell is None or cell.ceiling_fen is None or claim.state is State.REJECTED:
        return None
    is_counted = claim.state in LIVE_STATES
    name = f"{cell.category.name}额度" if cell.category is not None else "组团额度"
    return Account(
        name=name,
        ceiling_fen=cell.ceiling_fen,
        spent_fen=cell.spent - (claim.paid_fen if is_counted else 0),
        held_fen=cell.held - (claim.payable_fen if is_counted else 0),
        this_fen=claim.approved_fen,
    )


def spoken(line: ClaimLine) -> list[str]:
    """Say a line's own facts shortly, in the order people read them: 高铁动车, 淮安东 → 深圳北."""
    item = facts.item_of(line.category.economic_code, line.facts)
    said = [fact for fact in _said(line) if fact not in line.summary]
    return [line.spent_on.isoformat(), item.name or line.category.name, *said]


def _said(line: ClaimLine) -> Iterator[str]:
    told = line.facts
    if told.get("from_city") and told.get("to_city"):
        yield f"{told['from_city']} → {told['to_city']}"
    if told.get("vehicle"):
        yield str(told["vehicle"])
    if told.get("city") and told.get("nights"):
        yield f"{told['city']} {told['nights']} 晚"
    if isinstance(told.get("rate_fen"), int):
        count, unit = (told.get("days"), "天") if told.get("days") else (told.get("people"), "人")
        yield f"{format_yuan(told['rate_fen'])} × {count} {unit}" if count else format_yuan(told["rate_fen"])
    if told.get("bill_number"):
        yield f"票号 …{str(told['bill_number'])[-6:]}"


def is_allowance(line: ClaimLine) -> bool:
    """Tell whether the line is a fixed allowance, which needs no bill."""
    return facts.item_of(line.category.economic_code, line.facts).is_allowance


def days_of(claim: Claim) -> list[date]:
    """List the days a claim names: those of its lines, and the journey's first and last, or the reception's."""
    fields = [field.key for field in facts.HEADER_FIELDS[claim.kind] if field.entry is facts.Entry.DAY]
    days = [line.spent_on for line in claim.lines]
    days += [date.fromisoformat(str(claim.facts[key])) for key in fields if claim.facts.get(key)]
    return sorted(set(days))


def header_facts(claim: Claim) -> list[tuple[str, str]]:
    """List the header fields of the claim's kind that were filled in, as labels and texts."""
    told = []
    for field in facts.HEADER_FIELDS[claim.kind]:
        value = claim.facts.get(field.key)
        if value not in (None, ""):
            told.append((field.label, format_yuan(value) if field.entry is facts.Entry.MONEY else str(value)))
    return told
