"""A secondment, its extensions and end, a new post, a half-year's confirmation, a leaving, a sheet."""

from __future__ import annotations

from flask_babel import lazy_gettext as _
from flask_wtf.file import FileField
from wtforms import Form, HiddenField

from tracker.evidence.operations import StoredFile
from tracker.kernel.errors import Refused
from tracker.secondments.facts import Document, PostFacts, SecondmentFacts
from tracker.secondments.operations import Answers, LeavingFacts
from tracker.secondments.ranks import LEVEL_NAMES, POST_NAMES, Level, PostKind
from tracker.web.forms import ChoiceField, DayField, Required, SiteForm, TextBlock, TextLine, TickField, VersionedForm


class _PostFields(Form):
    """职务, 职级, 职称, pay grade, on the forms that ask for them."""

    level = ChoiceField(
        _("职务层次"),
        [Required(_("请选择职务层次"))],
        choices=list(LEVEL_NAMES.items()),
        coerce=Level,
        blank=_("请选择"),
    )
    duty = TextLine(_("职务"), [Required(_("请填写职务"))], most=40)
    rank = TextLine(_("职级"), most=40)
    title = TextLine(_("职称"), most=40)
    pay_grade = TextLine(_("工资档次"), most=40)


class SecondmentForm(_PostFields, SiteForm):
    """A secondment to be recorded."""

    person = TextLine(_("人员（账号或姓名）"), [Required(_("请填写人员的账号或姓名"))], most=60)
    home_unit_id = ChoiceField(_("原单位"), [Required(_("请选择原单位"))], coerce=int, blank=_("请选择"))
    post_kind = ChoiceField(
        _("岗位性质"),
        [Required(_("请选择岗位性质"))],
        choices=list(POST_NAMES.items()),
        coerce=PostKind,
        blank=_("请选择"),
    )
    team_id = ChoiceField(_("组团"), [Required(_("请选择组团"))], coerce=int, blank=_("请选择"))
    station = TextLine(_("驻点"), most=60)
    begins_on = DayField(_("第一天"), [Required(_("请填写第一天"))])
    last_day = DayField(_("最后一天"), [Required(_("请填写最后一天"))])
    full_time = TickField(_("全脱产，与原单位工作脱钩"))
    paper_number = TextLine(_("抽调文号"), [Required(_("请填写抽调文号"))], most=60)
    paper_dated = DayField(_("文件日期"), [Required(_("请填写抽调文件的日期"))])
    scan = FileField(_("抽调文件扫描件"))
    post_paper_number = TextLine(_("原单位文号"), [Required(_("请填写原单位文号"))], most=60)
    post_paper_dated = DayField(_("原单位文件日期"), [Required(_("请填写原单位文件的日期"))])
    post_scan = FileField(_("原单位文件扫描件"))
    id_number = TextLine(_("身份证号"), most=30)
    phone = TextLine(_("手机"), most=30)
    other_home = TickField(_("已核对：原单位与人员目录里的单位不同"))

    def facts(self, person_id: int, scan: StoredFile | None, post_scan: StoredFile | None) -> SecondmentFacts:
        """Return what was typed as the operation takes it."""
        return SecondmentFacts(
            person_id=person_id,
            home_unit_id=self.home_unit_id.data,
            post_kind=self.post_kind.data,
            team_id=self.team_id.data,
            begins_on=self.begins_on.data,
            last_day=self.last_day.data,
            paper=Document(self.paper_number.data or "", self.paper_dated.data, scan),
            post=PostFacts(
                self.level.data,
                self.duty.data or "",
                self.rank.data or "",
                self.title.data or "",
                self.pay_grade.data or "",
            ),
            post_paper=Document(self.post_paper_number.data or "", self.post_paper_dated.data, post_scan),
            station=self.station.data or "",
            full_time=bool(self.full_time.data),
            id_number=self.id_number.data or "",
            phone=self.phone.data or "",
            other_home=bool(self.other_home.data),
        )


class TermForm(VersionedForm):
    """Another last day, by a paper."""

    last_day = DayField(_("新的最后一天"), [Required(_("请填写新的最后一天"))])
    paper_number = TextLine(_("文号"), [Required(_("请填写文号"))], most=60)
    paper_dated = DayField(_("文件日期"), [Required(_("请填写文件日期"))])
    scan = FileField(_("文件扫描件"))
    reason = TextLine(_("事由"), most=200)

    def paper(self, scan: StoredFile | None) -> Document:
        """Return the paper."""
        return Document(self.paper_number.data or "", self.paper_dated.data, scan)


class PostForm(_PostFields, VersionedForm):
    """The post from a day on, by the home unit's document."""

    effective_on = DayField(_("生效日期"), [Required(_("请填写生效日期"))])
    paper_number = TextLine(_("原单位文号"), [Required(_("请填写原单位文号"))], most=60)
    paper_dated = DayField(_("原单位文件日期"), [Required(_("请填写原单位文件的日期"))])
    scan = FileField(_("原单位文件扫描件"))

    def post(self) -> PostFacts:
        """Return the post."""
        texts = (self.duty.data, self.rank.data, self.title.data, self.pay_grade.data)
        return PostFacts(self.level.data, *(text or "" for text in texts))

    def paper(self, scan: StoredFile | None) -> Document:
        """Return the document."""
        return Document(self.paper_number.data or "", self.paper_dated.data, scan)


