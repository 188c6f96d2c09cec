"""Typing in a title, and ending one."""

from __future__ import annotations

from tracker.evidence.operations import TitleFacts
from tracker.web.forms import ChoiceField, DayField, Required, SiteForm, TextLine, VersionedForm


class TitleForm(SiteForm):
    """A title invoices of a unit may bear."""

    unit_id = ChoiceField("付款单位", [Required("请选择付款单位")], coerce=int)
    name = TextLine("抬头名称", [Required("请填写抬头名称，和发票上的购买方名称一样")], most=80)
    tax_id = TextLine("税号", [Required("请填写税号")], most=30)
    valid_from = DayField("启用日期", [Required("请填写启用日期")])
    valid_until = DayField("截止日期")

    def facts(self) -> TitleFacts:
        """Return what was typed."""
        return TitleFacts(self.name.data or "", self.tax_id.data or "", self.valid_from.data, self.valid_until.data)


class EndTitleForm(VersionedForm):
    """The last day of a title."""

    last_day = DayField("截止日期", [Required("请填写截止日期")])
