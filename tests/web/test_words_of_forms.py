"""A form written in Chinese speaks English to who chose English: labels, fixed choices, what is wrong."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.datastructures import MultiDict
from wtforms.validators import ValidationError

from tracker.web.forms import ChoiceField, LineForm, MoneyField, Required, TextLine
from tracker.web.i18n import LANGUAGE_COOKIE, said, speak
from tracker.web.shell import bare_app

TRANSLATIONS = Path(__file__).resolve().parents[2] / "translations"


class _Bill(LineForm):
    vehicle = ChoiceField("交通工具", choices=[("飞机", "飞机")], blank="请选择")
    category = ChoiceField("费用科目")
    amount = MoneyField("金额（元）", [Required()])
    holder = TextLine("户名", [Required("请填写户名")])

    def validate_category(self, field: ChoiceField) -> None:
        if field.data is None:
            raise ValidationError("请选择支出经济分类")


def _english() -> Flask:
    app = bare_app()
    speak(app, translations=TRANSLATIONS)
    return app


def _sent(app: Flask, language: str) -> _Bill:
    with app.test_request_context(headers={"Cookie": f"{LANGUAGE_COOKIE}={language}"}):
        form = _Bill(formdata=MultiDict({"vehicle": "飞机", "amount": "", "holder": " "}))
        form.category.offer([("1", "飞机")])
        form.validate()
        return form


def test_labels_fixed_choices_and_errors_are_said_in_english() -> None:
    form = _sent(_english(), "en")
    assert [form.vehicle.label.text, form.holder.label.text] == ["Transport", "Holder"]
    assert (form.vehicle.blank, form.vehicle.choices) == ("Choose", [("飞机", "Plane")])
    assert form.amount.errors == ["Fill in Amount (yuan)"]
    assert form.holder.errors == ["Enter the holder"]
    assert form.category.errors == ["Choose the economic classification"]


def test_the_same_form_stays_chinese_for_everybody_else() -> None:
    form = _sent(_english(), "zh")
    assert (form.vehicle.label.text, form.vehicle.choices) == ("交通工具", [("飞机", "飞机")])
    assert form.holder.errors == ["请填写户名"]


def test_what_a_page_offers_keeps_its_own_name() -> None:
    """A category somebody named like a word of a table is still called what finance called it."""
    assert _sent(_english(), "en").category.choices == [("1", "飞机")]


def test_text_somebody_typed_passes_through_as_it_stands() -> None:
    with _english().test_request_context(headers={"Cookie": f"{LANGUAGE_COOKIE}=en"}):
        assert [said("<b>100%</b>"), said("%(name)s 的备注"), said("")] == ["<b>100%</b>", "%(name)s 的备注", ""]
