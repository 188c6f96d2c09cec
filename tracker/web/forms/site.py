"""The parent of every form: sent once, turned down in words, and recognised when it comes a second time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple, Self
from uuid import uuid4

from flask import request
from flask_wtf import FlaskForm
from markupsafe import Markup
from werkzeug.datastructures import CombinedMultiDict
from wtforms import FieldList, Form, FormField, HiddenField, IntegerField
from wtforms.form import BaseForm
from wtforms.meta import DefaultMeta
from wtforms.validators import InputRequired, StopValidation
from wtforms.widgets import HiddenInput

from tracker.kernel.errors import Refused
from tracker.web.i18n import gettext, language, said

_COMMAND_ID = re.compile(r"[0-9a-f]{32}")
_HIGHEST_VERSION = 2**31 - 1
UNFIT = 422


def mint_command_id() -> str:
    """Make the id under which one command is carried out at most once: 32 hexadecimal digits."""
    return uuid4().hex


class Wrong(NamedTuple):
    """One thing to correct: the id of the control it belongs to (none for the whole form) and the sentence."""

    control_id: str | None
    sentence: str


class Required(InputRequired):
    """A value has to be there. The sentence says which: 「请填写事由」."""

    def __call__(self, form: BaseForm, field: Any) -> None:  # noqa: ARG002  WTForms hands the form over
        """Raise StopValidation when nothing, or only white space, was sent."""
        if field.process_errors:
            raise StopValidation
        raw = field.raw_data
        if not raw or (isinstance(raw[0], str) and not raw[0].strip()) or field.data in (None, "", []):
            raise StopValidation(str(self.message or gettext("请填写%(name)s", name=field.label.text)))


class _Spoken(Form):
    """A form whose labels and fixed sentences, written in Chinese, are said in the language of the page."""

    class Meta(DefaultMeta):
        """Say the label of every field as it is made."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Make the field; in Chinese its label stands as it is written."""
            field = super().bind_field(form, unbound_field, options)
            if language() != "zh":
                field.label.text = said(field.label.text)
            return field

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, and say what is wrong."""
        valid = super().validate(extra_validators)
        for field in self:
            if not valid and all(isinstance(error, str) for error in field.errors):
                field.errors = [said(error) for error in field.errors]
        return valid


class _Bare(_Spoken, FlaskForm):  # type: ignore[misc]  # Flask-WTF publishes no types
    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Read posted fields and files only, and speak our own sentences."""

        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Take what a browser posts; a JSON body is nothing to a form."""
            if formdata is not _AUTO:
                return formdata
            if not form.is_submitted():
                return None
            return CombinedMultiDict((request.files, request.form))


class SiteForm(_Bare):
    """A form of this site.

    ``command_id`` is minted when the form is first shown and carried back, so that the second click gets the
    first answer. ``status`` is the HTTP status of the page that shows the form again.
    """

    command_id = HiddenField()
    status = UNFIT

    def __init__(self, formdata: Any = None, **values: Any) -> None:
        super().__init__(formdata=_AUTO if formdata is None else formdata, **values)
        self.was_turned_down = False
        if not _COMMAND_ID.fullmatch(self.command_id.data or ""):
            self.command_id.data = mint_command_id()

    @classmethod
    def afresh(cls, **values: Any) -> Self:
        """Make a form that takes nothing of what was sent, for a page that shows it beside another one."""
        form = cls()
        form.process(None, **values)
        form.command_id.data = mint_command_id()
        return form

    def sent_and_valid(self) -> bool:
        """Tell whether the form was sent and everything typed can be read."""
        if not self.is_submitted():
            return False
        valid = bool(self.validate())
        self.was_turned_down = not valid
        return valid

    def refuse(self, refusal: Refused) -> None:
        """Show a rule's sentence: under the field it names, else at the top of the error summary."""
        self.was_turned_down = True
        self.status = refusal.status
        if refusal.field and refusal.field in self:
            field = self[refusal.field]
            field.errors = [*field.errors, gettext(refusal.sentence)]
        else:
            self.form_errors.append(gettext(refusal.sentence))

    def hidden_tag(self, *fields: str) -> Markup:
        """Write the hidden fields (token, command, version) without ids: a page may hold several forms."""
        hidden = (field for field in self if isinstance(field.widget, HiddenInput))
        return Markup("\n").join(field(id=False) for field in hidden if not fields or field.name in fields)

    def wrongs(self) -> list[Wrong]:
        """List what has to be corrected, rules first, then the fields in their order on the page."""
        return [*(Wrong(None, str(sentence)) for sentence in self.form_errors), *_wrongs_of(self, "")]


class VersionedForm(SiteForm):
    """A form over a row somebody else may change meanwhile: it carries the version it was drawn from."""

    version = IntegerField(widget=HiddenInput())

    def validate_version(self, field: IntegerField) -> None:
        """Raise StopValidation when the version is missing or no version at all."""
        if not field.raw_data or field.data is None or not 0 <= field.data <= _HIGHEST_VERSION:
            field.errors = []
            raise StopValidation(gettext("页面内容不完整，请刷新页面后再填一次"))

    def renew(self, version: int) -> None:
        """Carry a newer version from here on: the page that shows the form again also shows what changed."""
        self.version.data, self.version.raw_data = version, None


class LineForm(_Spoken):
    """One line inside a form's list of lines; token and command belong to the whole form."""


_AUTO: Any = object()


def _wrongs_of(form: Form, where: str) -> Iterator[Wrong]:
    for field in form:
        if isinstance(field, FormField):
            yield from _wrongs_of(field.form, where)
        elif isinstance(field, FieldList):
            yield from _wrongs_of_list(field)
        elif isinstance(field.widget, HiddenInput):
            yield from (Wrong(None, where + str(sentence)) for sentence in field.errors)
        else:
            yield from (Wrong(field.id, where + str(sentence)) for sentence in field.errors)


def _wrongs_of_list(lines: FieldList[Any]) -> Iterator[Wrong]:
    for number, entry in enumerate(lines.entries, 1):
        where = gettext("第 %(number)s 行：", number=number)
        if isinstance(entry, FormField):
            yield from _wrongs_of(entry.form, where)
        else:
            yield from (Wrong(entry.id, where + str(sentence)) for sentence in entry.errors)
    if lines.errors and all(isinstance(error, str) for error in lines.errors):
        yield from (Wrong(None, str(sentence)) for sentence in lines.errors)
