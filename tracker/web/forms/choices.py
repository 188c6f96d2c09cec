"""Fields for picking from what the server offered; anything else is turned down in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, cast

from wtforms import BooleanField, SelectField, SelectMultipleField
from wtforms.fields.choices import Choice  # type: ignore[attr-defined]  # newer than its published types
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from tracker.web.forms.fields import Validators
from tracker.web.i18n import gettext, said

Choices = Sequence[tuple[Any, str]]


class ChoiceField(SelectField):
    """One of the offered choices (``[(value, label), …]``), handed over through ``coerce``.

    ``blank`` is the wording of the empty choice put first; without it there is none. Nothing chosen is None.
    Choices written in the form are words of a table and said in the language of the page; what a page offers
    (people, categories, accounts) keeps its own name.
    """

    def __init__(
        self,
        label: str | None = None,
        validators: Validators | None = None,
        *,
        choices: Choices = (),
        coerce: Callable[[str], Any] = str,
        blank: str | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, coerce=_or_nothing(coerce), **kwargs)
        self.choices = _in_words(choices)
        self.blank = None if blank is None else said(blank)

    def offer(self, choices: Iterable[tuple[Any, str]]) -> None:
        """Set what may be chosen now."""
        self.choices = list(choices)

    def iter_choices(self) -> Any:
        """Give the options, the empty one first."""
        if self.blank is not None:
            yield Choice("", self.blank, self.data is None, {})
        yield from (Choice(value, label, self._is_chosen(value), {}) for value, label in _offered(self))

    def has_groups(self) -> bool:
        """Tell that options come in one list."""
        return False

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the choice. Raises ValueError for what cannot be one."""
        self.data = None
        if not valuelist:
            return
        try:
            self.data = self.coerce(valuelist[0])
        except (ValueError, TypeError, KeyError):
            raise ValueError(self._sentence()) from None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  WTForms hands the form over
        """Raise ValidationError when the choice is not among the offered ones."""
        if self.data is not None and not any(self._is_chosen(value) for value, _ in _offered(self)):
            raise ValidationError(self._sentence())

    def _is_chosen(self, value: Any) -> bool:
        return self.data is not None and self.coerce(value) == self.data

    def _sentence(self) -> str:
        return gettext("请从列表中选择%(name)s", name=self.label.text)


class ChoicesField(SelectMultipleField):
    """Any of the offered choices, shown as tick boxes; handed over as a list."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()

    def __init__(
        self,
        label: str | None = None,
        validators: Validators | None = None,
        *,
        choices: Choices = (),
        coerce: Callable[[str], Any] = str,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, validators, coerce=coerce, **kwargs)
        self.choices = _in_words(choices)

    def offer(self, choices: Iterable[tuple[Any, str]]) -> None:
        """Set what may be chosen now."""
        self.choices = list(choices)

    def iter_choices(self) -> Any:
        """Give the options."""
        yield from (
            Choice(value, label, self.coerce(value) in (self.data or ()), {}) for value, label in _offered(self)
        )

    def has_groups(self) -> bool:
        """Tell that options come in one list."""
        return False

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the choices. Raises ValueError for what cannot be one."""
        self.data = []
        try:
            self.data = [self.coerce(value) for value in valuelist]
        except (ValueError, TypeError, KeyError):
            raise ValueError(self._sentence()) from None

    def pre_validate(self, form: Any) -> None:  # noqa: ARG002  WTForms hands the form over
        """Raise ValidationError when one of the choices was not offered."""
        offered = {self.coerce(value) for value, _ in _offered(self)}
        if any(value not in offered for value in self.data or ()):
            raise ValidationError(self._sentence())

    def _sentence(self) -> str:
        return gettext("请从列表中选择%(name)s", name=self.label.text)


class TickField(BooleanField):
    """Yes when ticked, no when not."""


def _offered(field: SelectField) -> list[tuple[Any, str]]:
    return cast("list[tuple[Any, str]]", field.choices or [])


def _in_words(choices: Choices) -> list[tuple[Any, str]]:
    return [(value, said(name)) for value, name in choices]


def _or_nothing(coerce: Callable[[str], Any]) -> Callable[[Any], Any]:
    def coerced(value: Any) -> Any:
        return None if value is None or value == "" else coerce(value)

    return coerced
