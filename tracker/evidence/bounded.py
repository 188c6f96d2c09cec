"""Work on untrusted files in a child process with bounded time and memory: a crash becomes a sentence."""

from __future__ import annotations

import atexit
import contextlib
import io
import os
import pickle
import re
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any, Final

import tracker
from tracker.evidence.archive import Unreadable
from tracker.kernel.text import tell

DEFAULT_SECONDS: Final = 10.0
DEFAULT_MEMORY_MB: Final = 400
WORK: Final = frozenset({"read", "sniff", "unpack", "page_pictures", "likeness", "ofd_svgs"})
MAX_IDLE: Final = 2
"""One for the background reader, one for the page that takes a file meanwhile; at rest one is enough (``trim``)."""
_USES_PER_CHILD: Final = 200
_START_SECONDS: Final = 30.0
_GRACE_SECONDS: Final = 2.0
_MAX_ANSWER_BYTES: Final = 256 * 1024 * 1024
_LENGTH: Final = struct.Struct(">Q")
_PIECE: Final = 1024 * 1024
_FACT: Final = re.compile(r"%\([a-z_]+\)s")

_SENTENCES: Final = {
    "late": "文件处理超时，内容可能异常复杂，原件仍可保存；请重新下载原文件，或手工填写",
    "memory": "文件展开后占用内存过多，已停止处理；请重新下载原文件，或手工填写",
    "crash": "文件无法处理，内容可能已损坏；请重新下载原文件，或手工填写",
    "deep": "文件结构嵌套过深，已停止处理；请重新下载原文件，或手工填写",
    "busy": "系统暂时无法处理文件，请稍后再试",
}

# What a child may answer with. A child taken over by a hostile file must not make the server build anything else.
_ANSWERABLE: Final = {
    "datetime": {"date"},
    "builtins": {"frozenset", "set", "tuple"},
    "tracker.evidence.media": {"Media"},
    "tracker.evidence.rendering.pictures": {"Picture"},
    "tracker.evidence.reading.facts": {"Box", "Conflict", "Item", "Leg", "Reading", "Source", "Sureness"},
}


class _Answers(pickle.Unpickler):
    """An unpickler that builds only what the table of answers names."""

    def find_class(self, module: str, name: str, /) -> Any:
        if name not in _ANSWERABLE.get(module, ()):
            raise pickle.UnpicklingError(f"unexpected {module}.{name}")
        return super().find_class(module, name)


class _Child:
    """One warm child process and the pipes to it."""

    def __init__(self) -> None:
        home = str(Path(tracker.__file__).resolve().parents[1])
        self.uses = 0
        # A fresh interpreter rather than a fork: it must not inherit connections or locks of a threaded server.
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tracker.evidence.bounded_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": home, "LANG": "C.UTF-8", "PATH": os.defpath},
            start_new_session=True,
            bufsize=0,
        )
        if self._receive(_START_SECONDS) != ("ready", None):
            self.stop()
            raise Unreadable(_SENTENCES["busy"])

    def ask(self, work: tuple[Any, ...], seconds: float) -> tuple[str, Any]:
        """Send work and wait for the answer; the child's own timer is a little shorter than ours."""
        self.uses += 1
        try:
            if self.process.stdin is not None:
                _write_all(self.process.stdin.fileno(), pickle.dumps(work))
            return self._receive(seconds + _GRACE_SECONDS)
        except (OSError, EOFError):
            return self._why_dead(), None
        except (pickle.UnpicklingError, AttributeError, ImportError, IndexError, TypeError, ValueError):
            return "crash", None

    def stop(self) -> None:
        """End the child for good."""
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)

    def _receive(self, seconds: float) -> tuple[str, Any]:
        deadline = time.monotonic() + seconds
        head = self._exactly(_LENGTH.size, deadline)
        if head is None:
            return "late", None
        length = _LENGTH.unpack(head)[0]
        if length > _MAX_ANSWER_BYTES:
            return "memory", None
        body = self._exactly(length, deadline)
        if body is None:
            return "late", None
        answer: tuple[str, Any] = _Answers(io.BytesIO(body)).load()
        return answer

    def _exactly(self, length: int, deadline: float) -> bytes | None:
        """Read that many bytes, or None at the deadline. Raises EOFError when the child is gone."""
        if self.process.stdout is None:
            raise EOFError
        place = self.process.stdout.fileno()
        pieces = bytearray()
        while len(pieces) < length:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([place], [], [], left)[0]:
                return None
            piece = os.read(place, min(_PIECE, length - len(pieces)))
            if not piece:
                raise EOFError
            pieces += piece
        return bytes(pieces)

    def _why_dead(self) -> str:
        try:
            code = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return "late"
        if code in (-signal.SIGALRM, -signal.SIGXCPU):
            return "late"
        # An allocation that fails in C code aborts the child or walks into a null pointer.
        return "memory" if code in (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGTRAP, -signal.SIGILL) else "crash"


