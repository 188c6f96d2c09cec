"""A sheet of cards or people on its way in: checked, then written, in a thread of its own; a file says how far it is.

A file and no row: on SQLite nobody else writes to the database while an import does, and what a page shows of an
import matters for as long as somebody looks. Whatever happens to thread, process or host, nothing is half written,
and the same sheet once more is harmless.
"""

from __future__ import annotations

import json
import logging
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from tracker.kernel.errors import NotFound, Refused
from tracker.kernel.text import Told
from tracker.logistics.sheets import BadCell
from tracker.storage.disk import writable

_JOB: Final = re.compile(r"[0-9a-f]{32}")
_TOLD_EVERY: Final = 0.4
_KEPT_AS: Final = 2
"""Counted up when what a file says changes: an import begun before an upgrade is not on this host any more."""
_SILENT_FOR: Final = 180.0
_KEPT_FOR: Final = 2 * 86_400.0
_log = logging.getLogger(__name__)


class Stage(StrEnum):
    """Where an import stands."""

    CHECKING = "checking"
    CHECKED = "checked"
    WRITING = "writing"
    WRITTEN = "written"
    REFUSED = "refused"
    BROKEN = "broken"


RUNNING: Final = frozenset({Stage.CHECKING, Stage.WRITING})


@dataclass(frozen=True)
class Outcome:
    """What a sheet was found to hold: cards to write with their price, rows known already, and what is wrong."""

    fresh: int = 0
    worth_fen: int = 0
    known: int = 0
    bad: tuple[BadCell, ...] = ()
    different: tuple[BadCell, ...] = ()
    """Cells of rows known already that say something else than what is on record; nothing of them is taken."""

    @property
    def bad_rows(self) -> int:
        """Count the rows with something wrong."""
        return len({cell.row for cell in self.bad})

    @property
    def different_rows(self) -> int:
        """Count the rows known already that say something else."""
        return len({cell.row for cell in self.different})


@dataclass(frozen=True)
class Job:
    """One import of a person: the sheet by its name in the store or by the job that kept it, how far it is, its end."""

    id: str
    person_id: int
    unit_id: int
    sheet: str
    stage: Stage
    part: str = ""
    done: int = 0
    total: int = 0
    outcome: Outcome = field(default_factory=Outcome)
    sentence: str = ""
    made: int = 0

    @property
    def is_running(self) -> bool:
        """Tell whether there is more to come."""
        return self.stage in RUNNING


