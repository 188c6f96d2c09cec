"""A person and the account."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from tracker.identity.operations import PersonFacts
from tracker.web.forms import ChoiceField, Required, TextLine, VersionedForm


class PersonForm(VersionedForm):
    """What is written about a person; the version says nothing about a new one."""

    name = TextLine(_("姓名"), [Required(_("请填写姓名"))], most=60)
    sign_in_name = TextLine(_("账号"), [Required(_("请填写账号"))], most=40)
    home_unit_id = ChoiceField(_("原单位"), coerce=int, blank=_("不填"))
    post = TextLine(_("职务"), most=40)

    def facts(self) -> PersonFacts:
        """Return what was typed as the operation takes it."""
        return PersonFacts(
            self.sign_in_name.data or "", self.name.data or "", self.home_unit_id.data, self.post.data or ""
        )


class ActForm(VersionedForm):
    """An act that needs nothing typed, on a row that may have changed meanwhile."""
