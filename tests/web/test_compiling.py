"""Templates are compiled once a language: what never changes is in them, and nothing else is."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jinja2 import DictLoader

from tracker.web import compiling, i18n, icons
from tracker.web.compiling import PageCache
from tracker.web.pages import draw
from tracker.web.shell import bare_app

PAGES = {
    "fixed.html": '{{ _("金额 100%% 对上") }}{{ icon("check", "s") }}',
    "facts.html": '<b>{{ _("由 %(who)s 提交", who=who) }}</b>{% macro nothing() %}{% endmacro %}',
    "own.html": '{% macro part(icon) %}{{ icon("check") }}{% endmacro %}{{ part(draw) }}',
    "macro.html": '{% macro icon(name) %}own {{ name }}{% endmacro %}{{ icon("check") }}',
    "taken.html": '{% from "macro.html" import icon %}{{ icon("check") }}',
    "renamed.html": '{% from "facts.html" import nothing as icon %}{{ icon() }}',
    "table.html": "{{ _(word) }}",
    "parent.html": '{% from "facts.html" import nothing %}{% include "fixed.html" %}',
}
ENGLISH = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\nmsgid "{0}"\nmsgstr "{1}"\n'


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    """Make an app that knows one English sentence."""
    made = bare_app("words")
    words(tmp_path, "金额 100%% 对上", "Amounts 100%% agree")
    i18n.speak(made, translations=tmp_path)
    templates: Any = made.jinja_env
    templates.loader = DictLoader(PAGES)
    templates.globals.update(icon=icons.icon)
    return made


def words(folder: Path, chinese: str, english: str) -> None:
    """Write the English catalogue."""
    place = folder / "en" / "LC_MESSAGES"
    place.mkdir(parents=True, exist_ok=True)
    (place / "words.po").write_text(ENGLISH.format(chinese, english), "utf-8")


def drawn(app: Flask, page: str, language: str = "zh", **facts: object) -> str:
    """Draw a page in a language."""
    with app.test_request_context(headers={"Cookie": f"lang={language}"}):
        return draw(page, **facts)


def test_a_fixed_sentence_is_said_in_the_language_of_each_request(app: Flask) -> None:
    assert drawn(app, "fixed.html").startswith("金额 100% 对上<svg")
    assert drawn(app, "fixed.html", "en").startswith("Amounts 100% agree<svg")
    assert drawn(app, "fixed.html").startswith("金额 100% 对上<svg")


def test_a_page_of_another_language_takes_its_parts_in_that_language(app: Flask) -> None:
    assert drawn(app, "parent.html", "en", who="x").startswith("Amounts 100% agree")


def test_fixed_words_are_in_the_compiled_page_and_not_looked_up(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn(app, "fixed.html")
    monkeypatch.setitem(app.jinja_env.globals, "_", None)
    monkeypatch.setitem(app.jinja_env.globals, "icon", None)
    assert drawn(app, "fixed.html").startswith("金额 100% 对上<svg")


def test_what_people_typed_is_never_markup(app: Flask) -> None:
    assert drawn(app, "facts.html", who="<script>") == "<b>由 &lt;script&gt; 提交</b>"
    assert drawn(app, "facts.html", who="100%") == "<b>由 100% 提交</b>"


def test_a_name_of_the_templates_own_keeps_its_meaning(app: Flask) -> None:
    assert drawn(app, "own.html", draw=str.upper) == "CHECK"
    assert drawn(app, "macro.html") == "own check"
    assert drawn(app, "taken.html") == "own check"
    assert drawn(app, "renamed.html", who="x") == ""


def test_a_word_of_a_table_is_still_looked_up(app: Flask) -> None:
    assert drawn(app, "table.html", word="张三") == "张三"


def test_a_kept_page_is_compiled_anew_when_the_words_change(app: Flask, tmp_path: Path) -> None:
    cache = PageCache(str(tmp_path))
    app.jinja_env.bytecode_cache = cache
    before = drawn(app, "fixed.html", "en")
    words(tmp_path, "金额 100%% 对上", "Sums 100%% agree")
    later = bare_app("words")
    i18n.speak(later, translations=tmp_path)
    templates: Any = later.jinja_env
    templates.loader, templates.bytecode_cache = DictLoader(PAGES), cache
    templates.globals.update(icon=icons.icon)
    assert before.startswith("Amounts")
    assert drawn(later, "fixed.html", "en").startswith("Sums")
    assert drawn(later, "fixed.html").startswith("金额")


def test_a_kept_page_is_compiled_anew_when_the_way_to_compile_changes(app: Flask, tmp_path: Path) -> None:
    changed = tmp_path / "compiling.py"
    changed.write_text(Path(compiling.__file__).read_text("utf-8") + "# mended\n", "utf-8")
    spec = importlib.util.spec_from_file_location("compiling_mended", changed)
    assert spec is not None
    assert spec.loader is not None
    mended = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(mended)
    place = app.jinja_env, "fixed.html", None, "{{ _('x') }}"
    assert mended.PageCache(str(tmp_path)).get_bucket(*place).key != PageCache(str(tmp_path)).get_bucket(*place).key
