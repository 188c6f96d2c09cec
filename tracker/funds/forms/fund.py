"""A new fund, a further purpose of a fund, and the route its claims take."""

from __future__ import annotations

import re
from typing import Any

from wtforms.validators import ValidationError

from tracker.funds.classification import economic_codes
from tracker.funds.forms.paper import PaperForm, Rows
from tracker.funds.papers import CategoryFacts, FundFacts
from tracker.kernel.text import tell
from tracker.web.forms import (
    ChoiceField,
    CountField,
    DayField,
    LineForm,
    MoneyField,
    Required,
    SiteForm,
    TextLine,
    TickField,
)

USUAL_PURPOSES = (
    ("差旅费", "30211"),
    ("公务接待", "30217"),
    ("宣传印刷", "30202"),
    ("会务活动", "30215"),
    ("办公与邮电", "30201"),
)
"""What such funds usually permit: offered on a new fund's page, to be changed or emptied."""

_PREFIX = re.compile(r"[A-Z][A-Z0-9]{1,11}")
_FUNCTION_CODE = re.compile(r"2[0-9]{6}")


def _offered() -> list[tuple[str, str]]:
    return [(code, f"{code} {name}") for code, name in economic_codes().items()]


class CategoryLine(LineForm):
    """A permitted purpose; without a name it is called as its code is."""

    name = TextLine("科目名称", most=30)
    economic_code = ChoiceField("经济分类", choices=_offered(), blank="请选择")

    def validate_economic_code(self, field: ChoiceField) -> None:
        """Raise ValidationError for a name without a code."""
        if self.name.data and field.data is None:
            raise ValidationError(tell("请给「%(data)s」选择支出经济分类", data=self.name.data))


def _category(line: Any) -> CategoryFacts:
    called = economic_codes()[line.economic_code.data]
    return CategoryFacts(line.name.data or called[:30], line.economic_code.data, called)


class FundForm(PaperForm):
    """A new fund with the paper that sets its ceiling."""

    year = CountField("预算年度", [Required("请填写预算年度")], least=2000, most=2100)
    name = TextLine("经费名称", [Required("请填写经费名称")], most=60)
    code = TextLine("凭证编号前缀", [Required("请填写凭证编号前缀")], most=12)
    function_code = TextLine("支出功能分类", [Required("请填写支出功能分类")], most=12)
    opens_on = DayField("开始日期", [Required("请填写开始日期")])
    closes_on = DayField("结束日期", [Required("请填写结束日期")])
    head_from = MoneyField("负责人审批起点（元）", [Required("请填写负责人审批起点，全部要审批填 0")], zero=True)
    with_liaison = TickField("提交后先由组团联络员核对")
    together_up_to = MoneyField("批量同意上限（元）", zero=True)
    ceiling = MoneyField("年度预算（元）", [Required("请填写年度预算")])
    categories = Rows(CategoryLine)

    def validate_code(self, field: TextLine) -> None:
        """Raise ValidationError for a prefix that cannot stand before a number."""
        field.data = (field.data or "").upper()
        if not _PREFIX.fullmatch(field.data):
            raise ValidationError("凭证编号前缀用 2 至 12 位大写字母或数字，字母开头，例如 ZSBX")

    def validate_function_code(self, field: TextLine) -> None:
        """Raise ValidationError for what is no function code of expenditure."""
        if not _FUNCTION_CODE.fullmatch(field.data or ""):
            raise ValidationError("支出功能分类是 2 开头的 7 位数字，招商引资为 2011308")

    def fund_facts(self) -> FundFacts:
        """Hand over what the fund is opened with."""
        lines = [entry.form for entry in self.categories]
        return FundFacts(
            year=self.year.data,
            name=self.name.data or "",
            code=self.code.data or "",
            function_code=self.function_code.data or "",
            opens_on=self.opens_on.data,
            closes_on=self.closes_on.data,
            head_from_fen=self.head_from.data,
            with_liaison=bool(self.with_liaison.data),
            categories=[_category(line) for line in lines if line.economic_code.data],
            together_up_to_fen=self.together_up_to.data or 0,
        )


class CategoryForm(SiteForm):
    """A further purpose of a fund."""

    name = TextLine("科目名称", most=30)
    economic_code = ChoiceField("经济分类", [Required("请选择支出经济分类")], choices=_offered(), blank="请选择")

    def facts(self) -> CategoryFacts:
        """Hand over the purpose."""
        return _category(self)


class RouteForm(SiteForm):
    """The route of the claims to come."""

    head_from = MoneyField("负责人审批起点（元）", [Required("请填写负责人审批起点，全部要审批填 0")], zero=True)
    with_liaison = TickField("提交后先由组团联络员核对")
    together_up_to = MoneyField("批量同意上限（元）", zero=True)
