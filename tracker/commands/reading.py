"""`tracker evidence work` and `sweep`: read waiting files outside the web processes, give up bytes nothing names."""

from __future__ import annotations

import signal
import threading
from datetime import timedelta
from types import FrameType

import click
from sqlalchemy import select

from tracker.claims.pictures import PageFolder
from tracker.commands.opening import opened
from tracker.evidence.models import Evidence
from tracker.evidence.worker import Worker, read_next
from tracker.kernel.clock import now
from tracker.storage.files import current_files

YOUNGEST = timedelta(days=1)
"""Bytes kept since then may belong to a row that is just being written."""


@click.command("work")
@click.option("--once", is_flag=True, help="Read what waits now, then end.")
def work(*, once: bool) -> None:
    """Read waiting files until interrupted; for hosts whose web processes have TRACKER_READERS=0."""
    chosen, database = opened()
    files = current_files()
    draw = PageFolder(chosen.var / "pages", files).draw
    if once:
        count = 0
        while read_next(database, files, draw):
            count += 1
        click.echo(f"已识别 {count} 个文件")
        return
    asked = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    worker = Worker(database, files, draw).start()
    asked.wait()
    worker.stop()


@click.command("sweep")
@click.option("--dry-run", is_flag=True, help="Only count.")
def sweep(*, dry_run: bool) -> None:
    """Give up stored bytes that no row names and that were kept more than a day ago (thrown-away files)."""
    _, database = opened()
    files = current_files()
    given_up = size = 0
    for name in list(files.names()):
        try:
            is_young = now() - files.kept_at(name) < YOUNGEST
        except FileNotFoundError:
            continue
        with database.reading() as session:
            # Keeping bytes again makes them young, so that nobody can be about to name what is given up here.
            if is_young or session.scalar(select(Evidence.id).where(Evidence.sha256 == name).limit(1)) is not None:
                continue
            given_up += 1
            if not dry_run:
                size += len(files.get(name))
                files.discard(name)
    word = "可清理" if dry_run else "已清理"
    click.echo(f"{word} {given_up} 个没有登记的文件" + (f"，{size} 字节" if not dry_run else ""))
