"""The repository's own files: what git knows, or, outside git, what is not built or kept."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NOT_OURS = {".venv", "var", "node_modules", "__pycache__", ".git"}


@cache
def files() -> tuple[Path, ...]:
    """List the files of the repository."""
    if shutil.which("git") and (ROOT / ".git").exists():
        told = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            check=True,
            capture_output=True,
        ).stdout
        places = [ROOT / name for name in told.decode().split("\0") if name]
    else:
        places = [place for place in ROOT.rglob("*") if not _NOT_OURS & set(place.relative_to(ROOT).parts)]
    return tuple(sorted(place for place in places if place.is_file()))


def named(place: Path) -> str:
    """Name a file from the repository's top."""
    return str(place.relative_to(ROOT))


def texts(*suffixes: str, under: str = "") -> Iterator[tuple[str, str]]:
    """Read the repository's text files: names and contents."""
    for place in files():
        name = named(place)
        if name.startswith(under) and (not suffixes or place.suffix in suffixes):
            try:
                yield name, place.read_text("utf-8")
            except UnicodeDecodeError:
                continue
