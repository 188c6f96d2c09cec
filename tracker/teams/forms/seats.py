"""A seat with its term, and a new end of a term."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from tracker.kernel.actors import SeatKind
from tracker.teams.operations import SeatFacts
from tracker.teams.policy import END_REQUIRED, PLACES, QUOTA_ALLOWED, Place
from tracker.web.forms import ChoiceField, DayField, MoneyField, Required, SiteForm, VersionedForm


class SeatForm(SiteForm):
    """A seat of one kind; ``shape`` leaves on it the fields this kind has."""

    team_id = ChoiceField(_("组团"), [Required(_("请选择组团"))], coerce=int, blank=_("请选择"))
    unit_id = ChoiceField(_("单位"), [Required(_("请选择单位"))], coerce=int, blank=_("请选择"))
    held_from = DayField(_("任期第一天"), [Required(_("请填写任期第一天"))])
    last_day = DayField(_("任期最后一天"))
    quota_fen = MoneyField(_("年度限额（元）"))

    def shape(self, kind: SeatKind) -> None:
        """Take away the fields a seat of this kind does not have."""
        place = PLACES[kind]
        if place is not Place.TEAM:
            del self.team_id
        if place is not Place.UNIT:
            del self.unit_id
        if kind not in QUOTA_ALLOWED:
            del self.quota_fen
        if kind in END_REQUIRED:
            self.last_day.validators = [Required(_("请填写任期最后一天"))]
            self.last_day.flags.required = True

    def facts(self, kind: SeatKind) -> SeatFacts:
        """Return what was typed as the operation takes it."""
        return SeatFacts(
            kind=kind,
            held_from=self.held_from.data,
            last_day=self.last_day.data,
            team_id=self["team_id"].data if "team_id" in self else None,
            unit_id=self["unit_id"].data if "unit_id" in self else None,
            quota_fen=self["quota_fen"].data if "quota_fen" in self else None,
        )


class TermForm(VersionedForm):
    """The last day of a term; empty for no end set."""

    last_day = DayField(_("任期最后一天"))
