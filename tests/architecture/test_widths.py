"""No form lets through a text its column has no room for: PostgreSQL refuses it, SQLite keeps it and says nothing."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

from sqlalchemy import String
from wtforms import Form

import tracker
from tracker.storage import Base
from tracker.web.forms import TextBlock, TextLine

KEPT_IN = {
    "tracker.claims.forms.decisions.CommentForm.comment": "decision.comment",
    "tracker.claims.forms.decisions.ReasonForm.comment": "decision.comment",
    "tracker.claims.forms.decisions.SayForm.comment": "decision.comment",
    "tracker.claims.forms.decisions.WithdrawForm.comment": "decision.comment",
    "tracker.claims.forms.decisions.DeductForm.comment": "claim_line.deduction_reason",
    "tracker.claims.forms.decisions.PayForm.reference": "payment.reference",
    "tracker.claims.forms.decisions.PaymentReturnForm.comment": "payment.return_reason",
    "tracker.claims.forms.sheet.HeadForm.purpose": "claim.purpose",
    "tracker.claims.forms.sheet.HeadForm.note": "claim.note",
    "tracker.claims.forms.sheet._Line.summary": "claim_line.summary",
    "tracker.claims.forms.payees.PayeeForm.holder": "payee.holder payment.holder",
    "tracker.claims.forms.payees.PayeeForm.bank": "payee.bank payment.bank",
    "tracker.claims.views.alike.ExplainForm.reason": "likeness_word.reason",
    "tracker.evidence.forms.TitleForm.name": "accepted_title.name",
    "tracker.funds.forms.fund.CategoryLine.name": "category.name",
    "tracker.funds.forms.fund.CategoryForm.name": "category.name",
    "tracker.funds.forms.fund.FundForm.name": "fund.name",
    "tracker.funds.forms.fund.FundForm.code": "fund.code",
    "tracker.funds.forms.fund.FundForm.function_code": "fund.function_code",
    "tracker.logistics.forms.correction.CorrectionForm.serial": "equipment.serial",
    "tracker.logistics.forms.correction.CorrectionForm.reason": "audit_entry.note",
    "tracker.logistics.forms.equipment.BookForm.title": "standard_book.title",
    "tracker.logistics.forms.equipment.BookForm.number": "standard_book.number standard_ruling.number",
    "tracker.logistics.forms.equipment.BookForm.clause": "standard_book.clause standard_check.remark",
    "tracker.logistics.forms.equipment.BookForm.source": "standard_book.source",
    "tracker.logistics.forms.equipment.RulingForm.basis": "standard_ruling.number",
    "tracker.logistics.forms.equipment.RulingForm.grounds": "standard_ruling.remark",
    "tracker.logistics.forms.equipment.CancelProvisionForm.reason": "audit_entry.note",
    "tracker.logistics.forms.equipment.ExplainForm.explanation": "stocktake_line.explanation stocktake_tag.explanation",
    "tracker.logistics.forms.equipment.CloseFaultForm.reason": "equipment_fault.reason",
    "tracker.logistics.forms.equipment.FaultForm.words": "equipment_fault.description",
    "tracker.logistics.forms.equipment.HandingForm.paper": "handover.paper",
    "tracker.logistics.forms.equipment.HandingForm.reason": "handover.reason",
    "tracker.logistics.forms.card.ThingFields.exception": "equipment.exception",
    "tracker.logistics.forms.card.ThingFields.model": "equipment.model",
    "tracker.logistics.forms.card.ThingFields.name": "equipment.name",
    "tracker.logistics.forms.card.CardFields.note": "equipment.note",
    "tracker.logistics.forms.card.CardFields.source_paper": "equipment.source_paper",
    "tracker.logistics.forms.purchase.PurchaseForm.note": "equipment.note",
    "tracker.logistics.forms.purchase.PurchaseForm.source_paper": "equipment.source_paper",
    "tracker.logistics.forms.equipment.RoomForm.name": "room.name",
    "tracker.logistics.forms.equipment.RoomForm.note": "room.note",
    "tracker.logistics.forms.equipment.SignForm.opinion": "stocktake.opinion",
    "tracker.logistics.forms.equipment.StocktakeForm.name": "stocktake.name",
    "tracker.logistics.forms.secondments.SecondmentForm.station": "secondment.station",
    "tracker.funds.forms.paper.PaperForm.issuer": "budget_paper.issuer",
    "tracker.funds.forms.paper.PaperForm.number": "budget_paper.number",
    "tracker.funds.forms.paper.PaperForm.reason": "budget_paper.reason",
    "tracker.logistics.forms.equipment.ProvideForm.paper": "room_provision.paper",
    "tracker.logistics.forms.equipment.RoomForm.building": "building.name",
    "tracker.logistics.forms.secondments.ConfirmForm.note": "secondment_confirmation.note",
    "tracker.logistics.forms.secondments.ConfirmForm.paper_number": "secondment_confirmation.paper_number",
    "tracker.logistics.forms.secondments.CorrectForm.station": "secondment.station",
    "tracker.logistics.forms.secondments.CorrectForm.reason": "secondment_amendment.reason",
    "tracker.logistics.forms.secondments.HalfNoteForm.note": "secondment_half_note.note",
    "tracker.logistics.forms.secondments.PaperCorrectForm.correction": "secondment_amendment.reason",
    "tracker.logistics.forms.secondments.PaperCorrectForm.paper_number": (
        "secondment_paper.number secondment_snapshot.paper_number"
    ),
    "tracker.logistics.forms.secondments.HandClaimsForm.hand_reason": "claim_handover.reason",
    "tracker.logistics.forms.secondments.LeaveForm.note": "secondment.return_note",
    "tracker.logistics.forms.secondments.LeaveForm.paper_number": "secondment_paper.number",
    "tracker.logistics.forms.secondments.LeaveForm.reason": "secondment_paper.reason",
    "tracker.logistics.forms.secondments.PostForm.paper_number": "secondment_snapshot.paper_number",
    "tracker.logistics.forms.secondments.SecondmentForm.paper_number": "secondment_paper.number",
    "tracker.logistics.forms.secondments.SecondmentForm.post_paper_number": "secondment_snapshot.paper_number",
    "tracker.logistics.forms.secondments.TermForm.paper_number": "secondment_paper.number",
    "tracker.logistics.forms.secondments.TermForm.reason": "secondment_paper.reason",
    "tracker.logistics.forms.secondments._PostFields.duty": "secondment_snapshot.duty",
    "tracker.logistics.forms.secondments._PostFields.pay_grade": "secondment_snapshot.pay_grade",
    "tracker.logistics.forms.secondments._PostFields.rank": "secondment_snapshot.rank",
    "tracker.logistics.forms.secondments._PostFields.title": "secondment_snapshot.title",
    "tracker.logistics.forms.equipment.CheckForm.number": "standard_check.number",
    "tracker.logistics.forms.equipment.CheckForm.remark": "standard_check.remark",
    "tracker.logistics.forms.equipment.EditionForm.origin": "standard_edition.source",
    "tracker.logistics.forms.equipment.EditionForm.paper": "standard_edition.number",
    "tracker.teams.forms.people.PersonForm.name": "person.name",
    "tracker.teams.forms.people.PersonForm.post": "person.post",
    "tracker.teams.forms.people.PersonForm.sign_in_name": "person.sign_in_name",
    "tracker.teams.forms.places.TeamForm.name": "team.name",
    "tracker.teams.forms.places.TeamForm.short_name": "team.short_name",
    "tracker.teams.forms.places.UnitForm.credit_code": "unit.credit_code",
    "tracker.teams.forms.places.UnitForm.name": "unit.name",
    "tracker.teams.forms.places.UnitForm.short_name": "unit.short_name",
}
"""Each text of a form, and the columns it is written to."""

SHORTENED_OR_CHECKED = {
    "tracker.claims.forms.payees.PayeeForm.account": "enciphered; only its tail is a column",
    "tracker.evidence.forms.TitleForm.tax_id": "folded, then of 15, 17, 18 or 20 characters",
    "tracker.claims.forms.decisions.LeftForm.comment": "shown again to be copied, never kept",
    "tracker.identity.forms.SignInForm.name": "looked up, not kept",
    "tracker.logistics.forms.equipment.CountForm.number": "an address is read down to its tag, of at most 60",
    "tracker.logistics.forms.card.CopiesFields.serials": "one number a line, each checked with its card",
    "tracker.logistics.forms.secondments.CorrectForm.id_number": "enciphered",
    "tracker.logistics.forms.secondments.CorrectForm.phone": "enciphered",
    "tracker.logistics.forms.secondments.SecondmentForm.id_number": "enciphered",
    "tracker.logistics.forms.secondments.SecondmentForm.person": "looked up, not kept",
    "tracker.logistics.forms.secondments.SecondmentForm.phone": "enciphered",
    "tracker.vouchers.views.PaperForm.head": "compared, not kept",
    "tracker.vouchers.views.PaperForm.number": "looked up, not kept",
}
"""Texts that are not written to a column as they were typed, and what becomes of them."""


def test_every_text_of_a_form_fits_the_column_it_is_kept_in() -> None:
    let_through = dict(_text_fields())
    widths = _widths()
    assert set(let_through) - set(KEPT_IN) - set(SHORTENED_OR_CHECKED) == set(), "say where each of these is kept"
    assert not set(KEPT_IN) & set(SHORTENED_OR_CHECKED)
    narrow = {
        f"{text} lets {let_through[text]} through, {column} has room for {widths[column]}"
        for text, columns in KEPT_IN.items()
        if text in let_through
        for column in columns.split()
        if let_through[text] > widths[column]
    }
    assert narrow == set()


def _text_fields() -> Iterator[tuple[str, int]]:
    """Every text field of every form, where it is first named, with how many characters it lets through."""
    for module in pkgutil.walk_packages(tracker.__path__, "tracker."):
        if ".forms" not in module.name and ".views" not in module.name:
            continue
        for _, form in inspect.getmembers(importlib.import_module(module.name), inspect.isclass):
            if not issubclass(form, Form) or form.__module__ != module.name:
                continue
            for name, made in vars(form).items():
                if inspect.isclass(getattr(made, "field_class", None)) and issubclass(
                    made.field_class, TextLine | TextBlock
                ):
                    usual = inspect.signature(made.field_class.__init__).parameters["most"].default
                    yield f"{module.name}.{form.__name__}.{name}", made.kwargs.get("most", usual)


def _widths() -> dict[str, int]:
    return {
        f"{table.name}.{column.name}": column.type.length
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, String) and column.type.length
    }