class Imports:
    """The imports of this host, each in a file of a folder; two at a time, the next ones wait."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when the first import begins."""
        self._folder = folder

    def begin(self, job: Job, work: Callable[[Tracking], Job], *, patience: float = 0.0) -> Job:
        """Start the work of a job and return it as it stands after at most ``patience`` seconds.

        ``work`` is told what to report to, and returns the job as it ended. A Refused it raises ends the job with its
        sentence; anything else ends it broken, and the log says why. Raises Busy where nothing can be written.
        """
        with writable():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._sweep()
            self._keep(job)
        wait([_Hands.pool().submit(self._carry_out, job, work)], timeout=patience)
        return self.find(job.id, person_id=job.person_id) or job

    def find(self, job_id: str, *, person_id: int) -> Job | None:
        """Return a person's import as it stands, if this host has it."""
        if not _JOB.fullmatch(job_id):
            return None
        place = self._folder / job_id
        try:
            told, age = json.loads(place.read_text("utf-8")), time.time() - place.stat().st_mtime
        except FileNotFoundError:
            return None
        if told["person_id"] != person_id or told.pop("kept_as", 0) != _KEPT_AS:
            return None
        cells = {
            name: tuple(BadCell(row, column, _heard(reason)) for row, column, reason in told["outcome"].pop(name))
            for name in ("bad", "different")
        }
        job = Job(
            **{
                **told,
                "stage": Stage(told["stage"]),
                "sentence": _heard(told["sentence"]),
                "outcome": Outcome(**told["outcome"], bad=cells["bad"], different=cells["different"]),
            }
        )
        return replace(job, stage=Stage.BROKEN) if job.is_running and age > _SILENT_FOR else job

    def keep_sheet(self, job_id: str, sealed: bytes) -> None:
        """Keep the sheet of a job, enciphered, beside it: for one with numbers of persons, which no store may have."""
        handle, aside = tempfile.mkstemp(dir=self._folder, prefix=".")
        with os.fdopen(handle, "wb") as file:
            file.write(sealed)
        Path(aside).replace(self._sheet(job_id))

    def sheet_of(self, job_id: str) -> bytes | None:
        """Return the enciphered sheet a job kept, if this host still has it."""
        try:
            return self._sheet(job_id).read_bytes()
        except FileNotFoundError:
            return None

    def drop_sheet(self, job_id: str) -> None:
        """Forget the sheet of a job: it has been written."""
        self._sheet(job_id).unlink(missing_ok=True)

    def _sheet(self, job_id: str) -> Path:
        if not _JOB.fullmatch(job_id):
            raise NotFound
        return self._folder / f"{job_id}.sheet"

    def _carry_out(self, job: Job, work: Callable[[Tracking], Job]) -> None:
        try:
            ended = work(Tracking(self, job))
        except Refused as refusal:
            ended = replace(job, stage=Stage.REFUSED, sentence=refusal.sentence)
        except Exception:  # noqa: BLE001  whoever waits must hear of it, whatever it was
            _log.exception("an import broke off; nothing of it was written")
            ended = replace(job, stage=Stage.BROKEN)
        try:
            self._keep(ended)
        except OSError:
            _log.exception("how an import ended (%s) could not be written down; its page says to look", ended.stage)

    def _keep(self, job: Job) -> None:
        told = {**asdict(job), "kept_as": _KEPT_AS}
        told["sentence"] = _said(job.sentence)
        for name, cells in (("bad", job.outcome.bad), ("different", job.outcome.different)):
            told["outcome"][name] = [(cell.row, cell.column, _said(cell.reason)) for cell in cells]
        handle, aside = tempfile.mkstemp(dir=self._folder, prefix=".")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(told, file, ensure_ascii=False)
        Path(aside).replace(self._folder / job.id)

    def _sweep(self) -> None:
        """Forget imports nobody looks at any more; a file another import renames meanwhile is none of them."""
        for place in self._folder.iterdir():
            with suppress(FileNotFoundError):
                if time.time() - place.stat().st_mtime > _KEPT_FOR:
                    place.unlink()


class Tracking:
    """What a running import reports to; it is written down a few times a second at most."""

    def __init__(self, imports: Imports, job: Job) -> None:
        """Take the job to report of."""
        self._imports, self._job, self._told_at = imports, job, 0.0

    def __call__(self, part: str, done: int, total: int) -> None:
        """Say how many rows of a part are done."""
        if time.monotonic() - self._told_at < _TOLD_EVERY and part == self._job.part:
            return
        self._told_at = time.monotonic()
        self._job = replace(self._job, part=part, done=done, total=total)
        self._imports._keep(self._job)  # noqa: SLF001  two halves of one thing


class _Hands:
    """The threads of this process that import; made when first needed, after the process was forked."""

    made: ThreadPoolExecutor | None = None
    process: int = 0

    @classmethod
    def pool(cls) -> ThreadPoolExecutor:
        if cls.made is None or cls.process != os.getpid():
            cls.made, cls.process = ThreadPoolExecutor(2, thread_name_prefix="import"), os.getpid()
        return cls.made


def _said(text: str) -> Any:
    """Put a sentence so that it can be written down and still be said in another language."""
    if isinstance(text, Told):
        facts = {name: _said(fact if isinstance(fact, str) else str(fact)) for name, fact in text.facts.items()}
        return {"wording": text.wording, "facts": facts}
    return text


def _heard(kept: str | Mapping[str, Any]) -> str:
    if isinstance(kept, str):
        return kept
    return Told(kept["wording"], {name: _heard(fact) for name, fact in kept["facts"].items()})
