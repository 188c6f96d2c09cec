"""A child that files claims until it is killed, saying each one's id after it was acknowledged."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.office import Office, a_draft, a_filing, command
from tracker.claims import operations
from tracker.storage import open_database, use
from tracker.storage.files import FileStore, use_files


def main(url: str, files: str, facts: list[str]) -> None:
    fund_id, team_id, other_team_id, lead_unit_id, category, member, reviewer = map(int, facts)
    database = use(open_database(url))
    use_files(FileStore(Path(files)))
    office = Office(
        database,
        fund_id,
        team_id,
        other_team_id,
        lead_unit_id,
        {"办公与邮电": category},
        {"member": member, "reviewer": reviewer},
    )
    while True:
        filing = a_filing(office, 1_000, 2_000)
        claim_id = a_draft(office, filing)
        order = command(office.actor("member"))
        with database.writing() as session:
            operations.submit(session, claim_id, filing, order)
        print("submitted", claim_id, order.command_id, flush=True)  # noqa: T201  read by the test
        with database.writing() as session:
            operations.approve(session, claim_id, command(office.actor("reviewer")))
        print("approved", claim_id, order.command_id, flush=True)  # noqa: T201  read by the test


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
