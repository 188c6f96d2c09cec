"""The child side of bounded work: one file at a time, in a process that may write nothing and ends when it must."""

from __future__ import annotations

import contextlib
import os
import pickle
import resource
import signal
import struct
import sys
from enum import Enum
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from tracker.evidence.archive import Unreadable
from tracker.evidence.media import sniff, unpack
from tracker.evidence.reading.reader import read
from tracker.evidence.rendering.ofd_svg import ofd_svgs
from tracker.evidence.rendering.pages import likeness, page_pictures
from tracker.kernel.text import Told

if TYPE_CHECKING:
    from collections.abc import Callable

_LENGTH: Final = struct.Struct(">Q")
_WORK: Final[dict[str, Callable[..., Any]]] = {
    "read": read,
    "sniff": sniff,
    "unpack": unpack,
    "page_pictures": page_pictures,
    "likeness": likeness,
    "ofd_svgs": ofd_svgs,
}


def serve(questions: BinaryIO, answers: BinaryIO) -> None:
    """Answer work until the questions end."""
    _drop_rights()
    baseline = _address_space()
    _send(answers, ("ready", None))
    while head := questions.read(_LENGTH.size):
        # The server wrote this, not the file: plain pickle is safe in this direction.
        work = pickle.loads(questions.read(_LENGTH.unpack(head)[0]))  # noqa: S301
        _send(answers, _bounded_answer(work, baseline))


class _Pickler(pickle.Pickler):
    """Writes a member of an enumeration by its value: Python 3.11.2 would have ``getattr`` called, which is refused."""

    def reducer_override(self, obj: object) -> Any:
        return (type(obj), (obj.value,)) if isinstance(obj, Enum) else NotImplemented


def _send(answers: BinaryIO, answer: tuple[str, Any]) -> None:
    written = BytesIO()
    _Pickler(written).dump(answer)
    body = written.getvalue()
    answers.write(_LENGTH.pack(len(body)) + body)
    answers.flush()


def _drop_rights() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(5)
    for limit in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(limit, (0, 0))


def _bounded_answer(work: tuple[Any, ...], baseline: int) -> tuple[str, Any]:
    name, data, seconds, memory_mb, arguments = work
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (baseline + memory_mb * 1024 * 1024, hard))
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = int(used.ru_utime + used.ru_stime + seconds) + 2
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, resource.getrlimit(resource.RLIMIT_CPU)[1]))
    # The default action ends the process even inside C code, where no Python handler would ever run.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        return "done", _WORK[name](data, **arguments)
    except Unreadable as refusal:
        return "refused", _in_plain(refusal.sentence)
    except MemoryError:
        return "memory", None
    except RecursionError:
        return "deep", None
    except Exception:  # noqa: BLE001  whatever a hostile file provokes must reach the person as a sentence
        return "crash", None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _in_plain(sentence: str) -> str | tuple[str, dict[str, str]]:
    """Give a sentence as plain values: its wording and facts apart where another language may tell it anew."""
    if isinstance(sentence, Told):
        return sentence.wording, {name: str(fact) for name, fact in sentence.facts.items()}
    return sentence


def _address_space() -> int:
    with open("/proc/self/statm", encoding="ascii") as status:  # noqa: PTH123  a kernel file
        return int(status.read().split()[0]) * resource.getpagesize()


if __name__ == "__main__":
    # Anything printed by a library would break the answers: the real standard output is kept for them alone.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, out)
