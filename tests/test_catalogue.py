"""The English catalogue is complete: every sentence a page may say, and every word of the tables, is in it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tracker.claims import facts

HOME = Path(__file__).resolve().parent.parent
CATALOGUES = sorted((HOME / "translations" / "en" / "LC_MESSAGES").glob("*.po"))
SOURCES = [("tracker/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "_l": None, "lazy_gettext": None}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACES = re.compile(r"%\((\w+)\)[sd]")
TABLES = re.compile(r"[A-Z_]*(NAMES|WORDS|STATES|STOPS|GREETINGS|WEEKDAYS)")
LOOKED_FOR = {"PAY_WORDS", "_RED_WORDS", "_OTHER_WORDS", "_STAMP_WORDS"}
"""Tables of words that are looked for in names and on paper, never shown."""
_OF_GUESTS = {*facts.PERSONAL_TYPES, facts.NOT_GIVEN}
EXAMPLES = {"新能源", "区工信局", "云财预〔2026〕12号", "云组通〔2026〕3号", "精准招商工作经费"} | _OF_GUESTS
"""What an example shows as it is typed: units, funds, papers and words for guests are Chinese in either language."""


def _known() -> dict[str, str]:
    known: dict[str, str] = {}
    for place in CATALOGUES:
        with place.open("rb") as file:
            for message in read_po(file):
                if message.id and message.string and not message.fuzzy:
                    source = message.id if isinstance(message.id, str) else message.id[0]
                    known[source] = message.string if isinstance(message.string, str) else message.string[-1]
    return known


def _said() -> Iterator[tuple[str, str]]:
    """Every marked sentence with where it stands."""
    options = {"templates/**.html": {"encoding": "utf-8", "trimmed": "True"}}
    found = extract_from_dir(HOME, method_map=SOURCES, options_map=options, keywords=KEYWORDS)
    for file, line, message, _comments, _context in found:
        yield (message if isinstance(message, str) else message[0]), f"{file}:{line}"


@cache
def _modules() -> dict[str, ast.Module]:
    return {
        str(place.relative_to(HOME)): ast.parse(place.read_text("utf-8"))
        for place in sorted((HOME / "tracker").rglob("*.py"))
    }


def _words_of_tables() -> Iterator[str]:
    """Every word of a table of names, and what the facts of a claim are called, hinted at and chosen from."""
    for module in _modules().values():
        for statement in module.body:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else getattr(statement, "target", None)
            if isinstance(target, ast.Name) and TABLES.fullmatch(target.id) and target.id not in LOOKED_FOR:
                yield from (word for word in map(_text, ast.walk(statement)) if word)
    fields = [field for group in facts.HEADER_FIELDS.values() for field in group]
    for item in (facts.PLAIN, *(item for items in facts.ITEMS.values() for item in items)):
        yield item.name
        fields += item.fields
    for field in fields:
        yield from (field.label, field.hint, *field.choices)


def _text(node: ast.AST | None) -> str:
    """A Chinese text written out in the code, '' for anything else."""
    is_text = isinstance(node, ast.Constant) and isinstance(node.value, str) and CHINESE.search(node.value)
    return node.value if is_text else ""  # type: ignore[union-attr]


def _speaking() -> set[str]:
    """The classes whose first words are shown: refusals (with all their kinds), findings, validators."""
    speaking = {"Refused"}
    parents = [
        (node.name, {_called(base) for base in node.bases})
        for module in _modules().values()
        for node in ast.walk(module)
        if isinstance(node, ast.ClassDef)
    ]
    while more := {name for name, bases in parents if bases & speaking} - speaking:
        speaking |= more
    return speaking | {"Finding", "Required", "ValidationError", "TextLine", "TextBlock"}


def _called(node: ast.expr) -> str:
    return ast.unparse(node).partition("[")[0].rpartition(".")[2]


def _fixed_sentences() -> Iterator[tuple[str, str]]:
    """Labels of forms, sentences of validators, refusals and findings that carry no facts, with where they stand."""
    speaking = _speaking()
    for file, module in _modules().items():
        named = {
            statement.targets[0].id: _text(statement.value)
            for statement in module.body
            if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name)
        }
        for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
            if _called(call.func) in speaking | {"tell"} or _called(call.func).endswith("Field"):
                blanks = [word.value for word in call.keywords if word.arg in {"blank", "sentence", "message"}]
                for told in (*call.args, *blanks):
                    text = named.get(told.id, "") if isinstance(told, ast.Name) else _text(told)
                    if text:
                        yield text, f"{file}:{call.lineno}"


def _put_together() -> Iterator[str]:
    """Refusals and findings whose sentence is an f-string instead of being told with its facts: their files."""
    speaking = _speaking() - {"Required", "TextLine", "TextBlock"}
    for file, module in _modules().items():
        for function in (node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)):
            assigned: dict[str, list[ast.expr]] = {}
            for node in ast.walk(function):
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    assigned.setdefault(node.targets[0].id, []).append(node.value)
            for call in (node for node in ast.walk(function) if isinstance(node, ast.Call)):
                if _called(call.func) in speaking:
                    parts = [part for told in call.args for part in _values(told, assigned)]
                    yield from (file for part in parts if _is_chinese_f_string(part))


def _values(told: ast.expr, assigned: dict[str, list[ast.expr]]) -> Iterator[ast.AST]:
    """Every part of what is handed over, through the names it was given in the function."""
    for part in ast.walk(told):
        yield part
        if isinstance(part, ast.Name):
            for value in assigned.get(part.id, []):
                yield from ast.walk(value)


def _is_chinese_f_string(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) and any(_text(part) for part in node.values)


def test_sentences_with_facts_are_told_and_not_put_together() -> None:
    """``tell("还剩 %(left)s 元", left=…)`` can be told in English; ``f"还剩 {left} 元"`` cannot."""
    assert sorted(set(_put_together())) == []


def test_every_sentence_is_in_english() -> None:
    known = _known()
    missing = sorted({f"{where}: {sentence}" for sentence, where in _said() if sentence not in known})
    assert missing == [], f"{len(missing)} without English"


def test_every_word_of_the_tables_is_in_english() -> None:
    known = _known()
    assert sorted({word for word in _words_of_tables() if word and word not in known}) == []


def test_every_fixed_sentence_of_forms_and_rules_is_in_english() -> None:
    known = _known()
    missing = sorted({f"{where}: {sentence}" for sentence, where in _fixed_sentences() if sentence not in known})
    assert missing == [], f"{len(missing)} without English"


def test_english_is_english_and_keeps_the_facts_of_its_sentence() -> None:
    wrong = [
        source
        for source, english in _known().items()
        if CHINESE.search(_without_examples(english)) or set(PLACES.findall(source)) != set(PLACES.findall(english))
    ]
    assert wrong == []


def _without_examples(english: str) -> str:
    for example in EXAMPLES:
        english = english.replace(example, "")
    return english


def test_english_may_stand_inside_an_attribute_of_a_page() -> None:
    """Marked sentences are written into pages as they are, so they use “typographic” quotes and no markup."""
    assert [english for english in _known().values() if re.search(r'["<>&]', english)] == []
