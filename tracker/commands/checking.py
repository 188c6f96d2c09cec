"""Check everything that must always hold, and seal what the trail and the book say today."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import click
from sqlalchemy.orm import Session

import tracker.audit.checks
import tracker.claims.checks
import tracker.equipment.checks
import tracker.evidence.checks
import tracker.evidence.keys
import tracker.funds.checks
import tracker.secondments.checks
import tracker.teams.checks
import tracker.vouchers.checks
from tracker.commands import seals
from tracker.commands.opening import Sentence, opened
from tracker.commands.progress import parts
from tracker.kernel.clock import now
from tracker.storage import Database
from tracker.storage.files import Store

Progress = Callable[[int, int], None]
"""Told how far a check is: done and total, of whatever it counts."""

Breaches = Callable[[Session, Store, Progress], Iterator[str]]


@dataclass(frozen=True)
class Check:
    """One package's invariants: what they are about, and what finds their breaches."""

    name: str
    breaches: Breaches
    is_apart: bool = False
    """It compares its own rows with nothing else, so it may look at a moment of its own, beside the others."""


def _of_rows(breaches: Callable[[Session], Iterator[str]]) -> Breaches:
    return lambda session, _files, _progress: breaches(session)


CHECKS: tuple[Check, ...] = (
    Check("经费台账", _of_rows(tracker.funds.checks.breaches)),
    Check("报销单", _of_rows(tracker.claims.checks.breaches)),
    Check("票据占用", _of_rows(tracker.evidence.keys.breaches)),
    Check("报销凭证", _of_rows(tracker.vouchers.checks.breaches)),
    Check("组团与席位", _of_rows(tracker.teams.checks.breaches)),
    Check("专职人员", _of_rows(tracker.secondments.checks.breaches)),
    Check("设备与用房", _of_rows(tracker.equipment.checks.breaches)),
    Check("审计链", _of_rows(tracker.audit.checks.breaches), is_apart=True),
    Check("票据识别", _of_rows(tracker.evidence.checks.readings)),
    Check("附件文件", tracker.evidence.checks.breaches),
)
"""Every package's invariants; the book first, because the rest leans on it."""


@click.command()
@click.option(
    "--seal",
    "sealed",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Also check that nothing this seal counted was changed or taken away since.",
)
def verify(sealed: Path | None) -> None:
    """Check everything that must always hold; list every breach and exit with 1 if there is one.

    Sees one moment of the database (the chains of the trail are walked beside, at a moment of their own); the office
    may go on working meanwhile.
    """
    chosen, database = opened()
    found = breaches(database, chosen.open_store(), sealed)
    for sentence in found:
        click.echo(sentence)
    if found:
        raise Sentence(f"核对发现 {len(found)} 处不符，请保留现场并联系系统管理员")
    click.echo("核对无误：台账、单据、票据、凭证、审计链和附件都对得上")


def breaches(database: Database, files: Store, sealed: Path | None = None) -> list[str]:
    """Run every check on one moment of the database, showing progress; return a sentence for each breach.

    Walking the chains is work of this process, the others mostly wait for the database: they go side by side.
    """
    checks = (*CHECKS, Check("封存", _of_rows(_against(sealed)))) if sealed else CHECKS
    found: list[str] = []
    with ThreadPoolExecutor() as apart, database.snapshot() as session, parts("核对", len(checks)) as bar:
        beside = {check: apart.submit(_alone, database, files, check) for check in checks if check.is_apart}
        for check in checks:
            bar.begin(check.name)
            found += beside[check].result() if check in beside else check.breaches(session, files, bar.within)
    return found


def _alone(database: Database, files: Store, check: Check) -> list[str]:
    with database.snapshot() as session:
        return list(check.breaches(session, files, lambda *_: None))


def _against(place: Path) -> Callable[[Session], Iterator[str]]:
    try:
        kept = seals.from_json(place.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise Sentence(f"{place} 不是封存文件，读不出来；请选由 tracker seal 写出的文件") from error
    return lambda session: seals.breaches(session, kept)


@click.command()
@click.option("-o", "--output", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="Where to write.")
def seal(output: Path | None) -> None:
    """Write down the heads of the trail and the sums of the book, to be kept outside the database.

    Run it daily and keep the file where those who keep the database cannot write: ``tracker verify --seal FILE``
    then shows whether anything it counted was changed afterwards. Without -o the seal is printed.
    """
    _, database = opened()
    with database.snapshot() as session:
        text = seals.to_json(seals.made(session, at=now()))
    if output is None:
        click.echo(text)
        return
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text + "\n")
    except FileExistsError:
        raise Sentence(f"{output} 已经存在；封存文件不覆盖，请换一个文件名") from None
    click.echo(f"已封存到 {output}")
