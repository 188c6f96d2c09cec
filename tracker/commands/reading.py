"""`tracker evidence work` and `sweep`: read waiting files outside the web processes, give up bytes nothing names."""

from __future__ import annotations

import signal
import threading
from datetime import datetime, timedelta
from types import FrameType

import click
from sqlalchemy import select

from tracker.claims.operations.recount import counting_again
from tracker.claims.pictures import PageFolder
from tracker.commands.opening import Sentence, opened
from tracker.evidence.commands import evidence_commands as evidence
from tracker.evidence.models import Evidence
from tracker.evidence.worker import Worker, read_next
from tracker.kernel.clock import now
from tracker.kernel.errors import Busy
from tracker.storage import Database
from tracker.storage.files import Store, current_files

YOUNGEST = timedelta(days=1)
"""Bytes kept since then may belong to a row that is just being written."""


@evidence.command("work")
@click.option("--once", is_flag=True, help="Read what waits now, then end.")
def work(*, once: bool) -> None:
    """Read waiting files until interrupted; for hosts whose web processes have TRACKER_READERS=0."""
    chosen, database = opened()
    files = current_files()
    draw = PageFolder(chosen.var / "pages", files).draw
    if once:
        count = 0
        while read_next(database, files, draw, counting_again):
            count += 1
        click.echo(f"已识别 {count} 个文件")
        return
    asked = threading.Event()

    def stop(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    worker = Worker(database, files, draw, counting_again).start()
    asked.wait()
    worker.stop()


@evidence.command("sweep")
@click.option("--dry-run", is_flag=True, help="Only count.")
def sweep(*, dry_run: bool) -> None:
    """Give up stored bytes that no row names and that were kept more than a day ago (thrown-away files)."""
    _, database = opened()
    files = current_files()
    given_up = size = 0
    for name in list(files.names()):
        before = now() - YOUNGEST
        try:
            if files.kept_at(name) >= before or _is_named(database, name):
                continue
            weight = 0 if dry_run else len(files.get(name))
        except FileNotFoundError:
            continue
        # Whoever kept the bytes again meanwhile made them young, and is about to name them: those stay.
        if dry_run or _given_up(files, name, before):
            given_up += 1
            size += weight
    word = "可清理" if dry_run else "已清理"
    click.echo(f"{word} {given_up} 个没有登记的文件" + (f"，{size} 字节" if not dry_run else ""))


def _given_up(files: Store, name: str, before: datetime) -> bool:
    try:
        return files.give_up(name, kept_before=before)
    except Busy as busy:
        raise Sentence(busy) from busy


def _is_named(database: Database, name: str) -> bool:
    with database.reading() as session:
        return session.scalar(select(Evidence.id).where(Evidence.sha256 == name).limit(1)) is not None
