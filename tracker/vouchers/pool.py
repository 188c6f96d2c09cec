"""Drawing in bounded child processes: a paper that would take all memory or never end harms nobody else."""

from __future__ import annotations

import atexit
import contextlib
import gc
import io
import logging
import multiprocessing
import queue
import resource
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from itertools import groupby
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any, Final

from tracker.kernel.errors import Busy, Refused
from tracker.kernel.text import tell
from tracker.vouchers import drawing
from tracker.vouchers.content import VoucherContent, from_json, to_json
from tracker.vouchers.drawing import VoidMark

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_log: Final = logging.getLogger(__name__)

LARGEST_SET: Final = 100
_SET_PART: Final = 10
"""How many vouchers of a set are drawn at once: a part reports progress and is bounded by itself."""


class TooMuch(Refused):
    """A document that needs more time or memory than one document may have."""


class Crashed(Refused):
    """The child process ended without an answer: told like any other refusal, wherever a paper is asked for."""

    def __init__(self, why: str) -> None:
        """Say that nothing is lost, and what to do; ``why`` is for the log."""
        super().__init__("文件没有生成出来，内容没有丢失；请稍后再试，仍不行请联系系统管理员", why=why)


@dataclass(frozen=True)
class Bounds:
    """What one job may use: seconds of the clock, and bytes of address space of the process it runs in."""

    seconds: float = 60.0
    memory_bytes: int = 1536 * 1024 * 1024


class Pool:
    """A few child processes started when first needed; each ends by itself after some idle time or many jobs."""

    def __init__(
        self, size: int = 2, *, bounds: Bounds = Bounds(), idle_seconds: float = 120.0, most_jobs: int = 200
    ) -> None:
        """Describe the children; none is started yet."""
        self.size = size
        self.bounds = bounds
        self.idle_seconds = idle_seconds
        self.most_jobs = most_jobs
        self._free: queue.LifoQueue[_Worker] = queue.LifoQueue()
        for _ in range(size):
            self._free.put(_Worker(self))

    def run(self, job: Callable[..., Any], *arguments: Any, bounds: Bounds | None = None) -> Any:
        """Run a module-level function in a child and return what it returns or raise what it raises.

        Raises TooMuch when it takes too long or too much memory, Busy when no child comes free in time.
        """
        limit = bounds or self.bounds
        try:
            worker = self._free.get(timeout=limit.seconds)
        except queue.Empty:
            raise Busy("打印的人太多，请稍后再试") from None
        try:
            return worker.ask(job, arguments, limit)
        finally:
            self._free.put(worker)

    def close(self) -> None:
        """End the children that are not at work."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._free.get_nowait().stop()


class _Worker:
    """The parent's hand on one child process, started on the first job and again after it ended."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    def ask(self, job: Callable[..., Any], arguments: tuple[Any, ...], limit: Bounds) -> Any:
        pipe = self._send((job, arguments, limit.memory_bytes))
        try:
            done, answer = pipe.recv() if pipe.poll(limit.seconds) else (False, TimeoutError())
        except (EOFError, OSError) as error:
            self.stop()
            _log.exception("the drawing process ended without an answer")
            raise Crashed("the drawing process ended without an answer") from error
        except BaseException:
            self.stop()
            raise
        if done:
            return answer
        if isinstance(answer, TimeoutError):
            self.stop()
            raise TooMuch(
                tell("这份文件 %(seconds)s 秒内没有生成，请减少内容后再试", seconds=format(limit.seconds, ".0f")),
                seconds=limit.seconds,
            )
        if isinstance(answer, MemoryError):
            self.stop()
            raise TooMuch("这份文件太大，内存不够，请减少内容后再试") from answer
        raise answer

    def stop(self) -> None:
        """End the child and forget it."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
        self._process = self._pipe = None

    def _send(self, message: object) -> Connection:
        """Hand a job to the child; one that ended while idle is started again, once."""
        if self._pipe is not None and self._process is not None and self._process.is_alive():
            try:
                self._pipe.send(message)
            except OSError:
                self.stop()
            else:
                return self._pipe
        self.stop()
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(there, self._pool.idle_seconds, self._pool.most_jobs), daemon=True, name="voucher"
        )
        self._process.start()
        there.close()
        self._pipe = here
        here.send(message)
        return here


def _serve(pipe: Connection, idle_seconds: float, most_jobs: int) -> None:
    """Live as a child: take a job, answer it, end when idle, worn or left alone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when its children end
    gc.set_threshold(50_000, 20, 100)  # a page is many small objects that all live until it is written
    for _ in range(most_jobs):
        if not pipe.poll(idle_seconds):
            return
        try:
            job, arguments, memory_bytes = pipe.recv()
        except EOFError:
            return
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, resource.getrlimit(resource.RLIMIT_AS)[1]))
        try:
            answer = (True, job(*arguments))
        except Exception as error:  # noqa: BLE001  whatever it is, the parent is told
            answer = (False, error)
        try:
            pipe.send(answer)
        except (TypeError, AttributeError, ValueError) as error:  # an error that cannot be sent is told in words
            pipe.send((False, Crashed(f"{answer[1]!r:.300} ({error})")))
        except OSError:
            return


