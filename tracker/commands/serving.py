"""Bring the database up to date, and serve the site."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from tracker import schema
from tracker.commands.opening import Sentence, opened
from tracker.settings import HOME


@click.command()
def migrate() -> None:
    """Make the database, or bring it to the newest version, in one transaction."""
    chosen, database = opened(at_newest=False)
    if schema.is_current(database):
        click.echo("数据库已是最新版本")
        return
    schema.upgrade(database)
    click.echo(f"数据库已更新到最新版本：{database.url.render_as_string(hide_password=True)}")
    del chosen


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen at.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads in each process.")
def serve(bind: str, workers: int, threads: int) -> None:
    """Serve the site with gunicorn until interrupted (Ctrl-C)."""
    opened()
    gunicorn = Path(sys.executable).with_name("gunicorn")
    if not gunicorn.exists():
        raise Sentence("没有找到 gunicorn；请先运行 make venv")
    arguments = [
        *("--chdir", str(HOME), "--bind", bind, "--worker-class", "gthread"),
        *("--workers", str(workers), "--threads", str(threads), "--timeout", "60", "--graceful-timeout", "20"),
        *("--log-level", "warning", "--no-control-socket", "app:app"),
    ]
    os.execv(gunicorn, [str(gunicorn), *arguments])  # noqa: S606  our own program, no shell
