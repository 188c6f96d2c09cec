"""The invoices a claim uses: their keys are taken with its hold, and a refusal names who has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.claims import policy
from tracker.claims.case import place_of, placed
from tracker.claims.filing import FiledLine, Filing
from tracker.claims.models import Claim
from tracker.evidence import keys
from tracker.evidence.keys import InvoiceAltered, InvoiceTaken, Use
from tracker.evidence.queries import readings_of
from tracker.identity.models import Person
from tracker.kernel.actors import Actor
from tracker.kernel.text import listed, tell


def take_invoices(session: Session, claim: Claim, filing: Filing, *, by: Actor, at: datetime) -> None:
    """Take the key of every invoice the filing names. Raises InvoiceTaken, InvoiceAltered."""
    try:
        keys.take(session, claim.id, [*uses_of(filing), *_uses_of_files(session, claim, filing)], at=at)
    except (InvoiceTaken, InvoiceAltered) as refusal:
        use = cast("Use", refusal.facts["use"])
        position = next(place for place, line in enumerate(filing.lines, start=1) if line.key == use.line_key)
        told = named_holders(session, cast("Sequence[int]", refusal.facts["claim_ids"]), by=by)
        sentence = placed(place_of(position), listed((refusal.sentence, told), ""))
        raise type(refusal)(sentence, field="lines", **refusal.facts) from refusal


def uses_of(filing: Filing) -> list[Use]:
    """List the invoices a filing's lines name by number, with the share each line claims."""
    uses = []
    for line in filing.lines:
        number, face = str(line.facts.get("bill_number") or ""), line.facts.get("face_fen")
        if keys.normal(number) and isinstance(face, int):
            uses.append(Use(line.key, str(line.facts.get("bill_code") or ""), number, face, line.claimed_fen))
    return uses


def _uses_of_files(session: Session, claim: Claim, filing: Filing) -> list[Use]:
    """List the invoices that were read off the files at the lines and that no line names by its number.

    The only paper of a line without a number is used as far as the line claims it; a further paper, wholly.
    """
    lines = {line.key: line for line in filing.lines}
    at_lines = {laid.evidence_id: lines[laid.line_key] for laid in claim.attachments if laid.line_key in lines}
    typed = {
        (keys.normal(str(line.facts.get("bill_code") or "")), keys.normal(str(line.facts.get("bill_number") or "")))
        for line in filing.lines
    }
    read: dict[str, dict[tuple[str, str], int]] = {line.key: {} for line in filing.lines}
    for evidence_id, known in readings_of(session, at_lines).items():
        total_fen = known.reading.total_fen if known.reading is not None else None
        if known.number and total_fen and total_fen > 0 and (known.code, known.number) not in typed:
            read[at_lines[evidence_id].key][known.code, known.number] = total_fen
    return [
        Use(key, code, number, total_fen, lines[key].claimed_fen if _is_all(papers, lines[key]) else total_fen)
        for key, papers in read.items()
        for (code, number), total_fen in papers.items()
    ]


def _is_all(papers: Mapping[tuple[str, str], int], line: FiledLine) -> bool:
    return len(papers) == 1 and not line.facts.get("bill_number")


def named_holders(session: Session, claim_ids: Sequence[int], *, by: Actor) -> str:
    """Name the claims that hold an invoice, to one who may see them; to others only say that they exist."""
    seen = session.execute(
        select(Claim.number, Person.name)
        .join(Person, Person.id == Claim.beneficiary_id)
        .where(Claim.id.in_(claim_ids), policy.seen_by(by))
    ).all()
    if seen:
        return tell("（在 %(claims)s）", claims="、".join(f"{number} {name}" for number, name in seen))
    return tell("（在你不能查看的单据里，请联系牵头单位经办核对）") if claim_ids else ""