_idle: list[_Child] = []
_lock: Final = threading.Lock()


def run(
    function_name: str,
    data: bytes,
    *,
    seconds: float = DEFAULT_SECONDS,
    memory_mb: int = DEFAULT_MEMORY_MB,
    **arguments: Any,
) -> Any:
    """Run a named piece of work on bytes in a bounded child and return its answer.

    ``read`` (argument ``name``) gives a Reading, ``sniff`` a Media, ``unpack`` a list of (name, bytes),
    ``page_pictures`` (argument ``media``) a list of Picture, ``likeness`` a hash, ``ofd_svgs`` a list of SVG texts.
    ``seconds`` bounds wall and CPU time, ``memory_mb``
    the address space beyond the idle child. Raises Unreadable with a sentence for refusals, timeouts, memory
    and crashes; ValueError only for work that does not exist.
    """
    if function_name not in WORK:
        raise ValueError(f"no such work: {function_name}")
    kind, answer = _run_once((function_name, data, seconds, memory_mb, arguments), seconds)
    if kind == "done":
        return answer
    raise Unreadable(_told(answer) if kind == "refused" else _SENTENCES.get(kind, _SENTENCES["crash"]))


def _told(answer: Any) -> str:
    """Tell a child's refusal again; wording that does more than name its facts is not the child's own."""
    match answer:
        case str():
            return answer
        case (str() as wording, dict() as facts) if "%" not in _FACT.sub("", wording):
            return tell(wording, **facts)
    return _SENTENCES["crash"]


def warm_up() -> None:
    """Start a child before the first file comes, so that nobody waits for it."""
    with _lock:
        enough = bool(_idle)
    if not enough:
        _give_back(_Child())


def shut_down() -> None:
    """End all idle children."""
    with _lock:
        children, _idle[:] = list(_idle), []
    for child in children:
        child.stop()


def trim() -> None:
    """End all idle children but one: the rush is over, their memory is free again."""
    with _lock:
        children, _idle[1:] = _idle[1:], []
    for child in children:
        child.stop()


def _forget() -> None:
    """After a fork the children belong to the parent: two processes must not share one pipe."""
    _idle.clear()


atexit.register(shut_down)
os.register_at_fork(after_in_child=_forget)


def _run_once(work: tuple[Any, ...], seconds: float) -> tuple[str, Any]:
    with _lock:
        child = _idle.pop() if _idle else None
    if child is not None and child.process.poll() is not None:
        child.stop()
        child = None
    try:
        child = child or _Child()
    except (OSError, EOFError, pickle.UnpicklingError):
        return "busy", None
    kind, answer = child.ask(work, seconds)
    if kind in ("done", "refused", "deep") and child.uses < _USES_PER_CHILD:
        _give_back(child)
    else:
        child.stop()
    return kind, answer


def _give_back(child: _Child) -> None:
    with _lock:
        if len(_idle) < MAX_IDLE:
            _idle.append(child)
            return
    child.stop()


def _write_all(place: int, body: bytes) -> None:
    view = memoryview(_LENGTH.pack(len(body)) + body)
    while view:
        view = view[os.write(place, view[:_PIECE]) :]
