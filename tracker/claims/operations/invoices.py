"""The invoices a claim uses: their keys are taken with its hold, and a refusal names who has them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from tracker.claims import policy
from tracker.claims.filing import Filing
from tracker.claims.models import Claim
from tracker.evidence import keys
from tracker.evidence.keys import InvoiceAltered, InvoiceTaken, Use
from tracker.identity.models import Person
from tracker.kernel.actors import Actor


def take_invoices(session: Session, claim: Claim, filing: Filing, *, by: Actor, at: datetime) -> None:
    """Take the key of every invoice the filing names. Raises InvoiceTaken, InvoiceAltered."""
    try:
        keys.take(session, claim.id, uses_of(filing), at=at)
    except (InvoiceTaken, InvoiceAltered) as refusal:
        use = cast("Use", refusal.facts["use"])
        position = next(place for place, line in enumerate(filing.lines, start=1) if line.key == use.line_key)
        told = named_holders(session, cast("Sequence[int]", refusal.facts["claim_ids"]), by=by)
        raise type(refusal)(f"第 {position} 行：{refusal.sentence}{told}", field="lines", **refusal.facts) from refusal


def uses_of(filing: Filing) -> list[Use]:
    """List the invoices a filing's lines name by number, with the share each line claims."""
    uses = []
    for line in filing.lines:
        number, face = str(line.facts.get("bill_number") or ""), line.facts.get("face_fen")
        if keys.normal(number) and isinstance(face, int):
            uses.append(Use(line.key, str(line.facts.get("bill_code") or ""), number, face, line.claimed_fen))
    return uses


def named_holders(session: Session, claim_ids: Sequence[int], *, by: Actor) -> str:
    """Name the claims that hold an invoice, to one who may see them; to others only say that they exist."""
    seen = session.execute(
        select(Claim.number, Person.name)
        .join(Person, Person.id == Claim.beneficiary_id)
        .where(Claim.id.in_(claim_ids), policy.seen_by(by))
    ).all()
    if seen:
        return "（在 " + "、".join(f"{number} {name}" for number, name in seen) + "）"
    return "（在你不能查看的单据里，请联系牵头单位经办核对）" if claim_ids else ""
