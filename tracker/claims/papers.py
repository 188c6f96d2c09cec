"""The paper of a claim: what its voucher says is gathered once, at approval, and frozen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, joinedload

from tracker.claims import facts
from tracker.claims import queries as claims
from tracker.claims.lifecycle import STEP_NAMES, Move, Step
from tracker.claims.models import KIND_NAMES, PAY_NAMES, Claim, ClaimLine
from tracker.evidence.models import Evidence, EvidenceKind
from tracker.evidence.operations import StoredFile, keep, retain
from tracker.funds.queries import team_cell
from tracker.identity.models import Person
from tracker.kernel.actors import FINANCE_SEATS, SEAT_NAMES, UNIT_SEATS, Actor, SeatKind
from tracker.kernel.clock import day_of
from tracker.kernel.errors import Forbidden, Refused
from tracker.kernel.money import capitals, format_yuan
from tracker.teams.models import Team
from tracker.vouchers import operations as vouchers
from tracker.vouchers import queries
from tracker.vouchers.content import (
    FrozenFile,
    LineContent,
    Payee,
    QuotaFigures,
    Signature,
    VoucherContent,
    from_json,
    to_json,
)
from tracker.vouchers.models import Voucher, VoucherFile

TEMPLATE_VERSION = 1
_LONGEST_NAME = 48


class _Site:
    base_url = "http://127.0.0.1:8000"


def use_base_url(url: str) -> None:
    """Make this the address papers send people to for checking them."""
    _Site.base_url = url.rstrip("/")


def issue_voucher(session: Session, claim: Claim, *, by: Actor, seat: SeatKind, at: datetime) -> None:
    """Number and freeze the voucher of a claim just approved."""
    vouchers.issue(
        session,
        fund_id=claim.fund_id,
        prefix=claim.fund.code,
        year=claim.fund.year,
        claim_id=claim.id,
        template_version=TEMPLATE_VERSION,
        compose=lambda number, code: to_json(content_of(session, claim, number, code, at=at)),
        by=by,
        seat=seat,
        at=at,
        files=[laid.evidence_id for laid in claim.attachments],
    )
    retain(session, [laid.evidence_id for laid in claim.attachments], year=_kept_with(claim, at))


def _kept_with(claim: Claim, at: datetime) -> int:
    """Tell from the end of which year the voucher's papers are kept: the fund's, or a later one it was issued in."""
    return max(claim.fund.year, day_of(at).year)


def void_voucher(session: Session, claim: Claim, *, reason: str, by: Actor, seat: SeatKind, at: datetime) -> None:
    """Void the claim's standing voucher; its number stays."""
    standing = queries.standing(session, claim.id)
    if standing is not None:
        vouchers.void(session, standing, reason=reason, by=by, seat=seat, at=at)


def pictures_of(data: bytes, media: str) -> list[bytes]:
    """Draw the pages of an evidence file that is neither PDF nor picture; called in the drawing child."""
    from tracker.evidence.rendering.pages import page_pictures  # noqa: PLC0415  loads much, only the child needs it

    return [picture.png for picture in page_pictures(data, media)]


def may_keep_signed(actor: Actor, claim: Claim) -> bool:
    """Tell whether the person may give back the scan of the signed paper: parties, lead unit, finance."""
    if actor.person_id in (claim.filer_id, claim.beneficiary_id):
        return True
    if any(actor.holds(kind, unit_id=claim.team.lead_unit_id) for kind in UNIT_SEATS):
        return True
    return actor.holds_any(FINANCE_SEATS)


def keep_signed_paper(session: Session, claim_id: int, file: StoredFile, *, by: Actor, at: datetime) -> None:
    """Keep the scan of the signed paper with the claim's standing voucher.

    Raises NotFound for a claim the person may not see, Forbidden, Refused where there is no valid voucher.
    """
    claim = claims.locked(session, claim_id, seen_by=by)
    if not may_keep_signed(by, claim):
        raise Forbidden("只有填报人、牵头单位和财政局可以回传签字件")
    standing = queries.standing(session, claim_id)
    if standing is None:
        raise Refused("这张单据没有有效的报销凭证，不能回传签字件；请在审批通过后再传")
    scan = keep(session, file, EvidenceKind.SIGNED_PAPER, by=by, at=at)
    vouchers.scan_back(session, standing.id, scan.id, by=by, at=at)
    retain(session, [scan.id], year=_kept_with(claim, at))


def content_of(session: Session, claim: Claim, number: str, code: str, *, at: datetime) -> VoucherContent:
    """Gather what the voucher of a claim says, at the moment it is approved."""
    _gather(session, claim)
    departs, returns = (_day(claim.facts.get(key)) for key in ("departs_on", "returns_on"))
    return VoucherContent(
        number=number,
        title=f"{claim.fund.name}报销单",
        fund_name=claim.fund.name,
        budget_year=claim.fund.year,
        function_code=claim.fund.function_code,
        kind=claim.kind.value,
        kind_label=KIND_NAMES[claim.kind],
        filed_on=day_of(claim.submitted_at or at),
        team=claim.team.name,
        lead_unit=claim.team.lead_unit.name,
        beneficiary=claim.beneficiary.name,
        filer=claim.filer.name,
        home_unit=claim.beneficiary.home_unit.name if claim.beneficiary.home_unit else "",
        period_from=departs,
        period_to=returns,
        places=str(claim.facts.get("places") or ""),
        purpose=claim.purpose,
        details=_details(claim),
        lines=tuple(_line(line) for line in claim.lines),
        claimed_fen=claim.claimed_fen,
        deducted_fen=claim.deducted_fen,
        approved_fen=claim.approved_fen,
        capitals=f"人民币{capitals(claim.approved_fen)}",
        attachment_count=len(claim.attachments),
        files=tuple(_frozen(laid.evidence) for laid in claim.attachments),
        quota=_quota(session, claim),
        payees=_payees(claim),
        signatures=tuple(_signatures(claim)),
        approved_at=at,
        verify_url=f"{_Site.base_url}/verify/{code}",
        verify_code=code,
        template_version=TEMPLATE_VERSION,
    )


