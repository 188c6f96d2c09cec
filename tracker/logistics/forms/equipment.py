"""Cards, handovers and rooms as they are typed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from urllib.parse import unquote

from flask_wtf.file import FileField
from wtforms import HiddenField
from wtforms.validators import ValidationError

from tracker.equipment.editions import What
from tracker.equipment.facts import HandingFacts, ItemFacts, RoomFacts
from tracker.equipment.kinds import (
    EDITION_NAMES,
    ROOM_USES,
    RoomUse,
)
from tracker.equipment.lifecycle import Destination, Handing
from tracker.equipment.operations.books import RulingFacts
from tracker.equipment.operations.rooms import MOST_SEATS
from tracker.equipment.operations.standards import CheckFacts, EditionFacts
from tracker.equipment.standards import ClassCode
from tracker.equipment.standards.books import SORT_NAMES, Sort
from tracker.logistics.forms.card import CardFields, CopiesFields
from tracker.web.forms import (
    ChoiceField,
    ChoicesField,
    CountField,
    DayField,
    FigureField,
    MoneyField,
    Required,
    SiteForm,
    TextLine,
    VersionedForm,
)

_DM2 = Decimal(100)


def class_choices(codes: Iterable[ClassCode]) -> list[tuple[str, str]]:
    """Offer official classes, each with its edition."""
    return [
        (f"{row.edition.value}:{row.code}", f"{row.code} {row.name}（{EDITION_NAMES[row.edition]}）") for row in codes
    ]


class ItemForm(SiteForm, CardFields, CopiesFields):
    """One card, or several alike with a serial each."""

    unit_id = ChoiceField("产权单位", [Required("请选择产权单位")], coerce=int)
    room_id = ChoiceField("存放地点", coerce=int, blank="暂不填写")

    def cards(self) -> list[ItemFacts]:
        """Hand over a card for each copy."""
        return [self.whole_card(serial=serial, room_id=self.room_id.data) for serial in self.serial_of_each()]


FIELDS: dict[Handing, tuple[str, ...]] = {
    Handing.ISSUE: ("person_id", "team_id", "room_id", "reason"),
    Handing.TRANSFER: ("person_id", "team_id", "room_id", "reason"),
    Handing.RETURN: ("room_id", "reason"),
    Handing.LEND: ("unit_id", "team_id", "due_on", "paper", "reason"),
    Handing.REPAIR: ("reason",),
    Handing.REPAIRED: ("reason",),
    Handing.DISPOSE: ("paper", "reason"),
}
"""What each kind of handover asks for, in the order of the form."""


NOBODY = NOWHERE = 0
"""Chosen on purpose: used by all, put nowhere in particular."""


class HandingForm(SiteForm):
    """Where things go; the kind says which fields are shown."""

    person_id = ChoiceField("使用人", coerce=int, blank="请选择")
    team_id = ChoiceField("使用组团", coerce=int, blank="不指定")
    room_id = ChoiceField("位置", coerce=int, blank="不指定")
    unit_id = ChoiceField("借用单位", coerce=int, blank="请选择")
    due_on = DayField("约定归还日期")
    paper = TextLine("文号", most=60)
    reason = TextLine("原因或说明", most=200)

    def facts(self, kind: Handing, versions: Mapping[int, int]) -> HandingFacts:
        """Hand over the handover."""
        asked = FIELDS[kind]

        def of(name: str) -> object:
            return (self[name].data or None) if name in asked else None

        to = Destination(of("person_id"), of("room_id"), of("team_id"), of("unit_id"), of("due_on"))  # type: ignore[arg-type]
        return HandingFacts(
            kind, versions, to, self.reason.data or "", self.paper.data or "" if "paper" in asked else ""
        )


class ScanForm(SiteForm):
    """The scan of a signed paper, or a picture of a thing."""

    scan = FileField("文件")


class ActForm(SiteForm):
    """A button that needs nothing typed."""


class RoomForm(VersionedForm):
    """A room as it is written down."""

    unit_id = ChoiceField("产权单位", coerce=int)
    building = TextLine("楼宇", [Required("请填写楼宇")], most=60)
    name = TextLine("房间号", [Required("请填写房间号")], most=40)
    use = ChoiceField("用途", [Required("请选择用途")], coerce=RoomUse, choices=list(ROOM_USES.items()))
    area = FigureField("使用面积（平方米）", [Required("请填写使用面积")], places=2, most=Decimal(99_999))
    seats = CountField("工位数", [Required("请填写工位数")], most=MOST_SEATS)
    note = TextLine("说明", most=60)

    def facts(self) -> RoomFacts:
        """Hand over the room."""
        return RoomFacts(
            building=self.building.data or "",
            name=self.name.data or "",
            use=self.use.data,
            area_dm2=int((self.area.data or Decimal(0)) * _DM2),
            seats=self.seats.data or 0,
            note=self.note.data or "",
        )


class ProvideForm(SiteForm):
    """To which team a room goes, and for how long."""

    team_id = ChoiceField("组团", [Required("请选择组团")], coerce=int, blank="请选择")
    begins_on = DayField("第一天", [Required("请填写第一天")])
    last_day = DayField("最后一天")
    paper = TextLine("文号", most=60)


class TakeBackForm(SiteForm):
    """The last day of a provision; named unlike the one of the next term, which stands on the same page."""

    until = DayField("最后一天", [Required("请填写最后一天")])


class CancelProvisionForm(SiteForm):
    """Why a provision that has not begun falls away."""

    reason = TextLine("取消的原因", [Required("请写明为什么取消")], most=200)


class DeskForm(SiteForm):
    """Who sits at which desk."""

    number = ChoiceField("工位", [Required("请选择工位")], coerce=int, blank="请选择")
    person_id = ChoiceField("人员", [Required("请选择人员")], coerce=int, blank="请选择")


class SheetForm(SiteForm):
    """A sheet to check, and afterwards which of its rows to write."""

    unit_id = ChoiceField("产权单位", [Required("请选择产权单位")], coerce=int)
    sheet = FileField("XLSX 表格")
    sheet_name = HiddenField()
    checked = HiddenField()
    which = HiddenField()


class StocktakeForm(SiteForm):
    """A stock-take to open."""

    name = TextLine("盘点名称", [Required("请填写盘点名称")], most=40)
    closes_on = DayField("截止日期", [Required("请填写截止日期")])
    unit_id = ChoiceField("产权单位", [Required("请选择产权单位")], coerce=int)
    team_id = ChoiceField("只盘一个组团", coerce=int, blank="不限")
    room_id = ChoiceField("只盘一间房", coerce=int, blank="不限")
    counters = ChoicesField("盘点人", [Required("请选盘点人")], coerce=int)


_LABELLED = re.compile(r"/equipment/([^/?#\s]{1,60})/?(?:[?#].*)?$")
"""A label carries the address of its thing's page."""


