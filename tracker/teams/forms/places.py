"""A unit, a team."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from tracker.teams.operations import TeamFacts, UnitFacts
from tracker.web.forms import ChoiceField, Required, TextLine, VersionedForm


class UnitForm(VersionedForm):
    """What is written about a unit."""

    name = TextLine(_("名称"), [Required(_("请填写单位名称"))], most=80)
    short_name = TextLine(_("简称"), [Required(_("请填写简称"))], most=20)
    credit_code = TextLine(_("统一社会信用代码"), most=20)

    def facts(self) -> UnitFacts:
        """Return what was typed as the operation takes it."""
        return UnitFacts(self.name.data or "", self.short_name.data or "", self.credit_code.data or "")


class TeamForm(VersionedForm):
    """What is written about a team."""

    name = TextLine(_("名称"), [Required(_("请填写组团名称"))], most=60)
    short_name = TextLine(_("简称"), [Required(_("请填写简称"))], most=20)
    lead_unit_id = ChoiceField(_("牵头单位"), [Required(_("请选择牵头单位"))], coerce=int, blank=_("请选择"))

    def facts(self) -> TeamFacts:
        """Return what was typed as the operation takes it."""
        return TeamFacts(self.name.data or "", self.short_name.data or "", self.lead_unit_id.data)
