"""`tracker verify` finds what must not be: one planted breach of every invariant, and none in an honest office."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from tests.commands.conftest import CommandLine
from tests.office import Office, a_paid, a_submitted, an_accepted, an_approved, command
from tracker.audit.chain import GENESIS, digest, link_fields
from tracker.audit.models import AuditEntry, ChainHead
from tracker.claims import operations
from tracker.commands.checking import CHECKS
from tracker.storage.files import FileStore, current_files


@dataclass(frozen=True)
class Planted:
    """A breach: the invariant of the domain it breaks, the statement that plants it, words of the sentence."""

    invariant: str
    statement: str
    words: str


_FIRST_ENTRY = "(SELECT min(id) FROM book_entry WHERE bucket = 'held')"
_LAST_LINK = "(SELECT max(id) FROM audit_entry WHERE chain LIKE 'fund:%')"
_PAID = "(SELECT min(id) FROM claim WHERE state = 'paid')"
_WAITING = "(SELECT min(id) FROM claim WHERE state = 'in_route')"

PLANTED = (
    Planted("1 held is what entries say", "UPDATE cell SET held = held + 1 WHERE place = '{team}:*'", "余额与分录不符"),
    Planted(
        "1 room is what entries say",
        "UPDATE cell SET available = available + 1 WHERE place = '*:*'",
        "可用额与分录不符",
    ),
    Planted(
        "2 entries sum to zero",
        f"UPDATE book_entry SET amount_fen = amount_fen + 1 WHERE id = {_FIRST_ENTRY}",
        "分录不平",
    ),
    Planted("2 months sum the entries", "UPDATE monthly_spending SET spent_fen = spent_fen + 1", "月度汇总与台账不符"),
    Planted("2 days sum the entries", "UPDATE daily_spending SET spent_fen = spent_fen + 1", "逐日汇总与台账不符"),
    Planted(
        "2 cells equal claims", f"UPDATE claim_line SET deducted_fen = 1 WHERE claim_id = {_WAITING}", "与单据不符"
    ),
    Planted(
        "3 totals equal lines",
        f"UPDATE claim SET claimed_fen = claimed_fen + 1 WHERE id = {_WAITING}",
        "合计与明细不符",
    ),
    Planted(
        "3 an ended claim holds nothing",
        f"UPDATE claim SET state = 'rejected', step = NULL WHERE id = {_WAITING}",
        "应占用 0.00",
    ),
    Planted("3 paid equals payments", "UPDATE payment SET amount_fen = amount_fen - 1", "支付记录净额"),
    Planted("3 payments split over categories", "UPDATE payment SET shares = '{{}}'", "科目分摊与金额不符"),
    Planted(
        "3 paid in full means paid", f"UPDATE claim SET state = 'part_paid' WHERE id = {_PAID}", "状态与已付金额不符"
    ),
    Planted("4 a key's shares are its use", "UPDATE invoice_key SET used_fen = used_fen - 1", "记为已用"),
    Planted(
        "4 a key belongs to live claims", f"UPDATE claim SET state = 'rejected' WHERE id = {_WAITING}", "还记在它名下"
    ),
    Planted(
        "5 nobody decides on the own claim",
        "UPDATE decision SET person_id = {member} WHERE step = 'review'",
        "办理了自己的单据",
    ),
    Planted(
        "5 nobody decides twice", "UPDATE decision SET person_id = {reviewer} WHERE step = 'verify'", "两个不相容的环节"
    ),
    Planted("5 pay is no purpose", "UPDATE category SET name = '加班工 资' WHERE position = 4", "属于工资福利性支出"),
    Planted("6 numbers without a gap", "UPDATE voucher SET sequence = 9 WHERE sequence = 2", "编号不连续"),
    Planted("6 numbers as counted", "UPDATE counter SET last = 9 WHERE series LIKE 'voucher:%'", "编号计数是 9"),
    Planted("6 content matches its hash", "UPDATE voucher SET content = '{{}}' WHERE sequence = 1", "内容与摘要不符"),
    Planted("7 no link is changed", f"UPDATE audit_entry SET note = '改' WHERE id = {_LAST_LINK}", "内容与摘要不符"),
    Planted("7 no link is taken away", f"DELETE FROM audit_entry WHERE id = {_LAST_LINK}", "末条不符"),
    Planted("7 the head is the last link", "UPDATE audit_chain SET length = length - 1", "末条不符"),
    Planted(
        "8 nobody claims outside the term",
        "UPDATE seat SET held_from = '2026-03-04' WHERE person_id = {member}",
        "不在报销人任期内",
    ),
)


@contextmanager
def tampering(office: Office) -> Iterator[Session]:
    """A session in which the book and the trail may be changed; nothing of it is kept."""
    with Session(office.database.engine) as session:
        unprotect(session, office)
        yield session
        session.rollback()


def unprotect(session: Session, office: Office) -> None:
    """Take the triggers away that let rows only be added, as one who has the database could."""
    if office.database.is_sqlite:
        for name in session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            session.execute(text(f"DROP TRIGGER {name}"))
        session.execute(text("PRAGMA defer_foreign_keys = ON"))  # till the end, which never comes
    else:
        session.execute(text("SET LOCAL session_replication_role = replica"))


def told(session: Session) -> list[str]:
    return [sentence for check in CHECKS for sentence in check.breaches(session, current_files(), lambda *_: None)]


def _a_busy_office(office: Office) -> None:
    a_submitted(office)
    an_approved(office, 600_000)
    an_accepted(office)
    a_paid(office)


def test_every_invariant_has_a_breach_that_is_found(office: Office) -> None:
    _a_busy_office(office)
    with office.database.reading() as session:
        assert told(session) == []

    silent = {}
    for planted in PLANTED:
        with tampering(office) as session:
            statement = planted.statement.format(
                team=office.team_id, member=office.people["member"], reviewer=office.people["reviewer"]
            )
            assert session.execute(text(statement)).rowcount >= 1, planted.invariant  # type: ignore[attr-defined]
            sentences = told(session)
            if not any(planted.words in sentence for sentence in sentences):
                silent[planted.invariant] = sentences
    assert silent == {}


def test_the_command_lists_every_breach_and_exits_with_1(office: Office, tracker: CommandLine) -> None:
    a_submitted(office)
    assert tracker("verify").exit_code == 0

    with office.database.writing() as session:
        session.execute(text("UPDATE cell SET held = held + 1"))
    answer = tracker("verify")

    assert answer.exit_code == 1
    assert answer.stdout.count("余额与分录不符") > 1
    assert "处不符" in answer.stderr


@pytest.mark.parametrize(("harm", "words"), [("gone", "文件不存在"), ("altered", "文件内容与摘要不符")])
def test_a_file_that_is_gone_or_altered_is_named(
    office: Office, tracker: CommandLine, tmp_path: Path, harm: str, words: str
) -> None:
    a_submitted(office)
    store = FileStore(tmp_path / "files")
    place = store.path(next(store.names()))
    place.chmod(0o600)
    if harm == "gone":
        place.unlink()
    else:
        place.write_bytes(b"another invoice")

    answer = tracker("verify")

    assert answer.exit_code == 1
    assert words in answer.stdout
    assert "发票.pdf" in answer.stdout


def test_a_seal_shows_a_chain_rewritten_from_end_to_end(office: Office, tracker: CommandLine, tmp_path: Path) -> None:
    """A chain recomputed after a change verifies by itself; only what was kept outside tells."""
    a_submitted(office)
    sealed = tmp_path / "seal.json"
    assert tracker("seal", "-o", sealed).exit_code == 0
    claim_id = a_submitted(office)
    with office.database.writing() as session:
        operations.withdraw(session, claim_id, command(office.actor("member")))
    assert tracker("verify", "--seal", sealed).exit_code == 0

    _rewrite_the_trail(office)
    assert tracker("verify").exit_code == 0
    answer = tracker("verify", "--seal", sealed)

    assert answer.exit_code == 1
    assert "封存以后被改写过" in answer.stdout


def test_a_seal_is_never_written_over_and_must_be_one(tracker: CommandLine, tmp_path: Path) -> None:
    sealed = tmp_path / "seal.json"
    assert tracker("seal", "-o", sealed).exit_code == 0
    assert "不覆盖" in tracker("seal", "-o", sealed).stderr

    sealed.write_text('{"made_at": "today"}')
    answer = tracker("verify", "--seal", sealed)

    assert answer.exit_code == 1
    assert "不是封存文件" in answer.stderr


def _rewrite_the_trail(office: Office) -> None:
    with Session(office.database.engine) as session:
        unprotect(session, office)
        for head in session.query(ChainHead):
            previous = GENESIS
            for entry in session.query(AuditEntry).filter_by(chain=head.chain).order_by(AuditEntry.position):
                if entry.position == 1:
                    entry.note = "改过的理由"
                entry.previous = previous
                previous = entry.digest = digest(previous, link_fields(entry.as_facts()))
            head.digest = previous
        session.commit()
