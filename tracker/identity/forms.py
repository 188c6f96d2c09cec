"""What is typed to sign in and to change the own password."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import StringField
from wtforms.validators import ValidationError
from wtforms.widgets import PasswordInput

from tracker.web.forms import Required, SiteForm, TextLine
from tracker.web.i18n import gettext

_MOST = 512


class SecretField(StringField):
    """A password exactly as typed; it is never written back into a page."""

    widget = PasswordInput(hide_value=True)

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Take the text as it is."""
        self.data = valuelist[0] if valuelist and isinstance(valuelist[0], str) else ""

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  WTForms hands the form over
        """Raise ValidationError for more than any password has."""
        if len(self.data or "") > _MOST:
            raise ValidationError(gettext("密码太长，请核对是不是粘贴了别的内容"))


class SignInForm(SiteForm):
    """Name and password."""

    name = TextLine(_("账号"), [Required(_("请填写账号"))], most=60)
    password = SecretField(_("密码"), [Required(_("请填写密码"))])


class PasswordForm(SiteForm):
    """The present password, and the new one twice."""

    present = SecretField(_("现在的密码"), [Required(_("请填写现在的密码"))])
    wanted = SecretField(_("新密码"), [Required(_("请填写新密码"))])
    again = SecretField(_("再填一次新密码"), [Required(_("请再填一次新密码"))])

    def validate_again(self, field: SecretField) -> None:
        """Raise ValidationError when the second time differs from the first."""
        if field.data != self.wanted.data:
            raise ValidationError(gettext("两次填的新密码不一样，请重新填写"))
