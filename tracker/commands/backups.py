"""Back up the database and every file into one folder, and bring such a folder back.

A backup appears under its name only when it is whole: it is written aside, reopened, checked with every invariant, then
renamed. Keys are not part of it: whoever finds a backup can read no account number.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.exc import DatabaseError

from tracker import schema
from tracker.commands import copying
from tracker.commands.checking import breaches
from tracker.commands.opening import Sentence, opened
from tracker.commands.progress import parts
from tracker.evidence.models import Evidence
from tracker.kernel.clock import now
from tracker.settings import Settings
from tracker.storage import Database
from tracker.storage.files import FileStore, Store

MANIFEST = "backup.json"
FILES = "files"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself: when, of which engine, the database file's name and sha256, how many files."""

    made_at: str
    engine: str
    database: str
    sha256: str
    files: int


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
def backup(folder: Path) -> None:
    """Back up the database and all files into the new folder DIR, while the office goes on working.

    The copy is reopened and checked like `tracker verify` before it appears under its name. The keys under var/keys
    are NOT included: keep a copy of them elsewhere, because account numbers cannot be read without them.
    """
    chosen, database = opened()
    if folder.exists():
        raise Sentence(f"{folder} 已经存在；备份不覆盖，请换一个文件夹")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        manifest = _write(chosen, database, aside)
        _require_sound(database, aside)
        _sync(aside)
        aside.chmod(0o750)
        aside.rename(folder)
        _sync(folder.parent)
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    click.echo(f"备份已写入并核对无误：{folder}（附件 {manifest.files} 个）")
    click.echo(f"备份不含密钥，请另行妥善保存：{chosen.var / 'keys'}")


def _write(chosen: Settings, database: Database, place: Path) -> Manifest:
    """Copy the database first: every file it names is in the store by then, because files are kept before rows."""
    copy = copying.dump(database, place)
    files = chosen.open_store()
    names = _named_files(database, place, copy)
    _copy_files(files, FileStore(place / FILES), names)
    manifest = Manifest(
        now().isoformat(timespec="seconds"), database.url.get_backend_name(), copy.name, _sha256(copy), len(names)
    )
    (place / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2) + "\n", "utf-8")
    return manifest


def _named_files(database: Database, place: Path, copy: Path) -> list[str]:
    with copying.reopened(database, place, copy) as reopened, reopened.reading() as session:
        return sorted(set(session.scalars(select(Evidence.sha256))))


def _copy_files(source: Store, target: Store, names: list[str]) -> None:
    with parts("附件", 1) as bar:
        bar.begin("")
        for done, name in enumerate(names, start=1):
            try:
                data = source.get(name)
            except FileNotFoundError as error:
                raise Sentence(f"附件文件 {name[:12]} 不在 {source.where} 里；请先运行 tracker verify 查明") from error
            if target.put(data) != name:
                raise Sentence(f"附件文件 {name[:12]} 的内容与摘要不符；请先运行 tracker verify 查明")
            bar.within(done, len(names))


def _require_sound(database: Database, place: Path) -> None:
    manifest = read_manifest(place)
    with copying.reopened(database, place, place / manifest.database) as reopened:
        found = breaches(reopened, FileStore(place / FILES))
    if found:
        raise Sentence("备份核对发现不符，没有保留这份备份：\n" + "\n".join(found))


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--force", is_flag=True, help="Replace the database that is there now.")
def restore(folder: Path, *, force: bool) -> None:
    """Bring back the backup in DIR: its database, and whichever of its files are missing. Stop the site first.

    Refuses to replace a database without --force; with it, what was there is moved aside, not deleted. Nothing is
    touched when the backup lacks a file its database names. Files are only added, never overwritten. Ends with the
    check of `tracker verify`.
    """
    manifest = read_manifest(folder)
    if _sha256(folder / manifest.database) != manifest.sha256:
        raise Sentence(f"{folder} 里的数据库文件与备份时不一致，没有恢复；请换一份备份")
    chosen, database = opened(at_newest=False)
    if manifest.engine != database.url.get_backend_name():
        raise Sentence(f"这份备份来自 {manifest.engine}，当前设置是 {database.url.get_backend_name()}；两者要一致")
    if copying.is_in_use(database) and not force:
        raise Sentence("当前设置的数据库里已有数据，没有恢复；确认要替换时加 --force")
    _bring_files(FileStore(folder / FILES), chosen.open_store(), _files_needed(database, folder / manifest.database))
    kept = copying.load(database, folder / manifest.database)
    if kept is not None:
        click.echo(f"原来的数据保留为：{kept}；确认无误后可以删除")
    schema.upgrade(database)
    found = breaches(database, chosen.open_store())
    for sentence in found:
        click.echo(sentence)
    if found:
        raise Sentence(f"已恢复，但核对发现 {len(found)} 处不符")
    click.echo(f"已恢复并核对无误：{manifest.made_at} 的备份，附件 {manifest.files} 个")


def _files_needed(database: Database, copy: Path) -> list[str]:
    """Open the backup's database beside the present one and list the files it names."""
    with tempfile.TemporaryDirectory(prefix="tracker-restore-") as aside:
        try:
            return _named_files(database, Path(aside), copy)
        except DatabaseError as error:
            raise Sentence(f"备份里的数据库 {copy} 打不开，没有恢复；请换一份备份") from error


def _bring_files(source: Store, target: Store, names: list[str]) -> None:
    """Copy the files that are missing. Raises Sentence before anything is copied when one is nowhere to be had."""
    sound = [name for name in names if source.problem(name) is None]
    lost = [name for name in sorted(set(names) - set(sound)) if target.problem(name) is not None]
    if lost:
        raise Sentence(
            f"这份备份缺 {len(lost)} 个附件文件或内容已损坏（第一个：{lost[0][:12]}），没有恢复；请换一份备份"
        )
    _copy_files(source, target, sound)


def read_manifest(folder: Path) -> Manifest:
    """Read what a backup says of itself. Raises Sentence for a folder that is none."""
    try:
        data = json.loads((folder / MANIFEST).read_text("utf-8"))
        manifest = Manifest(**data)
        inside = (folder / manifest.database).resolve().parent == folder.resolve()
    except (OSError, ValueError, TypeError) as error:
        raise Sentence(f"{folder} 不是 tracker backup 写出的备份") from error
    if not inside or not (folder / manifest.database).is_file():
        raise Sentence(f"{folder} 不完整：缺少数据库文件")
    return manifest


def _sha256(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(folder: Path) -> None:
    """Make sure what lies in the folder, and its name, survive a power cut."""
    for place in (*(path for path in folder.iterdir() if path.is_file()), folder):
        with _opened(place) as descriptor:
            os.fsync(descriptor)


@contextmanager
def _opened(place: Path) -> Iterator[int]:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