class CountForm(SiteForm):
    """A tag that was scanned or typed, and where; the whole address a label carries is as good as its number."""

    number = TextLine("标签编号", [Required("请填写标签编号")], most=300)
    room_id = ChoiceField("实际位置", coerce=int, blank="与账面相符")

    def validate_number(self, field: TextLine) -> None:
        """Raise ValidationError for what is longer than any tag."""
        if len(tag_of(field.data or "")) > 60:  # noqa: PLR2004  as wide as a noted tag
            raise ValidationError("标签编号最多 60 字")


def tag_of(typed: str) -> str:
    """Read the number of a tag from what was scanned or typed."""
    found = _LABELLED.search(typed.strip())
    return (unquote(found[1]) if found else typed.strip()).upper()


class ExplainForm(SiteForm):
    """Why a thing is not where the book has it."""

    explanation = TextLine("原因和处理意见", [Required("请写明原因和处理意见")], most=200)


class SignForm(VersionedForm):
    """The head's word on a stock-take."""

    opinion = TextLine("意见", most=200)


class CheckForm(SiteForm):
    """Figures laid beside the document they were taken from."""

    verdict = ChoiceField(
        "核对结果",
        [Required("请选择核对结果")],
        choices=[("verified", "已核实，与文件相符"), ("withdrawn", "改为未核实")],
    )
    number = TextLine("文号", [Required("请填写文号")], most=60)
    remark = TextLine("页码或核对情况", [Required("请写明页码或核对情况")], most=200)

    def facts(self) -> CheckFacts:
        """Hand over the check."""
        return CheckFacts(self.verdict.data == "verified", self.number.data or "", self.remark.data or "")


class EditionForm(SiteForm):
    """A newer figure of a standard; what it says decides which of the two values is asked for."""

    cap = MoneyField("新的价格上限（元）")
    value = CountField("新的数值", least=1, most=1000)
    since = DayField("从哪天起执行", [Required("请填写执行日期")])
    paper = TextLine("文号", [Required("请填写文号")], most=60)
    origin = TextLine("出处", [Required("请写明出处，例如文件页码或发文网址")], most=200)

    def facts(self, what: What) -> EditionFacts:
        """Hand over the edition."""
        value = self.cap.data if what is What.CAP else self.value.data
        return EditionFacts(value, self.since.data, self.paper.data or "", self.origin.data or "")


class FaultForm(SiteForm):
    """What does not work, and a picture of it."""

    words = TextLine("哪里坏了", [Required("请写明哪里坏了")], most=200)
    scan = FileField("照片")


class CloseFaultForm(SiteForm):
    """Why a thing is not sent to repair."""

    reason = TextLine("不送修的原因", [Required("请写明为什么不用送修")], most=200)


class BookForm(SiteForm):
    """A whole standard to take over, with the document it comes from."""

    sort = ChoiceField("导入内容", [Required("请选择导入内容")], coerce=Sort, choices=list(SORT_NAMES.items()))
    title = TextLine("标准名称", [Required("请填写标准名称")], most=120)
    number = TextLine("文号", [Required("请填写文号")], most=60)
    clause = TextLine("条款或附件", [Required("请写明条款或附件，例如附件一")], most=120)
    source = TextLine("出处", [Required("请写明出处，例如发文单位和网址")], most=200)
    since = DayField("从哪天起执行", [Required("请填写执行日期")])
    standing = ChoiceField(
        "核实情况",
        [Required("请选择核实情况")],
        choices=[("unverified", "未核实，只作提醒"), ("verified", "已与文件逐项核对")],
    )
    replaces = ChoicesField("代替哪些现用标准")
    sheet = FileField("表格")


class RulingForm(SiteForm):
    """Whether the office goes by a standard from a day on."""

    use = ChoiceField("采用还是停用", [Required("请选择")], choices=[("use", "采用"), ("end", "停用")])
    from_day = DayField("从哪天起", [Required("请填写日期")])
    basis = TextLine("依据文号", [Required("请填写依据文号")], most=60)
    grounds = TextLine("说明", [Required("请写明为什么")], most=200)

    def facts(self) -> RulingFacts:
        """Hand over the ruling."""
        return RulingFacts(self.use.data == "use", self.from_day.data, self.basis.data or "", self.grounds.data or "")
