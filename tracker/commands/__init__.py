"""The command line ``tracker``: keep the database, check what must hold, back up, print, serve."""

from __future__ import annotations

from importlib import import_module

import click

from tracker.commands.opening import opened

_ROOMS = {
    "backup": "backups",
    "evidence": "reading",
    "migrate": "serving",
    "restore": "backups",
    "sample": "sampling",
    "seal": "checking",
    "serve": "serving",
    "user": "accounts",
    "verify": "checking",
    "voucher": "printing",
}
"""Each command and the room of this package it stands in, under its own name."""


class _Commands(click.Group):
    """Loads the room of the command that is called, and no other: what one command works with takes long to load."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """List every command, loaded or not."""
        del ctx
        return list(_ROOMS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command from its room, None where there is none of this name."""
        del ctx
        if cmd_name not in _ROOMS:
            return None
        command: click.Command = getattr(import_module(f"tracker.commands.{_ROOMS[cmd_name]}"), cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.pass_context
def main(context: click.Context) -> None:
    """招商组团经费与后勤 · the office's own command line.

    Where the database and files lie is said by environment variables (TRACKER_VAR, TRACKER_DATABASE; see
    docs/deployment.md); without them, everything is under var/.
    """
    context.obj = opened  # commands of packages below open the database with it
