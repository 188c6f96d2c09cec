"""The English catalogue is complete: every sentence a page may say, and every word of the tables, is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tracker.claims import facts
from tracker.claims.lifecycle import MOVE_NAMES, STEP_NAMES
from tracker.claims.models import KIND_NAMES, PAY_NAMES
from tracker.evidence.models import EVIDENCE_NAMES
from tracker.funds.models import PAPER_NAMES, VERB_NAMES
from tracker.kernel.actors import SEAT_NAMES

HOME = Path(__file__).resolve().parent.parent
CATALOGUES = sorted((HOME / "translations" / "en" / "LC_MESSAGES").glob("*.po"))
SOURCES = [("tracker/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "_l": None, "lazy_gettext": None}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PLACES = re.compile(r"%\((\w+)\)[sd]")


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


def _words_of_tables() -> Iterator[str]:
    for names in (SEAT_NAMES, STEP_NAMES, MOVE_NAMES, KIND_NAMES, PAY_NAMES, EVIDENCE_NAMES, PAPER_NAMES, VERB_NAMES):
        yield from names.values()
    fields = [field for group in facts.HEADER_FIELDS.values() for field in group]
    for item in (facts.PLAIN, *(item for items in facts.ITEMS.values() for item in items)):
        yield item.name
        fields += item.fields
    for field in fields:
        yield from (field.label, field.hint, *field.choices)


def test_every_sentence_is_in_english() -> None:
    known = _known()
    missing = sorted({f"{where}: {sentence}" for sentence, where in _said() if sentence not in known})
    assert missing == [], f"{len(missing)} without English"


def test_every_word_of_the_tables_is_in_english() -> None:
    known = _known()
    assert sorted({word for word in _words_of_tables() if word and word not in known}) == []


def test_english_is_english_and_keeps_the_facts_of_its_sentence() -> None:
    wrong = [
        source
        for source, english in _known().items()
        if (CHINESE.search(english) and not re.search(r"中文|「", english))
        or set(PLACES.findall(source)) != set(PLACES.findall(english))
    ]
    assert wrong == []
