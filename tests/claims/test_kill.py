"""kill -9 in the middle of work: what was acknowledged is kept, nothing is half done, a resend gets the same answer."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from tests.holds import nothing_broken
from tests.office import NOON, Office, a_filing
from tracker.claims import operations
from tracker.claims.lifecycle import State
from tracker.claims.models import Claim, Decision
from tracker.claims.operations.moves import Command
from tracker.storage.files import FileStore, current_files

KILLS = 3


def test_killed_while_filing_nothing_acknowledged_is_lost(office: Office) -> None:
    chance = random.Random(2026)
    said: list[tuple[str, int, str]] = []
    store = current_files()
    assert isinstance(store, FileStore)
    for _ in range(KILLS):
        with subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.claims.filing_loop",
                office.database.url.render_as_string(hide_password=False),
                str(store.root),
                *map(str, _facts(office)),
            ],
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).resolve().parents[2],
        ) as child:
            assert child.stdout is not None
            first = child.stdout.readline()
            time.sleep(chance.uniform(0.2, 0.9))
            child.kill()
            whole_lines = (first + child.stdout.read()).split("\n")[:-1]
        said += [_parsed(line) for line in whole_lines]
    assert len(said) >= KILLS

    nothing_broken(office.database)
    with office.database.reading() as session:
        states = {claim.id: claim.state for claim in session.scalars(select(Claim))}
    for word, claim_id, _ in said:
        assert states[claim_id] in ({State.APPROVED} if word == "approved" else {State.IN_ROUTE, State.APPROVED})

    word, claim_id, command_id = said[0]
    other = a_filing(office, 9_999)
    with office.database.writing() as session:
        again = Command(by=office.actor("member"), at=NOON, command_id=command_id)
        answer = operations.submit(session, claim_id, other, again)
        assert answer.claimed_fen == 3_000
    with office.database.reading() as session:
        submitted = select(func.count()).where(Decision.command_id == command_id)
        assert session.scalar(submitted) == 1
    assert word == "submitted"


def _facts(office: Office) -> list[int]:
    people = office.people
    return [
        office.fund_id,
        office.team_id,
        office.other_team_id,
        office.lead_unit_id,
        office.categories["办公与邮电"],
        people["member"],
        people["reviewer"],
    ]


def _parsed(line: str) -> tuple[str, int, str]:
    word, claim_id, command_id = line.split()
    return word, int(claim_id), command_id
