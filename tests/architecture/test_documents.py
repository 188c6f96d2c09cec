"""What the documents say is so: links lead somewhere, commands and settings exist, every library has its reason."""

from __future__ import annotations

import re
from pathlib import Path

import click

from tests.architecture.tree import ROOT, texts
from tracker.commands import main
from tracker.kernel.actors import SeatKind

COMMANDS = set(main.list_commands(click.Context(main)))
DOCUMENTS = {name: text for name, text in texts(".md") if name.startswith("docs/") or "/" not in name}


def test_every_link_leads_to_a_file() -> None:
    broken = [
        f"{name}: {target}"
        for name, text in DOCUMENTS.items()
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text)
        if "://" not in target and not (ROOT / Path(name).parent / target).exists()
    ]
    assert broken == []


def test_every_path_named_in_the_tour_exists() -> None:
    named = set(re.findall(r"`((?:[a-z_]+/)+[a-z_]+\.py|(?:[a-z_]+/)+)`", DOCUMENTS["docs/tour.md"]))
    assert len(named) > 20
    missing = {path for path in named if not ((ROOT / "tracker" / path).exists() or (ROOT / path).exists())}
    assert missing == set()


def test_every_command_that_is_named_exists() -> None:
    named = {
        command for text in DOCUMENTS.values() for command in re.findall(r"`(?:\$ )?tracker ([a-z][a-z-]*)", text)
    } - {"verify`"}
    assert named >= {"verify", "backup", "restore", "migrate", "voucher", "user"}
    assert named <= COMMANDS, named - COMMANDS


def test_the_readme_lists_every_command() -> None:
    listed = set(re.findall(r"`tracker ([a-z]+)", DOCUMENTS["README.md"]))
    assert listed == COMMANDS


def test_every_setting_is_explained_and_nothing_else() -> None:
    asked = set(re.findall(r"\"(TRACKER_[A-Z_]+)\"", (ROOT / "tracker/settings.py").read_text("utf-8")))
    explained = set(re.findall(r"^\| `(TRACKER_[A-Z_]+)`", DOCUMENTS["docs/deployment.md"], re.MULTILINE))
    assert explained == asked


def test_every_library_has_its_reason() -> None:
    wanted = {
        re.split(r"[\[<>=]", line)[0].lower()
        for name in ("requirements.in", "requirements-dev.in")
        for line in (ROOT / name).read_text("utf-8").splitlines()
        if line and not line.startswith(("#", "-"))
    }
    told = DOCUMENTS["docs/decisions/dependencies.md"].lower().replace("\\[binary\\]", "")
    table = "\n".join(line.split("|")[1] for line in told.splitlines() if line.startswith("|"))
    assert {name for name in wanted if not name.startswith("types-") and name not in table} == set()


def test_every_seat_has_its_guide() -> None:
    guides = {Path(name).stem for name in DOCUMENTS if name.startswith("docs/guide/")}
    assert guides >= {kind.value for kind in SeatKind}
    for name, text in DOCUMENTS.items():
        if name.startswith("docs/guide/"):
            assert "English" in text, name


def test_the_locked_lists_hold_hashes_and_no_address() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        text = (ROOT / name).read_text("utf-8")
        assert not re.search(r"https?://|--index-url|--find-links|file://|^/|@ ", text, re.MULTILINE), name
        pins = re.findall(r"^[A-Za-z0-9_.\[\]-]+==\S+ \\$", text, re.MULTILINE)
        entries = re.findall(r"^[A-Za-z0-9_.\[\]-]+[=<>@ ]", text, re.MULTILINE)
        assert len(pins) == len(entries) > 10
        assert len(re.findall(r"--hash=sha256:", text)) >= len(pins)
