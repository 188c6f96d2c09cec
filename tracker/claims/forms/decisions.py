"""What people type when they decide: a word, a reason, a deduction, a payment, a returned payment."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import FileField, IntegerField
from wtforms.widgets import HiddenInput

from tracker.web.forms import (
    ChoiceField,
    DayField,
    MoneyField,
    Required,
    SiteForm,
    TextBlock,
    TextLine,
    TickField,
    VersionedForm,
)


class ActForm(VersionedForm):
    """A form for one act; several lie on one page, so each field's id starts with the act's name."""

    act = ""

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata=formdata, **values)
        self.name_fields(self.act)

    def name_fields(self, beginning: str) -> None:
        """Give every field an id of its own on the page."""
        for field in self:
            field.id = field.label.field_id = f"{beginning}-{field.name}"

    def follow(self, version: int) -> None:
        """Stand for the claim as it is now: who sends the form again has seen this version."""
        self.version.data, self.version.raw_data = version, None

    @classmethod
    def fresh(cls, version: int, **values: Any) -> Self:
        """Make the form as it lies on a page that shows another form's answer: nothing posted belongs to it."""
        form = cls(formdata=MultiDict())
        for name, value in {"version": version, **values}.items():
            form[name].data = value
        return form


class SayForm(ActForm):
    """A word with an approval, which may be left out."""

    act = "say"
    comment = TextLine(_("审批意见"), most=500)


class TogetherForm(SiteForm):
    """Claims ticked in the inbox, to be approved together; the page reads which."""


class LeftForm(ActForm):
    """What was still typed into the form of a claim that had left its filer's hands."""

    act = "save"
    comment = TextBlock(_("填写的内容"), most=100_000)


class CommentForm(ActForm):
    """A word by itself."""

    act = "comment"
    comment = TextLine(_("留言"), [Required(_("请先写留言内容"))], most=500)


class ReasonForm(ActForm):
    """The reason of an act that needs one."""

    comment = TextBlock(_("原因"), [Required(_("请写明原因，好让对方知道怎么办"))], most=500)


class ReturnForm(ReasonForm):
    """Back to the filer."""

    act = "return"
    to_me_again = TickField(_("改好后直接回到我这里"))


class StepBackForm(ReasonForm):
    """Back to the step before."""

    act = "step-back"


class RejectForm(ReasonForm):
    """Turned down for good."""

    act = "reject"


class FinanceReturnForm(ReasonForm):
    """From finance back to the lead unit."""

    act = "finance-return"


class VoidForm(ReasonForm):
    """The voucher is void."""

    act = "void"


class WithdrawForm(ActForm):
    """Taken back by its filer."""

    act = "withdraw"
    comment = TextLine(_("撤回说明"), most=500)


class DeductForm(ActForm):
    """A line's deduction."""

    act = "deduct"
    was: Sequence[Any] | None = None
    """The line's deduction (fen) and reason before, which the note of the act offers to restore."""
    line_id = IntegerField(widget=HiddenInput())
    deducted_fen = MoneyField(_("核减金额"), [Required(_("请填写核减金额；不核减填 0"))], zero=True)
    comment = TextLine(_("核减原因"), [Required(_("请填写核减原因"))], most=200)


class PayForm(ActForm):
    """A payment as the cashier records it."""

    act = "pay"
    payee_id = ChoiceField(_("收款账户"), [Required(_("请选择收款账户"))], coerce=int, blank=_("请选择"))
    amount_fen = MoneyField(_("支付金额"), [Required(_("请填写支付金额"))])
    paid_on = DayField(_("支付日期"), [Required(_("请填写支付日期"))])
    reference = TextLine(_("银行流水号"), most=60)


class PaymentReturnForm(ActForm):
    """A payment the bank sent back."""

    act = "bounce"
    payment_id = IntegerField(widget=HiddenInput())
    returned_on = DayField(_("退票日期"), [Required(_("请填写退票日期"))])
    comment = TextLine(_("退票原因"), [Required(_("请填写退票原因"))], most=200)


class ScanForm(SiteForm):
    """The scan of a signed paper; the file itself is read by the page."""

    scan = FileField(_("签字件"))

    @classmethod
    def fresh(cls) -> Self:
        """Make the form as it lies on a page that shows another form's answer."""
        return cls(formdata=MultiDict())
