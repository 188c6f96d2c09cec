"""What the operating system refuses to write, said as a refusal people can act on."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from tracker.kernel.errors import Busy

UNWRITABLE = "服务器磁盘已满或不能写入，这一步没有保存；请联系系统管理员，内容仍在本页"

_log = logging.getLogger(__name__)


@contextmanager
def writable() -> Iterator[None]:
    """Turn an error of the disk (full, read-only, no permission) into Busy; the log says which it was."""
    try:
        yield
    except OSError as error:
        _log.error("cannot write: %s", error)
        raise Busy(UNWRITABLE) from error