class CorrectForm(VersionedForm):
    """A secondment as it should have been recorded, and why it is put right."""

    home_unit_id = ChoiceField(_("原单位"), [Required(_("请选择原单位"))], coerce=int, blank=_("请选择"))
    other_home = TickField(_("已核对：原单位与人员目录里的单位不同"))
    post_kind = ChoiceField(
        _("岗位性质"), [Required(_("请选择岗位性质"))], choices=list(POST_NAMES.items()), coerce=PostKind
    )
    station = TextLine(_("驻点"), most=60)
    begins_on = DayField(_("第一天"), [Required(_("请填写第一天"))])
    full_time = TickField(_("全脱产，与原单位工作脱钩"))
    id_number = TextLine(_("身份证号"), most=30)
    phone = TextLine(_("手机"), most=30)
    reason = TextLine(_("更正原因"), [Required(_("请填写更正原因"))], most=200)


class PaperCorrectForm(VersionedForm):
    """A paper's number and date as they should have been typed."""

    paper_number = TextLine(_("文号"), [Required(_("请填写文号"))], most=60)
    paper_dated = DayField(_("文件日期"), [Required(_("请填写文件日期"))])
    correction = TextLine(_("更正原因"), [Required(_("请填写更正原因"))], most=200)

    def document(self) -> Document:
        """Return number and date."""
        return Document(self.paper_number.data or "", self.paper_dated.data)


class PostCorrectForm(_PostFields, PaperCorrectForm):
    """A post's record as it should have been typed."""

    def post(self) -> PostFacts:
        """Return the post."""
        texts = (self.duty.data, self.rank.data, self.title.data, self.pay_grade.data)
        return PostFacts(self.level.data, *(text or "" for text in texts))


class ScanForm(VersionedForm):
    """A scan that came later."""

    scan = FileField(_("文件扫描件"))


class ConfirmForm(SiteForm):
    """The home unit's word for a half-year."""

    duty_same = TickField(_("职务没有变化"))
    rank_same = TickField(_("职级没有变化"))
    title_same = TickField(_("职称没有变化"))
    pay_same = TickField(_("工资福利没有变化，由原单位发放"))
    full_time = TickField(_("全脱产在组团工作，没有承担原单位工作"))
    note = TextBlock(_("有变化的说明"), most=400)
    paper_number = TextLine(_("书面确认的文号"), most=60)
    paper_dated = DayField(_("文件日期"))
    scan = FileField(_("书面确认扫描件"))

    def answers(self) -> Answers:
        """Return the answers."""
        ticks = (self.duty_same, self.rank_same, self.title_same, self.pay_same, self.full_time)
        return Answers(*(bool(tick.data) for tick in ticks))

    def paper(self, scan: StoredFile | None) -> Document | None:
        """Return the home unit's paper, if the form asks for one. Raises Refused without its date."""
        if "scan" not in self:
            return None
        return _document(self.paper_number.data, self.paper_dated, scan)


class HalfNoteForm(SiteForm):
    """Why a half-year is not confirmed any more, or what was done about a change."""

    note = TextBlock(_("说明"), [Required(_("请写明"))], most=200)


class LeaveForm(VersionedForm):
    """The last day, the return note, the paper when it ends early."""

    last_day = DayField(_("实际最后一天"), [Required(_("请填写实际最后一天"))])
    note = TextBlock(_("返岗鉴定意见"), [Required(_("请填写返岗鉴定意见"))], most=1000)
    paper_number = TextLine(_("提前结束的文号"), most=60)
    paper_dated = DayField(_("文件日期"))
    scan = FileField(_("文件扫描件"))
    reason = TextLine(_("提前结束的事由"), most=200)
    end_account = TickField(_("同时停用账号，马上退出登录"))

    def facts(self, scan: StoredFile | None) -> LeavingFacts:
        """Return what was typed as the operation takes it. Raises Refused for a paper without its date."""
        paper = _document(self.paper_number.data, self.paper_dated, scan) if self.paper_number.data else None
        return LeavingFacts(
            self.last_day.data, self.note.data or "", paper, self.reason.data or "", bool(self.end_account.data)
        )


class HandClaimsForm(SiteForm):
    """To whom the open claims of somebody who leaves are handed."""

    to_person_id = ChoiceField(_("接手的报账员"), [Required(_("请选择接手的报账员"))], coerce=int, blank=_("请选择"))
    hand_reason = TextLine(_("说明"), most=200)


class SheetForm(SiteForm):
    """A sheet to check, and afterwards the check whose rows to record."""

    sheet = FileField(_("填好的表格（XLSX）"))
    checked = HiddenField()
    clean_only = TickField(_("只导入没有问题的行，有问题的行改好后再导入"))


class ActForm(VersionedForm):
    """An act that needs nothing typed."""


def _document(number: str | None, dated: DayField, scan: StoredFile | None) -> Document:
    if dated.data is None:
        raise Refused("请填写文件日期", field="paper_dated")
    return Document(number or "", dated.data, scan)
