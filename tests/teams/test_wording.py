"""Everything accounts, seats and the trail say has its English."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from tracker.audit import wording
from tracker.kernel.actors import SEAT_NAMES
from tracker.web.shell import HOME, TRANSLATIONS

FOLDERS = (
    "templates/identity",
    "templates/teams",
    "templates/audit",
    "tracker/identity",
    "tracker/teams",
    "tracker/audit",
)


@pytest.fixture(scope="module")
def english() -> dict[str, str]:
    known: dict[str, str] = {}
    for file in sorted((Path(TRANSLATIONS) / "en" / "LC_MESSAGES").glob("*.po")):
        with file.open("rb") as lines:
            known |= {str(message.id): str(message.string) for message in read_po(lines, locale="en")}
    return known


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_sentence_has_its_english(english: dict[str, str], folder: str) -> None:
    found = extract_from_dir(
        HOME / folder, method_map=[("**.html", "jinja2"), ("**.py", "python")], keywords={"_": None, "gettext": None}
    )
    said = {message for _, _, message, _, _ in found if isinstance(message, str)}

    assert sorted(sentence for sentence in said if not english.get(sentence)) == []


def test_every_act_subject_fact_and_seat_has_its_english(english: dict[str, str]) -> None:
    words = {*wording.ACTION_NAMES.values(), *wording.SUBJECT_NAMES.values(), *wording.FIELD_NAMES.values()}

    assert sorted(word for word in words | set(SEAT_NAMES.values()) if not english.get(word)) == []
