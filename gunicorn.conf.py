"""How gunicorn serves the site; it reads this file where it is started, for `tracker serve` and for the service alike.

The application is loaded once and its processes are forked from it: a process that ends is replaced in a moment, and
what was loaded lies in memory once.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, cast

from tracker.application import begin_reading
from tracker.storage import current

if TYPE_CHECKING:
    from flask import Flask
    from gunicorn.arbiter import Arbiter
    from gunicorn.workers.base import Worker

worker_class = "gthread"
workers = 2
threads = 4
timeout = 60
graceful_timeout = 20
loglevel = "warning"
control_socket_disable = True
preload_app = True


def when_ready(_arbiter: Arbiter) -> None:
    """Before the first fork: share no connection, and leave what is loaded where it is, so that it stays shared."""
    current().close()
    gc.collect()
    gc.freeze()


def post_worker_init(worker: Worker) -> None:
    """Start in each process the thread a fork leaves behind."""
    begin_reading(cast("Flask", worker.wsgi))