def draw_bounded(
    content_json: str,
    *,
    void: VoidMark | None = None,
    copy_number: int | None = None,
    attachments: Sequence[tuple[str, bytes, str]] = (),
    lost: Sequence[str] = (),
) -> bytes:
    """Draw one voucher from its stored JSON in a child process; see ``drawing.draw``."""
    answer: bytes = pool().run(_draw, content_json, void, copy_number, tuple(attachments), tuple(lost))
    return answer


def draw_set(
    contents: Sequence[VoucherContent],
    progress: Callable[[int, int], None] = lambda _done, _of: None,
    *,
    copy_numbers: Sequence[int | None] = (),
) -> bytes:
    """Draw up to 100 vouchers as one PDF for the printer, in order; ``progress(done, of)`` is told after each part."""
    if not contents:
        raise Refused("没有选择要打印的报销单，请先勾选")
    if len(contents) > LARGEST_SET:
        raise Refused(tell("一次最多打印 %(most)s 张，请分批打印", most=LARGEST_SET), count=len(contents))
    counts = list(copy_numbers) or [None] * len(contents)
    parts = list(_parts(contents))
    drawn: dict[int, bytes] = {}
    done = 0
    with ThreadPoolExecutor(max_workers=pool().size) as hands:
        running = {
            hands.submit(pool().run, _draw_part, [to_json(one) for one in contents[part]], counts[part]): number
            for number, part in enumerate(parts)
        }
        for future in as_completed(running):
            number = running[future]
            drawn[number] = future.result()
            done += len(contents[parts[number]])
            progress(done, len(contents))
    return joined([drawn[number] for number in range(len(parts))])


def _parts(contents: Sequence[VoucherContent]) -> Iterator[slice]:
    """Cut a set into parts of one template version, ten vouchers each."""
    end = 0
    for _, group in groupby(contents, key=lambda one: one.template_version):
        start, end = end, end + len(list(group))
        yield from (slice(at, min(at + _SET_PART, end)) for at in range(start, end, _SET_PART))


def joined(documents: Sequence[bytes]) -> bytes:
    """Join PDFs of our own making, pages in order."""
    if len(documents) == 1:
        return documents[0]
    from pypdf import PdfReader, PdfWriter  # noqa: PLC0415  takes a tenth of a second to load, for sets alone

    writer = PdfWriter()
    for document in documents:
        writer.append(PdfReader(io.BytesIO(document)), import_outline=False)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


_made = threading.Lock()
_pools: dict[str, Pool] = {}


def pool() -> Pool:
    """Return the process's pool of drawing children."""
    with _made:
        if "drawing" not in _pools:
            _pools["drawing"] = made = Pool()
            atexit.register(made.close)
        return _pools["drawing"]


def _draw(
    content_json: str,
    void: VoidMark | None,
    copy_number: int | None,
    attachments: tuple[tuple[str, bytes, str], ...],
    lost: tuple[str, ...],
) -> bytes:
    content = from_json(content_json)
    return drawing.draw(content, void=void, copy_number=copy_number, attachments=attachments, lost=lost)


def _draw_part(contents: Sequence[str], copy_numbers: Sequence[int | None]) -> bytes:
    return drawing.draw_many([from_json(one) for one in contents], copy_numbers=copy_numbers)
