"""The command line ``tracker``: keep the database, check what must hold, back up, print, serve."""

from __future__ import annotations

import click

from tracker.commands.accounts import user
from tracker.commands.backups import backup, restore
from tracker.commands.checking import seal, verify
from tracker.commands.opening import opened
from tracker.commands.printing import voucher
from tracker.commands.reading import sweep, work
from tracker.commands.sampling import sample
from tracker.commands.serving import migrate, serve
from tracker.evidence.commands import evidence_commands


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.pass_context
def main(context: click.Context) -> None:
    """招商组团经费与后勤 · the office's own command line.

    Where the database and files lie is said by environment variables (TRACKER_VAR, TRACKER_DATABASE; see
    docs/deployment.md); without them, everything is under var/.
    """
    context.obj = opened  # commands of packages below open the database with it


for _command in (migrate, verify, seal, backup, restore, voucher, user, sample, serve, evidence_commands):
    main.add_command(_command)
for _command in (work, sweep):
    evidence_commands.add_command(_command)
