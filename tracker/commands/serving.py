"""Bring the database up to date, and serve the site."""

from __future__ import annotations

from typing import Any

import click
from gunicorn.app.wsgiapp import WSGIApplication

from tracker import schema
from tracker.commands.opening import opened
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


class _Site(WSGIApplication):
    """The site as gunicorn.conf.py says it is served, but for what the command was told."""

    def __init__(self, **told: Any) -> None:
        self.told = told
        super().__init__()

    def load_config(self) -> None:
        """Read the file, then what was told; gunicorn's own way would read our command line."""
        self.app_uri = "app:app"
        self.load_config_from_file(str(HOME / "gunicorn.conf.py"))
        for name, value in {"chdir": str(HOME), **self.told}.items():
            self.cfg.set(name, value)
        self.chdir()


@click.command()
@click.option("--bind", default="127.0.0.1:8000", show_default=True, help="Address and port to listen at.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="Processes.")
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64), help="Threads in each process.")
def serve(bind: str, workers: int, threads: int) -> None:
    """Serve the site with gunicorn until interrupted (Ctrl-C)."""
    opened()
    _Site(bind=bind, workers=workers, threads=threads).run()