_PARTIES = (
    select(Claim)
    .options(
        joinedload(Claim.team, innerjoin=True).joinedload(Team.lead_unit, innerjoin=True),
        joinedload(Claim.filer, innerjoin=True),
        joinedload(Claim.beneficiary, innerjoin=True).joinedload(Person.home_unit),
        joinedload(Claim.payee),
    )
    .where(Claim.id == bindparam("of_claim"))
)


def _gather(session: Session, claim: Claim) -> None:
    """Load what a paper says of a claim in few statements, where asking piece by piece would take a dozen."""
    session.scalars(_PARTIES, {"of_claim": claim.id}).one()
    claims.furnish(session, claim, "lines", "attachments", "decisions")


_SHOWN_APART = frozenset({"departs_on", "returns_on", "places"})


def _details(claim: Claim) -> tuple[tuple[str, str], ...]:
    """List the header fields of the kind that have no place of their own on the paper."""
    return tuple(
        (field.label, shown(claim.facts[field.key], field))
        for field in facts.HEADER_FIELDS[claim.kind]
        if field.key not in _SHOWN_APART and claim.facts.get(field.key) not in (None, "")
    )


def shown(value: Any, field: facts.Field) -> str:
    """Write a fact as people read it."""
    return format_yuan(value) if field.entry is facts.Entry.MONEY else str(value)


def _line(line: ClaimLine) -> LineContent:
    item = facts.item_of(line.category.economic_code, line.facts)
    number = str(line.facts.get("bill_number") or "")
    return LineContent(
        position=line.position,
        date=line.spent_on,
        category=item.name or line.category.name,
        economic_code=line.category.economic_code,
        summary=line.summary,
        bill_numbers=(number,) if number else (),
        bill_count=int(line.facts.get("bill_count") or 0),
        claimed_fen=line.claimed_fen,
        deducted_fen=line.deducted_fen,
        approved_fen=line.approved_fen,
        deduction_reason=line.deduction_reason,
    )


def _frozen(evidence: Evidence) -> FrozenFile:
    return FrozenFile(
        evidence_id=evidence.id,
        sha256=evidence.sha256,
        name=evidence.display_name,
        media=evidence.media,
        size=evidence.size,
    )


def files_of(session: Session, voucher: Voucher) -> Sequence[FrozenFile]:
    """List the files a voucher was issued with, in its order, whatever became of the claim since."""
    files = from_json(voucher.content).files
    if files is not None:
        return files
    kept = (
        select(Evidence)
        .join(VoucherFile, VoucherFile.evidence_id == Evidence.id)
        .where(VoucherFile.voucher_id == voucher.id)
        .order_by(VoucherFile.position)
    )
    return [_frozen(evidence) for evidence in session.scalars(kept)]


def _quota(session: Session, claim: Claim) -> QuotaFigures | None:
    """The team's quota as it stands: already claimed is what others hold and what is spent."""
    cell = team_cell(session, claim.fund_id, claim.team_id)
    if cell is None or cell.ceiling_fen is None or cell.available is None:
        return None
    used = cell.held + cell.spent - claim.approved_fen
    return QuotaFigures(
        annual_fen=cell.ceiling_fen, spent_fen=used, this_fen=claim.approved_fen, left_fen=cell.available
    )


def _payees(claim: Claim) -> tuple[Payee, ...]:
    if claim.payee is None:
        return ()
    return (
        Payee(
            name=claim.payee.holder,
            bank=claim.payee.bank,
            account=f"尾号 {claim.payee.tail}",
            method=PAY_NAMES[claim.payee.method],
            amount_fen=claim.approved_fen,
        ),
    )


def _signatures(claim: Claim) -> Iterable[Signature]:
    """The boxes at the foot: who filed, who decided each lead-unit step; finance and the cashier sign by hand."""
    on_behalf = claim.filer_id != claim.beneficiary_id
    if on_behalf:
        yield Signature(seat=SEAT_NAMES[SeatKind.AGENT], name=_signed(claim.filer.name), at=claim.submitted_at)
    yield Signature(seat="报销人", name=_signed(claim.beneficiary.name), at=None if on_behalf else claim.submitted_at)
    for name in claim.route:
        step = Step(name)
        if step in (Step.VERIFY, Step.PAY):
            yield Signature(seat=STEP_NAMES[step] if step is Step.VERIFY else "出纳")
            continue
        decided = [d for d in claim.decisions if d.step is step and d.move in (Move.PASS, Move.APPROVE)]
        if decided:
            yield Signature(seat=STEP_NAMES[step], name=_signed(decided[-1].person.name), at=decided[-1].at)
        else:
            yield Signature(seat=STEP_NAMES[step])


def _signed(name: str) -> str:
    """Shorten a name no signature box has room for."""
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None
