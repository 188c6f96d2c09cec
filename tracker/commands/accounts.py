"""`tracker user`: people, accounts and seats, on the database this command line was told of."""

from __future__ import annotations

import click

from tracker.commands.opening import opened
from tracker.teams.commands import user as commands


@click.group("user", commands=commands.commands, help=commands.help)
@click.pass_context
def user(context: click.Context) -> None:
    """Hand the door to the database to the command, which opens it once its own words are read."""
    context.obj = opened
