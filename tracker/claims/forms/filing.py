"""The forms that open and send a claim: the envelope around the sheet, and what the page in hand sends."""

from __future__ import annotations

from flask import current_app, request

from tracker.claims.filing import Filing
from tracker.claims.findings import Finding, Level, Part
from tracker.claims.forms.sheet import FilingSheet
from tracker.claims.models import KIND_NAMES, Kind
from tracker.claims.operations.drafts import ON_CLAIMS, DraftHeader
from tracker.claims.typed import Typed
from tracker.evidence.keys import Use
from tracker.evidence.models import EvidenceKind
from tracker.kernel.errors import Refused
from tracker.web.forms import (
    ChoiceField,
    Required,
    SiteForm,
    VersionedForm,
    Wrong,
)


class OpenForm(SiteForm):
    """What a new claim starts from."""

    kind = ChoiceField(
        "报销类型", [Required("请选择报销类型")], choices=[(kind, KIND_NAMES[kind]) for kind in Kind], coerce=Kind
    )
    whom = ChoiceField("报销人与组团", [Required("请选择为谁报销")])
    fund_id = ChoiceField("经费来源", [Required("请选择经费来源")], coerce=int)


class FilingForm(VersionedForm):
    """The envelope of the form: token, command and version around the sheet."""

    sheet: FilingSheet | None = None

    def refuse(self, refusal: Refused) -> None:
        """Show what stands in the way beside its controls, or the rule's sentence on top."""
        found = refusal.facts.get("findings")
        if self.sheet is not None and isinstance(found, list) and found:
            self.was_turned_down = True
            self.status = refusal.status
            self.sheet.place(found)
            return
        use = refusal.facts.get("use")
        if self.sheet is not None and isinstance(use, Use):
            self.was_turned_down = True
            self.status = refusal.status
            self.sheet.place([Finding(Level.BLOCK, Part.BILLS, refusal.sentence, use.line_key, "bill_number")])
            return
        super().refuse(refusal)

    def wrongs(self) -> list[Wrong]:
        """List what has to be corrected: the request as a whole, then the sheet in its order."""
        return [*super().wrongs(), *(self.sheet.wrongs() if self.sheet else [])]


def typed_now(earlier: Typed) -> Typed:
    """Read what the page in hand sends, over what was typed before and is not on the page now."""
    return Typed.sent(request.form.items(multi=True), earlier, current_app.extensions["tracker.cipher"])


def file_kinds_now() -> dict[str, EvidenceKind]:
    """Read what the page in hand says its files prove, by handle."""
    allowed = {kind.value: kind for kind in ON_CLAIMS}
    return {
        name.removeprefix("file-"): allowed[value]
        for name, value in request.form.items()
        if name.startswith("file-") and value in allowed
    }


def header_of(filing: Filing) -> DraftHeader:
    """Return what lists show of a draft."""
    return DraftHeader(
        kind=filing.kind,
        fund_id=filing.fund_id,
        team_id=filing.team_id,
        beneficiary_id=filing.beneficiary_id,
        purpose=filing.purpose,
        pay_method=filing.pay_method,
        payee_id=filing.payee_id,
        note=filing.note,
        claimed_fen=filing.claimed_fen,
    )
