"""Keys of the installation: made on first use, in files of their own that the service's account alone can read."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from pathlib import Path


def key_in(place: Path, make: Callable[[], bytes]) -> bytes:
    """Read the key, made on first use; of two processes that make one at once, both read the first."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = place.with_name(f".{place.name}-{secrets.token_hex(4)}")
        aside.touch(mode=0o600)
        aside.write_bytes(make())
        with contextlib.suppress(FileExistsError):
            os.link(aside, place)
        aside.unlink()
    return place.read_bytes()
