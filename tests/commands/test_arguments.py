"""What is typed wrong at the command line is answered with a sentence, never with a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tests.commands.conftest import CommandLine
from tests.office import Office, a_submitted, an_approved
from tracker.commands import main
from tracker.vouchers.models import Voucher


def _commands(group: click.Group, *above: str) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*above, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, *above, name)


@pytest.mark.parametrize("words", [(), *_commands(main)], ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    for ask in ("--help", "-h"):
        answer = CliRunner().invoke(main, [*words, ask])
        assert answer.exit_code == 0
        assert len(answer.stdout.splitlines()) > 3
        assert "Usage: " in answer.stdout


def test_before_the_first_migration_every_command_says_what_to_run(tmp_path: Path) -> None:
    tracker = CommandLine(tmp_path, f"sqlite:///{tmp_path / 'tracker.db'}")
    for words in (
        ("verify",),
        ("seal",),
        ("backup", tmp_path / "kept"),
        ("voucher", "ZSBX-2026-000001", "-o", "x.pdf"),
    ):
        answer = tracker(*words)
        assert answer.exit_code == 1
        assert "tracker migrate" in answer.stderr

    assert "已更新到最新版本" in tracker("migrate").stdout
    assert "已是最新版本" in tracker("migrate").stdout
    assert tracker("verify").exit_code == 0


def test_a_voucher_is_printed_by_its_number_and_the_print_is_counted(
    office: Office, tracker: CommandLine, tmp_path: Path
) -> None:
    an_approved(office)
    for prints in (1, 2):
        answer = tracker("voucher", "ZSBX-2026-000001", "-o", tmp_path / "paper.pdf")
        assert answer.exit_code == 0, answer.output
        assert f"voucher: {tmp_path / 'paper.pdf'}" in answer.stdout.splitlines()
        assert (tmp_path / "paper.pdf").read_bytes().startswith(b"%PDF-")
        with office.database.reading() as session:
            assert session.query(Voucher.prints).scalar() == prints


def test_a_voucher_there_is_not_is_said_not_to_be(office: Office, tracker: CommandLine, tmp_path: Path) -> None:
    a_submitted(office)
    answer = tracker("voucher", "ZSBX-2026-000001", "-o", tmp_path / "paper.pdf")
    assert answer.exit_code == 1
    assert "没有编号为 ZSBX-2026-000001 的" in answer.stderr
    assert not (tmp_path / "paper.pdf").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("voucher", "ZSBX-2026-000001"),
        ("backup",),
        ("restore", "/nowhere/at/all"),
        ("verify", "--seal", "/nowhere/at/all"),
        ("serve", "--workers", "0"),
        ("sample", "--claims", "many"),
        ("no-such-command",),
    ],
    ids=" ".join,
)
def test_wrong_words_are_usage_errors(words: tuple[str, ...]) -> None:
    answer = CliRunner().invoke(main, list(words))
    assert answer.exit_code == 2
    assert "Usage: " in answer.stderr
